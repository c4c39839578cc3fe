"""Messages as they are frozen: JSON, and read back with every type checked."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import Any

from hypecurve.domain.message import Message

_KEPT = 512
"""Messages, of some 40 KB: a dozen that many channels wish for, in a dozen time zones, come back
within so many others."""


@cache
def _message_adapter() -> Any:  # noqa: ANN401 - pydantic's own generic
    # pydantic reads dataclasses back from JSON with every type checked; it is slow to import.
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(Message)


def message_values(message: Message) -> Any:  # noqa: ANN401 - JSON
    """A message as JSON."""
    return _message_adapter().dump_python(message, mode="json")


def message_text(message: Message) -> str:
    """A message as JSON text."""
    try:
        return str(_message_adapter().dump_json(message), "utf-8")
    except ValueError:  # half of a surrogate pair, which is in no UTF-8
        return json.dumps(message_values(message))


@lru_cache(maxsize=_KEPT)
def message_of(text: str) -> Message:
    """JSON text as the message it was; ValueError where it is none that this version knows.

    Channels that wish for the same are told the same: it is read once for many of them.
    """
    try:
        found: Message = _message_adapter().validate_python(json.loads(text))
    except ValueError as error:
        # pydantic quotes what it does not know: the log shall not.
        unknown = f"a message that this version does not know ({type(error).__name__})"
        raise ValueError(unknown) from None
    return found


def message_if_known(text: str | None) -> Message | None:
    """The same; None where nothing is frozen, or a version to come wrote it."""
    try:
        return None if text is None else message_of(text)
    except ValueError:
        return None
