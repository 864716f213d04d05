"""Placeholders of public message sets, replaced by values as people write them, or as the door masks them.

What a set wrote in place of a number or a link must never be what decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建华文辉玲红梅国庆小雨晓东志远"
_PLACES = (
    "青岚 河湾 翠屏 石桥 清溪 南坪 东湖 城关 柳林 白沙 长丰 临江 北仓 安宁 平湖 大安 新河 金沙滩 云岭 松山 广场".split()
)
_BANKS = "江南银行 青岚农商行 城市银行 工商银行 建设银行 农业银行 中国银行 邮政银行".split()
_OFFICES = "住建局 人社局 医保局 公积金中心 社保中心 税务局 公安局 民政局 财政局".split()
_TOP = ".com .cn .net .cc .top .vip .xyz .com.cn .example .club".split()
_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_PLACEHOLDER = re.compile(
    r"CELLPHONE|PHONE|HOTLINE|WECHAT|DIGIT|PLACE|NAME|URL[a-z0-9]*|BANK|QQ(?=[A-Z ]|$)|CELLPHON|\[[^\[\]]{2,6}\]"
)
_HIDDEN_DIGITS = re.compile(r"(?<![A-Za-z])x+(?![A-Za-z])|(?<=[0-9.])x+")
NAMELESS = 0.35  # of the places of names
_SLOT = re.compile(r"\{(\w+)\}")


def digits(luck: Random, count: int) -> str:
    return luck.choice("123456789") + "".join(luck.choice("0123456789") for _ in range(count - 1))


def mobile(luck: Random) -> str:
    number = "1" + luck.choice("3578") + digits(luck, 9)
    return luck.choice([number, number, f"{number[:3]}******{number[-2:]}", f"{number[:3]}-{number[3:7]}-{number[7:]}"])


def telephone(luck: Random) -> str:
    return luck.choice(
        [f"0{digits(luck, 3)}-{digits(luck, 7)}", f"0{digits(luck, 2)}{digits(luck, 8)}", digits(luck, 8)]
    )


def hotline(luck: Random) -> str:
    return luck.choice(["95588", "10086", "12345", f"400-{digits(luck, 3)}-{digits(luck, 4)}", f"400{digits(luck, 7)}"])


def account(luck: Random) -> str:
    letters = "".join(luck.choice(_LETTERS) for _ in range(luck.randint(2, 5)))
    return letters + luck.choice(["", "_", "-", ""]) + digits(luck, luck.randint(2, 5))


def qq(luck: Random) -> str:
    return digits(luck, luck.randint(7, 10))


def address(luck: Random) -> str:
    host = "".join(luck.choice(_LETTERS) for _ in range(luck.randint(2, 6)))
    host += luck.choice(["", digits(luck, luck.randint(1, 4))]) + luck.choice(_TOP)
    path = luck.choice(["", "", "/" + "".join(luck.choice(_LETTERS + "0123456789") for _ in range(luck.randint(1, 6)))])
    return luck.choice(["http://", "https://", "www.", "", ""]) + host + path


def number(luck: Random) -> str:
    return luck.choice(["8", "50", "98", "100", "188", "300", "500", "1000", "3888", digits(luck, luck.randint(1, 4))])


def amount(luck: Random) -> str:
    return luck.choice(
        ["三千", "五百", "八千", "两万", "3000", "500元", "5万", "30万", "上千", "12800", "20万", "几百"]
    )


def name(luck: Random) -> str:
    return luck.choice(_SURNAMES) + "".join(luck.choice(_GIVEN) for _ in range(luck.randint(1, 2)))


_VALUES: dict[str, Callable[[Random], str]] = {
    "CELLPHONE": mobile,
    "CELLPHON": mobile,
    "PHONE": telephone,
    "HOTLINE": hotline,
    "WECHAT": account,
    "DIGIT": number,
    "PLACE": lambda luck: luck.choice(_PLACES),
    "NAME": name,
    "URL": address,
    "BANK": lambda luck: "62" + digits(luck, 17),
    "QQ": qq,
    "[手机号]": mobile,
    "[电话]": telephone,
    "[银行卡号]": lambda luck: "62" + digits(luck, 17),
    "[身份证号]": lambda luck: digits(luck, 18),
    "[账号]": qq,
    "[邮箱]": lambda luck: account(luck) + "@mail" + luck.choice(_TOP),
}
_SLOTS: dict[str, Callable[[Random], str]] = {
    "n": number,
    "big": amount,
    "url": address,
    "place": _VALUES["PLACE"],
    "bank": lambda luck: luck.choice(_BANKS),
    "office": lambda luck: luck.choice(_OFFICES),
    "contact": lambda luck: luck.choice([mobile, mobile, telephone])(luck),
}


def filled(text: str, luck: Random) -> str:
    """A text of a public set: its placeholders replaced; blanks that stood beside them go.

    Often NAME stands for no name at all: its makers took other words for one, and obfuscated ones first.
    """

    def value(match: re.Match[str]) -> str:
        key = "URL" if match[0].startswith("URL") else match[0]
        if key == "NAME" and luck.random() < NAMELESS:
            return ""
        return _VALUES[key](luck) if key in _VALUES else match[0]

    return _PLACEHOLDER.sub(value, re.sub(r" ?([A-Z]{2,}) ?", r"\1", text))


def unhidden(text: str, luck: Random) -> str:
    """A text in which digits were written as x."""
    return _HIDDEN_DIGITS.sub(lambda match: digits(luck, len(match[0])), text)


def slotted(text: str, luck: Random) -> str:
    """A phrase with its slots in braces filled."""
    return _SLOT.sub(lambda match: _SLOTS[match[1]](luck) if match[1] in _SLOTS else match[0], text)
