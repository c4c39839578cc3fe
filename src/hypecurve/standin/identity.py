"""The ids of made-up repos: far from those that GitHub has given out."""

from __future__ import annotations

FIRST_ID = 2_000_000_000  # above GitHub's when this was written, and within GraphQL's 32 bits
_NODE = "R_madeup"


def node_id(index: int) -> str:
    """The GraphQL node id of a repo."""
    return f"{_NODE}{index:07d}"


def index_of(node: str, size: int) -> int | None:
    """The repo of a node id in a world of that size; None where there is none."""
    number = node.removeprefix(_NODE)
    if not node.startswith(_NODE) or not (number.isascii() and number.isdecimal()):
        return None
    index = int(number[:12])
    return index if index < size else None
