"""Finding the like of a message beside datasketch: the cost of a signature, the pairs found, and what the store adds.

    python benchmarks/similar.py [FILE ...] [--size N] [--answered N]

FILE holds JSON lines with title and text (.gz too); without one the messages are made up. Each of ``--size`` messages
gets a partner: itself with pieces of others put in until their runs of three characters have a Jaccard of 0.6 to 0.9.

signatures  from raw text; the peer is datasketch with 128 permutations and sets of the same runs.
pairs       signatures, then which messages of the batch may be alike (``likeness.copies``); the peer fills its LSH and
            asks it. Recall is of the partners.
store       ``--answered`` messages in an SQLite file: what it takes to keep each, and to ask (sketch, query, comparing
            whole texts), one at a time as an alert does.

One core, interleaved rounds; medians of the processor time, and of the ratios round by round.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from datasketch import MinHash, MinHashLSH
from sqlalchemy import update

from classifiers import likeness
from classifiers.likeness import Text
from monitor.model import Cursor, Database, Entry, Reply
from monitor.store import answers, passes, precedents
from monitor.store.database import Store, open_store
from monitor.store.tables import cursor

NOW = datetime(2026, 11, 4, 2, tzinfo=UTC)
ROUNDS = 5
PERMUTATIONS = 128
THRESHOLD = 0.4  # of the peer's LSH: so far below the pairs that it finds as many of them
ASKED = 300
BATCH = 1000
ENDS = re.compile(r"(?<=[。！？!?；;\n])")


def made_up(luck: random.Random, count: int) -> list[Text]:
    """Messages of 100 to 400 characters out of words that are as unevenly common as those of a language."""
    words = ["".join(chr(luck.randint(0x4E00, 0x5E00)) for _ in range(luck.randint(2, 3))) for _ in range(20_000)]
    weights = [1 / place for place in range(1, len(words) + 1)]
    found = []
    for _ in range(count):
        said = luck.choices(words, weights, k=luck.randint(45, 160))
        marks = [word + ("。" if luck.random() < 0.1 else "") for word in said]
        found.append(("".join(luck.choices(words, weights, k=6)), "".join(marks)))
    return found


def read(paths: Sequence[Path]) -> list[Text]:
    found = []
    for path in paths:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            found += [(row.get("title") or "", row.get("text") or "") for row in map(json.loads, lines)]
    return [*dict.fromkeys(message for message in found if len(message[1]) > 50)]


def runs(message: Text) -> set[str]:
    said = "".join(message)
    return {said[place : place + 3] for place in range(len(said) - 2)}


def jaccard(one: Text, other: Text) -> float:
    first, second = runs(one), runs(other)
    return len(first & second) / len(first | second)


def partner(message: Text, others: Sequence[Text], luck: random.Random) -> Text:
    """``message`` with pieces of others instead of its own, until they share between 0.6 and 0.9 of their runs."""
    wanted = luck.uniform(0.62, 0.88)
    title, text = message
    while jaccard(message, (title, text)) > wanted:
        place, length = luck.randrange(len(text)), luck.randint(2, 8)
        other = luck.choice(others)[1]
        start = luck.randrange(max(1, len(other) - length))
        text = text[:place] + other[start : start + length] + text[place + length :]
    return title, text


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def joined(messages: Sequence[Text]) -> set[tuple[int, int]]:
    return {(first, second) for first, second in likeness.copies(messages).tolist()}


def signed(messages: Sequence[Text]) -> list[MinHash]:
    shingled = ([run.encode() for run in runs(message)] for message in messages)
    return [*MinHash.generator(shingled, num_perm=PERMUTATIONS)]


def asked(messages: Sequence[Text]) -> set[tuple[int, int]]:
    lsh = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    found = set()
    for place, signature in enumerate(signed(messages)):
        found |= {(other, place) for other in lsh.query(signature)}
        lsh.insert(place, signature)
    return found


def compared(messages: Sequence[Text], partners: Sequence[Text]) -> None:
    batch = [*messages, *partners]
    ours, theirs, all_ours, all_theirs = [], [], [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: likeness.sketches(batch)))
        theirs.append(timed(lambda: signed(batch)))
        all_ours.append(timed(lambda: joined(batch)))
        all_theirs.append(timed(lambda: asked(batch)))
    for name, mine, peer in (("signatures", ours, theirs), ("pairs", all_ours, all_theirs)):
        ratio = statistics.median(b / a for a, b in zip(mine, peer, strict=True))
        each = [statistics.median(times) / len(batch) * 1e6 for times in (mine, peer)]
        print(f"{name:<11} {each[0]:7.1f} µs a message   datasketch {each[1]:7.1f} µs   {ratio:5.1f} ×")
    wanted = {(place, place + len(messages)) for place in range(len(messages))}
    true = {pair: jaccard(batch[pair[0]], batch[pair[1]]) for pair in joined(batch) | asked(batch) | wanted}
    for name, found in (("ours", joined(batch)), ("datasketch", asked(batch))):
        by = [sum(true[pair] >= least for pair in found) / len(found) for least in (0.5, 0.3)]
        bands = [[pair for pair in wanted if low <= true[pair] < low + 0.1] for low in (0.6, 0.7, 0.8)]
        recalls = "  ".join(f"{len(found & {*band}) / max(1, len(band)):.4f}" for band in bands)
        print(
            f"{name:<11} recall {len(found & wanted) / len(wanted):.4f} (0.6, 0.7, 0.8 and more: {recalls});"
            f" of {len(found)} pairs {by[0]:.1%} at 0.5 and more, {by[1]:.1%} at 0.3"
        )


def answered(texts: Sequence[Text], count: int, luck: random.Random) -> list[Entry]:
    """As many different messages as wanted, out of the sentences of ``texts``, each with an answer."""
    sentences = [sentence for _, text in texts for sentence in ENDS.split(text) if len(sentence) > 8]
    found = []
    for number in range(count):
        title, text = texts[number % len(texts)]
        if number >= len(texts):
            text = "".join(luck.choices(sentences, k=luck.randint(2, 6)))
        entry = Entry(
            external_id=str(number),
            digest=str(number),
            title=title,
            text=text,
            link=f"number:{number}",
            published_at=NOW - timedelta(days=40),
            message=True,
            reply=Reply(at=NOW - timedelta(days=luck.randint(1, 39)), text="已答复。" * 60),
        )
        found.append(entry)
    return found


def stored(store: Store, entries: Sequence[Entry]) -> float:
    """Store the entries as a pass does; the seconds that keeping their answers took."""
    with store.write() as tx:
        tx.execute(update(cursor).values(lease="bench"))
        at = Cursor(platform="board", next_check_at=NOW)
        passes.finish_pass(tx, passes.Pass(at, "bench"), at, entries, NOW)
        answers.note(tx, "board", entries, (), complete=False, now=NOW)
        return timed(lambda: precedents.keep(tx, "board", entries))


def in_the_store(entries: Sequence[Entry], partners: Sequence[Text]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        with closing(open_store(Database(file=str(file)), migrate=True)) as store:
            with store.write() as tx:
                tx.execute(cursor.insert().values(platform="board", added_at=NOW, next_check_at=NOW))
            keeping = [stored(store, entries[at : at + BATCH]) for at in range(0, len(entries), BATCH)]
            again = stored(store, entries[:BATCH])
            asking = [ask(store, place, partners[place]) for place in range(min(ASKED, len(partners)))]
        size = file.stat().st_size
    times = sorted(seconds * 1e3 for seconds, _ in asking)
    each, last, still = (seconds * 1e6 for seconds in (sum(keeping) / len(entries), keeping[-1] / BATCH, again / BATCH))
    print(f"store       {len(entries)} answered, {size / 1e6:.0f} MB, {each:.0f} µs to keep one (at last {last:.0f}),")
    print(f"            {still:.1f} µs to see that it is kept; to ask {statistics.median(times):.1f} ms on the wall,")
    print(f"            99 of 100 within {times[-max(1, len(times) // 100)]:.1f} ms; the partner is one of the three")
    print(f"            answers in {statistics.mean(found for _, found in asking):.1%}")


def ask(store: Store, place: int, message: Text) -> tuple[float, bool]:
    """Seconds, and whether the message that it is the partner of was among the answers."""
    with store.read() as tx:
        began = time.perf_counter()
        like = precedents.like(tx, message)
        return time.perf_counter() - began, f"number:{place}" in {each.link for each in like}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--size", type=int, default=2000)
    options.add_argument("--answered", type=int, default=20_000)
    chosen = options.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    luck = random.Random(1)
    texts = read(chosen.files) if chosen.files else made_up(luck, 2 * chosen.size)
    luck.shuffle(texts)
    messages = texts[: chosen.size]
    partners = [partner(message, texts, luck) for message in messages]
    lengths = statistics.mean(len(title) + len(text) for title, text in messages)
    print(
        f"{len(messages)} messages of {lengths:.0f} characters{'' if chosen.files else ', made up'}, and their partners"
    )
    compared(messages, partners)
    in_the_store(answered([*messages, *texts[chosen.size :]], chosen.answered, luck), partners)


if __name__ == "__main__":
    main()
