"""A protection that stands before a page is told from the page; the samples are made up after how such pages work."""

import pytest

from monitor.blocked import by_protection

COOKIE = "<html><head><script>var a=1;document.cookie='k='+a;location.reload()</script></head><body></body></html>"
NAMED = "<html><script>$_ts = window['$_ts'];</script><body>请稍候</body></html>"
EMPTY = "<html><script src='/4a/7.js'></script></html>"
SAYS = "<html><body><h1>您的请求已被网站防火墙拦截</h1><p>事件编号 0000</p></body></html>"
SAYS_BY_SCRIPT = f"<html><script>acw_sc__v2()</script><p>人机验证{'。请稍候' * 50}</p></html>"
LONG = "为做好供水工作，现将有关事项通知如下。" * 20
ARTICLE = f"<html><script>$_ts = 1; document.cookie='a=1'</script><p>{LONG}</p></html>"
ABOUT = "<html><body><p>本局采购网站防火墙一台，请求被拦截的情况将减少。</p></body></html>"
MOVED = "<html><script>location.href='/index.html'</script></html>"


@pytest.mark.parametrize(
    ("text", "status", "is_one"),
    [
        (COOKIE, 200, True),
        (NAMED, 200, True),
        (EMPTY, 200, False),
        (EMPTY, 412, True),
        (EMPTY, 202, True),
        (EMPTY, 503, False),
        (COOKIE, 503, True),
        (SAYS, 403, True),
        (SAYS, 200, False),
        (SAYS_BY_SCRIPT, 200, True),
        (ARTICLE, 200, False),
        (ARTICLE, 403, False),
        (ABOUT, 200, False),
        (MOVED, 200, False),
        ("", 403, False),
        ("Forbidden", 403, False),
    ],
)
def test_protections_are_recognised(text, status, is_one):
    assert by_protection(text, status) is is_one


def test_a_hostile_page_ends_soon():
    assert not by_protection("<script" * 200_000)
