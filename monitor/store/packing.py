"""A backup: every row of one moment in one file, the same for both databases, and back again.

The file is a zip archive with one member a table, each row a line of JSON, and a manifest that says what there must be:
schema, columns, number of rows and a digest of each table. Digests and the seal of the manifest are keyed with the
installation key, which is never inside; so nobody without it can change a backup unseen.
"""

from __future__ import annotations

import hmac
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b, sha256
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sqlalchemy import Boolean, Column, Connection, DateTime, MetaData, Table, inspect, select
from sqlalchemy.types import NullType, TypeEngine

from monitor.errors import StoreError
from monitor.store import statements
from monitor.store.tables import Moment

FORMAT = 1
AT_ONCE = 2000  # rows
LONGEST = 64 * 2**20  # bytes of one line
_SCHEMA = "alembic_version"
_MANIFEST = "manifest.json"
_MODULUS = 2**256
_TYPES: Mapping[str, type[TypeEngine[Any]]] = {"moment": Moment, "boolean": Boolean, "": NullType}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its columns with the kind of each, how many rows, and a digest that no order of rows changes."""

    name: str
    columns: Mapping[str, str]
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    schema: str
    made_at: str  # ISO 8601
    head: str  # of the audit chain
    sheets: tuple[Sheet, ...]  # in an order in which they can be filled again

    @property
    def rows(self) -> int:
        return sum(sheet.rows for sheet in self.sheets)


def sheets(tx: Connection, key: bytes) -> Iterator[Sheet]:
    """What the database holds now, table by table: two with the same rows give the same."""
    for table, columns in _tables(tx):
        count = _Count(key)
        for line in _lines(tx, table):
            count.add(line)
        yield Sheet(table.name, columns, count.rows, count.digest)


def pack(tx: Connection, path: Path, key: bytes, head: str, now: datetime) -> Manifest:
    """Write the moment of ``tx`` to ``path``: there is all of it or nothing, readable by its owner only.

    Raises StoreError when there is a file already, or when it can't be written.
    """
    if path.exists():
        raise StoreError(f"{path}: is there already; a backup is never overwritten")
    part = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
                packed = tuple(_pack(tx, archive, table, columns, key) for table, columns in _tables(tx))
                manifest = Manifest(_schema(tx), now.isoformat(), head, packed)
                archive.writestr(_MANIFEST, _sealed(manifest, key))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _settle(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"{path}: the backup can't be written: {error.strerror}") from error
    return manifest


def _settle(folder: Path) -> None:
    """The new name survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path, key: bytes) -> Manifest:
    """What ``path`` says it holds.

    Raises StoreError when it can't be read, is no backup, is damaged, or was made with another installation key.
    """
    with _opened(path) as archive:
        raw = json.loads(archive.read(_MANIFEST))
        if raw["format"] != FORMAT:
            raise StoreError(f"{path}: was written by a newer huiyin (format {raw['format']})")
        said = raw["said"]
        if not hmac.compare_digest(raw["seal"], _seal(said, key)):
            raise StoreError(f"{path}: was made with another installation key, or has been changed")
        return Manifest(**{**said, "sheets": tuple(Sheet(**each) for each in said["sheets"])})


def check(path: Path, key: bytes) -> Manifest:
    """``read``, and every row too."""
    manifest = read(path, key)
    with _opened(path) as archive:
        for sheet in manifest.sheets:
            for _ in _unpacked(archive, sheet, key):
                pass
    return manifest


