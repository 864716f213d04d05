"""``huiyin demo`` as a person runs it: one real run in a pipe that most tests look at, and runs that are cut short."""

import fcntl
import os
import pty
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import termios
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import quote

import pytest

from demo import planted
from demo.planted import BROKEN, PAPERS, POSTS, SECRETS, TROUBLES, Sort

ROOT = Path(__file__).resolve().parents[2]
HUIYIN = (sys.executable, "-m", "monitor.cli")
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C"}
NOTED = ("replied", "withdrawn", "overdue", "place")


@dataclass(frozen=True)
class Run:
    folder: Path
    code: int
    said: str

    @property
    def mails(self):
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in self.folder.rglob("*.eml")]

    def rows(self, query):
        with closing(sqlite3.connect(self.folder / "data" / "huiyin.db")) as database:
            return database.execute(query).fetchall()


@pytest.fixture(scope="module")
def run(tmp_path_factory, worker_id):
    """One run for all workers: whoever comes first plays it, the others wait and read."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder, code, said = (shared / f"demo{ending}" for ending in ("", ".code", ".txt"))
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not code.exists():
            done = subprocess.run(
                [*HUIYIN, "demo", "--folder", str(folder), "--seconds", "8"],
                cwd=ROOT,
                env=ENVIRONMENT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=90,
                check=False,
            )
            said.write_bytes(done.stdout)
            code.write_text(str(done.returncode))
    return Run(folder, int(code.read_text()), said.read_text(encoding="utf-8"))


def everything(folder, said=""):
    """All that a run left behind, by where it stands: files as they are, mails decoded as well."""
    kept = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path in folder.rglob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        kept[f"{path} read"] = "\n".join([*map(str, mail.values()), *texts]).encode()
    return {**kept, "terminal": said.encode()}


def forms(secret):
    """The ways in which it could stand there."""
    return {form.encode() for form in (secret, quote(secret), secret.replace(" ", "").replace("-", ""))} | {
        secret.encode("gb18030")
    }


def leaks(kept):
    return [
        (secret, place)
        for secret in SECRETS
        for place, content in kept.items()
        if any(form in content for form in forms(secret))
    ]


def test_it_ends_well_and_finds_all_that_was_planted(run):
    assert run.code == 0, run.said
    assert "Traceback" not in run.said
    assert "暂缓发送" not in run.said  # each mail is told once it has gone out

    found = run.rows("SELECT kind, escalation.platform, link FROM escalation LEFT JOIN item ON item_id = item.id")

    wanted = [(kind, post.place, post.path) for post in (*POSTS, *PAPERS) for kind in post.expect]
    wanted += [(kind, place, "") for kind, place in TROUBLES]
    paths = [(kind, place, re.sub(r"^http://[^/]+|\?.*|^number:", "", link or "")) for kind, place, link in found]
    assert sorted(paths) == sorted(wanted)


def test_opinions_questions_and_thanks_are_left_alone(run):
    """Nothing else is worth an alert, and in an opinion nothing is seen at all."""
    seen = run.rows("SELECT link, score FROM finding JOIN item ON item_id = item.id")
    flagged = "\n".join(link for link, score in seen if score >= 0.5)
    touched = "\n".join(link for link, _ in seen)

    opinions = [post.path for post in POSTS if post.sort is Sort.OPINION]
    assert len(opinions) >= 5
    assert [path for path in opinions if path in touched] == []
    assert [post.path for post in (*POSTS, *PAPERS) if not post.expect and post.path in flagged] == []
    assert f"意见和批评{len(opinions)}条" in run.said


def test_everything_was_read_rightly_from_a_hostile_agency(run):
    texts = "\n".join(f"{title} {text}" for title, text in run.rows("SELECT title, text FROM version"))
    items, versions = run.rows("SELECT count(DISTINCT item_id), count(*) FROM version")[0]

    assert (items, versions) == (len(POSTS) + len(PAPERS), len(POSTS) + 3 + len(PAPERS))
    assert "𬒈石巷" in texts
    assert "\ufffd" not in texts
    assert dict(run.rows("SELECT platform, error FROM cursor WHERE failures > 0")).keys() == set(BROKEN)


def test_the_mailbox_is_read_page_after_page_and_knows_who_waits(run):
    columns = "external_id, waits_since, replied_at, withdrawn_at, overdue_at, place"
    rows = {row[0]: row[1:] for row in run.rows(f"SELECT {columns} FROM item WHERE platform = 'letters'")}

    assert rows.keys() == {post.path for post in POSTS if post.place == planted.LETTERS}
    assert all(since for since, *_ in rows.values())
    told = {name: {path for path, row in rows.items() if row[n]} for n, name in enumerate(("", *NOTED)) if name}
    assert told == {
        "replied": {"2026-0871"},
        "withdrawn": {"2026-0885"},
        "overdue": {"2026-0852"},
        "place": {"2026-0891"},
    }
    assert rows["2026-0891"][-1] == "枫林小区6号楼二单元"


def test_the_file_behind_a_page_is_read_and_its_cell_is_named(run):
    (mail,) = (mail for mail in run.mails if "配租名单.xlsx" in mail.get_body(("plain",)).get_content())
    text = mail.get_body(("plain",)).get_content()

    assert "附件“配租名单.xlsx”" in text.splitlines()[0]
    assert "（共2处）" in text
    assert "位置：配租!C2" in text
    assert "所在页面：公租房第三批配租结果公示" in text
    assert run.rows("SELECT name, findings, error FROM attachment ORDER BY name") == [
        ("配租名单.xlsx", 2, ""),
        ("配租名单（打印版）.pdf", 0, ""),
    ]


def test_a_late_answer_is_told_with_its_number_and_its_age(run):
    (mail,) = (mail for mail in run.mails if "留言超期未答复" in mail["Subject"])
    text = mail.get_body(("plain",)).get_content()

    assert "局长信箱" in text.splitlines()[0]
    assert "已等19天" in text.splitlines()[0]
    assert "留言编号 2026-0852" in text


def test_no_number_name_or_author_is_kept_shown_or_sent(run):
    kept = everything(run.folder, run.said)

    assert any(path.endswith("huiyin.db") for path in kept)
    assert leaks(kept) == []


def test_a_leak_would_be_seen_wherever_it_stands(tmp_path):
    """The search above can fail: one secret in each kind of place."""
    (tmp_path / "huiyin.db-wal").write_bytes(b"\0" + SECRETS[0].encode() + b"\0")
    (tmp_path / "link.txt").write_text(quote(planted.AUTHORS[0]))
    subject = "Subject: =?utf-8?b?6JKL56eL56a+?=\r\n\r\n"  # a planted name in base64
    (tmp_path / "one.eml").write_text(f"{subject}text")

    found = {secret for secret, _ in leaks(everything(tmp_path, planted.KEYS[0]))}

    assert found == {SECRETS[0], planted.AUTHORS[0], planted.NAMES[0], planted.KEYS[0]}


def test_mails_and_digest_can_be_read(run):
    subjects = [mail["Subject"] for mail in run.mails]

    assert all(not mail.defects and mail.get_body(("html",)) and mail.get_body(("plain",)) for mail in run.mails)
    numbers = [number for (number,) in run.rows("SELECT number FROM escalation")]
    assert all(any(number in subject for subject in subjects) for number in numbers)
    (digest,) = (mail for mail in run.mails if "周报" in mail["Subject"])
    assert digest["To"] == "leader@agency.example"
    assert all(number in digest.get_body(("html",)).get_content() for number in numbers)
    assert "<html" in (run.folder / "digest.html").read_text(encoding="utf-8")
    assert {state for (state,) in run.rows("SELECT state FROM notification")} == {"sent"}


def test_the_commands_it_names_work_when_they_are_pasted(run):
    commands = [line.strip() for line in run.said.splitlines() if " --config " in line]

    answers = [
        subprocess.run(
            command,
            shell=True,
            cwd=ROOT,
            env=ENVIRONMENT,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        for command in commands
    ]

    assert [answer.returncode for answer in answers] == [0, 0, 0], [answer.stderr for answer in answers]
    listed, shown, explained = (answer.stdout for answer in answers)
    assert all(number in listed for (number,) in run.rows("SELECT number FROM escalation"))
    assert commands[1].split()[-1] in shown
    assert "没有发现" in explained


def test_it_says_where_everything_lies(run):
    assert str(run.folder) in run.said
    for name in ("mails", "digest.html", "data/huiyin.db", "huiyin.log"):
        assert name in run.said
        assert (run.folder / name).exists()
    log = (run.folder / "huiyin.log").read_text(encoding="utf-8")
    assert "started" in log
    assert "stopped" in log


@contextmanager
def started(folder, *words, output=subprocess.PIPE):
    """The demo in a session of its own; killed at the end if it still runs."""
    with subprocess.Popen(
        [*HUIYIN, "demo", "--folder", str(folder), "--seconds", "8", *words],
        cwd=ROOT,
        env={**ENVIRONMENT, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process, words):
    """The lines until one has ``words``."""
    said = []
    for line in process.stdout:
        said.append(line.decode())
        if words in said[-1]:
            return "".join(said)
    raise AssertionError("".join(said))


def ports(folder):
    return {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", (folder / "huiyin.toml").read_text("utf-8"))}


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_it_leaves_nothing_running(tmp_path, number):
    with started(tmp_path / "demo") as process:
        read_until(process, "平台")
        open_ports = ports(tmp_path / "demo")
        assert any(map(answers, open_ports))
        process.send_signal(number)
        rest = process.stdout.read().decode()
        assert process.wait(timeout=30) == 128 + number

    assert "Traceback" not in rest
    assert str(tmp_path / "demo") in rest
    assert not any(map(answers, open_ports))
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_the_write_ahead_log_holds_no_secret_either(tmp_path):
    """A process that is killed leaves it behind."""
    with started(tmp_path / "demo") as process:
        read_until(process, "个人信息外泄：居民留言板")
        process.kill()
        process.wait(timeout=30)

    kept = everything(tmp_path / "demo")
    assert len(kept[str(tmp_path / "demo" / "data" / "huiyin.db-wal")]) > 0
    assert leaks(kept) == []


def test_in_a_terminal_it_is_one_screen_that_goes_away(tmp_path):
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (30, 100))
    seen = b""
    with started(tmp_path / "demo", "--language", "en", output=theirs) as process:
        os.close(theirs)
        while b"Personal data in public" not in seen:
            seen += os.read(ours, 65_536)
        process.send_signal(signal.SIGINT)
        with suppress(OSError):  # how Linux says that nobody holds the other end any more
            while chunk := os.read(ours, 65_536):
                seen += chunk
        assert process.wait(timeout=30) == 130
    os.close(ours)

    assert b"\x1b[?1049h" in seen
    assert b"\x1b[?1049l" in seen
    assert b"Message board" in seen
    assert b"Stopped" in seen
    assert b"Traceback" not in seen


def test_a_folder_in_use_is_not_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    with started(tmp_path) as process:
        said = process.stdout.read().decode()
        assert process.wait(timeout=30) == 1

    assert str(tmp_path) in said
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
