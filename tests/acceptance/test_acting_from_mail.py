"""From the mail to the deed: links that show and, on a POST, act; for one person, one record, one week."""

import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from monitor import linkkeys
from monitor.console.server import serving
from monitor.model import State
from monitor.store import records
from monitor.store.tables import notification
from tests.houses import (
    CONFIGURATION,
    Clock,
    Web,
    build,
    drain,
    item,
    mails,
    only_record,
    text_of,
    transitions,
)

DUTY, LEADER = "duty@agency.example", "leader@agency.example"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(tmp_path, clock):
    web = f'[web]\nurl = "http://127.0.0.1:{free_port()}/below"\n'
    url = re.search(r":(\d+)/", web)[1]
    house = build(tmp_path, Web([item()]), f"{CONFIGURATION}{web}port = {url}\n")
    drain(house, clock)
    return house


@pytest.fixture
def browser(house, clock):
    with serving(house, clock) as port, httpx.Client(trust_env=False) as client:
        assert port
        yield client


def link(house, address=DUTY, place=0):
    found = [mail for mail in mails(house) if mail["To"] == address]
    (url,) = {*re.findall(r"http://127\.0\.0\.1:\d+/below/a/[\w-]+", text_of(found[place]))}
    return url


def close(address=DUTY, do="resolve", why="已撤下"):
    return {"do": do, "why": why, "address": address}


def actors(house):
    with house.store.read() as tx:
        return [(line.what, line.actor, line.why) for line in records.history(tx, only_record(house).id)]


def test_the_mail_leads_to_a_page_and_the_page_acknowledges(house, browser):
    (html,) = {part.get_content() for part in mails(house)[0].walk() if part.get_content_type() == "text/html"}
    assert link(house) in html
    shown = browser.get(link(house))
    assert shown.status_code == 200
    assert "还没有人认领" in shown.text
    assert only_record(house).state is State.OPEN

    done = browser.post(link(house), data={"do": "ack"})
    assert done.status_code == 303
    after = browser.get(httpx.URL(link(house)).join(done.headers["location"]))
    assert "正在办理" in after.text
    assert only_record(house).state is State.ACKNOWLEDGED
    assert only_record(house).next_step_at is None
    assert actors(house)[-1] == ("acknowledged_by_link", "duty", "")


def test_looking_changes_nothing_however_often_and_however(house, browser):
    before = transitions(house, only_record(house))
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT", "DELETE"):
        browser.request(method, link(house))
    assert transitions(house, only_record(house)) == before


def test_nothing_of_the_item_stands_on_the_page_and_nobody_may_keep_or_frame_it(house, browser):
    shown = browser.get(link(house))
    assert "公示" not in shown.text
    assert "<script" not in shown.text
    assert "http://" not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in shown.headers["content-security-policy"]


@pytest.mark.parametrize(("do", "state"), [("resolve", State.RESOLVED), ("dismiss", State.DISMISSED)])
def test_closing_asks_for_the_address_and_a_reason(house, browser, do, state):
    for form, said in ((close(LEADER, do), "邮箱地址"), (close(DUTY, do, " "), "请写上"), ({"do": do}, "邮箱地址")):
        refused = browser.post(link(house), data=form)
        assert refused.status_code == 422
        assert said in refused.text
        assert only_record(house).state is State.OPEN
    assert (
        browser.post(link(house), data=close(" ＤＵＴＹ@agency.example", do, "身份证210726196411200006")).status_code
        == 303
    )
    assert only_record(house).state is state
    assert actors(house)[-1][:2] == (f"{state}_by_link", "duty")
    assert "210726196411200006" not in actors(house)[-1][2]


def test_an_address_can_not_be_guessed_for_long(house, browser):
    for _ in range(5):
        assert browser.post(link(house), data=close(LEADER)).status_code == 422
    assert "太多次" in browser.post(link(house), data=close()).text
    assert only_record(house).state is State.OPEN
    assert browser.post(link(house), data={"do": "ack"}).status_code == 303


def test_twice_is_harmless(house, browser):
    for form in ({"do": "ack"}, {"do": "ack"}, close(), close()):
        assert browser.post(link(house), data=form).status_code == 303
    assert transitions(house, only_record(house))[-2:] == ["acknowledged_by_link", "resolved_by_link"]
    late = browser.post(link(house), data=close(do="dismiss"))
    assert late.status_code == 422
    assert "已经关闭" in late.text


