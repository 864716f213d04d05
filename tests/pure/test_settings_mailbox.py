"""What is configured of a mailbox: kept private, its password apart, and every mistake said."""

from datetime import timedelta

import pytest

from tests.pure.test_settings import EXAMPLE, SECRETS, read, with_the_board

MAILBOX = with_the_board(EXAMPLE)


@pytest.fixture(autouse=True)
def _the_secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def test_a_mailbox_is_private_has_a_password_and_needs_no_claim():
    found = read(MAILBOX)[0].platforms["letters"]

    assert (found.surface, found.messages, found.every) == ("private", True, timedelta(minutes=5))
    assert (found.secret, found.proven_by_credentials, found.prefixes) == ("correct horse", True, (found.url,))
    assert "correct horse" not in repr(found)
    assert found.mailbox.folders == ("INBOX",)


def test_answers_to_mail_are_waited_for_only_where_they_are_kept():
    assert read(MAILBOX)[0].platforms["letters"].answer_within is None
    sent = read(MAILBOX.replace('# sent = ""', 'sent = "已发送"'))[0].platforms["letters"]
    assert (sent.answer_within, sent.mailbox.sent) == (timedelta(days=15), "已发送")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("imaps://mail.agency.example", "https://mail.agency.example", "url: 'https://mail.agency.example' is no mail"),
        ("imaps://mail.agency.example", "imaps://u@mail.agency.example", "url: 'imaps://u@"),
        ("imaps://mail.agency.example", "imaps://mail.agency.example:0", "url: 'imaps://mail"),
        ("imaps://mail.agency.example", "imaps://[", "url: 'imaps://['"),
        ("imaps://mail.agency.example", "imaps://mail.agency.example/INBOX", "url: 'imaps://mail"),
        ('# sent = ""', 'sent = "INBOX"', "mailbox.sent: is one of the folders"),
        ('username = "letters@agency.example"', "", "mailbox.username: is missing"),
        ('# back = "90d"', 'back = "0d"', "mailbox.back: '0d' is out of range"),
        ("# ca_file", "cafile", "mailbox.cafile: is not known"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_said(before, after, problem):
    assert MAILBOX.count(before)
    place = MAILBOX.index('name = "letters"')
    _, problems, _ = read(MAILBOX[:place] + MAILBOX[place:].replace(before, after, 1))

    assert [one for one in problems if one.startswith(f"platform[letters].{problem}")], problems


def test_a_mailbox_without_a_password_says_where_it_belongs(monkeypatch, tmp_path):
    monkeypatch.delenv("HUIYIN_LETTERS_PASSWORD")
    _, problems, _ = read(MAILBOX)
    where = "set HUIYIN_LETTERS_PASSWORD or HUIYIN_LETTERS_PASSWORD_FILE"
    assert problems == [f"platform[letters].mailbox.username: needs a password: {where}"]

    (tmp_path / "password").write_text("from a file\n", encoding="utf-8")
    monkeypatch.setenv("HUIYIN_LETTERS_PASSWORD_FILE", str(tmp_path / "password"))
    assert read(MAILBOX)[0].platforms["letters"].secret == "from a file"


@pytest.mark.parametrize("name", ["mail", "Database"])
def test_a_mailbox_may_not_be_called_so_that_its_password_is_another_one(name):
    _, problems, _ = read(MAILBOX.replace('name = "letters"', f'name = "{name}"'))

    assert problems == [
        f"platform[{name}].name: {name!r} can't be the name of a mailbox: its password would be that of [{name}]"
    ]


def test_our_own_sender_is_no_mailbox_that_is_read():
    sender = MAILBOX.replace('# sender = "huiyin@localhost"', 'sender = "Letters@agency.example"')

    assert [problem.split(":")[0] for problem in read(sender)[1]] == ["mail.sender"]
