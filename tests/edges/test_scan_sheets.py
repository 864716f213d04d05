"""Spreadsheets: what is found in every corner of them, and what only looks like it."""

import pytest

from tests.attached import ID, PHONE, A, X, places, resident, seen, sheet, xls, xlsx, zipped

HEAD = {"A1": "姓名", "B1": "身份证号"}


def test_a_list_with_the_place_of_each_number():
    rows = [{f"A{n}": "张某", f"B{n}": resident(n)} for n in range(2, 5)]

    assert places(xlsx(sheet(HEAD, *rows))) == ["名单!B2", "名单!B3", "名单!B4"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_rows_and_columns(state):
    content = sheet(HEAD, {"A2": "李某", "B2": ID}).replace("<row>", '<row hidden="1">')
    content = content.replace("<sheetData>", '<cols><col min="2" max="2" hidden="1"/></cols><sheetData>')

    assert places(xlsx(content, state=state)) == ["名单!B2"]


def test_shared_strings_with_runs_and_readings():
    strings = f'<sst xmlns="{X}"><si><r><t>{ID[:5]}</t></r><r><t>{ID[5:]}</t></r><rPh><t>か</t></rPh></si></sst>'
    content = sheet(
        HEAD, {"B2": '<c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>7</v></c><c r="D2" t="s"><v>x</v></c>'}
    )

    assert places(xlsx(content, {"xl/sharedStrings.xml": strings})) == ["名单!B2"]


@pytest.mark.parametrize(
    ("stored", "rule"),
    [
        ("15900001111", "mobile"),
        ("1.5900001111E+10", "mobile"),
        ("15900001111.0", "mobile"),
        ("330326198008199000", "resident_id"),  # the last digits are lost; the heading says what it was
        ("3.30326198008199E+17", "resident_id"),
    ],
)
def test_numbers_stored_as_numbers(stored, rule):
    head = {"A1": "姓名", "B1": "身份证号\n（必填）" if rule == "resident_id" else "手机号码*"}

    assert seen(xlsx(sheet(head, {"A2": "王某", "B2": stored}))) == ([("名单!B2", rule)], [])


def test_a_number_that_lost_its_digits_is_nothing_without_a_heading():
    assert places(xlsx(sheet({"A1": "王某", "B1": "330326198008199000"}))) == []


def test_the_label_of_a_form_stands_at_the_left():
    form = sheet(
        {"A1": "姓名", "B1": "王某"}, {"A2": "身份证号", "B2": "330326198008199000", "C2": "联系电话", "D2": PHONE}
    )

    assert places(xlsx(form)) == ["名单!B2", "名单!D2"]


def test_a_digit_in_each_box():
    boxes = {
        f"{chr(ord('B') + n)}1": f'<c r="{chr(ord("B") + n)}1" t="str"><v>{digit}</v></c>' for n, digit in enumerate(ID)
    }

    assert places(xlsx(sheet({"A1": "身份证号", **boxes}))) == ["名单!B1"]


def test_comments_headers_choices_links_and_formulas():
    rest = (
        f'<dataValidations><dataValidation sqref="C3" prompt="手机{PHONE}"><formula1>"电话{PHONE}"</formula1>'
        f'</dataValidation></dataValidations><hyperlinks><hyperlink ref="C4" display="手机{PHONE}"/></hyperlinks>'
        f"<headerFooter><oddFooter>&amp;C经办人手机 {PHONE}</oddFooter></headerFooter>"
    )
    formula = '<c r="A1" t="str"><f>"手机"&amp;"15900001111"</f><v>见表</v></c>'
    relations = '<Relationships><Relationship Id="r1" Target="../comments1.xml"/></Relationships>'
    phone, runs = f"手机{PHONE}", f"<r><t>手机{PHONE[:5]}</t></r><r><t>{PHONE[5:]}</t></r>"
    members = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations,
        "xl/comments1.xml": f'<comments xmlns="{X}"><comment ref="B9"><text>{runs}</text></comment></comments>',
        "xl/threadedComments/tc1.xml": f'<t><threadedComment ref="B8"><text>{phone}</text></threadedComment></t>',
    }

    assert sorted(places(xlsx(sheet({"A1": formula}, behind=rest), members))) == [
        "xl/threadedComments/tc1.xml!B8 (comment)",
        "名单!A1 (formula)",
        "名单!B9 (comment)",
        "名单!C3",
        "名单!C4",
        "名单!choices",
        "名单!header or footer",
    ]


