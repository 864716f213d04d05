"""The members of a ZIP file, none of them ever written anywhere, each read up to its limit."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from monitor.attachments.limits import SMALL, Budget
from monitor.attachments.rows import Nested, Part, Trouble
from monitor.decoding import decode
from monitor.errors import AttachmentError

_CHUNK = 256 * 1024
_UTF8 = 0x800  # the flag of names in UTF-8; the others are in whatever the packer's machine used
_LOCKED = 0x1
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, OSError, ValueError)


def opened(body: bytes, budget: Budget) -> zipfile.ZipFile:
    """Raises AttachmentError "broken"."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except DAMAGED as error:
        raise AttachmentError("broken", f"its list of files is damaged: {error}") from error
    budget.spend("members", len(archive.infolist()))
    return archive


def content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> bytes:
    """Counted while it is unpacked, since what a header says of sizes may be a lie. Raises AttachmentError."""
    if member.flag_bits & _LOCKED:
        raise AttachmentError("encrypted")
    most = max(SMALL, budget.limits.ratio * member.compress_size)
    read = bytearray()
    try:
        for chunk in _chunks(archive, member):
            budget.spend("unpacked", len(chunk))
            read += chunk
            if len(read) > most:
                raise AttachmentError("bomb", f"more than {budget.limits.ratio} times its packed size")
    except DAMAGED as error:
        raise AttachmentError("broken", str(error)) from error
    return bytes(read)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as source:
        while chunk := source.read(_CHUNK):
            yield chunk


def read(body: bytes, budget: Budget) -> Iterator[Part]:
    """An archive of files."""
    archive = opened(body, budget)
    for member in archive.infolist():
        if member.is_dir():
            continue
        name = shown(member)
        try:
            yield Nested(name, content(archive, member, budget))
        except AttachmentError as error:
            if error.permanent:
                raise
            yield Trouble(error.code, str(error), name)


def shown(member: zipfile.ZipInfo) -> str:
    """The name as it was meant: it only ever says where something was found."""
    if member.flag_bits & _UTF8:
        return member.filename
    try:
        raw = member.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    return decode(raw).text
