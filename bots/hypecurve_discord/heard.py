"""What the gateway tells of channels, for those who post in the same process."""

from __future__ import annotations

from collections.abc import Callable

Look = Callable[[int], int | None]


class Heard:
    """Channel types as the gateway tells them, handed from the listening to the posting side."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._look: Look | None = None

    def listen(self, look: Look | None) -> None:
        """Look types up there from now on; None: nobody listens any more."""
        self._look = look

    def type_of(self, channel_id: int) -> int | None:
        """Return a channel's type; None where nobody has told."""
        return None if self._look is None else self._look(channel_id)
