"""Setting up and running: init, check-config, run, once, health, send-test."""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import click

from classifiers import routing
from monitor import brief, daemon, guard, keys, logs, messages, papers
from monitor.attachments import apart
from monitor.channels.ring import Post
from monitor.channels.supervisor import Supervisor
from monitor.chats import Group
from monitor.cli import owned, people, wiring
from monitor.collectors import exports
from monitor.collectors.board import PASS_TIME
from monitor.collectors.imap import PASS_LIMIT
from monitor.console import server
from monitor.errors import CollectError, DeliveryError, StoreError
from monitor.house import Send, context
from monitor.model import Channel, Contact, Cursor, Notification, Platform, Policy, Severity
from monitor.polling import AFTER_NIGHT
from monitor.proof import Proof, claimed
from monitor.settings import Settings, load, notify_socket, shipped
from monitor.store import passes, views
from monitor.store.database import made, open_store
from monitor.words import Words

ENDS_SOON = timedelta(days=30)
TRIED = 10.0  # seconds for one export: a service that starts waits for check-config


@click.command()
@click.pass_obj
def init(config: Path) -> None:
    """开始使用：写配置样例，建数据库和密钥。/ Begin: a configuration to start from, database and key."""
    if not config.exists():
        config.write_text(shipped("huiyin.toml"), encoding="utf-8")
        click.echo(wiring.words("zh").say("terminal.wrote_config", path=config))
        click.echo(wiring.words("en").say("terminal.wrote_config", path=config))
        return
    settings = load(config)
    words = wiring.words(settings.language)
    if made(settings.database):
        keys.load(settings.key_file)
    keys.create(settings.key_file)
    open_store(settings.database, migrate=True).close()
    click.echo(words.say("terminal.kept_config", path=config))
    key = {"folder": settings.data, "key": settings.key_file.name}
    if settings.database.server:
        click.echo(words.say("terminal.made_tables", server=settings.database))
    click.echo(words.say("terminal.made_key" if settings.database.server else "terminal.made_data", **key))
    click.echo(words.say("terminal.next_steps"))


@click.command("check-config")
@click.pass_obj
def check_config(config: Path) -> None:
    """检查配置：所有问题一次列出，并说明会读哪里、告诉谁。/ Check the configuration: all problems at once."""
    settings = load(config)
    words = wiring.words(settings.language)
    click.echo(words.say("terminal.config_good", path=config))
    click.echo(f"\n{words.say('terminal.claims')}")
    states = _states(settings, words)
    for platform in settings.platforms.values():
        held, prefixes = states[platform.name], words.join(platform.prefixes)
        click.echo(f"  {words.say('terminal.claim', title=platform.title, prefixes=prefixes, state=held)}".rstrip())
        for line in _how(platform, settings, words):
            click.echo(f"    {line}")
    click.echo()
    for policy in settings.policies.values():
        click.echo(f"  {_plan(policy, settings, words)}")
    waits = {platform.title: longest(settings, platform) for platform in settings.platforms.values()}
    slowest = max(waits, key=lambda title: waits[title])
    click.echo(f"\n{words.say('terminal.longest', span=words.span(waits[slowest]), title=slowest)}")
    mail = settings.mail
    if mail.way == "smtp":
        click.echo(words.say("terminal.mail_smtp", host=mail.host, port=mail.port, security=mail.security))
    else:
        click.echo(words.say("terminal.mail_folder", folder=mail.folder))
    for line in (_acting(settings, words), *_ringing(settings, words), *_groups(settings, words)):
        click.echo(line)
    for line in _routing(settings, words):
        click.echo(line)
    for line in _ending(settings, words):
        click.echo(line)
    year = settings.calendar.unpublished(daemon.clock())
    if year:
        click.echo(words.say("digest.unpublished", year=year))
    for line in _unmanned(settings, words):
        click.echo(line, err=True)


