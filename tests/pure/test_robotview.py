"""What only a search engine gets, told from what changes with every look."""

from classifiers.finding import Kind
from monitor.checks.page_changed import Shape
from monitor.robotview import compare, differs, led_away

TITLE = frozenset({"a", "b", "c", "d"})
OTHER = frozenset({"x", "y", "z"})


def shape(*hosts, title=TITLE):
    return Shape(title=title, hosts=frozenset(hosts), length=1000)


def said(visitor, robot, known=()):
    return [(found.excerpt, found.score) for found in compare(visitor, robot, known)]


def test_the_same_is_the_same():
    assert not differs(shape("link a.example"), shape("link a.example"))
    assert not differs(shape("link a.example"), shape())
    assert said([shape(), shape()], [shape(), shape()]) == []


def test_links_of_both_looks_as_a_robot_that_no_visitor_got():
    robot = shape("link bet.invalid", "script cdn.invalid")
    assert differs(shape(), robot)
    (found,) = compare([shape(), shape()], [robot, robot])

    assert (found.kind, found.rule, found.score, found.field) == (Kind.HIDDEN_LINK, "robot_view", 0.85, "html")
    assert found.excerpt == "be*.******d, cd*.******d"
    assert found.match == "hosts bet.invalid cdn.invalid"


def test_what_turns_is_no_cloaking():
    ads = [shape(f"link ad{n}.example") for n in range(4)]
    assert differs(ads[0], ads[1])
    assert said(ads[:2], ads[2:]) == []
    assert said([shape(), shape()], [shape("link a.example")] * 2, {"link a.example": "2026-11-01"}) == []


def test_to_be_sent_away_counts_wherever_it_leads():
    assert said([shape(), shape()], [led_away("a.invalid"), shape("away b.invalid")]) == [
        ("a.i*****d, b.i*****d", 0.95)
    ]
    assert said([shape(), shape()], [led_away("a.invalid"), shape()]) == []


def test_a_title_counts_that_has_nothing_to_do_with_the_visitors():
    robot = [shape(title=OTHER), shape(title=OTHER)]
    assert differs(shape(), robot[0])
    assert said([shape(), shape()], robot) == [("", 0.8)]
    assert said([shape(), shape(title=OTHER)], robot) == []
    assert not differs(shape(title=frozenset()), robot[0])


def test_a_page_that_scripts_write_may_be_written_for_robots():
    shell, robot = Shape(title=frozenset()), shape("link friend.example", title=OTHER)
    assert not differs(shell, robot)
    assert said([shell, shell], [robot, robot]) == []
    assert differs(shell, led_away("bet.invalid"))
    assert said([shell, shell], [led_away("bet.invalid")] * 2) == [("be*.******d", 0.95)]


def test_hosts_beyond_the_first_few_are_not_named():
    robot = shape(*(f"link bet{n}.invalid" for n in range(9)))
    (found,) = compare([shape(), shape()], [robot, robot])

    assert found.excerpt.count(",") == 4
