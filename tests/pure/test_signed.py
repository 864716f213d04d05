"""Links that let one person act: who may, on what, how long, and under which key."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.signed import LIFETIME, TOKEN_CHARS, Claim, SigningKey, read, same_address, sign

NOW = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
KEY = SigningKey(b"k" * 32)
NEW = SigningKey(b"n" * 32)
CLAIM = Claim(record=41, step=2, contact="propaganda-a", until=NOW + timedelta(days=2))
PEOPLE = ("safety-a", "propaganda-a", "leader")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_a_link_says_its_claim_to_its_own_person() -> None:
    token = sign(CLAIM, KEY)
    assert len(token) == TOKEN_CHARS
    assert read(token, [KEY], PEOPLE, NOW) == CLAIM


def test_a_link_of_somebody_unknown_or_under_another_key_allows_nothing() -> None:
    token = sign(CLAIM, KEY)
    assert read(token, [KEY], ("safety-a", "leader"), NOW) is None
    assert read(token, [NEW], PEOPLE, NOW) is None
    assert read(token, [], PEOPLE, NOW) is None


def test_a_link_ends_at_its_end_and_never_lives_longer_than_links_do() -> None:
    token = sign(CLAIM, KEY)
    assert read(token, [KEY], PEOPLE, CLAIM.until - timedelta(seconds=1)) == CLAIM
    assert read(token, [KEY], PEOPLE, CLAIM.until) is None
    endless = sign(replace(CLAIM, until=NOW + LIFETIME + timedelta(seconds=1)), KEY)
    assert read(endless, [KEY], PEOPLE, NOW) is None


def test_no_other_character_anywhere_makes_another_valid_link() -> None:
    token = sign(CLAIM, KEY)
    for place, written in enumerate(token):
        for other in ALPHABET + "+/= 中":
            if other != written:
                altered = token[:place] + other + token[place + 1 :]
                assert read(altered, [KEY], PEOPLE, NOW) is None


@pytest.mark.parametrize("token", ["", "A", "A" * TOKEN_CHARS, "!" * TOKEN_CHARS, "!" + "A" * 53, "A" * 10**6])
def test_what_is_no_token_allows_nothing(token: str) -> None:
    assert read(token, [KEY], PEOPLE, NOW) is None


def test_a_retired_key_is_good_for_the_links_it_can_have_signed_and_no_others() -> None:
    token = sign(CLAIM, KEY)
    old = replace(KEY, retired=NOW)
    assert read(token, [NEW, old], PEOPLE, NOW + timedelta(days=1)) == CLAIM
    late = NOW + timedelta(days=1)
    stolen = sign(replace(CLAIM, until=late + LIFETIME), KEY)
    assert read(stolen, [NEW, old], PEOPLE, late) is None
    with pytest.raises(ValueError, match="retired"):
        sign(CLAIM, old)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("duty@agency.example", True),
        (" Duty@Agency.Example ", True),
        ("ｄｕｔｙ@agency.example", True),
        ("duty@agency.exampl", False),
        ("", False),
        ("值班@agency.example", False),
        ("\ud800", False),
    ],
)
def test_an_address_is_compared_as_people_type_it(typed: str, same: bool) -> None:
    assert same_address(typed, "duty@agency.example") is same
