"""Ways out that fail in turn and then accept, and a house whose telephones ring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from monitor.errors import DeliveryError
from monitor.house import House
from monitor.model import Notification
from monitor.store import views
from tests.houses import CONFIGURATION

GAS = "煤气一直在漏，楼道里全是味，快来人！"
RINGING = (
    CONFIGURATION.replace('mail = "duty@agency.example"', 'mail = "duty@agency.example"\nphone = "000-5550102"')
    + '[ring]\nway = "http"\nurl = "http://127.0.0.1:9/sms"\nnetworks = ["127.0.0.0/8"]\n'
)


@dataclass
class Way:
    """Raises each error once, first come first served, and remembers what it was given and what it accepted."""

    mail_errors: list[DeliveryError] = field(default_factory=list)
    ring_errors: list[DeliveryError] = field(default_factory=list)
    mails: list[Notification] = field(default_factory=list)
    rings: list[Notification] = field(default_factory=list)
    attempts: list[Notification] = field(default_factory=list)

    def mail(self, notification: Notification, data_begins: Callable[[], None]) -> str:
        return self._send(notification, data_begins, self.mail_errors, self.mails)

    def ring(self, notification: Notification, data_begins: Callable[[], None]) -> str:
        return self._send(notification, data_begins, self.ring_errors, self.rings)

    def _send(
        self,
        notification: Notification,
        data_begins: Callable[[], None],
        errors: list[DeliveryError],
        accepted: list[Notification],
    ) -> str:
        error = errors.pop(0) if errors else None
        self.attempts.append(notification)
        if error is None or error.unknown or error.content:
            data_begins()
        if error is not None:
            raise error
        accepted.append(notification)
        return "250"


def told(house: House) -> list[views.Sent]:
    with house.store.read() as tx:
        return views.sent(tx)
