"""What ``hidden_link`` stands on: style sheets, scripts that are read but never run, hosts, lures, colours."""

from base64 import b64encode

import pytest

from classifiers import hidden_link, lures, scripts
from classifiers.colours import colour
from classifiers.finding import Document
from classifiers.hosts import host_of, imitates, registrable
from classifiers.lengths import pixels
from classifiers.selectors import Face, keys_of
from classifiers.styles import Sheet, declarations
from tests.classifiers.scoring import THRESHOLD

OUT = '<a href="http://stove.example/">煤炉</a>'


def rules(html):
    return {each.rule for each in hidden_link.find(Document(html=html)) if each.score >= THRESHOLD}


CSS = [
    ("p{display:none}", True),
    (".k{display:none}", True),
    ("#n{display:none}", True),
    ("p.k#n{display:none}", True),
    ("*{opacity:0}", True),
    ("div > .k{display:none}", True),
    ("div .k{display:none} ul .k{display:block}", False),
    ("[data-z]{display:none}", True),
    ('[data-z="1"]{display:none}', True),
    ('[data-z="2"]{display:none}', False),
    ('[data-z^="1"]{display:none}', True),
    ('[data-z*="1"]{display:none}', True),
    ("[none]{display:none}", False),
    ("[=]{display:none}", False),
    ("a:link{} p{display:none}", True),
    ("section .k{display:none}", False),
    (".k::before{display:none}", False),
    (".k:hover{display:none}", False),
    ("p,{display:none}", True),
    ("p!{display:none}", False),
    ("p{display:none} .k{display:block}", False),
    (".k{display:block!important} #n{display:none}", False),
    (".k{display:none!important;display:block}", True),
    ("/* .k{display:block} */.k{display:none}", True),
    ("@media print{.k{display:none}}", False),
    ("@media screen{.k{display:none}}", True),
    ("@media (max-width:9px){.k{display:none}}", False),
    ("@font-face{display:none}}.k{display:none}", True),
    ("@keyframes x{from{display:none}}", False),
    (".k{display:none} .k:hover{display:block}", False),
    (".k{display:none} .open .k{display:block}", False),
    (".k{display:none} .k.on{display:block}", False),
    (".k{display:none} .x:hover p{display:block}", True),
    (".k{display:none} div:hover p{display:block}", False),
    (".k{display:none} i:checked ~ .k{display:block}", False),
    (".k{display:none} .k:hover{position:absolute}", True),
    (".k{color:red}", False),
]


@pytest.mark.parametrize(("css", "hidden"), CSS)
def test_style_sheets(css, hidden):
    page = f'<style>{css}</style><p>通知</p><div><b>甲</b><p id="n" class="k" data-z="1">{OUT}</p></div>'
    assert bool(rules(page)) is hidden


def test_a_style_attribute_may_be_disguised():
    assert declarations("dis/**/play:no/**/ne") == {"display": "none"}
    assert declarations(r"\64isplay:none;\110000 left:1px;x:y") == {"display": "none", "left": "1px"}
    assert declarations("left:1px;left:2px") == {"left": "2px"}