def test_boxes_properties_caches_and_names():
    phone = f"手机{PHONE}"
    members = {
        "xl/drawings/drawing1.xml": f'<d xmlns:a="{A}"><txBody><a:p><a:r><a:t>{phone}</a:t></a:r></a:p></txBody></d>',
        "docProps/core.xml": f"<p><description>{phone}</description></p>",
        "xl/externalLinks/externalLink1.xml": f'<e><cell t="str"><v>{phone}</v></cell><cell><v>{PHONE}</v></cell></e>',
        "xl/pivotCache/pivotCacheRecords1.xml": f'<r><s v="{phone}"/><n v="{PHONE}"/></r>',
        "xl/pivotCache/definition.xml": f'<d><cacheField name="手机"><n v="{PHONE}"/></cacheField></d>',
        "xl/pivotCache/amounts.xml": f'<d><cacheField name="金额"><n v="{PHONE}"/></cacheField></d>',
        "xl/charts/chart1.xml": f"<c><strCache><v>{phone}</v></strCache><numCache><v>{PHONE}</v></numCache></c>",
        "xl/connections.xml": '<c><connection connection="Server=db;User ID=sa;Password=Yx9#k27Lm!"/></c>',
        "xl/embeddings/list.xlsx": xlsx(sheet(HEAD, {"B2": ID})),
    }

    assert sorted(places(xlsx(sheet({"A1": "公示"}), members))) == [
        "docProps/core.xml",
        "list.xlsx!名单!B2",
        "xl/charts/chart1.xml",
        "xl/connections.xml",
        "xl/drawings/drawing1.xml paragraph 1",
        "xl/externalLinks/externalLink1.xml",
        "xl/pivotCache/definition.xml",
        "xl/pivotCache/pivotCacheRecords1.xml",
    ]


@pytest.mark.parametrize(
    "head",
    [
        "总投资（万元）",
        "合同金额",
        "2026年预算(元)",
        "合同编号",
        "浏览次数",
        "固定资产投资额",
        "面积（㎡）",
        "面积㎡",
        "出让价万元",
        "2025年",
        "2026年一季度",
        "预算数",
        "工单号",
        "许可证编号",
    ],
)
def test_amounts_and_document_numbers_look_like_telephones(head):
    rows = [{f"A{n}": f"第{n}标段", f"B{n}": f"159{n}234567{n}"} for n in range(2, 8)]

    assert places(xlsx(sheet({"A1": "项目", "B1": head}, *rows))) == []


def test_a_heading_over_two_columns():
    merged = '<mergeCells><mergeCell ref="B1:C1"/></mergeCells>'
    rows = (
        {"A1": "项目", "B1": "资金（元）"},
        {"B2": "中央", "C2": "地方"},
        {"A3": "路灯", "B3": "15912345678", "C3": "13912345679"},
    )

    assert places(xlsx(sheet(*rows, behind=merged))) == []
    assert places(xlsx(sheet(*rows))) == ["名单!C3"]


def test_the_next_table_has_headings_of_its_own():
    rows = (
        {"A1": "项目", "B1": "金额"},
        {"A2": "路灯", "B2": "15912345678"},
        {"A3": "姓名", "B3": "备注", "C3": "身份证号"},
        {"A4": "张某", "B4": PHONE, "C4": ID},
    )

    assert places(xlsx(sheet(*rows))) == ["名单!B4", "名单!C4"]


