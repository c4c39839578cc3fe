"""How Discord lays a post out, as lines for a terminal: read back from what would be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wcwidth import wrap

from hypecurve_discord.rendering.components import LINK, ROW, SELECT, TEXT
from hypecurve_discord.rendering.markdown import shown

WIDTH = 76
"""Columns: about as much as Discord shows in one line on a desktop."""

_BAR = "▌ "
_BOLD = ("\x1b[1m", "\x1b[0m")
_SMALL = "-# "
_INDENT = "  "


def lines(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a body that `components.body` made, with ANSI bold."""
    for line in body.get("content", "").split("\n") if body.get("content") else ():
        yield from (_BAR + drawn for drawn in _line(line))
    for container in body.get("components", ()):
        if container["type"] == ROW:
            yield (_BAR + "  ".join(_control(control) for control in container["components"]))
            continue
        for place, component in enumerate(container["components"]):
            if place:
                yield _BAR.rstrip()
            for line in _drawn(component):
                yield (_BAR + line).rstrip()


def _drawn(component: Mapping[str, Any]) -> Iterator[str]:
    if component["type"] == TEXT:
        for line in component["content"].split("\n"):
            yield from _line(line)
    elif component["type"] == ROW:
        yield "  ".join(_control(control) for control in component["components"])


def _line(markdown: str) -> Iterator[str]:
    if markdown.startswith("#"):
        text = _BOLD[0] + shown(markdown.lstrip("#").lstrip()) + _BOLD[1]
        yield from wrap(text, WIDTH)
    else:
        small = markdown.startswith(_SMALL)
        indent = _INDENT if small else ""
        text = shown(markdown.removeprefix(_SMALL), _BOLD)
        yield from wrap(text, WIDTH, initial_indent=indent, subsequent_indent=_INDENT)


def _control(control: Mapping[str, Any]) -> str:
    if control["type"] == SELECT:
        return f"[{control['placeholder']} ▾]"
    return f"[{control['label']} ↗]" if control["style"] == LINK else f"[{control['label']}]"
