"""Word documents, PDF, text and pages: what is found wherever it stands."""

import math

import pytest

from tests.attached import ID, PHONE, R, W, doc, docx, drawn, paragraph, pdf, places, seen, sheet, xlsx


def part(body: str) -> str:
    return f'<w:part xmlns:w="{W}">{body}</w:part>'


def changed(old: str, new: str) -> str:
    taken = f"<w:del><w:r><w:delText>{old[:7]}</w:delText></w:r><w:r><w:delText>{old[7:]}</w:delText></w:r></w:del>"
    return f"<w:p><w:r><w:t>联系电话</w:t></w:r>{taken}<w:ins><w:r><w:t>{new}</w:t></w:r></w:ins></w:p>"


def test_text_split_over_runs_and_paragraphs():
    text = (
        paragraph("公示")
        + paragraph("申请人身份证", ID[:3], ID[3:11], ID[11:])
        + paragraph("手机：")
        + paragraph(PHONE)
    )

    assert places(docx(text)) == ["paragraph 2", "paragraph 4"]


@pytest.mark.parametrize(
    ("old", "new", "where"), [(PHONE, "0579-2222301", "(before changes)"), ("0579-2222301", PHONE, "")]
)
def test_what_stood_there_before_a_tracked_change(old, new, where):
    assert places(docx(changed(old, new))) == [f"paragraph 1 {where}".strip()]


def test_a_table_with_merged_cells_and_a_changed_cell():
    cell = "<w:tc><w:tcPr><w:gridSpan w:val='{span}'/></w:tcPr>{text}</w:tc>"
    row = lambda *cells: "<w:tr>" + "".join(cell.format(span=span, text=text) for text, span in cells) + "</w:tr>"  # noqa: E731
    rows = row((paragraph("名单"), 3))
    rows += row((paragraph("姓名"), 1), (paragraph("手机"), 1), (paragraph("金额（元）"), 1))
    rows += row((paragraph("张某"), 1), (paragraph(PHONE), 1), (paragraph("15912345678"), 1))
    rows += row((paragraph("李某"), 1), (changed(PHONE, "已核"), 1), (paragraph("13912345679"), 1))

    assert places(docx(f"<w:tbl>{rows}</w:tbl>")) == ["table 1!B3", "table 1!B4 (before changes)"]


def test_boxes_hidden_text_fields_and_form_fields():
    box = f"<w:p><w:r><w:pict><w:txbxContent>{paragraph(f'身份证{ID}')}</w:txbxContent></w:pict></w:r></w:p>"
    hidden = f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>手机{PHONE}</w:t></w:r></w:p>"
    field = f'<w:p><w:r><w:instrText>HYPERLINK "tel:{PHONE}"</w:instrText></w:r></w:p>'
    form = f'<w:p><w:r><w:ffData><w:textInput><w:default w:val="手机{PHONE}"/></w:textInput></w:ffData></w:r></w:p>'
    control = f"<w:p><w:sdt><w:sdtContent><w:r><w:t>手机{PHONE}</w:t></w:r></w:sdtContent></w:sdt></w:p>"

    assert places(docx(box + hidden + field + form + control)) == [
        "paragraph 2",
        "paragraph 3",
        "paragraph 6",
        "document field",
        "document aside",
    ]


def test_every_other_part_of_a_document():
    text = paragraph(f"手机{PHONE}")
    members = {f"word/{name}.xml": part(text) for name in ("header1", "footer2", "footnotes", "endnotes", "comments")}
    members |= {
        "docProps/custom.xml": f"<p><lpwstr>手机{PHONE}</lpwstr></p>",
        "customXml/item1.xml": f"<form><tel>手机{PHONE}</tel></form>",
        "word/_rels/document.xml.rels": f'<r><Relationship Id="1" Target="tel:{PHONE}" TargetMode="External"/></r>',
        "word/embeddings/Book1.xlsx": xlsx(sheet({"A1": "手机", "B1": PHONE})),
        "word/media/image1.png": b"\x89PNG",
        "word/styles.xml": part(text),
    }

    assert sorted(places(docx(paragraph("公示"), members))) == [
        "Book1.xlsx!名单!B1",
        "comments paragraph 1",
        "customXml/item1.xml",
        "docProps/custom.xml",
        "endnotes paragraph 1",
        "footer2 paragraph 1",
        "footnotes paragraph 1",
        "header1 paragraph 1",
        "word/_rels/document.xml.rels",
    ]


