"""``huiyin train routing``: an agency's own topics, from its CSV to the model in use."""

import csv
import json
import random
import subprocess
import sys

import pytest
from click.testing import CliRunner

from classifiers import routing
from classifiers.finding import Document
from monitor.cli import cli, train
from tests.houses import CONFIGURATION, configuration

TOPICS = {
    "物业科": "物业 小区 电梯 楼道 业主",
    "供水科": "停水 水管 水压 水表 水质",
    "路灯科": "路灯 灯杆 照明 灯泡 黑灯",
}
OTHERS = "请问什么时候能够处理这个问题已经反映多次没有结果希望尽快解决谢谢领导关心百姓生活"
EACH = 60


def rows(noise=0.0, topics=TOPICS, seed=1):
    luck = random.Random(seed)
    for number in range(EACH * len(topics)):
        topic = [*topics][number % len(topics)]
        words = topics[luck.choice([*topics]) if luck.random() < noise else topic].split()
        said = "".join(luck.choice(words) + "".join(luck.sample(OTHERS, 5)) for _ in range(4))
        yield [luck.choice(words), f"{said}{luck.random()}", topic]


def write(path, table, encoding="utf-8-sig", head=("标题", "内容", "归口")):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([head, *table])
    return path


def run(folder, file, *options, expect=0):
    configuration(folder)
    command = ["--config", str(folder / "huiyin.toml"), "train", "routing", str(file), "--html", str(folder / "r.html")]
    result = CliRunner().invoke(cli, [*command, *options])
    assert result.exit_code == expect, result.output
    return result.output


def labels(folder):
    return set(routing.load((folder / "data" / "routing.npz").read_bytes()).labels)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    return folder, run(folder, write(folder / "own.csv", rows(), "gb18030"))


def test_topics_are_learned_and_used(trained):
    folder, said = trained
    model = routing.load((folder / "data" / "routing.npz").read_bytes())

    assert set(model.labels) == set(TOPICS)
    assert routing.topic(Document("楼上水管爆了，停水两天"), model).best == "供水科"
    assert "新模型已启用：180条留言、3个主题" in said
    assert "与自带的模型的不同，无从比较" in said
    assert (folder / "r.html").read_text(encoding="utf-8").count("<svg") == 2
    assert not [*(folder / "data").glob("*.new*")]


def checked(folder):
    configuration(folder)
    return CliRunner().invoke(cli, ["--config", str(folder / "huiyin.toml"), "check-config"]).output


def test_the_own_model_is_told_by_check_config_and_used_by_classify(trained):
    folder, _ = trained
    said = checked(folder)
    line = json.dumps({"id": 1, "text": "楼上水管爆了，停水两天"}).encode()
    command = [sys.executable, "-m", "monitor.cli", "--config", str(folder / "huiyin.toml"), "classify"]
    done = subprocess.run(command, input=line, capture_output=True, check=True)

    assert f"用本单位的模型 {folder / 'data' / 'routing.npz'}，主题有：供水科、物业科、路灯科" in said
    assert json.loads(done.stdout)["topic"] == "供水科"


def test_without_one_or_with_a_damaged_one_the_shipped_model_is_told(tmp_path):
    (tmp_path / "data").mkdir()
    without = checked(tmp_path)
    (tmp_path / "data" / "routing.npz").write_bytes(b"no model")

    assert "用自带的模型，主题有：交通运输、" in without
    assert "用不了" not in without
    assert f"{tmp_path / 'data' / 'routing.npz'} 用不了" in checked(tmp_path)


def test_topics_of_units_that_the_model_does_not_know_are_told(tmp_path):
    text = CONFIGURATION + '\n[[unit]]\nname = "水务科"\ntopics = ["城乡建设", "停水"]\n'
    configuration(tmp_path, text)
    result = CliRunner().invoke(cli, ["--config", str(tmp_path / "huiyin.toml"), "check-config"])

    assert "模型没有的主题：停水" in result.output


