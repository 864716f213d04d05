"""What a number in a table is: from the heading above it or the label at its left, it is judged as in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from classifiers import context
from classifiers.context import Label
from classifiers.folding import fold
from monitor.attachments.rows import Cell

AMOUNT = "金额"
_LONGEST = 40  # characters of a heading
_NUMBER = re.compile(r"\d{5}|\d[\d \-.,]{8}")
_DIGIT = re.compile(r"\d")
_WORDS = re.compile(r"[^\W\d_]")
_SPACE = re.compile(r"\s+")
_UNIT = re.compile(
    r"[（(【\[〔](?:单位[:：]?)?[百千万亿]{0,2}(?:美?元|㎡|平方米?|平方公里|公里|米|[公]?斤|吨|亩|公顷|户|人次?|次|个|家|件|辆|岁|天|%|％)(?:/[^()（）]{1,4})?[）)】\]〕]"
)
_ASIDE = re.compile(r"[（(【\[][^（）()]{0,20}[）)】\]]|[*＊:：\s]+$")
_QUANTITY = re.compile(
    r"(?:[数额量价费率值款税]|单价|面积|里程|合计|总计|小计|资金|投资|产值|预算|决算|收入|支出|㎡|平方米|公里|亩|公顷|(?<!单)元)$"
)
_PERIOD = re.compile(r"(?:19|20)\d\d年?[度底末初]?(?:\d{1,2}月|[一二三四]季度|[上下]半年)?")  # a year heads quantities
_IN_MONEY = re.compile(r"单位\s{0,3}[:：]\s{0,3}(?:人民币)?[百千万亿]{0,2}元")
_SECRET = re.compile(r"(?:密码|口令|密钥|秘钥|授权码|令牌|password|passwd|pwd|secret|token|api_?key)", re.IGNORECASE)
_OF_PEOPLE = frozenset({Label.RESIDENT, Label.PHONE, Label.CARD})
_SHARP = frozenset({*_OF_PEOPLE, Label.DOCUMENT, Label.MONEY})


class Heading:
    """A short text without a number: what it may say of numbers below or behind it."""

    __slots__ = ("label", "secret", "text")

    def __init__(self, raw: str) -> None:
        plain = _SPACE.sub("", fold(raw).text)
        bare = _ASIDE.sub("", _ASIDE.sub("", plain))
        self.label = context.label(bare, len(bare))
        self.secret = _SECRET.search(bare) is not None and len(bare) <= 16
        quantity = _UNIT.search(plain) or _QUANTITY.search(bare) or _PERIOD.fullmatch(bare)
        if self.label not in _SHARP and quantity:
            self.label, bare = Label.MONEY, AMOUNT
        self.text = bare

    @property
    def tells(self) -> bool:
        return self.label is not Label.NONE or self.secret


class Headings:
    """The headings that stand above the next row of one region, by column."""

    def __init__(self) -> None:
        self._above: dict[int, Heading] = {}
        self._known: dict[str, Heading | None] = {}
        self._numbers = False  # the row before had some
        self._money: Heading | None = None  # what columns without a telling heading hold, once a unit was named

    def written(self, cells: Sequence[Cell]) -> Iterator[tuple[Cell, str]]:
        """Each cell with its text as it is to be judged; its own text stays last in it."""
        left: Heading | None = None
        numbers, before = False, ""
        for cell in cells:
            own = self._heading(cell.text)
            above = self._over(cell.columns)
            if cell.tight:
                left = None
                above = None if Heading(before[-_LONGEST:]).tells else above
            said = above if above and above.tells else left if left and left.tells else self._otherwise(cell)
            wanted = own is None or (said is not None and said.secret and _DIGIT.search(cell.text))
            numbers = numbers or own is None
            yield cell, _told(cell, said if wanted else None)
            left, before = own, cell.text
        self._learn(cells, numbers)

    def _otherwise(self, cell: Cell) -> Heading | None:
        """A bare number in a table in money is an amount where nothing else tells."""
        return self._money if cell.text.strip().isdecimal() else None

    def _over(self, columns: Sequence[int]) -> Heading | None:
        return next((found for column in columns if (found := self._above.get(column)) is not None), None)

    def _learn(self, cells: Sequence[Cell], numbers: bool) -> None:
        """A heading that tells something stays until another does: names and remarks stand below it."""
        new = [(cell, own) for cell in cells if (own := self._heading(cell.text)) is not None]
        if self._numbers and not numbers and len(new) > 1 and any(own.tells for _, own in new):
            self._above.clear()
        if any(_IN_MONEY.search(cell.text) for cell, _ in new):
            self._money = Heading(AMOUNT)
        for cell, own in new if not numbers else ():
            for column in cell.columns:
                if own.tells or not (column in self._above and self._above[column].tells):
                    self._above[column] = own
        self._numbers = numbers

    def _heading(self, text: str) -> Heading | None:
        """None of what is too long, or holds a number."""
        if len(text) > _LONGEST or _NUMBER.search(text):
            return None
        if text not in self._known:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[text] = Heading(text) if _WORDS.search(text) else None
        return self._known[text]


def _told(cell: Cell, said: Heading | None) -> str:
    text = cell.text
    if cell.amount and not (said and said.label in _OF_PEOPLE):
        return f"{AMOUNT}：{text}"
    return f"{said.text}：{text}" if said else text
