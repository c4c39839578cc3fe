"""What a database says of itself (locked, full, gone), as one line that can be tried again.

The codes are SQLite's, https://sqlite.org/rescode.html, and PostgreSQL's,
https://www.postgresql.org/docs/current/errcodes-appendix.html. Neither driver is loaded for them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType

from sqlalchemy import exc

from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.saying import Saying, to_say

_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Primary result codes; the rest (an unknown table, a slip in the SQL) are mistakes of ours."""
_EXTENDED = 0xFF
"""An extended result code has its primary one in the lowest byte."""

_TOO_COMPLEX = "54"
"""The class of what PostgreSQL counts as operational, but no waiting mends."""
_BROKEN_INSIDE = "XX"
_SESSION_ENDED = frozenset({"25006", "25P03", "25P04"})
"""Read-only (another server took over), and what was open for too long: "internal" to psycopg."""


class Inside:
    """The block of a unit of work: what ended it, if anything did."""

    error: BaseException | None = None

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Note what ended the block, and let it pass."""
        self.error = error


@asynccontextmanager
async def reachable() -> AsyncIterator[Inside]:
    """Raise StoreUnavailable for whatever the database says of itself, and let all else be.

    Where the block fails and the database goes away while that is taken back, the block's own
    error counts: being cancelled stays being cancelled, a mistake a mistake.
    """
    inside = Inside()
    try:
        yield inside
    except exc.SQLAlchemyError as error:
        first = inside.error or error
        why = why_away(first)
        if why is None:
            if first is error:
                raise
            raise first from None
        form = to_say("The database does not answer ({why}).")
        raise StoreUnavailable(form, why=Saying(why)) from error


def why_away(error: BaseException) -> str | None:
    """In one line why the database cannot be used at present; None where that is not the error."""
    if isinstance(error, exc.TimeoutError):
        return to_say("too many wait for a connection")
    if isinstance(error, exc.PendingRollbackError):
        return to_say("the connection was lost")
    if isinstance(error, exc.DBAPIError) and _is_away(error):
        return first_line(error)
    return None


def first_line(error: BaseException) -> str:
    """The first line of what a driver says."""
    lines = str(getattr(error, "orig", error)).strip().splitlines()
    return lines[0].removesuffix(".") if lines else to_say("no reason given")


def _is_away(error: exc.DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & _EXTENDED in _SQLITE_AWAY
    is_postgres = hasattr(error.orig, "sqlstate")
    state = getattr(error.orig, "sqlstate", None) or ""
    if isinstance(error, exc.OperationalError):
        return not state.startswith(_TOO_COMPLEX)
    if isinstance(error, exc.InterfaceError):
        return is_postgres  # SQLite's is a value that it does not take
    if isinstance(error, exc.InternalError):
        return not state or state in _SESSION_ENDED or state.startswith(_BROKEN_INSIDE)
    return False
