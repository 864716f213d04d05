"""Groups of chat programs against a real server on loopback, through the real plug-ins of apprise."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from demo.animals import answer, drip, flood, head, raw, redirect, reset, silent
from demo.zoo import Route, Zoo
from monitor.channels.chat import Chat
from monitor.chats import KINDS, Group
from monitor.errors import DeliveryError
from monitor.model import Channel, Message, Notification
from tests.fetching import LOOPBACK, closed_port, fetcher

KEY = "abcDEF0123456789"
SIGN = "SEC0123456789abcdef"
TEXT = "回音：新事项2026-0012，险情（紧急）\n平台：局网站"
PATHS = {"wecom": "/cgi-bin/webhook/send", "dingtalk": "/robot/send", "feishu": f"/open-apis/bot/v2/hook/{KEY}/"}
QUERIES = {"wecom": f"?key={KEY}", "dingtalk": f"?access_token={KEY}", "feishu": ""}
WRITTEN = {
    "wecom": {"msgtype": "text", "text": {"content": TEXT}},
    "dingtalk": {"msgtype": "text", "at": {"atMobiles": [], "isAtAll": False}, "text": {"content": TEXT}},
    "feishu": {"msg_type": "text", "content": {"text": TEXT}},
}
NOTIFICATION = Notification(
    id=12,
    key="record:3:1:chat:all",
    contact="chat:all",
    address="chat:all",
    language="zh",
    message=Message(TEXT.partition("\n")[0], TEXT, ""),
    message_id="<0f3a.12@huiyin.invalid>",
    channel=Channel.CHAT,
    escalation=3,
    created_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
)
YES = {"wecom": '{"errcode":0,"errmsg":"ok"}', "dingtalk": '{"errcode":0}', "feishu": '{"StatusCode":0,"code":0}'}
SHORT = timedelta(seconds=0.3)


@dataclass
class Posted:
    answer: str = ""
    error: DeliveryError | None = None
    begun: int = 0


def group(base: str, kind: str = "wecom", **options: object) -> Group:
    webhook = f"{base}{PATHS[kind]}{QUERIES[kind]}"
    return Group(name="all", kind=kind, webhook=webhook, **{"networks": LOOPBACK} | options)  # type: ignore[arg-type]


def post_once(to: Group, **options: object) -> Posted:
    posted = Posted()

    def begins() -> None:
        posted.begun += 1

    try:
        posted.answer = Chat(to, fetcher(**options).post).send(NOTIFICATION, begins)
    except DeliveryError as error:
        posted.error = error
    return posted


def posted(route: Route, kind: str = "wecom", **options: object) -> tuple[Posted, Zoo]:
    with Zoo({PATHS[kind]: route}) as zoo:
        return post_once(group(zoo.url(""), kind, **options)), zoo


def failed(posted: Posted, *, unknown: bool = False, begun: int = 1) -> str:
    assert posted.error is not None, posted.answer
    assert (posted.error.permanent, posted.error.unknown, posted.begun) == (False, unknown, begun)
    assert KEY not in str(posted.error)
    assert SIGN not in str(posted.error)
    return str(posted.error)


@pytest.mark.parametrize("kind", KINDS)
def test_each_program_gets_what_it_wants_and_the_text_and_nothing_else(kind: str) -> None:
    got, zoo = posted(answer(YES[kind], "application/json"), kind)
    (request,) = zoo.seen

    assert got == Posted(f"200 {YES[kind]}", None, 1)
    assert (request.method, request.target) == ("POST", PATHS[kind] + QUERIES[kind])
    assert json.loads(request.body) == WRITTEN[kind]
    assert request.headers["content-type"].startswith("application/json")
    assert {"cookie", "authorization"}.isdisjoint(request.headers)


def test_a_signature_of_dingtalk_is_quoted_once() -> None:
    got, zoo = posted(answer(YES["dingtalk"], "application/json"), "dingtalk", sign=SIGN)
    query = parse_qs(urlsplit(zoo.seen[0].target).query)

    wanted = hmac.new(SIGN.encode(), f"{query['timestamp'][0]}\n{SIGN}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(query["sign"][0], validate=True) == wanted
    assert (query["access_token"], got.error) == ([KEY], None)


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("wecom", '{"errcode":93000,"errmsg":"invalid webhook url"}'),
        ("wecom", '{"errcode":45009,"errmsg":"api freq out of limit"}'),
        ("dingtalk", '{"errcode":310000,"errmsg":"keywords not in content"}'),
        ("feishu", '{"code":19024,"msg":"Key Words Not Found","data":{}}'),
        ("feishu", '{"StatusCode":0,"code":9499,"msg":"Bad Request"}'),
    ],
)
def test_a_no_that_comes_with_status_200_is_a_no_and_said(kind: str, refusal: str) -> None:
    got, _ = posted(answer(refusal, "application/json"), kind)

    assert refusal in failed(got)


def test_a_program_that_repeats_the_keys_does_not_have_them_shown() -> None:
    got, _ = posted(answer(f'{{"errcode":1,"errmsg":"{KEY} {SIGN}"}}', "application/json"), "dingtalk", sign=SIGN)

    assert "*** ***" in failed(got)


@pytest.mark.parametrize("body", ["", "<html>好</html>", "[0]", '{"ok":true}', '{"errcode":"0"}', "[" * 50_000])
def test_an_answer_in_other_words_is_no_yes(body: str) -> None:
    got, _ = posted(answer(body, "application/json"))

    failed(got, unknown=True)


@pytest.mark.parametrize(
    "route", [silent(), reset(b""), raw(b"SSH-2.0-OpenSSH_9.9\r\n"), drip(head(200)), flood(head(200), b"[" * 65_536)]
)
def test_no_clear_answer_is_unknown(route: Route) -> None:
    got, _ = posted(route, timeout=SHORT)

    failed(got, unknown=True)


def test_what_never_went_out_certainly_did_not_arrive() -> None:
    failed(post_once(group(f"http://127.0.0.1:{closed_port()}")), begun=0)


def test_no_redirect_is_followed_and_no_proxy_of_the_environment_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Zoo({"/there": answer(YES["wecom"], "application/json")}) as there:
        monkeypatch.setenv("HTTP_PROXY", there.url(""))
        monkeypatch.setenv("http_proxy", there.url(""))
        got, zoo = posted(redirect(there.url("/there"), 307))

    assert "no redirect is followed" in failed(got)
    assert (len(zoo.seen), there.seen) == (1, [])


def test_a_host_in_a_network_that_is_not_named_is_not_asked() -> None:
    got, zoo = posted(answer(YES["wecom"], "application/json"), networks=())

    assert "loopback" in failed(got, begun=0)
    assert zoo.seen == []


def test_what_stops_the_sending_goes_through_the_library() -> None:
    class StopError(Exception):
        pass

    def begins() -> None:
        raise StopError

    with Zoo({PATHS["wecom"]: answer(YES["wecom"], "application/json")}) as zoo:
        way = Chat(group(zoo.url("")), fetcher().post)
        with pytest.raises(StopError):
            way.send(NOTIFICATION, begins)


def test_the_library_keeps_its_own_way_out_and_tells_no_log_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    got, _ = posted(answer('{"errcode":93000}', "application/json"))
    module = sys.modules["apprise.plugins.wecombot"]

    failed(got)
    assert module.requests.__name__ == "requests"  # what another part of the process uses is as it was
    assert KEY not in caplog.text
    assert KEY not in repr(replace(group("https://qyapi.weixin.qq.com"), name="b"))
