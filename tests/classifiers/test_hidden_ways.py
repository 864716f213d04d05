"""Ways of hiding and leading away that style sheets and scripts know: colours, selectors, codes, changes."""

import pytest

from classifiers import changes, hidden_link, unparsed
from classifiers.colours import colour, is_opaque, is_transparent
from classifiers.concealed import Walk
from classifiers.finding import Document
from classifiers.page import parsed
from classifiers.selectors import Budget, divided, face_of, selector
from classifiers.styles import Sheet
from classifiers.unpacking import constants, data_of, plain
from tests.classifiers.scoring import THRESHOLD

OUT = '<a href="http://stove.example/">煤炉</a>'
WHITE, GREY = (255, 255, 255), (128, 128, 128)


def rules(html, url=""):
    found = hidden_link.find(Document(html=html, url=url))
    return {each.rule for each in found if each.score >= THRESHOLD}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("hsl(0 0% 100%)", WHITE),
        ("hwb(0 100% 0%)", WHITE),
        ("hwb(0 60% 60%)", GREY),
        ("hwb(0 0% 0%)", (255, 0, 0)),
        ("lab(100% 0 0)", WHITE),
        ("lab(50% 40 0)", None),
        ("lch(100% 0 0)", WHITE),
        ("oklab(1 0 0)", WHITE),
        ("oklch(100% 0 none)", WHITE),
        ("color(srgb 1 1 1)", WHITE),
        ("rgb(100% 100% 100% / 80%)", WHITE),
        ("rgb(1 2)", None),
        ("color-mix(in srgb, white, black)", GREY),
        ("color-mix(in srgb, white 100%, black)", WHITE),
        ("color-mix(in srgb, black, white 100%)", WHITE),
        ("color-mix(in srgb, white)", None),
        ("linen", (250, 240, 230)),
        ("#fffd", WHITE),
        ("#ffff", WHITE),
        ("var(--x)", None),
    ],
)
def test_colours(value, read):
    assert colour(value) == read


def test_what_shines_through():
    assert is_transparent("#12345600")
    assert not is_transparent("linen")
    assert is_opaque("#fff")
    assert is_opaque("url(a.png)")
    assert not is_opaque("rgb(0 0 0 / 50%)")


@pytest.mark.parametrize(
    ("style", "rule"),
    [
        ("opacity:3%", "transparent"),
        ("filter:blur(40px)", "transparent"),
        ("mask-image:linear-gradient(transparent, transparent)", "transparent"),
        ("mask:url(#a);mask-size:0", "transparent"),
        ("clip-path:xywh(0 0 0 9px)", "clipped"),
        ("clip-path:circle(0)", "clipped"),
        ("clip-path:inset(9999px)", "clipped"),
        ("clip-path:path('M0 0')", "clipped"),
        ("transform:matrix(1, 0, 0, 1, -9999, 0)", "transformed"),
        ("transform:scale(1, 0)", "transformed"),
        ("scale:1 0", "transformed"),
        ("translate:0 -900px", "transformed"),
        ("rotate:90deg x", "transformed"),
        ("zoom:.01", "not_displayed"),
        ("position:fixed;inset:auto auto -900px", "off_screen"),
        ("position:fixed;inset:0 0 0 -900px", "off_screen"),
        ("position:absolute;inset:-900px 0", "off_screen"),
        ("position:fixed;bottom:-300px", "off_screen"),
        ("position:absolute;top:20000px", "off_screen"),
        ("margin-left:9000px", "off_screen"),
        ("text-indent:-100%;white-space:nowrap;overflow:hidden", "off_screen"),
        ("text-fill-color:transparent", "transparent"),
        ("color:initial;background:#000", "same_colour"),
        ("clip-path:polygon(0 0, 90px 0, 90px 90px)", ""),
        ("mask-image:linear-gradient(#000, transparent)", ""),
        ("color:currentcolor", ""),
        ("position:absolute;bottom:-300px", ""),
    ],
)
def test_more_ways_of_hiding(style, rule):
    assert rules(f'<p>通知</p><div style="{style}">{OUT}</div>') == ({rule} if rule else set())


