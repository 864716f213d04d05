"""Messages put together from invented wording (scam_phrases.toml): advertisements, and people who speak of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from random import Random
from typing import Any

from classifiers.finding import MASK
from classifiers.training import lifelike

PARTS = 3  # of the offers; what is put together from one part shares no offer with another
ENOUGH = 14  # characters of an offer that needs no way to answer
_WAYS = (
    "微信{}|加微信{}|加V{}|V:{}|v信{}|VX：{}|vx{}|➕V {}|加薇{}|薇信{}|薇：{}|威信 {}|徽信{}|加wei {}|➕微❤ {}|微信号{}|w信{}|wx:{}|微 {}|+v {}|"
    "扣扣{}|扣{}|Q{}|QQ：{}|加q {}|企鹅{}|➕🐧{}|加裙{}|扣裙{}|群号{}|进群{}|QQ群{}|飞机@{}|纸飞机{}|TG:{}|telegram @{}|電報{}|加賴{}|line：{}|"
    "联系{}|电话{}|电联{}|详询{}|致电{}|手机{}|电话微信同号{}|咨询 {}|找小陈{}|找老师 微信{}|客服{}|官网{}|网址{}|点击{}|登录{}|下载{}|打开 {}|{}"
).split("|")
_CRYPTIC = "➕+薇威徽❤🐧飞機裙賴電官网下载w客扣企Tlt找点登打"  # who has an ordinary matter writes otherwise
_OPEN = [way for way in _WAYS if not set(way) & set(_CRYPTIC)]
_TELEPHONES = ("联系", "电话", "电联", "详询", "致电", "手机", "咨询", "找小陈")
_LINKS = ("官网", "网址", "点击", "登录", "下载", "打开")
PLANTED = 0.2  # of those that are put into pages
TWISTED = 0.2
ROMANISED = 0.12  # of the clean lines: some words in pinyin
BACKWARDS = 0.02
REACHABLE = 0.45  # of the advertisements that say enough without a way to answer
SIGNED = 0.15  # with a name behind the way to answer
_BLANKS = (" ", ".", "*", "/", "\u200b", "-", "·", "\n", "_")


@dataclass(frozen=True, slots=True)
class Line:
    source: str
    text: str
    rule: str  # "" for what is clean
    part: int  # of ``PARTS``


@cache
def phrases() -> Mapping[str, Any]:
    return tomllib.loads(files("classifiers.training").joinpath("scam_phrases.toml").read_text(encoding="utf-8"))


def part_of(phrase: str) -> int:
    return sha256(phrase.encode()).digest()[0] % PARTS


def rules() -> list[str]:
    return [*phrases()["offers"]]


def scams(each: int, luck: Random) -> Iterator[Line]:
    """``each`` advertisements of every rule."""
    for rule, written in phrases()["offers"].items():
        by_part: dict[int, list[str]] = {}
        for offer in written.split("\n")[:-1]:
            by_part.setdefault(part_of(offer), []).append(offer)
        for _ in range(each):
            part = luck.choice([*by_part])
            yield Line("composed", _advertisement(rule, by_part[part], luck), rule, part)


def _advertisement(rule: str, offers: list[str], luck: Random) -> str:
    chosen = luck.sample(offers, min(len(offers), luck.choice((1, 1, 1, 2, 2, 3))))
    pieces = [lifelike.slotted(offer, luck) for offer in chosen]
    urge, lead = phrases()["urges"]["scam"].split("\n"), phrases()["leads"]["scam"].split("\n")
    if rule in {"gambling", "escort"} and luck.random() < PLANTED:
        titles = luck.sample(phrases()["leads"]["seo"].split("\n")[:-1], luck.choice((1, 1, 2, 3)))
        planted = [*(lifelike.slotted(title, luck) for title in titles), *pieces]
        return luck.choice((" ", "-", " | ", "_")).join(luck.sample(planted, len(planted)))
    terse = sum(map(len, pieces)) < ENOUGH and rule != "phishing"  # says too little alone
    if rule != "phishing" and luck.random() < 0.45:
        pieces.append(luck.choice(urge[:-1]))
    if luck.random() < 0.2:
        pieces.insert(0, luck.choice(lead[:-1]))
    if terse or luck.random() < (0.25 if rule == "phishing" else REACHABLE):
        pieces.append(contact(luck))
        if luck.random() < SIGNED:
            pieces[-1] += lifelike.name(luck)[: luck.randint(1, 3)] + luck.choice(("", "经理", "会计", "老师", "主任"))
    if rule == "phishing" and luck.random() < 0.4:
        pieces[0] = f"【{lifelike.slotted(luck.choice(('{office}', '{bank}', '{place}{office}')), luck)}】{pieces[0]}"
    return hidden(luck.choice(("，", "，", " ", "", "。", "！", "、", "~", "\n")).join(pieces), luck)


def planted(count: int, luck: Random) -> Iterator[Line]:
    """Titles of offices with what was hung on them, and as many with what belongs there."""
    words = {name: text.split("\n")[:-1] for name, text in phrases()["planted"].items()}
    leads = phrases()["leads"]["seo"].split("\n")[:-1]
    for number in range(2 * count):
        rule = ("gambling", "gambling", "gambling", "escort", "", "", "", "")[number % 8]
        hung = words[rule or "own"]
        part = luck.randrange(PARTS)
        own = [each for each in hung if part_of(each) == part]
        ends = words["ends"] if rule != "escort" else words["scenes"]
        tails = [luck.choice(own) + luck.choice(("", luck.choice(ends))) for _ in range(luck.choice((1, 1, 2, 3)))]
        head = luck.choice(
            (luck.choice(leads), luck.choice(words["notices"]).format(about=luck.choice(words["about"])))
        )
        pieces = [lifelike.slotted(head, luck), *tails]
        text = luck.choice((" - ", "-", "_", "|", " ", "——")).join(pieces if luck.random() < 0.8 else pieces[::-1])
        yield Line("composed" if rule else "lines", text, rule, part)


def stories(count: int, luck: Random) -> Iterator[Line]:
    """Of ``count`` who tell of their life a third advertise what changed it, a third were cheated, a third ask for help."""
    told: Mapping[str, str] = {name: text for name, text in phrases()["stories"].items() if name != "turn"}
    turns = [(rule, turn) for rule, text in phrases()["stories"]["turn"].items() for turn in text.split("\n")[:-1]]
    for number in range(count):
        rule, turn = luck.choice(turns)
        pieces = luck.sample(told["hardship"].split("\n")[:-1], luck.choice((0, 1, 2, 3)))
        kind = ("after", "cheated", "plea")[number % 3]
        if kind != "plea":
            pieces += [turn, *luck.sample(told["after"].split("\n")[:-1], luck.choice((1, 2, 3)))]
        if kind == "after":
            pieces += luck.sample(told["call"].split("\n")[:-1], luck.choice((0, 1, 1, 2)))
            pieces += [contact(luck)] * (luck.random() < REACHABLE)
            pieces = luck.sample(phrases()["leads"]["scam"].split("\n")[:-1], luck.choice((0, 1))) + pieces
        else:
            pieces += luck.sample(told[kind].split("\n")[:-1], luck.choice((1, 2)))
        text = luck.choice(("，", "。", "，", "\n")).join(pieces)
        if kind == "after":
            yield Line("composed", hidden(text, luck), rule, part_of(turn))
        else:
            yield Line("framed" if kind == "cheated" else "lines", _spoken(text, luck), "", part_of(turn))


def _spoken(text: str, luck: Random) -> str:
    """Sometimes with what people say first and last."""
    before, after = phrases()["polite"]["before"].split("\n"), phrases()["polite"]["after"].split("\n")
    first = luck.choice(before[:-1]) if luck.random() < 0.2 else ""
    last = luck.choice(after[:-1]) if luck.random() < 0.2 else ""
    return romanised(f"{first}{text}{last}", luck) if luck.random() < ROMANISED else f"{first}{text}{last}"


def romanised(text: str, luck: Random) -> str:
    """Some words in pinyin, as those write who lack a character or can't type it."""
    blank = luck.choice(("", "", " "))

    def written(match: re.Match[str]) -> str:
        return f"{blank}{_pinyin()[match[0]]}{blank}" if luck.random() < 0.6 else match[0]

    return re.compile("|".join(sorted(_pinyin(), key=len, reverse=True))).sub(written, text)


