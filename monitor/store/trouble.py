"""What an error of the library or a driver means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from monitor.errors import DiskFullError, StoreError

TOO_LARGE = "54"  # class of PostgreSQL's codes: a value is larger than an index or a row can hold
FULL = "53100"  # PostgreSQL: no room on its disk
FULL_FILE = "SQLITE_FULL"
NOT_IN_TIME = "55P03"  # PostgreSQL: nobody let go of the lock while we could wait


@contextmanager
def translated() -> Iterator[None]:
    """Library errors become StoreError. Only the first line is said: PostgreSQL quotes values in the next."""
    try:
        yield
    except DBAPIError as error:
        kind = DiskFullError if _is_full(error) else StoreError
        raise kind(f"the database refused: {_first_line(error.orig)}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"the database failed: {_first_line(error)}") from error


def _is_full(error: DBAPIError) -> bool:
    return code(error) == FULL or getattr(error.orig, "sqlite_errorname", "") == FULL_FILE


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def code(error: DBAPIError) -> str:
    """PostgreSQL's five-letter code; "" on SQLite and where there was no answer."""
    return getattr(error.orig, "sqlstate", None) or ""


def rows_at_fault(error: Exception) -> bool:
    """Whether what was written can't be stored, rather than the disk, the connection or the time having failed."""
    if isinstance(error, OperationalError):
        return code(error).startswith(TOO_LARGE)
    return isinstance(error, SQLAlchemyError | ValueError | OverflowError)
