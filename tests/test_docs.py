"""The docs say what is there: commands, kinds, words, decisions, links; and nothing of somebody's machine.

Every check is a function of text, so each can be shown to fail on a made-up page.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from classifiers.finding import Kind
from monitor.cli import cli
from tests.sources import ROOT, read

PARTS = ("Judged in this version", "Harm", "Evidence", "What to do now", "Who is told", "How to help")
WORDS = (
    *("Platform", "Surface", "Cursor", "Item", "Version", "Locator", "Mask", "Kind", "Finding", "Topic", "Unit"),
    *("Contact", "Policy", "Step", "Severity", "Escalation", "Transition", "Notification", "Digest", "Period"),
)
ADR_PARTS = ("Status", "Why", "Decision", "Consequences")
MACHINE = re.compile(r"(?:^|[^A-Za-z0-9_.-])/(?:work|farm|root|home|Users)/[A-Za-z0-9._-]+", re.MULTILINE)
INDEX = re.compile(
    r"^\s*--(?:extra-)?index-url|^\s*--find-links|/packages/[0-9a-f]{2}/[0-9a-f]{2}/|https?://[^\s\"']+/simple\b",
    re.MULTILINE,
)
LINK = re.compile(r"\]\(([^()\s]+)\)")
CATALOGUE = "config/words.zh.toml"  # what mails say
LARGEST = 3_000_000  # bytes of one file


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tracked() -> list[Path]:
    """What is committed, and what will be: ignored files are nobody's business."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below this one with its full name, itself too unless it only groups others."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for each in command.commands.values():
        yield from commands(each, f"{name} {each.name}")


def unexplained(group: click.Command, text: str) -> list[str]:
    """Commands without help or without a place in ``text``, and options without help."""
    found = []
    for name, command in commands(group, "huiyin"):
        if not (command.help or "").strip():
            found.append(f"{name} has no help")
        if not re.search(rf"`{re.escape(name)}(?![\w-])", text):
            found.append(f"{name} does not stand in docs/operating.md")
        options = [each for each in command.params if isinstance(each, click.Option)]
        found += [f"{name} {each.opts[0]} has no help" for each in options if not (each.help or each.hidden)]
    return found


def sections(text: str, level: int) -> dict[str, str]:
    """What stands below each heading of this level, by the heading's first word or words before "·"."""
    pieces = re.split(rf"^{'#' * level} (.+)$", text, flags=re.MULTILINE)[1:]
    return {title.split("·")[0].strip(): body for title, body in zip(pieces[::2], pieces[1::2], strict=True)}


def kind_gaps(text: str) -> list[str]:
    described = sections(text, 3)
    kinds = {str(kind) for kind in Kind}
    gaps = [f"{name} is no kind" for name in described if name not in kinds]
    gaps += [f"{name} is not described" for name in sorted(kinds - {*described})]
    for name, body in described.items():
        gaps += [
            f"{name}: {part} is missing"
            for part in PARTS
            if not re.search(rf"^- \*\*{part}:\*\* \S", body, re.MULTILINE)
        ]
    return gaps


def judged(text: str) -> set[str]:
    """The kinds that the page calls judged."""
    return {name for name, body in sections(text, 3).items() if "- **Judged in this version:** yes" in body}


def word_gaps(text: str) -> list[str]:
    """Words without a row of their own: word, Chinese word, meaning."""
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.*?) \| (.*?) \|$", text, flags=re.MULTILINE)
    said = {word for word, chinese, meaning in rows if re.search(r"[\u4e00-\u9fff]", chinese) and meaning.strip()}
    return [word for word in WORDS if word not in said]


def chinese_gaps(kinds: str, glossary: str, catalogue: str) -> list[str]:
    """Chinese names of kinds, states and outcomes that the docs write otherwise than the mails do."""
    said = tomllib.loads(catalogue)
    headings = [(f"### {kind} · {words['name']}", kinds) for kind, words in said["kinds"].items()]
    rows = [(f"| {name} | {word} |", glossary) for each in ("states", "outcomes") for name, word in said[each].items()]
    return [line for line, text in headings + rows if line not in text]


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def dead_links(path: Path) -> list[str]:
    """Relative links of a page whose file or heading is not there."""
    dead = []
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z][a-z+.-]*:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = path.parent / name if name else path
        if not target.exists():
            dead.append(f"{path.name}: {link}")
        elif anchor and anchor not in map(
            slug, re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        ):
            dead.append(f"{path.name}: {link} has no such heading")
    return dead


def strangers(paths: list[Path]) -> list[str]:
    """Files that name a path of a machine or the address of a package index, or that are too large."""
    found = []
    for path in paths:
        text = path.read_bytes().decode("utf-8", "replace")
        marks = [match[0].strip() for pattern in (MACHINE, INDEX) if (match := pattern.search(text))]
        found += [f"{path.name}: {mark}" for mark in marks]
        found += [f"{path.name}: too large"] if path.stat().st_size > LARGEST else []
    return found


def record_gaps(name: str, text: str) -> list[str]:
    said = sections(text, 2)
    gaps = [f"{name}: {part} is missing" for part in ADR_PARTS if not said.get(part, "").strip()]
    return gaps + ([] if text.startswith(f"# {name[:4]}. ") else [f"{name}: the title must begin with its number"])


