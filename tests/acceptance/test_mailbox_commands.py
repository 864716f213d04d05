"""A mailbox at the terminal: check-config says how it is read, ``platform try`` what would be read; as processes."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.edges.test_mailbox_stages import configured
from tests.houses import configuration
from tests.imap_servers import PASSWORD, Account, Box, serving
from tests.mails import mail

COMMAND = [sys.executable, "-m", "monitor.cli"]


@pytest.fixture
def account():
    account = Account(boxes={"INBOX": Box(), "Sent": Box()})
    account.inbox.add(mail("身份证号210726196411200006，煤气在漏", subject="急"))
    return account


def run(folder, port, *words, password=PASSWORD):
    text = configured(port, folder, 'back = "3650d"').replace("localhost", "127.0.0.1")
    command = [*COMMAND, "--config", str(configuration(folder, text)), *words]
    environment = os.environ | {"HUIYIN_LETTERS_PASSWORD": password}
    done = subprocess.run(command, capture_output=True, timeout=120, check=False, env=environment)
    assert b"Traceback" not in done.stderr
    assert PASSWORD.encode() not in done.stdout + done.stderr
    return done


def test_what_would_be_read_is_shown_masked(account, tmp_path):
    with serving(account, host="127.0.0.1") as port:
        done = run(tmp_path, port, "platform", "try", f"imaps://127.0.0.1:{port}")
    item, source = map(json.loads, done.stdout.splitlines())

    assert (done.returncode, source["items"], source["error"]) == (0, 1, None)
    assert (item["title"], item["answered"]) == ("急", False)
    assert "210726196411200006" not in item["text"]
    assert item["link"].startswith("mail:INBOX ")


@pytest.mark.parametrize(("password", "code"), [("wrong", "mail_login: ")])
def test_why_nothing_can_be_read_is_said(account, tmp_path, password, code):
    with serving(account, host="127.0.0.1") as port:
        done = run(tmp_path, port, "platform", "try", f"imaps://127.0.0.1:{port}", password=password)

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"].startswith(code)


@pytest.mark.parametrize("url", ["imaps://other.example", "https://other.example/feed.xml"])
def test_another_server_is_never_asked(account, tmp_path, url):
    done = run(tmp_path, 1, "platform", "try", url)

    assert json.loads(done.stdout)["error"].startswith("outside_prefix: ")


def test_the_configuration_says_how_it_is_read(account, tmp_path):
    done = run(tmp_path, 993, "check-config")
    said = done.stdout.decode()

    assert done.returncode == 0
    assert "邮箱 letters@agency.example，只读不改：INBOX、Sent" in said
    assert "留言应在15天内答复" in said


def test_the_last_twelve_months_are_rehearsed_with_their_answers(account, tmp_path):
    late = datetime.now(UTC) - timedelta(days=100)
    for number in (2, 3):
        account.inbox.add(mail(subject=f"第{number}封", name=f"m{number}"), late)
    account.boxes["Sent"].add(mail("已办。", name="a2", In_Reply_To="<m2@mail.example>"), late + timedelta(days=1))
    with serving(account, host="127.0.0.1") as port:
        done = run(tmp_path, port, "rehearse", "letters", "--html", str(tmp_path / "page.html"))
    said = done.stdout.decode()

    assert done.returncode == 0
    assert "第3封" in said
    assert "第2封" not in said
