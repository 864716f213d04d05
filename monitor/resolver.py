"""TXT records out of the DNS. EDGE: the only dnspython door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from monitor.errors import CollectError

PATIENCE = timedelta(seconds=5)  # for everything: other servers and TCP included
LONGEST = 1000  # characters of one record
MOST = 100  # records of one name


def system() -> dns.resolver.Resolver:
    """As the machine is set up now."""
    return dns.resolver.Resolver()


class Txt:
    """``txt(name)``: the TXT records of a name, aliases followed; none where it has none.

    Raises CollectError "dns" when no server says so.
    """

    def __init__(self, resolver: Callable[[], dns.resolver.Resolver] = system) -> None:
        self._resolver = resolver

    def __call__(self, name: str) -> list[str]:
        try:
            asked = dns.name.from_text(name + ".")
            answer = self._resolver().resolve(
                asked, dns.rdatatype.TXT, search=False, raise_on_no_answer=False, lifetime=PATIENCE.total_seconds()
            )
        except dns.resolver.NXDOMAIN:
            return []
        except dns.exception.DNSException as error:
            raise CollectError("dns", f"the name server has no answer for {name} ({type(error).__name__})") from error
        records = answer.rrset or ()
        return [b"".join(record.strings).decode("utf-8", "replace")[:LONGEST] for record in list(records)[:MOST]]
