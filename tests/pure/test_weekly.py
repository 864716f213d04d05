"""The digest as people read it: one line that may be enough, the worst first, short when all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.finding import Kind
from monitor import messages
from monitor.digest import summarise
from monitor.letter import Letter
from monitor.model import Period, Severity
from monitor.summary import Installation, PlatformHealth, Silence, Summary, Tally
from monitor.words import Words
from tests.letters import (
    BROKEN,
    CONTEXT,
    DUTY,
    HOSTILE,
    NOW,
    RECORD,
    WORDS,
    ZH,
    ZONE,
    agrees,
    text_of,
)

WEEK = Period(datetime(2026, 11, 15, 16, 0, tzinfo=UTC), datetime(2026, 11, 22, 16, 0, tzinfo=UTC))
WELL = PlatformHealth(name="board", title="市民留言板", last_good_at=NOW, failures=0, error="", detail="", items=63)


def week(**changes: object) -> Summary:
    values: dict[str, object] = {
        "period": WEEK,
        "zone": ZONE,
        "now": NOW,
        "open_records": (),
        "opened": ({}, {}, {}),
        "closed": (),
        "platforms": (WELL,),
    }
    return summarise(**(values | changes))  # type: ignore[arg-type]


def digest(summary: Summary, words: Words = ZH) -> Letter:
    return messages.digest(summary, DUTY, CONTEXT, words)


@pytest.mark.parametrize("language", WORDS)
def test_a_quiet_week_is_short_and_says_so(language: str) -> None:
    letter = digest(week(), WORDS[language])

    agrees(letter, WORDS[language])
    assert len(text_of(letter, WORDS[language]).splitlines()) <= 16
    assert letter.severity is None
    assert digest(week()).subject == "回音周报（2026年第47周）：一切正常"
    assert (
        digest(week()).first
        == "2026年第47周（11月16日至11月22日）一切正常：新信息63条，没有未结事项，1个平台全部正常。"
    )


@pytest.mark.parametrize("language", WORDS)
def test_silences_and_dead_addresses_are_said(language: str) -> None:
    silence = Silence(
        id=1, platform="board", kind=None, begun_at=NOW, until=NOW + timedelta(hours=5), owner="duty", why="维护"
    )
    summary = replace(week(), silences=(silence,), dead=(DUTY.name,))
    letter = digest(summary, WORDS[language])

    agrees(letter, WORDS[language])
    text = text_of(letter, WORDS[language])
    assert "维护" in text
    assert WORDS[language].say("digest.dead", names=DUTY.title) in text


@pytest.mark.parametrize("its", [Installation(days_left=30), Installation(collecting=False)])
def test_a_disk_that_fills_up_is_no_quiet_week(its: Installation) -> None:
    letter = digest(week(installation=its))

    assert letter.severity is Severity.SERIOUS
    assert letter.subject.endswith("没有未结事项，有1处需要看一看")
    assert "服务器磁盘快满了" in letter.first
    assert digest(week(installation=Installation(days_left=31))).severity is None


def full(**changes: object) -> Summary:
    records = (
        replace(RECORD, id=2, number="2026-0002", deadline=NOW + timedelta(days=1, hours=2)),
        replace(RECORD, id=1, number="2026-0001", deadline=NOW - timedelta(hours=3), owner="leader"),
    )
    opened = ({Kind.HAZARD: 1}, {Kind.PERSONAL_DATA: 2}, {Kind.HAZARD: 3})
    words = (("供水", 14), ("公交", 9))
    return week(
        **(
            {
                "open_records": records,
                "opened": opened,
                "closed": (Tally(kind=Kind.HAZARD, right=3, wrong=1), Tally(kind=Kind.SCAM, right=0, wrong=2)),
                "platforms": (WELL, replace(BROKEN, name="b")),
                "words": words,
                "undelivered": 2,
            }
            | changes
        )
    )


@pytest.mark.parametrize("language", WORDS)
def test_a_full_week_says_everything_in_both(language: str) -> None:
    agrees(digest(full(), WORDS[language]), WORDS[language])


def test_a_full_week_begins_with_what_is_overdue() -> None:
    letter = digest(full())
    text = text_of(letter)

    assert letter.subject == "回音周报（2026年第47周）：未结2件，其中超期1件"
    assert letter.first == (
        "2026年第47周（11月16日至11月22日）：未结事项2件，其中超期1件；新开1件；办结3件；排除3件；新信息126条；"
        "2个平台中有1个读取异常；有2条通知没有送达。"
    )
    assert letter.severity is Severity.URGENT
    assert "- 2026-0001 个人信息外泄：市民留言板 | 负责人：分管领导 | 期限：超期3小时，待认领\n- 2026-0002 " in text
    assert "期限：还剩1天2小时，待认领" in text
    assert "- 险情 | 本期：1 | 上一周：0 | 再上一周：3" in text
    assert "- 个人信息外泄 | 本期：0 | 上一周：2 | 再上一周：0" in text
    assert "已连续6次，上次正常是今天（11月23日）08:00 | 新信息：63" in text
    assert "供水（14条）、公交（9条）" in text
    assert "- 险情 | 办结：3 | 排除：1 | 报得准：75%\n- 诈骗或违法广告 | 办结：0 | 排除：2 | 报得准：0%" in text


@pytest.mark.parametrize(
    ("changes", "gist", "severity"),
    [
        ({"undelivered": 0}, "未结2件，其中超期1件", Severity.URGENT),
        ({"open_records": (RECORD,)}, "未结1件", Severity.SERIOUS),
        ({"open_records": ()}, "没有未结事项，有2处需要看一看", Severity.SERIOUS),
        ({"open_records": (), "platforms": (), "undelivered": 0}, "没有未结事项，有1处需要看一看", Severity.SERIOUS),
        ({"open_records": (), "platforms": (WELL,), "undelivered": 0}, "没有未结事项", None),
    ],
)
def test_the_subject_says_the_worst(changes: dict[str, object], gist: str, severity: Severity | None) -> None:
    letter = digest(full(**changes))

    assert letter.subject == f"回音周报（2026年第47周）：{gist}"
    assert letter.severity is severity


def test_platforms_are_told_as_they_are() -> None:
    new = replace(WELL, last_good_at=None, items=0)
    dead = replace(BROKEN, last_good_at=None, error="http_404")
    text = text_of(digest(week(platforms=(new, dead))))

    assert "情况：还没有读取过 | 新信息：0" in text
    assert "网址已经不存在；已连续6次，从未正常过" in text
    assert "还没有配置平台" in digest(week(platforms=())).first
    assert "办结" not in digest(week(open_records=(RECORD,))).first


@settings(max_examples=60)
@given(strange=st.lists(HOSTILE, min_size=5, max_size=5))
def test_hostile_values_change_no_digest(strange: list[str]) -> None:
    title, error, owner, platform, word = strange
    summary = full(
        open_records=(replace(RECORD, owner=owner, platform=platform),),
        platforms=(replace(BROKEN, title=title, error=error or "x"),),
        words=((word, 2),),
    )

    agrees(digest(summary), ZH)
    assert len(text_of(digest(summary)).splitlines()) == 33


def test_a_long_list_is_cut_and_counted() -> None:
    many = tuple(replace(RECORD, id=n, number=f"2026-{n:04d}") for n in range(1, 43))
    text = text_of(digest(week(open_records=many)))

    assert "2026-0030" in text
    assert "2026-0031" not in text
    assert "另有12件未列出，全部清单请运行 huiyin list。" in text


def test_days_of_another_year_are_told_with_it() -> None:
    period = Period(datetime(2026, 12, 27, 16, 0, tzinfo=UTC), datetime(2027, 1, 3, 16, 0, tzinfo=UTC))
    first = digest(week(period=period, now=period.end + timedelta(hours=8))).first

    assert first.startswith("2026年第53周（2026年12月28日至1月3日）")


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "2027年的放假调休安排还没有录入"), ("en", "public holidays of 2027")]
)
def test_a_year_that_nobody_has_published_is_asked_for(language: str, said: str) -> None:
    context = replace(CONTEXT, unpublished=2027)
    letter = messages.digest(week(), DUTY, context, WORDS[language])

    assert said in text_of(letter, WORDS[language])
