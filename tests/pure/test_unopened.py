"""The mail about links that don't open."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from classifiers.finding import Kind
from monitor.model import Seen
from monitor.summary import BrokenLink
from tests.letters import CONTEXT, EN, HOSTILE, NOW, RECORD, ZH, alert, text_of

ITSELF = replace(RECORD, kind=Kind.BROKEN_LINKS, item=None, subject="局网站")


def broken(number=1, **more):
    given = {
        "url": f"http://www.agency.example/{number}.html",
        "page": "办事指南",
        "page_link": "http://www.agency.example/guide.html",
        "since": NOW - timedelta(days=3),
        "error": "http_404",
    }
    return BrokenLink(**given | more)


def letter(*found, words=ZH, told=1):
    seen = Seen(kind=Kind.BROKEN_LINKS, rule="http_404", score=1.0, excerpt="http://a.example/")
    return alert(ITSELF, [seen] * told, words=words, context=replace(CONTEXT, links=found))


def test_it_lists_each_link_with_its_answer_its_day_and_its_page():
    text = text_of(letter(broken(1), broken(2, error="no_such_name", page="", since=NOW - timedelta(days=9))))

    assert text.startswith("“市民留言板”上有2个链接打不开，最早的从11月14日（周六）")
    assert (
        "- http://www.agency.example/1.html：页面不存在（404），11月20日起；"
        "在页面“办事指南”（http://www.agency.example/guide.html）上\n"
        "- http://www.agency.example/2.html：域名不存在，11月14日起；在页面（http://www.agency.example/guide.html）上"
    ) in text
    assert "%" not in text.splitlines()[0]


def test_it_reads_the_same_in_english():
    one, two = (letter(*found, words=EN).first for found in ([broken()], [broken(), broken(2)]))

    assert one.startswith("1 link on “市民留言板” did not open, the first since")
    assert two.startswith("2 links on")
    assert "No such page (404), since 20 Nov" in text_of(letter(broken(), words=EN), EN)


def test_many_are_counted_and_an_answer_without_words_is_called_by_its_number():
    text = text_of(letter(*(broken(number, error="http_507") for number in range(23))))

    assert text.count("服务器出错（507）") == 20
    assert f"另有3个没有列出，运行 huiyin show {RECORD.number} 看全部。" in text


def test_when_none_is_broken_any_more_it_says_how_many_were():
    text = text_of(letter(told=4))

    assert "有4个链接打不开" in text.splitlines()[0]
    assert "打不开的链接】" not in text


@given(HOSTILE, HOSTILE)
def test_what_pages_say_stays_one_harmless_line(page, address):
    text = text_of(letter(broken(page=page, page_link=address)))

    assert len([line for line in text.splitlines() if line.startswith("- ")]) == 1
