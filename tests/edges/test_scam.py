"""A scam from the platform to the mails: told where the public reads it, quoted nowhere."""

from datetime import timedelta

import pytest

from classifiers.finding import Kind
from tests.houses import CONFIGURATION, Web, all_records, build, drain, item, mails, only_record, text_of

TITLE = "好消息"
OFFER = "网络兼职刷单，一单一结，日赚三百，先垫付本金再返佣金，加微信 shuadan_5566"
WORDS = ("刷单", "垫付", "佣金", "shuadan", TITLE)

pytestmark = pytest.mark.usefixtures("each_database")


def quoted(house):
    said = [str(mail["Subject"]) + text_of(mail) + mail.as_string() for mail in mails(house)]
    return [word for word in WORDS if any(word in each for each in said)]


def test_a_scam_is_told_and_no_mail_of_any_sort_quotes_it(tmp_path, clock):
    house = build(tmp_path, Web([item(OFFER, title=TITLE)]))

    drain(house, clock)
    assert only_record(house).kind is Kind.SCAM
    clock.move(minutes=31)  # the leader is told
    drain(house, clock)
    clock.move(days=8)  # repeated, overdue, and summed up
    drain(house, clock)

    assert len(mails(house)) > 3
    assert any("周报" in str(mail["Subject"]) for mail in mails(house))
    assert quoted(house) == []


def test_what_stood_there_before_is_listed_without_its_words(tmp_path, clock):
    house = build(tmp_path, Web([item(OFFER, title=TITLE, published=clock.now - timedelta(days=9))]))

    drain(house, clock)

    assert all_records(house) == []
    assert "诈骗或违法广告" in "".join(map(text_of, mails(house)))
    assert quoted(house) == []


def test_on_a_private_surface_it_is_no_finding(tmp_path, clock):
    text = CONFIGURATION.replace('name = "website"', 'name = "website"\nsurface = "private"')
    house = build(tmp_path, Web([item(OFFER, title=TITLE)]), text)

    drain(house, clock)

    assert all_records(house) == []
    assert mails(house) == []


def test_the_threshold_is_the_agencys(tmp_path, clock):
    house = build(tmp_path, Web([item(OFFER, title=TITLE)]), CONFIGURATION + "[policy.scam]\nthreshold = 1\n")

    drain(house, clock)

    assert all_records(house) == []
