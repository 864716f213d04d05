"""Labelled messages out of a CSV: columns, encodings, and problems with the line they are on."""

import pytest

from monitor import labelled
from monitor.labelled import Problem, Row

GOOD = "标题,内容,一级标签\n路灯,三天没亮了,市政\n,小区电梯停了,住建\n"


def read(text, encoding="utf-8", **fields):
    return labelled.read(text.encode(encoding), fields)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_rows_in_every_usual_encoding(encoding):
    found = read(GOOD, encoding)

    assert found.problems == ()
    assert found.rows == (Row("路灯", "三天没亮了", "市政"), Row("", "小区电梯停了", "住建"))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_however_they_are_divided(delimiter, end):
    found = read(GOOD.replace(",", delimiter).replace("\n", end))

    assert [row.topic for row in found.rows] == ["市政", "住建"]


def test_text_in_quotes_may_have_commas_and_lines():
    found = read('text,topic\n"a, b\nc ""d""",x\ne,y\n')

    assert found.rows == (Row("", 'a, b\nc "d"', "x"), Row("", "e", "y"))


def test_columns_are_known_by_name_or_said():
    assert read("Subject,Content,Label\na,b,c\n").rows == (Row("a", "b", "c"),)
    assert read(" 内容 ,归谁\nb,c\n", topic="归谁").rows == (Row("", "b", "c"),)
    assert read("内容,x,topic\nb,y,z\n", topic="x").rows == (Row("", "b", "y"),)


def test_a_column_that_is_missing_is_named_with_those_that_are_there():
    assert read("编号,谁\n1,2\n").problems == (Problem(1, "no_text", "编号, 谁"), Problem(1, "no_topic", "编号, 谁"))
    assert read("text,topic\na,b\n", topic="归谁").problems == (Problem(1, "no_topic", "text, topic"),)


def test_rows_without_topic_or_without_a_word_are_left_out_and_counted():
    found = read("title,text,topic\na,b,\n,,x\n,,\n\n , ,y\na,,x\n")

    assert found.rows == (Row("a", "", "x"),)
    assert (found.unlabelled, found.problems) == (3, ())


def test_a_topic_is_one_line_without_control_characters():
    assert read('text,topic\na,"市政 \n\u202e 路灯\t"\n').rows[0].topic == "市政 路灯"


def test_problems_name_the_line_on_which_their_row_begins():
    found = read('text,topic\n"a\nb",x\na,b,c\nd\n"e\nf",' + "长" * 65 + "\ng,y,,\n")

    assert found.problems == (
        Problem(4, "too_many_cells", "3"),
        Problem(5, "too_few_cells", "1"),
        Problem(6, "long_topic", "长" * 64),
    )
    assert [row.topic for row in found.rows] == ["x", "y"]


def test_a_quote_that_nobody_closes_is_a_problem_and_not_one_long_text():
    (problem,) = read('text,topic\na,x\n"b,y\nc,z\n').problems

    assert (problem.line, problem.what) == (3, "broken")
    assert read('"text,topic\na,x\n').problems[0].line == 1


def test_no_more_problems_are_listed_than_people_read():
    assert len(read("text,topic\n" + "a\n" * 100).problems) == labelled.MOST


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_said_to_be_empty(text):
    assert read(text).problems == (Problem(1, "empty"),)


def test_a_file_in_no_known_encoding_is_refused_with_its_line():
    body = "text,topic\n路灯坏了,市政\n".encode() + b"\xff\xff\xff\xff\xff\xff" * 30 + "\n好,市政\n".encode()

    assert labelled.read(body, {}).problems == (Problem(3, "encoding"),)


def test_a_guessed_encoding_is_refused_too():
    big5 = "text,topic\n路燈壞了請盡快派人來修理謝謝,市政\n".encode("big5") * 3

    assert labelled.read(big5, {}).problems in {(Problem(1, "encoding"),), (Problem(2, "encoding"),)}


def test_bytes_that_utf8_takes_have_no_line_to_blame():
    assert labelled._undecodable(b"abc\n") == 1
