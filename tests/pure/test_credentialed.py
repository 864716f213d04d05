"""Exports and official accounts in the configuration, and where a row of an export stands in words."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import settings
from monitor.cli import wiring
from monitor.mapping import Account
from monitor.model import ROW, Surface
from monitor.options import is_folder
from monitor.words import is_address
from tests.houses import CONFIGURATION

EXPORTS = """
[[platform]]
name = "hotline"
title = "热线"
kind = "exports"
url = "file:///srv/huiyin/hotline"
[platform.fields]
number = "工单编号"
text = "诉求内容"
"""
ACCOUNT = """
[[platform]]
name = "we-chat"
title = "公众号"
kind = "account"
url = "https://api.weixin.qq.com"
[platform.account]
appid = "wx0"
"""


@pytest.fixture(autouse=True)
def _a_secret(monkeypatch):
    monkeypatch.setenv("HUIYIN_WE_CHAT_SECRET", "correct horse")


def read(text):
    problems = []
    found = settings.read(Path("huiyin.toml"), tomllib.loads(CONFIGURATION + text), problems)
    return found.platforms, problems


def test_exports_are_private_messages_in_a_folder_that_need_no_proof():
    found, problems = read(EXPORTS)

    hotline = found["hotline"]
    assert problems == []
    assert (hotline.surface, hotline.messages, hotline.prefixes) == (Surface.PRIVATE, True, (hotline.url,))
    assert hotline.proven_by_credentials
    assert hotline.answer_within is None  # no column tells of an answer


def test_exports_with_a_column_for_the_answer_can_be_late():
    found, _ = read(f'{EXPORTS}reply = "答复内容"\n')

    assert found["hotline"].answer_within == timedelta(days=15)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("file:///srv/a", True),
        ("file:///srv/热线导出", True),
        ("file://server/share", False),
        ("file:///", False),
        ("file:///a?b", False),
        ("file:///a#b", False),
        ("/srv/a", False),
        ("https://www.agency.example/a", False),
        ("file://[", False),
    ],
)
def test_a_folder_is_an_absolute_path_of_this_machine(url, good):
    _, problems = read(EXPORTS.replace("file:///srv/huiyin/hotline", url))

    assert is_folder(url) is good
    assert ([problem.split(":")[0] for problem in problems] == []) is good


def test_an_official_account_has_its_calls_and_its_secret_from_the_environment():
    found, problems = read(ACCOUNT)

    wechat = found["we-chat"]
    assert problems == []
    assert wechat.account == Account(appid="wx0")
    assert (wechat.secret, wechat.surface, wechat.messages) == ("correct horse", Surface.PUBLIC, True)
    assert wechat.answer_within is None  # few comments ask for anything
    assert wechat.proven_by_credentials
    assert "correct horse" not in repr(wechat)


def test_comments_may_be_late_where_somebody_says_so():
    found, _ = read(ACCOUNT.replace('kind = "account"', 'kind = "account"\nanswer_within = "7d"'))

    assert found["we-chat"].answer_within == timedelta(days=7)


def test_without_a_secret_it_says_which_variable_is_missing(monkeypatch):
    monkeypatch.delenv("HUIYIN_WE_CHAT_SECRET")

    _, problems = read(ACCOUNT)

    assert problems == [
        "platform[we-chat].account.appid: needs a secret: set HUIYIN_WE_CHAT_SECRET or HUIYIN_WE_CHAT_SECRET_FILE"
    ]


def test_a_secret_is_sent_in_the_clear_only_within_the_agencys_own_network():
    plain = ACCOUNT.replace("https://api.weixin.qq.com", "http://10.1.1.1")

    _, problems = read(plain)
    _, inside = read(plain.replace('kind = "account"', 'kind = "account"\nnetworks = ["10.0.0.0/8"]'))

    assert [problem.split(":")[0] for problem in problems] == ["platform[we-chat].url"]
    assert inside == []


@pytest.mark.parametrize(
    ("locator", "zh", "en"),
    [
        (
            "17|2026001|a.csv",
            "工单编号 2026001（导出文件 a.csv，第 17 行）",
            "order 2026001 (row 17 of the export a.csv)",
        ),
        ("17||a|b.csv", "导出文件 a|b.csv，第 17 行", "row 17 of the export a|b.csv"),
        ("17", "导出文件 ，第 17 行", "row 17 of the export "),
    ],
)
def test_a_row_is_named_by_its_number_file_and_place(locator, zh, en):
    assert wiring.words("zh").locator(ROW + locator) == zh
    assert wiring.words("en").locator(ROW + locator) == en
    assert not is_address(ROW + locator)
