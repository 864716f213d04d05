"""``huiyin evaluate``: how well the findings agree with labelled cases. Reads only."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from classifiers import evaluating
from classifiers.evaluating import Case, Figures
from classifiers.finding import Document, Finding, Kind
from monitor import daemon, evaluated, messages
from monitor import settings as configuration
from monitor.cli import wiring
from monitor.cli.classify import SURFACE, judge, read
from monitor.cli.feedback import feedback
from monitor.evaluated import Evaluation
from monitor.house import context, each
from monitor.model import Message, Surface
from monitor.settings import Settings

MAX_TEXT = 200  # code points kept of a case
TOLD = (Kind.PERSONAL_DATA, Kind.CREDENTIAL, Kind.SCAM, Kind.HIDDEN_LINK, Kind.HAZARD, Kind.CRISIS)


class Line(NamedTuple):
    path: Path
    number: int
    raw: bytes


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@SURFACE
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="网页存到哪里 / where to save the page")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON instead")
@click.option("--feedback", "people", is_flag=True, help="人工核对的结果 / what people said by closing records")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="存下核对过的内容 / save what they said")
@click.pass_obj
def evaluate(
    config: Path,
    files: tuple[Path, ...],
    *,
    surface: str,
    html: Path | None,
    as_json: bool,
    people: bool,
    save: Path | None,
) -> None:
    """测评：拿标注过的样本核对判断。/ Compare findings with labels: {"id", "text", "expect": [kinds]} a line."""
    if people == bool(files):
        raise click.UsageError("FILES…, --feedback")
    if people:
        _show(feedback(config, save), html, configuration.load(config))
        return
    settings = configuration.load(config) if config.exists() else configuration.example(config)
    words = wiring.words(settings.language)
    lines = [line for path in files for line in _lines(path)]
    cases = judged(lines, Surface(surface))
    if not cases:
        raise click.ClickException(words.say("evaluation.empty"))
    found = evaluation(cases, len(lines) - len(cases), settings)
    if as_json:
        click.echo(json.dumps(summed(found), ensure_ascii=False, indent=1))
    else:
        source = words.join(path.name for path in files)
        letter = evaluated.page(found, source=source, context=context(settings, daemon.clock()), words=words)
        _show(messages.render(letter, words), html, settings)
    if found.unread:
        sys.exit(1)


def _show(message: Message, html: Path | None, settings: Settings) -> None:
    click.echo(f"{message.subject}\n\n{message.text}")
    if html:
        html.write_text(message.html, encoding="utf-8")
        click.echo(wiring.words(settings.language).say("terminal.preview_saved", path=html))


def _lines(path: Path) -> list[Line]:
    return [
        Line(path, number, raw) for number, raw in enumerate(path.read_bytes().split(b"\n"), 1) if raw.strip(b" \t\r")
    ]


def judged(lines: list[Line], surface: Surface) -> list[Case]:
    """Every line as a Case; what is wrong with one is said, and the rest goes on."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    cases: list[Case] = []
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for line in progress.track(lines, description=""):
            try:
                document, label = labelled(line.raw)
            except ValueError as error:
                click.echo(f"{line.path}:{line.number}: {error}", err=True)
                continue
            (_, found), *_ = each(partial(judge, surface=surface), [document])
            if found is not None:
                cases.append(case(label, *found))
    return cases


def labelled(raw: bytes) -> tuple[Document, dict[str, Any]]:
    """A line's Document, and the whole of the line. Raises ValueError that says what is wrong."""
    try:
        label = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError("no sound JSON") from error
    document = read(label)
    if not isinstance(label.get("expect"), list):
        raise ValueError("expect must be a list of kinds, [] for none")
    unknown = [name for name in label["expect"] if name not in list(Kind)]
    if unknown:
        raise ValueError(f"expect: {unknown[0]!r} is no kind; there are: {', '.join(Kind)}")
    return document, label


def case(label: dict[str, Any], found: list[Finding], masked: Document) -> Case:
    scores: dict[Kind, float] = {}
    for finding in found:
        scores[finding.kind] = max(finding.score, scores.get(finding.kind, 0.0))
    text = f"{masked.title} {masked.text}".strip()[:MAX_TEXT]
    return Case(str(label["id"]), frozenset(map(Kind, label["expect"])), scores, text)


def evaluation(cases: list[Case], unread: int, settings: Settings) -> Evaluation:
    """The kinds that were expected, or found where they should not be."""
    thresholds = {kind: policy.threshold for kind, policy in settings.policies.items()}
    figures = [evaluating.figures(cases, kind, thresholds[kind]) for kind in TOLD if kind in thresholds]
    return Evaluation(
        cases=len(cases),
        unread=unread,
        figures=[each for each in figures if each.counts.found or each.counts.missed or each.counts.false],
        helped=evaluating.helped(cases, thresholds),
    )


def summed(found: Evaluation) -> dict[str, object]:
    """The same for programs; permanent interface."""
    sent, needed = found.helped
    kinds = {str(each.kind): _summed(each) for each in found.figures}
    return {"cases": found.cases, "unread": found.unread, "help": {"sent": sent, "needed": needed}, "kinds": kinds}


def _summed(figures: Figures) -> dict[str, object]:
    counts = figures.counts
    return {
        "threshold": figures.threshold,
        **asdict(counts),
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "f1_interval": counts.interval(),
        "false_per_thousand": counts.per_thousand,
        "missed_ids": [case.id for case in figures.missed],
        "false_ids": [case.id for case in figures.false],
    }
