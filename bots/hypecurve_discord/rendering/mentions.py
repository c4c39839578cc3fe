"""Who is called by a post: one named role at most, whatever its texts say: pure."""

from __future__ import annotations

import re
from typing import Any

from hypecurve.domain.message import Message

Json = dict[str, Any]
QUIETLY: Json = {"parse": []}
"""Nobody is pinged, whatever the text says."""
_ROLE = re.compile(r"[0-9]{1,20}", re.ASCII)


def called(message: Message) -> str:
    """Return the mention of the role that a message calls; "" where it calls nobody."""
    return f"<@&{message.calls}>" if _ROLE.fullmatch(message.calls) else ""


def allowed(message: Message) -> Json:
    """Return the `allowed_mentions` of a post."""
    return {**QUIETLY, "roles": [message.calls]} if called(message) else dict(QUIETLY)
