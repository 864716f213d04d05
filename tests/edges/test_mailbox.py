"""A mailbox on a real server over TLS: what a pass reads, what it leaves for the next one, and what stops it."""

import json
from datetime import timedelta

import pytest

from monitor.collectors import mailbox
from tests.imap_servers import FRESH, TODAY, Account, Box, door, platform, serving
from tests.mails import mail, packed, part, parted


@pytest.fixture
def account():
    return Account()


def collected(account, folder, cursor=FRESH, *, limit=timedelta(seconds=60), tls=True, **options):
    with serving(account, tls=tls) as port:
        at = platform(port, folder, **options)
        return mailbox.collect(door(limit).open, at, cursor, lambda: None)


def texts(found):
    return [item.text for item in found.items]


def fill(account, n, *, first=1, size=0):
    for number in range(first, first + n):
        account.inbox.add(mail(f"第{number}封" + "长" * size, name=f"m{number}"))


# what is read


def test_a_mail_becomes_an_item_without_a_writer(account, tmp_path):
    account.inbox.add(mail("煤气一直在漏，快来人！", subject="急"))
    found = collected(account, tmp_path)

    (item,) = found.items
    assert (item.title, item.text, item.published_at, item.message) == ("急", "煤气一直在漏，快来人！", TODAY, True)
    assert item.link == "mail:INBOX 2026-11-04 10:00"
    assert item.letter.spot == "INBOX/7/1"
    assert "zhangsan" not in repr(item)
    assert "张三" not in repr(item)
    assert found.trouble is None


def test_only_what_is_new_is_read_the_next_time(account, tmp_path):
    fill(account, 3)
    first = collected(account, tmp_path)
    fill(account, 2, first=4)
    account.seen.clear()
    second = collected(account, tmp_path, first.cursor)

    assert texts(first) == ["第3封", "第2封", "第1封"]
    assert texts(second) == ["第5封", "第4封"]
    assert collected(account, tmp_path, second.cursor).items == ()
    assert not [each for each in account.asked("UID FETCH") if "1:3" in each]


def test_an_empty_mailbox_is_no_trouble(account, tmp_path):
    fill(account, 1)
    first = collected(account, tmp_path)
    account.inbox.mails.clear()

    assert collected(account, tmp_path, first.cursor).trouble is None


def test_mail_that_is_older_than_asked_is_never_read(account, tmp_path):
    account.inbox.add(mail("old"), TODAY - timedelta(days=40))
    account.inbox.add(mail("new"), TODAY)

    assert texts(collected(account, tmp_path, back=timedelta(days=30))) == ["new"]


def test_several_folders_with_names_in_chinese(account, tmp_path):
    account.boxes["&Up5+0w-"] = Box(validity=3)
    account.boxes["&Up5+0w-"].add(mail("second", name="m2"))
    fill(account, 1)
    found = collected(account, tmp_path, folders=("INBOX", "办结"))

    assert texts(found) == ["第1封", "second"]


# in pieces