def test_too_many_selectors_hide_nothing():
    sheet, face = Sheet(), Face("p", "", frozenset({"k"}), {}, keys_of("p", "", frozenset({"k"})))
    sheet.read("".join(f"i{n} .k{{display:none}}" for n in range(5000)))
    above = [face] * 400
    for _ in range(1000):
        assert sheet.style(face, above, "") == {}
    assert sheet.exhausted
    page = "<style>" + "".join(f"i{n} .k{{display:none}}" for n in range(40)) + "</style>" + "<p class=k></p>" * 6000
    assert rules(f'{page}<p style="display:none">{OUT}</p>') == set()


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        ('if(/baidu/.test(document.referrer))location.href="http://a.example/"', "search_redirect"),
        ('location="http://bet-88.example/"', "redirect"),
        (r'location["href"]="\150\x74\u0074p:\/\/a\x2eexample/"', "redirect"),
        ('location.replace(unescape("http%3A%2F%2Fa%2Eexample"))', "redirect"),
        ('location=["elp","maxe.a//:p","tth"].reverse().join("")', None),
        ('location="/elpmaxe.a//:ptth".split("").reverse().join("")', "redirect"),
        ('location=["http:","//a.","example/"].join("")', "redirect"),
        ('var a="aHR0cDovL2EuZXhhbXBsZS8=";location=atob(a)', "redirect"),
        ('var b="/elpmaxe.a//:ptth";location=b.split("").reverse().join("")', "redirect"),
        ("location=atob(x)", None),
        (r'document.write("\x3cp style=\x22opacity:0\x22\x3e\x3ca href=//a.example\x3e")', "script_written"),
        ("if(/spider/.test(navigator.userAgent))document.write('<b>百家乐</b>')", "script_written"),
        ('var h="http://a",t=".example/";location=h+t', "redirect"),
        ("eval(('0=\"1://2.3/\"',10,4,'location|http|a|example'.split('|'),0,{}))", "redirect"),
        ('eval(("0=\\"1://2.3/\\"",10,4,"location|http|a|example".split("|"),0,{}))', "redirect"),
        ('window.opener.location.replace("http://a.example/")', "redirect"),
        (
            'var a=document.createElement("a");a.href="http://a.example";a.style.display="none"',
            "script_written",
        ),
        (f'var t="{OUT.replace(chr(34), chr(92) + chr(34))}";document.write("<p hidden>"+t)', "script_written"),
        ('location="http://".concat("a",".exam","ple/")', "redirect"),
        ('location="hxxp://a#example/".replace("xx","tt").replace(/#/g,".")', "redirect"),
        ('location="//"+["a","example"].join(".")', "redirect"),
        ('location=[47,47,97,46,101,120].map(function(c){return String.fromCharCode(c)}).join("")', "redirect"),
        ("location=String.fromCharCode(...[47,47,97,46,101,120,97,109,112,108,101])", "redirect"),
        ('location=String.fromCharCode(47)+String.fromCharCode(47)+"a.exa"+String.fromCharCode(109)+"ple"', "redirect"),
        ("location=String.fromCharCode(47,47)+'a.exam'+\"ple/\"", "redirect"),
        ('if(/baidu/.test(document.referrer))window.open("http://a.example/","_self")', "search_redirect"),
        ('$.getScript("//a"+".example/x.js")', "packed_script"),
        (
            'if(/baidu/.test(document.referrer)){var f=document.createElement("iframe");f.src="http://a.example/"}',
            "script_written",
        ),
        (
            'if(/baidu/.test(document.referrer))document.write(\'<meta http-equiv="refresh" content="0;url=http://a.example/">\')',
            "search_redirect",
        ),
        ('var s=document.createElement("script");s.src="//a"+".example/x.js"', "packed_script"),
        (f"document.write('<p style=\"display:none\">{OUT}</p>')", "script_written"),
        ('document.write("<a href=\\"http://a.exa"+"mple/\\">x</a>")', "script_written"),
        ('document.write(unescape("%3Cscript%20src%3D//%61.example%3E%3C/script%3E"))', "script_written"),
        ('document.write("<iframe src=//a.example width=0></iframe>")', "script_written"),
    ],
)
def test_scripts_are_read(script, rule):
    assert rules(f"<script>{script}</script><p>通知</p>") == ({rule} if rule else set())


@pytest.mark.parametrize(
    "script",
    [
        "location.href='/m/'",
        "location.href='http://m.example-town.example/'",
        "location=x",
        "document.write('<a href=\"http://a.example/\">x</a>')",
        "document.write('text')",
        "document.write(atob('%%%'),atob('A'),String.fromCharCode(x,1))",
        "String.fromCharCode(1,,2);String.fromCharCode(9999999)",
        "s.src='http://a.example/x.js'",
        "window.open('http://a.example/')",
        "opener.location.reload();opener.location='/a'",
        "var f=document.createElement('iframe');f.src='http://a.example/'",
        "p.innerHTML='{}';p.innerHTML='<b>{}</b>';p.textContent=name",
        "document.write(a",
    ],
)
def test_scripts_that_are_right(script):
    assert rules(f"<script>{script}</script><p>通知</p>") == set()


@pytest.mark.parametrize("begin", ["<p hidden>", "<span style='opacity:0'>", "<marquee width=1>", "<ul class=z>"])
def test_what_scripts_write_around_links(begin):
    name = begin[1:].partition(" ")[0]
    close = f'<script>document.write("</{name}>")</script>'
    opened = f'<style>.z{{display:none}}</style><script>document.write("{begin}")</script>'
    assert len(rules(f"{opened}{OUT}{close}")) == 1
    assert not rules(f"{opened}通知{close}{OUT}")
    assert not rules(f'<script>document.write("<img style=display:none>")</script>{OUT}')


@pytest.mark.parametrize(
    "script",
    [
        'document.getElementById("k").className="z"',
        'document.getElementById("k").classList.add("z")',
        '$("#k").addClass("y z")',
    ],
)
def test_scripts_that_give_a_class_that_hides(script):
    page = '<style>.z{display:none}</style><div id="k"><a href="http://stove.example/">百家乐</a></div><script>'
    assert rules(f"{page}{script}</script>") == {"not_displayed"}
    assert not rules(f"{page}function shut(){{{script}}}</script>")
    plain = f"{page}{script}".replace("百家乐", "煤炉")
    assert rules(f"{plain}</script>") == {"not_displayed"}
    assert not rules(f"{plain};open('k','.k','#k')</script>")  # scripts give classes for good reasons


