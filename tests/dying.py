"""Processes that die at a chosen point, and a mail server that outlives them."""

import os
import signal
from contextlib import contextmanager

from monitor.store.database import Store
from tests.houses import up_to_date


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(Store):
    """A store whose process dies just before or just after the n-th commit of a writing transaction."""

    def __init__(self, store, n, when):
        super().__init__(store._engine)
        self._left = n
        self._when = when

    @contextmanager
    def write(self):
        self._left -= 1
        with super().write() as tx:
            yield tx
            if self._left == 0 and self._when == "before":
                die()
        if self._left == 0 and self._when == "after":
            die()


class Inbox:
    """An SMTP server that keeps what it accepts; ``before_250`` runs when a message is stored and not yet answered."""

    def __init__(self):
        self.mails = []
        self.before_250 = lambda: None

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append(envelope)
        self.before_250()
        return "250 OK"


def in_child(work):
    """Run ``work`` in a forked child; whether it was killed."""
    up_to_date()  # once here instead of in each child
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
