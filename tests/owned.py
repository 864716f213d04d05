"""A site on loopback that is the agency's own, or says so, and a house that watches a column of it."""

from contextlib import contextmanager

from demo import animals
from demo.zoo import Zoo
from monitor import proof
from monitor.store import proofs
from tests.houses import CONFIGURATION, Web, build, drain, item

FILE = "/col/huiyin-verification.txt"


@contextmanager
def agency(folder, routes=(), text=CONFIGURATION, web=None):
    """A house that watches a column of a real site, and the site."""
    with Zoo(dict(routes)) as zoo:
        text = text.replace("http://127.0.0.1:9/", zoo.url("/col/"))
        yield build(folder, web or Web([item("谢谢")]), text, proven=False), zoo


def prefix(zoo):
    return zoo.url("/col/")


def token(house, zoo):
    return proof.token(house.key, prefix(zoo))


def publish(house, zoo, text=None):
    zoo.routes[FILE] = animals.answer(text or token(house, zoo), "text/plain")


def known(house, zoo):
    with house.store.read() as tx:
        return proofs.of(tx, [prefix(zoo)])[prefix(zoo)]


def passed(house):
    """How often platforms have been read, as the fake web counts."""
    return house.collectors["feed"].__self__.passes


def look(house, clock, days=0.0):
    """Let time pass, and the service with it; the proof as it then is known."""
    clock.move(days=days)
    drain(house, clock)


def known_in(tx, zoo):
    return proofs.of(tx, [prefix(zoo)])[prefix(zoo)]
