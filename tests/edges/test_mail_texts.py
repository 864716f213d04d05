"""What mails say, as programs of every age and care write them; hostile ones are read quickly, as something."""

import random
import time
from base64 import b64encode
from quopri import encodestring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors import mailtext, mime
from tests.mails import LAMP, mail, packed, part, parted

GAS = "煤气一直在漏，楼道里全是味，快来人！"
OWN = "letters@agency.example"


def said(raw, own=OWN):
    return mailtext.said(mime.parse(raw), own)


def text(raw, own=OWN):
    return said(raw, own).text


def word(text, charset="utf-8", way="B"):
    raw = text.encode(charset)
    return f"=?{charset}?{way}?{(b64encode(raw) if way == 'B' else encodestring(raw)).decode()}?="


# letters and their encodings


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        (GAS.encode(), "utf-8"),
        (GAS.encode("gb18030"), "gb2312"),
        (GAS.encode("gb18030"), "utf-8"),
        (GAS.encode("gb18030"), "iso-8859-1"),
        (GAS.encode("gb18030"), ""),
        (GAS.encode("gb18030"), "x-unknown"),
        (GAS.encode(), "gb2312"),
        ((GAS + "𠮷㑇").encode("gb18030"), "gb2312"),
        (GAS.encode("big5", "replace").replace(b"?", b""), "big5"),
        (GAS.encode("hz"), "hz-gb-2312"),
        (GAS.encode("utf-7"), "utf-7"),
        (GAS.encode("utf-16"), "utf-16"),
        ("ガス漏れです、助けてください".encode("iso-2022-jp"), "iso-2022-jp"),
    ],
)
@pytest.mark.parametrize("way", ["", "base64", "quoted-printable"])
def test_a_text_is_read_whatever_its_label_says(raw, label, way):
    if way == "" and label == "utf-16":
        raw = raw + b"\0\0"  # nobody sends that bare
    body = {"base64": b64encode, "quoted-printable": encodestring}.get(way, bytes)(raw)
    found = text(mail(body=body, Content_Type=f"text/plain; charset={label}", Content_Transfer_Encoding=way))

    assert len(set(found) & set(GAS + "ガス漏れです、助けてください")) >= 9


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (word("路灯坏了"), "路灯坏了"),
        (word("路灯坏了", "gb2312", "Q"), "路灯坏了"),
        ("Re: " + word("路灯") + " " + word("坏了"), "Re: 路灯坏了"),
        (word("路灯", "gbk") + "\r\n " + word("坏了"), "路灯坏了"),
        ("=?gb2312?B?" + b64encode("朱镕基㑇路灯".encode("gb18030")).decode() + "?=", "朱镕基㑇路灯"),
        (
            "=?utf-8?B?"
            + b64encode("路灯".encode()[:4]).decode()
            + "?= =?UTF-8?B?"
            + b64encode("路灯".encode()[4:]).decode()
            + "?=",
            "路灯",
        ),
        ("=?utf-8?Q?=E8=B7=AF_=E7=81=AF?=", "路 灯"),
        ("=?utf-8*zh?B?" + b64encode("路灯".encode()).decode() + "?=", "路灯"),
        ("=?utf-8?B?" + b64encode("路灯".encode()).decode(), "=?utf-8?B?6Lev54Gv"),
        ("=?x-no?B?" + b64encode("路灯坏了请来修".encode("gbk")).decode() + "?=", "路灯坏了请来修"),
        ("=?utf-8?B?6Lev54Gv?= 坏了", "路灯 坏了"),
        ("a =?utf-8?B??= b", "a  b"),
        ("5 < 6 =? no", "5 < 6 =? no"),
    ],
)
def test_a_subject_is_read_however_it_was_packed(line, shown):
    assert mime.readable(line.encode()) == shown


def test_a_raw_subject_in_gbk_is_read():
    raw = mail().replace("路灯".encode(), "路灯坏了没有人修".encode("gbk"), 1)

    assert said(raw).title == "路灯坏了没有人修"


# parts


