"""``huiyin train routing``: an agency's own topics, learned from its labelled messages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from classifiers.finding import Document
from classifiers.routing import ModelError
from monitor import daemon, labelled, learned, masking, messages, router
from monitor.cli import wiring
from monitor.house import context
from monitor.labelled import Labelled, Row
from monitor.learned import Learned, Present
from monitor.model import Surface
from monitor.settings import Settings, load
from monitor.store import labels
from monitor.words import Words

MAX_BYTES = 512 * 1024 * 1024  # of a file
PROGRAM = (sys.executable, "-m", "classifiers.training.agency")


@click.group()
def train() -> None:
    """训练：用本单位的数据。/ Train with the agency's own data."""


@train.command("routing")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--field", "fields", multiple=True, metavar="FIELD=COLUMN", help="列名对应 / what a column of the file is called"
)
@click.option("--corrected", is_flag=True, help="也学改过归口的留言 / messages too whose topic was corrected here")
@click.option("--drop-small", is_flag=True, help="不学留言太少的主题 / leave out topics with too few messages")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="报告存到哪里 / where to save the report")
@click.pass_obj
def routing_(
    config: Path, file: Path | None, *, fields: tuple[str, ...], corrected: bool, drop_small: bool, html: Path | None
) -> None:
    """用标注好主题的 CSV 训练归口；不比现有的差才启用。/ Learn topics from a labelled CSV; used if it is no worse."""
    if file is None and not corrected:
        raise click.UsageError("FILE, --corrected")
    settings = load(config)
    words = wiring.words(settings.language)
    if find_spec("sklearn") is None:
        raise click.ClickException(words.say("train.no_library", path=settings.routing_file))
    rows = [*(_rows(file, dict(map(_pair, fields)), words) if file else ()), *(_corrected(config) if corrected else ())]
    settings.data.mkdir(parents=True, exist_ok=True)
    source = file.name if file else words.say("train.corrected")
    found = _learn(rows, str(file or source), settings, words, drop_small=drop_small)
    now = daemon.clock()
    letter = learned.page(found, source=source, context=context(settings, now), words=words)
    message = messages.render(letter, words)
    click.echo(f"{message.subject}\n\n{message.text}")
    _put(found, settings, words)
    html = html or Path(f"huiyin-routing-{now.astimezone(settings.zone):%Y%m%d-%H%M}.html")
    html.write_text(message.html, encoding="utf-8")
    click.echo(words.say("train.report", path=html))


def _pair(raw: str) -> tuple[str, str]:
    field, equals, column = raw.partition("=")
    if field not in labelled.NAMES or not equals:
        raise click.BadParameter(f"{raw!r}: FIELD=COLUMN, {', '.join(labelled.NAMES)}", param_hint="--field")
    return field, column


def _rows(file: Path, fields: Mapping[str, str], words: Words) -> Sequence[Row]:
    """What is learned from; every problem of the file at once."""
    if file.stat().st_size > MAX_BYTES:
        raise click.ClickException(words.say("train.too_large", file=file))
    found = labelled.read(file.read_bytes(), fields)
    if found.problems:
        raise click.ClickException("\n".join(_problems(file, found, words)))
    topics = len({row.topic for row in found.rows})
    click.echo(words.say("train.read", n=len(found.rows), topics=topics, unlabelled=found.unlabelled), err=True)
    return found.rows


def _corrected(config: Path) -> list[Row]:
    with wiring.opened(config) as (_, store, words):
        with store.read() as tx:
            found = labels.corrected(tx)
        click.echo(words.say("train.from_corrected", n=len(found)), err=True)
    return [Row(each.title, each.text, each.topic) for each in found]


def _problems(file: Path, found: Labelled, words: Words) -> Iterator[str]:
    for each in found.problems:
        what = words.say(f"train.{each.what}", value=each.value)
        yield words.say("train.problem", file=file, line=each.line, what=what)
    if len(found.problems) == labelled.MOST:
        yield words.say("train.more", n=labelled.MOST)


def _learn(rows: Sequence[Row], source: str, settings: Settings, words: Words, *, drop_small: bool) -> Learned:
    """Learned in a process of its own, so that this one (the service's program) never imports scikit-learn."""
    new = _new(settings.routing_file)
    present, compared_with = _present(settings, words)
    command: list[str | Path] = [*PROGRAM, "--model", new, "--trial", _trial(new)]
    command += ["--present", compared_with] if compared_with else []
    said = _told([*command, *(["--drop-small"] if drop_small else [])], rows, words)
    if "report" not in said:
        raise click.ClickException(_refusal(said["refused"], source, words) if said else words.say("train.failed"))
    return Learned(**said["report"], present=present)


def _present(settings: Settings, words: Words) -> tuple[Present, Path | None]:
    """What is in use, and the file to compare with; the shipped model is in use where the agency's can't be read."""
    target = settings.routing_file
    model = wiring.routing_model(settings, words)
    if model is None:
        return Present.SHIPPED, None
    try:
        trial = router.own(_trial(target))
    except ModelError:
        trial = None
    if trial is not None and trial.labels == model.labels:
        return Present.TRIAL, _trial(target)
    return Present.OWN, target


def _new(model: Path) -> Path:
    return model.with_name(f"{model.stem}.new.npz")


def _trial(model: Path) -> Path:
    return model.with_name(f"{model.stem}.trial.npz")


def _told(command: Sequence[str | Path], rows: Sequence[Row], words: Words) -> dict[str, Any]:
    """The last thing that the process said; {} if it failed. Its progress is shown."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    said: dict[str, Any] = {}
    with (
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,  # noqa: S603
    ):
        task = progress.add_task(words.say("train.learning"), total=None)
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError), process.stdin as sink:  # a process that died says so itself
            for row in rows:
                sink.write(_line(row))
        for line in process.stdout:
            said = json.loads(line)
            if "done" in said:
                progress.update(task, completed=said["done"], total=said["of"])
    return said if process.returncode == 0 else {}


def _line(row: Row) -> bytes:
    """Masked, as the service will see messages."""
    masked = masking.door(Document(row.text, row.title), Surface.PRIVATE).document
    return json.dumps({"title": masked.title, "text": masked.text, "label": row.topic}).encode() + b"\n"


def _refusal(why: dict[str, Any], source: str, words: Words) -> str:
    topics = sorted(why.pop("topics", {}).items(), key=lambda pair: -pair[1])
    named = words.join(words.say("train.too_few_topic", topic=topic, n=n) for topic, n in topics)
    return words.say(f"train.{why.pop('why')}", file=source, topics=named, **why)


def _put(found: Learned, settings: Settings, words: Words) -> None:
    """The new model in the place of the present one, or beside it."""
    target = settings.routing_file
    new = _new(target)
    if not found.verdict.replaces:
        click.echo(words.say("train.kept", path=new, target=target.name))
        return
    _trial(new).replace(_trial(target))
    new.replace(target)
    click.echo(words.say("train.saved", path=target))
