"""Keeping Python's collector of cyclic garbage from going through everything again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (50_000, 20, 100)
"""New objects before the first look, and how often the later generations are looked at."""


@contextmanager
def many_rows() -> Iterator[None]:
    """Let the collector come seldom while thousands of rows are handled at a time.

    Rows are freed by their counts and hold no cycles, but each of them brings the collector's next
    look nearer: that took half of the time of reading a catalogue. What is there already stays out
    of its sight until the block ends.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
