"""Crooked texts: numbers cut and glued, labels without values. None may be taken for more than it is."""

import pytest

from classifiers import credential, page, personal_data
from classifiers.credential_labels import _is_quiet
from classifiers.finding import Document
from classifiers.personal_data import _apart
from classifiers.place import place


def rules(find, text):
    return [found.rule for found in find(Document(text)) if found.score >= 0.5]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INSERT INTO users (name, password) VALUES ('admin', 'Zx9!kkP2')", ["password"]),
        ("INSERT INTO users (name, password) VALUES ('admin', '0123456789abcdef0123456789abcdef')", []),
        ("INSERT INTO users (name, password) VALUES (江", []),
        ("auth: zjj:Au_admin7001x", ["token"]),
        ("l38OOl38OOOl38OOl38OOOpassword--/C12345678", []),
        ("pw o210726'a', 'Zx9!kkP2')与号/-交叉口线路手机身份证号", []),
        ("￥12统一路口=wifi/abc初始密码|rootI | ", []),
    ],
)
def test_secrets(text, found):
    assert rules(credential.find, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(28.13812345678, 119.150 |  | )", []),
        ("一三八——\n2026-01-02'：INSERT INTO u (name, password) VALUES (南3号楼为村", []),
        ("招标代理服务费 13号0013,121.35 元，开户行账号 3310 0120 1381 2121 357（对公）", []),
        (">2026-01-02解放路口令护照南和Ipassword21072619641120000662122600009980332450006示例和", []),
        ("编号1 110101, 1_9900 307-0011_人", []),
        ("3号楼护照l38OOl38OOO规则Zx9!kkP2大道INSERT INTO u (name, password) VALUES (2单元——C12345678", []),
    ],
)
def test_numbers(text, found):
    assert rules(personal_data.find, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("手机拍照不清楚线路见谅，线路坏了", ""),
        ("我住在二楼，电梯坏了", ""),
        ("手机用为root/ax，拍照不清楚线路见谅", ""),
        ("#!%Wi-Fi路口+86铁路Zx9!kkP2#!%路口马路￥12初始密码和用户名默认", None),
        ("3号楼护照l38OOl38OOO规则Zx9!kkP2大道INSERT INTO u (name, password) VALUES (2单元", None),
    ],
)
def test_places(text, found):
    told = place(Document(text), (0, 5))

    assert told in text
    assert found is None or told == found


def test_of_two_that_overlap_the_surer_stays():
    assert _apart(
        [("mobile", 0, 11, 0.5), ("bank_card", 3, 19, 0.9), ("mobile", 20, 31, 0.8), ("mobile", 22, 33, 0.3)]
    ) == [
        ("bank_card", 3, 19, 0.9),
        ("mobile", 20, 31, 0.8),
    ]


def test_an_example_before_a_label_is_quiet():
    assert _is_quiet("password", "密码", "示例：", "")
    assert _is_quiet("key", "key", "group_", "")


def test_text_outside_a_page_has_no_place_in_it():
    (passage,) = page.passages(Document("路灯坏了"))

    assert passage.where(0) == ""
