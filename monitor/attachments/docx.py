"""Word documents: every part with words, also those that nobody sees."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator

from monitor.attachments import package
from monitor.attachments.flow import Flow
from monitor.attachments.leaves import Leaves
from monitor.attachments.limits import Budget
from monitor.attachments.rows import Nested, Part, Trouble
from monitor.attachments.xml import Hearer, heard
from monitor.errors import AttachmentError

_MAIN = "word/document.xml"
_WORDLESS = re.compile(
    r"(?:^|/)(?:styles|stylesWithEffects|theme\d*|settings|fontTable|webSettings|numbering|people|comments(?:Extended|Ids|Extensible)"
    r"|\[Content_Types\]|itemProps\d*|tableStyles|calcChain|colors\d*|style\d*|persons?\d*)\.xml$"
)
_PACKED = re.compile(r"/embeddings/[^/]+$")


def read(body: bytes, budget: Budget) -> Iterator[Part]:
    archive = package.opened(body, budget)
    names = archive.namelist()
    if _MAIN not in names:
        yield Trouble("broken", f"{_MAIN} is missing")
    yield from others(archive, budget, sorted(names, key=lambda name: name != _MAIN), _hearer)


def _hearer(name: str) -> Hearer:
    if name.startswith("word/") and not name.startswith(("word/charts/", "word/_rels/")):
        return Flow("" if name == _MAIN else name.removeprefix("word/").removesuffix(".xml"))
    return Leaves(name)


def others(
    archive: zipfile.ZipFile, budget: Budget, names: list[str], hearer: Callable[[str], Hearer]
) -> Iterator[Part]:
    """What stands in these members of an office document; files within it come as files."""
    for name in names:
        wordy = name.endswith((".xml", ".rels", ".vml")) and not _WORDLESS.search(name)
        if not (wordy or _PACKED.search(name)):
            continue
        try:
            content = package.content(archive, archive.getinfo(name), budget)
        except AttachmentError as error:
            if error.permanent:
                raise
            yield Trouble(error.code, str(error), name)
            continue
        if wordy:
            yield from heard(content, hearer(name), name)
        else:
            yield Nested(name.rpartition("/")[2], content)
