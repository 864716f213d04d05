"""Every error this service raises on purpose.

    MonitorError
    ├── SettingsError    the configuration; lists everything that is wrong at once
    ├── CollectError     a platform could not be read this time
    │   └── NoSuchNameError  the name of its host is not known at all
    ├── AttachmentError  a file, or something in it, could not be read
    ├── DeliveryError    a notification was not accepted
    └── StoreError       the database
        ├── DiskFullError   nothing more can be written
        └── LeaseLostError  somebody else finished this unit of work first

The class docstring is the default message. ``permanent`` says that trying again changes nothing
until a person acts; whoever retries looks at it and at nothing else.
"""

from __future__ import annotations

from datetime import timedelta


class MonitorError(Exception):
    """Something went wrong."""

    permanent = False

    def __init__(self, message: str = "", *, permanent: bool | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        if permanent is not None:
            self.permanent = permanent


class SettingsError(MonitorError):
    """The configuration can't be used."""

    permanent = True

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CollectError(MonitorError):
    """The platform could not be read.

    ``code`` is a stable machine name ("timeout", "became_html", ...): what logs, records and mails say.
    ``retry_after`` is the wait that the server asked for, if it did, ``leads_to`` the address it wanted to send us to.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        leads_to: str = "",
    ) -> None:
        super().__init__(message or code, permanent=permanent)
        self.code = code
        self.retry_after = retry_after
        self.leads_to = leads_to


class NoSuchNameError(CollectError):
    """The name of the host is not known, and not only now: its code is that of every name that is not found."""


class AttachmentError(MonitorError):
    """A file, or something in it, could not be read.

    ``code`` is a stable machine name ("encrypted", "bomb", ...). ``permanent`` ends the whole file, not a part of it.
    """

    def __init__(self, code: str, message: str = "", *, permanent: bool = False) -> None:
        super().__init__(message or code, permanent=permanent)
        self.code = code


class DeliveryError(MonitorError):
    """The notification was not accepted.

    ``unknown`` says that the other side may have accepted it: DATA had begun and no answer came. ``content`` says
    that what was refused for good is the text, not the recipient: another text may get through.
    """

    def __init__(
        self, message: str = "", *, permanent: bool = False, unknown: bool = False, content: bool = False
    ) -> None:
        super().__init__(message, permanent=permanent)
        self.unknown = unknown
        self.content = content


class StoreError(MonitorError):
    """The database can't be used."""


class DiskFullError(StoreError):
    """There is no room left where the database is kept."""


class LeaseLostError(StoreError):
    """The lease on this unit of work had expired and somebody else took it; nothing was written."""
