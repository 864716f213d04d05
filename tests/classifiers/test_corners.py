"""Corners of notation and context, each a text with what must be seen in it."""

import pytest

from classifiers import credential, danger, personal_data
from classifiers.finding import Document
from classifiers.page import bounded, css_path, parsed, passages, visible_text

ID = "210726196411200006"


def scores(text):
    return {found.match: found.score for found in personal_data.find(Document(text))}


@pytest.mark.parametrize(
    ("text", "match", "least", "most"),
    [
        # resident numbers in every state
        ("身份证号210726196411200007", "210726196411200007", 0.5, 0.7),  # a wrong check digit behind the label
        ("编号210726196411200007", "210726196411200007", 0, 0.3),
        ("身份证210726196411200006123", None, 0, 0.7),
        ("残疾证号21072619641120000643", "210726196411200006", 0.5, 1),  # the disability card goes on
        ("订单号210726196411200006", "210726196411200006", 0, 0.86),
        ("订单号210726201411200003", None, 0, 0.5),
        ("abcdefg210726196411200006", "210726196411200006", 0, 0),
        ("210726 19641120 0006", "210726 19641120 0006", 0.5, 1),
        ("210726196413400006", None, 0, 0),  # no such day
        ("一代证 330106640312123", "330106640312123", 0.6, 1),
        ("330106640312123", "330106640312123", 0.5, 0.5),
        ("姓名：张某，330106640312123，已通过", None, 0, 1),
        ("合同 330106640312123", None, 0, 0),
        # mobiles
        ("+86 188 3434 4554", "+86 188 3434 4554", 0, 1),
        ("手机号 13800138000", "13800138000", 0, 0.5),
        ("服务热线 18834344554", "18834344554", 0, 0.5),
        ("/a/18834344554.html", "18834344554", 0, 0.5),
        ("电话 one eight eight three four three four four five five four", None, 0.0, 1),
        ("电话 yao ba ba san si san si si wu wu si", None, 0.0, 1),
        ("one two 然后过了很久很久又说 three four", None, 0, 0),
        ("电话 l88 3434 4554", None, 0.0, 1),
        ("电话 188O34O4554", None, 0.0, 1),
        ("一个月后，二十天，我有三只猫和四只狗五", None, 0, 0),
        ("188 192.168.1.1 3434", None, 0, 0),
        ("188\t3434\t4554", None, 0, 0),
        # cards
        ("卡号 6212260000998033246", "6212260000998033246", 0.5, 0.7),  # a wrong check digit behind the label
        ("数值 6212260000998033246", None, 0, 0.3),
        # entities and escapes
        ("手机&#49;88&nbsp;3434&#x20;4554", None, 0.0, 1),
        ("&#x110000;&#8203;", None, 0, 0),
        # papers and home telephones
        ("护照号 EA3050291", "EA3050291", 0.5, 1),
        ("家庭电话：2222301", "2222301", 0.5, 0.6),
        ("护照。换EA3050291", None, 0, 0),
        ("身份证210726196402300006", None, 0, 0),  # the thirtieth of February
        ("其它 15412211212 其它", "15412211212", 0.3, 0.4),  # not issued, and nothing calls it a telephone
        ("工单编号 330106640312123", None, 0, 0),
        ("老身份信息里写的是 330106640312123", "330106640312123", 0.7, 0.7),
        ("护照                              EA3050291", None, 0, 1),
        ("一二三" + "，" * 9 + "四五六", None, 0, 0),
        ("电话 18834344554" + "，" * 9 + "一二三", "18834344554", 0.9, 1),  # what is far belongs to something else
        ("手机 1\n8\n8\n3\n4\n3\n4\n4\n5\n5\n4", "1\n8\n8\n3\n4\n3\n4\n4\n5\n5\n4", 0.8, 1),
        ("身份证 210726,19641120,0006", None, 0, 0),
        ("账号 3310 0120 1381 2121 357（对公）", None, 0, 0.3),  # all of it is the number of an account
        ("残疾人证 21072619641120000643 号", "210726196411200006", 0.6, 0.6),
        ("证号 21072619641120000643 号", "210726196411200006", 0.6, 0.6),  # kind and degree follow
        ("数值 21072619641120000699 号", None, 0, 0.3),
        ("存折 15412211212", "15412211212", 0.75, 0.75),  # of two readings the surer
        ("存折 18834344554", "18834344554", 0.8, 1),
        ("EA3050291 是我的护照", "EA3050291", 0, 0),
        ("护照" + "要" * 60 + "EA3050291", "EA3050291", 0, 0),
        ("EA3050291 是我的护照，旧护照 EA3050292 作废", "EA3050292", 0.7, 1),
        ("İ ID card 210726196411200006 ſ", "210726196411200006", 0.9, 1),
        # glued numbers
        (f"{ID}18834344554", ID, 0.9, 1),  # cells that lost what stood between them
        (f"{ID}1883434455499", None, 0, 0.3),
        (f"18834344554{ID}", None, 0, 1),
        ("1883434455412345678901234", None, 0, 0),
    ],
)
def test_numbers(text, match, least, most):
    found = scores(text)
    score = found.get(match, 0) if match else max(found.values(), default=0)

    assert least <= score <= most, found


