"""A Dockerfile, read and played on throw-away copies of this machine, since no image can be built where tests run.

What is real: every instruction in its order, files copied through .dockerignore and between stages, RUN as root with
nothing but the stage's environment, USER, the health check and the entry point. What is not: the base image, whose
place a copy of this machine takes, with this machine's own Python and programs.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.bundle.machines import PLAIN, Done, Machine, run

CONTINUED = re.compile(r"\\\n(?:\s*#[^\n]*\n)*")
FIRST_PATH = PLAIN.removeprefix("/usr/local/sbin:")


@dataclass(frozen=True)
class Instruction:
    name: str
    text: str

    def words(self) -> list[str]:
        """The exec form, else as a shell would split it."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


def read(text: str) -> list[Instruction]:
    """The instructions: comments gone, continued lines joined."""
    joined = CONTINUED.sub(" ", text)
    lines = [line.strip() for line in joined.splitlines()]
    return [Instruction(*line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]


def ignored(name: str, rules: list[str]) -> bool:
    """Whether .dockerignore leaves this path (or a folder it is in) out; the last rule that fits decides."""
    out = False
    parents = [name, *(str(parent) for parent in Path(name).parents)][:-1]
    for rule in rules:
        pattern = rule.removeprefix("!").strip("/")
        plain = pattern.removeprefix("**/")
        tried = [*parents, *Path(name).parts] if pattern.startswith("**/") else parents
        if any(fnmatch(each, plain) and ("/" not in each or "*" not in plain) for each in tried):
            out = not rule.startswith("!")
    return out


@dataclass
class Stage:
    machine: Machine
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": FIRST_PATH})
    folder: str = "/"
    user: str = ""
    said: dict[str, Instruction] = field(default_factory=dict)

    def run(self, *command: str, text: str | None = None) -> Done:
        return run(self.command(*command), self.environment, text)

    def command(self, *command: str) -> list[str]:
        return self.machine.inside(*command, user=self.user, folder=self.folder)

    def path(self, name: str) -> Path:
        """Where a path of this stage is, seen from here."""
        return self.machine.root / str(Path(self.folder, name)).lstrip("/")


class Player:
    """Plays one Dockerfile. ``stages`` has every stage by its name, the last as "": only that one has no network."""

    def __init__(self, context: Path, machines: Path) -> None:
        self._context, self._machines = context, machines
        rules = (context / ".dockerignore").read_text("utf-8").splitlines()
        self._rules = [rule for rule in rules if rule and not rule.startswith("#")]
        self.stages: dict[str, Stage] = {}
        self.steps = 0

    def play(self, instructions: list[Instruction]) -> Stage:
        for each in instructions:
            getattr(self, f"_{each.name.lower()}")(each)
        return self.stages[""]

    def close(self) -> None:
        for machine in {stage.machine for stage in self.stages.values()}:
            machine.__exit__(None, None, None)

    def _from(self, each: Instruction) -> None:
        name = each.words()[2] if len(each.words()) == 3 else ""
        machine = Machine(self._machines / (name or "last"), network=bool(name))
        python = machine.root / "usr/local/bin/python"
        python.unlink(missing_ok=True)
        python.symlink_to(shutil.which("python3", path="/usr/bin:/usr/local/bin") or "missing")
        self.stages[name] = self.stages[""] = Stage(machine)

    def _run(self, each: Instruction) -> None:
        done = self.stages[""].run("sh", "-c", each.text)
        assert done.returncode == 0, f"RUN {each.text}\n{done.stdout}\n{done.stderr}"
        self.steps += 1

    def _copy(self, each: Instruction) -> None:
        words, stage = each.words(), self.stages[""]
        source = words.pop(0).removeprefix("--from=") if words[0].startswith("--") else ""
        *names, target = words
        for name in names:
            to = stage.path(target) / ("" if name.endswith("/") or source else Path(name).name)
            if source:
                done = run(["cp", "-a", str(self.stages[source].path(name)), str(to)])
                assert done.returncode == 0, done.stderr
            else:
                self._copy_context(name.rstrip("/"), to)

    def _copy_context(self, name: str, to: Path) -> None:
        found = [path for path in (self._context / name).rglob("*") if path.is_file()] or [self._context / name]
        kept = [path for path in found if not ignored(str(path.relative_to(self._context)), self._rules)]
        assert kept, f"COPY {name}: .dockerignore leaves all of it out"
        for path in kept:
            goal = to / path.relative_to(self._context / name) if path != self._context / name else to
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, goal)

    def _env(self, each: Instruction) -> None:
        self.stages[""].environment |= dict(word.split("=", 1) for word in each.words())

    def _workdir(self, each: Instruction) -> None:
        self.stages[""].folder = each.text
        self.stages[""].path(".").mkdir(parents=True, exist_ok=True)

    def _user(self, each: Instruction) -> None:
        self.stages[""].user = each.text

    def _remember(self, each: Instruction) -> None:
        if self.stages:
            self.stages[""].said[each.name] = each

    _arg = _volume = _stopsignal = _healthcheck = _entrypoint = _cmd = _remember
