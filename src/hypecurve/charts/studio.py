"""Where charts are drawn: in one worker thread, each once."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from hypecurve.charts.gallery import Gallery, Key
from hypecurve.domain.chart import Chart

MOST_BYTES = 32_000_000
"""Some 400 pictures."""


class Studio:
    """`ports.Charts`. To be used from one event loop."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Draw nothing yet, and load nothing; keep at most so many bytes of pictures."""
        self._gallery = Gallery(most_bytes)
        self._at_work: dict[Key, Future[bytes]] = {}

    async def draw(self, chart: Chart, locale: str = "en") -> bytes:
        """Return a PNG, 1600 pixels wide; the same chart gives the same bytes."""
        key = (chart, locale)
        # In this order: a picture is in the gallery before it is no longer at work.
        work = self._at_work.get(key)
        if work is None:
            found = self._gallery.find(key)
            if found is not None:
                return found
            work = self._at_work[key] = _worker().submit(self._drawn, key)
            work.add_done_callback(lambda _: self._at_work.pop(key, None))
        # Who asked for it first may go away: the others still wait for the same picture.
        return await asyncio.shield(asyncio.wrap_future(work))

    def _drawn(self, key: Key) -> bytes:
        # Half a second and 60 MB, which only who draws pays for.
        from hypecurve.charts.drawing import drawn  # noqa: PLC0415

        picture = drawn(*key)
        self._gallery.keep(key, picture)
        return picture


@cache
def _worker() -> ThreadPoolExecutor:
    """The thread of this process that draws: matplotlib is not made for several."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")
