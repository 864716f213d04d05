"""Names of cells, and numbers as a spreadsheet shows them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_AMOUNT = re.compile(r"[¥￥$€£%元]|,##|0\.0")
_AMOUNTS = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, *range(37, 45)})  # numbers of formats that every workbook has
_LARGEST = Decimal(10) ** 21
_LETTERS = 26


def name(row: int, column: int) -> str:
    """As in "C7": ``row`` from 1, ``column`` from 0."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def place(reference: str) -> tuple[int, int]:
    """Row from 1 and column from 0 of "C7". Raises ValueError."""
    match = _CELL.fullmatch(reference)
    if match is None:
        raise ValueError("no reference to a cell")
    column = 0
    for letter in match[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1


def is_amount(number: int, code: str) -> bool:
    """Whether a format shows a quantity: with a currency, decimals or groups of three."""
    return number in _AMOUNTS or _AMOUNT.search(code) is not None


def number(raw: str) -> str:
    """A number with all the digits that the file has: an identity number may be stored as one."""
    if raw.isdecimal():
        return raw
    try:
        value = Decimal(raw)
        whole = value.is_finite() and abs(value) < _LARGEST and value == value.to_integral_value()
    except InvalidOperation:
        return raw
    return f"{value.to_integral_value():f}" if whole else raw
