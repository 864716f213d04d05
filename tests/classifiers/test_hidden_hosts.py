"""Whose address it is, what is offered, and what keeps from being read where it leads."""

import pytest

from classifiers import hiding, lures, scripts
from classifiers.hosts import Hosts, disguise, is_number, nearly
from classifiers.late import late
from classifiers.styles import declarations


def test_whose_address_it_is():
    assert is_number("http://203.0.113.9/")
    assert is_number("http://3405803777/")
    assert not any(map(is_number, ("http://10.0.0.1/", "http://172.20.0.1/", "/203.0.113.9", "http://a.example/")))
    assert disguise("http://www.gov.cn:x@a.example/") == "www.gov.cn"
    assert disguise("http://me@a.example/") == disguise("http://a.example/") == ""
    assert all(
        map(
            nearly,
            ("hm.baldu.example", "hm.baidu.com.a.example", "a.gogle.example", "biadu.a.example", "www.baidu1.example"),
        )
    )
    assert not any(map(nearly, ("hm.baidu.com", "203.0.113.9", "stove.example", "baidu", "www.bai.example")))
    hosts = Hosts(frozenset(), (), "a.example")
    assert [hosts.outside(url) for url in ("/x", "#x", "tel:1")] == ["a.example", "", ""]


def test_offers_and_wares():
    assert lures.mentioned("百☆家☆乐") == {"百家乐"}
    assert lures.mentioned("体育官网") == {"体育官网"}
    assert lures.is_ware("煤炉批发")
    assert not lures.is_ware("农产品批发市场")
    assert lures.is_moving("页面正在跳转")


def test_a_script_may_hide_that_it_leads_away():
    script = scripts.read("top['loc'+'ation']='ht'+'tp://a.example'")
    assert list(script.targets()) == [("http://a.example", False)]
    assert script.is_disguised("http://a.example", "a.example")
    assert not scripts.read("location='http://a.example'").is_disguised("http://a.example", "a.example")
    assert list(scripts.read("x" * 3000 + "'http://a.example/'").addresses()) == []
    assert list(scripts.read("var f=document.createElement('iframe');f.src=x").created()) == []


def test_declarations_that_are_none():
    assert declarations("opacity") == {"opacity": ""}
    assert hiding.closed({"zoom": "normal"}) == ""


def test_a_late_pattern_is_a_pattern():
    assert late("a+").search("baa")[0] == "aa"
    with pytest.raises(AttributeError):
        _ = late("a").groups
