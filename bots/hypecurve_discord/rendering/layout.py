"""How Discord lays a post out, as lines for a terminal: read back from what would be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wcwidth import wrap

from hypecurve_discord.rendering.components import COMPONENTS_V2, CONTAINER, SECTION, TEXT
from hypecurve_discord.rendering.controls import LINK, ROW, SELECT
from hypecurve_discord.rendering.markdown import shown
from hypecurve_discord.rendering.pictures import GALLERY

Json = Mapping[str, Any]
WIDTH = 76
"""Columns: about as much as Discord shows in one line on a desktop."""

_BAR = "▌ "
_BOLD = ("\x1b[1m", "\x1b[0m")
_SMALL = "-# "
_INDENT = "  "


def lines(body: Json, alt: str = "") -> Iterator[str]:
    """Yield the lines of a body of any form, with ANSI bold.

    `alt`: what the picture sent with it says in words, "" for none; components tell it themselves.
    """
    if body.get("content"):
        yield from (_BAR + line for line in _text(body["content"]))
    embeds = body.get("embeds", ())
    for embed in embeds:
        drawn = (*_text(embed["description"]), *(_picture(alt) if "image" in embed else ()))
        yield from (_BAR + line for line in drawn)
        yield _BAR.rstrip()
    if alt and not (embeds or body.get("flags", 0) & COMPONENTS_V2):
        yield from (_BAR + line for line in _picture(alt))
    for top in body.get("components", ()):
        # A row of the older kind stands below the post, as a container stands for all of it.
        for place, component in enumerate(top["components"] if top["type"] == CONTAINER else [top]):
            if place:
                yield _BAR.rstrip()
            for line in _drawn(component):
                yield (_BAR + line).rstrip()


def _drawn(component: Json) -> Iterator[str]:
    kind = component["type"]
    if kind == TEXT:
        yield from _text(component["content"])
    elif kind == SECTION:
        for text in component["components"]:
            yield from _text(text["content"])
        yield _INDENT + _control(component["accessory"])
    elif kind == GALLERY:
        for item in component["items"]:
            yield from _picture(item.get("description", ""))
    elif kind == ROW:
        yield "  ".join(_control(control) for control in component["components"])


def _text(markdown: str) -> Iterator[str]:
    for line in markdown.split("\n"):
        yield from _line(line)


def _line(markdown: str) -> Iterator[str]:
    if markdown.startswith("#"):
        text = _BOLD[0] + shown(markdown.lstrip("#").lstrip()) + _BOLD[1]
        yield from wrap(text, WIDTH)
    else:
        small = markdown.startswith(_SMALL)
        indent = _INDENT if small else ""
        text = shown(markdown.removeprefix(_SMALL), _BOLD)
        yield from wrap(text, WIDTH, initial_indent=indent, subsequent_indent=_INDENT)


def _picture(alt: str) -> Iterator[str]:
    said = f"[picture: {alt}]" if alt else "[picture]"
    yield from wrap(said, WIDTH, subsequent_indent=_INDENT)


def _control(control: Json) -> str:
    if control["type"] == SELECT:
        return f"[{control['placeholder']} ▾]"
    return f"[{control['label']} ↗]" if control["style"] == LINK else f"[{control['label']}]"
