"""A text as an advertiser means it to be read: letters only, in one spelling, whatever was done to hide them.

Traditional characters become simplified ones, capitals small, full-width, circled and styled letters plain, letters of
other alphabets that look Latin the Latin ones; signs that stand for a word (➕ for 加, hearts for 信) become the word.
Invisible characters, blanks and punctuation go, so words that are split by them come together again. Numbers become
their length, addresses and account names one sign each: what exactly was written there, or masked, tells nothing.
What is written again and again in a row is read twice.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.sentences import codes_of, fold

NUMBER, ADDRESS, ACCOUNT = "\ue000", "\ue001", "\ue002"  # a long number, a link, an account's name
_SIZE = 0x20000  # characters beyond count as a blank
_SIGNS = ".:/@-_*?=&%#~"  # kept as long as numbers and addresses are looked for
_STYLED = (
    (0x2070, 0x2100), (0x2100, 0x2150), (0x2460, 0x24EB), (0x3200, 0x3400), (0xF900, 0xFAD9), (0xFE30, 0xFFEF),
    (0x1D400, 0x1D800), (0x1F100, 0x1F130), (0x1F200, 0x1F252),
)  # fmt: skip
_FOREIGN = (*range(0x80, 0x600), *range(0x3041, 0x30FB), *range(0xAC00, 0xD7A4))  # kana and Hangul at the end
_BETWEEN = "のノゝヽ々"  # put between Chinese characters
_LIKE_LATIN = (
    "аaвbеeкkмmнhоoрpсcтtуyхxіiјjѕsԁdԛqԝwѵvһhӏlАaВbЕeКkМmНhОoРpСcТtУyХxІiЈjЅsѴvαaβbεeηnιiκkνvοoρpτtυuχxωwΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoΡpΤtΥyΧx"
    "ɑaɡgıiɩiʋvᴠvᴡw"
)
_MEANT = (
    "➕加+加＋加✚加🞣加薇微葳微溦微嶶微薇微❤信♥信💗信💕信💖信🧡信💚信🐧q✈飞☎电📞电📱机💰钱💵钱🧧包🎰赌⓪0⓿0🉐得🈚无🈶有🈵满🈹折🐎码🔞黄"
    "僄票慓票嘌票缥票瞟票鳔票鰾票骠票驃票镖票鏢票膘票蕟发璔增増增徝值幵开欵款娯娱叄三証证氺水仮返囎赠餸送歀款铳充洊存沋优髙高凘斯胒尼媙威桟栈紸注冇有亊事汸方镸长"
    "囗口孑子孒子丅下丄上伱你莪我恏好嘚得咑打冭太伈心ᐯvᐱa"
    "〇零壹一贰二貳二叁三參三肆四伍五陆六陸六柒七捌八玖九拾十佰百仟千圆元圓元洧有"
    "賴赖貸贷辦办額额賭赌註注冊册帳账戶户繫系諮咨獎奖匯汇幣币歐欧戲戏娛娱儲储優优質质債债徵征歷历試试檔档稅税億亿萬万兩两職职傭佣兌兑啟启鏈链繳缴僅仅誠诚"
    "寶宝貝贝膚肤藥药壯壮購购撲扑鑽钻絡络樂乐莊庄號号聯联賺赚領领紅红費费盤盘會会員员擔担學学應应據据資资個个單单點点還还約约護护買买賣卖價价機机電电話话訊讯"
    "簡简網网銀银證证發发碼码體体類类餘余開开頭头帶带剛刚從从來来對对後后選选財财計计劃划報报諾诺懸悬葉叶澤泽遊游臺台灣湾妳你輸输贏赢籌筹滙汇髮发週周預预約约飯饭陣阵線线館馆術术術术協协錄录過过達达穩稳輕轻鬆松導导師师運运勢势閒闲暇暇專专業业職职聘聘薪薪"
)
_DIGITS_IN_WORDS = "零一二三四五六七八九幺两"
_STRETCH = re.compile(
    rf"https?[: ]*/+[!-~]+|[a-z0-9*@][a-z0-9*@._/=?&%#~-]{{3,}}|[{_DIGITS_IN_WORDS}]{{7,}}",
)
_HOST = re.compile(r"[a-z0-9-]\.[a-z]{2,}")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[-./][0-9]{1,2}(?:[-./][0-9]{1,2})?")
_NUMBER, _LATIN, _NO_LATIN = re.compile("[0-9*-]+"), re.compile("[a-z]"), re.compile("[0-9*_@-]")
_FEW = 5  # digits of an amount
_MARKED = re.compile(r"(?:vx|wx|qq|q|v|tel|tg|wei)(?=[0-9])")
_SHORTEST = 4  # characters of a number or a name that are looked at
_GAP = 2  # codes behind the last letter, for runs that begin there


def _table() -> NDArray[np.uint16]:
    """For each character the one it counts as; 0 for an invisible one, a blank for all that is no letter."""
    table = np.full(_SIZE, ord(" "), np.uint16)
    for first, last in ((0x4E00, 0xA000), (0x3400, 0x4DC0)):
        table[first:last] = codes_of(fold(_string(np.arange(first, last))))
    letters = [code for code in _FOREIGN if chr(code).isalpha() and chr(code) not in _BETWEEN]
    table[letters] = letters
    for first, last in _STYLED:
        meant = unicodedata.normalize("NFKC", "\0".join(map(chr, range(first, last)))).lower().split("\0")
        table[first:last] = codes_of(fold("".join(map(_plain, meant))))
    for first in (0x1F130, 0x1F150, 0x1F170):  # letters in squares and discs
        table[first : first + 26] = range(ord("a"), ord("z") + 1)
    for pairs in (_LIKE_LATIN, _MEANT):
        table[[*map(ord, pairs[::2])]] = [*map(ord, pairs[1::2])]
    for character in _SIGNS + "0123456789abcdefghijklmnopqrstuvwxyz":
        table[ord(character)] = ord(character)
    table[ord("A") : ord("Z") + 1] = range(ord("a"), ord("z") + 1)
    table[ord("？")] = ord("?")
    for first, last in ((0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0xFE00, 0xFE10), (0x300, 0x370)):
        table[first:last] = 0
    table[[0xAD, 0xFEFF, 0x20E3, 0x180E, 0x3164]] = 0
    return table


def _plain(meant: str) -> str:
    """The last letter or digit of what a styled character stands for: (株) is 株, ⑴ is 1."""
    letter = next(filter(str.isalnum, reversed(meant)), " ")
    return letter if letter < "\uffff" else " "


def _string(codes: NDArray[np.generic]) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le")


_TABLE = _table()
_LETTER, _DIGIT, _SOLID = 1, 2, 4  # solid: what numbers, links and names of accounts are made of


def _classes() -> NDArray[np.uint8]:
    classes = np.zeros(1 << 16, np.uint8)
    classes[0x80:] = _LETTER
    classes[0x30:0x3A] = _LETTER | _DIGIT | _SOLID
    classes[0x61:0x7B] = _LETTER | _SOLID
    classes[[*map(ord, _SIGNS)]] = _SOLID
    classes[[*map(ord, _DIGITS_IN_WORDS)]] |= _SOLID
    return classes


_CLASSES = _classes()


@dataclass(frozen=True, slots=True)
class Lettering:
    """``codes`` are the letters and two gaps behind them; ``origin`` says where each stands in the original."""

    codes: NDArray[np.uint32]
    origin: NDArray[np.intp]
    asks: bool  # a question mark stands somewhere

    def __len__(self) -> int:
        return len(self.origin)

    @property
    def letters(self) -> str:
        return _string(self.codes[: len(self)])

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Letters [first, last) as half-open offsets of the original; there must be at least one."""
        return int(self.origin[first]), int(self.origin[last - 1]) + 1


