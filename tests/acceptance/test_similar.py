"""``huiyin similar``: what a person sees of how the like was answered."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.model import Reply
from tests.boards import ANSWERING, Box, board_house
from tests.houses import Clock, T, drain

LAMP = "东苑小区3栋楼下的路灯坏了半个月，晚上老人出门看不清路，请尽快派人来修。"
LAMP_AGAIN = "请问东苑小区楼下路灯什么时候修？已经坏了很久，老人晚上出门看不清。"
SAID = "网友：您好！您反映的问题收悉，现答复如下：\n已派人更换灯泡，11月2日恢复照明。" + "感谢支持。" * 80


def huiyin(folder, *words, expect=0, given=None):
    config = ["--config", str(folder / "huiyin.toml")]
    result = CliRunner().invoke(cli, [*config, "similar", *words], input=given)
    assert result.exit_code == expect, result.output
    return result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A lamp that was mended before (item 1), and the like of it that has waited too long (item 2, a record)."""
    folder, box, clock = tmp_path_factory.mktemp("agency"), Box(), Clock()
    house = board_house(folder, box, ANSWERING.replace('name = "website"', 'name = "website"\nunit = "路灯所"'))
    answer = Reply(at=T - timedelta(days=5), text=SAID)
    box.post("A-17", T - timedelta(days=8), LAMP, title="[bold]路灯坏了", reply=answer)
    box.post("A-18", T, LAMP_AGAIN, title="路灯")
    drain(house, clock)
    clock.now = T + timedelta(days=16)
    drain(house, clock)
    house.store.close()
    return folder


@pytest.mark.parametrize("what", ["2026-0001", "2", "#2"])
def test_the_like_of_a_record_or_item_is_shown_with_date_days_unit_answer_and_number(folder, what):
    title, when, said, where = huiyin(folder, what).splitlines()

    assert title.startswith("[bold]路灯坏了  ")
    assert title.endswith("%")
    assert when == "  答复：10月30日，用了3天（路灯所）"
    assert said.startswith("  已派人更换灯泡，11月2日恢复照明。")
    assert said.endswith("…")
    assert where == "  留言编号 A-17"


@pytest.mark.parametrize(
    "given", [f"{LAMP_AGAIN}\n谢谢", LAMP_AGAIN.encode("gb18030"), f"路灯\n{LAMP_AGAIN}", f"\n{LAMP_AGAIN}"]
)
def test_a_text_is_read_from_standard_input_in_any_encoding(folder, given):
    assert "已派人更换灯泡" in huiyin(folder, "-", given=given)


def test_json_has_everything_in_full(folder):
    (line,) = huiyin(folder, "2026-0001", "--json").splitlines()
    found = json.loads(line)

    assert 0.1 < found.pop("closeness") < 1
    assert found == {
        "title": "[bold]路灯坏了",
        "platform": "website",
        "link": "number:A-17",
        "since": "2026-10-27T02:00:00+00:00",
        "replied": "2026-10-30T02:00:00+00:00",
        "days": 3,
        "unit": "路灯所",
        "reply": SAID,
    }


def test_where_nothing_alike_was_answered_it_says_so(folder):
    assert huiyin(folder, "-", given="") == huiyin(folder, "-", given="养老保险怎么转") == "没有答复过相近的留言\n"
    assert huiyin(folder, "1") == "没有答复过相近的留言\n"
    assert huiyin(folder, "-", "--json", given="") == ""


@pytest.mark.parametrize("what", ["2026-0099", "3", "#", "0", "9" * 30, "路灯", "' OR 1=1"])
def test_what_is_not_there_is_said_in_words(folder, what):
    assert what in huiyin(folder, what, expect=1)
