"""Answers that answer nothing; and thin ones that do, which is what must never be missed."""

import pytest

from classifiers.hollow import LONGEST, is_hollow


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "您好！",
        "网友：您好！留言已收悉",
        "2026年11月5日",
        "您的留言已收到，我们将尽快处理。",
        "您的留言已收悉，关于您反映的问题，已转市城管局调查处理。",
        "网友您好，您所反映的情况已转交青岚乡人民政府进行核处。2026年10月31日",
        "您反映的问题已移交区教育局，稍后会对您提出的问题做出回复！",
        "感谢您对我县工作的关注与支持，祝您生活愉快！",
        "帖文已收悉，我们将按工作程序转交至县交通局、东苑镇政府参考。",
        "此事正在调查处理中。",
        "青岚县网宣办 2026年9月18日",
        "您在平台《问政青岚》反映的问题已转至市公安局交通警察支队，感谢您的问政。",
        "已转办至青岚县邮政局",
    ],
)
def test_what_only_says_that_it_came_in_is_hollow(reply):
    assert is_hollow(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "已办结。",
        "您反映的问题已处理。",
        "您反映的问题已经答复，请查看前一封信。",
        "请拨打 0000-5550100 咨询。",
        "请咨询市人社部门。",
        "请到县政务服务中心办理",
        "您反映的问题不属于我单位职责范围，感谢您的留言。",
        "您的留言已收悉，因您未留下联系方式，请进一步完善相关信息。",
        "可以。",
        "不行",
        "周一至周五",
        "路灯已于今天上午修复。",
        "您的留言已收悉，已转市城管局调查处理。经查，该摊点证照齐全。",
        "您的档案已转至青岚县人才中心保管，可凭身份证查询。",
        "Thank you for your message.",
        "已收悉。" * LONGEST,
    ],
)
def test_whatever_says_more_is_an_answer(reply):
    assert not is_hollow(reply)


def test_a_hostile_reply_takes_no_time():
    for part in ("转", "已转", "《", "感谢", "2026年1月", "、", "办"):
        is_hollow((part * LONGEST)[:LONGEST])
