"""Routing beside its peers (macro-F1, texts per second, one text's latency), then every kind and routing together
with the share of each, and what the loaded classifiers cost.

    python benchmarks/classify.py [FOLDER]

FOLDER holds teddy/train.jsonl.gz (title, text, label); without it the messages are made up, and then their macro-F1
says nothing. Each peer learns from the same four fifths: character TF-IDF with a linear SVM (scikit-learn), and
fastText (characters, dim 16, 2^18 buckets) in a process of its own. One core, interleaved rounds, medians; ratios
are the result. In the part on all kinds, each message stands on a page of its own too, for the kind that reads pages.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from classifiers import credential, crisis, hazard, hidden_link, personal_data, routing, scam
from classifiers.finding import Document
from classifiers.training.messages import Message, alike, read, splits
from classifiers.training.routing import Told, peer, train
from monitor import masking, pipeline
from monitor.model import Surface

BATCH = 1000
ROUNDS = 9
SINGLES = 200
SPEED_LENGTHS = range(100, 401)  # characters of the texts that speed is measured on
MADE_UP = 700
TOPICS = {
    "住房": "物业 小区 开发商 房产证 公摊 楼道 业主 维修基金",
    "工作": "工资 社保 养老保险 工伤 劳动合同 退休 失业金",
    "上学": "学校 老师 学位 补课 幼儿园 高考 教材 校车",
    "看病": "医院 医生 挂号 医保 药费 体检 疫苗 护士",
    "出行": "公交 地铁 站台 出租车 红绿灯 停车 客车 班次",
}
PAGE = (
    "<html><head><style>.a{{color:#333}}.b{{float:left}}</style></head><body><ul class=b>"
    + "".join(f"<li><a href='/column/{n}/'>栏目{n}</a></li>" for n in range(60))
    + "</ul><h1 class=a>{title}</h1><div class=a><p>{text}</p></div><div>主办单位：某市人民政府</div></body></html>"
)
DAILY = 10_000  # items of an agency
LOADING = """
import resource, time, numpy
def used(): return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 1e6
before, began = used(), time.perf_counter()
from classifiers import credential, crisis, hazard, hidden_link, personal_data, routing, scam
from classifiers.finding import Document
imported = time.perf_counter()
def answer(document):
    for kind in (personal_data, credential, hidden_link, hazard, crisis, scam): kind.find(document)
    routing.topic(document)
answer(Document("电梯困人，请快来！小区的路灯坏了半个月，2026年3月5日报过修。", html="<p>路灯坏了</p>"))
first = time.perf_counter()
answer(Document("电梯困人，请快来！身份证号210726196411200006，密码Qy7!mw2_fang", html="<p>路灯坏了</p>"))
leaked, memory = time.perf_counter(), used() - before
import re, sys
from classifiers import credential_commands, credential_forms, late
def compiled(value):
    if isinstance(value, late._Late): value.search("")
    elif isinstance(value, (tuple, list)): any(map(compiled, value))
    elif isinstance(value, dict): any(map(compiled, value.values()))