def test_a_format_with_a_currency_is_an_amount_unless_the_heading_says_otherwise():
    format_ = '<numFmts><numFmt numFmtId="170" formatCode="¥#,##0.00"/></numFmts>'
    styles = f'<styleSheet>{format_}<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    cell = '<c r="B2" s="1"><v>15900001111</v></c>'

    assert places(xlsx(sheet({"A1": "村", "B1": "甲"}, {"B2": cell}), {"xl/styles.xml": styles})) == []
    assert places(xlsx(sheet({"A1": "村", "B1": "手机"}, {"B2": cell}), {"xl/styles.xml": styles})) == ["名单!B2"]


def test_a_table_in_money():
    rows = ({"A1": "收支表", "C1": "单位：元"}, {"A2": "科目", "B2": "2025年", "C2": "经办人手机"})
    rows = (*rows, {"A3": "税收", "B3": "15912345678", "C3": PHONE})

    assert places(xlsx(sheet(*rows))) == ["名单!C3"]


def test_columns_of_figures_are_no_number_in_groups():
    rows = [{f"A{n}": "东湖镇", f"B{n}": "159", f"C{n}": "1234", f"D{n}": "5678"} for n in range(2, 9)]

    assert places(xlsx(sheet({"A1": "乡镇", "B1": "一季度", "C1": "二季度", "D1": "三季度"}, *rows))) == []


def test_passwords_under_their_heading():
    rows = ({"A1": "单位", "B1": "账号", "C1": "初始密码"}, {"A2": "东湖镇", "B2": "donghu", "C2": "Dh#88x31k"})

    assert seen(xlsx(sheet(*rows))) == ([("名单!C2", "password")], [])


def test_old_workbooks():
    rows = (["姓名", "身份证号", "手机", "金额（元）"], ["张某", ID, float(PHONE), 15912345678.0])

    assert places(xls(*rows)) == ["名单!B2", "名单!C2"]
    assert places(xls(*rows, hidden=True)) == ["名单!B2", "名单!C2"]
    assert places(xls(["公示"], note=f"他的手机{PHONE}")) == ["text box"]
    assert places(xls(["公示"], choice=PHONE)) == ["choices"]
    assert places(xls(["公示"], said=b"\0\0" + f"经办人手机{PHONE}".encode("gb18030") + b"\0")) == ["properties"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("gb18030", ","), ("utf-8-sig", ","), ("utf-16", "\t"), ("utf-8", ";")]
)
def test_csv_in_any_encoding(encoding, delimiter):
    rows = [["姓名", "身份证号", "金额"], ["张某", ID, "15912345678"], ["李某", "无", "13912345678"]]
    text = "\n".join(delimiter.join(row) for row in rows)

    assert places(text.encode(encoding)) == ["B2"]


def test_csv_below_a_title():
    text = f"2026年名单\n填报日期：11月\n项目,金额,手机\n路灯,15912345678,{PHONE}\n绿化,13912345678,无\n"

    assert places(text.encode()) == ["C4"]


def test_files_in_files():
    inner = zipped({"list.xlsx": xlsx(sheet(HEAD, {"B2": ID}))})
    outer = zipped({"a/": "", "说明.txt": "公示", "inner.zip": inner, f"{ID}.txt": "公示"})

    assert sorted(places(outer)) == [f"{ID[:3]}{'*' * 13}{ID[-2:]}.txt", "inner.zip/list.xlsx!名单!B2"]


def test_names_of_members_as_an_old_packer_wrote_them():
    name = "名单.txt".encode("gb18030").decode("cp437")
    packed = zipped({"xxxx.txt": f"手机{PHONE}"}).replace(b"xxxx.txt", name.encode("cp437"))

    assert places(packed) == ["名单.txt!line 1"]


def test_decimals_and_the_figure_below_are_no_card():
    rows = [{"A1": "工程量"}]
    for n in range(10):  # one of ten has the right check digit
        rows += [{f"A{2 * n + 2}": "8593.620000000001"}, {f"A{2 * n + 3}": str(6300 + n)}]

    assert seen(xlsx(sheet(*rows))) == ([], [])
