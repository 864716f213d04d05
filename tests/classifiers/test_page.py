"""Pages as visitors read them, and pages that were made to hurt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.finding import Document
from classifiers.opened import DEPTH
from classifiers.page import bounded, css_path, parsed, passages, visible_text


def depth(html):
    """How deep the parser's tree is."""
    deepest, level, node = 0, 0, parsed(html).root
    while node is not None:
        if node.child is not None:
            node, level = node.child, level + 1
            deepest = max(deepest, level)
            continue
        while node is not None and node.next is None:
            node, level = node.parent, level - 1
        node = node.next if node is not None else None
    return deepest


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("一<br>二", "一\n二"),
        ("<table><tr><td>甲<td>乙<tr><td>丙</table>", "甲\t乙\n丙"),
        ("<b>粗</b>体 &amp; &lt;x&gt; &#22909;", "粗体 & <x> 好"),
        ("a  \n b\t c", "a b c"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<script>x</script><style>y</style><p>z</p><template>t</template><noscript>n</noscript>", "z"),
        ("<!-- 看不见 -->看得见", "看得见"),
        ("<svg><text>图</text></svg>后", "图后"),
        ("<title>题</title>文", "文"),
        ("没有标签", "没有标签"),
        ("", ""),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_what_a_visitor_reads(html, text):
    assert visible_text(html) == text


def test_a_path_leads_to_its_element():
    tree = parsed("<div id='list'><table><tr><td>a</td><td>b</td></tr></table></div>")
    (node,) = tree.css("td:nth-of-type(2)")

    assert css_path(node).endswith("tr > td:nth-of-type(2)")
    assert css_path(node).startswith("div#list")


def test_a_path_carries_no_text_of_the_page():
    tree = parsed("<x18834344554><p id='18834344554'>a</p></x18834344554>")
    (node,) = tree.css("p")

    assert "18834344554" not in css_path(node)


def test_source_is_judged_apart_from_what_is_visible():
    html = "<p title='提示 18834344554'>文</p><!-- 注释 --><script>var a = 1</script>"
    found = passages(Document(html=html))

    assert found[0].text == "文"
    assert "18834344554" in found[-1].text
    assert "注释" in found[-1].text
    assert "var a" in found[-1].text
    assert found[-1].where(found[-1].text.index("1883")).endswith("p[title]")


N = 20_000
HOSTILE = {
    "div": "<div>" * N,
    "b": "<b>" * N,
    "open p": "<p>" * N,
    "span": "<span>" * N,
    "table": "<table><tr><td>" * N,
    "svg": "<svg><g>" * N,
    "math": "<math><mi>" * N,
    "anchors": "".join(f"<a x={n}>" for n in range(N)),
    "rebuilt formats": "".join(f"<p><b id={n}></p>" for n in range(N)),
    "unmatched ends": "<div></b>" * N,
    "ends that close nothing": "<div></span></p></x>" * N,
    "lists": "<ul><li>" * N,
    "definition": "<dl><dt><dd>" * N,
    "select": "<select>" + "<option>" * N,
    "options apart": "<select><option>a<select><optgroup>" * N,
    "template": "<template>" * N,
    "frameset": "<frameset>" * N,
    "headings": "<h1><h2>" * N,
    "buttons": "<button><div>" * N,
    "forms": "<form><div>" * N,
    "captions": "<table><caption><div>" * N,
    "columns": "<table><colgroup><col>" * N,
    "bodies": "<table><tbody><tr><th></tr><tfoot><thead>" * N,
    "applets": "<applet><marquee><object>" * N,
    "ends of blocks": "<div><b></div></b>" * N,
    "nested formats": "<b><i><u><div></b></i></u>" * N,
    "attributes": "<p " + "".join(f"a{n}=1 " for n in range(N)) + ">",
    "less than": "<" * N,
    "comment": "<!--" + "-" * N,
    "comment ends": "<!-->" * N,
    "bogus comment": "<!x" * N,
    "cdata": "<![CDATA[" * N,
    "instructions": "<?x " * N,
    "quotes": '<a title="' + "<div>" * N,
    "quotes apart": "<a x='\"><b>" * N,
    "script": "<script><!--<script>" * N,
    "script ends": "<script>a</script >" * N,
    "raw": "<textarea><title><style><xmp><iframe>" * N,
    "plaintext": "<plaintext>" + "<div>" * N,
    "nul": "\0" * N + "<di\0v>" * N,
    "slashes": "<br/><div/><p/ x>" * N,
    "entities": "&#x110000;&amp" * N,
    "nobr": "<nobr><nobr>" * N,
    "long name": "<" + "x" * N + ">",
    "image": "<image><img><input><hr>" * N,
    "main": "<main><details><dialog><search>" * N,
    "closing all": "<div><p><table></div></body></html><div>" * N,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_page_is_deeper_than_allowed(name):
    html = HOSTILE[name]

    assert depth(html) <= DEPTH + 8
    assert isinstance(visible_text(html), str)


@pytest.mark.parametrize("name", ["div", "table", "span"])
def test_a_flattened_page_says_so(name):
    assert bounded(HOSTILE[name])[1]


def test_an_ordinary_page_is_not_called_deep():
    html = "<!DOCTYPE html><body><div class='a'><p>一<b>二</b><a href='/x'>三</a></p><ul><li>四<li>五</ul></div></body>"

    assert not bounded(html)[1]
    assert visible_text(html) == "一二三\n四\n五"


def test_what_is_deep_is_still_read():
    assert "深处" in visible_text("<div>" * 5000 + "深处" + "</div>" * 5000)


TAGS = [
    "div",
    "p",
    "b",
    "i",
    "a",
    "table",
    "tr",
    "td",
    "li",
    "ul",
    "span",
    "h1",
    "select",
    "option",
    "button",
    "svg",
    "form",
]


@given(
    st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(["<{}>", "</{}>", "<{} x=1>"])), max_size=60),
    st.integers(1, 60),
)
@settings(max_examples=150, deadline=None)
def test_no_mixture_of_tags_gets_deeper_than_allowed(tags, times):
    html = "".join(form.format(tag) for tag, form in tags) * times

    assert depth(html) <= DEPTH + 8