ONE = "document.getElementsByTagName('ol')"
TWICE = f"{ONE}[0].style.left='1px';{ONE}[1].style.display='none'"
WHOLE = "position:fixed;width:100%;height:100%"
LIST = "<ul><li>甲</li><li id=n class='k m:n' lang=zh-CN data-z=xyz>{}</li><li>乙</li></ul>"


@pytest.mark.parametrize(
    ("css", "hidden"),
    [
        ("li:nth-child(2){left:-999px;position:absolute}", True),
        ("li:nth-child(2n){opacity:0}", True),
        ("li:nth-child(n+3){opacity:0}", False),
        ("li:nth-child(-n+2){opacity:0}", True),
        ("li:nth-child(even){opacity:0}", True),
        ("li:nth-last-child(2){opacity:0}", True),
        ("li:nth-of-type(x){opacity:0}", False),
        ("li:only-child{opacity:0}", False),
        ("li:first-of-type{opacity:0}", False),
        ("li:not(:first-child):not(:last-child){opacity:0}", True),
        ("li:not(.k){opacity:0}", False),
        ("li:not(.k:hover){opacity:0}", False),
        ("li:not(.open){opacity:0}", False),
        (":is(ol, ul) > :where(.k, .j){opacity:0}", True),
        (":is(ol, :not(:is(b, :is(i)))) .k{opacity:0}", False),
        ("ol, li:is(.j, .k), dl{opacity:0}", True),
        ("li + li + .k{opacity:0}", False),
        ("li + .k{opacity:0}", True),
        ("li ~ .k{opacity:0}", True),
        ("html > ul > .k{opacity:0}", False),
        ("html > body > ul > .k{opacity:0}", True),
        ("[lang|=zh]{opacity:0}", True),
        ("[data-z$=z]{opacity:0}", True),
        ("[data-z=XYZ i]{opacity:0}", False),
        (r".m\:n{opacity:0}", True),
        (r"#\6e{opacity:0}", True),
        (r".\110000{opacity:0}", False),
        ("ul{& .k{opacity:0}}", True),
        ("ul, ol{color:red; .k{opacity:0} .j{opacity:1}}", True),
        (".k{opacity:0;b{color:red}}", True),
        (".k{opacity:0}ul .k[data-q]{opacity:1}", True),
        ("@media (min-width:1px){.k{opacity:0}}", True),
        ("@media (min-width:900px){.k{opacity:0}}", False),
        ("@supports (display:grid){.k{opacity:0}}", True),
        ("@supports not (display:grid){.k{opacity:0}}", False),
        ("@keyframes a{.k{opacity:0}}", False),
        (":root{--h:0}.k{opacity:var(--h)}", True),
        (":root{--h:0}.j{--h:1}.k{opacity:var(--h)}", False),
        (".k{opacity:var(--no, 0)}", True),
        (".k{opacity:0}@media print{.k{opacity:1}}", False),
        (".k{opacity:0}ul .k{left:0}ul li.k{opacity:0!important}", True),
        ("a{b{c{d{e{f{g{h{i{j{opacity:0}}}}}}}}}}.k{opacity:0}", True),
    ],
)
def test_more_style_sheets(css, hidden):
    assert bool(rules(f"<style>{css}</style>" + LIST.format(OUT))) is hidden


def test_styles_stand_in_other_places():
    block = f'<p>通知</p><div class="k"><b>甲</b>{OUT}</div>'
    assert rules(f"<link rel=stylesheet href='data:text/css;base64,LmtkaXNwbGF5Om5vbmV9'>{block}") == set()
    assert rules(f"<link rel=stylesheet href='data:text/css,.k%7Bdisplay:none%7D'>{block}") == {"not_displayed"}
    assert rules(f"<style media=screen>.k{{display:none}}</style>{block}") == {"not_displayed"}
    assert rules(f"<style media=print>.k{{display:none}}</style>{block}") == set()
    assert rules(f"<body style='--c:#fff' link=#ffffff>{block}") == {"same_colour"}
    assert rules(f"<body style='--c:#fff'><p style='color:var(--c)'>{OUT}") == {"same_colour"}
    assert data_of("/a.css,b", ("text/css",)) == data_of("data:text/css", ("text/css",)) == ""


