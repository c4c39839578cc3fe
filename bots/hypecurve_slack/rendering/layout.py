"""How Slack lays a message out, drawn as lines for a terminal, from the very blocks it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hypecurve_slack.rendering.markup import unescape

_BOLD = "\x1b[1m{}\x1b[22m"
_DIM = "\x1b[2m{}\x1b[22m"
_CONTROL = re.compile(r"<(?P<what>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_MARKED = re.compile(r"(?<!\w)(?P<mark>[*`])(?P<text>[^*`\n]+)(?P=mark)(?!\w)")

Node = Mapping[str, Any]


def layout(posts: Sequence[Node]) -> Iterator[str]:
    """Yield lines: the notification, the post, its thread. Bold and dim are ANSI codes."""
    for place, post in enumerate(posts):
        if place == 0:
            yield _DIM.format(f"[notification: {unescape(post['text']).partition(chr(10))[0]}]")
        else:
            yield ""
            yield _DIM.format("in the thread:")
        margin = "  " if place else ""
        before = ""
        for block in post.get("blocks", ()):
            if before == "rich_text" or (before and block["type"] in {"rich_text", "actions"}):
                yield ""
            before = block["type"]
            yield from (f"{margin}{line}" if line else line for line in _block(block))
        if not post.get("blocks"):
            yield from unescape(post["text"]).splitlines()


def _block(block: Node) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield _BOLD.format(block["text"]["text"])
        case "context":
            for element in block["elements"]:
                for line in _text(element).splitlines():
                    yield _DIM.format(line)
        case "rich_text":
            for element in block["elements"]:
                yield from _rich(element)
        case "image":
            yield _DIM.format(f"[picture: {block['alt_text']}]")
        case "actions":
            yield "  ".join(_control(element) for element in block["elements"])


def _rich(element: Node) -> Iterator[str]:
    if element["type"] == "rich_text_list":
        for item in element["elements"]:
            first, *rest = _leaves(item["elements"]).split("\n")
            yield f"• {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield from _leaves(element["elements"]).split("\n")


def _leaves(leaves: Iterable[Node]) -> str:
    return "".join(_leaf(leaf) for leaf in leaves)


def _leaf(leaf: Node) -> str:
    shown = {"date": "fallback", "channel": "channel_id"}.get(leaf["type"], "text")
    text = str(leaf[shown])
    return _BOLD.format(text) if leaf.get("style", {}).get("bold") else text


def _text(element: Node) -> str:
    """Return the text of a text object, mrkdwn resolved to what it shows."""
    text = str(element["text"])
    if element["type"] != "mrkdwn":
        return text
    text = _CONTROL.sub(lambda found: found["label"] or found["what"], text)
    return unescape(_MARKED.sub(lambda found: found["text"], text))


def _control(element: Node) -> str:
    if element["type"] == "static_select":
        return f"[{element['placeholder']['text']} ▾]"
    return f"[{element['text']['text']}]"
