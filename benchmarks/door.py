"""Texts per second through the door, and the share of each part, beside a plain afternoon's list of expressions.

Ours: what both share (folding, masking), `personal_data` and `credential` alone, and the whole door. The peer: NFKC,
then one expression each for mobile, resident ID, bank card, labelled password, cloud key, private key and address with
a password, and the hits replaced by stars; it knows no context. Interleaved rounds in one process, medians. Behind
the speed stands what either finds in the labelled cases of the tests.

    python benchmarks/door.py [FOLDER]     # FOLDER: files of JSON lines with "text" and "title", plain or .gz
"""

from __future__ import annotations

import gzip
import json
import random
import re
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from classifiers import credential, page, personal_data
from classifiers.finding import Document
from classifiers.reporting import report
from monitor import masking
from monitor.model import Surface

TEXTS = 2000
ROUNDS = 5
ALERT = 0.5  # a lower score is masked and wakes nobody
CASES = Path(__file__).parent.parent / "tests" / "classifiers" / "cases"
PARTS = (
    "我们小区的路灯坏了半个月，晚上走路很不方便，希望尽快修好。",
    "请问公租房2026年什么时候开始申请，需要带哪些材料？",
    "物业收了费却不做事，垃圾堆在楼道口没人清，意见很大。",
    "感谢窗口的工作人员，一次就把手续办好了，态度也好。",
    "地铁施工的围挡占了人行道，接送孩子只能走机动车道。",
    "房产证办了两年还没有下来，每次问都说在走流程。",
    "A市B区的暖气只有15度，老人受不了，打电话没有人接。",
    "建议在学校门口加装红绿灯，早高峰7:30至8:10太挤。",
)
LEAKS = ("我的手机13912345672，请回电。", "身份证210726196411200006查不到。", "后台账号admin密码Qy7!mw2_fang。")
PEER = {
    "personal_data": [
        re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),
        re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"),
        re.compile(r"(?<!\d)62\d{14,17}(?!\d)"),
        re.compile(r"(?<![A-Za-z\d])[EGHM]\d{8}(?!\d)"),
    ],
    "credential": [
        re.compile(
            r"(?i)(?:password|passwd|pwd|secret|token|api_?key|密码|口令|密钥)[\"']?\s*[:=：为]\s*[\"']?[^\s\"'，。]{6,}"
        ),
        re.compile(r"(?:AKIA|LTAI|AKID)[A-Za-z0-9]{12,36}|gh[po]_[A-Za-z0-9]{36}|sk-[A-Za-z0-9-]{20,}|AIza[\w-]{35}"),
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
        re.compile(r"[a-z]+://[^\s:/]+:[^\s@/]+@"),
        re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"),
    ],
}


def generated() -> list[Document]:
    """Messages of some 200 characters, one in fifty with something that must not stay there."""
    luck = random.Random(1)
    texts = ("".join(luck.choices(PARTS, k=8)) + (luck.choice(LEAKS) if n % 50 == 0 else "") for n in range(TEXTS))
    return [Document(text, text[:18]) for text in texts]


def read(folder: Path) -> list[Document]:
    """Up to TEXTS documents, drawn from all files of the folder and of the folders in it."""
    documents: list[Document] = []
    for path in sorted([*folder.rglob("*.jsonl"), *folder.rglob("*.jsonl.gz")]):
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            documents += [Document(row.get("text") or "", row.get("title") or "") for row in rows]
    random.Random(1).shuffle(documents)
    return documents[:TEXTS]


def peer(document: Document) -> str:
    """The text with every hit hidden."""
    text = unicodedata.normalize("NFKC", f"{document.title}\n{document.text}")
    for patterns in PEER.values():
        for pattern in patterns:
            text = pattern.sub(lambda match: "*" * len(match[0]), text)
    return text


def peer_finds(kind: str, text: str) -> bool:
    text = unicodedata.normalize("NFKC", text)
    return any(pattern.search(text) for pattern in PEER[kind])


RUNS: dict[str, Callable[[Document], object]] = {
    "peer": peer,
    "fold and mask": lambda document: report(page.passages(document)),
    "personal_data": personal_data.find,
    "credential": credential.find,
    "door": lambda document: masking.door(document, Surface.PRIVATE),
}
FINDERS = {"personal_data": personal_data.find, "credential": credential.find}


def seconds(run: Callable[[Document], object], documents: list[Document]) -> float:
    began = time.process_time()
    for document in documents:
        run(document)
    return time.process_time() - began


def cases(kind: str) -> Iterator[tuple[str, bool]]:
    for path in sorted(CASES.glob(f"{kind}*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            yield case["text"], kind in case["expect"]


def compare(kind: str) -> str:
    """What is found of what must be, and of what must not."""
    rows = []
    for find in (
        lambda text: any(found.score >= ALERT for found in FINDERS[kind](Document(text))),
        lambda text: peer_finds(kind, text),
    ):
        judged = [(find(text), right) for text, right in cases(kind)]
        hits, positives = sum(found and right for found, right in judged), sum(right for _, right in judged)
        alarms = sum(found and not right for found, right in judged)
        rows.append(f"{hits / positives:6.1%} found, {alarms:3} of {len(judged) - positives} look-alikes flagged")
    return f"  {kind:14} huiyin {rows[0]}\n  {'':14} peer   {rows[1]}"


def main() -> None:
    documents = read(Path(sys.argv[1])) if len(sys.argv) > 1 else generated()
    size = statistics.median(len(document.title) + len(document.text) for document in documents)
    times: dict[str, list[float]] = {name: [] for name in RUNS}
    for _ in range(ROUNDS):
        for name, run in RUNS.items():
            times[name].append(seconds(run, documents))
    medians = {name: statistics.median(column) for name, column in times.items()}
    print(
        f"the door, {len(documents)} texts of {size:.0f} characters in the middle, medians of {ROUNDS} rounds, one core"
    )
    for name, took in medians.items():
        rate, share = len(documents) / took, took / medians["door"]
        print(f"  {name:14}{rate:9.0f} texts/s {took / len(documents) * 1e6:7.1f} µs   {share:6.2f} of the door")
    print("labelled cases of the tests, most of which our rules were made with and the peer's were not")
    print("\n".join(compare(kind) for kind in FINDERS))


if __name__ == "__main__":
    main()
