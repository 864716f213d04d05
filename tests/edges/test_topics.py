"""What a message is about is kept with it, and told to the people who answer."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from click.testing import CliRunner

from classifiers import routing
from classifiers.finding import Topic
from classifiers.routing import Model
from monitor.cli import cli
from tests.boards import ANSWERING, MIDNIGHT, Box, alerts, at, board_house, remembered
from tests.houses import CONFIGURATION, T, Web, build, drain, item, mails, only_record, text_of
from tests.ways import GAS

pytestmark = pytest.mark.usefixtures("each_database")
COLUMNS = ("topic", "topic_second", "topic_score", "topic_sure")
WAGES, DULL = "工地老板拖欠农民工工资，劳动监察说要等仲裁，社保也没有交", "请尽快处理"
UNITS = '\n[[unit]]\nname = "劳动监察大队"\ntopics = ["劳动和社会保障"]\n'


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def house(tmp_path, box):
    return board_house(tmp_path, box, ANSWERING + UNITS)


def saying(topic):
    """Routing that says the same of every message."""
    return lambda documents: [topic for _ in documents]


def test_each_message_has_its_topic_and_a_page_has_none(tmp_path, house, box, clock):
    box.post("1", T, text=WAGES)
    box.post("2", T, text=DULL, title="")
    drain(house, clock)
    found = remembered(house, *COLUMNS)

    assert found["1"][0] == "劳动和社会保障"
    assert found["1"][3] is True
    assert 0.9 < found["1"][2] <= 1
    assert found["1"][1] not in {"", "劳动和社会保障"}
    assert found["2"][0]
    assert found["2"][3] is False


def test_what_is_no_message_has_no_topic(tmp_path, clock):
    house = build(tmp_path, Web([item(WAGES)]))
    drain(house, clock)

    assert remembered(house, *COLUMNS) == {"1": ("", "", 0.0, False)}


def test_a_changed_message_has_the_topic_of_what_it_says_now(house, box, clock):
    box.post("1", T, text=WAGES, title="")
    drain(house, clock)
    box.change("1", text="村边的化工厂夜里偷排废水，河里的鱼都死了，空气刺鼻")
    clock.move(hours=1)
    drain(house, clock)

    assert remembered(house, "topic") == {"1": "环境保护"}


def test_the_mail_about_a_late_answer_names_the_unit(house, box, clock):
    box.post("1", T, text=WAGES, title="拖欠工资")
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))

    assert "归属：劳动监察大队·劳动和社会保障" in text_of(alerts(house)[0]).splitlines()
    assert only_record(house).topic.best == "劳动和社会保障"


def test_where_it_is_not_sure_both_topics_are_named_and_one_is_not_enough(house, box, clock):
    unsure = replace(house, topics=saying(Topic("水务", 0.55, "劳动和社会保障", False)))
    box.post("1", T, text=WAGES)
    drain(unsure, clock)
    at(unsure, clock, MIDNIGHT + timedelta(hours=1))

    assert "可能归属：水务（也可能是劳动监察大队·劳动和社会保障）" in text_of(alerts(unsure)[0]).splitlines()


@pytest.mark.parametrize(
    ("language", "unit", "says"),
    [("zh", True, "归属：质安站·住建"), ("en", True, "Belongs to: 质安站: 住建"), ("zh", False, "")],
)
def test_a_danger_is_told_with_it_where_a_unit_answers_it(tmp_path, clock, language, unit, says):
    text = CONFIGURATION.replace("[policy.default]\n", "messages = true\n[policy.default]\n").replace(
        "[agency]\n", f'[agency]\nlanguage = "{language}"\n'
    )
    text += '[[unit]]\nname = "质安站"\ntopics = ["住建"]\n' * unit
    house = replace(build(tmp_path, Web([item(GAS)]), text), topics=saying(Topic("住建", 0.99, "水务", True)))
    drain(house, clock)
    told = [line for line in text_of(mails(house)[0]).splitlines() if "住建" in line and "局" not in line]

    assert told == [says] * unit


def test_a_record_shows_it(tmp_path, house, box, clock):
    box.post("1", T, text=WAGES, title="拖欠工资")
    drain(house, clock)
    at(house, clock, MIDNIGHT + timedelta(hours=1))
    number = only_record(house).number

    result = CliRunner().invoke(cli, ["--config", str(tmp_path / "huiyin.toml"), "show", number])

    assert result.exit_code == 0, result.output
    assert "归属  劳动监察大队·劳动和社会保障" in result.output


def own_model(*labels):
    table = np.zeros((16, len(labels) + 1), np.float32)
    table[:, -1] = 1
    bias = np.arange(len(labels), 0, -1, dtype=np.float32)
    return routing.dump(Model(labels, table, table.copy(), bias, 0.5, trust=0.0, doubt=0.0, sure=0.6))


def test_the_agencys_own_model_is_taken_up_while_the_service_runs(house, box, clock):
    box.post("1", T, text=WAGES)
    drain(house, clock)
    house.settings.routing_file.write_bytes(own_model("长" * 70, "短"))
    box.post("2", T, text=WAGES + "。")
    clock.move(hours=1)
    drain(house, clock)

    assert remembered(house, "topic") == {"1": "劳动和社会保障", "2": "长" * 64}


def test_a_damaged_model_stops_nothing(house, box, clock):
    house.settings.routing_file.write_bytes(b"PK no model")
    box.post("1", T, text=WAGES)
    box.post("2", T, text=GAS)
    drain(house, clock)

    assert remembered(house, "topic")["1"] == "劳动和社会保障"
    assert only_record(house).kind == "hazard"


def test_a_message_that_routing_fails_on_is_left_for_later_and_the_others_go_on(house, box, clock):
    def fails(documents):
        if "坏" in documents[0].text:
            raise ZeroDivisionError
        return routing.topics(documents)

    broken = replace(house, topics=fails)
    box.post("1", T, text="坏")
    box.post("2", T, text=WAGES)
    drain(broken, clock)

    assert remembered(broken, "topic") == {"1": "", "2": "劳动和社会保障"}
