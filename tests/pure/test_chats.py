"""``[[chat]]`` and what groups read, in both languages: nothing of an item, no link, no person."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classifiers.finding import Kind
from monitor import brief, chats, settings
from monitor.model import Escalation, Reason, Severity, State
from tests.houses import CONFIGURATION
from tests.letters import EN, ZH
from tests.pure.test_rescue import NIGHT

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=abc123"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/ca1b2c3d-0000"
GROUP = '[[chat]]\nname = "on-call"\ntitle = "值班群"\nkind = "{kind}"\n{more}\n'
NOTED = Escalation(
    id=3,
    number="2026-0012",
    kind=Kind.HAZARD,
    severity=Severity.URGENT,
    state=State.OPEN,
    platform="website",
    item=1,
    subject="李桂香反映煤气",
    locator="https://www.agency.example/1.html",
    owner="duty",
    opened_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
    deadline=datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
    place="东苑小区3栋",
)


def read(monkeypatch, webhook, kind="wecom", *, more="", sign="", again=""):
    monkeypatch.setenv("HUIYIN_ON_CALL_WEBHOOK", webhook)
    monkeypatch.setenv("HUIYIN_ON_CALL_SIGN", sign)
    problems = []
    text = f"{CONFIGURATION}\n{GROUP.format(kind=kind, more=more)}{again}"
    return settings.read(Path("huiyin.toml"), tomllib.loads(text), problems), problems


@pytest.mark.parametrize(
    ("kind", "webhook", "key"),
    [
        ("wecom", WECOM, "693a91f6-7xxx-4bc4"),
        ("dingtalk", DINGTALK, "abc123"),
        ("feishu", FEISHU, "ca1b2c3d-0000"),
        ("feishu", f"{FEISHU}/", "ca1b2c3d-0000"),
        ("wecom", WECOM.replace("qyapi.weixin.qq.com", "chat.agency.example:8443"), "693a91f6-7xxx-4bc4"),
    ],
)
def test_the_address_that_the_program_shows_is_all_that_is_asked_for(monkeypatch, kind, webhook, key):
    found, problems = read(monkeypatch, webhook, kind)
    (group,) = found.chats

    assert (problems, group.token, group.kind) == ([], key, kind)
    assert (group.severities, group.language) == (frozenset({Severity.URGENT}), "zh")
    assert key not in repr(found)
    assert group.host in webhook
    assert (group.contact.name, group.contact.title) == ("chat:on-call", "值班群")


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (
            ("wecom", "", "", ""),
            "needs the address of its robot: set HUIYIN_ON_CALL_WEBHOOK or HUIYIN_ON_CALL_WEBHOOK_F",
        ),
        (("wecom", DINGTALK, "", ""), "HUIYIN_ON_CALL_WEBHOOK is no address of a robot of wecom; copy it whole"),
        (("wecom", f"{WECOM}&key=b", "", ""), "HUIYIN_ON_CALL_WEBHOOK is no address of a robot of wecom"),
        (("dingtalk", f"{DINGTALK}/..", "", ""), "HUIYIN_ON_CALL_WEBHOOK is no address of a robot of dingtalk"),
        (("feishu", WECOM, "", ""), "HUIYIN_ON_CALL_WEBHOOK is no address of a robot of feishu"),
        (("feishu", "https://[x/open-apis/bot/v2/hook/a", "", ""), "HUIYIN_ON_CALL_WEBHOOK is no address of a robot"),
        (("feishu", FEISHU.removeprefix("https://"), "", ""), "HUIYIN_ON_CALL_WEBHOOK is no address of a robot"),
        (("wecom", WECOM.replace("https", "http"), "", ""), "HUIYIN_ON_CALL_WEBHOOK is never asked in the clear"),
        (("wecom", WECOM, "", "SECabc"), "HUIYIN_ON_CALL_SIGN is the key that DingTalk shows"),
        (("dingtalk", DINGTALK, "", "SEC abc"), "HUIYIN_ON_CALL_SIGN is the key that DingTalk shows"),
        (("wecom", WECOM, 'severities = ["grave"]', ""), "'grave' is not known; write some of: urgent, serious, ord"),
        (("wecom", WECOM, "severities = []", ""), "must not be empty"),
        (("wecom", WECOM, 'webhook = "x"', ""), "is not known"),
        (("slack", WECOM, "", ""), "'slack' is not known; write one of: wecom, dingtalk, feishu"),
    ],
)
def test_what_is_wrong_with_a_group_is_said_and_no_key_with_it(monkeypatch, wrong, problem):
    kind, webhook, more, sign = wrong
    _, problems = read(monkeypatch, webhook, kind, more=more, sign=sign)

    (said,) = problems
    assert said.startswith("chat[on-call]")
    assert problem in said
    assert "693a91f6" not in said


def test_two_groups_never_share_a_key(monkeypatch):
    _, problems = read(monkeypatch, WECOM, again=GROUP.replace("on-call", "on_call").format(kind="wecom", more=""))

    assert problems == ["chat[on_call].name: 'on_call' is taken by another group; write another one"]


def test_without_the_library_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(settings, "find_spec", lambda _name: None)

    assert read(monkeypatch, WECOM)[1] == [
        "chat: chat groups need a library; install it with: pip install 'huiyin[chat]'"
    ]


@pytest.mark.parametrize("words", [ZH, EN])
@pytest.mark.parametrize("reason", Reason)
def test_a_post_says_nothing_of_the_item_in_either_language(words, reason):
    message = brief.chat(NOTED, ["值班员"], reason=reason, context=NIGHT, words=words)

    assert message.text.startswith(("回音", "Huiyin"))
    assert "2026-0012" in message.subject
    assert not [part for part in ("李桂香", "东苑", "http", "agency.example") if part in message.text]
    assert len(message.text.encode()) < 2048


@pytest.mark.parametrize("words", [ZH, EN])
def test_titles_call_nobody_and_break_no_line(words):
    context = replace(NIGHT, platforms={"website": '@所有人 <at user_id="all">\n\u202e' + "局" * 900})
    text = brief.chat(NOTED, [], reason=Reason.OPENED, context=context, words=words).text

    assert not {"@", "<", ">", "\u202e"} & set(text)
    assert len(text.splitlines()) == 5
    assert len(json.dumps(text).encode()) < 2048


@pytest.mark.parametrize("words", [ZH, EN])
@pytest.mark.parametrize("n", [1, 20, 21, 10_000])
def test_a_list_counts_all_and_names_the_first(words, n):
    several = [replace(NOTED, number=f"2026-{k:04}", kind=Kind.CRISIS if k else Kind.HAZARD) for k in range(n)]
    text = brief.chat_list(several, words).text

    assert str(n) in text
    assert text.count("2026-") == min(n, 20)
    assert words.count("chat.more", n - 20) in text or n <= 20
    assert len(text.encode()) < 2048


def test_what_comes_again_and_what_is_over_is_said():
    again = brief.chat_again(brief.chat_trial(NIGHT, EN), EN)
    back = brief.chat_back(NOTED, context=NIGHT, words=ZH, what="back")

    assert again.text.splitlines()[1] == "(may have been sent before)"
    assert back.text.startswith("回音：")
    assert timedelta(seconds=15) == chats.Group(name="a", kind="wecom").timeout