HTML = f"<html><head><style>p{{}}</style></head><body><p>{GAS}</p><!-- no --></body></html>".encode()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (mail(body=HTML, Content_Type="text/html; charset=utf-8"), GAS),
        (mail(body=HTML.replace(b"<head>", b'<head><meta charset="gbk">'), Content_Type="text/html"), GAS),
        (parted("alternative", part(GAS.encode()), part(HTML, "text/html")), GAS),
        (parted("alternative", part("请用网页看".encode()), part(HTML, "text/html")), GAS),
        (parted("alternative", part(b""), part(HTML, "text/html")), GAS),
        (parted("alternative", part(b"no"), part(b"<p></p>", "text/html")), "no"),
        (parted("alternative"), ""),
        (parted("mixed", part(b"a"), part(b"b"), part(b"c", "text/csv"), part(b"d", "image/png")), "a\n\nb"),
        (parted("mixed", part(b"a"), part(b"b", how='attachment; filename="b.txt"')), "a"),
        (parted("mixed", part(b"a", how="attachment")), "a"),
        (parted("signed", part(b"a"), part(b"x", "application/pgp-signature")), "a"),
        (parted("report", part("退信".encode()), part(mail(GAS), "message/rfc822")), "退信"),
        (parted("report"), ""),
        (parted("mixed", part(b"fw"), part(mail(GAS, subject="急"), "message/rfc822")), f"fw\n\n急\n\n{GAS}"),
        (parted("mixed", part(parted("alternative", part(GAS.encode())), "message/rfc822")), f"路灯\n\n{GAS}"),
        (mail(body=b"--=_b\r\n\r\nhello\r\n--=_b--\r\n", Content_Type="multipart/mixed"), "hello"),
        (mail(body=b"hello", Content_Type="multipart/mixed; boundary=x"), "hello"),
        (mail(body=b"hello", Content_Type="nonsense"), "hello"),
        (mail(body=b"hello", Content_Type=""), "hello"),
        (mail(body=b"--x\r\n\r\nhello\r\n--x--\r\nend", Content_Type="multipart/mixed;\r\n boundary=\"x\""), "hello"),
        (parted("mixed", part(b"hello"))[:-11], "hello"),
        (mail(body=b"one \r\ntwo\r\n", Content_Type="text/plain; format=flowed"), "one two"),
        (mail(body="一 \r\n二".encode(), Content_Type="text/plain; format=flowed; delsp=yes; charset=utf-8"), "一二"),
        (mail(body=b"not base64 at all, is it?", Content_Transfer_Encoding="base64"), "not base64 at all, is it?"),
        (mail(body=packed(GAS.encode()) + b"=\r\n--\r\n", Content_Transfer_Encoding="base64"), GAS),
        (mail(body=packed(GAS.encode())[:-3], Content_Transfer_Encoding="BASE64"), GAS[:-1]),
        (mail(body=b"<b>x</b> y", Content_Type="text/enriched"), "x y"),
    ],
)  # fmt: skip
def test_the_text_is_found_in_any_parts(raw, shown):
    assert text(raw).rstrip("\ufffd ") == shown


def test_lines_that_are_no_headers_are_no_matter():
    raw = b"From zhangsan@mail.example Wed Nov 4\nnonsense\n continued\n" + mail().replace(b"\r\n", b"\n")

    assert (said(raw).title, said(raw).text) == ("路灯", LAMP)


# people


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("张三：路灯坏了", "…：路灯坏了"),
        ("来自张三的投诉", "来自…的投诉"),
        ("路灯坏了", "路灯坏了"),
    ],
)
def test_the_writer_is_taken_out_of_the_subject(subject, shown):
    assert said(mail(subject=subject)).title == shown


FORWARDED = """转给你们看看

-----原始邮件-----
发件人:"王小明" <wang@mail.example>
发送时间:2026-11-03 10:00:00 (星期二)
收件人: 李四; 赵六
抄送: "赵六" <zhao@mail.example>
主题: 急
煤气一直在漏，快来人！"""


def test_people_are_taken_out_of_the_headers_of_what_was_forwarded_and_the_matter_stays():
    found = text(mail(FORWARDED, subject="转发：急"))

    assert not any(name in found for name in ("王小明", "李四", "赵六", "wang@", "zhao@"))
    assert "煤气一直在漏，快来人！" in found
    assert "发送时间:2026-11-03" in found


def test_a_line_that_only_looks_like_a_header_stays():
    assert text(mail("投诉如下\nTo：住建局领导\n路灯坏了")) == "投诉如下\nTo：住建局领导\n路灯坏了"


@pytest.mark.parametrize(
    "line",
    [
        "在 2026年11月3日，“王小明”<wang@mail.example> 写道：",
        "On Tue, 3 Nov 2026, wang@mail.example <wang@mail.example> wrote:",
        "2026-11-03 王小明 写道:",
    ],
)
def test_who_wrote_is_taken_out_of_the_line_above_a_quotation(line):
    found = text(mail(f"请处理\n{line}\n> 煤气在漏"))

    assert "wang" not in found.lower()
    assert "王小明" not in found
    assert "煤气在漏" in found


