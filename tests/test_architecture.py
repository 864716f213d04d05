"""Who may import whom, and through which door the outside world comes in.

``rooms`` has a row for every file of the house; a new file without one fails. ``doors`` has the table of
libraries and names from outside. Imports inside functions,
relative imports and ``importlib.import_module`` count. Run as a script, this file prints the pure
files, comma-separated, for ``coverage report --include``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # also as a script

from tests.doors import DOORS, WORLD
from tests.rooms import ROOMS, Room
from tests.sources import OWN, ROOT, UNREADABLE, Source, begins, entered, own_imports, read


def room(path: str) -> Room | None:
    return next((row for row in ROOMS if stands_in(path, (row.files,))), None)


def stands_in(path: str, places: tuple[str, ...]) -> bool:
    return any(path.startswith(place) if place.endswith("/") else path == place for place in places)


def mentions(source: Source) -> set[tuple[str, int]]:
    """Imported modules and used names, with lines."""
    return {(found.name, found.line) for found in source.imports} | {(used.name, used.line) for used in source.uses}


def without_a_room(sources: list[Source]) -> list[str]:
    return [f"{source.path} has no row in tests/rooms.py" for source in sources if room(source.path) is None]


def in_the_wrong_direction(sources: list[Source]) -> list[str]:
    found = (
        f"{source.path}:{line} may not import {imported}"
        for source, imported, line in own_imports(sources)
        if not stands_in(imported, getattr(room(source.path), "may", ()))
    )
    return [*dict.fromkeys(found)]


def unreadable(sources: list[Source]) -> list[str]:
    return [
        f"{source.path}:{found.line} imports a computed name"
        for source in sources
        for found in source.imports
        if found.name == UNREADABLE
    ]


def in_a_circle(sources: list[Source]) -> list[str]:
    graph: dict[str, set[str]] = {source.path: set() for source in sources}
    for source, imported, _ in own_imports(sources):
        graph[source.path] |= {imported, *(entered(source.path, imported) & graph.keys())}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" <- ".join(error.args[1])]
    return []


def past_the_door(sources: list[Source]) -> list[str]:
    return [
        f"{source.path}:{line} {name}: belongs to {' '.join(places) or 'nobody'}"
        for source in sources
        for name, line in sorted(mentions(source))
        for door, places in DOORS.items()
        if begins(name, door) and not stands_in(source.path, places)
    ]


def without_a_door(sources: list[Source]) -> list[str]:
    """Libraries nobody has thought about."""
    known = sys.stdlib_module_names | {*OWN, *DOORS, UNREADABLE, "_typeshed"}
    return [
        f"{source.path}:{found.line} {found.name} has no row in DOORS"
        for source in sources
        for found in source.imports
        if found.name.split(".")[0] not in known
    ]


def impure(sources: list[Source]) -> list[str]:
    world = [
        f"{source.path}:{line} {name}: this room is pure"
        for source in sources
        if is_pure(source.path)
        for name, line in sorted(mentions(source))
        if any(begins(name, thing) for thing in WORLD)
    ]
    rooms = [
        f"{source.path}:{line} {imported}: this room is pure and that is not"
        for source, imported, line in own_imports(sources)
        if is_pure(source.path) and not is_pure(imported)
    ]
    return world + rooms


def is_pure(path: str) -> bool:
    found = room(path)
    return found is not None and found.pure


@dataclass(frozen=True)
class Rule:
    check: Callable[[list[Source]], list[str]]
    bad: tuple[dict[str, str], ...]  # each tree, path -> text, breaks it
    good: dict[str, str]  # just keeps it


def one(path: str, *texts: str) -> tuple[dict[str, str], ...]:
    """Trees of one file each."""
    return tuple({path: text} for text in texts)


MODEL = {"monitor/__init__.py": "", "monitor/model.py": "", "monitor/pipeline.py": "", "monitor/fetch.py": ""}
STORE = {"monitor/store/__init__.py": "", "monitor/store/tables.py": "from monitor import model\n", **MODEL}

RULES = (
    Rule(
        without_a_room,
        one("monitor/utils.py", "") + one("classifiers/mood.py", "") + one("monitor/people/search.py", ""),
        {"monitor/model.py": "", "monitor/store/new.py": "", "demo/zoo/slow.py": ""},
    ),
    Rule(
        in_the_wrong_direction,
        (
            {**MODEL, "classifiers/finding.py": "import monitor.model\n"},
            {**MODEL, "monitor/policy.py": "from monitor.pipeline import collect\n"},
            {**MODEL, "monitor/policy.py": "def f():\n    from monitor import pipeline\n"},
            {**STORE, "monitor/collectors/feed.py": "from monitor.store.tables import item\n"},
            {**STORE, "monitor/store/tables.py": "from .. import fetch\n"},
            {**STORE, "monitor/channels/mail.py": "from ..store import tables\n"},
            {**MODEL, "monitor/channels/mail.py": "import importlib\nimportlib.import_module('monitor.fetch')\n"},
            {**MODEL, "demo/agency.py": "", "monitor/pipeline.py": "import demo.agency\n"},
            {"classifiers/training/routing.py": "", "monitor/masking.py": "import classifiers.training.routing\n"},
        ),
        {**STORE, "monitor/pipeline.py": "import json\nfrom monitor.store.tables import item\n"},
    ),
    Rule(
        unreadable,
        one(
            "monitor/pipeline.py",
            "import importlib\nimportlib.import_module('monitor.' + x)\n",
            "from importlib import import_module as load\nload(x)\n",
            "__import__(x)\n",
        ),
        {"monitor/pipeline.py": "import importlib\nimportlib.import_module('json')\n"},
    ),
    Rule(
        in_a_circle,
        (
            {"monitor/store/a.py": "from monitor.store import b\n", "monitor/store/b.py": "from .a import x\n"},
            {
                "monitor/store/a.py": "def f():\n    from .b import x\n",
                "monitor/store/b.py": "import monitor.store.a\n",
            },
            {"monitor/cli/__init__.py": "from .a import x\n", "monitor/cli/a.py": "from monitor.cli import main\n"},
            {"demo/agency.py": "import monitor.cli.run\n", "monitor/cli/run.py": "from demo.agency import x\n"},
            {
                "demo/agency.py": "import monitor.cli.run\n",
                "monitor/cli/run.py": "",
                "monitor/cli/__init__.py": "import demo.agency\n",
            },
        ),
        {
            "monitor/cli/__init__.py": "from .a import x\n",
            "monitor/cli/a.py": "from . import b\n",
            "monitor/cli/b.py": "",
        },
    ),
    Rule(
        past_the_door,
        one(
            "monitor/policy.py",
            "import jieba.analyse\n",
            "import datetime as d\nd.datetime.now()\n",
            "from datetime import datetime as D\nclock = D.now\n",
            "import datetime\ndatetime.date.today()\n",
            "def f():\n    import time\n    time.time()\n",
            "import os as o\no.environ['X']\n",
            "import importlib\nimportlib.import_module('httpx')\n",
        ),
        {
            "monitor/daemon.py": "import apscheduler\nfrom datetime import UTC, datetime\nnow = datetime.now(UTC)\n",
            "monitor/fetch.py": "import time\nimport httpx\nend = time.monotonic() + httpx.x\n",
            "monitor/settings.py": "import os\nx = os.environ\n",
            "monitor/policy.py": "from datetime import datetime\nx = datetime.fromisoformat('')\n",
            "classifiers/training/routing.py": "import sklearn\n",
        },
    ),
    Rule(
        without_a_door,
        one("monitor/fetch.py", "import requests\n"),
        {"monitor/fetch.py": "import httpx\nimport json\n"},
    ),
    Rule(
        impure,
        (
            *one("monitor/policy.py", "import socket\n", "from pathlib import Path\n", "text = open('x')\n"),
            *one("monitor/policy.py", "from urllib import request\n", "import os.path\n", "import logging.handlers\n"),
            *one("classifiers/finding.py", "def f():\n    import threading\n"),
            {"monitor/masking.py": "from monitor import fetch\n", **MODEL},
        ),
        {
            "monitor/policy.py": "import logging\nfrom importlib.resources import files\n",
            "monitor/keys.py": "import os\n",
            "classifiers/training/routing.py": "from pathlib import Path\n",
        },
    ),
)
BY_NAME = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.check.__name__)


def grown(root: Path, tree: dict[str, str]) -> list[Source]:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return read(root, *OWN)


@BY_NAME
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    assert rule.check(read(ROOT, *OWN)) == []


@pytest.mark.parametrize(
    ("rule", "tree"),
    [pytest.param(rule, tree, id=f"{rule.check.__name__}-{i}") for rule in RULES for i, tree in enumerate(rule.bad)],
)
def test_a_rule_can_fail(rule: Rule, tree: dict[str, str], tmp_path: Path) -> None:
    assert rule.check(grown(tmp_path, tree))


@pytest.mark.parametrize("door", DOORS)
def test_every_door_shuts(door: str, tmp_path: Path) -> None:
    module, _, name = door.rpartition(".")
    text = f"from {module} import {name}\n" if module else f"import {name}\n"

    assert past_the_door(grown(tmp_path / "out", {"monitor/model.py": text}))
    assert (
        past_the_door(grown(tmp_path / "in", {f"{place}/x.py".replace(".py/x", ""): text for place in DOORS[door]}))
        == []
    )


@BY_NAME
def test_a_rule_blames_nothing_right(rule: Rule, tmp_path: Path) -> None:
    assert rule.check(grown(tmp_path, rule.good)) == []


def pure_files(root: Path) -> list[str]:
    return [source.path for source in read(root, *OWN) if is_pure(source.path)]


def test_the_pure_files_are_those_that_coverage_is_asked_for() -> None:
    pure = pure_files(ROOT)

    assert {"classifiers/finding.py", "monitor/model.py"} <= {*pure}
    assert not {path for path in pure if path.startswith(("monitor/store/", "classifiers/training/"))}


if __name__ == "__main__":
    sys.stdout.write(",".join(pure_files(ROOT)))