def test_documents_of_before_2007_and_of_wps():
    table = f"姓名\x07手机\x07金额（元）\x07\x07张某\x07{PHONE}\x0715912345678\x07\x07李某\x07\x0713912345679\x07\x07"
    body = doc(
        "公示\r申请人身份证号", ID[:9], f"{ID[9:]}\r手机：\x13HYPERLINK tel:{PHONE}\x14{PHONE}\x15\r", table, "完\r"
    )

    assert sorted(places(body)) == ["field", "paragraph 2", "paragraph 3", "table 1!B2"]
    assert places(doc(f"手机{PHONE}\r", flags=0)) == ["paragraph 1"]


def test_text_struck_out_in_a_document_of_before_2007():
    text = f"call {PHONE}0579222230"

    assert places(doc(text)) == []
    assert places(doc(text, struck=(5, 16))) == ["paragraph 1"]


def test_a_list_of_a_page_and_its_amounts():
    lines = [
        drawn(60 + 140 * n, 700 - 20 * m, text)
        for m, row in enumerate(
            [["姓名", "身份证号", "金额（元）"], ["张某", ID, "15912345678"], ["李某", "无", "13912345679"]]
        )
        for n, text in enumerate(row)
    ]

    assert places(pdf("\n".join(lines))) == ["p. 1"]
    assert places(pdf(drawn(60, 700, "公示"), drawn(60, 700, f"手机{PHONE}"))) == ["p. 2"]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 45])
@pytest.mark.parametrize("apart", [0, 6, 14])
@pytest.mark.parametrize("backwards", [False, True])
def test_letters_one_by_one_in_every_direction(degrees, apart, backwards):
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f}"
    place, letters = 0.0, []
    for letter in f"身份证号{ID}":
        letters.append(drawn(300 + place * cos, 400 + place * sin, letter, turn))
        place += (5 if letter.isascii() else 10) + (apart if letter.isascii() else 0)
    letters = letters[::-1] if backwards else letters

    assert places(pdf("\n".join(letters))) == ["p. 1"]


def test_digits_set_apart_beside_an_amount_that_is_not():
    letters = [drawn(60 + 12 * n, 700, digit) for n, digit in enumerate(ID)]
    amount = drawn(60 + 12 * len(ID), 700, "15912345678")

    assert seen(pdf("\n".join([drawn(280, 720, "金额（元）"), *letters, amount]))) == ([("p. 1", "resident_id")], [])


def test_upright_letters_below_one_another():
    assert places(pdf("\n".join(drawn(300, 700 - 12 * n, digit) for n, digit in enumerate(PHONE)))) == ["p. 1"]


def test_a_number_in_a_pdf_that_goes_on_in_the_next_line():
    assert places(pdf(drawn(60, 700, f"申请人身份证号码为{ID[:9]}") + drawn(60, 685, f"{ID[9:]}，特此公示"))) == [
        "p. 1"
    ]


def test_a_number_without_a_gap_before_its_column():
    head = drawn(60, 720, "名称") + drawn(115, 720, "合同编号")
    rows = "\n".join(drawn(60, 700 - 20 * n, f"云溪某单位1591234567{n}") for n in range(5))

    assert places(pdf(head + rows)) == []
    assert places(pdf(head + drawn(60, 700, f"本人手机号{PHONE}"))) == ["p. 1"]
    assert places(pdf(drawn(60, 700, f"云溪某单位{PHONE}"))) == ["p. 1"]


def test_columns_of_figures_are_no_telephone():
    rows = [
        drawn(60 + 60 * n, 700 - 20 * m, text)
        for m in range(5)
        for n, text in enumerate(["东湖镇", "159", "1234", "5678"])
    ]

    assert places(pdf("\n".join(rows))) == []


