"""List pages as portal systems make them, with invented content: what stands on each, and what must be read of it."""

from dataclasses import dataclass
from datetime import date, timedelta

TITLES = (
    "关于云溪县老旧小区改造项目初步设计的批复",
    "云溪县住房和城乡建设局关于开展房屋市政工程安全生产检查的通知",
    "2026年第三季度保障性住房配租结果公示",
    "关于公布物业服务企业信用评价结果的公告",
    "城区供水管网改造工程施工招标公告",
    "云溪县城市地下管线普查工作方案",
    "关于征求《云溪县城镇燃气管理办法（征求意见稿）》意见的函",
    "2026年农村危房改造对象名单公示",
)
NAME = "通知公告-云溪县住房和城乡建设局"
NEWEST = date(2026, 11, 20)
ASIDE = ("县委书记调研", "乡村振兴专题", "安全生产月", "优化营商环境", "政务服务网")


def day(number):
    return NEWEST - timedelta(days=9 * number)


def url(number):
    return f"/art/{day(number):%Y/%m}/t{4100 - number}.html"


def shell(body, *, charset="utf-8", script=""):
    """A page with all that stands around a list: a menu, crumbs, a box at the side, friends, a footer."""
    menu = "".join(
        f'<li><a href="/col{n}/index.html">{name}</a></li>'
        for n, name in enumerate(("首页", "机构职能", "政务公开", "办事服务"))
    )
    side = "".join(f'<li><a href="/zt/{n}.html" title="{name}">{name}</a></li>' for n, name in enumerate(ASIDE))
    friends = "".join(f'<a href="https://www.dept{n}.example/">云溪县某某局网站{n}</a>' for n in range(6))
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{NAME}</title>{script}</head>'
        f'<body><div class="header"><div class="nav"><ul>{menu}</ul></div></div>'
        '<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/gk/">政务公开</a></div>'
        f'<div class="main clearfix"><div class="left-menu"><ul class="list">{side}</ul></div>'
        f'<div class="right-con">{body}</div></div><div class="links">{friends}</div>'
        '<div class="footer"><p>主办：云溪县住房和城乡建设局</p>'
        '<p><a href="/wzdt/">网站地图页面</a> 网站标识码：0000000000</p></div></body></html>'
    )


@dataclass(frozen=True)
class Column:
    """A list page: ``more`` is the address of its third page, "" where it has none that can be written down."""

    name: str
    html: str
    encoding: str = "utf-8"
    titles: tuple = TITLES
    dated: bool = True
    more: str = ""
    days: tuple = tuple(day(n) for n in range(len(TITLES)))
    at: str = "/gsgg/index.html"


def entries(line, wanted=None):
    return "".join(line(n, TITLES[n], url(n), day(n)) for n in wanted or range(len(TITLES)))


def plain():
    rows = entries(lambda n, title, href, at: f'<li><a href="{href}" target="_blank">{title}</a><span>{at}</span></li>')
    pages = '<div class="page"><a href="index_2.html">2</a> <a href="index_2.html">下一页</a></div>'
    return Column("ul/li/span", shell(f'<ul class="list">{rows}</ul>{pages}'), more="/gsgg/index_3.html")


def trs():
    rows = entries(
        lambda n, title, href, at: (
            f'<li class="{"odd" if n % 2 else "even"}"><span class="date">[{at:%m-%d}]</span>'
            f'<a href=".{href}" title="{title}">{title[:18]}…</a></li>'
        )
    )
    script = '<script>createPageHTML(23, 0, "index", "html");</script>'
    body = f'<div class="gl-list"><ul>{rows}</ul></div><div class="pages">{script}</div>'
    return Column("TRS, no year, cut titles", shell(body, charset="gb2312"), "gb18030", more="/gsgg/index_2.html")


def table():
    rows = entries(
        lambda n, title, href, at: (
            f'<tr><td width="20"><img src="/i/dot.gif"></td><td><a class="bt" href="{href}">'
            f'<font color="#333">{title}</font></a></td><td align="right">{at:%Y/%m/%d}</td></tr>'
        )
    )
    head = "<tr><th></th><th>标题</th><th>发布日期</th></tr>"
    pages = '<a href="list.aspx?cid=12&amp;page=2">下一页</a>'
    body = f'<table width="100%" cellspacing="0">{head}{rows}</table>{pages}'
    return Column(
        "table", shell(body, charset="gbk"), "gbk", more="/gsgg/list.aspx?cid=12&page=3", at="/gsgg/list.aspx?cid=12"
    )


