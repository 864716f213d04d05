"""What people are told of a record: the right facts first, and nothing that is not known."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from classifiers.finding import Kind, Topic
from monitor import messages
from monitor.letter import render
from monitor.model import LINE, Reason, Seen, State
from monitor.words import Words
from tests.letters import (
    BROKEN,
    CONTEXT,
    DUTY,
    EN,
    HOSTILE,
    NOW,
    RECORD,
    SEEN,
    WORDS,
    ZH,
    Page,
    agrees,
    alert,
    text_of,
)

# the first line


def test_the_first_line_says_what_where_how_sure_what_to_do_and_by_when() -> None:
    assert alert().first == (
        "“市民留言板”上公开了市民的个人信息（几乎可以肯定，96%）。"
        "请先撤下原文或遮盖号码，再查看附件和转载页面里是否还有，今天（11月23日）18:00前办结。"
    )
    assert alert(words=EN).first == (
        "Citizens' personal data stands in public on “市民留言板” (almost certain, 96%). Please take it down or mask "
        "the numbers, then look whether attachments and copies show them too. Due by 18:00 today (23 Nov)."
    )


@pytest.mark.parametrize(
    ("score", "sure"),
    [
        (1.0, "几乎可以肯定，99%"),
        (0.949, "很有把握，94%"),
        (0.8, "很有把握，80%"),
        (0.61, "比较有把握，61%"),
        (0.2, "把握不大，20%"),
    ],
)
def test_how_sure_is_said_in_words_and_never_wholly(score: float, sure: str) -> None:
    assert f"（{sure}）" in alert(seen=(replace(SEEN, score=0.1), replace(SEEN, score=score))).first


def test_the_surest_finding_counts_and_none_says_nothing() -> None:
    assert "%" not in alert(seen=()).first
    assert "看到了什么" not in text_of(alert(seen=()))


@pytest.mark.parametrize(
    ("reason", "begins", "says"),
    [
        (Reason.OPENED, "“市民留言板”", "请先撤下"),
        (Reason.STEP, "“市民留言板”", "31分钟过去了还没有人认领"),
        (Reason.REPEAT, "再次提醒：", "31分钟过去了还没有人认领"),
        (Reason.UNDELIVERED, "“市民留言板”", "前一位联系人没有收到通知，请您接手"),
        (Reason.OVERDUE, "已超期：", "前办结"),
    ],
)
def test_each_reason_reads_differently(reason: Reason, begins: str, says: str) -> None:
    letter = alert(reason=reason)

    assert letter.first.startswith(begins)
    assert says in letter.first
    assert ZH.say(f"alert.why_{reason}") in text_of(letter)


def test_a_passed_deadline_is_said_with_its_length() -> None:
    late = replace(RECORD, deadline=NOW - timedelta(hours=2, minutes=5))

    assert "原定今天（11月23日）07:55前办结，已超过2小时5分钟" in alert(late, reason=Reason.OVERDUE).first
    assert "原定今天（11月23日）10:00前办结，已超过不到1分钟" in alert(replace(late, deadline=NOW)).first


def test_a_broken_platform_is_told_as_such() -> None:
    record = replace(RECORD, kind=Kind.SOURCE_BROKEN, item=None, locator="https://board.agency.example/feed.xml")
    seen = (Seen(kind=Kind.SOURCE_BROKEN, rule="became_html", score=1.0, excerpt="text/html"),)
    letter = alert(record, seen, context=replace(CONTEXT, health=BROKEN))

    assert letter.first.startswith(
        "“市民留言板”自今天（11月23日）08:00起读取不到内容：返回的是网页（可能是登录页面），不是应有的信息列表（已连续6次）。"
    )
    text = text_of(letter)
    assert "为什么要紧：在恢复之前，那里的新留言和新信息都看不到。" in text
    assert "上次正常：今天（11月23日）08:00" in text
    assert "技术说明：text/html, 18213 bytes" in text
    assert "网址：https://board.agency.example/feed.xml" in text
    assert "%" not in text
    assert "标题" not in text


def test_a_platform_that_was_never_well_counts_from_the_record() -> None:
    record = replace(RECORD, kind=Kind.SOURCE_BROKEN, item=None, locator="")
    health = replace(BROKEN, last_good_at=None, failures=0, detail="")
    text = text_of(alert(record, (), context=replace(CONTEXT, health=health)))

    assert "自今天（11月23日）09:29起读取不到内容：原因代码：。" in text
    assert "上次正常：从未正常过" in text
    assert "技术说明" not in text
    assert "网址" not in text
    assert "上次正常" not in text_of(alert(record, ()))


# the rest of an alert


def test_a_few_excerpts_are_quoted_and_the_others_counted() -> None:
    text = text_of(alert(seen=tuple(replace(SEEN, excerpt=f"第{n}处 138****0000") for n in range(46))))

    assert [n for n in range(46) if f"手机号码：第{n}处 138****0000" in text] == [0, 1, 2, 3, 4]
    assert "另有41处，请看原文。" in text
    assert "号码已经遮盖" in text


def test_a_finding_without_a_name_of_its_own_is_only_quoted() -> None:
    hazard = Seen(kind=Kind.HAZARD, rule="gas", score=0.9, excerpt="楼道里有燃气味")
    text = text_of(alert(replace(RECORD, kind=Kind.HAZARD), (hazard,)))

    assert "\n- 楼道里有燃气味\n" in text
    assert "遮盖" not in text


OWN = replace(CONTEXT, prefixes=("https://board.agency.example/m",))


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("kind", [Kind.SCAM, Kind.HIDDEN_LINK])
def test_what_filters_would_catch_is_not_quoted(kind: Kind, words: Words) -> None:
    record = replace(RECORD, kind=kind, subject="bad words", locator="https://board.agency.example/m/3")
    where = 'main > div#bad-words > a.bad[href="https://bad.example/"] > bad-words > p:nth-of-type(2)'
    seen = Seen(kind=kind, rule="x", score=0.9, excerpt="bad words at https://bad.example/", where=where)
    message = render(alert(record, (seen,), context=OWN, words=words), words)

    for part in (message.subject, message.text, message.html):
        assert not re.search(r"bad", part)
    assert words.say("alert.where", where="main > div > a > p") in message.text
    assert words.say("alert.unquoted") in message.text
    assert Page(message.html).links == ["https://board.agency.example/m/3"]


@pytest.mark.parametrize(
    ("locator", "linked"),
    [
        ("https://board.agency.example/m", True),
        ("https://board.agency.example/m/3", True),
        ("https://board.agency.example/mb", False),
        ("https://board.agency.example.bad.example/m/3", False),
        ("https://bad.example/", False),
        ("", False),
    ],
)
def test_of_what_filters_would_catch_only_our_own_page_is_linked(locator: str, linked: bool) -> None:
    record = replace(RECORD, kind=Kind.HIDDEN_LINK, locator=locator)
    message = render(alert(record, (), context=OWN), ZH)

    assert Page(message.html).links == ([locator] if linked else [])
    assert ("bad.example" in message.text) is False
    assert ("请运行 huiyin show 2026-0007" in message.text) is (bool(locator) and not linked)


def test_the_record_is_told_with_its_people() -> None:
    text = text_of(alert(context=replace(CONTEXT, told=("duty", "leader", "unknown"))))

    for line in (
        "编号：2026-0007（重要）",
        "标题：补贴名单公示",
        "原文：https://board.agency.example/m/3",
        "发布时间：11月20日（周五）10:00",
        "发现时间：今天（11月23日）09:29",
        "状态：待认领",
        "负责人：值班员",
        "办理时限：今天（11月23日）18:00",
        "同时通知：分管领导、unknown",
        "接下来：到今天（11月23日）10:30仍没有人认领的，将通知分管领导",
        "我来办理：huiyin ack 2026-0007",
    ):
        assert f"\n{line}\n" in text


def test_what_is_not_known_is_not_said() -> None:
    bare = replace(RECORD, subject="", locator="", published_at=None, next_step_at=None)
    text = text_of(alert(bare))

    assert "标题" not in text
    assert "发布时间" not in text
    assert "同时通知" not in text
    assert "原文：没有网址，请在平台上查看" in text
    assert "接下来：不再逐级通知，到期未办结的会再提醒" in text
    assert "不再逐级通知" in text_of(alert(context=replace(CONTEXT, next_tell=())))


def test_an_acknowledged_record_is_not_asked_to_be_acknowledged() -> None:
    taken = replace(RECORD, state=State.ACKNOWLEDGED, acknowledged_at=NOW - timedelta(days=1))
    text = text_of(alert(taken, reason=Reason.OVERDUE))

    assert "状态：办理中，昨天（11月22日）10:00起" in text
    assert "huiyin ack" not in text
    assert "接下来" not in text
    assert "huiyin resolve 2026-0007" in text


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", WORDS)
def test_every_kind_and_reason_says_the_same_in_text_and_html(kind: Kind, reason: Reason, language: str) -> None:
    letter = alert(replace(RECORD, kind=kind), (replace(SEEN, kind=kind),), reason=reason, words=WORDS[language])

    agrees(letter, WORDS[language])
    assert "{" not in text_of(letter, WORDS[language])


# subjects


def test_subjects_name_urgency_kind_platform_and_number() -> None:
    assert alert().subject == "【重要】个人信息外泄：市民留言板（2026-0007）"
    assert alert(reason=Reason.OVERDUE, words=EN).subject == (
        "[Overdue] Personal data in public: 市民留言板 (2026-0007)"
    )


@given(title=HOSTILE, excerpt=HOSTILE)
def test_a_subject_never_holds_what_the_item_says(title: str, excerpt: str) -> None:
    letter = alert(replace(RECORD, subject=title), (replace(SEEN, excerpt=excerpt),))

    assert letter.subject == "【重要】个人信息外泄：市民留言板（2026-0007）"


@given(platform=HOSTILE)
def test_a_subject_is_one_bounded_line(platform: str) -> None:
    subject = render(alert(context=replace(CONTEXT, platforms={"board": platform * 9})), ZH).subject

    assert len(subject) <= 120
    assert subject.isprintable() or "\u3000" in subject or not subject.isascii()
    assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]", subject)


@pytest.mark.parametrize("language", WORDS)
def test_the_test_mail_says_that_it_is_one(language: str) -> None:
    words = WORDS[language]
    letter = messages.trial(DUTY, CONTEXT, words)

    agrees(letter, words)
    assert "值班员" in letter.first
    assert "Asia/Shanghai" in text_of(letter, words)


# a message that waits

WAITS = replace(
    RECORD,
    kind=Kind.REPLY_OVERDUE,
    subject="电梯停用",
    locator="number:17",
    topic=Topic("城乡建设", 0.97, "环境保护", True),
    waits_since=NOW - timedelta(days=16, hours=2),
    published_at=NOW - timedelta(days=16, hours=2),
)
UNANSWERED = Seen(kind=Kind.REPLY_OVERDUE, rule="unanswered", score=1.0, excerpt="电梯停用")


def test_a_late_answer_is_told_with_how_long_somebody_has_waited() -> None:
    letter = alert(WAITS, (UNANSWERED,))

    assert letter.first.startswith(
        "“市民留言板”上有一条留言从11月7日（周六）08:00等到现在，已等16天2小时，超过答复时限还没有答复。"
    )
    text = text_of(letter)
    assert "原文：留言编号 17，请在平台上按编号查找" in text
    assert "开始等待：11月7日（周六）08:00" in text
    assert "\n归属：城乡建设\n" in text
    assert "发布时间" not in text
    assert "看到了什么" not in text
    assert "%" not in text


def test_a_message_that_was_seen_before_it_says_it_was_posted_has_both_moments() -> None:
    later = replace(WAITS, published_at=NOW, subject="", waits_since=NOW - timedelta(days=20))
    text = text_of(alert(later, (UNANSWERED,)))

    assert "开始等待：11月3日（周二）10:00" in text
    assert "发布时间：今天（11月23日）10:00" in text
    assert "看到了什么" in text
    assert "电梯停用" in text
    assert "自" not in alert(replace(WAITS, waits_since=None), ()).first


def test_a_mail_is_shown_by_its_folder_and_time_and_never_as_a_link() -> None:
    whole = text_of(alert(replace(RECORD, locator="mail:INBOX 2026-11-04 10:00")))
    part = text_of(alert(replace(RECORD, locator="mail-part:INBOX 2026-11-04 10:00")))

    assert "原文：邮箱里的信（文件夹和时间：INBOX 2026-11-04 10:00）" in whole
    assert "INBOX 2026-11-04 10:00；信太大，只读了一部分）" in part
    assert "mail:" not in whole + part


def checked(kind, excerpt, where, words=ZH):
    seen = [Seen(kind=kind, rule="soon", score=1.0, excerpt=excerpt, where=where)]
    record = replace(RECORD, kind=kind, item=None)
    return alert(record, seen, words=words).first


@pytest.mark.parametrize(
    ("kind", "excerpt", "where", "said"),
    [
        (Kind.PAGE_STALE, "2026-11-12", "14", "最新的内容是2026年11月12日的，更新时限14天，还剩3天"),
        (Kind.PAGE_STALE, "2026-11-02", "14", "更新时限14天，已超过7天"),
        (Kind.PLATFORM_SILENT, "2026-11-12", "2", "从2026年11月12日起没有人留言，平时两条之间一般不超过2天"),
        (Kind.CERTIFICATE_EXPIRING, "2026-12-01", "14", "证书2026年12月1日到期，还剩8天"),
        (Kind.WRONG_ENCODING, "gb18030", "", "声明的编码与实际不符"),
    ],
)
def test_a_check_says_the_day_the_limit_and_what_is_left(kind, excerpt, where, said):
    assert said in checked(kind, excerpt, where)


def test_a_share_of_visits_is_no_day():
    seen = [Seen(kind=Kind.SITE_DOWN, rule="too_often", score=1.0, excerpt="7.2", where="5")]

    letter = alert(replace(RECORD, kind=Kind.SITE_DOWN, item=None), seen)

    assert "最近一周有7.2%的访问在15秒内打不开，检查的红线是5%" in letter.first


def test_when_nothing_answers_the_mail_speaks_of_our_own_line():
    seen = [Seen(kind=Kind.SITE_DOWN, rule="timeout", score=1.0, excerpt="")]

    letter = alert(replace(RECORD, kind=Kind.SITE_DOWN, item=None, platform=LINE), seen)

    assert "问题多半出在本单位自己的网络" in letter.first
    assert "我们自己的" not in letter.subject
    assert "本单位的网络线路" in letter.subject