def test_a_flood_is_read_in_passes_newest_first_and_no_mail_is_lost(account, tmp_path, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_MAILS", 50)
    monkeypatch.setattr(mailbox, "TOGETHER", 20)
    fill(account, 130)
    found, cursor, passes = [], FRESH, 0
    while passes < 9:
        one = collected(account, tmp_path, cursor)
        if passes == 1:
            fill(account, 3, first=131)
        passes += 1
        found.append(texts(one))
        cursor = one.cursor
        if not one.behind:
            break

    assert [len(some) for some in found] == [60, 60, 13]
    assert found[0][:2] == ["第130封", "第129封"]
    assert found[2][:3] == ["第133封", "第132封", "第131封"]
    assert sorted(text for some in found for text in some) == sorted(f"第{n}封" for n in range(1, 134))


def test_a_hundred_thousand_mails_are_begun_in_bounded_time(account, tmp_path):
    raw = mail("x")
    for uid in range(1, 100_001):
        account.inbox.add(raw.replace(b"m1@", f"m{uid}@".encode()), uid=uid)
    found = collected(account, tmp_path)

    assert (len(found.items), found.behind) == (mailbox.MAX_MAILS, True)
    assert json.loads(found.cursor.memory)["folders"]["INBOX"]["unread"] == [[1, 100_000 - mailbox.MAX_MAILS]]


def test_a_folder_whose_numbers_change_is_read_again_and_knows_its_mails(account, tmp_path):
    fill(account, 3)
    first = collected(account, tmp_path)
    account.inbox.renumber(8, first=500)
    second = collected(account, tmp_path, first.cursor)

    assert {item.external_id for item in second.items} == {item.external_id for item in first.items}
    assert second.items[0].letter.spot == "INBOX/8/502"


def test_a_mail_that_lies_in_two_folders_is_one(account, tmp_path):
    account.boxes["Todo"] = Box(validity=1)
    account.boxes["Todo"].add(mail("x"))
    account.inbox.add(mail("x"))

    assert len(collected(account, tmp_path, folders=("INBOX", "Todo")).items) == 1


def test_a_message_id_that_several_mails_share_makes_them_one_only_if_they_are(account, tmp_path):
    account.inbox.add(mail("甲", subject="甲", name="form"))
    account.inbox.add(mail("乙", subject="乙", name="form"))

    assert len(collected(account, tmp_path).items) == 2


# large mails


LONG = part(packed(bytes(2_000_000)), "image/jpeg", "base64", 'attachment; filename="a.jpg"')


def test_of_a_large_mail_the_texts_are_read_before_and_behind_its_pictures(account, tmp_path):
    raw = parted("mixed", part("上面写的".encode()), LONG, part("煤气在漏".encode("gbk"), "text/plain; charset=gb2312"))
    account.inbox.add(raw.replace(b"\r\n", b"\n"))
    found = collected(account, tmp_path)

    assert texts(found) == ["上面写的\n\n煤气在漏"]
    assert found.items[0].link.startswith("mail:")
    assert not [each for each in account.asked("UID FETCH") if "BODY.PEEK[]" in each]


def test_a_large_picture_without_a_word_is_its_subject(account, tmp_path):
    account.inbox.add(parted("mixed", LONG, subject="煤气在漏").replace(b"\r\n", b"\n"))
    (item,) = collected(account, tmp_path).items

    assert (item.title, item.text, item.link[:10]) == ("煤气在漏", "", "mail:INBOX")
    assert not [each for each in account.asked("UID FETCH") if "BODY.PEEK[]" in each]


def test_a_large_text_is_read_in_part_and_says_so(account, tmp_path):
    account.inbox.add(mail("煤气在漏" + "长" * 1_000_000).replace(b"\r\n", b"\n"))
    (item,) = collected(account, tmp_path).items

    assert item.text.startswith("煤气在漏长")
    assert item.link == "mail-part:INBOX 2026-11-04 10:00"


def test_where_the_server_can_not_tell_the_parts_the_beginning_is_read(account, tmp_path):
    account.habits = frozenset({"nil"})
    account.inbox.add(parted("mixed", part("煤气在漏".encode()), LONG))
    (item,) = collected(account, tmp_path).items

    assert (item.text, item.link[:9]) == ("煤气在漏", "mail-part")


def test_fifty_megabytes_cost_no_more_than_their_text(account, tmp_path):
    picture = part(packed(bytes(37_000_000)), "image/jpeg", "base64", 'attachment; filename="a.jpg"')
    account.inbox.add(parted("mixed", part("煤气在漏".encode()), picture).replace(b"\r\n", b"\n"))

    assert texts(collected(account, tmp_path)) == ["煤气在漏"]


def test_a_server_that_is_wrong_about_a_size(account, tmp_path):
    account.sizes = {1: 10, 2: 5_000_000}
    account.inbox.add(parted("mixed", part("煤气在漏".encode()), LONG).replace(b"\r\n", b"\n"))
    account.inbox.add(mail("短信一封", name="m2").replace(b"\r\n", b"\n"))

    assert texts(collected(account, tmp_path)) == ["短信一封", "煤气在漏"]


# answers


ANSWERING = {"sent": "Sent", "answer_within": timedelta(days=15)}


@pytest.fixture
def office(account):
    account.boxes["Sent"] = Box(validity=2)
    return account


def answer(text="已修好。", to="m1", **fields):
    return mail(text, name="a1", From="letters@agency.example", **{"In_Reply_To": f"<{to}@mail.example>"} | fields)


def test_answers_come_out_of_the_folder_for_sent_mail(office, tmp_path):
    fill(office, 2)
    office.boxes["Sent"].add(answer(References="<m0@mail.example>\r\n <m1@mail.example>"))
    found = collected(office, tmp_path, **ANSWERING)

    (given,) = found.answers
    assert (given.names, given.text, given.at) == (("m0@mail.example", "m1@mail.example"), "已修好。", TODAY)
    assert found.spots == {"INBOX/7/1", "INBOX/7/2"}
    assert len(found.items) == 2


@pytest.mark.parametrize(
    "fields",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"In_Reply_To": ""}, {"X_Huiyin": "notification"}],
)
def test_what_a_machine_sent_is_no_answer(office, tmp_path, fields):
    office.boxes["Sent"].add(answer(**fields))

    assert collected(office, tmp_path, **ANSWERING).answers == ()


