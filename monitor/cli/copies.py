"""``huiyin backup``, ``huiyin restore`` and ``huiyin retention``."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from monitor import daemon, heads, keeping, keys
from monitor.chain import Head
from monitor.cli import wiring
from monitor.errors import StoreError
from monitor.model import Database
from monitor.settings import Settings, load
from monitor.store import chained, erasing, packing, restoring
from monitor.store.database import Tx, connected, made, open_store
from monitor.store.packing import Manifest
from monitor.words import Words

KB = 1024


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="核对一份备份：试着恢复并逐行比对 / restore it for a try and compare")
@click.pass_context
def backup(context: click.Context, target: Path, check: bool) -> None:
    """备份数据库到文件或文件夹，服务不必停。/ Back the database up to a file or into a folder; it may be running."""
    if check:
        context.exit(_check(load(context.obj), target))
    with wiring.opened(context.obj) as (settings, store, words):
        key, now = keys.load(settings.key_file), daemon.clock()
        if target.is_dir():
            target = keeping.make(store, target, key, now)
        else:
            keeping.to_file(store, target, key, now)
        manifest = packing.read(target, key)
        size = -(-target.stat().st_size // KB)
        click.echo(words.say("backup.made", path=target, rows=manifest.rows, tables=len(manifest.sheets), size=size))
        click.echo(words.say("backup.key", key=settings.key_file))


def _check(settings: Settings, path: Path) -> int:
    """The exit code: 0 when all of it could be restored and its audit chain is whole."""
    words, key = wiring.words(settings.language), keys.load(settings.key_file)
    with TemporaryDirectory(prefix="huiyin-") as folder:
        database = Database(file=str(Path(folder) / "huiyin.db"))
        manifest = restoring.restore(database, path, key, daemon.clock())
        at = _moment(manifest, settings)
        click.echo(words.say("backup.checked", path=path, at=at, schema=manifest.schema, rows=manifest.rows))
        return _chain(database, key, manifest, words)


def _chain(database: Database, key: bytes, manifest: Manifest, words: Words) -> int:
    """Whether the audit chain is whole and ends where the backup said."""
    count, _, link = manifest.head.partition(":")
    kept = [Head(int(count), link)] if link else []
    with closing(open_store(database)) as store, store.read() as tx:
        along = chained.walk(tx, key, kept)
        bad = sum(1 for _ in chained.flaws(tx, along))
    click.echo(words.say("backup.chain_broken" if bad else "backup.chain", n=along.count, bad=bad))
    return 1 if bad else 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--into",
    type=click.Path(path_type=Path, dir_okay=False),
    help="恢复到另一个 SQLite 文件，不动现有的 / into another SQLite file instead of the configured database",
)
@click.option("--replace", "anyway", is_flag=True, help="换掉现有的数据库，原来的留作副本 / replace what stands there")
@click.pass_context
def restore(context: click.Context, file: Path, into: Path | None, anyway: bool) -> None:
    """从备份恢复；先停服务，密钥要在原处。/ Restore a backup; stop the service first, the key in its place."""
    settings = load(context.obj)
    words, key, now = wiring.words(settings.language), keys.load(settings.key_file), daemon.clock()
    if into is not None:
        settings = replace(settings, database=Database(file=str(into)))
    _refuse(settings.database, words, anyway)
    database = settings.database
    if database.file:
        Path(database.file).parent.mkdir(parents=True, exist_ok=True)
    alone = words.say("backup.running", database=database)
    with closing(connected(database)) as store, store.alone(alone):
        if database.server:
            manifest = restoring.restore(database, file, key, now)
        else:
            manifest = _instead(Path(database.file), file, key, now, words)
    at = _moment(manifest, settings)
    click.echo(words.say("backup.restored", path=file, at=at, database=database, rows=manifest.rows))
    code = _chain(database, key, manifest, words)
    if into is None:
        _part_with_heads(settings, manifest, words, now)
    click.echo(words.say("backup.since", at=at))
    context.exit(code)


def late(tx: Tx, settings: Settings, words: Words, now: datetime) -> list[str]:
    """Where a daily backup is wanted and there is none of the last two nights."""
    age = keeping.age(tx, now)
    if settings.backup.folder is None or (age is not None and age < keeping.LATE):
        return []
    return [words.say("backup.never") if age is None else words.say("backup.old", span=words.span(age))]


def _refuse(database: Database, words: Words, anyway: bool) -> None:
    """Raises ClickException where something stands that isn't to be replaced."""
    try:
        stands = made(database)
    except StoreError:
        stands = True  # damaged: that is why people restore
    if stands and database.server:
        raise click.ClickException(words.say("backup.server", database=database))
    if stands and not anyway:
        raise click.ClickException(words.say("backup.stands", database=database))


def _instead(path: Path, file: Path, key: bytes, now: datetime, words: Words) -> Manifest:
    """Restore ``file`` beside ``path`` and put it in its place; what stood there is kept, and where is said."""
    new, aside = path.with_suffix(".restoring.db"), path.with_suffix(f".before-{now:%Y%m%dT%H%M%SZ}.db")
    restoring.forget(new)
    try:
        manifest = restoring.restore(Database(file=str(new)), file, key, now)
        restoring.take_place(new, path, aside)
    finally:
        restoring.forget(new)
    if aside.exists():
        click.echo(words.say("backup.aside", path=aside))
    return manifest


def _part_with_heads(settings: Settings, manifest: Manifest, words: Words, now: datetime) -> None:
    """Put heads aside that were kept after the backup was made: they can't fit any more."""
    path = heads.file_of(settings.key_file)
    if any(head.count > int(manifest.head.partition(":")[0]) for head in heads.kept(path)):
        aside = path.with_suffix(f".before-{now:%Y%m%dT%H%M%SZ}.heads")
        path.rename(aside)
        click.echo(words.say("backup.heads", path=aside))


def _moment(manifest: Manifest, settings: Settings) -> str:
    return datetime.fromisoformat(manifest.made_at).astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")


@click.command()
@click.pass_obj
def preview(config: Path) -> None:
    """列出到期会删去的文字：类别、数量、最早日期；什么也不删。/ What would be erased now; nothing is."""
    with wiring.opened(config) as (settings, store, words), store.read() as tx:
        for kind, before in keeping.limits(settings, daemon.clock()).items():
            found = erasing.aged(tx, kind, before)
            span = words.span(getattr(settings.retention, kind))
            oldest = found.oldest.astimezone(settings.zone).strftime("%Y-%m-%d") if found.oldest else "–"
            what = words.say(f"retention.{kind}")
            click.echo(words.say("retention.line", what=what, span=span, n=found.rows, oldest=oldest))
    click.echo(words.say("retention.kept"))
