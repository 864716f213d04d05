"""A dozen more list pages, written after ``collectors.proposing`` was: how well it does at first sight."""

from tests.columns import TITLES, Column, day, entries, shell, url

LATE = "".join(
    f'<li><a href="/rdxx/{n}.html">{name}</a><span>2026-11-{25 - n}</span></li>'
    for n, name in enumerate(("县政府召开常务会议", "县城南路恢复通车", "燃气安全进社区活动"))
)


def pinned():
    rows = entries(
        lambda n, title, href, at: (
            f'<li class="{"top" if n < 2 else "line"}">{"<i>置顶</i>" if n < 2 else ""}'
            f'<a href="{href}">{title}</a><p class="time">{at:%Y.%m.%d}</p></li>'
        )
    )
    return Column("pinned entries", shell(f'<div class="newsbox"><ul>{rows}</ul></div>'))


def beside_hot():
    rows = entries(lambda n, title, href, at: f'<li><a href="{href}">{title}</a><span>{at}</span></li>')
    body = f'<div class="l"><ul>{rows}</ul></div><div class="r"><h3>热点信息</h3><ul>{LATE}</ul></div>'
    return Column("beside a dated list of others", shell(body))


def two_columns():
    cells = [
        f'<td><a href="{url(n)}">{title}</a> <span class="gray">{day(n):%m-%d}</span></td>'
        for n, title in enumerate(TITLES)
    ]
    rows = "".join(f"<tr>{''.join(cells[n : n + 2])}</tr>" for n in range(0, len(cells), 2))
    return Column("two entries a row", shell(f'<table id="tb1">{rows}</table>'))


def summaries():
    rows = entries(
        lambda n, title, href, at: (
            f'<div class="views-row"><h2 class="node-title"><a href="{href}" rel="bookmark">{title}</a></h2>'
            f'<div class="submitted">{at} 10:{10 + n}</div>'
            f'<div class="summary">根据上级要求，现将有关事项公告。<a href="{href}">阅读全文</a></div></div>'
        )
    )
    pages = '<ul class="pager"><li><a href="/gsgg?page=1">2</a></li><li><a href="/gsgg?page=1">下一页 ›</a></li></ul>'
    return Column(
        "view with summaries, pages from 0",
        shell(f'<div class="view-content">{rows}</div>{pages}'),
        more="/gsgg?page=2",
        at="/gsgg",
    )


def hashed():
    rows = entries(
        lambda n, title, href, at: (
            f'<div class="css-1x9{n}f7a _item_x8k2"><div data-v-77a1="" class="_ttl_9s1">'
            f'<a href="{href}"><p>{title}</p></a></div>'
            f'<div class="_meta_0d"><span>住建局</span><span>{at}</span></div></div>'
        )
    )
    return Column("hashed classes", shell(f'<div id="app-list">{rows}</div>'))


def pictures():
    rows = entries(
        lambda n, title, href, at: (
            f'<li><div class="pic"><a href="{href}"><img src="/i/{n}.jpg" alt="{title}"></a></div>'
            f'<div class="con"><a class="tit" href="{href}">{title}</a>'
            f'<span class="sj"><em>{at:%d}</em>/<em>{at:%m}</em></span>'
            f'<a class="more" href="{href}">查看详情&gt;&gt;</a></div></li>'
        )
    )
    return Column("pictures, the day before the month", shell(f'<ul class="piclist">{rows}</ul>'), dated=False)


def grid():
    rows = entries(
        lambda n, title, href, at: (
            f'<tr class="GridRow{n % 2}"><td>{n + 1}</td><td><a id="ctl00_lnk_{n}" href="{href}">{title}</a></td>'
            f"<td>建〔2026〕{n + 11}号</td><td>{at.year}-{at.month}-{at.day}</td></tr>"
        )
    )
    pages = "<a href=\"javascript:__doPostBack('pager','2')\">2</a>"
    head = "<tr><th>序号</th><th>名称</th><th>文号</th><th>日期</th></tr>"
    body = f'<form><table class="GridView" id="GridView1">{head}{rows}</table>{pages}</form>'
    return Column("grid with numbers", shell(body))


def three():
    rows = entries(
        lambda n, title, href, at: f'<p><a href="{href}" title="{title}">{title}</a>　{at:%Y-%m-%d}</p>', range(3)
    )
    return Column(
        "three paragraphs", shell(f'<div class="con">{rows}</div>'), titles=TITLES[:3], days=tuple(map(day, range(3)))
    )


def ranked():
    rows = entries(
        lambda n, title, href, at: (
            f'<li><em class="num{n}">{n + 1}</em><a href="{href}">{title}</a><span class="dw">办公室</span>'
            f'<span class="rq">{at:%Y年%m月%d日}</span></li>'
        )
    )
    return Column("numbered", shell(f'<div class="wsbs"><ul class="wsbs-ul clearfix">{rows}</ul></div>'))


def labelled():
    rows = entries(
        lambda n, title, href, at: (
            f'<div class="news"><a href="{href}">{title}</a><div>索引号：0000-{n} 发布机构：县住建局 '
            f"发布日期：{at}</div></div>"
        )
    )
    pages = '<a class="pg" href="/gsgg/index.html?p=2&amp;size=8">下一页</a>'
    return Column(
        "a line of labels", shell(f'<div class="xxgk">{rows}</div>{pages}'), more="/gsgg/index.html?p=3&size=8"
    )


def strips():
    rows = entries(
        lambda n, title, href, at: (
            f'<div style="height:30px"><div style="float:left"><a href="{href}" target="_blank">{title}</a></div>'
            f'<div style="float:right">[{at:%Y-%m-%d}]</div></div>'
        )
    )
    return Column("no classes at all", shell(f"<div><div>{rows}</div></div>"))


def numbered():
    rows = entries(
        lambda n, title, href, at: (
            f'<li id="line_u9_{n}"><a href="..{href}"><span class="fr">{at}</span>{title}</a></li>'
        )
    )
    pages = '<span class="p_next"><a href="tzgg/23.htm">下页</a></span>'
    return Column("ids with numbers, pages counted down", shell(f'<div class="list_r"><ul>{rows}</ul></div>{pages}'))


def beside_plain():
    rows = entries(lambda n, title, href, at: f'<li><a href="{href}">{title}</a><span>{at}</span></li>')
    body = f'<div class="box1"><ul>{rows}</ul></div><div class="box2"><ul>{LATE}</ul></div>'
    return Column("beside dated others in a box of the same make", shell(body))


def sheets_in_links():
    sheet = '<div class="date"><div class="d">{:%d}</div><div class="ym">{:%Y.%m}</div></div>'
    rows = entries(
        lambda n, title, href, at: (
            f'<li><a href="{href}">{sheet.format(at, at)}<div class="info"><div class="bt">{title}</div>'
            '<div class="zy">各有关单位：现将有关事项公告如下。</div></div></a></li>'
        )
    )
    return Column("a calendar sheet and no heading", shell(f'<ul class="tw">{rows}</ul>'))


COLUMNS = (
    beside_plain,
    sheets_in_links,
    pinned,
    beside_hot,
    two_columns,
    summaries,
    hashed,
    pictures,
    grid,
    three,
    ranked,
    labelled,
    strips,
    numbered,
)