def test_tasks_are_ticked_off_on_the_page(house, browser):
    for task in ("take_down", "take_down", "1"):
        assert browser.post(link(house), data={"do": "tick", "task": task}).status_code == 303
    assert "已完成" in browser.get(link(house)).text
    assert actors(house)[-1] == ("ticked", "duty", "从源头撤下网页或附件，或者遮盖号码")
    assert transitions(house, only_record(house)).count("ticked") == 1
    for task in ("", "nothing", "99", "<script>"):
        assert browser.post(link(house), data={"do": "tick", "task": task}).status_code == 422
    browser.post(link(house), data=close())
    assert browser.post(link(house), data={"do": "tick", "task": "look_further"}).status_code == 422


def test_each_reader_has_a_link_and_the_history_knows_who(house, browser, clock):
    clock.move(minutes=31)
    drain(house, clock)
    assert link(house, LEADER) != link(house)
    assert "分管领导" in browser.get(link(house, LEADER)).text
    browser.post(link(house, LEADER), data={"do": "ack"})
    assert actors(house)[-1][:2] == ("acknowledged_by_link", "leader")
    assert browser.post(link(house), data=close(LEADER)).status_code == 422


def test_a_link_ends_after_a_week_and_a_forged_one_opens_nothing(house, browser, clock):
    url = link(house)
    for wrong in (url[:-1], url + "A", url[:-2] + ("AA" if url[-2:] != "AA" else "BB"), f"{url[:-10]}{'~' * 10}"):
        assert browser.get(wrong).status_code == 404
        assert browser.post(wrong, data={"do": "ack"}).status_code == 404
    clock.move(days=7, seconds=-1)
    assert browser.get(url).status_code == 200
    clock.move(seconds=1)
    gone = browser.get(url)
    assert gone.status_code == 404
    assert "过期" in gone.text
    assert "any more" in gone.text
    assert browser.post(url, data={"do": "ack"}).status_code == 404
    assert only_record(house).state is State.OPEN


def test_a_new_key_keeps_old_links_until_they_end_and_at_once_ends_them(house, browser, clock):
    url, path = link(house), linkkeys.file_of(house.settings.key_file)
    assert linkkeys.rotate(path, clock()) == 1
    assert browser.get(url).status_code == 200
    clock.move(minutes=31)
    drain(house, clock)
    assert browser.get(link(house, LEADER)).status_code == 200
    assert linkkeys.rotate(path, clock(), at_once=True) == 0
    assert browser.get(url).status_code == 404
    assert browser.get(link(house, LEADER)).status_code == 404


def test_who_is_no_contact_any_more_has_no_link(house, browser):
    url = link(house)
    house.settings.contacts.pop("duty")
    assert browser.get(url).status_code == 404


def test_the_database_holds_no_link(house):
    token = urlsplit(link(house)).path.rpartition("/")[2]
    with house.store.read() as tx:
        (row,) = tx.execute(select(notification.c.text, notification.c.html)).all()
    assert token not in row.text + row.html
    assert "/below/a/~" in row.text


def test_hostile_requests_change_nothing(house, browser):
    url = link(house)
    bodies = (
        b"do=ack&" + b"x=1&" * 20,
        b"do=" + b"a" * 7000,
        b"do=ack" + b"a" * 9000,
        b"\xff\xfe\x00do=ack",
        b"do=ack%00",
        b"do[]=ack",
        b'{"do": "ack"}',
    )
    for body in bodies:
        answer = browser.post(url, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code in {413, 422}, body[:20]
    for path in ("/", "/a/", "/a/../../etc/passwd", "/below/a/" + "A" * 5000, "/below/a/%00", "/docs", "/openapi.json"):
        assert browser.get(str(httpx.URL(url).join(path))).status_code in {404, 400, 431}
    assert only_record(house).state is State.OPEN


def test_a_port_that_is_taken_keeps_nothing_back(house, browser, clock):
    with serving(house, clock) as port:
        assert port == 0
    assert "in use" in house.sentry.unserved
    assert browser.get(link(house)).status_code == 200


def test_without_pages_mails_name_commands(tmp_path, clock):
    house = build(tmp_path, Web([item()]))
    drain(house, clock)
    with serving(house, clock) as port:
        assert port == 0
    assert "huiyin ack 2026-0001" in text_of(mails(house)[0])
    assert "/a/" not in text_of(mails(house)[0])