def _unmanned(settings: Settings, words: Words) -> list[str]:
    """When in the next seven days nobody can be told. No reason to refuse a start: then nobody would be told of all."""
    try:
        with closing(open_store(settings.database)) as store, store.read() as tx:
            return [*people.gaps(tx, settings, words, daemon.clock())]
    except StoreError:
        return []  # there is no database of this version yet, as was said above


def _ending(settings: Settings, words: Words) -> Iterator[str]:
    """What the operator noted in [[expiry]] and has ended, or ends soon."""
    today = daemon.clock().astimezone(settings.zone).date()
    for each in sorted(settings.expiries, key=lambda one: one.on):
        if each.on - today <= ENDS_SOON:
            yield words.say("marks.colon").join((each.what, papers.left(each, today, words)))


def _states(settings: Settings, words: Words) -> dict[str, str]:
    """How the proof of each platform stands; nothing is known of it before there is a database of this version."""
    now, watched = daemon.clock(), settings.platforms
    known = {name: tuple(Proof(prefix=prefix) for prefix in claimed(each)) for name, each in watched.items()}
    try:
        with closing(open_store(settings.database)) as store, store.read() as tx:
            known = {row.name: row.proofs for row in views.health(tx, tuple(watched.values()), {})}
    except StoreError as error:
        click.echo(f"  {error}")
    return {name: owned.state(proofs, words, now, settings) for name, proofs in known.items()}


def _how(platform: Platform, settings: Settings, words: Words) -> Iterator[str]:
    """What else is to be known of a platform: with what it is read, what is there, until when one must answer."""
    if not settings.http.proxy:  # which is asked by name, and opens connections of its own
        yield from _never_read(platform, words)
    if platform.mailbox is not None:
        folders = words.join((*platform.mailbox.folders, *filter(None, [platform.mailbox.sent])))
        yield words.say("terminal.mailbox", username=platform.mailbox.username, folders=folders)
    if platform.account is not None:
        used = {"articles": platform.account.articles_a_day, "comments": platform.account.comments_a_day}
        yield words.say("terminal.account", appid=platform.account.appid, **used)
    if platform.kind == "exports":
        yield from _exports(platform, settings, words)
    if platform.board is not None or platform.mailbox is not None:
        yield _answers(platform, words)


def _never_read(platform: Platform, words: Words) -> Iterator[str]:
    """Addresses written as numbers that the guard refuses."""
    for prefix in claimed(platform):
        address = guard.literal(guard.parse(prefix).host)
        why = guard.refusal(address, platform.networks) if address else ""
        if why:
            key = "address_never" if why in guard.NEVER else "address_unnamed"
            yield words.say(f"terminal.{key}", address=address, why=why)


def _exports(platform: Platform, settings: Settings, words: Words) -> Iterator[str]:
    """What the files in the folder hold now, read to try them: headings that don't fit come with a proposal."""
    lines = partial(apart.lines, limits=replace(wiring.SHEETS, seconds=TRIED))
    door = exports.Door(lines, daemon.clock, secrets.token_bytes(32))
    try:
        found = exports.collect(door, platform, Cursor(platform=platform.name), wiring.fetcher(settings).get)
    except CollectError as error:
        yield words.say("terminal.exports_why", why=words.error(error.code), detail=error)
        return
    yield words.count("terminal.exports_read", len(found.items))
    for each in filter(None, (found.trouble, found.left_out)):
        yield words.say("terminal.exports_why", why=words.error(each.code), detail=each)


def _routing(settings: Settings, words: Words) -> Iterator[str]:
    """Which model says what messages are about, and topics of units that it doesn't know."""
    own = wiring.routing_model(settings, words)
    topics = (own or routing.shipped()).labels
    yield words.say("train.own" if own else "train.shipped", path=settings.routing_file, topics=words.join(topics))
    unknown = [topic for topic in settings.units if topic not in topics]
    if unknown:
        yield words.say("train.unknown_topics", topics=words.join(unknown))


def _acting(settings: Settings, words: Words) -> str:
    """Where the links in mails lead."""
    web = settings.web
    if not web.url:
        return words.say("terminal.web_none")
    return words.say("terminal.web_good", url=web.url, address=web.address, port=web.port)


