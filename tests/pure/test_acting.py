"""Links in mails, and the page behind one."""

import re
from dataclasses import replace
from datetime import timedelta
from html import escape

import pytest

from classifiers.finding import Kind
from monitor import actions, actpage, playbook, responding
from monitor.actions import WebSettings
from monitor.actpage import Asked, Do, Refused
from monitor.letter import Buttons
from monitor.model import Message, State, Transition
from monitor.options import Options
from monitor.playbook import Task, Tick
from monitor.signed import LIFETIME, SigningKey, read
from tests.letters import CONTEXT, DUTY, NOW, RECORD, WORDS

URL = "https://huiyin.agency.example"
WEB = WebSettings(url=URL)
KEY = SigningKey(b"k" * 32)
HOUR = timedelta(hours=1)
PAGES = replace(CONTEXT, web=URL)


def configured(**table):
    problems = []
    return actions.read(Options("web", table, problems)), problems


def test_the_defaults_serve_nothing():
    assert configured() == (WebSettings(), [])


@pytest.mark.parametrize(
    "url", ["https://huiyin.agency.example/", "https://10.1.2.3:8640", "http://10.1.2.3:8640/x", "http://[fd00::1]"]
)
def test_addresses_that_readers_may_be_given(url):
    web, problems = configured(url=url)
    assert web.url == url.rstrip("/")
    assert problems == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"url": "huiyin.agency.example"}, "web.url: "),
        ({"url": "https://huiyin.agency.example/?a=b"}, "web.url: "),
        ({"url": "https://huiyin.agency.example/#a"}, "web.url: "),
        ({"url": "http://huiyin.agency.example"}, "in the clear"),
        ({"url": "http://203.0.113.9"}, ""),
        ({"url": "http://8.8.8.8"}, "in the clear"),
        ({"address": "localhost"}, "web.address: "),
        ({"port": 0}, "web.port: "),
        ({"certificate": "a.pem"}, "both or neither"),
        ({"certificate_key": "a.key"}, "both or neither"),
        ({"adress": "127.0.0.1"}, "web.adress: "),
    ],
)
def test_what_is_wrong_is_said(table, said):
    assert said in " ".join(configured(**table)[1])
    assert bool(said) == bool(configured(**table)[1])


def test_a_place_becomes_a_link_for_one_person_when_the_mail_is_sent():
    place = actions.place(URL, 7, 2)
    stored = Message("s", f"a {place} b {actions.place(URL, 8, 0)}", f'<a href="{place}">x</a>')
    sent = actions.filled(stored, WEB, "duty", lambda: (KEY,), NOW)
    first, second = re.findall(f"{URL}/a/([\\w-]+)", sent.text)
    assert f"{URL}/a/{first}" in sent.html
    for token, record, step in ((first, 7, 2), (second, 8, 0)):
        claim = read(token, (KEY,), ("leader", "duty"), NOW)
        assert (claim.record, claim.step, claim.contact) == (record, step, "duty")
        assert claim.until == NOW + LIFETIME
    assert read(first, (KEY,), ("leader",), NOW) is None


def test_what_is_no_place_of_ours_stays():
    for text in (f"{URL}/a/~7~", f"https://else.example/a/~7.1~ {URL}/a/~x.1~", "没有链接"):
        message = Message("s", text, text)
        assert actions.filled(message, WEB, "duty", lambda: (KEY,), NOW) == message
    place = Message("s", actions.place("", 7, 1), "")
    assert actions.filled(place, WebSettings(), "duty", lambda: (), NOW) == place


def test_a_mail_has_a_button_where_there_are_pages_and_commands_where_there_are_none():
    button, note = responding.section(RECORD, PAGES, WORDS["zh"]).blocks
    assert button == Buttons((("认领（2026-0007）", f"{URL}/a/~7.{RECORD.step}~"),))
    assert "值班0000" not in note.text
    later, _ = responding.section(replace(RECORD, state=State.ACKNOWLEDGED), PAGES, WORDS["en"]).blocks
    assert later.pairs[0][0] == "Act on it (2026-0007)"
    phone = replace(PAGES, emergency=replace(PAGES.emergency, duty="0000-5550101"))
    assert "0000-5550101" in responding.section(RECORD, phone, WORDS["zh"]).blocks[1].text


