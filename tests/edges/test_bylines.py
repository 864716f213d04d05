"""The writer goes; the message stays."""

import time

import pytest

from monitor.collectors import bylines

NICK = "青山客"


@pytest.mark.parametrize(
    ("title", "authors", "expected"),
    [
        ("By: 青山客", [NICK], "By: …"),
        ("By: 青山客", [], "By: …"),
        ("作者：青山客", [], "作者：…"),
        ("评论者: 青山客", [], "评论者: …"),
        ("Comment on 停水通知 by 青山客", [], "Comment on 停水通知 by …"),
        ("Comment on A day by the lake by Green Hill", ["Green Hill"], "Comment on A day by the lake by …"),
        ("青山客 对《停水通知》的评论", [], "… 对《停水通知》的评论"),
        ("青山客对“停水”的留言", [], "…对“停水”的留言"),
        ("青山客在《停水通知》中的回复", [], "…在《停水通知》中的回复"),
        ("青山客评论了《停水通知》", [], "…评论了《停水通知》"),
        ("《停水通知》的评论，作者：青山客", [], "《停水通知》的评论，作者：…"),
        ("《停水通知》的评论 由 青山客", [], "《停水通知》的评论 由 …"),
        ("Green Hill commented on Water", [], "… commented on Water"),
        ("青山客说：", [], "…说："),
        ("青山客的井盖", [NICK], "…的井盖"),
        ("回复 @青山客：好的", [NICK], "回复 @…：好的"),
        ("GREEN  HILL: yes", ["green hill"], "…: yes"),
        ("Hilly green hills", ["hill"], "Hilly green hills"),
        ("路灯坏了 hill@yunxi.invalid", ["hill@yunxi.invalid (青山客)"], "路灯坏了 …"),
        ("远山与青山客的来信", ["青山客、远山"], "…与…的来信"),
        ("王家巷漏水", ["王"], "王家巷漏水"),
        ("a light is out", ["a"], "a light is out"),
        ("what is this", ["-", "..."], "what is this"),
        # messages that only look like a byline lose nothing
        ("关于东湖路井盖的留言", [], "关于东湖路井盖的留言"),
        ("居民说，井盖松动", [], "居民说，井盖松动"),
        ("网友：路灯坏了", [], "网友：路灯坏了"),
        ("由：东湖路", [], "由：东湖路"),
        ("市民在《规划》公示期间的建议", [], "市民在《规划》公示期间的建议"),
        ("by: 路灯坏了，三天没人修！", [], "by: 路灯坏了，三天没人修！"),
        ("", [NICK], ""),
    ],
)
def test_title(title, authors, expected):
    assert bylines.out_of_title(title, bylines.names(authors)) == expected


@pytest.mark.parametrize(
    ("text", "authors", "expected"),
    [
        ("In reply to 青山客.\n\n路灯坏了", [], "In reply to ….\n\n路灯坏了"),
        ("回复给青山客。\n好的", [], "回复给…。\n好的"),
        ("作为对青山客的回复。\n好的", [], "作为对…的回复。\n好的"),
        ("青山客 2024-05-11 发表：\n路灯坏了", [NICK], "… 2024-05-11 发表：\n路灯坏了"),
        ("路灯坏了\n青山客", [NICK], "路灯坏了\n青山客"),
        ("路灯坏了" * 20 + NICK, [NICK], "路灯坏了" * 20 + NICK),
        ("路灯坏了", [], "路灯坏了"),
    ],
)
def test_text(text, authors, expected):
    assert bylines.out_of_text(text, bylines.names(authors)) == expected


@pytest.mark.parametrize(
    ("link", "authors", "expected"),
    [
        ("http://bbs.example/u/青山客/1", [NICK], "http://bbs.example/u/…/1"),
        ("http://bbs.example/u/%E9%9D%92%E5%B1%B1%E5%AE%A2/1", [NICK], "http://bbs.example/u/…/1"),
        ("http://bbs.example/u/%e9%9d%92%e5%b1%b1%e5%ae%a2", [NICK], "http://bbs.example/u/…"),
        ("http://bbs.example/?u=%C7%E0%C9%BD%BF%CD&p=1", [NICK], "http://bbs.example/?u=…&p=1"),
        ("http://bbs.example/?u=green+hill#green-hill", ["Green Hill"], "http://bbs.example/?u=…#…"),
        ("http://hill.example/hill/hillside", ["hill"], "http://hill.example/…/hillside"),
        ("tag:yunxi.example,2024:hill/7", ["hill"], "tag:yunxi.example,2024:…/7"),
        ("http://[hill/hill", ["hill"], "http://[…/…"),
        ("/hill/7", ["hill"], "/…/7"),
    ],
)
def test_link(link, authors, expected):
    assert bylines.out_of_link(link, bylines.names(authors)) == expected


def test_names_are_few_and_short():
    many = bylines.names([", ".join(f"name{i}" for i in range(1000)), *(f"other{i}" for i in range(1000))])

    assert 0 < len(many) <= bylines.MAX_NAMES
    assert bylines.names(["长" * 100, "青山客", " 青山客 "]) == ("青山客",)


@pytest.mark.parametrize(
    "title",
    [
        "comment on " + "by " * 100_000,
        "《" + "》的评论" * 100_000,
        "青山客对《" + "》评论" * 100_000,
        "说" * 300_000,
        " " * 300_000,
    ],
    ids=lambda title: title[:12],
)
def test_hostile_titles_take_linear_time(title):
    begun = time.process_time()

    bylines.out_of_title(title, bylines.names([NICK]))
    bylines.out_of_text(title, bylines.names([NICK]))

    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("网友“青山客”您好！已修好。", "网友“…”您好！已修好。"),
        ("“青山客”网友：您好！已修好。", "“…”网友：您好！已修好。"),
        ("尊敬的“Green Hill”：已修好。", "尊敬的“…”：已修好。"),
        ("来信收悉。网友[青山客]反映的井盖已修好。", "来信收悉。网友[…]反映的井盖已修好。"),
        ("尊敬的李女士：您好，已修好。", "尊敬的…女士：您好，已修好。"),
        ("李先生，您好！已修好。", "…先生，您好！已修好。"),
        ("网友青山客：您好！已修好。", "…：您好！已修好。"),
        ("网友 青山客：您好！已修好。", "…：您好！已修好。"),
        ("青山客您好，已修好。", "…您好，已修好。"),
        ("hill2020网友：您好", "…网友：您好"),
        # who greets nobody in particular loses nothing
        ("网友：您好！已修好。", "网友：您好！已修好。"),
        ("网友 您好！已修好。", "网友 您好！已修好。"),
        ("尊敬的各位业主：你好！", "尊敬的各位业主：你好！"),
        ("市民同志：你好！", "市民同志：你好！"),
        ("您好！已修好。", "您好！已修好。"),
        ("经核实，“青山客”饭店已停业。", "经核实，“青山客”饭店已停业。"),
        ("现答复如下：一、已修好。", "现答复如下：一、已修好。"),
        ("县住建局答复：已修好。", "县住建局答复：已修好。"),
        ("", ""),
    ],
)
def test_reply(reply, expected):
    assert bylines.out_of_reply(reply) == expected


@pytest.mark.parametrize("piece", ["“", "网友“", "尊敬的", "网友 ", " ", "青", "网友“青”"])
def test_a_hostile_reply_takes_no_time(piece):
    started = time.process_time()
    bylines.out_of_reply(piece * 100_000)

    assert time.process_time() - started < 1
