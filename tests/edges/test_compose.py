"""A notification as a mail: read back by the email package it says the same, whatever it says; and as a file."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channels.compose import Sender, compose
from monitor.channels.folder import Folder
from monitor.errors import DeliveryError
from monitor.model import Message, Notification

SENDER = Sender("huiyin@agency.example", "青岚县住房和城乡建设局, 回音")
NOTIFICATION = Notification(
    id=12,
    key="record:3:1:duty",
    contact="duty",
    address="duty@agency.example",
    language="zh",
    message=Message(
        "【紧急】险情：市民留言板（2026-0012）", "第一行。\n\n第二行。\n", "<!DOCTYPE html><p>第一行。</p>\n"
    ),
    message_id="<0f3a.12@agency.example>",
    escalation=3,
    created_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
)
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Huiyin",
    "MIME-Version",
    "Content-Type",
]
ANY = st.text(st.one_of(st.characters(), st.sampled_from('\r\n\0 ,.<>()"=?_:;@中文【】\u2028\ud800')), max_size=150)
PRINTED = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=150)


def read(mail: bytes) -> EmailMessage:
    parsed = message_from_bytes(mail, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    text = body.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


def sender_name(mail: bytes) -> str:
    """The older reader: the newer one (Python 3.11) puts spaces between encoded words of a name."""
    parsed = message_from_bytes(mail)
    return str(make_header(decode_header(parsed["From"]))).rpartition("<")[0].strip()


def about(subject: str, text: str = "t", html: str = "<p>t</p>") -> Notification:
    return replace(NOTIFICATION, message=Message(subject, text, html))


def test_a_mail_says_what_the_notification_says() -> None:
    mail = read(compose(NOTIFICATION, SENDER))

    assert mail.keys() == HEADERS
    assert mail.defects == []
    assert mail["Subject"] == NOTIFICATION.message.subject
    assert mail["To"] == "duty@agency.example"
    assert mail["From"].addresses[0].addr_spec == "huiyin@agency.example"
    assert sender_name(compose(NOTIFICATION, SENDER)) == SENDER.name
    assert mail["Date"].datetime == NOTIFICATION.created_at
    assert mail["Message-ID"] == NOTIFICATION.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Huiyin"] == "notification"
    assert mail.get_content_type() == "multipart/alternative"
    assert part(mail, "plain") == NOTIFICATION.message.text
    assert part(mail, "html") == NOTIFICATION.message.html


def test_the_same_notification_is_the_same_bytes() -> None:
    assert compose(NOTIFICATION, SENDER) == compose(NOTIFICATION, SENDER)


def test_a_repeat_and_a_missing_date_show() -> None:
    repeat = read(compose(replace(NOTIFICATION, repeat=True, created_at=None), SENDER))

    assert repeat["X-Huiyin-Repeat"] == "yes"
    assert repeat["Date"] is None


def test_plain_headers_stay_readable() -> None:
    mail = compose(about("Huiyin weekly"), Sender("huiyin@agency.example", "Huiyin"))

    assert b"\r\nSubject: Huiyin weekly\r\n" in mail
    assert mail.startswith(b"From: Huiyin\r\n <huiyin@agency.example>\r\n")
    assert compose(NOTIFICATION, Sender("huiyin@agency.example")).startswith(b"From: huiyin@agency.example\r\n")


@settings(max_examples=300)
@given(subject=ANY, text=ANY, html=ANY, name=ANY)
def test_nothing_can_begin_a_header(subject: str, text: str, html: str, name: str) -> None:
    mail = compose(about(subject, text, html), Sender("huiyin@agency.example", name))

    assert mail.isascii()
    assert all(len(line) <= 76 for line in mail.split(b"\r\n"))
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert b"\r" not in mail.replace(b"\r\n", b"")
    assert read(mail).keys() == HEADERS
    assert read(mail).defects == []


@settings(max_examples=300)
@given(subject=PRINTED, name=PRINTED)
def test_subject_and_name_come_back_as_they_were(subject: str, name: str) -> None:
    mail = compose(about(subject), Sender("huiyin@agency.example", name))

    assert str(read(mail)["Subject"]).strip() == subject.strip()
    assert read(mail)["From"].addresses[0].addr_spec == "huiyin@agency.example"
    assert sender_name(mail) == name.strip()


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_texts_come_back_as_they_were(text: str) -> None:
    mail = read(compose(about("s", f"{text}\n{text}\n", f"{text}\n"), SENDER))

    assert part(mail, "plain") == f"{text}\n{text}\n"
    assert part(mail, "html") == f"{text}\n"


NO_ADDRESSES = """duty  duty@  @agency.example  a@b@c  值班@agency.example  a@x.example,b@x.example  <a@x.example>"""


@pytest.mark.parametrize("address", ["", *NO_ADDRESSES.split(), "a@x.example\r\nBcc: b@y.example", "a b@x.example"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(DeliveryError, match="recipient") as caught:
        compose(replace(NOTIFICATION, address=address), SENDER)
    assert caught.value.permanent
    with pytest.raises(DeliveryError, match="sender") as caught:
        compose(NOTIFICATION, Sender(address))
    assert not caught.value.permanent


@pytest.mark.parametrize("message_id", ["", "a@b", "<a>", "<a@b>\r\nBcc: c", "<a b@c>", "<值@b>"])
def test_a_message_id_that_is_none_is_a_mistake_of_ours(message_id: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        compose(replace(NOTIFICATION, message_id=message_id), SENDER)


# the folder


def test_a_notification_becomes_one_private_file(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "outbox"
    begun: list[bool] = []
    name = Folder(folder, SENDER).send(NOTIFICATION, lambda: begun.append(folder.exists()))

    assert name == "record-3-0f3a.12@agency.example.eml"
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_bytes() == compose(NOTIFICATION, SENDER)
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert begun == [False]


def test_the_same_one_again_replaces_its_file(tmp_path: Path) -> None:
    channel = Folder(tmp_path, SENDER)
    first = channel.send(NOTIFICATION, lambda: None)
    again = channel.send(replace(NOTIFICATION, repeat=True), lambda: None)

    assert first == again
    assert [path.name for path in tmp_path.iterdir()] == [first]
    assert b"X-Huiyin-Repeat: yes" in (tmp_path / first).read_bytes()


def test_a_name_stays_in_its_folder(tmp_path: Path) -> None:
    strange = replace(NOTIFICATION, message_id="<..+a_b@agency.example>", escalation=None)
    name = Folder(tmp_path, SENDER).send(strange, lambda: None)

    assert name == "notice-.._a_b@agency.example.eml"
    assert (tmp_path / name).is_file()


def test_a_folder_that_cant_be_written_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(DeliveryError, match="can't be written") as caught:
        Folder(file, SENDER).send(NOTIFICATION, lambda: None)

    assert not caught.value.permanent
    assert not caught.value.unknown


def test_a_file_that_cant_be_put_in_place_leaves_no_trace(tmp_path: Path) -> None:
    channel = Folder(tmp_path, SENDER)
    name = channel.send(NOTIFICATION, lambda: None)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()  # a folder stands where the file should be

    with pytest.raises(DeliveryError):
        channel.send(NOTIFICATION, lambda: None)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_nothing_is_written_when_data_may_not_begin(tmp_path: Path) -> None:
    def taken() -> None:
        raise LookupError("somebody else has it")

    with pytest.raises(LookupError):
        Folder(tmp_path, SENDER).send(NOTIFICATION, taken)
    assert list(tmp_path.iterdir()) == []