@cache
def _pinyin() -> dict[str, str]:
    return dict(line.split(" ") for line in phrases()["pinyin"]["words"].split("\n")[:-1])


def machine(count: int, luck: Random) -> Iterator[Line]:
    """Settings, keys, logs and commands that slipped into a page, as they stand there behind the door."""
    shapes, names = phrases()["machine"]["shapes"].split("\n")[:-1], phrases()["machine"]["names"].split("\n")[:-1]
    for _ in range(count):
        chosen = luck.sample(shapes, luck.choice((1, 1, 1, 2, 3)))
        text = luck.choice(("\n", "\n", " ", "; ")).join(
            shape.format(name=luck.choice(names), value=_value(luck), host=_machine_host(luck)) for shape in chosen
        )
        yield Line("lines", text, "", part_of(chosen[0]))


def _value(luck: Random) -> str:
    letters = "".join(luck.choice("ABCDEFGHKLMNPQRSTabcdefghkmnpqrst23456789+/=") for _ in range(luck.randint(6, 40)))
    placeholders = (
        "${PASSWORD}",
        "<your-password>",
        "changeme",
        "xxxxxx",
        "null",
        "true",
        "30000",
        "【待填写】",
        "请自行替换",
    )
    return luck.choice((MASK * luck.randint(6, 40), MASK * luck.randint(6, 20), letters, luck.choice(placeholders)))


