"""An official account against a local server that speaks its documented interface."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Reply
from tests.accounts import Service, article, comment, serving
from tests.houses import Clock, T

NOW = int(T.timestamp())
HOUR = 3600
NOBODYS = ("OPENID", "某昵称")


@pytest.fixture
def service():
    return Service(Clock())


def ids(found):
    return [item.external_id for item in found.items]


def test_an_article_is_an_item_with_its_page_and_without_its_author(service):
    page = '<p>办公室：东苑路停水</p><p style="display:none">x</p>'
    service.articles = [article(7, NOW - HOUR, content=page, digest="停水两天", title="停水通知（办公室）")]

    with serving(service) as reader:
        (item,) = reader.read().items

    assert item.external_id == "a7:1"
    assert item.title == "停水通知（…）"
    assert "东苑路停水" in item.text
    assert item.text.startswith("停水两天\n")
    assert "办公室" not in item.title + item.text
    assert item.html == page
    assert item.published_at == T - timedelta(hours=1)
    assert item.link.startswith("http://mp.weixin.qq.com/s?")
    assert not item.message


def test_a_deleted_article_is_none(service):
    service.articles = [article(7, NOW, is_deleted=True), article(6, NOW)]

    with serving(service) as reader:
        assert ids(reader.read()) == ["a6:1"]


def test_a_comment_is_a_message_of_nobody(service):
    service.articles = [article(7, NOW - HOUR)]
    service.comments[7, 0] = [comment(1, NOW - 60), comment(2, NOW - 30, reply="今晚八点")]

    with serving(service) as reader:
        found = reader.read()

    first, second = found.items[1:]
    assert [first.external_id, second.external_id] == ["7:0:1", "7:0:2"]
    assert first.text == "什么时候来水"
    assert first.published_at == datetime.fromtimestamp(NOW - 60, UTC)
    assert second.reply == Reply(at=datetime.fromtimestamp(NOW + 30, UTC), text="今晚八点")
    assert first.message
    assert second.message
    assert first.reply is None
    assert first.link == "http://mp.weixin.qq.com/s?__biz=MzI0MDAwMDAwMA==&mid=7&idx=1&sn=0f3a"
    assert not any(name in repr(found) for name in NOBODYS)


def test_all_comments_of_an_article_are_read_over_several_calls(service):
    service.articles = [article(7, NOW - HOUR)]
    service.comments[7, 0] = [comment(n, NOW - 60) for n in range(120)]

    with serving(service) as reader:
        found = reader.read()

    assert len(found.items) == 121
    assert service.calls["comment/list"] == 3


def test_articles_that_take_no_comments_or_cannot_be_named_are_not_asked_about(service):
    service.articles = [
        article(7, NOW, need_open_comment=0),
        article(8, NOW, url="https://mp.weixin.qq.com/s/0f3a"),
        article(9, NOW, url="https://mp.weixin.qq.com/s?mid=abc&idx=x"),
    ]

    with serving(service) as reader:
        assert len(reader.read().items) == 3

    assert service.calls["comment/list"] == 0


def test_young_articles_are_asked_about_each_time_and_old_ones_seldom(service):
    service.articles = [article(1, NOW - HOUR), article(2, NOW - 10 * 24 * HOUR), article(3, NOW - 300 * 24 * HOUR)]
    service.comments = {(n, 0): [] for n in (1, 2, 3)}

    with serving(service) as reader:
        for _ in range(12):
            reader.read()
            service.clock.move(minutes=5)

    asked = [each["msg_data_id"] for each in service.asked if "msg_data_id" in each]
    assert (asked.count(1), asked.count(2), asked.count(3)) == (12, 1, 0)


# calls are few


def test_articles_are_listed_no_oftener_than_the_day_has_calls(service):
    service.articles = [article(n, NOW - n) for n in range(5)]

    with serving(service) as reader:
        for _ in range(24 * 12):
            reader.read()
            service.clock.move(minutes=5)

    assert 70 < service.calls["freepublish/batchget"] <= 90
    assert service.calls["stable_token"] <= 14


def test_the_first_contact_reads_back_over_several_passes_and_ends(service):
    service.articles = [article(n, NOW - n * HOUR, need_open_comment=0) for n in range(250)]

    with serving(service) as reader:
        passes = [reader.read() for _ in range(3)]
        service.clock.move(minutes=20)
        last = reader.read()

    assert [found.behind for found in passes] == [True, True, False]
    assert len({external_id for found in passes for external_id in ids(found)}) == 250
    assert len(last.items) == 20


def test_the_first_contact_ends_where_articles_are_old_and_with_half_a_days_calls(service):
    service.articles = [article(n, NOW - n * 24 * HOUR, need_open_comment=0) for n in range(400)]

    with serving(service, back=timedelta(days=30)) as reader:
        assert len(reader.read().items) == 40
    service.calls.clear()
    with serving(service, articles_a_day=4) as reader:
        found = reader.read()

    assert (service.calls["freepublish/batchget"], found.behind) == (2, False)


def test_comments_have_calls_left_until_midnight(service):
    service.clock.now = datetime(2026, 11, 4, 16, 0, tzinfo=UTC)  # midnight in Beijing
    now = int(service.clock().timestamp())
    service.articles = [article(n, now - n) for n in range(20)]
    service.comments = {(n, 0): [comment(1, now)] for n in range(20)}

    with serving(service, comments_a_day=600) as reader:
        for _ in range(24 * 12):
            reader.read()
            service.clock.move(minutes=5)
        asked = service.calls["comment/list"]
        reader.read()

    assert 280 < asked <= 600
    assert service.calls["comment/list"] > asked  # a new day
    assert len({each["msg_data_id"] for each in service.asked if "msg_data_id" in each}) == 20


def test_without_calls_left_it_says_when_there_are_more_and_asks_no_more_that_day(service):
    service.articles = [article(7, NOW)]
    service.comments[7, 0] = [comment(1, NOW)]
    with serving(service) as reader:
        reader.read()
        service.limits["freepublish/batchget"] = 1
        service.clock.move(minutes=20)
        found = reader.read()
        service.clock.move(minutes=5)
        again = reader.read()
        asked = service.calls["freepublish/batchget"]
        service.limits.clear()
        service.clock.move(hours=14)
        fresh = reader.read()

    assert found.trouble.code == again.trouble.code == "account_quota"
    assert str(found.trouble) == "45009: renewed at 2026-11-05 00:00 (Beijing)"
    assert found.trouble.retry_after is None  # comments have calls of their own, and don't wait
    assert ids(found) == ids(again) == ["7:0:1"]
    assert asked == 2
    assert fresh.trouble is None


def test_without_any_calls_left_it_waits_until_midnight_in_beijing(service):
    service.articles = [article(7, NOW)]
    service.comments[7, 0] = [comment(1, NOW)]
    with serving(service) as reader:
        reader.read()
        service.limits = {"freepublish/batchget": 1, "comment/list": 1}
        service.clock.move(minutes=20)

        assert reader.read().trouble.retry_after == timedelta(hours=13, minutes=40)


# the token


def test_a_token_is_asked_for_once_and_again_before_it_ends(service):
    with serving(service) as reader:
        for _ in range(30):
            reader.read()
            service.clock.move(minutes=5)

    assert service.calls["stable_token"] == 2


def test_a_token_that_somebody_renewed_is_asked_for_again_at_once(service):
    service.articles = [article(7, NOW)]
    with serving(service) as reader:
        reader.read()
        service.tokens += 1
        service.clock.move(minutes=20)
        found = reader.read()

    assert found.trouble is None
    assert service.calls["stable_token"] == 2
    assert not any(each.get("force_refresh") for each in service.asked)


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_is_refused_though_it_is_the_newest_is_forced_once(service, code):
    service.articles = [article(7, NOW)]
    service.errors["freepublish/batchget"] = [(code, "access_token expired")]
    with serving(service) as reader:
        first = reader.read()
        service.errors["freepublish/batchget"] = [(code, "access_token expired")] * 2
        service.clock.move(minutes=20)
        second = reader.read()

    assert first.trouble is None
    assert sum(each.get("force_refresh", False) for each in service.asked) == 1
    assert second.trouble.code == "account_busy"


def test_a_clock_that_jumps_costs_a_token_and_no_item(service):
    service.articles = [article(7, NOW)]
    with serving(service) as reader:
        assert ids(reader.read()) == ["a7:1"]
        service.clock.move(days=3000)
        assert ids(reader.read()) == ["a7:1"]
        service.clock.move(days=-3001)
        service.tokens += 1  # and it ended meanwhile
        assert ids(reader.read()) == ["a7:1"]
