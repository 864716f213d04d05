"""Many lives of one daemon, each killed at a random commit: what must be true of the database afterwards."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

from classifiers.finding import Document
from monitor import daemon, masking, pipeline
from monitor.house import House
from monitor.model import State, Surface, Transition
from monitor.store import records
from tests.dying import Dying, Inbox, in_child
from tests.houses import CONFIGURATION, Clock, Web, build, drain, item

WORLD = (
    "谢谢你们，办得很快",
    "公租房什么时候摇号",
    "局里办事太慢，该换人了",
    "小区楼道里有很浓的燃气味，已经有人头晕，请马上派人来看",
    "公示：李桂香，身份证号210726196411200006",
)
MATTERS = ("燃气", "身份证")  # what opens a record

LONG = 50  # lives in which everything happens that there is
CLOSING = (State.ACKNOWLEDGED, State.RESOLVED, State.DISMISSED)  # what people do


def live(folder: Path, inbox: Inbox, *, lives: int, seed: int) -> None:
    """Publish, die and live again ``lives`` times, then come to rest and check the promises."""
    luck = random.Random(seed)
    mail = f'[mail]\nway = "smtp"\nhost = "127.0.0.1"\nport = {inbox.port}\nsecurity = "none"\n'
    text = CONFIGURATION.replace("[pace]", mail + "[pace]").replace(
        'name = "website"', 'name = "website"\nevery = "1m"'
    )
    web, clock, deaths, matters = Web(), Clock(), 0, 0
    pipeline.judge(
        masking.door(Document(WORLD[-1]), Surface.PUBLIC).document, Surface.PUBLIC
    )  # once, not in every life
    for n in range(lives):
        told = luck.choice(WORLD)
        matters += any(word in told for word in MATTERS)
        web.items.append(item(f"{told}（第{n}条）", name=str(n)))
        death, when, acts = luck.randint(1, 30), luck.choice(["before", "after"]), luck.choice([None] * 5 + [*CLOSING])

        def work(death: int = death, when: str = when, acts: State | None = acts) -> None:
            house = build(folder, web, text)
            with daemon.alone(house):
                dying = replace(house, store=Dying(house.store, death, when))
                act(dying, acts, clock)
                drain(dying, clock)

        deaths += in_child(work)
        clock.move(minutes=luck.randint(2, 9) if luck.random() < 0.9 else 800)
    house = build(folder, web, text)
    with daemon.alone(house):
        for _ in range(4):
            drain(house, clock)
            clock.move(minutes=3)
    check(house, inbox, published=len(web.items), matters=matters, deaths=deaths)
    house.store.close()


def act(house: House, to: State | None, clock: Clock) -> None:
    """Somebody does something about the oldest record that they were told of and nobody has acted on."""
    if to is None:
        return
    with house.store.write() as tx:
        for record in [each for each in records.every_open(tx) if each.state is State.OPEN and each.step][:1]:
            assert records.move(tx, record, to, Transition(clock(), str(to), "duty", "why"))


def check(house: object, inbox: Inbox, *, published: int, matters: int, deaths: int) -> None:
    store = house.store  # type: ignore[attr-defined]
    with store.read() as tx:
        items = tx.exec_driver_sql("SELECT count(*), count(DISTINCT external_id) FROM item").one()
        versions = tx.exec_driver_sql("SELECT count(*), count(classified_at) FROM version").one()
        waiting = tx.exec_driver_sql("SELECT count(*) FROM finding WHERE judged_at IS NULL").scalar()
        opened = tx.exec_driver_sql("SELECT count(*), count(DISTINCT matter_key) FROM escalation").one()
        rows = tx.exec_driver_sql(
            "SELECT message_id, state, count(data_at), count(*) FROM notification"
            " JOIN attempt ON notification_id = notification.id GROUP BY message_id, state"
        ).all()
        doubled = tx.exec_driver_sql(
            "SELECT escalation_id, what, why, at FROM transition GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
        ).all()
        lines = Counter(tx.exec_driver_sql("SELECT what FROM transition").scalars())
        reasons = Counter(why.partition(":")[0] for why in tx.exec_driver_sql("SELECT why FROM transition").scalars())
        overdue = tx.exec_driver_sql(
            "SELECT count(*) FROM notification WHERE substr(key, 1, 8) = 'overdue:'"
        ).scalar_one()
        moved = tx.exec_driver_sql("SELECT count(*) FROM escalation WHERE state != 'open'").scalar()
        never_tried = tx.exec_driver_sql(
            "SELECT count(*) FROM notification WHERE attempts = 0 AND state != 'gathered'"
        ).scalar()
    assert tuple(items) == (published, published)
    assert tuple(versions) == (published, published)
    assert waiting == 0
    assert tuple(opened) == (matters, matters)
    assert never_tried == 0
    assert doubled == []
    assert lines["opened"] == matters
    assert sum(lines[str(to)] for to in CLOSING) == moved
    if published >= LONG:
        assert min(reasons["step"] + reasons["repeat"], lines["acknowledged"], lines["overdue"], overdue) > 0
    copies = Counter(_message_id(mail.content) for mail in inbox.mails)
    assert set(copies) <= {message_id for message_id, *_ in rows}
    for message_id, state, begun, attempts in rows:
        assert copies[message_id] <= begun <= attempts
        assert (state == "sent" and copies[message_id] >= 1) or (state == "unknown" and begun == 2) or state == "lapsed"
    assert deaths > 0


def _message_id(content: bytes) -> str:
    line = next(line for line in content.splitlines() if line.lower().startswith(b"message-id:"))
    return line.split(b":", 1)[1].strip().decode()
