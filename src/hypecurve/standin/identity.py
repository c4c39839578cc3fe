"""The ids of made-up repos: far from those that GitHub has given out."""

from __future__ import annotations

from base64 import b64decode, b64encode

FIRST_ID = 2_000_000_000  # above GitHub's when this was written, and within GraphQL's 32 bits
_NODE = "R_madeup"
_OLD_NODE = "010:Repository"


def node_id(index: int) -> str:
    """The GraphQL node id of a repo."""
    return f"{_NODE}{index:07d}"


def index_of(node: str, size: int) -> int | None:
    """The repo of a node id in a world of that size; None where there is none."""
    return _number_below(size, node.removeprefix(_NODE)) if node.startswith(_NODE) else None


def old_node_id(index: int) -> str:
    """The node id of a repo in the form that GitHub gave out before 2021."""
    return b64encode(f"{_OLD_NODE}{FIRST_ID + index}".encode()).decode()


def index_of_old(node: str, size: int) -> int | None:
    """The repo of a node id in the old form; None where there is none."""
    try:
        text = b64decode(node, validate=True).decode()
    except ValueError:
        return None
    return (
        _number_below(size, text.removeprefix(_OLD_NODE), FIRST_ID)
        if text.startswith(_OLD_NODE)
        else None
    )


def _number_below(size: int, text: str, first: int = 0) -> int | None:
    if not (text.isascii() and text.isdecimal()):
        return None
    index = int(text[:12]) - first
    return index if 0 <= index < size else None
