"""What people read of a proof that is missing: the alert, the letter that it is back, the digest."""

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.finding import Kind
from monitor import brief, messages
from monitor.model import Contact, Escalation, Reason, Seen
from monitor.proof import GRACE, Lapse, Proof
from tests.letters import BROKEN, CONTEXT, DUTY, NOW, RECORD, WORDS, ZH, agrees, text_of
from tests.pure.test_weekly import WELL, digest, week

PREFIX = "https://board.agency.example/col/"
RECORD_OF_PROOF: Escalation = replace(
    RECORD, kind=Kind.SOURCE_BROKEN, item=None, subject="市民留言板", locator=f"{PREFIX}feed.xml"
)
LOST = Proof(
    prefix=PREFIX,
    way="file",
    proven_at=NOW - timedelta(days=8),
    until=NOW + timedelta(days=29),
    failures=4,
    error="http_404",
    detail="the server answered 404",
)


def alert(rule, words=ZH, proofs=(LOST,), contact: Contact = DUTY, health=WELL):
    seen = (Seen(kind=Kind.SOURCE_BROKEN, rule=rule, score=1.0, excerpt="x", where=PREFIX),)
    context = replace(CONTEXT, health=health and replace(health, proofs=proofs))
    return messages.alert(RECORD_OF_PROOF, seen, reason=Reason.OPENED, contact=contact, context=context, words=words)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("rule", [*Lapse])
def test_each_lapse_is_told_in_both_languages(language, rule):
    words = WORDS[language]
    letter = alert(rule, words)
    agrees(letter, words)
    text = text_of(letter)

    assert words.rule(Kind.SOURCE_BROKEN, rule) in letter.subject
    assert f"huiyin platform prove {RECORD.platform}" in letter.first
    assert words.error("http_404") in letter.first
    assert words.count("sure.failures", 4) in letter.first
    assert PREFIX in text
    assert "the server answered 404" in text


@pytest.mark.parametrize("rule", [Lapse.GONE, Lapse.MISSING, Lapse.UNREACHABLE])
def test_it_says_until_when_the_platform_is_read(rule):
    assert ZH.moment(LOST.until, NOW, CONTEXT.zone) in text_of(alert(rule))


@pytest.mark.parametrize("health", [WELL, None])
def test_where_nothing_is_known_any_more_the_grace_is_counted_from_the_record(health):
    text = text_of(alert(Lapse.GONE, proofs=(), health=health))

    assert ZH.moment(RECORD.opened_at + GRACE, NOW, CONTEXT.zone) in text
    assert ZH.error("no_token") in text


def test_an_outage_is_worded_as_before():
    letter = alert("became_html", health=BROKEN)

    assert "平台读取异常" in letter.subject
    assert "platform prove" not in text_of(letter)


@pytest.mark.parametrize("language", WORDS)
def test_who_heard_of_it_hears_that_it_is_proven(language):
    words = WORDS[language]
    letter = brief.back(RECORD_OF_PROOF, NOW, context=CONTEXT, words=words, what="proven")
    agrees(letter, words)

    assert RECORD.number in letter.first


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize(
    ("proofs", "hold", "broken"),
    [
        ((LOST,), "grace", False),
        ((replace(LOST, until=NOW),), "over", True),
        ((Proof(prefix=PREFIX),), "never", True),
    ],
)
def test_the_digest_says_what_is_not_read(language, proofs, hold, broken):
    words = WORDS[language]
    letter = digest(week(platforms=(replace(WELL, proofs=proofs),)), words)
    agrees(letter, words)

    until = words.moment(LOST.until, NOW, CONTEXT.zone)
    assert words.say(f"digest.proof_{hold}", until=until) in text_of(letter)
    assert (words.say("digest.broken", n=1, total=1) in letter.first) is broken