def read(text: str) -> Lettering:
    """Linear in the length of the text, whatever stands in it."""
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    codes = _TABLE.take(raw, mode="clip")
    shown = None if codes.all() else np.flatnonzero(codes)
    if shown is not None:
        codes = codes[shown]
    classes = _CLASSES.take(codes)
    for start, end, meant in _stretches(codes, classes):
        codes[start:end] = ord(" ")
        classes[start:end] = 0
        codes[start], classes[start] = ord(meant), _LETTER
    digit = (classes & _DIGIT) > 0
    codes[digit] = ord("0")
    places = np.flatnonzero(classes & _LETTER)
    digit = digit[places]
    places = places[np.append(True, ~(digit[1:] & digit[:-1]))[: len(places)]]  # of neighbouring digits one stays
    places = places[_told(codes[places])]
    letters = np.zeros(len(places) + _GAP, np.uint32)
    letters[: len(places)] = codes[places]
    return Lettering(letters, places if shown is None else shown[places], bool((codes == ord("?")).any()))


def _told(letters: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Which letters say something: of the same one in a row only the first two."""
    told = np.ones(len(letters), np.bool_)
    told[2:] = (letters[2:] != letters[1:-1]) | (letters[2:] != letters[:-2])
    return told


def _stretches(codes: NDArray[np.uint16], classes: NDArray[np.uint8]) -> list[tuple[int, int, str]]:
    """Numbers, links and account names, as half-open offsets and the sign that stands for them."""
    solid = np.flatnonzero(classes & _SOLID)
    if len(solid) < _SHORTEST:
        return []
    run = solid[_SHORTEST - 1 :] - solid[: 1 - _SHORTEST] == _SHORTEST - 1
    begins = solid[: 1 - _SHORTEST][run]
    if not len(begins):
        return []
    plain, found, done = _string(codes), [], -1
    for begin in begins.tolist():
        if begin < done:
            continue
        match = _STRETCH.match(plain, begin)
        if match is None:
            continue
        done = match.end()
        if stretch := _sign(match):
            found.append(stretch)
    return found


def _sign(match: re.Match[str]) -> tuple[int, int, str] | None:
    start, written = match.start(), match[0]
    meant = _meaning(written)
    if meant is ACCOUNT and (mark := _MARKED.match(written)):
        start, meant = start + mark.end(), _meaning(written[mark.end() :]) or ACCOUNT
    return (start, match.end(), meant) if meant else None


def _meaning(written: str) -> str:
    """The sign that stands for what is written; "" if it stays as it is."""
    if written[0] in _DIGITS_IN_WORDS:
        return NUMBER
    if written.isdigit():
        return NUMBER if len(written) > _FEW else ""
    if written.startswith("http") or _HOST.search(written):
        return ADDRESS
    if _NUMBER.fullmatch(written):
        return NUMBER if len(written) - written.count("-") > _FEW and not _DATE.fullmatch(written) else ""
    if len(written) <= _SHORTEST or not _LATIN.search(written):
        return ""
    return ACCOUNT if _NO_LATIN.search(written) else ""