def test_selectors_without_a_page_know_no_places():
    node = parsed("<ul><li>甲<li>乙</ul>").css_first("li")
    assert not selector("li:first-child").applies(face_of(node), (), None, Budget(9))
    assert selector("li:last-child").applies(face_of(node), (), node, Budget(0)) is False
    assert selector("li:nth-last-child(2)").applies(face_of(node), (), node, Budget(1)) is False
    assert selector("b + li").applies(face_of(node), (), None, Budget(9)) is False
    assert divided("a,b:is(c,d),e", 9) == ["a", "b:is(c,d)", "e"]


def test_a_page_may_have_too_many_places():
    sheet = Sheet()
    sheet.read(".k{opacity:0} i .k{opacity:1} b .k{opacity:1}")
    node = parsed("<p class=k>").css_first("p")
    above = [face_of(node)] * 150_000
    assert [len(list(sheet.revealed(face_of(node), above))) for _ in range(2)] == [1, 0]
    page = (
        "<style>li:nth-child(2){opacity:0}</style><ul>" + "<li>甲</li>" * 900 + f"</ul><p style='opacity:0'>{OUT}</p>"
    )
    assert rules(page) == set()


LAID, AT = "position:absolute", "position:absolute;left:0;top:0"


@pytest.mark.parametrize(
    ("style", "over", "rule"),
    [
        (f"{AT};width:9px;height:9px", f"{AT};width:9px;height:9px;background:#fff", "covered"),
        (f"{AT};z-index:1", f"{LAID};inset:0;background:#fff;z-index:2", "covered"),
        (AT, f"{AT};width:100%;height:90px;background:#fff", "covered"),
        (f"{AT};width:9px", f"{AT};width:10px;height:90px;background:#fff", "covered"),
        (f"{AT};z-index:3", f"{LAID};inset:0;background:#fff;z-index:2", ""),
        (AT, f"{LAID};inset:0;background:rgb(0 0 0 / 20%)", ""),
        (AT, f"{LAID};inset:0;background:#fff;display:none", ""),
        (AT, f"{LAID};left:50px;top:0;width:9px;height:9px;background:#fff", ""),
        (AT, f"{LAID};background:#fff", ""),
        ("height:20px", "position:relative;margin-top:-20px;background:#fff", "covered"),
        ("height:20px", "margin-top:-9px;background:#fff", ""),
    ],
)
def test_what_lies_over_it(style, over, rule):
    assert rules(f"<div style='{style}'>{OUT}</div><div style='{over}'>要闻</div>") == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("script", "holds"),
    [
        ("a='uggc://o.rknzcyr'.replace(/[a-zA-Z]/g,function(c){return f(c,13,26)})", "http://b.example"),
        ("a='13 and 26'.replace('1','2')", "23 and 26"),
        ("k='ifmmp';r='';for(i=0;i<9;i++)r+=String.fromCharCode(k.charCodeAt(i)-1)", "r=`hello`"),
        ("for(i=0;i<9;i++)r+=String.fromCharCode(z.charCodeAt(i)-1)", "z.charCodeAt"),
        ("a='68-69'.split('-').map(function(h){return String.fromCharCode(parseInt(h,16))}).join('')", "a=`hi`"),
        ("a='ij'.split('').map(c=>String.fromCharCode(c.charCodeAt(0)-1)).join('')", "a=`hi`"),
        ("a=[104,105,x].map(c=>String.fromCharCode(c))", "a=`hi`"),
        ("a=b.map(c=>String.fromCharCode(c))", "b.map"),
        ("c=[104,105,'x'];s+=String.fromCharCode(c[i])", "s=`hi`"),
        ("t='ih';u='';for(i=t.length-1;i>=0;i--){u+=t.charAt(i)}", "u=`hi`"),
        ("for(i=t.length-1;i>=0;i--){u+=t.charAt(i)}", "t.charAt"),
        ("a='686970'.replace(/(..)/g,'%$1')", "a=`hip`"),
        ("l=['h','i'];for(i=0;i<2;i++)t+=l[i]", "t=`hi`"),
        ("for(i=0;i<2;i++)t+=l[i]", "t+=l[i]"),
        ("o={a:'h',b:'i'};x=`${o.a}${o.b}${o.c}`", "hi${o.c}"),
        ("a='xxhi'.slice(2);b='xxhiyy'.substr(2,2);c='xhi'.substring(1,3)", "a=`hi`;b=`hi`;c=`hi`"),
        ("a='lo';b='cation';window[a+b]='/'", "window.location"),
        ("a='lo ';window[a]='/'", "window[a]"),
        ("x=escape('hi')", "x=`hi`"),
        ("l=['hi'];x=unescape(l[0x0])", "x=`hi`"),
        ("x=unescape(l[0xzz])", "l[0xzz]"),
    ],
)  # fmt: skip
def test_codes_are_put_together(script, holds):
    assert holds in plain(script)