began_all = time.perf_counter()
for name in [name for name in sys.modules if name.startswith("classifiers.")]: compiled(vars(sys.modules[name]))
for row in (*credential_forms.FORMS, *credential_commands.COMMANDS): re.compile(row.expression)
print(imported - began, first - imported, leaked - first, time.perf_counter() - began_all, memory)
"""


def made_up() -> list[Message]:
    luck = random.Random(1)
    found = []
    for number in range(MADE_UP):
        topic, words = luck.choice([*TOPICS.items()])
        said = [
            luck.choice(words.split()) if luck.random() < 0.3 else chr(luck.randint(0x4E00, 0x5E00)) for _ in range(120)
        ]
        found.append(Message("".join(luck.choices(words.split(), k=3)), "".join(said) + f"（{number}）", topic))
    return found


def plain(document: Document) -> str:
    """What fastText reads: characters as words."""
    return " ".join("".join(f"{document.title} {document.text}".split()))


class Rounds:
    """A way to answer; ``speed`` and ``latency`` are seconds for the batch and for one text."""

    def __init__(self, answer: Callable[[Sequence[Document]], object], documents: Sequence[Document]) -> None:
        self._answer, self._documents = answer, documents

    def speed(self) -> float:
        began = time.perf_counter()
        self._answer(self._documents)
        return time.perf_counter() - began

    def latency(self) -> float:
        return statistics.median(self._one(document) for document in self._documents[:SINGLES])

    def _one(self, document: Document) -> float:
        began = time.perf_counter()
        self._answer([document])
        return time.perf_counter() - began


class FastText:
    """The same two measures, asked of a process that has nothing but fastText in it."""

    def __init__(self, learned: Sequence[Message], asked: Sequence[Document], documents: Sequence[Document]) -> None:
        command = [sys.executable, __file__, "--serve"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        rows = [[each.label, plain(Document(each.text, each.title))] for each in learned]
        # joining characters is fastText's work: only the texts go over
        given = [[f"{each.title} {each.text}" for each in some] for some in (asked, documents)]
        self.labels: list[str] = self._ask({"learn": rows, "asked": given[0], "documents": given[1]})

    def _ask(self, wish: object) -> list[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        said: list[str] = json.loads(self._process.stdout.readline())
        return said

    def speed(self) -> float:
        return float(self._ask("speed")[0])

    def latency(self) -> float:
        return float(self._ask("latency")[0])

    def close(self) -> None:
        self._process.communicate()


def serve() -> None:
    """The process of fastText: learns once, then answers wishes line by line."""
    import tempfile  # noqa: PLC0415  only here, as is the next

    import fasttext  # noqa: PLC0415

    told = json.loads(sys.stdin.readline())
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        file.writelines(f"__label__{label} {text}\n" for label, text in told["learn"])
        file.flush()
        model = fasttext.train_supervised(
            file.name, dim=16, wordNgrams=3, bucket=1 << 18, epoch=25, lr=0.5, thread=1, verbose=0
        )

    def answer(texts: list[str]) -> list[str]:
        labels, _ = model.predict([" ".join("".join(text.split())) for text in texts])
        return [each[0].removeprefix("__label__") for each in labels]

    def seconds(texts: list[str]) -> float:
        began = time.perf_counter()
        answer(texts)
        return time.perf_counter() - began

    print(json.dumps(answer(told["asked"])), flush=True)
    for line in sys.stdin:
        if json.loads(line) == "speed":
            took = seconds(told["documents"])
        else:
            took = statistics.median(seconds([text]) for text in told["documents"][:SINGLES])
        print(json.dumps([str(took)]), flush=True)


def learned_and_asked(messages: list[Message]) -> tuple[routing.Model, list[Message], list[Message]]:
    """The model of four fifths, these, and the last fifth."""
    told = Told.of(messages)
    learned, asked = next(splits(told.wanted, alike(messages), 1))
    return train(messages, learned, told), [messages[n] for n in learned], [messages[n] for n in asked]


def documents(messages: Sequence[Message]) -> list[Document]:
    return [Document(each.text, each.title) for each in messages]


def batch(messages: Sequence[Message]) -> list[Document]:
    """``BATCH`` texts of the length that speed is measured on, repeated if there are too few."""
    fitting = [each for each in documents(messages) if len(each.text) in SPEED_LENGTHS]
    return [fitting[n % len(fitting)] for n in range(BATCH)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", help="folder of the public sets; without it texts are made up")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    messages = read(options.folder / "teddy" / "train.jsonl.gz") if options.folder else made_up()
    route(messages)
    together(batch(messages))
    loaded()


def route(messages: list[Message]) -> None:
    model, learned, asked = learned_and_asked(messages)
    texts, questions = batch(messages), documents(asked)
    wanted = [each.label for each in asked]
    machine = peer(learned)
    ways: dict[str, Rounds | FastText] = {
        "huiyin": Rounds(lambda some: routing.topics(some, model), texts),
        "TF-IDF + SVM": Rounds(machine, texts),
    }
    names = np.array(model.labels)
    said = {
        "huiyin": [each.best for each in routing.topics(questions, model)],
        "TF-IDF + SVM": names[machine(questions).argmax(axis=1)].tolist(),
    }
    if find_spec("fasttext"):
        ways["fastText"] = other = FastText(learned, questions, texts)
        said["fastText"] = other.labels
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    latencies: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            speeds[name].append(way.speed())
            latencies[name].append(way.latency())
    if isinstance(way := ways.get("fastText"), FastText):
        way.close()
    report(speeds, latencies, {name: f1_score(wanted, each, average="macro") for name, each in said.items()})


def report(speeds: dict[str, list[float]], latencies: dict[str, list[float]], scores: dict[str, float]) -> None:
    speed = {name: statistics.median(each) for name, each in speeds.items()}
    latency = {name: statistics.median(each) for name, each in latencies.items()}
    print(f"routing, batches of {BATCH}, one core, medians of {ROUNDS} rounds")
    for name in speed:
        rate, single = BATCH / speed[name], latency[name] * 1e6
        print(f"  {name:13} {rate:8.0f} texts/s   one text {single:6.0f} us   macro-F1 {scores[name]:.4f}")
    for name in [name for name in speed if name != "huiyin"]:
        faster, slower = speed[name] / speed["huiyin"], latency["huiyin"] / latency[name]
        print(f"  huiyin / {name}: {faster:.1f} x as many texts, one text takes {slower:.2f} x as long")
    if "fastText" not in speed:
        print("  fastText is not installed (extra: bench)")


def door(some: Sequence[Document]) -> list[Document]:
    return [masking.door(each, Surface.PUBLIC).document for each in some]


def everything(some: Sequence[Document]) -> None:
    """What the service does: the door, what judges masked texts, and the topics of all at once."""
    masked = door(some)
    for each in masked:
        pipeline.judge(each, Surface.PUBLIC)
    routing.topics(masked)


def danger(document: Document) -> None:
    hazard.find(document)
    crisis.find(document)  # reads what hazard has read


def each_by(find: Callable[[Document], object]) -> Callable[[Sequence[Document]], object]:
    return lambda some: [find(document) for document in some]


def together(texts: list[Document]) -> None:
    pages = [Document(html=PAGE.format(title=each.title, text=each.text), url="https://a.example/") for each in texts]
    ways = {
        "the door": Rounds(door, texts),
        "  personal_data": Rounds(each_by(personal_data.find), texts),
        "  credential": Rounds(each_by(credential.find), texts),
        "hazard and crisis": Rounds(each_by(danger), texts),
        "scam": Rounds(each_by(scam.find), texts),
        "routing": Rounds(routing.topics, texts),
        "all of them": Rounds(everything, texts),
        "hidden_link": Rounds(each_by(hidden_link.find), pages),
        "all, on pages": Rounds(everything, pages),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            taken[name].append(way.speed())
    medians = {name: statistics.median(each) for name, each in taken.items()}
    size = statistics.median(len(each.html or "") for each in pages)
    print(f"\nall kinds and routing, the same batch; the last two read it on pages of {size / 1000:.1f} kB")
    for name, took in medians.items():
        whole = medians["all, on pages" if name in {"hidden_link", "all, on pages"} else "all of them"]
        print(f"  {name:17} {BATCH / took:8.0f} a second {took / BATCH * 1e6:7.1f} us each  {took / whole:5.0%} of all")
    for name in ("all of them", "all, on pages"):
        print(f"  {name}: {BATCH / medians[name] * 86400 / DAILY:,.0f} x real time of {DAILY} items a day")


def loaded() -> None:
    """In fresh processes, above Python with NumPy. Patterns are compiled when a text needs them: counted are those
    that an ordinary message and page need, then those of one with a number and a password, then all that are left.
    """
    runs = [
        subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(ROUNDS)
    ]
    *seconds, memory = (statistics.median(map(float, column)) for column in zip(*runs, strict=True))
    imported, first, leaked, rest = (1000 * each for each in seconds)
    print(
        f"\nloaded: import {imported:.0f} ms, first answers {first:.0f} ms: {imported + first:.0f} ms; {memory:.0f} MB"
    )
    print(f"  first number and password {leaked:.0f} ms more, all other patterns {rest:.0f} ms more")


if __name__ == "__main__":
    main()
