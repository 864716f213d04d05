"""TXT records from a real name server on loopback."""

import socket
from contextlib import closing

import dns.resolver
import pytest

from monitor import proof
from monitor.errors import CollectError
from monitor.resolver import LONGEST, MOST, Txt
from tests.names import Names, serving

NAME = "_huiyin.www.agency.example"
RECORD = proof.record(b"k" * 32, "https://www.agency.example/")


def asked(records, name=NAME):
    with serving(records) as names:
        return Txt(names.resolver)(name), names.asked


def test_records_come_with_their_strings_joined():
    found, _ = asked({NAME: [f'"{RECORD[:20]}" "{RECORD[20:]}"', '"v=spf1 -all"']})

    assert sorted(found) == sorted([RECORD, "v=spf1 -all"])


def test_an_alias_is_followed_since_who_sets_it_has_the_name():
    assert asked({NAME: "-> proofs.provider.example", "proofs.provider.example": [f'"{RECORD}"']})[0] == [RECORD]


@pytest.mark.parametrize("records", [{}, {NAME: []}])
def test_a_name_without_records_has_none(records):
    assert asked(records)[0] == []


def test_only_the_very_name_is_asked_for():
    assert {name for name, _ in asked({})[1]} == {NAME}


def test_an_answer_too_large_for_a_datagram_comes_over_tcp_and_is_bounded():
    strings = " ".join(f'"{"x" * 250}"' for _ in range(8))
    found, ways = asked({NAME: [f'"{RECORD}"', strings, *(f'"{n}"' for n in range(300))]})

    assert [way for _, way in ways] == ["udp", "tcp"]
    assert len(found) == MOST
    assert max(map(len, found)) <= LONGEST


def test_bytes_that_are_no_text_hurt_nobody():
    assert asked({NAME: [r'"\255\254"']})[0] == ["\ufffd\ufffd"]


def test_a_server_that_is_down_is_an_error_not_a_missing_record():
    with serving({}) as names:
        names.down = True
        with pytest.raises(CollectError) as caught:
            Txt(names.resolver)(NAME)

    assert caught.value.code == "dns"


def test_nobody_answering_is_an_error_soon(monkeypatch):
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent:
        silent.bind(("127.0.0.1", 0))
        names = Names({})
        names.port = silent.getsockname()[1]
        monkeypatch.setattr("monitor.resolver.PATIENCE", proof.FIRST_RETRY / 36_000)
        with pytest.raises(CollectError) as caught:
            Txt(names.resolver)(NAME)

    assert caught.value.code == "dns"


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example", ".".join(["abcdefgh"] * 40)])
def test_a_name_that_cannot_be_is_an_error(name):
    with pytest.raises(CollectError):
        Txt(Names({}).resolver)(name)


def test_a_machine_without_name_servers_is_an_error(monkeypatch):
    def none():
        raise dns.resolver.NoResolverConfiguration

    with pytest.raises(CollectError):
        Txt(none)(NAME)