@pytest.mark.parametrize(
    "script",
    [
        'document.getElementById("k").style.display="none"',
        'var o=document.getElementById("k");o.style.display="none"',
        'k.style.cssText="left:-999px;position:absolute"',
        'document.all.k.style.fontSize="0px"',
        'document.querySelector("#k").setAttribute("style","opacity:0")',
        'document.getElementsByClassName("c")[0].style.display="none"',
        'document.write("<style>#k{display:none}</style>")',
        '$("#k").attr("style","display:none")',
        '$("#k").hide()',
        '$("#k").remove()',
        '$("#k").css({position:"absolute","left":"-999px"})',
        'document.getElementById("k").remove()',
        'document.getElementById("k").hidden=true',
        'document.getElementById("k").innerHTML=""',
        'var o=document.getElementById("k");o.parentNode.removeChild(o)',
        'document.getElementById("k").style.setProperty("display","none")',
        'document.styleSheets[0].insertRule("#k{display:none}",0)',
        'var s=document.createElement("style");s.textContent="#k{display:none}"',
        '$("#k").css("display","none")',
        '$("#k").css({"display":"none"})',
    ],
)
def test_scripts_that_hide(script):
    assert len(rules(f'<p>通知</p><div id="k" class="c">{OUT}</div><script>{script}</script>')) == 1
    if "<style" not in script:
        assert not rules(f'<p>通知</p><div id="k" class="c">{OUT}</div><script>function shut(){{{script}}}</script>')
    shown = 'document.getElementById("k").style.display="block"'
    assert not rules(f'<p>通知</p><div id="k" class="c">{OUT}</div><script>{script}</script><script>{shown}</script>')


def test_scripts_that_are_none_are_not_read():
    evil = "location='http://bet-88.example/'"

    assert rules(f'<body onload="{evil}">') == {"redirect"}
    assert rules(f'<script type="application/x-javascript">{evil}</script>') == {"redirect"}
    assert rules(f'<script type="text/template">{evil}</script>') == set()
    assert rules(f'<p onclick="{evil}">') == set()


def test_a_script_may_write_around():
    write = "<script>document.write('{}')</script>"
    opened, closed = write.format("<div style=display:none>"), write.format("</div>")

    assert rules(f"{opened}{OUT}{closed}<p>通知</p>") == {"not_displayed"}
    assert rules(f"{write.format('<div style=color:red>')}{OUT}{closed}") == set()
    assert rules(f"{write.format('<b>')}{OUT}{write.format('</b>')}") == set()


def test_what_is_packed_can_not_grow():
    packed = "eval(('" + "0 " * 3000 + "',10,1,'" + "b" * 2000 + "'.split('|'),0,{}))"
    assert len(scripts.read(packed).plain) <= 1_000_000
    nested = "x"
    for _ in range(5):
        nested = f"atob('{b64encode(nested.encode()).decode()}')"
    assert "atob" in scripts.read(nested).plain
    assert len(list(scripts.read("location='/a';" * 99).targets())) == 50


def test_hosts():
    assert host_of(" HTTP:\\\\user@A.Example:80/x") == "a.example"
    assert host_of("/a") == host_of("javascript:x") == ""
    assert host_of("//xn--fiq228c.example") == "中文.example"
    assert host_of("//xn--\u00e9.example") == "xn--\u00e9.example"
    assert registrable("a.b.com.cn") == "b.com.cn"
    assert registrable("a.b.example") == "b.example"


@pytest.mark.parametrize(
    ("host", "imitation"),
    [
        ("www.gov.cn", False),
        ("www.g0v.cn", True),
        ("www.gov.cn.a.example", True),
        ("www.gоv.cn", True),
        ("gövern.example", False),
        ("www.gõv.cn", True),
        ("中央编办.政务", False),
        ("а.рф", True),
        ("москва.рф", False),
        ("10.0.0.1", False),
        ("host", False),
    ],
)
def test_imitated_hosts(host, imitation):
    assert imitates(host) is imitation


def test_lures_and_names():
    assert lures.lures("澳门百家乐") == {"百家乐"}
    assert lures.lures("警惕百家乐骗局") == set()
    assert lures.lures("the scasinos") == set()
    assert lures.opens_on_demand("mainTab")
    assert not lures.opens_on_demand("zz8")


def test_colours_and_lengths():
    assert colour("#abc") == (170, 187, 204)
    assert colour("white") == colour("rgb(255 255 255 / 50%)") == (255, 255, 255)
    assert colour("x") is colour("transparent") is None
    assert pixels("auto") is None
    assert pixels("-.5em") == -8
