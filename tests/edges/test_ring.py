"""The ringing channel against a real gateway on loopback: what it gets, what its answers mean, how it misbehaves."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from urllib.parse import parse_qsl

import pytest

from demo.animals import answer, drip, flood, head, raw, redirect, reset, silent
from demo.zoo import Route, Zoo
from monitor.channels.ring import Gateway, Ring
from monitor.errors import DeliveryError
from monitor.model import Channel, Message, Notification
from tests.fetching import LOOPBACK, closed_port, fetcher

TOKEN = "correct-horse"
TEXT = "回音：险情·燃气泄漏，地点东苑小区3栋。请马上看邮件，编号2026-0012。"
NOTIFICATION = Notification(
    id=12,
    key="record:3:1:duty:ring",
    contact="duty",
    address="+86 000-5550 102",
    language="zh",
    message=Message(TEXT, TEXT, ""),
    message_id="<0f3a.12@huiyin.invalid>",
    channel=Channel.RING,
    escalation=3,
    created_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
)
SHORT = timedelta(seconds=0.3)
YES = answer('{"code": 0}', "application/json")


@dataclass
class Rung:
    answer: str = ""
    error: DeliveryError | None = None
    begun: int = 0


def ring_once(gateway: Gateway, notification: Notification = NOTIFICATION, **options: object) -> Rung:
    """One attempt and everything it told."""
    rung = Rung()

    def begins() -> None:
        rung.begun += 1

    try:
        rung.answer = Ring(gateway, fetcher(**options).post).send(notification, begins)
    except DeliveryError as error:
        rung.error = error
    return rung


def rung(route: Route, **settings: object) -> tuple[Rung, Zoo]:
    with Zoo({"/sms": route}) as zoo:
        gateway = Gateway(url=zoo.url("/sms"), networks=LOOPBACK, **settings)  # type: ignore[arg-type]
        return ring_once(gateway), zoo


def failed(rung: Rung, *, permanent: bool = False, unknown: bool = False, begun: int = 1) -> str:
    assert rung.error is not None, rung.answer
    assert (rung.error.permanent, rung.error.unknown, rung.begun) == (permanent, unknown, begun)
    assert not rung.error.content
    assert TOKEN not in str(rung.error)
    return str(rung.error)


# what the gateway gets


def test_a_gateway_gets_the_number_and_the_text_and_nothing_else() -> None:
    got, zoo = rung(YES, extra=(("sign", "某县住建局"),), token=TOKEN)
    (request,) = zoo.seen

    assert got == Rung('200 {"code": 0}', None, 1)
    assert (request.method, request.target) == ("POST", "/sms")
    assert json.loads(request.body) == {"sign": "某县住建局", "phone": "+860005550102", "text": TEXT}
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.headers["idempotency-key"] == "0f3a.12@huiyin.invalid"
    assert int(request.headers["content-length"]) == len(request.body)
    assert "cookie" not in request.headers


def test_a_form_is_written_as_one() -> None:
    got, zoo = rung(YES, body="form", to="mobile", text="content", extra=(("sign", "甲&乙=丙"),))
    (request,) = zoo.seen

    assert got.error is None
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in request.headers
    assert parse_qsl(request.body.decode("ascii")) == [
        ("sign", "甲&乙=丙"),
        ("mobile", "+860005550102"),
        ("content", TEXT),
    ]


def test_a_webhook_that_nests_and_knows_whom_to_ring_is_served() -> None:
    _, zoo = rung(YES, to="", text="text.content", extra=(("msgtype", "text"), ("text", "gone"), ("at.all.x", "1")))

    assert json.loads(zoo.seen[0].body) == {"msgtype": "text", "text": {"content": TEXT}, "at": {"all": {"x": "1"}}}


@pytest.mark.parametrize("body", ["json", "form"])
def test_what_utf8_cant_say_does_not_stop_a_ring(body: str) -> None:
    with Zoo({"/sms": YES}) as zoo:
        broken = replace(NOTIFICATION, message=Message("s", "地点\ud800", ""))
        assert ring_once(Gateway(url=zoo.url("/sms"), networks=LOOPBACK, body=body), broken).error is None


# what its answers mean


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_yes_will_do_where_nothing_else_is_said(status: int) -> None:
    assert rung(answer("" if status == 204 else "ok", status=status))[0].error is None


def test_an_accepted_text_must_stand_in_the_answer() -> None:
    assert rung(YES, accepted='"code": 0')[0].answer == '200 {"code": 0}'
    polite, _ = rung(answer('{"code": 7, "msg": "余额不足"}'), accepted='"code": 0')
    assert failed(polite).endswith('did not accept: 200 {"code": 7, "msg": "余额不足"}')


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (422, True),
        (410, True),
        (401, False),
        (402, False),
        (403, False),
        (404, False),
        (407, False),
        (408, False),
        (429, False),
        (500, False),
        (502, False),
        (503, False),
    ],
)
def test_a_no_is_for_good_only_where_it_is_about_this_ring(status: int, permanent: bool) -> None:
    text = failed(rung(answer("no", status=status))[0], permanent=permanent)

    assert text.endswith(f"refused: {status} no")


def test_no_redirect_is_followed_and_the_token_goes_nowhere_else() -> None:
    with Zoo({"/sms": redirect("/elsewhere", 307), "/elsewhere": YES}) as zoo:
        got = ring_once(Gateway(url=zoo.url("/sms"), networks=LOOPBACK, token=TOKEN))

    assert "no redirect is followed" in failed(got)
    assert [request.path for request in zoo.seen] == ["/sms"]


def test_an_answer_is_kept_as_one_short_line_without_the_token() -> None:
    got, _ = rung(answer(f"a\x1b[31m\r\n{TOKEN} " + "长" * 900), token=TOKEN)

    assert got.answer.startswith("200 a [31m *** 长长")
    assert len(got.answer) == 304
    assert got.answer.isprintable()


# how it misbehaves


def test_nobody_listens() -> None:
    gateway = Gateway(url=f"http://127.0.0.1:{closed_port()}/sms", networks=LOOPBACK)

    assert "nothing answers at that port" in failed(ring_once(gateway), begun=0)


@pytest.mark.parametrize(
    "route", [raw(b""), raw(b"SSH-2.0-OpenSSH_9.9\r\n"), silent(), drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), reset(b"")]
)
def test_no_clear_answer_to_a_ring_that_went_out_is_unknown(route: Route) -> None:
    got, zoo = rung(route, timeout=SHORT)

    failed(got, unknown=True)
    assert json.loads(zoo.seen[0].body)["text"] == TEXT  # it had it all


@pytest.mark.parametrize(
    "route",
    [
        flood(head(200), b" " * 65_536),
        drip(head(200)),
        reset(head(200, {"Content-Length": "9999"}) + b"hello"),
        answer("x" * 70_000 + "ok"),
    ],
)
def test_an_endless_or_broken_answer_is_read_to_a_limit(route: Route) -> None:
    failed(rung(route, timeout=SHORT, accepted="ok")[0], unknown=True)
    assert rung(route, timeout=SHORT)[0].error is None  # where any yes will do, the status has said it


def test_what_was_accepted_before_the_answer_ran_over_is_accepted() -> None:
    assert rung(answer("ok" + "x" * 70_000), accepted="ok")[0].error is None


def test_what_begins_raises_goes_through_and_no_number_goes_out() -> None:
    def taken() -> None:
        raise LookupError("somebody else has it")

    with Zoo({"/sms": YES}) as zoo:
        ring = Ring(Gateway(url=zoo.url("/sms"), networks=LOOPBACK), fetcher().post)
        with pytest.raises(LookupError):
            ring.send(NOTIFICATION, taken)

    assert all(request.body == b"" for request in zoo.seen)


# where it may go


@pytest.mark.parametrize("networks", [(), (ip_network("10.0.0.0/8"),)])
def test_a_private_address_must_be_named(networks: tuple[object, ...]) -> None:
    with Zoo({"/sms": YES}) as zoo:
        got = ring_once(Gateway(url=zoo.url("/sms"), networks=networks))  # type: ignore[arg-type]

    assert "may not be fetched from (loopback)" in failed(got, begun=0)
    assert zoo.seen == []


@pytest.mark.parametrize("url", ["http://user:word@127.0.0.1/", "ftp://127.0.0.1/", "http://0x7f000001/sms"])
def test_an_address_that_is_written_oddly_is_not_rung(url: str) -> None:
    failed(ring_once(Gateway(url=url, networks=LOOPBACK)), begun=0)


def test_a_gateway_in_our_own_network_is_not_asked_through_the_proxy() -> None:
    with Zoo({"/sms": YES}) as zoo, Zoo({}) as proxy:
        inside = ring_once(Gateway(url=zoo.url("/sms"), networks=LOOPBACK), proxy=proxy.url(""))
        outside = ring_once(Gateway(url="http://sms.gateway.example/sms"), proxy=proxy.url(""))

    assert inside.error is None
    assert "refused: 404" in failed(outside)
    assert [request.target for request in proxy.seen] == ["http://sms.gateway.example/sms"]


def test_a_token_is_in_no_repr() -> None:
    assert TOKEN not in repr(Gateway(url="https://sms.gateway.example/", token=TOKEN))