def test_every_command_is_explained() -> None:
    assert [*commands(cli, "huiyin")]
    assert unexplained(cli, page("docs/operating.md")) == []


def test_a_command_without_help_or_docs_is_seen() -> None:
    group = click.Group("huiyin")
    group.add_command(click.Command("run", help="Run."))
    group.add_command(click.Command("run-once", params=[click.Option(["--all"])]))
    group.add_command(click.Group("platform", commands=[click.Command("list", help="List.")]))

    assert unexplained(group, "`huiyin run-once`, `huiyin platform`") == [
        "huiyin run does not stand in docs/operating.md",
        "huiyin run-once has no help",
        "huiyin run-once --all has no help",
        "huiyin platform list does not stand in docs/operating.md",
    ]


def test_every_kind_is_described() -> None:
    assert kind_gaps(page("docs/kinds.md")) == []


def test_what_is_called_judged_is_judged() -> None:
    """Kinds that read text have a module of their own; the others are raised by name on the main path or in a check."""
    raising = (
        "monitor/pipeline.py",
        "monitor/awaiting.py",
        "monitor/wellness.py",
        "monitor/checks/",
        "monitor/collectors/",
    )
    named = {use.name for source in read(ROOT, "monitor") if source.path.startswith(raising) for use in source.uses}
    raised = {str(kind) for kind in Kind if f"classifiers.finding.Kind.{kind.name}" in named}
    modules = {str(kind) for kind in Kind if (ROOT / "classifiers" / f"{kind}.py").is_file()}

    assert judged(page("docs/kinds.md")) == modules | raised


def test_a_gap_in_the_kinds_is_seen() -> None:
    text = page("docs/kinds.md")

    assert kind_gaps(text.replace("### hazard", "### mood", 1)) == ["mood is no kind", "hazard is not described"]
    assert kind_gaps(text.replace("- **How to help:** ", "- ", 1)) == ["personal_data: How to help is missing"]
    assert "scam" in judged(text.replace("**Judged in this version:** no", "**Judged in this version:** yes", 1))


def test_every_word_is_in_the_glossary() -> None:
    assert word_gaps(page("docs/glossary.md")) == []


def test_a_gap_in_the_glossary_is_seen() -> None:
    text = page("docs/glossary.md")

    assert word_gaps(text.replace("| **Item** | 条目 |", "| **Item** | item |")) == ["Item"]
    assert word_gaps(text.replace("| **Digest** |", "| **Report** |")) == ["Digest"]


def test_docs_and_mails_use_the_same_chinese_words() -> None:
    assert chinese_gaps(page("docs/kinds.md"), page("docs/glossary.md"), page(CATALOGUE)) == []


def test_another_chinese_word_is_seen() -> None:
    kinds, glossary, catalogue = page("docs/kinds.md"), page("docs/glossary.md"), page(CATALOGUE)

    assert chinese_gaps(kinds.replace("### hazard · ", "### hazard · 小"), glossary, catalogue)
    assert chinese_gaps(kinds, glossary.replace("| open | ", "| open | 小"), catalogue)


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"])
def test_what_a_stranger_looks_for_is_there(name: str) -> None:
    assert page(name).strip()


def test_links_lead_somewhere() -> None:
    pages = [path for path in tracked() if path.suffix == ".md"]

    assert pages
    assert [link for path in pages for link in dead_links(path)] == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading, with `code`\n", encoding="utf-8")
    path = tmp_path / "page.md"
    path.write_text(
        "[a](there.md) [b](there.md#a-heading-with-code) [c](https://a.example) [d](gone.md) [e](there.md#no) [f](#x)",
        encoding="utf-8",
    )

    assert dead_links(path) == [
        "page.md: gone.md",
        "page.md: there.md#no has no such heading",
        "page.md: #x has no such heading",
    ]


def test_nothing_of_a_machine_is_in_the_tree() -> None:
    assert strangers(tracked()) == []


@pytest.mark.parametrize(
    "text",
    [
        "see /{}/main/x".format("work"),
        "cd /{}/.cache".format("root"),
        "--index-{} x".format("url"),
        "https://mirror.example/{}/x".format("simple"),
        "https://files.example/packages/{}/x.whl".format("0a/1b"),
    ],
)
def test_a_path_of_a_machine_is_seen(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text(f"first line\n{text}\n", encoding="utf-8")

    assert strangers([path])


def test_a_large_file_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "rows.bin"
    path.write_bytes(bytes(LARGEST + 1))

    assert strangers([path]) == ["rows.bin: too large"]


def test_decision_records_are_whole_and_numbered() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "adr").glob("*.md"))

    assert names
    assert [name[:5] for name in names] == [f"{number:04}-" for number in range(1, len(names) + 1)]
    assert [gap for name in names for gap in record_gaps(name, page(f"docs/adr/{name}"))] == []


def test_a_gap_in_a_decision_record_is_seen() -> None:
    whole = "# 0001. Title\n\n## Status\n\nx\n\n## Why\n\nx\n\n## Decision\n\nx\n\n## Consequences\n\nx\n"

    assert record_gaps("0001-title.md", whole) == []
    assert record_gaps("0001-title.md", whole.replace("## Why\n\nx\n", "## Why\n")) == ["0001-title.md: Why is missing"]
    assert record_gaps("0002-title.md", whole) == ["0002-title.md: the title must begin with its number"]
