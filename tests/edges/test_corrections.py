"""People say what a message is about: it holds, it is told, and training learns from it."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.store import labels
from tests.acceptance.test_train import rows, write
from tests.boards import ANSWERING, MIDNIGHT, Box, at, board_house, remembered
from tests.houses import T, drain, only_record

pytestmark = pytest.mark.usefixtures("each_database")
WAGES = "工地老板拖欠农民工工资，联系电话13800000000，劳动监察说要等仲裁"
COLUMNS = ("topic", "topic_second", "topic_score", "topic_sure")


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def house(tmp_path, box, clock):
    made = board_house(tmp_path, box, ANSWERING)
    box.post("1", T, text=WAGES)
    drain(made, clock)
    return made


def run(folder, *words, expect=0):
    result = CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), *words])
    assert result.exit_code == expect, result.output
    return result.output


def test_what_people_say_is_kept_with_the_masked_text(tmp_path, house):
    assert "1 归口改为：城乡建设" in run(tmp_path, "topic", "1", "城乡建设")

    assert remembered(house, *COLUMNS) == {"1": ("城乡建设", "", 1.0, True)}
    with house.store.read() as tx:
        (kept,) = labels.corrected(tx)
    assert (kept.title, kept.topic) == (kept.title, "城乡建设")
    assert "拖欠农民工工资" in kept.text
    assert "13800000000" not in kept.text


def test_no_model_says_otherwise_later(tmp_path, house, box, clock):
    run(tmp_path, "topic", "1", "城乡建设")
    box.change("1", text=WAGES + "，社保也没有交")
    clock.move(hours=1)
    drain(house, clock)

    assert remembered(house, "topic") == {"1": "城乡建设"}


def test_what_is_said_last_counts(tmp_path, house):
    run(tmp_path, "topic", "1", "城乡建设")
    run(tmp_path, "topic", "1", "清欠办", "--new")

    with house.store.read() as tx:
        assert [each.topic for each in labels.corrected(tx)] == ["清欠办"]


def test_a_record_is_called_by_its_number(tmp_path, house, clock):
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    record = only_record(house)

    run(tmp_path, "topic", record.number, "城乡建设")

    assert only_record(house).topic.best == "城乡建设"
    assert "城乡建设" in run(tmp_path, "show", record.number)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("1", "清欠办"), "模型没有这个主题：清欠办；有："),
        (("9", "城乡建设"), "9 既不是"),
        (("nonsense", "城乡建设"), "nonsense 既不是"),
        (("9" * 30, "城乡建设"), "既不是"),
        (("1", "长" * 65, "--new"), "主题太长"),
    ],
)
def test_what_cannot_be_said_is_refused(tmp_path, house, words, says):
    assert says in run(tmp_path, "topic", *words, expect=1)
    with house.store.read() as tx:
        assert labels.corrected(tx) == []


def test_training_learns_from_them_too(tmp_path, house):
    run(tmp_path, "topic", "1", "物业科", "--new")
    file = write(tmp_path / "own.csv", rows())

    said = run(tmp_path, "train", "routing", str(file), "--corrected", "--html", str(tmp_path / "r.html"))

    assert "其中改过归口的留言1条" in said
    assert "181条留言、3个主题" in said


def test_few_corrections_alone_teach_nothing(tmp_path, house):
    run(tmp_path, "topic", "1", "物业科", "--new")

    assert "改过归口的留言：每个主题至少要有" in run(tmp_path, "train", "routing", "--corrected", expect=1)
    assert "--corrected" in run(tmp_path, "train", "routing", expect=2)
