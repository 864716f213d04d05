"""What an official account's interface refuses, and answers that are none."""

import json

import pytest

from demo.animals import answer, head, raw, reset
from demo.zoo import Zoo
from tests.accounts import APPID, SECRET, Reader, Service, article, comment, door, platform, serving
from tests.houses import Clock, T

NOW = int(T.timestamp())
NOBODYS = ("OPENID", "某昵称")


@pytest.fixture
def service():
    return Service(Clock())


def ids(found):
    return [item.external_id for item in found.items]


@pytest.mark.parametrize(
    ("path", "error", "means", "shown"),
    [
        ("stable_token", (-1, "system error"), "account_busy", "-1"),
        ("stable_token", (40001, "invalid credential"), "account_credentials", "40001"),
        ("stable_token", (40243, "secret is frozen"), "account_credentials", "40243"),
        ("stable_token", (89503, "needs confirmation"), "account_address", "89503"),
        ("stable_token", (50002, "user limited"), "account_forbidden", "50002"),
        ("stable_token", (45011, "api minute-quota reach limit"), "account_busy", "45011"),
        ("freepublish/batchget", (48001, "api unauthorized rid: 0"), "account_forbidden", "48001"),
        ("freepublish/batchget", (53600, "Article ID 无效"), "account_refused", "53600: Article ID 无效"),
    ],
)
def test_an_error_code_says_what_to_do(service, path, error, means, shown):
    service.errors[path] = [error] * 2

    with serving(service) as reader:
        trouble = reader.read().trouble

    assert trouble.code == means
    assert shown in str(trouble)


@pytest.mark.parametrize("error", [(48001, "api unauthorized"), (40164, "invalid ip 203.0.113.7")])
def test_a_trouble_stands_all_day_without_costing_all_calls_and_ends_at_once(service, error):
    service.articles = [article(7, NOW, need_open_comment=0)]
    path = "stable_token" if error[0] == 40164 else "freepublish/batchget"
    with serving(service) as reader:
        for _ in range(12 * 12):
            service.errors[path] = [error]
            assert reader.read().trouble is not None
            service.clock.move(minutes=5)
        assert service.calls["freepublish/batchget"] <= 90
        service.errors.clear()
        service.clock.move(minutes=20)
        found = reader.read()

    assert (found.trouble, ids(found)) == (None, ["a7:1"])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 0", "40164: 203.0.113.7"),
        ("invalid ip 2001:db8::7, not in whitelist", "40164: 2001:db8::7"),
        ("invalid ip ......, not in whitelist", "40164: invalid ip ......, not in whitelist"),
    ],
)
def test_an_address_that_is_not_on_the_list_is_named(service, said, shown):
    service.errors["stable_token"] = [(40164, said)]

    with serving(service) as reader:
        trouble = reader.read().trouble

    assert (trouble.code, str(trouble)) == ("account_address", shown)


def test_a_wrong_app_id_and_a_wrong_secret_are_told_and_the_secret_is_not(service):
    with serving(service, appid="wx1") as reader:
        unknown = reader.read().trouble
    service.secret = "another"
    with serving(service) as reader:
        found = reader.read()

    assert (unknown.code, found.trouble.code) == ("account_credentials", "account_credentials")
    assert SECRET not in repr(found) + str(found.trouble) + repr(reader.platform)
    assert "invalid appsecret …" in str(found.trouble)


@pytest.mark.parametrize("code", [88000, 48001])
def test_an_account_that_may_not_read_comments_still_gives_its_articles(service, code):
    service.articles = [article(7, NOW)]
    service.errors["comment/list"] = [(code, "without comment privilege")]
    with serving(service) as reader:
        found, again = reader.read(), reader.read()
        service.clock.move(days=1)
        service.comments[7, 0] = [comment(1, NOW)]
        later = reader.read()

    assert ids(found) == ["a7:1"]
    assert found.trouble is None
    assert found.left_out.code == again.left_out.code == "account_no_comments"
    assert (later.left_out, ids(later)) == (None, ["a7:1", "7:0:1"])


def test_an_article_of_which_the_interface_knows_no_comments_is_given_up(service):
    service.articles = [article(7, NOW)]
    with serving(service) as reader:
        for _ in range(6):
            assert reader.read().trouble is None
            service.clock.move(minutes=5)

    assert service.calls["comment/list"] == 3


def test_a_page_that_is_too_large_is_asked_for_in_smaller_pieces(service, monkeypatch):
    monkeypatch.setattr("monitor.collectors.accountapi.MAX_ANSWER", 60_000)
    service.articles = [article(n, NOW - n, content="字" * 2000, need_open_comment=0) for n in range(30)]

    with serving(service) as reader:
        found = reader.read()

    assert found.trouble is None
    assert len(found.items) == 25  # five pages of five
    assert found.behind


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (answer("<html>login</html>", "text/html"), "account_protocol"),
        (answer("[1, 2]", "application/json"), "account_protocol"),
        (answer('{"access_token": "a b\\r\\nx", "expires_in": 7200}', "application/json"), "account_protocol"),
        (answer('{"access_token": "abc"}', "application/json"), "account_protocol"),
        (answer("[" * 100_000, "application/json"), "account_protocol"),
        (answer("{}", status=502), "http_502"),
        (raw(head(302, {"Location": "http://127.0.0.1:9/", "Content-Length": "0"})), "http_302"),
        (reset(head(200, {"Content-Length": "999"}) + b'{"acc'), "connection_lost"),
    ],
)
def test_what_is_no_answer_is_an_error_without_the_secret(route, code):
    with Zoo({"/cgi-bin/stable_token": route}) as zoo:
        trouble = Reader(door(Clock()), platform(zoo.url(""))).read().trouble

    assert trouble.code == code
    assert SECRET not in str(trouble)


def test_answers_of_another_shape_bring_nothing_and_break_nothing(service):
    service.articles = [{"article_id": 3, "content": None}, {"content": {"news_item": [{"title": 5, "url": None}, 7]}}]
    service.comments[7, 0] = [{"content": "x"}, {"user_comment_id": 1}, comment(2, 10**15)]
    service.comments[7, 0].append(comment(3, NOW) | {"reply": []})
    service.articles.append(article(7, NOW))

    with serving(service) as reader:
        found = reader.read()

    assert found.trouble is None
    assert {"7:0:2", "7:0:3", "a7:1"} <= {*ids(found)}


def test_the_memory_holds_neither_token_nor_secret_nor_words_and_survives_nonsense(service):
    service.articles = [article(7, NOW)]
    service.comments[7, 0] = [comment(1, NOW)]
    with serving(service) as reader:
        reader.read()
        memory = reader.cursor.memory
        for nonsense in ("", "{", "[]", '{"threads": 3}', '{"threads": {"a": {"b": 1}}}', '{"threads": {}, "x": 1}'):
            reader.cursor = reader.cursor.__class__(platform="wechat", memory=nonsense)
            assert reader.read().trouble is None

    assert not any(word in memory for word in ("token-", SECRET, APPID, "来水", *NOBODYS))
    assert json.loads(memory)["calls"] == {"articles": 1, "comments": 1}