# what is answered


HISTORIES = {
    "qq": f'---------- 原始邮件 ----------\n发件人: "局长信箱" <{OWN}>;\n发送时间: 2026年11月3日\n主题: 回复\n\n',
    "163": f'在 2026-11-03 10:00:00，"局长信箱" <{OWN}> 写道：\n',
    "outlook": f"-----Original Message-----\nFrom: 局长信箱 <{OWN}>\nSent: Tue\nSubject: x\n",
    "gmail": f"On Tue, 3 Nov 2026 at 10:00, 局长信箱 <{OWN}> wrote:\n",
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_what_the_agency_itself_had_written_is_cut_off(history):
    raw = mail(
        f"还是没有修好。\n签名：老住户\n\n{history}您好，已派人维修。",
        subject="回复：路灯",
        In_Reply_To="<a@agency.example>",
    )

    assert text(raw) == "还是没有修好。\n签名：老住户"


BELOW = "<div>您好，已派人维修煤气管道。</div>"
ADDRESS = f"局长信箱 &lt;{OWN}&gt;"
PAGES = {
    "qq": "<div>------------------&nbsp;原始邮件&nbsp;------------------</div><div><div><b>发件人:</b>&nbsp;"
    f"{ADDRESS};</div><div><b>发送时间:</b>&nbsp;2026年11月3日(星期二) 上午10:00</div></div>",
    "163": f"<br><p>在 2026-11-03 10:00:00，{ADDRESS} 写道：</p>",
    "163 in English": f"<pre><br>At 2026-11-03 10:00:00, {ADDRESS} wrote:\n</pre>",
    "outlook": f"<p><b>发件人:</b> {ADDRESS} <br><b>发送时间:</b> 2026年11月3日 10:00<br><b>主题:</b> 回复</p>",
    "gmail": f"<div>{ADDRESS} 于2026年11月3日周二 10:00写道：<br></div>",
    "apple": f"<blockquote><div>2026年11月3日 10:00，{ADDRESS} 写道：</div><br></blockquote>",
    "on a telephone": f"<div>---- 回复的原邮件 ----</div><table><tr><td>发件人</td><td>{ADDRESS}</td></tr></table>",
}


@pytest.mark.parametrize("history", PAGES.values(), ids=PAGES)
def test_the_same_in_web_pages_and_somebody_else_s_mail_stays(history):
    def page(history):
        return mail(
            body=f"<p>还是没修好，请尽快。</p>{history}{BELOW}".encode(), Content_Type="text/html; charset=utf-8"
        )

    assert text(page(history)) == "还是没修好，请尽快。"
    assert "煤气管道" in text(page(history.replace(OWN, "wuye@mail.example")))


@pytest.mark.parametrize(
    ("history", "subject"),
    [
        (HISTORIES["qq"].replace(OWN, "wuye@mail.example"), "回复：急"),  # somebody else's mail: nobody has seen it
        (HISTORIES["qq"], "转发：急"),
        (HISTORIES["qq"], "Fw: 急"),
    ],
)
def test_what_others_had_written_stays(history, subject):
    assert GAS in text(mail(f"请住建局协调处理\n\n{history}{GAS}", subject=subject))


@pytest.mark.parametrize("above", ["", "见下\n", "!!!\n"])
def test_nothing_is_cut_where_too_little_would_be_left(above):
    assert GAS in text(mail(f"{above}{HISTORIES['qq']}{GAS}", subject="Re: 急"))


def test_what_stands_between_and_below_quoted_lines_is_new():
    raw = mail(f"{HISTORIES['gmail']}> 请说明地址\n东苑小区3号楼\n> 还有什么\n{GAS}", subject="Re: x")

    assert text(raw) == f"东苑小区3号楼\n{GAS}"


def test_an_answer_of_the_agency_loses_every_history():
    raw = mail(f"您好，已派人维修。\n\n{HISTORIES['163'].replace(OWN, 'zhangsan@mail.example')}{GAS}")

    assert mailtext.said(mime.parse(raw), by_agency=True).text == "您好，已派人维修。"


def test_where_the_agency_s_address_is_not_known_nothing_is_cut():
    assert GAS in text(mail(f"请处理这件事\n\n{HISTORIES['qq']}{GAS}", subject="回复：急"), own="")


# identity


def test_a_mail_is_the_same_wherever_it_lies():
    moved = b"X-Server: other\r\nReceived: by other; Thu, 5 Nov 2026 10:00:00 +0800\r\n" + mail()

    assert said(mail()).identity == said(moved).identity
    others = (
        mail(subject="x"),
        mail(name="m2"),
        mail(Date="Wed, 04 Nov 2026 09:00:01 +0800"),
        mail(From="a@b.example"),
    )
    assert len({said(raw).identity for raw in (mail(), *others)}) == 5


def test_without_a_message_id_the_body_counts():
    one, other = mail("甲", Message_ID=""), mail("乙", Message_ID="")

    assert (said(one).name, said(one).identity == said(other).identity) == ("", False)
    assert said(one).identity == said(one).identity


def test_what_a_mail_answers():
    raw = mail(In_Reply_To="<b@x> (Zhang's message)", References="<a@x>\r\n\t<b@x> garbage <>" + "<c@x>" * 3)

    assert set(said(raw).names) == {"a@x", "b@x", "c@x"}
    long = said(mail(In_Reply_To="<a@x>", References=" ".join(f"<{n}@x>" for n in range(900)))).names
    assert (len(long), long[-1]) == (mailtext.MAX_NAMES, "a@x")


# hostile


def deep(levels, kind="multipart/mixed"):
    if kind == "message/rfc822":
        return b"Content-Type: message/rfc822\r\n\r\n" * levels + mail(GAS)
    head = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(levels))
    return head + b"\r\n" + GAS.encode()