def _ringing(settings: Settings, words: Words) -> Iterator[str]:
    """Whose telephone rings when people are in danger, and whose does not."""
    host = urlsplit(settings.ring.url).netloc
    if settings.ring.way == "none":
        yield words.say("terminal.ring_none")
    elif not settings.ringing:
        yield words.say("terminal.ring_nobody", host=host)
    else:
        silent = [name for name in settings.told_of_danger if name not in settings.ringing]
        yield words.say("terminal.ring_good", names=_titles(settings, settings.ringing, words), host=host)
        if silent:
            yield words.say("terminal.ring_silent", names=_titles(settings, silent, words))


def _groups(settings: Settings, words: Words) -> Iterator[str]:
    """Which groups of chat programs are told of what."""
    for group in settings.chats:
        wanted = words.join(words.say(f"severities.{each}") for each in Severity if each in group.severities)
        yield words.say("terminal.chat_good", title=group.title, host=group.host, severities=wanted)


def _titles(settings: Settings, names: Iterable[str], words: Words) -> str:
    return words.join(settings.contacts[name].title for name in names)


def _answers(platform: Platform, words: Words) -> str:
    """Until when a message must be answered, or why nobody can say."""
    if platform.answer_within is None:
        return words.say("terminal.answers_unsent" if platform.mailbox else "terminal.answers_unseen")
    return words.say("terminal.answers_within", span=words.delay(platform.answer_within))


def longest(settings: Settings, platform: Platform) -> timedelta:
    """From posted to the first mail accepted, when everything answers.

    The longest wait between two readings, its turn among those of the same host, fetching, four stages, sending.
    """
    pace = settings.pace
    neighbours = sum(passes.host_of(other.url) == passes.host_of(platform.url) for other in settings.platforms.values())
    turn = (neighbours - 1) * max(pace.host_gap, pace.tick)
    wait = platform.every if platform.messages else platform.every_max * 1.1 + _night(platform)
    paging = timedelta(seconds=PASS_TIME if platform.board or platform.listing else 0)
    if platform.mailbox:
        paging = PASS_LIMIT
    fetches = 2 if platform.listing else 1  # a page, and the last of its articles
    asking = fetches * (settings.http.total + pace.per_host * pace.host_gap)
    return wait + turn + paging + asking + 4 * pace.tick + settings.mail.timeout


def _night(platform: Platform) -> timedelta:
    """How long a platform is not read at night."""
    if platform.night is None:
        return timedelta(0)
    begin, end = (timedelta(hours=each.hour, minutes=each.minute) for each in platform.night)
    return (end - begin) % timedelta(days=1) + AFTER_NIGHT


def _plan(policy: Policy, settings: Settings, words: Words) -> str:
    steps = []
    for step in policy.steps:
        names = words.join(settings.contacts[name].title for name in step.tell)
        key = "terminal.plan_step" if step.after else "terminal.plan_now"
        steps.append(words.say(key, after=words.delay(step.after), names=names))
    return words.say(
        "terminal.plan",
        kind=words.say(f"kinds.{policy.kind}.name"),
        severity=words.say(f"severities.{policy.severity}"),
        deadline=words.delay(policy.deadline),
        steps=words.join(steps),
        repeat=words.span(policy.repeat),
    )


@click.command()
@click.pass_obj
def run(config: Path) -> None:
    """运行服务，直到收到停止信号。/ Run the service until it is told to stop."""
    logs.to_stderr()
    stop = threading.Event()
    daemon.stop_on_signals(stop)
    house = wiring.house(load(config), migrate=True)
    with closing(house.store):
        for line in owned.notice(house):
            click.echo(line, err=True)
        with server.serving(house, daemon.clock):
            daemon.run(house, stop, Supervisor(notify_socket()))


