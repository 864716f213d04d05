"""``huiyin rotate-links``: another key signs the links in mails."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import daemon, linkkeys
from monitor.cli import wiring
from monitor.settings import load


@click.command("rotate-links")
@click.option("--at-once", is_flag=True, help="已发出的链接立即失效 / links that were sent open nothing any more")
@click.pass_obj
def rotate_links(config: Path, *, at_once: bool) -> None:
    """更换邮件链接的密钥；运行中的服务随即使用。/ A new key for links in mails; a running service takes it up."""
    settings = load(config)
    path = linkkeys.file_of(settings.key_file)
    kept = linkkeys.rotate(path, daemon.clock(), at_once=at_once)
    words = wiring.words(settings.language)
    click.echo(words.say("terminal.rotated_kept" if kept else "terminal.rotated", path=path))