def _machine_host(luck: Random) -> str:
    return luck.choice(
        (
            f"10.{luck.randint(0, 255)}.{luck.randint(0, 255)}.{luck.randint(1, 254)}",
            "localhost",
            "db01",
            "redis-master",
            "mail.gov.example",
        )
    )


def contact(luck: Random, ways: Sequence[str] = _WAYS) -> str:
    way = luck.choice(ways)
    if way.startswith(_TELEPHONES):
        value = lifelike.mobile(luck)
    elif way.startswith(_LINKS):
        value = lifelike.address(luck)
    elif "裙" in way or "群" in way or "扣" in way or "q" in way.lower() or "🐧" in way or "企" in way:
        value = lifelike.qq(luck)
    else:
        value = luck.choice((lifelike.account, lifelike.account, lifelike.qq, lifelike.mobile))(luck)
    return way.format(value)


def hidden(text: str, luck: Random) -> str:
    """Seldom: words twisted, all written backwards, or all split by blanks or signs."""
    if luck.random() < TWISTED:
        text = _twists().sub(lambda match: luck.choice(twists()[match[0]]), text)
    if luck.random() < BACKWARDS:
        text = text[::-1]
    if luck.random() < 0.06:
        return luck.choice(_BLANKS).join(text)
    return text


@cache
def twists() -> dict[str, list[str]]:
    """How else each word is written."""
    rows = (line.split(" ") for line in phrases()["twists"]["words"].split("\n")[:-1])
    return {first: [first, *others] for first, *others in rows}


@cache
def _twists() -> re.Pattern[str]:
    return re.compile("|".join(sorted(twists(), key=len, reverse=True)))


def reached(each: int, luck: Random) -> Iterator[Line]:
    """Every ordinary matter ``each`` times with a way to answer, and sometimes nothing but that."""
    asides = phrases()["clean"]["asides"].split("\n")[:-1]
    for written in phrases()["clean"]["matters"].split("\n")[:-1]:
        for _ in range(each):
            pieces = [lifelike.slotted(written, luck), contact(luck, _OPEN)] + luck.sample(
                asides, luck.choice((0, 0, 1, 2))
            )
            if luck.random() < 0.3:
                pieces[1:] = luck.sample(pieces[1:], len(pieces) - 1)
            text = luck.choice(("，", "，", " ", "", "。", "：")).join(pieces[luck.random() < 0.1 :])
            yield Line("reached", _spoken(text, luck), "", part_of(written))


def clean(each: int, joined: int, framed: int, luck: Random) -> Iterator[Line]:
    """Every clean line ``each`` times with other values, ``joined`` texts of two or three, and ``framed`` mentions of
    offers of every rule."""
    for written in phrases()["clean"]["lines"].split("\n")[:-1]:
        for _ in range(each):
            yield Line("lines", _spoken(lifelike.slotted(written, luck), luck), "", part_of(written))
    yield from _joined(joined, luck)
    frames = phrases()["frames"]["clean"].split("\n")[:-1]
    for written in phrases()["offers"].values():
        by_part: dict[int, list[str]] = {}
        for offer in written.split("\n")[:-1]:
            by_part.setdefault(part_of(offer), []).append(offer)
        for _ in range(framed):
            part = luck.choice([*by_part])
            said, other, more = (lifelike.slotted(luck.choice(by_part[part]), luck) for _ in range(3))
            said += (luck.choice(("，", "")) + contact(luck)) * (luck.random() < 0.25)
            frame = lifelike.slotted(luck.choice(frames), luck)
            yield Line("framed", frame.format(offer=said, other=other, more=more), "", part)


def _joined(count: int, luck: Random) -> Iterator[Line]:
    """Two or three clean lines in a row, as a page or somebody who asks several things has them."""
    by_part: dict[int, list[str]] = {}
    for written in phrases()["clean"]["lines"].split("\n")[:-1]:
        by_part.setdefault(part_of(written), []).append(written)
    for _ in range(count):
        part = luck.choice([*by_part])
        pieces = [lifelike.slotted(written, luck) for written in luck.sample(by_part[part], luck.choice((2, 2, 3)))]
        yield Line("joined", luck.choice(("，", "。", "；", " ", "\n", "")).join(pieces), "", part)
