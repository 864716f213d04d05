"""What is quoted of a file: the cell with its heading, never its neighbours."""

from monitor.attachments import files
from monitor.attachments.judging import Judge
from monitor.attachments.limits import Budget, Limits
from tests.attached import ID, PHONE, drawn, pdf, sheet, xlsx

NAME = "费云岫"


def quoted(body):
    budget = Budget(Limits())
    judge, found = Judge(budget), []
    for part in files.read(body, budget):
        found += judge.row(part)
    return [each.excerpt for each in [*found, *judge.end()]]


def test_a_cell_is_quoted_with_its_heading_and_without_its_neighbours():
    rows = ({"A1": "姓名", "B1": "身份证号", "C1": "备注"}, {"A2": NAME, "B2": ID, "C2": "低保"})

    assert quoted(xlsx(sheet(*rows))) == [f"身份证号：330{'*' * 13}{ID[-2:]}"]


def test_a_number_in_a_sentence_keeps_its_sentence():
    told, *_ = quoted(xlsx(sheet({"A1": f"请找联系人{NAME}，手机{PHONE}，谢谢"})))

    assert told.endswith("，谢谢")
    assert PHONE not in told
    assert NAME not in told


def test_numbers_without_a_gap_are_each_quoted_masked():
    told = quoted(pdf(drawn(60, 720, "身份证号联系电话"), drawn(60, 700, f"身份证号联系电话{ID}{PHONE}")))

    assert len(told) == 2
    assert all(ID not in each and PHONE not in each for each in told)


def test_the_match_stays_for_the_digest():
    budget = Budget(Limits())
    judge = Judge(budget)
    found = [each for part in files.read(f"身份证{ID}".encode(), budget) for each in judge.row(part)]

    assert [each.match for each in [*found, *judge.end()]] == [ID]
