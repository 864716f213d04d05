"""Text into words, for words that people see. EDGE: the only jieba door.

The dictionary (some 85 MB in memory) is loaded at the first call, which is once a week.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import jieba


class Cutter:
    """Keeps jieba's cache in ``folder``: its default, a shared temporary folder, is not ours to trust."""

    def __init__(self, folder: Path) -> None:
        jieba.setLogLevel(logging.WARNING)
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.tmp_dir = str(folder)

    def __call__(self, text: str) -> Iterable[str]:
        """The words of ``text`` in order, punctuation included."""
        return [str(word) for word in self._tokenizer.cut(text)]
