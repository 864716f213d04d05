"""How sure we are that a spot is a citizen's number: its form and what stands around it, in 0..1.

1 is certain; 0.5 and more is worth an alert; 0.3 to 0.5 is only masked; below 0.3 it is nothing. The figures
are ranks, set by reading cases: a check digit with a date is worth more than a label, a label more than a prefix.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from classifiers import context, numbers
from classifiers.context import Label
from classifiers.folding import Folded
from classifiers.late import late
from classifiers.spotting import Spot

_ABROAD = late(r"(?:\+(?:86[ -]?)?|0086[ -]?)$")
_COUNTRY = late(r"(?:^|[^0-9A-Za-z=_-])86$")
_UNIT = late(
    r"(?:\.\d{1,4}|(?:,\d{3})+)?\s?(?:余|多|左右)?(?:元(?!旦)|万|亿|分(?![机管局别享公店之])|角|块钱|美元|平方|平米|㎡|m[2²³]|立方|公里|吨|公斤|"
    r"千克|kg|度(?!假)|千瓦|kwh?|人次|人(?=$|[，。,；、？?])|次(?![日卧])|户(?![主名籍口型])|家(?![属长里人中庭住])|个(?![人体])|"
    r"件(?!人)|字节|bytes?|ms|毫秒|秒|册|辆|套|份|%|％)",
)
_EXAMPLE = late(r"例如?[:：\s]{0,2}$|如(?<![比假譬正例来]如)[:：\s]{0,2}$")
_EXAMPLE_WORD = late(
    r"(?:示例|样例|样本|范例|示范|请输入|请填写?|占位|placeholder|example|sample|格式|模板|测试(?:号码?|手机|数据)|虚构|演示|demo)"
    r"[^0-9。；，,]{0,10}$"
)
_EXAMPLE_HINT = late("[例如样示范请占格模测虚演eds]")  # neither that nor the next is without one
_EXAMPLE_BEHIND = late(r"[^0-9]{0,3}(?:[（(]?(?:示例|样例|范例|举例|仅供参考)|为例|是?.{0,4}测试号)")
_SAMPLE_ROW = late(r"(?:示例|样例|范例|示范|样本)(?:数据|信息|行)?[^0-9。；]{0,12}$")
_PERSONAL = late(
    r"我(?![局们司办委街县市区镇处])|本人|俺|[他她妈爸爷奶叔姨哥姐弟妹某]|儿子|女儿|老婆|老公|妻|丈夫|先生|女士|小姐|师傅|姓|业主|居民|村民|"
    r"住户|房东|租客|老板|个人|私人|家属|老人|孩子"
)
_PHONE_NEAR = late(
    r"电\s?话|電話|手\s?机|手機|联系|来电|拨|打给|打我|号码|微信|call|tel|phone|mobile|mob\b|shouji|dianhua|我的号|回电",
)
_RESIDENT_NEAR = late(r"身\s?份|证件|證件|一代证|公民|户口|sfz|idcard|id_card|\bid\b")
_CARD_NEAR = late(
    r"卡|账[号户]|帐[号户]|银行|[建工农中交招]行|邮储|户名|打到|打款|汇[入款到]|转[到入账]|退[到至款还]|visa|card",
)
_PERSON_NEAR = late(r"姓名|某|[，,]\s?[男女]|户主|申请人|父亲|母亲|爸|妈|本人|老人|残疾")
_ORGANISATION = late(
    r"(?:户名|单位|账户名称|开户名|名称|全称|收款方|收款人)[^。；\n]{0,24}(?:局|公司|中心|委员会|学校|医院|合作社|财政|专户|[协商总]会|基金会|政府|办公室|村委|居委|"
    r"管委会|事务所|支队|大队|街道|法院|集团)|对公账户|保证金(?:专用)?账户|专用账户|财政专户|基本账户"
)
_PAGE_FILE = late(r"\.(?:s?html?|jsp|aspx?|php|do|jpe?g|png|gif|pdf|docx?|xlsx?|zip|rar|mp4|js|css)(?![a-z])")
_COORDINATE = late(r"坐标|[经纬]度|经纬|东经|北纬|\blat|\blng|\blon|gps")
_CARE = late("[1-7][1-4](?![0-9A-Za-z])")
_MOBILE_BEHIND = late(r"1[3-9][0-9]{9}(?![0-9A-Za-z])")  # cells that lost what stood between them
_LETTERS = late("[A-Za-z]+$")
_DECIMALS = late(r"[.]\d")
_CLAUSE_END = late(r"[。；;！!？?\n]")
_LIST_POINT = late(r"(?:^|[\s；;，,、])[1-9]\d?\.$")
_SHORT = 100  # a text that may be nothing but a number
_FORMER_GENERATION = 1999  # papers that carry a date, such as building permits, are younger


class _View(NamedTuple):
    """A spot and what stands around it: ``lowered`` is the folded ``text`` in lower case, which the words are read in."""

    text: str
    lowered: str
    spot: Spot
    label: Label

    def near(self, words: re.Pattern[str], left: int = 20, right: int = 12) -> bool:
        """Whether the words stand so close before or behind in the same line; a full stop is read for the number."""
        start, end = self.spot.start, self.spot.end
        before = self.lowered[start - left if start > left else 0 : start].rpartition("\n")[2]
        behind = self.lowered[end : end + right].partition("\n")[0]
        return words.search(f"{before}。\n{behind}") is not None


def score(folded: Folded, spot: Spot) -> float:
    """How sure we are of ``spot`` in the folded text."""
    view = _View(folded.text, folded.lowered, spot, context.label(folded.text, spot.start))
    sure = _JUDGES[spot.rule](view)
    if sure < 0.3:
        return 0.0
    if numbers.is_sample(spot.number):
        return 0.0 if _is_example(view) or spot.rule == "resident_id" else min(sure, 0.4)
    return 0.35 if _is_example(view) else sure


def _is_example(view: _View) -> bool:
    start, end = view.spot.start, view.spot.end
    if _EXAMPLE_BEHIND.match(view.lowered, end, end + 16):
        return True
    before = view.lowered[start - 20 if start > 20 else 0 : start]
    if not _EXAMPLE_HINT.search(before):
        return False
    before = _CLAUSE_END.split(before)[-1]
    return bool(_EXAMPLE.search(before) or _EXAMPLE_WORD.search(before) or _SAMPLE_ROW.search(before))


def _resident(view: _View) -> float:
    spot = view.spot
    if not spot.sound or spot.split == "tailed":
        return 0.6 if view.label is Label.RESIDENT or _is_care_card(view) else 0.0
    if _inside_token(view, 4) and not _MOBILE_BEHIND.match(view.text, spot.end):
        return 0.0
    if view.label is Label.DOCUMENT:
        return 0.85 if int(spot.number[6:10]) < _FORMER_GENERATION else 0.3
    return 0.98 if view.label is Label.RESIDENT or spot.split == "whole" else 0.9


def _is_care_card(view: _View) -> bool:
    """Whether kind and degree follow a sound number: the disability card."""
    return view.spot.sound and _CARE.match(view.text, view.spot.end) is not None and view.label is not Label.DOCUMENT


def _former(view: _View) -> float:
    if view.label in (Label.DOCUMENT, Label.MONEY, Label.CARD) or _inside_token(view, 0):
        return 0.0
    if view.label is Label.RESIDENT:
        return 0.85
    if view.near(_RESIDENT_NEAR):
        return 0.7
    alone = len(view.text) < _SHORT and view.text.strip() == view.spot.number
    return 0.6 if view.near(_PERSON_NEAR) else 0.5 if alone else 0.0


def _card(view: _View) -> float:
    spot = view.spot
    if view.label in (Label.DOCUMENT, Label.MONEY) or _inside_token(view, 0):
        return 0.0
    near = view.label is Label.CARD or view.near(_CARD_NEAR)
    if near and view.near(_ORGANISATION, 48, 48):
        return 0.0
    union = spot.number.startswith("62") or (spot.number.startswith("9") and len(spot.number) == 19)
    if not spot.sound:
        return 0.6 if view.label is Label.CARD and union else 0.0
    if not near:
        return 0.8 if union and spot.split != "odd" else 0.0
    return 0.95 if union else 0.85


def _mobile(view: _View) -> float:
    spot, label = view.spot, view.label
    if label is Label.DOCUMENT or label is Label.MONEY or _is_quantity(view):
        return 0.0
    labelled = label is Label.PHONE or view.near(_PHONE_NEAR)
    if label is not Label.PHONE and _inside_token(view, 0):
        return 0.0
    if spot.split in ("odd", "prefixed"):
        if labelled or _ABROAD.search(view.text, max(0, spot.start - 5), spot.start):
            return 0.8
        return 0.55 if label is Label.NONE and _COUNTRY.search(view.text, max(0, spot.start - 3), spot.start) else 0.0
    if not (numbers.ISSUED.match(spot.number) or labelled or view.near(_PERSONAL, 10, 6)):
        return 0.35
    if _PAGE_FILE.match(view.lowered, spot.end) or (label is Label.OFFICIAL and not view.near(_PERSONAL, 24, 16)):
        return 0.4
    return 0.95 if labelled else 0.85


def _is_quantity(view: _View) -> bool:
    """An amount, a measure or the decimals of a fraction."""
    text, spot = view.text, view.spot
    if _UNIT.match(view.lowered, spot.end):
        return True
    if view.label is Label.PHONE:
        return False
    before = text[max(0, spot.start - 8) : spot.start]
    if len(before) > 1 and before[-1] in ".," and before[-2].isdecimal():
        return not _LIST_POINT.search(before) or view.near(_COORDINATE)
    return _DECIMALS.match(text, spot.end) is not None


def _inside_token(view: _View, allowed: int) -> bool:
    """Whether letters or digits that are glued to the number make it part of a longer code.

    Up to ``allowed`` letters may precede it (a pupil's number is a letter and the identity number).
    """
    text, spot = view.text, view.spot
    behind = text[spot.end : spot.end + 1]
    if behind.isascii() and behind.isalnum():
        return spot.split != "tailed"
    letters = _LETTERS.search(text, max(0, spot.start - 24), spot.start) if spot.start else None
    return letters is not None and len(letters[0]) > allowed


_JUDGES = {"resident_id": _resident, "former_id": _former, "mobile": _mobile, "bank_card": _card}