HOSTILE = {
    "deep": deep(3_000),
    "mails in mails": deep(20_000, "message/rfc822"),
    "many parts": parted("mixed", *[part(b"x")] * 20_000),
    "boundaries": mail(body=b"--x\r\n" * 200_000, Content_Type="multipart/mixed; boundary=x"),
    "headers": b"A: b\r\n" * 160_000 + b"\r\nx",
    "a long header": b"Subject: " + b"=?utf-8?B?" * 100_000 + b"\r\n\r\nx",
    "folded": b"Subject: a\r\n" + b" b\r\n" * 250_000 + b"\r\nx",
    "parameters": b"Content-Type: text/plain" + b'; a="' * 200_000 + b"\r\n\r\nx",
    "quotes": mail("> " * 500_000),
    "quoted lines": mail("> a\n" * 250_000, subject="Re: x"),
    "labels": mail("From: a\n" * 120_000),
    "histories": mail(f"在 2026-11-03 写道：\n{OWN}" * 20_000),
    "spaces": mail(" " * 1_000_000),
    "blank lines": mail("\n" * 1_000_000),
    "html": mail("<div>" * 200_000, Content_Type="text/html"),
    "words": mail("a" * 1_000_000),
    "dashes": mail("-" * 1_000_000),
    "years": mail("2026-11-03 " * 90_000),
    "names": mail(From='"' + "a" * 500_000, Subject="a" * 100_000),
    "ids": mail(References="<" * 500_000),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_megabyte_takes_a_second(raw):
    began = time.process_time()
    said(raw)

    assert time.process_time() - began < 2


@given(st.binary(max_size=400))
def test_anything_is_a_mail(raw):
    said(raw)


PIECES = (
    *(
        b"Content-Type: multipart/mixed; boundary=x\r\n",
        b"Content-Type: text/html\r\n",
        b"\r\n",
        b"--x\r\n",
        b"--x--\r\n",
    ),
    *(b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n", b"Subject: =?gbk?Q?=D6?=\r\n"),
    *(b"Content-Type: application/ms-tnef\r\n", b"\x78\x9f\x3e\x22\0\0\2\3\x90\6\0", b"\xd6\xd0", b"> a\n"),
    *(b";", b'"', b"=?", b"<a@b>"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_anything_made_of_the_pieces_of_mails_is_a_mail(raw):
    found = said(raw)

    assert len(found.text) <= mailtext.MAX_TEXT
    assert len(found.identity) == 64


def test_damage_anywhere_never_stops_the_reading():
    luck = random.Random(5)
    whole = parted(
        "mixed", part(packed(GAS.encode()), way="base64"), part(HTML, "text/html"), part(mail(), "message/rfc822")
    )
    for _ in range(300):
        cut = bytearray(whole[: luck.randrange(len(whole))])
        for _ in range(5):
            if cut:
                cut[luck.randrange(len(cut))] = luck.randrange(256)
        said(bytes(cut))
