"""``hidden_link``: what is computed, cut off, given by scripts and decoded by their own functions, to its corners."""

import pytest

from classifiers import decoding, hidden_link, scripts
from classifiers.finding import Document
from classifiers.lengths import degrees, pixels, seconds
from classifiers.page import parsed
from classifiers.selectors import Budget, face_of, selector
from classifiers.unpacking import plain
from tests.classifiers.scoring import THRESHOLD

OUT = '<a href="http://stove.example/">煤炉</a>'
FAR = '<a id="k" href="http://stove.example/"><img src="a.png"></a>'


def rules(html):
    return {each.rule for each in hidden_link.find(Document(html=html)) if each.score >= THRESHOLD}


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("12px", 12),
        ("1e3px", 1000),
        ("calc(2px * (3 + 1) / 4)", 2),
        ("calc(-1 * 9px - 1px)", -10),
        ("min(3px, 2px)", 2),
        ("max(3px, 2px, 5px)", 5),
        ("clamp(1px, 9px, 4px)", 4),
        ("clamp(1px, 9px)", 1),
        ("calc(50% - 600px)", None),
        ("calc(1px / 0)", None),
        ("calc(1px", None),
        ("calc(", None),
        ("calc(1px *", None),
        ("round(1px)", None),
        (")(", None),
        ("calc(" + "(" * 20 + "1px" + ")" * 21, None),
        ("calc(" + "1px + " * 99 + "1px)", None),
        ("auto", None),
    ],
)
def test_lengths_are_computed(value, length):
    assert pixels(value) == length


def test_angles_and_times():
    assert degrees("0.25turn") == degrees("100grad") == 90
    assert degrees("9px") is degrees("auto") is None
    assert seconds("50ms") == 0.05
    assert seconds("2s") == 2
    assert seconds("2px") is seconds("ease") is None


@pytest.mark.parametrize(
    ("inside", "hidden"),
    [
        (f"甲<br><br><br><br>{OUT}", True),
        (f"甲<br><br><br>&nbsp;<br>{OUT}", True),
        (f"甲<br>乙<br>丙<br>丁<br>{OUT}", False),
        (f"甲<br><br>{OUT}", False),
        (f"甲<p style='margin-top:80px'>{OUT}</p>", True),
        (f"甲<p style='margin:80px 0 0'>{OUT}</p>", True),
        (f"甲<p style='margin-top:10px'>{OUT}</p>", False),
    ],
)
def test_a_low_element_cuts_off_what_is_pushed_down(inside, hidden):
    assert (rules(f"<p>通知</p><div style='height:60px;overflow:hidden'>{inside}</div>") == {"zero_size"}) is hidden
    assert not rules(f"<p>通知</p><div style='height:60px'>{inside}</div>")


def test_shadow_roots_show_what_has_a_place():
    shadow = "<template shadowrootmode=open>{}</template>"
    assert rules(f"<div> {shadow.format('<p>甲</p>')}{OUT}</div>") == {"not_displayed"}
    assert not rules(f"<div>{shadow.format('<slot></slot>')}{OUT}</div>")
    assert not rules(f"<div>{shadow.format(OUT)}</div><p>{OUT}</p>")


def test_scripts_speak_of_what_stands_beside_them():
    hide = "document.currentScript.previousElementSibling.style.display='none'"
    assert rules(f"<div>{OUT}</div><script>{hide}</script>") == {"not_displayed"}
    assert not rules(f"<body><script>{hide}</script><div>{OUT}</div>")


def test_links_are_clicked_on_by_name():
    page = f'<p>通知</p>{FAR}<a id="j" href="/">首页</a><script>document.getElementById("k").{{}}</script>'
    assert rules(page.format("click()")) == {"redirect"}
    assert not rules(page.format("focus()"))
    assert not rules(page.format("click()").replace('("k")', '("j")'))


def test_elements_that_are_made_look_as_scripts_say():
    made = f"var e=document.createElement('div');e.innerHTML='{OUT}';"
    assert rules(f"<p>通知</p><script>{made}e.setAttribute('style','opacity:0')</script>") == {"script_written"}
    assert rules(f"<p>通知</p><script>{made}e.hidden=true</script>") == {"script_written"}
    other = "document.getElementById('j').setAttribute('style','opacity:0')"
    assert not rules(f"<p>通知</p><script>{made}{other}</script>")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("function d(s){return atob(s)}a=d('YWJj')", "`abc`"),
        ("function d(s){return s.split('').reverse().join('')}a=d('cba')", "`abc`"),
        ("function d(s,k){for(i in s)o+=String.fromCharCode(s.charCodeAt(i)^k)}a=d('bad',3)", "`abg`"),
        ("function d(s){for(i in s)o+=String.fromCharCode(s.charCodeAt(i)-1)}a=d('bcd')", "`abc`"),
        ("function d(s){for(i in s)o+=String.fromCharCode(s.charCodeAt(i)-q)}a=d('bcd')", "d('bcd')"),
        ("var s='616263';o+=String.fromCharCode(parseInt(s.substr(i,2),16))", "o=`abc`"),
        ("var s='61626x';o+=String.fromCharCode(parseInt(s.substr(i,2),16))", "parseInt(s.substr"),
        ("[97,98].forEach(function(c){o+=String.fromCharCode(c)})", "o=`ab`"),
        ("q.forEach(function(c){o+=String.fromCharCode(c)})", "q.forEach"),
        ("new TextDecoder().decode(new Uint8Array([97,98]))", "`ab`"),
        ("var k=3;var c=[98,97];for(i in c)o+=String.fromCharCode(c[i]^k)", "o=`ab`"),
        ("eval('a=\\'b\\'')", "\na='b'\n"),
        ("var l=['a','b'];l.join('-')", "`a-b`"),
        ("var l=[];l.push('a');l.push('b');l.reverse().join('')", "`ba`"),
        ("l.join('-')", "l.join('-')"),
        ("x='" + "a," * 6000 + "'.split(',');", ".split(',')"),
    ],
)
def test_functions_that_decode_are_followed(script, told):
    assert told in plain(script)


