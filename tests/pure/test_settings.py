"""The configuration: one file names everything, and every mistake is shown at once."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from classifiers.finding import Kind
from monitor import settings
from monitor.errors import SettingsError
from monitor.model import Database, Severity
from monitor.options import Options, parse_duration
from tests.houses import filled_in

SHIPPED = settings.shipped("huiyin.toml")
EXAMPLE = filled_in(SHIPPED)
PARTS = ("account", "fields", "answers", "mailbox", "page", "robot_view")  # tables of a platform


SECRETS = {  # that the example asks for once all of it is in use
    "HUIYIN_LETTERS_PASSWORD": "correct horse",
    "HUIYIN_WECHAT_SECRET": "battery staple",
    "HUIYIN_ON_CALL_WEBHOOK": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=made-up",
}


@pytest.fixture(autouse=True)
def _the_secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def read(text, path=Path("huiyin.toml")):
    problems, asked = [], {}
    found = settings.read(path, tomllib.loads(text), problems, asked)
    return found, problems, asked


def uncommented(text):
    """The example with every commented default switched on."""
    lines = []
    for line in text.splitlines():
        bare = line.removeprefix("# ")
        is_option = (
            bare != line and "=" in bare.split("#")[0] and bare[0].islower() and bare.split(" =")[0].isidentifier()
        )
        lines.append(bare if is_option else line)
    return "\n".join(lines)


def with_the_board(text):
    """The example with the lines of the message board in use."""
    return "\n".join(line.removeprefix("#: ") for line in text.splitlines())


def test_the_shipped_example_asks_only_for_the_numbers_that_answer_at_night():
    _, problems, _ = read(SHIPPED)

    assert [problem.split(":")[0] for problem in problems] == ["emergency.gas", "emergency.duty"]


@pytest.mark.parametrize("text", [EXAMPLE, with_the_board(EXAMPLE)])
def test_the_shipped_example_is_good_once_they_are_filled_in(text):
    _, problems, _ = read(text)

    assert problems == []


def test_the_shipped_example_with_every_default_switched_on_says_the_same():
    plain, _, _ = read(with_the_board(EXAMPLE))
    explicit, problems, _ = read(uncommented(with_the_board(EXAMPLE)))

    assert problems == []
    assert plain == explicit


def test_the_shipped_example_names_every_option():
    _, _, asked = read(with_the_board(EXAMPLE))
    table = tomllib.loads(uncommented(with_the_board(EXAMPLE)))
    named = {
        f"{section}{'[]' if isinstance(rows, list) else ''}.{key}"
        for section, rows in table.items()
        for row in (rows if isinstance(rows, list) else [rows])
        for key in row
        if section not in {"policy", "playbook"} and not (section == "platform" and key in PARTS)
    }
    for part in PARTS:
        named |= {f"platform[].{part}.{key}" for row in table["platform"] for key in row.get(part, ())}
    rows = {kind: row if isinstance(row, dict) else {} for kind, row in table["policy"].items()}
    named |= {f"policy.{kind}.{key}" for kind, row in rows.items() for key in row}
    named |= {f"policy.{key}" for key, row in table["policy"].items() if not isinstance(row, dict)}
    named |= {"policy.default.steps[].after", "policy.default.steps[].tell"}
    book = table["playbook"]["hazard"]
    named |= {f"playbook.hazard.{key}" for key in book if key != "tasks"}
    named |= {f"playbook.hazard.tasks[].{key}" for row in book["tasks"] for key in row}
    overrides = {f"policy.{each}.owner" for each in (*Kind, *Severity)}  # said once for all kinds, in words

    assert set(asked) - overrides <= named
    assert named - set(asked) == {"policy.default.steps"}


BOARD = with_the_board(EXAMPLE)


def test_answers_are_waited_for_only_where_they_can_be_seen():
    def within(text):
        return read(text)[0].platforms["board"].answer_within

    assert within(BOARD) is None
    assert within(BOARD.replace('# reply = ""', 'reply = "answer.text"')) == timedelta(days=15)
    assert within(BOARD.replace('# replied = ""', 'replied = "answered_at"')) == timedelta(days=15)


def test_a_board_must_know_number_and_text():
    _, problems, _ = read(BOARD.replace('# number = "id"', 'number = ""').replace('# text = "content"', 'text = ""'))

    assert [problem.split(":")[0] for problem in problems] == [
        "platform[board].fields.number",
        "platform[board].fields.text",
    ]


def test_the_policies_of_the_example():
    found, _, _ = read(EXAMPLE)

    assert set(settings.SHIPPED) == set(found.policies)
    assert ("duty", timedelta(hours=2)) == (
        found.policies[Kind.HAZARD].owner,
        found.policies[Kind.HAZARD].deadline,
    )


def test_a_kind_may_have_steps_and_owner_of_its_own():
    own = '[policy.hazard]\nowner = "leader"\nrepeat = "10m"\nsteps = [{ after = "1m", tell = ["leader"] }]\n'
    found, problems, _ = read(EXAMPLE.replace("[policy.hazard]\n", own))

    assert problems == []
    hazard = found.policies[Kind.HAZARD]
    assert ("leader", timedelta(minutes=10), ("leader",)) == (hazard.owner, hazard.repeat, hazard.steps[0].tell)


BROKEN = """
[agency]
nmae = "x"
zone = "Mars"
language = "fr"
database = "mysql://db.example/huiyin"
[mail]
way = "smtp"
port = "x"
security = "none"
username = "u"
[http]
total = "soon"
max_bytes = 1
proxy = "squid"
[pace]
tick = "9h"
[[contact]]
name = "due ty"
title = " "
mail = "nobody"
[[contact]]
name = "b"
title = "b"
mail = "Name <b@b.example>"
[[platform]]
name = "a"
url = "ftp://x"
networks = ["10.0.0.0/33"]
messages = "yes"
full_every = true
surface = 1
[[platform]]
name = "a"
title = "t"
url = "http://u:p@a.example/"
own = true
prefixes = ["https://a.example/x/../y/"]
every = 5
[policy.default]
owner = "ghost"
steps = [{ after = "2m", tell = [] }, { after = "1m", tell = ["ghost"] }, { after = "x", tell = ["b"] }]
[policy.hazard]
threshold = 2
owner = "ghost"
[policy.gossip]
owner = "b"
[digest]
at = "25:00"
weekday = 1
to = "b"
"""

EXPECTED = [
    "agency.name: is missing",
    "agency.nmae: is not known; did you mean 'name'?",
    "agency.zone: 'Mars' is no time zone",
    "agency.language: 'fr' is not known; write one of: zh, en",
    'agency.database: is no address of a database; write it like "postgresql://user@host:5432/name"',
    "mail.host: is missing",
    "mail.port: must be a whole number from 1 to 65535",
    "mail.username: needs a password",
    "mail.security: a password is never sent in the clear",
    "http.total: 'soon' is no span of time",
    "http.max_bytes: must be a whole number from 1024",
    "http.proxy: 'squid' is no web address",
    "pace.tick: '9h' is out of range",
    "contact[due ty].name: 'due ty' must be letters",
    "contact[due ty].title: must not be empty",
    "contact[due ty].mail: 'nobody' is no mail address",
    "contact[b].mail: must be one bare address",
    "platform[a].title: is missing",
    "platform[a].url: 'ftp://x' is no web address",
    "platform[a].networks: '10.0.0.0/33' is no address range",
    "platform[a].messages: must be true or false",
    "platform[a].full_every: must be a whole number",
    "platform[a].surface: must be text in quotes",
    "platform[a].own: is not known any more",
    "platform[a].prefixes: 'https://a.example/x/../y/': the address has a path that climbs",
    "platform[a].name: 'a' is used twice",
    "platform[a].url: 'http://u:p@a.example/' is no web address",
    "platform[a].every: 5 is no span of time",
    "policy.default.owner: 'ghost' is no contact",
    "policy.default.steps[#1].tell: names nobody",
    "policy.default.steps[#2].tell: 'ghost' is no contact",
    "policy.default.steps[#3].after: 'x' is no span of time",
    "policy.default.steps: each step must come later",
    "policy.hazard.threshold: must be a number from 0 to 1",
    "policy.hazard.owner: 'ghost' is no contact",
    "policy.gossip: is not known",
    "digest.at: '25:00' is no time of day",
    "digest.weekday: must be text in quotes",
    "digest.to: must be a list of texts",
]


def test_every_mistake_is_shown_at_once(monkeypatch):
    monkeypatch.delenv("HUIYIN_MAIL_PASSWORD", raising=False)
    monkeypatch.delenv("HUIYIN_MAIL_PASSWORD_FILE", raising=False)
    _, problems, _ = read(BROKEN)

    for expected in EXPECTED:
        assert any(problem.startswith(expected) for problem in problems), expected


def test_an_empty_file_says_what_is_needed():
    _, problems, _ = read("")

    assert {problem.split(":")[0] for problem in problems} == {
        "agency.name",
        "contact",
        "platform",
        "emergency.gas",
        "emergency.fire",
        "emergency.duty",
        "policy.default.owner",
        "policy.default.steps",
    }


@pytest.mark.parametrize(
    "text", ["agency = 1", "contact = 1", "platform = [1]", "policy = []", "[policy]\ndefault = 3"]
)
def test_wrong_shapes_are_problems_not_crashes(text):
    _, problems, _ = read(text)

    assert any("must be" in problem for problem in problems)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "there is no such file"),
        (b"\xff\xfe", "must be saved as UTF-8"),
        (b"[agency", "is not valid TOML"),
        (b"[agency]", "agency.name: is missing"),
    ],
)
def test_a_file_that_cant_be_used_is_named(tmp_path, content, says):
    path = tmp_path / "huiyin.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        settings.load(path)

    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_a_folder_in_place_of_the_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match="can't be read"):
        settings.load(tmp_path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "huiyin.toml"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.encode())

    assert Database(file=str(tmp_path / "data" / "huiyin.db")) == settings.load(path).database


def test_the_password_comes_from_the_environment_or_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("from-file\n", encoding="utf-8")
    monkeypatch.delenv("HUIYIN_MAIL_PASSWORD", raising=False)
    monkeypatch.setenv("HUIYIN_MAIL_PASSWORD_FILE", str(secret))
    assert read(EXAMPLE)[0].mail.password == "from-file"
    monkeypatch.setenv("HUIYIN_MAIL_PASSWORD", "from-environment")
    assert read(EXAMPLE)[0].mail.password == "from-environment"


def test_a_password_file_that_cant_be_read_is_a_problem(monkeypatch, tmp_path):
    monkeypatch.delenv("HUIYIN_MAIL_PASSWORD", raising=False)
    monkeypatch.setenv("HUIYIN_MAIL_PASSWORD_FILE", str(tmp_path / "none"))
    _, problems, _ = read(EXAMPLE)

    assert any("HUIYIN_MAIL_PASSWORD_FILE" in problem for problem in problems)


def test_the_path_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("HUIYIN_CONFIG", "elsewhere.toml")
    assert Path("elsewhere.toml") == settings.default_path()
    monkeypatch.delenv("HUIYIN_CONFIG")
    assert Path("huiyin.toml") == settings.default_path()


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("https://a.example/x/feed.xml", "https://a.example/x/"),
        ("https://a.example/feed.xml?u=/a/b", "https://a.example/"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/x/", "https://a.example/x/"),
    ],
)
def test_nothing_but_the_folder_of_the_url_may_be_read(url, prefix):
    found, _, _ = read(EXAMPLE.replace("https://www.agency.example/feed.xml", url))

    assert (prefix,) == found.platforms["website"].prefixes


@pytest.mark.parametrize(("raw", "seconds"), [("90s", 90), ("15m", 900), ("4h", 14400), ("2d", 172800), ("1w", 604800)])
def test_spans_of_time(raw, seconds):
    assert timedelta(seconds=seconds) == parse_duration(raw)


@pytest.mark.parametrize("raw", ["", "5", "m", "-5m", "5 m 3s", "1.5h", "9999999d"])
def test_no_spans_of_time(raw):
    assert parse_duration(raw) is None


def test_a_list_of_something_else_is_a_problem():
    problems = []

    assert Options("x", {"to": [1]}, problems).texts("to", None) == ()
    assert problems == ['x.to: must be a list of texts, like ["a", "b"]']


def units(text):
    found, problems, _ = read(EXAMPLE + text)
    return found.units, problems


def test_units_answer_topics():
    text = '\n[[unit]]\nname = "物业科"\ntopics = ["物业", "电梯"]\n[[unit]]\nname = "市政科"\ntopics = ["路灯"]\n'

    assert units(text) == ({"物业": "物业科", "电梯": "物业科", "路灯": "市政科"}, [])
    assert units("") == ({}, [])


def test_a_unit_without_topics_and_a_topic_of_two_units_are_problems():
    text = '\n[[unit]]\nname = "甲"\ntopics = ["水"]\n[[unit]]\nname = "乙"\ntopics = ["水"]\n[[unit]]\nname = "丙"\n'

    _, problems = units(text)

    assert len(problems) == 2
    assert "'水' is answered by '甲' already" in problems[0]
    assert "topics: is missing" in problems[1]
