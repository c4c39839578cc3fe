"""Where a message's picture stands in a post: pure. Its file is sent with the post."""

from __future__ import annotations

from typing import Any

from hypecurve.domain.chart import Curve, Picture
from hypecurve.domain.message import Message
from hypecurve.wording.cut import clean, cut

Json = dict[str, Any]
GALLERY = 12
NAME = "chart.png"
"""What a picture's file is called."""
_ALT = 1_024


def alt_of(picture: Picture) -> str:
    """Return what a picture says in words, as long as Discord takes it; for the attachment too."""
    return cut(clean(picture.alt), _ALT, utf16=True)


def gallery(message: Message, name: str) -> list[Json]:
    """Return the picture as a component; none where no file of that `name` is sent."""
    if message.picture is None or not name:
        return []
    alt = alt_of(message.picture)
    item = {"media": {"url": address(name)}, **({"description": alt} if alt else {})}
    return [{"type": GALLERY, "items": [item]}]


def address(name: str) -> str:
    """Return the address of a file that is sent with the post."""
    return f"attachment://{name}"


def shows(message: Message) -> str:
    """Return the repo whose curve a message's picture is; "" for another picture, or none."""
    chart = None if message.picture is None else message.picture.chart
    return clean(chart.line.name) if isinstance(chart, Curve) else ""
