"""Compound files of before 2007: the streams by name, through the part of xlrd that reads them."""

from __future__ import annotations

import io

from xlrd.compdoc import CompDoc, CompDocError

from monitor.errors import AttachmentError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def stream(body: bytes, *names: str) -> bytes:
    """The first of these streams that is there, else b"". Raises AttachmentError "broken"."""
    try:
        document = CompDoc(body, logfile=io.StringIO())
        found = (document.get_named_stream(name) for name in names)
        return next((bytes(each) for each in found if each is not None), b"")
    except CompDocError as error:
        raise AttachmentError("broken", str(error)) from error