def test_sums_of_names():
    assert constants("a='x';b=a+'y'+a;b+='z'") == {"a": "x", "b": "xyxz"}
    assert constants("a='x'+f(1);c+='y'") == {}
    assert constants("a=" + "'x'+" * 50 + "'x'") == {}
    assert constants("o={k:'v',n:1};l=['w']") == {"o.k": "v", "l[0]": "w"}


def test_what_scripts_do_to_elements():
    told = "document.getElementsByTagName('p')[1].style.display='none';document.querySelectorAll('.k')[n].hidden=true"
    assert list(changes.hides(told)) == [
        changes.Change("p", 1, css="display:none"),
        changes.Change(".k", None, css="display:none"),
    ]
    assert [each.css for each in changes.hides('$("#a").css({width:0,"maxHeight":"0"})')] == ["width:0;max-height:0"]
    made = "var a=document.createElement('b');getElementById('c').style.left='-9px';a.src='/x'"
    assert list(changes.created(made)) == []
    assert changes.is_later("function ab(){x", 14)
    assert not changes.is_later("function ab(){x};ab();", 14)
    assert not changes.is_later("setTimeout(function(){x", 22, timed=False)


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<ol><li>甲</ol><ol>{}</ol><script>document.getElementsByTagName('ol')[1].style.display='none'</script>",
         "not_displayed"),
        ("<ol>{}</ol><script>document.getElementsByTagName('ol')[7].style.display='none'</script>", ""),
        ("<ol>{}</ol><script>document.querySelectorAll('p > b')[0].style.display='none'</script>", ""),
        ("<div><i id=i></i>{}</div><script>var q=1;i.parentNode.style.display='none'</script>", "not_displayed"),
        ("<html onload=x><body onload='f()'><div id=k>{}</div><script>function f(){{k.style.opacity=0}}</script>",
         "transparent"),
        ("<p>甲</p><div id=k>{}</div><img src=x onerror='go()'>", ""),
        ("<details><summary> </summary>{}</details>", "folded"),
        ("<details><b>甲</b><i>乙</i><summary>更多</summary>{}</details>", ""),
        ("<details>{}</details>", ""),
        ("<details><b>甲</b><b>甲</b><b>甲</b><b>甲</b>{}</details>", ""),
        (f"<ol>甲</ol><ol>{{}}</ol><script>{TWICE}</script>", "not_displayed"),
        ("<p>甲</p><svg width=0><a href=/x>甲</a></svg>", ""),
        ("<p>甲</p><script>if(/bot|spider/.test(ua))load('http://www.gov.cn/',x=>document.write(x))</script>", ""),
        ("<details open><summary></summary>{}</details>", ""),
        ("<template>{}</template>", "template"),
        ("<template id=t>{}</template>", ""),
        ("<div class=d-none>{}</div>", ""),
        ("<canvas>{}</canvas>", "fallback"),
        ("<img src=a.jpg><a style='position:absolute;color:#fff' href=http://stove.example/>煤炉</a>", ""),
        ("<p>甲</p><a href=http://stove.example/><b style='display:none'>煤炉</b></a>", "bare_link"),
        ("<p>甲</p><a class=x href=http://stove.example/><b style='display:none'>煤炉</b></a>", ""),
        ("<p>甲</p><a href=http://stove.example/ title=煤炉></a>", ""),
        ("<p>甲</p><a href=http://bet-88.example/ title=煤炉></a>", "bare_link"),
        ("<map><area shape=circle coords=9,9,0 href=http://stove.example/></map>", "bare_link"),
        ("<map><area shape=rect coords=0,0,9,9 href=http://stove.example/></map>", ""),
        ("<head><noscript>{}</noscript></head><p>甲</p>", "noscript"),
        ("<head><noscript><style>p{{color:red}}</style></noscript></head><p>甲</p>{}", ""),
        ("<p>甲</p><svg height=0>{}</svg>", "zero_size"),
        ("<p>甲</p><svg height=90>{}</svg>", ""),
        ("<frameset rows='*,0'><frame src=a.htm><frame src=http://stove.example/></frameset>", "hidden_frame"),
        ("<frameset rows='*,0'><frame src=a.htm><frame src=b.htm></frameset>", ""),
        ("<frameset><frame src=http://stove.example/></frameset>", ""),
        ("<iframe width=0 srcdoc='{}'></iframe>".replace("{}", OUT.replace('"', "")), "hidden_frame"),
        ("<iframe srcdoc='{}'></iframe>".replace("{}", OUT.replace('"', "")), ""),
        ("<iframe width=0 src='data:text/html,<script>location=\"//a.example\"</script>'></iframe>", "hidden_frame"),
        ("<iframe width=0 src='data:text/plain,x'></iframe>", ""),
        ("<p>甲</p><img alt='百家乐 六合彩'>", "attribute"),
        ("<p>百家乐 六合彩</p><img alt='百家乐 六合彩'>", ""),
        ("<p>甲</p><input value='百家乐 六合彩'>", "attribute"),
        ("<select><option value=http://stove.example/>百家乐</select>", "attribute"),
        ("<p>甲</p><script src=//hm.baldu.example/h.js></script>", "foreign_script"),
        ("<p>甲</p><script src=//stove.example/h.js></script>", ""),
        ("<p>甲</p><link rel=canonical href=http://bet-88.example/>", "foreign_address"),
        ("<p>甲</p><link rel=alternate href=http://bet-88.example/>", "foreign_address"),
        ("<a href=http://www.gov.cn@stove.example/>政府</a>", "imitated_host"),
        ("<title>&#20113;&#28216;&#23448;&#32593;&#27880;&#20876;</title><p>甲</p>", "packed_title"),
        ("<title>&#29992;&#25143;&#23448;&#32593;&#27880;&#20876;</title><p>甲</p>", ""),
        ("<title>百家乐</title><p>县教育局</p>", "foreign_title"),
        ("<form action=//stove.example/></form><script>if(/baidu/.test(document.referrer))f.submit()</script>",
         "search_redirect"),
        ("<p>甲</p><meta http-equiv=refresh content='0;//stove.example/'>", "redirect"),
        ("<p>正在跳转</p><meta http-equiv=refresh content='0;//stove.example/'>", ""),
        ("<p>甲</p><script>location='http://stove.example/'</script>", "redirect"),
        ("<p>甲</p><script>location='http://203.0.113.9/'</script>", "redirect"),
        ("<p>甲</p><script>location='http://sso.stove.example/login'</script>", ""),
        ("<p>甲</p><script>window.open('http://stove.example/')</script>", ""),
        ("<p>甲</p><script>window.open('http://stove.example/','_top')</script>", "redirect"),
        ("<p>甲</p><script>a.href='http://stove.example/';a.click()</script>", "redirect"),
        ("<p>甲</p><script>$('#b').click(function(){{a.href='http://stove.example/';a.click()}})</script>", ""),
        ("<p>甲</p><script>history.pushState(1);onpopstate=function(){{location='http://stove.example/'}}</script>",
         "redirect"),
        ("<p>甲</p><script>history.pushState(1);f('popstate',function(){{location='http://stove.example/'}})</script>",
         "redirect"),
        ("<p>甲</p><script>if(/spider/.test(navigator.userAgent))load('http://stove.example/',x=>document.write(x))</script>",
         "search_redirect"),
        ("<p>甲</p><script>if(/spider/.test(navigator.userAgent))load('/a',x=>document.write(x))</script>", ""),
        ("<p>甲</p><script>document.write('<a href=//stove.example>百家乐</a>')</script>", "script_written"),
        ("<p>甲</p><script>var a='<a href=//stove.example>百家乐</a>'</script>", "script_written"),
        ("<p>甲</p><script>var a='<a href=//stove.example>甲</a>'</script>", ""),
        (f"<p>甲</p><script>document.write('<iframe src=//stove.example style=\"{WHOLE}\"></iframe>')</script>",
         "script_written"),
        ("<p>甲</p><script type=text/plain><a href=//stove.example>百家乐</a></script>", "comment"),
        ("<p>甲</p><script>document.styleSheets[0].addRule('#k','opacity:0')</script><p id=k>{}</p>", "transparent"),
        ("<p>甲</p><p hidden><a href=/x>百家乐</a></p>", "not_displayed"),
        ("<p>甲</p><p hidden>代孕公司，微信 abc1234</p>", "not_displayed"),
        ("<p>甲</p><p hidden>代孕公司</p>", ""),
        ("<p>甲</p><p class=menu hidden><a href=/x>百家乐</a></p>", ""),
        ("<p>甲</p><p class=menu hidden><a href=http://stove.example/>煤炉批发</a></p>", "not_displayed"),
        ("<p>甲</p><p hidden>谨防百家乐，<a href=http://stove.example/>煤炉</a></p>", ""),
        ("<p>甲</p><p hidden><a href=http://203.0.113.9/>百家乐</a></p>", "not_displayed"),
    ],
)  # fmt: skip
def test_what_is_found_elsewhere(html, rule):
    assert rules(html.replace("{}", OUT).replace("{{", "{").replace("}}", "}")) == ({rule} if rule else set())


