"""The budgets of the house that ruff can't hold, and proof that every gate can fail.

Each budget is a row of BUDGETS: a check from sources to complaints, the folders it holds in, samples
that break it and samples that just keep it.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import pytest

from tests.sources import OWN, ROOT, Source, read

FUNCTION_P90 = 30  # lines, docstring included, decorators not
FUNCTION_MAX = 60
FILE_MAX = 400  # lines
BROAD_MAX = 2  # handlers in all
PRINTS = ("monitor/cli/", "demo/", "classifiers/training/")  # a person sits in front of these
SLEEPS = {"time.sleep", "asyncio.sleep", "anyio.sleep"}
SKIPS = {"skip", "skipif", "xfail", "importorskip", "skipTest", "skipIf", "skipUnless", "expectedFailure"}
BROAD = {"Exception", "BaseException"}
EASED = re.compile(  # of comments: a whole checker, or a budget, switched off
    r"noqa(?!: ?[A-Z]+\d)|noqa.*(?:C901|PLR\d|PLC0415|T20)|(?:ruff|flake8|mypy):|type: ?ignore(?!\[)|pragma: ?no"
)
LATER, STUB = "TO" + "DO", "NotImplemented" + "Error"  # in two parts: this file is searched too
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def lengths(sources: list[Source]) -> list[tuple[int, str]]:
    """Lines and place of every function; a nested one counts for itself and in its parent."""
    return [
        ((node.end_lineno or node.lineno) - node.lineno + 1, f"{source.path}:{node.lineno} {node.name}")
        for source in sources
        for node in source.functions
    ]


def p90(numbers: list[int]) -> int:
    """The nearest-rank 90th percentile; 0 of nothing."""
    return sorted(numbers)[ceil(0.9 * len(numbers)) - 1] if numbers else 0


def long_functions(sources: list[Source]) -> list[str]:
    return [f"{place}: {lines} lines" for lines, place in lengths(sources) if lines > FUNCTION_MAX]


def long_on_the_whole(sources: list[Source]) -> list[str]:
    measured = p90([lines for lines, _ in lengths(sources)])
    return [f"p90 of function lengths is {measured}"] if measured > FUNCTION_P90 else []


def long_files(sources: list[Source]) -> list[str]:
    counted = [(source.path, len(source.text.splitlines())) for source in sources]
    return [f"{path}: {lines} lines" for path, lines in counted if lines > FILE_MAX]


def broad(source: Source) -> Iterator[int]:
    """Line of every handler that takes any error, ``contextlib.suppress`` included."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            caught = ast.Tuple(node.args)
        else:
            continue
        named = caught.elts if isinstance(caught, ast.Tuple) else [caught]
        if any(name is None or (isinstance(name, ast.Name) and name.id in BROAD) for name in named):
            yield node.lineno


def broad_handlers(sources: list[Source]) -> list[str]:
    found = [f"{source.path}:{line} takes any error" for source in sources for line in broad(source)]
    return found if len(found) > BROAD_MAX else []


def broad_without_reason(sources: list[Source]) -> list[str]:
    """A reason is at least three words in a comment on the same line, beside the noqa."""
    found = []
    for source in sources:
        said = {line: re.sub(r"#|noqa:\s*\w+", " ", comment).split() for line, comment in source.comments}
        found += [f"{source.path}:{line} gives no reason" for line in broad(source) if len(said.get(line, [])) < 3]
    return found


def prints(sources: list[Source]) -> list[str]:
    return [
        f"{source.path}:{use.line} prints"
        for source in sources
        if not source.path.startswith(PRINTS)
        for use in source.uses
        if use.name in {"builtins.print", "pprint.pprint", "sys.stdout", "sys.__stdout__"}
    ]


def local_imports(sources: list[Source]) -> list[str]:
    return [
        f"{source.path}:{found.line} imports {found.name} inside a function"
        for source in sources
        for found in source.imports
        if found.local and found.name.split(".")[0] in OWN
    ]


def sleeps(sources: list[Source]) -> list[str]:
    return [f"{source.path}:{use.line} sleeps" for source in sources for use in source.uses if use.name in SLEEPS]


def skips(sources: list[Source]) -> list[str]:
    return [
        f"{source.path}:{use.line} {use.name}"
        for source in sources
        for use in source.uses
        if use.name.split(".")[0] in {"pytest", "unittest"} and use.name.split(".")[-1] in SKIPS
    ]


def unfinished(sources: list[Source]) -> list[str]:
    marks = [
        f"{source.path}:{line} {comment}"
        for source in sources
        for line, comment in source.comments
        if UNFINISHED.search(comment)
    ]
    stubs = [
        f"{source.path}:{node.lineno} is a stub"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Name) and node.id == STUB
    ]
    return marks + stubs


def eased_gates(sources: list[Source]) -> list[str]:
    """A comment that switches a budget off, or a whole checker."""
    return [
        f"{source.path}:{line} {comment}"
        for source in sources
        for line, comment in source.comments
        if EASED.search(comment)
    ]


@dataclass(frozen=True)
class Budget:
    check: Callable[[list[Source]], list[str]]
    folders: tuple[str, ...]
    bad: tuple[str, ...]  # each breaks it
    good: str  # just keeps it


def function(lines: int) -> str:
    return "def f():\n" + "    x = 1\n" * (lines - 1)


def handler(clause: str, times: int = 1) -> str:
    return f"import contextlib\ntry:\n    x = 1\n{clause}\n    x = 2\n" * times


