"""What systemd is told of the service (sd_notify(3)): one datagram a message, no library. EDGE."""

from __future__ import annotations

import socket


class Supervisor:
    """Speaks to the socket ``address`` of ``$NOTIFY_SOCKET``: a path, or a name in the abstract namespace ("@name").

    Without an address nothing is said. That nobody listens must never stop the service: ``say`` returns False.
    """

    def __init__(self, address: str = "") -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def say(self, **fields: str) -> bool:
        """``say(READY="1", STATUS="all is well")``; a value is one line."""
        if not self._address:
            return False
        lines = "\n".join(f"{name}={' '.join(value.split())}" for name, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.setblocking(False)
                out.sendto(lines.encode("utf-8", "replace"), self._address)
        except (OSError, ValueError):
            return False
        return True
