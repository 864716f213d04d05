"""The command ``huiyin``. One file a family of commands; ``wiring`` puts the parts together."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor import __version__
from monitor.cli import (
    adding,
    audit,
    classify,
    copies,
    days,
    demo,
    doctor,
    drilling,
    evaluate,
    firstday,
    health,
    linking,
    looking,
    owned,
    paper,
    people,
    plans,
    platforms,
    records,
    rehearse,
    rosters,
    scan,
    service,
    silencing,
    similar,
    tasks,
    train,
    transfer,
    trying,
)
from monitor.cli.wiring import Friendly
from monitor.settings import default_path


@click.group(cls=Friendly, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="huiyin")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="配置文件 / configuration file (default: $HUIYIN_CONFIG, else huiyin.toml)",
)
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """回音：听自己的平台，按时回应。

    Huiyin listens on an agency's own platforms and answers in time.
    """
    context.obj = config or default_path()


for command in (
    demo.demo,
    service.init,
    service.check_config,
    service.run,
    service.once,
    health.health,
    doctor.doctor,
    service.send_test,
    looking.list_,
    looking.show,
    looking.explain,
    similar.similar,
    looking.digest,
    records.ack,
    tasks.tick,
    drilling.drill,
    records.resolve,
    records.dismiss,
    records.topic,
    transfer.transfer,
    classify.classify,
    evaluate.evaluate,
    firstday.adopt,
    firstday.go_live,
    rehearse.rehearse_,
    paper.paper,
    scan.scan,
    train.train,
    days.calendar_,
    people.who,
    people.absence,
    people.contact,
    rosters.roster_,
    silencing.addresses,
):
    cli.add_command(command)


@cli.group()
def platform() -> None:
    """平台：情况、试读、添加、证明归属。/ Platforms: how they are, trying, adding and proving one."""


platform.add_command(platforms.list_)
platform.add_command(trying.try_)
platform.add_command(adding.add)
platform.add_command(owned.prove)


@cli.group()
def silence() -> None:
    """静默：一段时间内不通知某个平台或某类事项。/ Silences: not to be told of something for a while."""


silence.add_command(silencing.add)
silence.add_command(silencing.list_)
silence.add_command(silencing.end)


@cli.group()
def policy() -> None:
    """规则：谁在多久之后知道什么。/ Policies: who is told of what, and when."""


policy.add_command(plans.show_policy)


@cli.group("audit")
def audit_() -> None:
    """核查：办理经过有没有被改动，导出。/ Audit: whether what happened was changed, and exporting it."""


audit_.add_command(audit.verify)
audit_.add_command(audit.export)


cli.add_command(linking.rotate_links)
cli.add_command(copies.backup)
cli.add_command(copies.restore)


@cli.group()
def retention() -> None:
    """保存期限：到期会删去哪些文字。/ How long texts are kept, and which would go."""


retention.add_command(copies.preview)


def main() -> None:
    """The entry point; output is UTF-8 whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    cli()
