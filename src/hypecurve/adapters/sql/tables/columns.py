"""What columns hold: instants, text from outside, and keys, the same on both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite, which knows no zones, keeps it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; hand SQLite its naive form."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without a zone cannot be kept"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Line(TypeDecorator[str]):
    """Text that came from outside, to be kept or looked for.

    PostgreSQL takes no NUL and neither database half of a surrogate pair: each becomes U+FFFD.
    Nothing is left out, so that no two ids become one.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        """Hand over what the database takes."""
        return value if value is None or is_plain(value) else _UNSTORABLE.sub("\ufffd", value)


class Prose(Line):
    """The same, of any length."""

    impl = Text
    cache_ok = True


def is_plain(text: str) -> bool:
    """Say whether nothing in a text needs a closer look; most of it passes here."""
    return text.isascii() and "\0" not in text


# SQLite numbers rows by itself only for a column that is exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


def of_repo(**kwargs: Any) -> Column[int]:  # noqa: ANN401 - passed on to Column
    """A column that names a repo."""
    return Column("repo_id", BigInteger, ForeignKey("repo.id"), **kwargs)


def of_channel(**kwargs: Any) -> Column[int]:  # noqa: ANN401 - passed on to Column
    """A column that names a channel."""
    return Column("channel_id", BigId, ForeignKey("channel.id"), **kwargs)