def test_a_mail_that_lists_has_a_few():
    many = [replace(RECORD, id=k, number=f"2026-{k:04}") for k in range(responding.BUTTONS + 5)]
    (buttons, _) = responding.of_list(many, "看", PAGES, WORDS["zh"]).blocks
    assert [label for label, _ in buttons.pairs] == [each.number for each in many[: responding.BUTTONS]]


def page(record=RECORD, *, asked=Asked(), language="zh", context=CONTEXT, **more):  # noqa: B008
    known = {"history": (), "waiting": 0, "tasks": (), "contact": DUTY, "context": context, "words": WORDS[language]}
    known |= more
    return actpage.html(record, (), known.pop("history"), asked=asked, **known)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize(
    ("state", "does"),
    [
        (State.OPEN, ["ack", "resolve", "dismiss"]),
        (State.ACKNOWLEDGED, ["resolve", "dismiss"]),
        (State.RESOLVED, []),
        (State.DISMISSED, []),
    ],
)
def test_a_page_offers_what_can_still_be_done(state, does, language):
    html = page(replace(RECORD, state=state), language=language)
    assert re.findall(r'name="do" value="(\w+)"', html) == does
    assert html.count("<form") == len(does)


def test_what_was_filled_in_is_kept_and_escaped():
    asked = Asked(do=Do.RESOLVE, why="</textarea><script>", address='"><b>', refused=Refused.ADDRESS)
    html = page(asked=asked)
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;/textarea&gt;" in html
    assert html.count("<details open") == 1
    assert "邮箱地址和收到邮件的地址不一样" in html


@pytest.mark.parametrize("refused", Refused)
@pytest.mark.parametrize("language", WORDS)
def test_each_refusal_is_said(refused, language):
    asked = Asked(do=Do.ACK, refused=refused)
    said = escape(WORDS[language].say(f"actpage.refused_{refused}"))
    assert said in page(asked=asked, language=language)


def test_the_newest_of_the_history_stands_first_and_old_lines_are_left_out():
    lines = [Transition(NOW + timedelta(minutes=k), f"line{k}", "duty" if k % 2 else "system") for k in range(12)]
    html = page(history=lines)
    said = re.findall(r"line\d+", html)
    assert said == [f"line{k}" for k in range(11, 3, -1)]
    assert "line11  值班员" in html


def test_messages_that_still_wait_are_counted():
    assert "还有3封留言没有答复" in page(waiting=3)
    assert "1 message still waits" in page(waiting=1, language="en")


def test_tasks_are_ticked_off_with_a_button_each():
    tasks = (Task(name="look", within=HOUR, text="看<一看>"), Task(name="tell", within=HOUR, after="look", text="说"))
    fresh = page(tasks=playbook.standing(tasks, (), NOW))
    assert re.findall(r'name="task" value="(\w+)"', fresh) == ["look", "tell"]
    assert "看&lt;一看&gt;" in fresh
    done = page(tasks=playbook.standing(tasks, (Tick("look", NOW, "duty"),), NOW))
    assert re.findall(r'name="task" value="(\w+)"', done) == ["tell"]
    assert "✓ 10:00已完成" in done
    closed = page(replace(RECORD, state=State.RESOLVED), tasks=playbook.standing(tasks, (), NOW))
    assert "看&lt;" not in closed


def test_the_duty_desk_is_named_where_it_is_known():
    phone = replace(CONTEXT, emergency=replace(CONTEXT.emergency, duty="0000-5550101"))
    assert "tel:0000-5550101" in page(context=phone).replace("00005550101", "0000-5550101")


def test_of_a_danger_the_numbers_to_call_and_the_place_stand_on_it():
    known = replace(CONTEXT, emergency=replace(CONTEXT.emergency, gas="0000-5550100", duty="0000-5550101"))
    danger = replace(RECORD, kind=Kind.HAZARD, place="东苑小区3号楼")
    html = page(danger, context=known)
    assert "tel:00005550101" in html.replace("-", "")
    assert "东苑小区3号楼" in html
    assert "现在打给谁" not in page(replace(danger, state=State.RESOLVED), context=known)


def test_who_has_no_link_is_told_in_every_language():
    html = actpage.no_link([WORDS["zh"], WORDS["en"]], "青岚县示例局")
    assert "过期" in html
    assert "not any more" in html
