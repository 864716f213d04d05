"""A third dozen of list pages: older, barer and fuller ones."""

from tests.columns import Column, entries, shell


def link(title, href):
    return f'<a href="{href}">{title}</a>'


def old():
    line = (
        "<tr><td><img src=d.gif>&nbsp;{}</td><td width=80 align=right>{}</td></tr><tr><td colspan=2 height=1></td></tr>"
    )
    rows = entries(lambda n, t, h, at: line.format(link(t, h), at))
    menu = "".join(f"<td>{link(name, '/m/')}</td>" for name in ("首页导航", "政务公开", "办事指南"))
    side = "".join(
        f"<tr><td>{link(name, f'/x{n}')}</td></tr>" for n, name in enumerate(("党建工作", "人事任免", "财政预算"))
    )
    inner = f"<table><tr><td width=180><table>{side}</table></td><td><table>{rows}</table></td></tr></table>"
    top = f"<tr><td><table><tr>{menu}</tr></table></td></tr>"
    return Column("nested tables", f"<html><title>x</title><body><table>{top}<tr><td>{inner}</td></tr></table>")


def views():
    line = '<li>{}<span class="hits">({})</span><span class="time">{:%m/%d}</span></li>'
    rows = entries(lambda n, t, h, at: line.format(link(t, h), 100 + n, at))
    return Column("hits before the date", shell(f'<ul class="c">{rows}</ul>'))


def before():
    rows = entries(lambda n, t, h, at: f"<li>{at} {link(t, h)}</li>")
    return Column("the date as text before the title", shell(f'<div id="list"><ul>{rows}</ul></div>'))


def upper():
    line = '<LI><A HREF="{}" TARGET=_blank>{}</A> <FONT COLOR=gray>[{}月{}日]</FONT>'
    rows = entries(lambda n, t, h, at: line.format(h, t, at.month, at.day))
    return Column("LI without an end", shell(f"<UL CLASS=xw>{rows}</UL>", charset="gbk"), "gbk")


def boots():
    line = '<a class="list-group-item" href="{}">{} <span class="badge">{}</span></a>'
    rows = entries(lambda n, t, h, at: line.format(h, t, at))
    pages = "".join(
        f"<li>{link(name, href)}</li>" for name, href in (("1", "?page=1"), ("2", "?page=2"), ("»", "?page=2"))
    )
    body = f'<div class="list-group">{rows}</div><ul class="pagination">{pages}</ul>'
    return Column("a group of links", shell(body), more="/gsgg/index.html?page=3")


def english():
    line = '<article class="post"><header><h2>{}</h2></header><p class="meta">Posted on <time>{}</time></p>{}</article>'
    rows = entries(
        lambda n, t, h, at: line.format(
            link(t, h), f"{at:%B} {at.day}, {at.year}", f"<p>摘要，详见正文。</p>{link('Read more', h)}"
        )
    )
    body = f"<section>{rows}</section><nav>{link('Next »', '/gsgg/page/2/')}</nav>"
    return Column("dates in English", shell(body), at="/gsgg/", more="/gsgg/page/3/")


def short():
    line = '<li><i class="icon-dot"></i>{}{}<i>{:%y-%m-%d}</i></li>'
    rows = entries(lambda n, t, h, at: line.format(link(t, h), "<img src=new.gif alt=new>" if n < 2 else "", at))
    return Column(
        "years of two figures, which are not guessed", shell(f'<ul class="infolist">{rows}</ul>'), dated=False
    )


def sheets():
    line = "<li><strong>{:%d}</strong><em>{:%Y/%m}</em><div>{}<p>内容提要</p></div></li>"
    rows = entries(lambda n, t, h, at: line.format(at, at, link(f"<h4>{t}</h4>", h)))
    return Column("day and month side by side", shell(f'<ul class="datelist">{rows}</ul>'), dated=False)


def offices():
    line = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"
    office = "住房保障科"
    rows = entries(
        lambda n, t, h, at: line.format(n + 1, link(office, f"/org/{n % 3}/"), link(t, h), at, link("下载", f"{h}#f"))
    )
    head = "<thead><tr><th>序号</th><th>科室</th><th>名称</th><th>日期</th><th></th></tr></thead>"
    return Column("the office first", shell(f'<table class="xxgk">{head}<tbody>{rows}</tbody></table>'))


def vue():
    line = '<div data-v-1a="" class="el-row item"><div class="el-col el-col-18">{}</div>{}</div>'
    when = '<div class="el-col el-col-6"><span>{} 09:30:00</span></div>'
    rows = entries(lambda n, t, h, at: line.format(link(t, h), when.format(at)))
    return Column("rows of a grid", shell(f'<div id="app"><div class="el-card__body">{rows}</div></div>'))


def home():
    line = "<li>{}<span>{}</span></li>"
    boxes = ""
    for name, href, part in (("公告", "/gg/", range(5)), ("通知", "/tz/", range(5, 8))):
        rows = entries(lambda n, t, h, at: line.format(link(t, h), at), part)
        boxes += f'<div class="mod"><h3>{link(name, href)}</h3><ul>{rows}</ul></div>'
    return Column("a home page of two columns", shell(boxes))


def spans():
    line = '<span>{}<span style="float:right">{}</span><br></span>'
    rows = entries(lambda n, t, h, at: line.format(link(f'<span style="font-size:14px">{t}</span>', h), at))
    return Column("spans only", shell(f'<div><span id="ctl00_list">{rows}</span></div>'))


COLUMNS = (old, views, before, upper, boots, english, short, sheets, offices, vue, home, spans)