def tables():
    rows = entries(
        lambda n, title, href, at: (
            f'<table class="lb"><tr><td>·</td><td class="tt"><a href="{href}">{title}</a></td>'
            f'<td class="rq">({at:%Y-%m-%d})</td></tr></table>'
        )
    )
    return Column("one table an entry", shell(f"<div>{rows}</div>"))


def definition():
    rows = entries(
        lambda n, title, href, at: (
            f'<dl><dt><a href="/gsgg/lm{n % 2}/">【公告】</a><a href="{href}">{title}</a></dt>'
            f"<dd>发布时间：{at.year}年{at.month}月{at.day}日</dd></dl>"
        )
    )
    return Column("dl with the column before the title", shell(f'<div class="news_dl">{rows}</div>'))


def cards():
    rows = entries(
        lambda n, title, href, at: (
            f'<a class="card" href="{href}"><div class="rq"><b>{at:%d}</b><i>{at:%Y-%m}</i></div>'
            f'<div class="txt"><h3>{title}</h3><p>为做好有关工作，现将有关事项通知如下，请遵照执行。</p></div></a>'
        )
    )
    pages = '<a class="next" href="/gsgg/p/2.html">&gt;</a>'
    return Column(
        "cards with a calendar sheet", shell(f'<div class="cards">{rows}</div>{pages}'), more="/gsgg/p/3.html"
    )


def hanweb():
    rows = entries(
        lambda n, title, href, at: (
            f"<record><![CDATA[<li><a href='{href}' title='{title}'>{title}</a><b>{at}</b></li>]]></record>\n"
        )
    )
    store = f"<datastore><nextgroup><![CDATA[]]></nextgroup><recordset>{rows}</recordset></datastore>"
    body = f'<div id="5512" class="lmcon"><script type="text/xml">{store}</script></div>'
    return Column("datastore", shell(body))


def grouped():
    halves = (range(5), range(5, len(TITLES)))
    lists = "".join(
        "<ul>"
        + entries(lambda n, title, href, at: f'<li><em>{at}</em> <a href="{href}">{title}</a></li>', half)
        + "</ul><hr>"
        for half in halves
    )
    return Column("several lists of five", shell(f'<div class="list-box">{lists}</div>'))


def bare():
    rows = entries(lambda n, title, href, at: f'·<a href="{href}">{title}</a>&nbsp;({at})<br>')
    return Column("bare links and breaks", shell(f'<div class="txtlist">{rows}</div>'), dated=False)


def divisions():
    rows = entries(
        lambda n, title, href, at: (
            f'<div class="item item{n}"><div class="item-t"><a href="{href}">{title}</a></div>'
            f'<div class="item-b"><span>来源：办公室</span><span>{at}</span><span>浏览：{120 + n}次</span></div></div>'
        )
    )
    pages = '<span class="cur">1</span><a href="?pageNo=2">2</a><a href="?pageNo=3">3</a>'
    return Column(
        "div, date among others", shell(f'<div class="items">{rows}</div>{pages}'), more="/gsgg/index.html?pageNo=3"
    )


def timed():
    rows = entries(
        lambda n, title, href, at: f'<li><a href="{href}">{title}</a><time datetime="{at}">{at:%m/%d}</time></li>'
    )
    pages = '<a href="javascript:goPage(2)">下一页</a>'
    return Column("ol, time, script for pages", shell(f'<ol id="newslist">{rows}</ol>{pages}'))


def inside():
    rows = entries(
        lambda n, title, href, at: (
            f'<li><a href="{href}"><span class="t">{title}</span><span class="d">{at}</span></a></li>'
        )
    )
    pages = '<a href="/gsgg/list_17_2.html">下一页</a>'
    return Column(
        "the date inside the link",
        shell(f'<ul class="ul-txt">{rows}</ul>{pages}'),
        more="/gsgg/list_17_3.html",
        at="/gsgg/list_17.html",
    )


COLUMNS = (plain, trs, table, tables, definition, cards, hanweb, grouped, bare, divisions, timed, inside)


def article(title, text, *, at="2026-11-20 10:22", beside="", charset="utf-8"):
    """An article page without any mark of the main text."""
    return shell(
        f'<div class="art"><h1>{title}</h1><div class="info">发布时间：{at} 浏览次数：<span>31</span></div>'
        f'<div class="txt">{text}</div></div>{beside}',
        charset=charset,
    )
