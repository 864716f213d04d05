"""What groups of chat programs are told beside mails: whom, when, how often, and what becomes of what can't be sent."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from classifiers.finding import Kind
from demo.animals import answer
from demo.zoo import Zoo
from monitor import chatting, pipeline, policy, settings
from monitor.chatting import A_MINUTE
from monitor.cli import cli, paper, wiring
from monitor.errors import DeliveryError
from monitor.model import Channel, Outcome, Reason, State
from monitor.reaching import Reached
from monitor.store import chained, chatted, drills, marks, silences, views
from monitor.summary import Silence
from tests.houses import (
    CONFIGURATION,
    Web,
    all_records,
    build,
    configuration,
    drain,
    item,
    mails,
    move,
    only_record,
    transitions,
)
from tests.ways import GAS, Way, told

BOTH = pytest.mark.usefixtures("each_database")
GROUP = '[[chat]]\nname = "all"\ntitle = "值班群"\nkind = "wecom"\nnetworks = ["127.0.0.0/8"]\n'
PATH = "/cgi-bin/webhook/send"


@pytest.fixture(autouse=True)
def _webhook(monkeypatch):
    monkeypatch.setenv("HUIYIN_ALL_WEBHOOK", f"http://127.0.0.1:9{PATH}?key=abc")


@pytest.fixture
def way():
    return Way()


def house_of(folder, way, *items, more=""):
    return replace(build(folder, Web(list(items)), f"{CONFIGURATION}\n{GROUP}{more}"), send=way.mail, chat=way.ring)


def posts(house):
    return [sent for sent in told(house) if sent.channel is Channel.CHAT]


def chain_holds(house):
    with house.store.read() as tx:
        return not [*chained.flaws(tx, chained.walk(tx, house.key, ()))]


def test_a_hazard_is_told_to_the_group_beside_the_mail_without_a_word_of_the_item(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS, title="李桂香反映煤气"))
    drain(house, clock, ["collect", "classify"])
    with house.store.write() as tx:
        tx.exec_driver_sql("UPDATE item SET place = '东苑小区3栋'")
    drain(house, clock)

    (mail,), (post,) = way.mails, way.rings
    assert (mail.contact, post.contact, post.address) == ("duty", "chat:all", "chat:all")
    assert post.key == "record:1:1:chat:all"
    assert post.message.text.splitlines() == [
        "回音：新事项2026-0001，险情（紧急）",
        "平台：局网站",
        "建档：2026年11月4日（周三）10:00",
        "已发邮件：值班员",
        "详情见邮件，请不要在群里谈内容。",
    ]
    assert chain_holds(house)

    clock.move(minutes=31)
    drain(house, clock)
    assert way.rings[-1].message.text.splitlines()[0] == "回音：事项2026-0001还没有人认领，险情（紧急）"
    assert "已发邮件：分管领导" in way.rings[-1].message.text


def test_no_group_is_told_of_an_exercise(tmp_path, clock, way):
    house = house_of(tmp_path, way)
    with house.store.write() as tx:
        assert drills.begin(tx, Kind.HAZARD, clock())
    drain(house, clock)
    assert ([mail.contact for mail in way.mails], way.rings) == (["duty"], [])


def test_only_the_severities_that_a_group_wants_and_nothing_before_the_start(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(), item(GAS, name="2"))
    with house.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM mark")
    drain(house, clock)
    assert ([mail.contact for mail in way.mails], way.rings) == (["duty", "duty"], [])

    with house.store.write() as tx:
        marks.put(tx, marks.LIVE, clock())
    wanted = 'severities = ["serious", "ordinary"]\n'
    house = house_of(tmp_path, way, item(name="4", title="第四份"), item(f"东苑{GAS}", name="5"), more=wanted)
    clock.move(hours=2)
    drain(house, clock)
    new = [post.message.subject for post in way.rings if "新事项" in post.message.subject]
    assert new == ["回音：新事项2026-0003，个人信息外泄（重要）"]


def test_a_silence_holds_a_post_back_like_its_mail_and_its_end_lists_it(tmp_path, clock, way):
    more = 'severities = ["urgent", "serious"]\n'
    house = house_of(tmp_path, way, item(), item(name="2", title="第二份"), item(GAS, name="3"), more=more)
    asked = Silence(
        id=0,
        begun_at=clock(),
        until=clock() + timedelta(hours=2),
        platform="website",
        kind=None,
        owner="duty",
        why="改版",
    )
    with house.store.write() as tx:
        silences.add(tx, asked)
    drain(house, clock)
    assert [post.message.subject for post in way.rings] == ["回音：新事项2026-0003，险情（紧急）"]

    clock.move(hours=2, minutes=1)
    drain(house, clock)
    listing = next(post for post in way.rings if "需要查看" in post.message.text)
    assert listing.message.text.splitlines()[:3] == [
        "回音：共2件事项需要查看",
        "个人信息外泄2件",
        "编号：2026-0001、2026-0002",
    ]
    assert len([mail for mail in way.mails if "2026-0001" in mail.message.text and mail.contact == "duty"]) == 1
    assert chain_holds(house)


@BOTH
def test_a_flood_is_told_in_as_many_posts_as_a_robot_takes_and_none_is_lost(tmp_path, clock, way):
    house = house_of(tmp_path, way, *(item(f"{k}号楼{GAS}", name=str(k), title=f"来信{k}") for k in range(16)))
    drain(house, clock, ["collect", "classify", "escalate"])
    while pipeline.chat(house, clock):
        pass
    (listing,) = way.rings
    assert listing.message.text.startswith("回音：共16件事项需要查看\n险情16件\n编号：2026-0001、")

    record, due = (
        all_records(house)[0],
        policy.Due(reason=Reason.STEP, tell=(), step=1, next_step_at=None, overdue=False),
    )
    for k in range(16):  # and more than it takes, one after the other
        clock.move(seconds=1)
        with house.store.write() as tx:
            reached = Reached(due=due, people=(), missed=("duty",))
            chatting.tell(house, tx, record, reached, key=f"k{k}", held_until=None, now=clock())
        drain(house, clock, ["chat"])
    assert len(way.rings) == A_MINUTE
    assert "没有人可以通知" in way.rings[-1].message.text
    clock.move(seconds=46)
    drain(house, clock, ["chat"])
    assert way.rings[-1].key == "k15:chat:all"  # the newest is told as soon as there is room
    assert {post.state for post in posts(house)} == {Outcome.SENT, Outcome.GATHERED, Outcome.LAPSED}
    assert chain_holds(house)


def test_a_robot_that_refuses_is_tried_on_and_said_and_hastens_nobody(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS))
    way.ring_errors += [DeliveryError("127.0.0.1:9 refused: 200 93000")] * 900
    drain(house, clock)
    clock.move(minutes=10)
    drain(house, clock, ["chat"])

    assert transitions(house, only_record(house)) == ["opened", "told"]
    with house.store.read() as tx:
        left = chatted.backlog(tx, "chat:all")
        assert (left.count, left.said) == (1, "127.0.0.1:9 refused: 200 93000")
        assert views.waits(tx).oldest_notification is None  # no mail waits
    said = CliRunner().invoke(cli, ["--config", str(house.settings.path), "health"])
    if house.settings.database.file:  # the clock of the command is the real one
        assert "群“值班群”有1条消息没有发成" in said.output
    clock.move(days=5)
    drain(house, clock, ["chat"])
    assert transitions(house, only_record(house)) == ["opened", "told", "not_posted"]
    assert chain_holds(house)


def test_what_may_stand_there_is_sent_once_more_and_says_so(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS))
    way.ring_errors += [DeliveryError("dropped", unknown=True)] * 3
    drain(house, clock)
    clock.move(minutes=1)
    drain(house, clock, ["chat"])
    clock.move(hours=1)
    drain(house, clock, ["chat"])

    first, second = (each for each in way.attempts if each.channel is Channel.CHAT)
    assert second.message.text == f"{first.message.text}\n（可能已经发过）"
    assert [post.state for post in posts(house)] == [Outcome.UNKNOWN]


def test_what_was_closed_meanwhile_is_not_posted(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS))
    drain(house, clock, ["collect", "classify", "escalate"])
    clock.move(seconds=5)
    move(house, State.DISMISSED, clock)
    drain(house, clock, ["chat"])

    assert (way.rings, [post.state for post in posts(house)]) == ([], [Outcome.LAPSED])


def test_a_group_that_is_configured_no_more_is_refused_for_good(tmp_path, clock, way):
    house = house_of(tmp_path, way, item(GAS))
    drain(house, clock, ["collect", "classify", "escalate"])
    without = build(tmp_path, Web([]), CONFIGURATION)
    drain(without, clock, ["chat"])

    assert [post.state for post in posts(without)] == [Outcome.REFUSED]


def test_from_a_page_to_the_server_of_the_group(tmp_path, clock, monkeypatch):
    with Zoo({PATH: answer('{"errcode":0,"errmsg":"ok"}', "application/json")}) as zoo:
        monkeypatch.setenv("HUIYIN_ALL_WEBHOOK", zoo.url(f"{PATH}?key=abc"))
        house = build(tmp_path, Web([item(GAS)]), f"{CONFIGURATION}\n{GROUP}")
        drain(house, clock)
        tested = CliRunner().invoke(
            cli,
            ["--config", str(configuration(tmp_path, f"{CONFIGURATION}\n{GROUP}")), "send-test", "--to", "chat:all"],
        )

    first, second = (json.loads(request.body)["text"]["content"] for request in zoo.seen)
    shown = CliRunner().invoke(cli, ["--config", str(house.settings.path), "show", "2026-0001"])
    assert "群  值班群  已发出" in shown.output
    planned = CliRunner().invoke(cli, ["--config", str(house.settings.path), "policy", "show", "hazard"])
    assert "每次同时告知群：值班群" in planned.output
    assert first.startswith("回音：新事项2026-0001，险情（紧急）")
    assert second == "回音测试：青岚县住房和城乡建设局的群通知能收到，不用处理。"
    assert "值班群（群，经 127.0.0.1:" in tested.output
    assert [sent.state for sent in told(house)] == [Outcome.SENT, Outcome.SENT]
    assert len(mails(house)) == 1


def test_the_papers_say_which_server_is_asked_and_which_secret_there_is(tmp_path):
    loaded, words = settings.load(configuration(tmp_path, f"{CONFIGURATION}\n{GROUP}")), wiring.words("zh")

    assert ("127.0.0.1", 9, "读取局网站、群通知：值班群") in [
        (each.host, each.port, each.why) for each in paper._routes(loaded, words)
    ]
    assert ("HUIYIN_ALL_WEBHOOK", "值班群") in [*paper._secrets(loaded, words)]
