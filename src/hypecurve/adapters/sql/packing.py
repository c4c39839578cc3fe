"""Star counts by slot as they are packed into one value."""

from __future__ import annotations

import zlib

import numpy as np

from hypecurve.ports.store import Packed


def packed(column: Packed) -> bytes:
    """Counts as bytes."""
    # Most counts need two of their four bytes: the fastest level halves them.
    return zlib.compress(column.astype("<i4").tobytes(), 1)


def unpacked(counts: bytes) -> Packed:
    """Bytes as counts."""
    return np.frombuffer(zlib.decompress(counts), "<i4").astype(np.int32)


def padded(column: Packed, size: int) -> Packed:
    """A copy with room for at least so many slots; what is new is unknown."""
    if len(column) >= size:
        return column.copy()
    return np.concatenate([column, np.full(size - len(column), -1, np.int32)])
