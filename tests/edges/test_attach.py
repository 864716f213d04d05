"""The files that hang on pages are fetched, read, remembered and read again: a real web server, both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from demo import animals
from monitor import attach
from monitor.attachments.apart import Scanned
from monitor.attachments.rows import Trouble
from monitor.model import Period, State
from monitor.store import records, views
from tests.attached import ID, drawn, pdf, resident, sheet, xlsx, zipped
from tests.files import HARMLESS, LIST, OCTETS, file, rows, serving
from tests.houses import T, all_records, drain, mails, move, only_record, text_of, transitions

pytestmark = pytest.mark.usefixtures("each_database")
LOGIN = "<!DOCTYPE html><html><body><form>登录</form></body></html>"
OLD = T - timedelta(days=30)
EVER = Period(T - timedelta(days=999), T + timedelta(days=999))


@pytest.fixture
def site():
    with serving({f"/{name}": file(HARMLESS) for name in ("list.xlsx", "a.pdf", "b.pdf", "c.pdf")}) as site:
        yield site


def test_a_list_behind_a_page_opens_a_record_that_says_where(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx", "a.pdf")]
    drain(house, clock)

    record = only_record(house)
    text = text_of(mails(house)[0])

    assert (record.subject, record.locator) == ("list.xlsx", f"{site.base}/list.xlsx")
    assert (record.page, record.page_link) == ("配租公示", f"{site.base}/1.html")
    assert "附件“list.xlsx”" in text.splitlines()[0]
    assert "位置：名单!B2" in text
    assert ID not in text
    assert sorted(rows(house)) == [("a.pdf", "", 0), ("list.xlsx", "", 1)]
    with house.store.read() as tx:
        tables = ("item", "version", "finding", "attachment")
        kept = str([tx.exec_driver_sql(f"SELECT * FROM {table}").all() for table in tables])
        counted = views.new_items(tx, EVER)
    assert ID not in kept
    assert counted == {"website": 1}  # files are no articles
    assert sorted(path.name for path in house.settings.data.iterdir() if "attachment" in path.name) == []


def test_what_stood_there_before_alerts_nobody_and_is_summed_up_once(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx", published_at=OLD)]
    drain(house, clock)
    for _ in range(3):
        clock.move(hours=2)
        drain(house, clock)

    assert all_records(house) == []
    (mail,) = mails(house)
    assert "list.xlsx" in text_of(mail)
    with house.store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM mark WHERE name LIKE 'files:%%'").scalar() == 1


def test_old_files_that_are_read_after_the_first_summary_get_one_of_their_own(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    page = site.page("list.xlsx", published_at=OLD, text=f"身份证号{ID}")
    site.web.items = [page]
    without = ["collect", "classify", "escalate", "deliver"]
    drain(house, clock, without)
    first = [text_of(mail) for mail in mails(house)]
    clock.move(minutes=1)
    drain(house, clock)
    drain(house, clock)

    assert len(first) == 1
    assert "list.xlsx" not in first[0]
    (second,) = (text for text in map(text_of, mails(house)) if text not in first)
    assert "list.xlsx" in second
    assert all_records(house) == []


def test_after_an_update_files_on_old_pages_belong_to_the_baseline(tmp_path, clock, site):
    """Pages that had been read before anybody looked for files."""
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    off = replace(house.settings, attachments=replace(house.settings.attachments, read=False))
    site.web.items = [site.page("list.xlsx", published_at=OLD), site.page("a.pdf", name="2")]
    drain(replace(house, settings=off), clock)
    clock.move(hours=2)
    drain(house, clock)
    drain(house, clock)

    assert dict(rows(house, "name, baseline")) == {"list.xlsx": True, "a.pdf": False}
    assert all_records(house) == []
    assert any("list.xlsx" in text_of(mail) for mail in mails(house))


def test_a_file_put_on_an_old_page_afterwards_is_new(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    site.web.items = [site.page(published_at=OLD)]
    drain(house, clock)
    clock.move(hours=2)
    site.web.items = [site.page("list.xlsx", published_at=OLD, text="名单见附件（补）")]
    drain(house, clock)

    assert only_record(house).subject == "list.xlsx"


def test_an_unchanged_file_is_not_read_again(tmp_path, clock, site, monkeypatch):
    site.routes["/a.pdf"] = animals.conditional(HARMLESS, '"1"', content_type=OCTETS)
    house = site.house(tmp_path)
    site.web.items = [site.page("a.pdf", "b.pdf")]
    drain(house, clock)
    scans = []
    monkeypatch.setattr(attach.apart, "scan_open", lambda *given: scans.append(given))
    clock.move(days=9)
    drain(house, clock)

    assert sorted(site.asked) == ["/a.pdf", "/a.pdf", "/b.pdf", "/b.pdf"]
    assert scans == []
    assert [row[0] for row in rows(house, "etag") if row[0]] == ['"1"']


def test_a_changed_file_is_read_again_and_the_record_says_what_became_of_it(tmp_path, clock, site):
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx")]
    drain(house, clock)
    site.routes["/list.xlsx"] = file(LIST)
    clock.move(days=8)
    drain(house, clock)
    record = only_record(house)
    site.routes["/list.xlsx"] = file(HARMLESS)
    clock.move(days=2)
    drain(house, clock)

    assert "file_clean" in transitions(house, record)
    assert rows(house) == [("list.xlsx", "", 0)]


def test_a_file_that_is_taken_down_is_noted_and_found_anew_when_it_comes_back(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx")]
    drain(house, clock)
    record = only_record(house)
    site.routes["/list.xlsx"] = animals.answer("", status=410)
    clock.move(days=2)
    drain(house, clock)
    gone = rows(house), transitions(house, record)
    move(house, State.RESOLVED, clock)
    site.routes["/list.xlsx"] = file(LIST)
    clock.move(days=35)
    drain(house, clock)

    assert gone[0] == [("list.xlsx", "gone", 0)]
    assert gone[1].count("file_gone") == 1
    assert [each.state for each in all_records(house)] == ["open", "resolved"]


def test_what_was_dismissed_stays_dismissed_in_a_changed_file(tmp_path, clock, site):
    site.routes["/list.xlsx"] = file(LIST)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx")]
    drain(house, clock)
    move(house, State.DISMISSED, clock)
    site.routes["/list.xlsx"] = file(xlsx(sheet({"A1": "姓名", "B1": "身份证号"}, {"A2": "李某", "B2": ID})))
    clock.move(days=8)
    drain(house, clock)

    assert [each.state for each in all_records(house)] == ["dismissed"]


@pytest.mark.parametrize(
    ("route", "error"),
    [
        (animals.answer(LOGIN, "text/html"), "became_html"),
        (animals.answer(LOGIN, OCTETS), "became_html"),
        (animals.answer("", status=403), "http_403"),
        (animals.answer("", status=500), "http_500"),
        (animals.redirect("http://127.0.0.2:9/list.xlsx"), "redirect_outside"),
        (animals.reset(animals.head(200, {"Content-Length": "999"}) + b"PK"), "connection_lost"),
        (animals.drip(animals.head(200), b"x"), "timeout"),
        (animals.flood(animals.head(200), b"x" * 65_536), "too_large"),
        (animals.answer(b"", OCTETS), "empty"),
        (animals.answer(b"PK\3\4 broken", OCTETS), "broken"),
        (animals.answer(b"\x89PNG\r\n", OCTETS), "pictures"),
    ],
)
def test_a_file_that_cant_be_had_or_read_is_remembered_with_why(tmp_path, clock, site, route, error):
    site.routes["/list.xlsx"] = route
    house = site.house(tmp_path, '[attachments]\nmax_bytes = 1000000\nfetching = "1s"\n')
    site.web.items = [site.page("list.xlsx")]
    drain(house, clock)

    assert rows(house) == [("list.xlsx", error, 0)]
    assert all_records(house) == []


def test_trouble_on_the_way_is_tried_again_less_and_less(tmp_path, clock, site):
    site.routes["/list.xlsx"] = animals.in_turn(
        animals.answer("", status=503), animals.answer("", status=503), file(LIST)
    )
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx")]
    waits = []
    for _ in range(2):
        drain(house, clock)
        ((due, failures),) = [(row[0], row[1]) for row in rows(house, "next_check_at, failures")]
        waits.append(failures)
        assert due is not None
        clock.move(minutes=11 * 2 ** (failures - 1))
    drain(house, clock)

    assert waits == [1, 2]
    assert only_record(house).subject == "list.xlsx"


def test_after_trouble_it_is_read_whole_again_and_said_how_it_stands(tmp_path, clock, site):
    well = animals.conditional(LIST, '"1"', content_type=OCTETS)
    site.routes["/list.xlsx"] = animals.in_turn(well, animals.answer("", status=500), well)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx")]
    seen = []
    for _ in range(3):
        drain(house, clock)
        seen += rows(house, "error, findings")
        clock.move(days=2)

    assert seen == [("", 1), ("http_500", 1), ("", 1)]
    assert transitions(house, only_record(house)).count("opened") == 1


def test_what_our_own_bad_day_broke_is_read_again_even_if_unchanged(tmp_path, clock, site, monkeypatch):
    site.routes["/list.xlsx"] = animals.conditional(LIST, '"1"', content_type=OCTETS)
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx")]
    with monkeypatch.context() as bad_day:
        bad_day.setattr(attach.apart, "scan_open", lambda *_: Scanned(troubles=(Trouble("too_slow", "60 s"),)))
        drain(house, clock)
    before = rows(house)
    clock.move(days=8)
    drain(house, clock)

    assert before == [("list.xlsx", "too_slow", 0)]
    assert rows(house) == [("list.xlsx", "", 1)]
    assert only_record(house).subject == "list.xlsx"


def test_a_sheet_saved_as_a_page_is_read_as_what_it_is(tmp_path, clock, site):
    table = f"<html><table><tr><td>身份证号</td></tr><tr><td>{ID}</td></tr></table></html>"
    site.routes["/a.pdf"] = animals.answer(table.encode("gb18030"), OCTETS)
    site.routes["/list.xls"] = animals.answer("<html><table><tr><td>项目</td></tr></table></html>", OCTETS)
    with serving(site.routes) as other:
        house = other.house(tmp_path)
        other.web.items = [other.page("a.pdf", "list.xls")]
        drain(house, clock)

        assert sorted(rows(house)) == [("a.pdf", "", 1), ("list.xls", "", 0)]


def test_what_the_server_calls_it_means_nothing(tmp_path, clock, site):
    site.routes["/list.xlsx"] = animals.answer(LIST, "text/html; charset=utf-8")
    house = site.house(tmp_path)
    site.web.items = [site.page("list.xlsx")]
    drain(house, clock)

    assert only_record(house).subject == "list.xlsx"


def test_memory_and_pages_are_limited_as_configured(tmp_path, clock, site):
    site.routes["/a.pdf"] = file(pdf(*(drawn(60, 700, f"身份证号{resident(n)}") for n in range(3))))
    house = site.house(tmp_path, "[attachments]\nmax_pages = 2\n")
    site.web.items = [site.page("a.pdf")]
    drain(house, clock)

    assert rows(house) == [("a.pdf", "too_much", 2)]


def test_a_list_deep_inside_is_named_by_its_way(tmp_path, clock, site):
    site.routes["/a.pdf"] = file(zipped({"inner.zip": zipped({"list.xlsx": LIST})}))
    house = site.house(tmp_path)
    site.web.items = [site.page("a.pdf")]
    drain(house, clock)

    with house.store.read() as tx:
        (seen,) = records.seen(tx, only_record(house).id)
    assert seen.where == "inner.zip/list.xlsx!名单!B2"


def test_each_number_of_a_list_counts(tmp_path, clock, site):
    site.routes["/a.pdf"] = file(pdf(*(drawn(60, 700, f"身份证号{resident(n)}") for n in range(12))))
    house = site.house(tmp_path)
    site.web.items = [site.page("a.pdf")]
    drain(house, clock)

    assert "（共12处）" in text_of(mails(house)[0])
    assert [f"位置：p. {n}）" in text_of(mails(house)[0]) for n in (1, 5, 6)] == [True, True, False]
    assert "另有7处" in text_of(mails(house)[0])