def test_a_model_that_is_worse_is_kept_beside_and_one_that_is_no_worse_is_used(trained):
    folder, _ = trained
    before = (folder / "data" / "routing.npz").read_bytes()

    worse = run(folder, write(folder / "worse.csv", rows(noise=0.4)))
    after = (folder / "data" / "routing.npz").read_bytes()
    again = run(folder, folder / "own.csv")

    assert "没有启用，继续用本单位现有的模型" in worse
    assert "可能学过" not in worse
    assert "routing.new.npz" in worse
    assert after == before
    assert "已启用。在同样的" in again


def test_labels_that_fit_nothing_are_seen(trained):
    folder, _ = trained
    topics = [row[2] for row in rows()]
    random.Random(3).shuffle(topics)
    table = [[*row[:2], topic] for row, topic in zip(rows(), topics, strict=True)]

    said = run(folder, write(folder / "wild.csv", table))

    assert "新模型没有启用" in said
    assert labels(folder) == set(TOPICS)


def test_a_damaged_model_is_said_and_replaced(tmp_path):
    configuration(tmp_path)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "routing.npz").write_bytes(b"no model")

    said = run(tmp_path, write(tmp_path / "own.csv", rows()))

    assert "用不了" in said
    assert labels(tmp_path) == set(TOPICS)


def test_topics_with_too_few_messages_are_named_or_left_out(tmp_path):
    table = [*rows(), *[["锅炉", f"暖气不热{n}", "供暖科"] for n in range(7)]]
    path = write(tmp_path / "own.csv", table)

    refused = run(tmp_path, path, expect=1)
    run(tmp_path, path, "--drop-small")

    assert f"{path}：每个主题至少要有20条" in refused
    assert "供暖科（" in refused
    assert labels(tmp_path) == set(TOPICS)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ([row for row in rows() if row[2] == "供水科"], "至少要有两个主题"),
        ([*rows()][:72], "至少要有100条不相近的留言，现在只有72条"),
    ],
)
def test_too_little_to_learn_from_is_said(tmp_path, table, says):
    said = run(tmp_path, write(tmp_path / "own.csv", table), expect=1)

    assert says in said
    assert not (tmp_path / "data" / "routing.npz").exists()


def test_problems_of_the_file_name_it_and_the_line(tmp_path):
    path = write(tmp_path / "own.csv", [["a", "b"], ["a", "b", "c", "d"]])

    said = run(tmp_path, path, expect=1)
    other = run(tmp_path, write(tmp_path / "x.csv", [], head=("谁", "哪里")), "--field", "text=哪里", expect=1)

    assert f"{path} 第2行：只有2格" in said
    assert f"{path} 第3行：有4格" in said
    assert "--field topic=列名" in other
    assert "--field" in run(tmp_path, path, "--field", "wrong=x", expect=2)


def test_a_training_that_dies_leaves_everything_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "PROGRAM", (sys.executable, "-c", "raise SystemExit(3)"))

    said = run(tmp_path, write(tmp_path / "own.csv", rows()), expect=1)

    assert "训练没有完成" in said
    assert not (tmp_path / "data" / "routing.npz").exists()


def test_without_the_library_it_is_said_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "find_spec", lambda name: None)

    assert "pip install" in run(tmp_path, write(tmp_path / "own.csv", rows()), expect=1)


def test_the_program_of_the_service_never_imports_what_is_an_extra(tmp_path):
    extras = {"apprise", "requests", "scipy", "sklearn"}
    code = f"import sys, monitor.cli; print([m for m in sys.modules if m.split('.')[0] in {extras}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_configuration_that_is_still_being_written_stops_no_judging(tmp_path):
    (tmp_path / "huiyin.toml").write_text("[agency]\n", encoding="utf-8")
    command = [sys.executable, "-m", "monitor.cli", "--config", str(tmp_path / "huiyin.toml"), "classify"]

    done = subprocess.run(command, input=b'{"id": 1, "text": "x"}\n', capture_output=True, check=True)

    assert json.loads(done.stdout)["id"] == 1
    assert done.stderr == b""
