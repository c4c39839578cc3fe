"""Keeping Python's collector of cyclic garbage from going through everything again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (50_000, 20, 100)
"""New objects before the first look, and how often the later generations are looked at."""

_blocks: list[tuple[int, int, int]] = []
"""How it was before the first block, and one more for each block."""


@contextmanager
def many_rows() -> Iterator[None]:
    """Let the collector come seldom while thousands of rows are handled at a time.

    Rows are freed by their counts and hold no cycles, but each of them brings the collector's next
    look nearer: that took half of the time of reading a catalogue. What is there already stays out
    of its sight until the block ends; of several blocks at a time, until the last of them does.
    """
    if not _blocks:
        _blocks.append(gc.get_threshold())
        gc.freeze()
        gc.set_threshold(*_THRESHOLDS)
    _blocks.append(_THRESHOLDS)
    try:
        yield
    finally:
        _blocks.pop()
        if len(_blocks) == 1:
            gc.set_threshold(*_blocks.pop())
            gc.unfreeze()