@click.command()
@click.pass_obj
def once(config: Path) -> None:
    """把到期的活做一遍就结束。/ Do what is due once, and end."""
    logs.to_stderr()
    house = wiring.house(load(config), migrate=True)
    with closing(house.store):
        daemon.once(house)
        for line in owned.notice(house):
            click.echo(line, err=True)


@click.command("send-test")
@click.option(
    "--to",
    "names",
    multiple=True,
    metavar="CONTACT",
    help="只发给谁，群写 chat:代号 / only to these contacts, or chat:NAME",
)
@click.option("--no-ring", is_flag=True, help="电话不响 / no telephone rings")
@click.option("--no-chat", is_flag=True, help="不发到群里 / no chat group is told")
@click.pass_obj
def send_test(config: Path, names: tuple[str, ...], no_ring: bool, no_chat: bool) -> None:
    """给联系人各发一封测试邮件，有电话的也响一次，群里也发。/ Test mails; telephones ring, groups are told."""
    settings = load(config)
    words = wiring.words(settings.language)
    mail = wiring.sender(settings.mail)
    post = wiring.fetcher(settings).post
    ring = wiring.ringer(settings.ring, post)
    well = True
    addressed = tuple(name for name, contact in settings.contacts.items() if contact.mail)
    groups = [group for group in settings.chats if not names or group.contact.name in names]
    for name in (
        [name for name in names if name not in {group.contact.name for group in groups}] if names else addressed
    ):
        if name not in addressed:
            known = ", ".join((*addressed, *(group.contact.name for group in settings.chats)))
            raise click.ClickException(words.say("terminal.unknown_contact", name=name, known=known))
        letter = trial(settings, settings.contacts[name], daemon.clock())
        well &= _sent(letter, mail, words, settings)
        if settings.contacts[name].phone and settings.ring.way != "none" and not no_ring:
            well &= _sent(_test_ring(settings, letter), ring, words, settings)
    if not (no_chat or _test_groups(groups, settings, post, words)) or not well:
        sys.exit(1)


def _test_groups(groups: Iterable[Group], settings: Settings, post: Post, words: Words) -> bool:
    """Tell each group, and say what its robot answers; whether all of them took it."""
    send, now, well = wiring.chatter(settings.chats, post), daemon.clock(), True
    for group in groups:
        contact, about = group.contact, context(settings, now)
        test = replace(
            trial(settings, contact, now),
            channel=Channel.CHAT,
            address=contact.name,
            message=brief.chat_trial(about, wiring.words(group.language)),
        )
        try:
            key, answer = "terminal.chat_sent", send(test, lambda: None)
        except DeliveryError as error:
            key, answer, well = "terminal.chat_failed", str(error), False
        click.echo(words.say(key, title=group.title, host=group.host, answer=answer))
    return well


def trial(settings: Settings, contact: Contact, now: datetime) -> Notification:
    """The test mail for a contact."""
    words = wiring.words(contact.language)
    return Notification(
        id=0,
        key=f"test:{contact.name}",
        contact=contact.name,
        address=contact.mail,
        language=contact.language,
        message=messages.render(messages.trial(contact, context(settings, now), words), words),
        message_id=f"<test-{contact.name}-{now:%Y%m%d%H%M%S}@huiyin.invalid>",
        created_at=now,
    )


def _test_ring(settings: Settings, mail: Notification) -> Notification:
    """The same for the telephone of the same contact."""
    assert mail.created_at is not None
    text = brief.ring_trial(context(settings, mail.created_at), wiring.words(mail.language))
    number = settings.contacts[mail.contact].phone
    return replace(mail, key=f"{mail.key}:ring", channel=Channel.RING, address=number, message=text)


def _sent(test: Notification, send: Send, words: Words, settings: Settings) -> bool:
    way = "test" if test.channel is Channel.MAIL else "ring"
    try:
        key, answer = f"terminal.{way}_sent", send(test, lambda: None)
    except DeliveryError as error:
        key, answer = f"terminal.{way}_failed", str(error)
    click.echo(words.say(key, title=settings.contacts[test.contact].title, address=test.address, answer=answer))
    return key.endswith("_sent")
