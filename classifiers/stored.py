"""Model files: named arrays with a version and a checksum, read without pickle; nothing of a file is ever run."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.generic]]


class ModelError(ValueError):
    """This is no model file, or a damaged one, or one of another version; the message says which."""


def dump(arrays: Arrays, version: int) -> bytes:
    out = BytesIO()
    named: dict[str, Any] = {"version": np.int32(version), "checksum": np.array(_checksum(arrays)), **arrays}
    np.savez(out, **named)  # not compressed: it is read at every start
    return out.getvalue()


def load(raw: bytes, version: int) -> dict[str, NDArray[np.generic]]:
    """What ``dump`` was given. Raises ModelError."""
    try:
        with np.load(BytesIO(raw), allow_pickle=False) as archive:
            stored = {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, BadZipFile) as error:
        raise ModelError("the model can't be read: this is no model file, or a damaged one") from error
    if int(stored.pop("version", np.int32(0))) != version:
        raise ModelError(f"the model has another form than version {version}")
    if str(stored.pop("checksum", "")) != _checksum(stored):
        raise ModelError("the model is damaged: its checksum is wrong")
    return stored


def _checksum(arrays: Arrays) -> str:
    digest = sha256()
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).view(np.uint8).data)
    return digest.hexdigest()