def test_relative_addresses_may_lead_to_outsiders():
    page = "<p style='opacity:0'><a href=/x>甲</a></p>"
    assert rules(f"<base href=http://bet-88.example/>{page}") == {"transparent", "foreign_address"}
    assert rules(f"<base href=http://stove.example/>{page}") == set()


def test_what_is_lost_is_bounded():
    assert len(list(unparsed.drawings("<svg><a href=x>甲</a></svg>" * 30))) == 20
    assert len(list(unparsed.thin_frames("<frameset rows=0><frame src=a>" * 30))) == 20
    assert unparsed.opened("<body><noscript><a href=x>甲</a></noscript>").startswith("<body><noscript>")
    assert len(Walk(parsed("<p hidden>甲</p>" * 6000)).blocks) == 5000
    inner = "<iframe width=0 srcdoc='<a href=//stove.example>甲</a>'></iframe>" * 60
    assert len(hidden_link.find(Document(html=inner))) == 39


def test_pages_that_handle_much_are_read_in_part():
    page = "".join(f"<img onerror='f{number}()'>" for number in range(300))
    assert len(Walk(parsed(page)).programs) == 200
    told = "".join(f"document.getElementsByTagName('b{number}')[0].style.left='1px';" for number in range(30))
    assert Walk(parsed(f"<script>{told}</script><p>")).shown == []