def test_of_two_readings_the_surer_stays():
    (found,) = [each for each in personal_data.find(Document(f"护照号 {ID}")) if each.rule != "name"]

    assert found.match == ID


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("mysql -uroot -pQy7mw2fang zjj", 1),
        ("curl -u admin:Qy7mw2fang http://a.example/", 1),
        ("sshpass -p $PASS ssh a", 0),
        ("后台登录 root / Qy7mw2fang", 1),
        ("登录 admin / 2024-05-01", 0),
        ("姓名\t账号\t密码\n甲\tgzf01\tQy7mw2fang\n乙\tgzf02\t无", 1),
        ("账号|密码\nwangm|Qy7mw2fang\n\n说明|没有", 1),
        ("账号,密码\nwangm,Qy7mw2fang\nlim,无", 1),
        ("系统 账号 密码\n档案 da01 Qy7mw2fang\n说明 见附件 无", 1),
        ("用户名 密码 验证码\n登录 注册 2026", 0),
        ("INSERT INTO user(name,password) VALUES('wang','Qy7mw2fang')", 1),
        ("INSERT INTO user(name,password) VALUES('wang','5f4dcc3b5aa765d61d8327deb882cf99')", 0),
        ("insert into user(name,password) values(?,?)", 0),
        ("insert into user(name) values('wang')", 0),
        ("账密 wangm/Qy7mw2fang", 1),
        ("账密错误", 0),
        ("账密 abcd1", 0),
        ("用户 wangm 密：Qy7mw2fang", 1),
        ("密：公开 2026a", 0),
        ("用户 wangm pw Qy7mw2fang", 1),
        ("auth: wangm:Qy7mw2fang", 1),
        ("auth: required:true", 0),
        ("授权码 wqzkxnplvbtedfgh 发信用", 1),
        ("接口加密 key=9f8e7d6c5b4a32109f8e7d6c5b4a3210", 1),
        ("cache key=9f8e7d6c5b4a32109f8e7d6c5b4a3210", 0),
        ("管理员 admin 密码 qinglan@", 1),
        ("服务器密码忘了告诉你，是 Qy7mw2fang", 1),
        ("密码锁的型号是 YDM3109A", 0),
        ("弱口令检测：Qy7mw2fang", 0),
        ("弱密码的例子里密码改了，是 Qy7mw2fang 这种", 0),
        ("密码\nQy7mw2fang\n", 1),
        ("密码 | 说明", 0),
        ("密码：Zj,2025x", 1),  # the comma is part of it
        ("密码：Zjj2025,user:admin", 1),
        ("secret_key: ]", 0),
        ("echo $PASS | sudo -S ls", 0),
        ("密码为Abc12345这样的不安全", 0),
        ("<td>密码</td><td>Qy7mw2fang</td>", 1),
        ("<td>密码</td><td>Qy7mw2fang", 0),
        ("数据库 scott/Qy7mw2fang@orcl", 1),
        ("jdbc:oracle:thin:gzf/Qy7mw2fang@10.20.3.18:1521:orcl", 1),
        ("a/b@c", 0),
        ("amqp://guest:guest@localhost:5672", 0),
        ("10.20.3.5 root Qy7mw2fang", 1),
        ("10.20.3.7 admin HTTP/1.1 200", 0),
        ("弱口令通报：后台 admin/Admin123 均为高危", 0),
        ("请妥善保管 page_token=Qy7mw2fangQy7mw2fang", 0),
        ("http://a.example/reset?token=abcd1234efgh5678ijkl", 0),
        ("sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 0),
        ("AKIAIOSFODNN7EXAMPLE", 0),
        ("zAKIA2TY3HRTUAVBPF45Cz", 0),
        ("1AKIA2TY3HRTUAVBPF45C", 0),
        ("aLTAI4GAhtPs2INiarOOgLy5m", 0),
        ("xghp_a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8", 0),
    ],
)
def test_secrets(text, secrets):
    found = [each for each in credential.find(Document(text)) if each.score >= 0.5]

    assert len(found) == secrets, found


def test_pages():
    assert visible_text("<p>一</p><unended") == "一"
    assert "二" in visible_text("<svg><g/><x/>二</svg>")
    assert "三" in visible_text("<script><!-- <script> x </script> --></script>三")
    assert visible_text("<b>" * 100) == ""
    assert "四" in visible_text("<b>" * 100 + "<div>四</b>" * 100)
    assert "五" in visible_text("<select><option>五<table></select>")
    assert "六" in visible_text("<table><td>六<th>七</table>")
    assert bounded("<p " + "a=1 " * 300 + ">x</p>")[0]
    assert visible_text("<p>一</p foo='") == "一"
    assert visible_text("<li>一<td>二<option>三<li>四") == "一\t二\n三\n四"
    assert "五" in visible_text("<b>" * 40 + "<div>" * 3 + "<i>" * 40 + "</b>五" * 40)
    assert visible_text("<rt>六<rb>七") == "六七"
    assert "八" in visible_text("<a><b><i><u><div>x</a>八")
    assert passages(Document()) == []
    assert passages(Document(html="")) == []
    (_, source) = passages(Document(html="<div id='list' title='18834344554 手机'>文</div>"))
    assert source.where(12).startswith("div#list")
    deep = parsed("<i>" + "<u></u>" * 30 + "<u>x</u></i>" + "<div>" * 20 + "<p>y</p>")
    assert css_path(deep.css("u")[30]).endswith("u:nth-of-type(31)")
    assert css_path(deep.css("p")[0]).count(">") == 7
    crowd = parsed("<div>" + "<u></u>" * 1500 + "</div>")
    assert css_path(crowd.css("u")[1400]).endswith(")")


def test_a_mistake_in_the_lexicon_is_named():
    with pytest.raises(ValueError, match="begins with nothing certain"):
        danger.Index({".气": ("gas",)})
    with pytest.raises(ValueError, match="not a pattern"):
        danger._pattern("", strong=True)
