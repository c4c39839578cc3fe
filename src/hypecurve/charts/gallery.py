"""Pictures that were drawn lately, as many as fit into so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from hypecurve.domain.chart import Chart

Key = tuple[Chart, str]
"""A chart and the language of its words."""


class Gallery:
    """Keeps what was asked for last; the oldest go first. To be used from any thread."""

    def __init__(self, most_bytes: int) -> None:
        """Keep at most so many bytes of pictures; a larger one is not kept at all."""
        self._most = most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self.size = 0
        """Bytes that are kept."""

    def find(self, key: Key) -> bytes | None:
        """Return the picture, None where it is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Key, picture: bytes) -> None:
        """Keep a picture."""
        with self._lock:
            self.size -= len(self._kept.pop(key, b""))
            self._kept[key] = picture
            self.size += len(picture)
            while self.size > self._most:
                _, oldest = self._kept.popitem(last=False)
                self.size -= len(oldest)