def test_nothing_is_said_of_who_waits_before_every_answer_has_been_read(office, tmp_path, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_MAILS", 2)
    monkeypatch.setattr(mailbox, "TOGETHER", 2)
    fill(office, 4)
    for number in range(1, 4):
        office.boxes["Sent"].add(answer(to=f"m{number}"))
    passes, cursor = [], FRESH
    for _ in range(4):
        one = collected(office, tmp_path, cursor, **ANSWERING)
        cursor = one.cursor
        passes.append((len(one.items), len(one.answers), one.spots is not None, one.behind))

    assert passes == [(2, 0, False, True), (2, 0, False, True), (0, 2, False, True), (0, 1, True, False)]


def test_without_a_folder_for_answers_nobody_can_be_said_to_wait(account, tmp_path):
    fill(account, 1)

    assert collected(account, tmp_path).spots is None


# what is no message


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "List"},
        {"List_Id": "<all.agency.example>"},
        {"Return_Path": "<>"},
        {"From": "Mail Delivery <MAILER-DAEMON@mail.example>"},
        {"From": "<Letters@Agency.example>"},
        {"Subject": "自动回复：外出"},
        {"Content_Type": "multipart/report; boundary=x"},
    ],
)
def test_what_machines_send_is_judged_but_waits_for_nothing(account, tmp_path, fields):
    account.inbox.add(mail(**fields))

    assert [item.message for item in collected(account, tmp_path).items] == [False]


OURS = mail("【紧急】煤气在漏", name="0f3a", X_Huiyin="notification")


@pytest.mark.parametrize(
    "raw",
    [
        OURS,
        mail().replace(b"m1@mail.example", b"0f3a.bare@huiyin.invalid"),
        mail(In_Reply_To="<0f3a@huiyin.invalid>"),
        parted("mixed", part("转发".encode()), part(OURS, "message/rfc822")),
        parted("report", part(b"failed"), part(OURS.partition(b"\r\n\r\n")[0], "text/rfc822-headers")),
    ],
    ids=["marked", "by its id", "an answer to it", "sent along", "returned"],
)
def test_our_own_mail_is_never_collected(account, tmp_path, raw):
    account.inbox.add(raw)

    assert collected(account, tmp_path).items == ()
