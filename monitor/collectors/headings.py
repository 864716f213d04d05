"""What the columns of an export are called: those the configuration names, those it might mean, those nobody may read.

Nothing is guessed while messages are read. What looks right is proposed in an error, for a person to write down.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.collectors import cleaning
from monitor.errors import CollectError
from monitor.mapping import Board

FIELDS = ("number", "title", "text", "place", "posted", "replied", "reply", "unit", "withdrawn")
SHOWN = 40  # headings in an error, and characters of one
LIKELY = 2  # headings that are known, from which on a line is one of headings

_USUAL: Mapping[str, tuple[str, ...]] = {  # field: what exports of hotlines call it, the surest first
    "number": (
        "工单编号",
        "工单号",
        "受理编号",
        "诉求编号",
        "信件编号",
        "案件编号",
        "任务编号",
        "流水号",
        "编号",
        "id",
    ),
    "title": ("诉求标题", "工单标题", "信件标题", "标题", "主题", "诉求主题", "title"),
    "text": ("诉求内容", "工单内容", "问题描述", "诉求描述", "来电内容", "反映内容", "信件内容", "内容", "content"),
    "place": ("事发地址", "事发地点", "诉求地址", "诉求地点", "问题地址", "地址", "地点", "address"),
    "posted": ("来电时间", "受理时间", "诉求时间", "登记时间", "创建时间", "提交时间", "来信时间", "created"),
    "replied": ("办结时间", "答复时间", "回复时间", "反馈时间", "完成时间"),
    "reply": ("答复内容", "办理结果", "回复内容", "处理结果", "反馈内容", "办理情况", "办结意见", "答复意见"),
    "unit": ("承办单位", "主办单位", "办理单位", "责任单位", "处办单位", "答复单位"),
    "withdrawn": ("是否撤单", "是否撤回", "是否作废"),
}
_NAMES = (  # who wrote or called: read only to be taken out of the rest
    "来电人", "来电人姓名", "来电人名称", "姓名", "市民姓名", "诉求人", "诉求人姓名", "反映人", "反映人姓名", "投诉人",
    "投诉人姓名", "举报人", "联系人", "联系人姓名", "申请人", "来信人", "写信人", "客户姓名", "群众姓名", "name",
)  # fmt: skip
_COUNTS = ("序号", "行号", "顺序号")
_PERSONAL = (  # never read
    "电话", "手机", "来电号码", "主叫", "联系方式", "身份证", "证件", "性别", "年龄", "民族", "户籍", "出生", "邮箱",
    "微信号", "住址", "openid", "phone", "mobile",
)  # fmt: skip


def plain(heading: str) -> str:
    """A heading without what differs from export to export: width, case, spaces, a star or colon at its ends."""
    return "".join(unicodedata.normalize("NFKC", heading).casefold().split()).strip("*:")


def is_personal(heading: str) -> bool:
    """Whether a column says who somebody is."""
    return plain(heading) in _NAMES or any(word in plain(heading) for word in _PERSONAL)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of a message stand, and the names that are taken out of it."""

    of: Mapping[str, int]
    names: tuple[int, ...]


def find(cells: Mapping[int, str], board: Board) -> Columns | None:
    """The columns if this line has all the headings that ``board`` names.

    Raises CollectError "fields_missing" where one stands there twice, says who somebody is, or is no number to keep.
    """
    places: dict[str, list[int]] = {}
    for column, text in cells.items():
        places.setdefault(plain(text), []).append(column)
    wanted = named(board)
    if not all(plain(heading) in places for heading in wanted.values()):
        return None
    for field, heading in wanted.items():
        if is_personal(heading):
            raise CollectError("fields_missing", f"{field} = {heading!r} says who somebody is, which is never read")
        if field == "number" and plain(heading) in _COUNTS:
            raise CollectError("fields_missing", f"number = {heading!r} only counts the rows, anew in each file")
        if len(places[plain(heading)]) > 1:
            raise CollectError("fields_missing", f"{field} = {heading!r} is the heading of several columns")
    of = {field: places[plain(heading)][0] for field, heading in wanted.items()}
    return Columns(of, tuple(column for column, text in cells.items() if plain(text) in _NAMES))


def named(board: Board) -> dict[str, str]:
    """The fields that the configuration names, with their headings."""
    return {field: heading for field in FIELDS if (heading := getattr(board, field))}


def fits(cells: Mapping[int, str], board: Board) -> int:
    """How much a line looks like the one with the headings."""
    there = {plain(text) for text in cells.values()}
    wanted = sum(plain(heading) in there for heading in named(board).values())
    return 10 * wanted + sum(any(plain(name) in there for name in names) for names in _USUAL.values())


def missing(cells: Mapping[int, str], board: Board) -> str:
    """What the line that looks most like it lacks, and what to write instead. Nothing is shown of what may be data."""
    if fits(cells, board) < LIKELY:
        return f"no line has the headings {', '.join(named(board).values())}"
    there = {plain(text) for text in cells.values()}
    lacking = [f"{field} = {heading!r}" for field, heading in named(board).items() if plain(heading) not in there]
    shown = [cleaning.line(text)[:SHOWN] for text in cells.values() if not is_personal(text)]
    proposed = ", ".join(_proposed(cells))
    return f"no heading {', '.join(lacking)}; there are: {', '.join(shown[:SHOWN])}" + (
        f"; under [platform.fields] this may be right: {proposed}" if proposed else ""
    )


def _proposed(cells: Mapping[int, str]) -> Iterator[str]:
    there = {plain(text): cleaning.line(text)[:SHOWN] for text in cells.values()}
    for field, names in _USUAL.items():
        heading = next((there[plain(name)] for name in names if plain(name) in there), None)
        if heading is not None:
            yield f'{field} = "{heading}"'