CODE = OWN
ALL = (*OWN, "tests")
BUDGETS = [
    Budget(long_functions, CODE, (function(61), "async " + function(61)), function(60)),
    Budget(long_on_the_whole, CODE, (function(31), function(5) * 8 + function(31) * 2), function(5) * 9 + function(31)),
    Budget(long_files, ALL, ("x = 1\n" * 401,), "x = 1\n" * 400),
    Budget(
        broad_handlers,
        CODE,
        (
            handler("except Exception:", 3),
            handler("except:", 3),
            handler("except (OSError, BaseException) as error:", 3),
            handler("except OSError:\n    x = 3\nwith contextlib.suppress(Exception):", 3),
        ),
        handler("except Exception:", 2) + handler("except OSError:", 9),
    ),
    Budget(
        broad_without_reason,
        CODE,
        (handler("except Exception:"), handler("except Exception:  # noqa: BLE001"), handler("except:  # why not")),
        handler("except Exception:  # noqa: BLE001 one bad item must not stop the pass"),
    ),
    Budget(
        prints,
        CODE,
        (
            "print(1)\n",
            "report = print\n",
            "import sys\nsys.stdout.write('1')\n",
            "from pprint import pprint as p\np(1)\n",
        ),
        "import pathlib\nprinted = pathlib.Path\n",
    ),
    Budget(
        local_imports,
        CODE,
        (
            "def f():\n    import monitor.model\n",
            "def f():\n    from monitor import model\n",
            "def f():\n    from . import model\n",
            "import importlib\ndef f():\n    return importlib.import_module('classifiers.finding')\n",
        ),
        "from monitor import model\ndef f():\n    import json\n    return json, model\n",
    ),
    Budget(
        sleeps,
        ("tests",),
        (
            "import time\ntime.sleep(1)\n",
            "from time import sleep as rest\nrest(1)\n",
            "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n",
        ),
        "import time\nnow = time.monotonic()\n",
    ),
    Budget(
        skips,
        ("tests",),
        (
            "import pytest\n@pytest.mark.skipif(True, reason='')\ndef test_x(): ...\n",
            "import pytest\npytestmark = [pytest.mark.xfail]\n",
            "from pytest import importorskip\nx = importorskip('x')\n",
            "import unittest\n@unittest.skip('')\nclass T: ...\n",
        ),
        "import pytest\n@pytest.mark.parametrize('skip', [1])\ndef test_x(skip): ...\n",
    ),
    Budget(
        unfinished,
        ALL,
        (f"x = 1  # {LATER} later\n", f"#{LATER}: x\n", f"def f():\n    raise {STUB}\n"),
        f"x = '{LATER}'  # a list of what is to be done\n",
    ),
    Budget(
        eased_gates,
        CODE,
        (
            "import os  # noqa\n",
            "# ruff: noqa: E501\n",
            "x = 1  # noqa: bare-except\n",
            "def f(): ...  # noqa: C901\n",
            "def f(): ...  # noqa: ARG001, PLR0917\n",
            "x: int = ''  # type: ignore\n",
            "# mypy: ignore-errors\n",
            "x = 1  # pragma: no cover\n",
        ),
        "x = 1  # noqa: S105 no password\ny: int = ''  # type: ignore[assignment]\n",
    ),
]
BY_NAME = pytest.mark.parametrize("budget", BUDGETS, ids=lambda budget: budget.check.__name__)


def grown(root: Path, budget: Budget, text: str) -> list[str]:
    """What the check says of a tree whose one file, in the first folder it holds in, is ``text``."""
    (root / budget.folders[0]).mkdir()
    (root / budget.folders[0] / "sample.py").write_text(text, encoding="utf-8")
    return budget.check(read(root, *budget.folders))


@BY_NAME
def test_the_house_keeps_the_budget(budget: Budget) -> None:
    sources = read(ROOT, *budget.folders)

    assert sources
    assert budget.check(sources) == []


@pytest.mark.parametrize(
    ("budget", "text"),
    [pytest.param(b, text, id=f"{b.check.__name__}-{i}") for b in BUDGETS for i, text in enumerate(b.bad)],
)
def test_a_budget_can_fail(budget: Budget, text: str, tmp_path: Path) -> None:
    assert grown(tmp_path, budget, text)


@BY_NAME
def test_a_budget_blames_nothing_right(budget: Budget, tmp_path: Path) -> None:
    assert grown(tmp_path, budget, budget.good) == []


def test_printing_is_right_where_a_person_sits(tmp_path: Path) -> None:
    for folder in PRINTS:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "sample.py").write_text("print(1)\n", encoding="utf-8")

    assert prints(read(tmp_path, *OWN)) == []


BAD_STYLE = """
def nested(a, b, c, d, e, f):
    if a:
        if b:
            if c:
                if d:
                    print(e, f)


def many(x):
    import json
    {branches}
    try:
        return json
    except Exception:
        return x
""".format(branches="\n    ".join(f"if x == {n}: return {n}" for n in range(10)))


@pytest.mark.parametrize("code", ["C901", "PLR0917", "PLR1702", "PLC0415", "BLE001", "T201"])
def test_ruff_holds_the_other_budgets(code: str) -> None:
    """Complexity, parameters, nesting, imports inside functions, broad handlers, prints: in a room of the house."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=json"]
    run = subprocess.run(
        [*command, "--stdin-filename=monitor/sample.py", "-"],
        input=BAD_STYLE,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert run.returncode == 1, run.stderr
    assert code in {found["code"] for found in json.loads(run.stdout)}


def test_mypy_is_strict(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("def f(x):\n    return x\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", f"--config-file={ROOT / 'pyproject.toml'}", f"--cache-dir={tmp_path}"]
    run = subprocess.run([*command, str(sample)], capture_output=True, text=True, encoding="utf-8", check=False)

    assert run.returncode == 1, run.stderr
    assert "[no-untyped-def]" in run.stdout
