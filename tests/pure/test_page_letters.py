"""What people are told of single pages and of columns that are out of date."""

from dataclasses import replace

import pytest

from classifiers.finding import Kind
from monitor.model import Seen
from tests.letters import CONTEXT, EN, RECORD, ZH, alert, text_of

ADDRESS = "www.agency.example/"
PAGE = replace(
    RECORD, kind=Kind.PAGE_CHANGED, item=9, subject=ADDRESS, locator=f"https://{ADDRESS}", topic=None, published_at=None
)


def seen(rule, excerpt="", kind=Kind.PAGE_CHANGED, where="", score=0.9):
    return Seen(kind=kind, rule=rule, score=score, excerpt=excerpt, field="html", where=where)


def test_the_first_line_says_which_page_and_what_is_changed_in_it() -> None:
    found = (seen("emptied"), seen("new_script", "evil-cdn[.]invalid", score=0.7))
    letter = alert(PAGE, found)

    assert letter.first.startswith("“市民留言板”的网页“www.agency.example/”几乎成了空白（很有把握，90%）。请核对")
    text = text_of(letter)
    assert "新的外部脚本来自：evil-cdn[.]invalid" in text
    assert "标题：" not in text
    assert f"https://{ADDRESS}" in text
    assert alert(PAGE, found, words=EN).first.startswith("“www.agency.example/” on “市民留言板” is nearly empty")


@pytest.mark.parametrize("words", [ZH, EN])
@pytest.mark.parametrize(
    "rule",
    "title_replaced template_gone emptied other_language leads_away new_script new_frame new_form new_links".split(),
)
def test_each_change_has_words_of_its_own(words, rule) -> None:
    first = alert(PAGE, (seen(rule),), words=words).first

    assert first != alert(PAGE, (seen("other"),), words=words).first
    assert words.rule(Kind.PAGE_CHANGED, rule) != words.say("kinds.page_changed.name")


def test_a_home_page_that_nobody_updates_is_called_by_its_address_and_its_limit() -> None:
    record = replace(PAGE, kind=Kind.PAGE_STALE)
    letter = alert(record, (seen("home_soon", "2026-11-12", Kind.PAGE_STALE, "14", 1.0),))

    assert "“市民留言板”的网页“www.agency.example/”最新的内容是2026年11月12日的，更新时限14天，还剩3天" in letter.first
    assert "首页两周没有新内容，检查时单项否决" in text_of(letter)
    assert "同一网站" not in text_of(letter)


def test_a_column_says_how_many_of_its_site_are_out_of_date() -> None:
    record = replace(PAGE, kind=Kind.PAGE_STALE, item=None, locator="https://www.agency.example/gsgg/")
    found = (seen("over", "2026-04-01", Kind.PAGE_STALE, "180", 1.0),)
    text = text_of(alert(record, found, context=replace(CONTEXT, stale=4)))

    assert "同一网站：有4个栏目超期未更新；要闻类（14天）和通知政策类（180天）合计满5个，检查时整个网站不合格" in text
    assert "的网页" not in text
    one = text_of(alert(record, found, context=replace(CONTEXT, stale=1), words=EN), EN)
    assert "1 column has had nothing new for longer than allowed" in one


def test_what_only_robots_see_is_named_and_not_quoted() -> None:
    record = replace(PAGE, kind=Kind.HIDDEN_LINK)
    text = text_of(alert(record, (seen("robot_view", "be*.******d", Kind.HIDDEN_LINK),)))

    assert "只给搜索引擎看的外部链接、标题或跳转" in text
    assert "be*" not in text