def unpack(tx: Connection, path: Path, manifest: Manifest, key: bytes) -> None:
    """Fill the empty tables of ``tx``, whose schema is the manifest's, and read them again.

    Raises StoreError unless every row stands there as it was.
    """
    with _opened(path) as archive:
        for sheet in manifest.sheets:
            table = _table(sheet.name, sheet.columns)
            lines = _unpacked(archive, sheet, key)
            while some := list(islice(lines, AT_ONCE)):
                columns = zip(*(_typed(line, sheet) for line in some), strict=True)
                statements.load(tx, table, dict(zip(sheet.columns, columns, strict=True)))
            if "id" in sheet.columns and sheet.rows:
                statements.go_on(tx, table)
    stand = {sheet.name: sheet for sheet in sheets(tx, key)}
    for sheet in manifest.sheets:
        if stand.get(sheet.name) != sheet:
            raise StoreError(f"{path}: table {sheet.name} is not what it was after restoring")


def _pack(tx: Connection, archive: ZipFile, table: Table, columns: dict[str, str], key: bytes) -> Sheet:
    count = _Count(key)
    with archive.open(_member(table.name), "w", force_zip64=True) as member:
        for line in _lines(tx, table):
            count.add(line)
            member.write(line)
    return Sheet(table.name, columns, count.rows, count.digest)


def _unpacked(archive: ZipFile, sheet: Sheet, key: bytes) -> Iterator[bytes]:
    count = _Count(key)
    with archive.open(_member(sheet.name)) as member:
        while line := member.readline(LONGEST):
            count.add(line)
            yield line
    if (count.rows, count.digest) != (sheet.rows, sheet.digest):
        raise StoreError(f"{archive.filename}: table {sheet.name} is damaged")


class _Count:
    """Counts rows and adds their keyed digests up."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._sum = 0
        self.rows = 0

    def add(self, line: bytes) -> None:
        self._sum += int.from_bytes(blake2b(line, digest_size=32, key=self._key).digest(), "big")
        self.rows += 1

    @property
    def digest(self) -> str:
        return f"{self._sum % _MODULUS:064x}"


def _tables(tx: Connection) -> Iterator[tuple[Table, dict[str, str]]]:
    """Every table there is, whoever added it; those that others refer to first."""
    found = MetaData()
    found.reflect(tx)
    for table in found.sorted_tables:
        if table.name != _SCHEMA:
            columns = {name: _kind(table.c[name]) for name in sorted(table.c.keys())}
            yield _table(table.name, columns), columns


def _kind(column: Column[Any]) -> str:
    if isinstance(column.type, DateTime):
        return "moment"
    return "boolean" if isinstance(column.type, Boolean) else ""


def _table(name: str, columns: Mapping[str, str]) -> Table:
    return Table(name, MetaData(), *(Column(each, _TYPES[kind]()) for each, kind in columns.items()))


def _lines(tx: Connection, table: Table) -> Iterator[bytes]:
    for row in tx.execute(select(table).execution_options(yield_per=AT_ONCE)):
        yield json.dumps([*row], default=datetime.isoformat, separators=(",", ":")).encode() + b"\n"


def _typed(line: bytes, sheet: Sheet) -> Iterable[Any]:
    for value, kind in zip(json.loads(line), sheet.columns.values(), strict=True):
        yield datetime.fromisoformat(value) if kind == "moment" and value else value


def _schema(tx: Connection) -> str:
    version = Table(_SCHEMA, MetaData(), Column("version_num"))
    return str(tx.execute(select(version.c.version_num)).scalar_one())


def _member(name: str) -> str:
    return f"rows/{name}.jsonl"


def _sealed(manifest: Manifest, key: bytes) -> str:
    said = asdict(manifest)
    return json.dumps({"format": FORMAT, "seal": _seal(said, key), "said": said}, indent=1)


def _seal(said: object, key: bytes) -> str:
    return hmac.new(key, json.dumps(said, sort_keys=True).encode(), sha256).hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(path) as archive:
            yield archive
    except OSError as error:
        raise StoreError(f"{path}: the backup can't be read: {error.strerror}") from error
    except (BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise StoreError(f"{path}: is no backup of Huiyin, or is damaged: {type(error).__name__}") from error


def is_empty(tx: Connection) -> bool:
    """Whether nothing at all stands in this database."""
    return not inspect(tx).get_table_names()