def test_long_scripts_keep_their_functions():
    script = "function d(s){return atob(s)}a=d('YWJj');" + "b=1;" * 30_000
    assert decoding.called(script) == script


def test_what_happens_later_is_told_from_what_happens_at_once():
    def later(script):
        return [later for _, later in scripts.read(script.replace("GO", "location='http://a.example'")).targets()]

    assert later("var f=function(){GO}") == later("x={f(){GO}}") == later("b.onclick=()=>{GO}") == [True]
    assert later("var f=function(){GO};f()") == later("(()=>{GO})()") == later("onload=()=>{GO}") == [False]
    assert later("var f=function(){};GO") == later("$.get(u,{success:function(){GO}})") == [False]
    assert later("document.onclick=function(){GO}") == later("$(document).one('click',function(){GO})") == [False]


def test_selectors_of_what_is_inside_need_a_page():
    node = parsed("<p><b>甲</b></p>").css_first("p")
    inside = selector("p:has(> b)")
    assert inside.applies(face_of(node), (), node, Budget(9))
    assert not inside.applies(face_of(node), (), None, Budget(9))
    assert not inside.applies(face_of(node), (), node, Budget(1))
    assert selector("p:has(b i)").depends
    assert not selector("p:has(> i)").applies(face_of(node), (), node, Budget(9))
    assert not selector("b:has(> i)").applies(face_of(node.child), (), node.child, Budget(9))


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ('document.querySelector("p").parentNode', True),
        ('document.querySelector("p").parentNode.parentNode', False),
        ('document.getElementById("k").children[0]', True),
        ('document.getElementById("k").children[7]', False),
        ('document.getElementById("k").firstElementChild', True),
        ('document.getElementById("k").lastChild', True),
        ('document.getElementById("k").closest("div")', True),
        ('document.getElementById("k").closest("table")', False),
        ('document.getElementById("k").querySelector("p")', True),
        ('document.getElementById("k").querySelector("p:hover")', False),
        ('document.getElementById("k").nextElementSibling', False),
        ('document.querySelector("h2").nextElementSibling', True),
        ('document.querySelector("h3").previousElementSibling', True),
        ('document.querySelector("h3").nextElementSibling', False),
        ('document.querySelector("h3").firstChild', False),
        ('document.getElementById("n").closest("table")', False),
    ],
)
def test_scripts_go_from_element_to_element(path, hidden):
    deep = "<i>" * 25 + '<b id="n"></b>' + "</i>" * 25
    page = f'<h2>通知</h2><div id="k"><p>{OUT}</p></div><h3></h3>{deep}<script>{path}.style.display="none"</script>'
    assert (rules(page) == {"not_displayed"}) is hidden


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ('$("a").parent()', True),
        ('$("a").parents("div")', True),
        ('$("a").closest("div")', True),
        ('$("#k").find("a")', True),
        ('$("#k").children()', True),
        ('$("#k").children("b")', False),
        ('$("h2").next()', True),
        ('$("p").first()', True),
        ('$("p").last()', False),
        ('$("h3").prev()', True),
        ('$("#n").parents("table")', False),
    ],
)
def test_jquery_goes_from_element_to_element(path, hidden):
    deep = "<i>" * 25 + '<b id="n"></b>' + "</i>" * 25
    page = f'<h2>通知</h2><div id="k"><p>{OUT}</p></div><h3></h3><p>电话</p>{deep}<script>{path}.hide()</script>'
    assert (rules(page) == {"not_displayed"}) is hidden


def test_only_what_is_an_outsiders_counts_of_small_scripts():
    pair = "<p>通知</p><script>var u='{}'</script><script>location=u</script>"
    assert rules(pair.format("http://stove.example/")) == {"redirect"}
    assert not rules(pair.format("/index.html"))


def test_numbers_are_put_into_strings():
    assert '"left:-8991px"' in plain('a="left:-"+9*999+"px"')
    assert '"left:-9999px"' in plain('var n=-9999;a="left:"+n+"px"')
    assert "`left:-9px`" in plain("a=`left:${-9}px`")
    assert '"left:"+n+"px"' in plain('a="left:"+n+"px"')
