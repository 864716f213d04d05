"""What messages are for: as their platform says, as their title says, as they ask; and mostly unknown in doubt."""

import pytest

from classifiers.finding import Purpose
from classifiers.purpose import purpose

QUESTION, COMPLAINT, SUGGESTION, CORRECTION, UNKNOWN = (
    Purpose.QUESTION,
    Purpose.COMPLAINT,
    Purpose.SUGGESTION,
    Purpose.CORRECTION,
    Purpose.UNKNOWN,
)


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("咨询", QUESTION),
        ("投诉举报", COMPLAINT),
        ("意见建议", SUGGESTION),
        ("网站纠错", CORRECTION),
        ("Complaint", COMPLAINT),
        ("enquiry", QUESTION),
        ("咨询投诉", UNKNOWN),  # the name of a column
        ("求助", UNKNOWN),
        ("3", UNKNOWN),
    ],
)
def test_the_platform_is_believed_first(label, meant):
    assert purpose("第1封", "东门", label) is meant


@pytest.mark.parametrize(
    ("title", "text", "meant"),
    [
        ("【建议】东门增设路灯", "", SUGGESTION),
        ("投诉：半夜施工", "", COMPLAINT),
        ("咨询公积金怎么提取", "", QUESTION),
        ("关于东苑小区停车的咨询", "", QUESTION),
        ("举报一处违建", "", COMPLAINT),
        ("关于增设路灯的几点建议", "", SUGGESTION),
        ("东门", "请问需要什么手续？想了解一下。", QUESTION),
        ("东门", "噪音扰民，特此投诉，望查处。", COMPLAINT),
        ("东门", "我建议在这里增设路灯。", SUGGESTION),
        ("东门", "办事指南页面上的电话是空号。", CORRECTION),
        ("网站链接打不开", "", CORRECTION),
        ("东门", "请问噪音扰民归谁管？", UNKNOWN),  # half a question, half a complaint
        ("【求助】东门", "", UNKNOWN),
        ("路过", "今天天气不错。", UNKNOWN),
        ("", "", UNKNOWN),
    ],
)
def test_then_the_title_then_the_text(title, text, meant):
    assert purpose(title, text) is meant


def test_a_complaint_about_links_is_none_about_the_website():
    assert purpose("投诉商家", "他发来的网站链接打不开。") is COMPLAINT


def test_a_label_that_says_nothing_leaves_it_to_the_title():
    assert purpose("【咨询】公积金", "", "其他") is QUESTION


def test_a_hostile_text_takes_no_time():
    for part in ("网站", "【", "建议", "请问", "的", " "):
        purpose(part * 100_000, part * 100_000, part * 100_000)
