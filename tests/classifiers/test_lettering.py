"""Letters only: one spelling for all, and what stands for numbers, links and names of accounts."""

import pytest

from classifiers import lettering
from classifiers.lettering import ACCOUNT, ADDRESS, NUMBER

SIGNS = {NUMBER: "N", ADDRESS: "L", ACCOUNT: "A"}


def letters(text):
    return "".join(SIGNS.get(each, each) for each in lettering.read(text).letters)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ""),
        ("。，！ \n", ""),
        ("加 微.信", "加微信"),
        ("加\u200b微\u00ad信\ufe0f", "加微信"),
        ("賭博網站 辦證", "赌博网站办证"),
        ("ＶＸ ⓥⓧ 🆅🆇 𝐯𝐱 ѵх", "vxvxvxvxvx"),
        ("薇信 葳信 ➕微❤", "微信微信加微信"),
        ("第①步 ⑵ 3.", "第0步0"),
        ("2,000元 8折 30%", "0元0折0"),
        ("2024-04-08 2024.4 2024/04/08", "0"),
        ("电话 0579-2222350", "电话N"),
        ("198******43 19811113443", "NN"),
        ("九八七六五四三二", "N"),
        ("二〇二四年", "二零二四年"),
        ("http://a.example/b?c=d www.b.example, c.cn", "LL"),
        ("刷刷刷刷单 好好学 七七", "刷刷单好好学七七"),
        ("N級品 スーパーコピー 刻の章 바다", "n级品スパコピ刻章바다"),
        ("v：fdd_chen", "vA"),
        ("加qq98765432 vx123456 v_abc12", "加qqNvxNA"),
        ("@usdt_bz tea520 casino", "AAcasino"),
        ("1-2-3 ----- ....... @@@@", "0"),
        ("QQ", "qq"),
        ("12345", "0"),
        ("ab-cd ef_gh", "AA"),
        ("\ud800\U0010ffff𠮷😀", ""),
        ("㈱㊗️🈶", "株祝有"),
    ],
)
def test_it_reads_what_is_meant(text, read):
    assert letters(text) == read


def test_every_letter_has_its_place():
    text = "　請\u200b加 ＶＸ： tea520！"
    read = lettering.read(text)

    assert [text[start:end] for start, end in (read.span(n, n + 1) for n in range(len(read)))] == list("請加ＶＸt")
    assert read.span(0, len(read)) == (1, text.index("t") + 1)


def test_it_says_whether_something_is_asked():
    assert lettering.read("真的吗？").asks
    assert lettering.read("really?").asks
    assert not lettering.read("真的。").asks
