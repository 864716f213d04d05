"""The wording: complete in both languages, and filled in rightly."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.finding import Kind, Topic
from monitor.model import Outcome, Reason, Severity, State, Working
from monitor.words import Words

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
BY_NUMBER = {  # these are always asked for with ``count``; only they may hold a "|"
    *(f"time.{unit}" for unit in ("d", "h", "m", "s", "wd", "wh")),
    *(f"digest.{key}" for key in ("gist_trouble", "open", "open_overdue", "items", "new_items", "well", "lost")),
    *(f"rehearsal.{key}" for key in ("first", "late", "danger", "leak", "woken", "more", "answer_figures")),
    *(f"firstday.{key}" for key in ("subject", "first", "more")),
    "answered.took",
    "chat.list",
    *(f"relief.{key}" for key in ("open", "more")),
    *(
        f"gathered.{part}_{why}"
        for part in ("subject", "first")
        for why in ("burst", "quiet", "rate", "down", "silence")
    ),
    *("actpage.waiting", "alert.held_back", "tasks.done"),
    *(f"awaited.{key}" for key in ("subject", "first", "more", "count", "same")),
    *(f"chasing.{key}" for key in ("subject", "first", "more", "tasks")),
    *("checks.left", "checks.over"),
    *(f"paper.{key}" for key in ("left", "passed", "seconds")),
    *(f"evaluation.{key}" for key in ("first", "unread", "more")),
    *("digest.trouble", "digest.undelivered_note", "digest.more", "sure.failures", "alert.more"),
    *("alert.seen_in_file", "alert.stale_of_site", "digest.unread"),
    *("links.count", "links.more"),
    *(f"watch.{key}" for key in ("mute", "all_broken", "broken", "clock_moved")),
    *(f"strip.{key}" for key in ("left", "days", "certified", "certificate_ends", "certificate_over", "back", "on")),
}


def load(language: str) -> dict[str, object]:
    parts = [ROOT / "config" / f"{part}.{language}.toml" for part in ("words", "papers")]
    return {key: value for part in parts for key, value in tomllib.loads(part.read_text(encoding="utf-8")).items()}


TABLES = {language: load(language) for language in ("zh", "en")}
ZH, EN = (Words(language, TABLES[language]) for language in ("zh", "en"))


def leaves(table: Mapping[str, object], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}{key}.")
        else:
            assert isinstance(value, str), f"{path}{key}"
            yield f"{path}{key}", value


def names(template: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(template)} - {None}


LEAVES = {language: dict(leaves(table)) for language, table in TABLES.items()}


def test_both_languages_have_the_same_keys() -> None:
    assert list(LEAVES["zh"]) == list(LEAVES["en"])


@pytest.mark.parametrize("key", LEAVES["zh"])
def test_both_languages_fill_in_the_same_names(key: str) -> None:
    wanted = names(LEAVES["zh"][key])

    assert all(names(form) == wanted for form in LEAVES["en"][key].split("|"))
    assert all("|" not in LEAVES[language][key] or key in BY_NUMBER for language in LEAVES)
    assert all(LEAVES[language][key].strip() for language in LEAVES)


def test_every_word_of_the_house_has_its_wording() -> None:
    wanted = [f"kinds.{kind}.{what}" for kind in Kind for what in ("name", "seen", "harm", "act")]
    wanted += [f"severities.{severity}" for severity in Severity]
    wanted += [f"states.{state}" for state in State]
    wanted += [f"outcomes.{outcome}" for outcome in Outcome]
    wanted += [f"alert.{what}_{reason}" for reason in Reason for what in ("subject", "first", "why")]

    assert [key for key in wanted if key not in ZH] == []


def test_nothing_is_worded_that_nobody_says() -> None:
    """Every key stands in the code, or belongs to a table that is read by the words of the house."""
    code = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "monitor").glob("**/*.py")))
    by_house = (
        "kinds.",
        "rules.",
        "errors.",
        "months.",
        "weekdays.",
        "severities.",
        "states.",
        "outcomes.",
        "actpage.dismiss",
        "actpage.refused_",
        "actpage.resolve",
        "relief.hop_",
        "sure.p",
        "topics.",
        "purposes.",
        "playbook.",  # test_playbook
        "paper.",  # test_papers
    )
    by_part = (
        "rescue.",
        "watch.clock_",
        "watch.space_",
        "learned.verdict_",
        "learned.model_",
        "subject_",
        "first_",
        "why_",
        "gist_",
        "_command",
        "today",
        "tomorrow",
        "yesterday",
        "other",
    )
    said = re.compile("|".join(map(re.escape, by_part)))
    unsaid = [
        key
        for key in LEAVES["zh"]
        if not key.startswith(by_house) and f'"{key}"' not in code and not said.search(key)
        if f'"{key.rpartition(".")[2]}"' not in code
    ]

    assert unsaid == []


def test_a_missing_key_or_name_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"kinds\.opinion\.name"):
        ZH.say("kinds.opinion.name")
    with pytest.raises(KeyError):
        ZH.say("kinds.hazard")
    with pytest.raises(KeyError):
        ZH.say("kinds.hazard.seen.deeper")
    with pytest.raises(KeyError, match="platform"):
        ZH.say("kinds.hazard.seen")


def test_what_is_filled_in_is_not_read_as_wording() -> None:
    assert EN.count("digest.trouble", 1, error="a | b {n}", last="c") == "a | b {n}; 1 time in a row, c"


@pytest.mark.parametrize(("n", "text"), [(0, "0 messages"), (1, "1 message"), (2, "2 messages")])
def test_a_number_chooses_the_form(n: int, text: str) -> None:
    assert EN.count("digest.items", n) == text
    assert ZH.count("digest.items", n) == f"{n}条"


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        (datetime(2026, 11, 23, 18, 0, tzinfo=SHANGHAI), "今天（11月23日）18:00", "18:00 today (23 Nov)"),
        (datetime(2026, 11, 24, 0, 0, tzinfo=SHANGHAI), "明天（11月24日）00:00", "00:00 tomorrow (24 Nov)"),
        (datetime(2026, 11, 22, 9, 5, tzinfo=SHANGHAI), "昨天（11月22日）09:05", "09:05 yesterday (22 Nov)"),
        (datetime(2026, 11, 27, 9, 5, tzinfo=SHANGHAI), "11月27日（周五）09:05", "09:05 on Fri 27 Nov"),
        (datetime(2027, 1, 4, 9, 5, tzinfo=SHANGHAI), "2027年1月4日（周一）09:05", "09:05 on Mon 4 Jan 2027"),
    ],
)
def test_a_moment_is_local_and_has_its_date(at: datetime, zh: str, en: str) -> None:
    now = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    assert ZH.moment(at.astimezone(UTC), now, SHANGHAI) == zh
    assert EN.moment(at.astimezone(UTC), now, SHANGHAI) == en


def test_today_is_a_local_day() -> None:
    now = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # past midnight in Shanghai

    assert ZH.moment(now, now, SHANGHAI) == "今天（11月24日）00:30"


def test_a_stamp_has_its_whole_date() -> None:
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    assert ZH.stamp(at, SHANGHAI) == "2026年11月23日（周一）09:00"
    assert EN.stamp(at, SHANGHAI) == "Mon 23 Nov 2026, 09:00"


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(seconds=-5), "不到1分钟", "less than a minute"),
        (timedelta(seconds=59), "不到1分钟", "less than a minute"),
        (timedelta(minutes=1), "1分钟", "1 minute"),
        (timedelta(minutes=59, seconds=59), "59分钟", "59 minutes"),
        (timedelta(hours=1), "1小时", "1 hour"),
        (timedelta(hours=2, minutes=5), "2小时5分钟", "2 hours 5 minutes"),
        (timedelta(days=1, minutes=59), "1天", "1 day"),
        (timedelta(days=2, hours=3, minutes=59), "2天3小时", "2 days 3 hours"),
    ],
)
def test_a_span_has_its_two_largest_units(span: timedelta, zh: str, en: str) -> None:
    assert (ZH.span(span), EN.span(span)) == (zh, en)


@given(day=st.dates(min_value=date(1970, 1, 1)))
def test_every_day_has_a_name(day: date) -> None:
    assert ZH.day(day, day.year) == f"{day.month}月{day.day}日"
    assert str(day.year) in EN.day(day, day.year + 1)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("became_html", "返回的是网页（可能是登录页面），不是应有的信息列表"),
        ("http_404", "网址已经不存在"),
        ("http_418", "对方不接受读取请求（418）"),
        ("http_503", "对方服务器内部出错（503）"),
        ("http_302", "对方没有给出内容，只让转到别处，或只说没有变化（302）"),
        ("http_204", "对方的回应里没有可读的内容（204）"),
        ("http_101", "原因代码：101"),
        ("", "原因代码："),
        ("new_{code}", "原因代码：new_{code}"),
    ],
)
def test_every_error_has_its_clause(code: str, text: str) -> None:
    assert ZH.error(code) == text


def test_a_rule_has_a_plain_name_or_that_of_its_kind() -> None:
    assert ZH.rule(Kind.PERSONAL_DATA, "mobile") == "手机号码"
    assert ZH.rule(Kind.HAZARD, "some_new_rule") == "险情"


def test_a_list_is_joined_as_its_language_does() -> None:
    assert (ZH.join(["甲", "乙"]), EN.join(["a", "b"])) == ("甲、乙", "a, b")


def test_a_locator_is_an_address_or_a_number_in_words() -> None:
    assert ZH.locator("https://www.agency.example/m/7") == "https://www.agency.example/m/7"
    assert ZH.locator("number:2026-7") == "留言编号 2026-7"
    assert EN.locator("number:2026-7") == "message no. 2026-7"
    assert ZH.locator("") == ""


def test_a_topic_without_a_name_is_called_what_it_is() -> None:
    named = Words("zh", {"topics": {"housing": "住房保障"}})

    assert (named.topic("housing"), named.topic("water")) == ("住房保障", "water")


UNITS = {"水务": "供水科", "路灯": "市政科"}


@pytest.mark.parametrize(
    ("topic", "zh", "en"),
    [
        (Topic("水务", 0.99, "路灯", True), ("归属", "供水科·水务"), ("Belongs to", "供水科: 水务")),
        (Topic("环境保护", 0.99, "水务", True), ("归属", "环境保护"), ("Belongs to", "environment")),
        (
            Topic("环境保护", 0.5, "路灯", False),
            ("可能归属", "环境保护（也可能是市政科·路灯）"),
            ("Perhaps belongs to", "environment (or 市政科: 路灯)"),
        ),
    ],
)
def test_to_whom_a_message_belongs(topic: Topic, zh: tuple[str, str], en: tuple[str, str]) -> None:
    assert ZH.belongs(topic, UNITS) == zh
    assert EN.belongs(topic, UNITS) == en


def test_working_time_is_said_as_such() -> None:
    assert [ZH.delay(Working(days=5)), ZH.delay(Working(hours=timedelta(hours=4)))] == [
        "5个工作日",
        "4小时（工作时间）",
    ]
    assert [EN.delay(Working(days=1)), EN.delay(timedelta(days=5))] == ["1 working day", "5 days"]
