"""``huiyin classify``: JSON lines in, JSON lines out. Permanent interface."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from classifiers import page, routing
from classifiers.finding import Document, Finding, Topic
from monitor import masking, pipeline
from monitor.cli import wiring
from monitor.errors import SettingsError
from monitor.house import each as each_safely
from monitor.model import Surface
from monitor.settings import SHIPPED, example, load

LONGEST_LINE = 32 * 1024 * 1024  # bytes
CHUNK = 1024 * 1024  # bytes read at most before what came of them is written
KEYS = {"id", "text", "title", "html", "url"}
SURFACE = click.option(
    "--surface",
    type=click.Choice([str(surface) for surface in Surface]),
    default=str(Surface.PUBLIC),
    show_default=True,
    help="公众可见，还是只有单位可见 / whether the public can read these texts",
)


@click.command()
@SURFACE
@click.option("--all", "everything", is_flag=True, help="连没把握的也列出 / findings below the threshold too")
@click.option("--input", "source", type=click.File("rb"), default="-", help="输入文件 / input file (default: stdin)")
@click.pass_obj
def classify(config: Path, surface: str, everything: bool, source: IO[bytes]) -> None:
    """逐行判断：每行一个 JSON。/ Judge texts: one JSON object a line, {"id", "text"} or {"id", "html", "url"}."""
    failed = 0
    model = _model(config)
    console = Console(stderr=True)
    columns = (TextColumn("{task.completed} 条 / lines"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        for lines in chunks(source):
            judged = [answer(line, Surface(surface), everything) for line in lines if line.strip()]
            answered = with_topics(judged, model)
            failed += sum("error" in each for each in answered)
            sys.stdout.buffer.write(b"".join(map(_line, answered)))
            sys.stdout.buffer.flush()
            progress.advance(task, len(answered))
    if failed:
        sys.exit(1)


def chunks(source: IO[bytes]) -> Iterator[list[bytes]]:
    """Whole lines, as many as have arrived: what is judged is written before more is waited for.

    A line beyond ``LONGEST_LINE`` comes cut, and so is no valid JSON.
    """
    rest = bytearray()
    while chunk := os.read(source.fileno(), CHUNK):
        *lines, last = chunk.split(b"\n")
        if lines:
            yield [bytes(rest) + lines[0], *lines[1:]]
            rest.clear()
        if len(rest) < LONGEST_LINE:
            rest += last
    if rest:
        yield [bytes(rest)]


def _model(config: Path) -> routing.Model | None:
    """The agency's own model, where there is an agency that has one."""
    if not config.exists():
        return None
    try:
        settings = load(config)
    except SettingsError:  # it is still being written: judging needs nothing of it
        settings = example(config)
    return wiring.routing_model(settings, wiring.words(settings.language))


def with_topics(
    judged: list[tuple[dict[str, object], Document | None]], model: routing.Model | None
) -> list[dict[str, object]]:
    """What the messages are about, which is asked of all of them at once, beside the rest of the answers."""
    topics = iter(routing.topics([document for _, document in judged if document is not None], model))
    return [said if document is None else said | about(next(topics)) for said, document in judged]


def answer(line: bytes, surface: Surface, everything: bool) -> tuple[dict[str, object], Document | None]:
    """One line's findings and what its topic is to be told from, or what is wrong with it and None."""
    name: object = None
    try:
        raw = json.loads(line.decode("utf-8-sig"), parse_constant=_no_constant)
        name = raw.get("id") if isinstance(raw, dict) else None
        document = read(raw)
    except UnicodeDecodeError:
        return {"id": name, "error": "not UTF-8"}, None
    except RecursionError:
        return {"id": name, "error": "nested too deeply"}, None
    except ValueError as error:
        return {"id": name, "error": str(error) if name is not None else f"not a valid line: {error}"}, None
    (_, judged), *_ = each_safely(lambda each: judge(each, surface), [document])
    if judged is None:
        return {"id": name, "error": "could not be judged; see the log"}, None
    found, masked = judged
    shown = [each for each in found if everything or each.score >= SHIPPED[each.kind].threshold]
    return {"id": name, "findings": [as_json(each) for each in shown]}, masked


def about(topic: Topic) -> dict[str, object]:
    return {"topic": topic.best, "topic_score": round(topic.score, 4), "second": topic.second, "sure": topic.sure}


def read(raw: Any) -> Document:
    """The Document of one line. Raises ValueError that says what is wrong."""
    if not isinstance(raw, dict):
        raise ValueError("must be an object with id and text")
    if "id" not in raw:
        raise ValueError("id is missing")
    if "text" not in raw and "html" not in raw:
        raise ValueError("text (or html) is missing")
    if "text" in raw and "html" in raw:
        raise ValueError("give text or html, not both")
    for key in KEYS - {"id"}:
        if key in raw and not isinstance(raw[key], str):
            raise ValueError(f"{key} must be text")
    return Document(raw.get("text", ""), raw.get("title", ""), raw.get("html"), raw.get("url", ""))


def judge(document: Document, surface: Surface) -> tuple[list[Finding], Document]:
    """All kinds, in the order of the text: the door's on the original, the others on what it leaves; and that."""
    visible = next(iter(page.passages(Document(html=document.html))), None) if document.html is not None else None
    if visible is not None and visible.field:
        document = replace(document, text=visible.text)
    masked = masking.door(document, surface)
    found = [*masked.findings, *pipeline.judge(masked.document, surface)]
    found.sort(key=lambda each: (each.field, each.start if each.start is not None else -1, each.kind))
    return [_placed(each, visible) for each in found] if visible is not None else found, masked.document


def _placed(found: Finding, visible: page.Passage) -> Finding:
    """A finding on a page has a place instead of offsets."""
    if found.field != "text" or found.start is None:
        return found
    return replace(found, start=None, end=None, field="html", where=visible.where(found.start))


def as_json(found: Finding) -> dict[str, object]:
    shown: dict[str, object] = {"kind": str(found.kind), "rule": found.rule, "start": found.start, "end": found.end}
    shown |= {"score": round(found.score, 4), "excerpt": found.excerpt}
    if found.field not in {"text", "html"}:
        shown["field"] = found.field
    if found.where:
        shown["where"] = found.where
    return shown


def _line(answer: dict[str, object]) -> bytes:
    try:
        return (json.dumps(answer, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate in an id or an excerpt
        return (json.dumps(answer) + "\n").encode()


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