def test_notes_forms_and_properties_of_a_pdf():
    field = f"90 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(mobile)/V({PHONE})/Rect[10 10 90 30]>>endobj"
    note = f"91 0 obj<</Type/Annot/Subtype/Text/Contents(call {PHONE})/Rect[10 50 90 70]>>endobj"

    found = places(pdf(drawn(60, 700, "公示"), extra=f"{field}\n{note}", page="/Annots[90 0 R 91 0 R]"))

    assert found == ["p. 1 (note)"]  # the same number, once


def test_a_field_whose_value_stands_above_it():
    field = f"90 0 obj<</FT/Tx/T(idcard)/V({ID})/Kids[91 0 R]>>endobj"
    shown = "91 0 obj<</Type/Annot/Subtype/Widget/Parent 90 0 R/Rect[10 10 90 30]>>endobj"

    assert places(pdf(drawn(60, 700, "公示"), extra=f"{field}\n{shown}", page="/Annots[91 0 R]")) == ["p. 1 (note)"]


def test_pictures_are_said_to_be_pictures():
    image = (
        "90 0 obj<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>>"
        "stream\n.\nendstream endobj"
    )
    body = pdf("q 500 0 0 700 0 0 cm /I Do Q", extra=image).replace(b"/Font<<", b"/XObject<</I 90 0 R>>/Font<<")

    assert seen(body) == ([], ["pictures"])


def test_lines_of_a_text_in_gb18030():
    assert places(f"举报\n\n身份证{ID}\n手机：\n{PHONE}\n".encode("gb18030")) == ["line 3", "line 5"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8", "gb18030"])
def test_a_text_without_a_mark(encoding):
    assert places(f"联系人：张某\n手机：{PHONE}\n".encode(encoding)) == ["line 2"]


def test_a_page_called_a_spreadsheet():
    page = f"<html><table><tr><td>姓名<td>身份证号<tr><td>张某<td>{ID}</table><!-- 手机{PHONE} --></html>"

    assert places(page.encode("gb18030")) == ["line 2", "source"]


def test_opinions_and_ordinary_numbers_are_nothing():
    text = "物业太差了！！！打了12345三次没人接。\n建字第331198202300138号，造价15912345678元，电话0579-2222301。\n"

    assert places(text.encode()) == []
    assert places(docx("".join(map(paragraph, text.split("\n"))))) == []
    assert places(pdf(drawn(20, 700, text.split("\n")[1]))) == []


def test_a_relation_is_no_reason_to_fetch(tmp_path):
    outside = f'<r xmlns:r="{R}"><Relationship Id="1" Target="{tmp_path}/x" TargetMode="External"/></r>'

    assert places(docx(paragraph("公示"), {"word/_rels/document.xml.rels": outside})) == []


def test_where_a_link_of_a_pdf_leads():
    link = f"90 0 obj<</Type/Annot/Subtype/Link/Rect[10 50 90 70]/A<</S/URI/URI(tel:{PHONE})>>>>endobj"
    other = "91 0 obj<</Type/Annot/Subtype/Link/Rect[10 50 90 70]/A<</S/GoTo/D[10 0 R/Fit]>>>>endobj"
    content = pdf(drawn(60, 700, "公示"), extra=f"{link}\n{other}", page="/Annots[90 0 R 91 0 R]")

    assert places(content) == ["p. 1 (link)"]


def narrow(first, second, between="1   张某某   货币补偿"):
    """A number in two lines of a narrow cell, and the other cells of its row at the height between them."""
    return pdf("\n".join([drawn(200, 706, first), drawn(60, 700, between), drawn(200, 694, second)]))


def test_a_number_in_two_lines_of_a_narrow_cell():
    assert seen(narrow(ID[:12], ID[12:])) == ([("p. 1", "resident_id")], [])


@pytest.mark.parametrize("end", [f"{ID[12:]}人", f"{ID[12:]}.50", f"{ID[12:17]}"])
def test_lines_that_are_more_than_digits_are_no_halves_of_a_number(end):
    assert seen(narrow(ID[:12], end)) == ([], [])
