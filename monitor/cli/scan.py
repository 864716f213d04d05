"""``huiyin scan``: personal data and passwords in files. Permanent interface."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from monitor.attachments import apart
from monitor.attachments.apart import Scanned
from monitor.attachments.limits import Limits
from monitor.attachments.rows import Trouble
from monitor.cli import wiring
from monitor.cli.classify import as_json
from monitor.house import each
from monitor.settings import SHIPPED, load
from monitor.words import Words


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="FILE...")
@click.option("--all", "everything", is_flag=True, help="连没把握的也列出 / findings below the threshold too")
@click.option(
    "--limit",
    type=click.FloatRange(min=0.01),
    default=Limits().seconds,
    show_default=True,
    help="每个文件最多几秒 / seconds that reading one file may take",
)
@click.pass_obj
def scan(config: Path, sources: tuple[str, ...], everything: bool, limit: float) -> None:
    """查附件中的个人信息和密码：每个文件一行 JSON。/ Personal data and passwords in files: one JSON line each."""
    words = wiring.words(load(config).language if config.exists() else "zh")
    failed = 0
    console = Console(stderr=True)
    columns = (TextColumn("{task.completed} / {task.total}"), TimeElapsedColumn())
    read: Callable[[str], Scanned] = partial(_scan, Limits(seconds=limit))
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(sources))
        for source, scanned in each(read, sources):
            line = _line(source, scanned or Scanned(troubles=(Trouble("crashed", ""),)), words, everything)
            failed += line["error"] is not None
            click.echo(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace"))
            progress.advance(task)
    sys.exit(1 if failed else 0)


def _scan(limits: Limits, source: str) -> Scanned:
    return apart.scan(Path(source), limits)


def _line(source: str, scanned: Scanned, words: Words, everything: bool) -> dict[str, object]:
    shown = [each for each in scanned.findings if everything or each.score >= SHIPPED[each.kind].threshold]
    return {"source": source, "findings": [as_json(each) for each in shown], "error": told(scanned, words)}


def told(scanned: Scanned, words: Words) -> str | None:
    """A code that never changes, a colon, plain words, and how far the reading got."""
    if not scanned.troubles:
        return None
    first, *more = scanned.troubles
    told = words.say(f"scan.{first.code}")
    detail = "; ".join(part for part in (first.where, first.detail) if part)
    after = words.say("scan.more", n=len(more)) if more else ""
    far = words.say("scan.read_to", at=scanned.at) if scanned.at else words.say("scan.read_nothing")
    return f"{first.code}: {told}{f' ({detail})' if detail else ''}{after}{far}"
