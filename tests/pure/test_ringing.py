"""The sections about danger: numbers that answer day and night, the channel that rings, and whose telephone does."""

import tomllib
from pathlib import Path

import pytest

from monitor import settings
from tests.houses import CONFIGURATION

RING = '[ring]\nway = "http"\nurl = "https://sms.gateway.example/send"\n'


def read(text):
    problems = []
    return settings.read(Path("huiyin.toml"), tomllib.loads(text), problems), problems


def with_phones(*names):
    text = CONFIGURATION
    for name in names:
        text = text.replace(f'name = "{name}"', f'name = "{name}"\nphone = "138 0000 0000"')
    return text


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('way = "http"', "ring.url: '' is no web address: where the gateway takes its messages"),
        ('way = "http"\nurl = "sms:x"', "ring.url: 'sms:x' is no web address: where the gateway takes its messages"),
        (
            'way = "http"\nurl = "https://[x"',
            "ring.url: 'https://[x' is no web address: where the gateway takes its messages",
        ),
        ('way = "http"\nurl = "https://x.example/"\ntext = ""', "ring.text: must not be empty"),
        ('way = "mail"', "ring.way: 'mail' is not known; write one of: none, http"),
        ('body = "xml"', "ring.body: 'xml' is not known; write one of: json, form"),
        ('extra = ["sign"]', "ring.extra: 'sign' must be written like \"name=value\""),
        ('extra = ["=x"]', "ring.extra: '=x' must be written like \"name=value\""),
        ('networks = ["here"]', "ring.networks: 'here' is no address range"),
        ('timeout = "2h"', "ring.timeout: '2h' is out of range"),
        ('token = "x"', "ring.token: is not known"),
    ],
)
def test_what_is_wrong_with_the_channel_is_said(line, problem):
    _, problems = read(f"{CONFIGURATION}\n[ring]\n{line}\n")

    assert [each[: len(problem)] for each in problems] == [problem]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('police = ""', "emergency.police: must not be empty"),
        ('lift = "call me"', "emergency.lift: 'call me' is no telephone number"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(line, problem):
    _, problems = read(CONFIGURATION.replace("[emergency]", f"[emergency]\n{line}"))

    assert [each[: len(problem)] for each in problems] == [problem]


def test_a_contacts_phone_must_be_one():
    assert read(with_phones("duty"))[1] == []
    _, problems = read(with_phones("duty").replace("138 0000 0000", "at home"))
    assert problems == [
        "contact[duty].phone: 'at home' is no telephone number; write digits, with + - or spaces between"
    ]


@pytest.mark.parametrize(
    ("url", "networks", "good"),
    [
        ("https://sms.gateway.example/", "", True),
        ("http://10.0.0.7/", 'networks = ["10.0.0.0/8"]', True),
        ("http://sms.gateway.example/", "", False),
    ],
)
def test_a_token_is_never_sent_in_the_clear_to_strangers(monkeypatch, url, networks, good):
    monkeypatch.setenv("HUIYIN_RING_TOKEN", "secret")
    found, problems = read(f'{CONFIGURATION}\n[ring]\nway = "http"\nurl = "{url}"\n{networks}\n')

    assert found.ring.token == "secret"
    assert "secret" not in repr(found)
    assert ([] if good else ["ring.url: a token is never sent in the clear; use https"]) == [
        problem.partition(", or")[0] for problem in problems
    ]


def test_extra_fields_keep_what_stands_behind_the_first_equals_sign():
    found, problems = read(f'{CONFIGURATION}\n{RING}extra = ["sign=a=b", "empty="]\n')

    assert (found.ring.extra, problems) == ((("sign", "a=b"), ("empty", "")), [])


def test_telephones_ring_only_with_a_channel_and_a_number():
    assert read(with_phones("duty", "leader"))[0].ringing == ()
    assert read(CONFIGURATION + RING)[0].ringing == ()
    assert read(with_phones("leader") + RING)[0].ringing == ("leader",)
    assert read(with_phones("duty", "leader") + RING)[0].ringing == ("duty", "leader")


def test_only_who_is_told_of_danger_counts():
    steps = '[policy.hazard]\nsteps = [{ tell = ["duty"] }]\n[policy.crisis]\nsteps = [{ tell = ["duty"] }]\n'
    found, problems = read(with_phones("leader") + '[policy]\nleader = "duty"\n' + steps + RING)

    assert (found.told_of_danger, found.ringing, problems) == (("duty",), (), [])
