"""What Slack refuses in a message, and what it would show and ping: pure functions over JSON.

The limits are those of slack_sdk's models and of docs.slack.dev/reference/block-kit; how Slack
counts a whole message is not documented, so its JSON is counted, the strictest reading.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

JsonObject = Mapping[str, Any]

MESSAGE_CHARACTERS = 13_200
BLOCKS = 50
TEXT_CHARACTERS = 40_000
_STYLES = {"bold", "italic", "strike", "code", "underline"}
_FILE = re.compile(r"F[A-Z0-9]{8,}")
_CONTROL = re.compile(r"<(?P<what>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")


def problems(blocks: Sequence[JsonObject]) -> list[str]:
    """Return what makes Slack answer `invalid_blocks`; empty where it would take them."""
    found = [] if len(blocks) <= BLOCKS else [f"{len(blocks)} blocks"]
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        found.append("a block_id twice")
    for place, block in enumerate(blocks):
        found += [f"blocks/{place}: {problem}" for problem in _block(block)]
    return found


def too_long(blocks: Sequence[JsonObject]) -> bool:
    """Whether Slack answers `msg_blocks_too_long`."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > MESSAGE_CHARACTERS


def _block(block: JsonObject) -> Iterator[str]:
    yield from _length(block.get("block_id", "x"), 255, "block_id")
    check = _KINDS.get(str(block.get("type")))
    if check is None:
        yield f"block type {block.get('type')!r}"
    else:
        yield from check(block)


def _rich_text(block: JsonObject) -> Iterator[str]:
    if not block.get("elements"):
        yield "an empty rich_text"
    for element in block.get("elements", []):
        yield from _rich(element)


def _image(block: JsonObject) -> Iterator[str]:
    yield from _length(block.get("alt_text"), 2000, "alt_text")
    if "title" in block:
        yield from _text(block["title"], 2000, {"plain_text"})
    file = block.get("slack_file") or {}
    if ("image_url" in block) == bool(file):
        yield "an image needs an image_url or a slack_file"
    elif file and not _FILE.fullmatch(str(file.get("id", ""))):
        yield "input must match regex pattern: ^[F][A-Z0-9]{8,}$"


def _context(elements: Sequence[JsonObject]) -> Iterator[str]:
    if not 1 <= len(elements) <= 10:
        yield f"{len(elements)} context elements"
    for element in elements:
        yield from _text(element, 3000)


def _actions(elements: Sequence[JsonObject]) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield f"{len(elements)} elements of actions"
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        yield "an action_id twice"
    for element in elements:
        yield from _length(element.get("action_id"), 255, "action_id")
        match element.get("type"):
            case "button":
                yield from _text(element.get("text"), 75, {"plain_text"})
                yield from _length(element.get("value", "x"), 2000, "value")
                yield from _length(element.get("url", "x"), 3000, "url")
            case "static_select":
                yield from _text(element.get("placeholder"), 150, {"plain_text"})
                options = element.get("options", [])
                if not 1 <= len(options) <= 100:
                    yield f"{len(options)} options"
                for option in options:
                    yield from _text(option.get("text"), 75, {"plain_text"})
                    yield from _length(option.get("value"), 150, "option value")
                    if "description" in option:
                        yield from _text(option["description"], 75, {"plain_text"})
            case other:
                yield f"element type {other!r}"


def _rich(element: JsonObject) -> Iterator[str]:
    children = element.get("elements", [])
    match element.get("type"):
        case "rich_text_list":
            if element.get("style") not in {"bullet", "ordered"} or not children:
                yield "a list without its style or its items"
            if any(child.get("type") != "rich_text_section" for child in children):
                yield "a list that holds something else than sections"
            for child in children:
                yield from _rich(child)
        case "rich_text_section" | "rich_text_quote" | "rich_text_preformatted":
            for child in children:
                yield from _leaf(child)
        case other:
            yield f"rich text of type {other!r}"


def _leaf(leaf: JsonObject) -> Iterator[str]:
    style = leaf.get("style", {})
    if not set(style) <= _STYLES or not all(isinstance(on, bool) for on in style.values()):
        yield f"style {style!r}"
    match leaf.get("type"):
        case "text":
            yield from _length(leaf.get("text"), 12_000, "text")
        case "link":
            yield from _length(leaf.get("url"), 3000, "url")
            yield from _length(leaf.get("text", "x"), 12_000, "text")
        case "date":
            if not isinstance(leaf.get("timestamp"), int) or "{" not in leaf.get("format", ""):
                yield "a date without timestamp and format"
        case "broadcast" | "user" | "usergroup" | "channel" | "emoji":
            pass
        case other:
            yield f"rich text leaf {other!r}"


def _text(
    text: JsonObject | None, limit: int, kinds: frozenset[str] | set[str] | None = None
) -> Iterator[str]:
    if text is None or text.get("type") not in (kinds or {"plain_text", "mrkdwn"}):
        yield f"text object {text!r:.80}"
    else:
        yield from _length(text.get("text"), limit, "text")


def _length(text: object, limit: int, what: str) -> Iterator[str]:
    if not isinstance(text, str) or not 1 <= len(text) <= limit:
        size = len(text) if isinstance(text, str) else "no"
        yield f"{what} of {size} characters (limit {limit})"


_KINDS: Mapping[str, Callable[[JsonObject], Iterator[str]]] = {
    "header": lambda block: _text(block.get("text"), 150, {"plain_text"}),
    "section": lambda block: _text(block.get("text"), 3000),
    "divider": lambda _: iter(()),
    "context": lambda block: _context(block.get("elements", [])),
    "actions": lambda block: _actions(block.get("elements", [])),
    "image": _image,
    "rich_text": _rich_text,
}
"""What is wrong with a block, by its type."""


def leaves(node: object) -> Iterator[JsonObject]:
    """Yield every JSON object inside a body, depth first, in the order it is read."""
    if isinstance(node, Mapping):
        yield node
        for child in node.values():
            yield from leaves(child)
    elif isinstance(node, list | tuple):
        for child in node:
            yield from leaves(child)


def shown(body: JsonObject) -> str:
    """Return all text a reader sees: of the blocks where there are any, else of `text`."""
    if not body.get("blocks"):
        return resolved(str(body.get("text", "")))
    parts = []
    for leaf in leaves(body["blocks"]):
        text = leaf.get("text", leaf.get("fallback"))
        if isinstance(text, str):
            parts.append(resolved(text) if leaf.get("type") == "mrkdwn" else text)
    return " ".join(parts)


def resolved(mrkdwn: str) -> str:
    """Return what Slack shows for a mrkdwn text: labels for links, fallbacks for dates."""
    plain = _CONTROL.sub(lambda found: found["label"] or found["what"], mrkdwn)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def pings(body: JsonObject) -> list[str]:
    """Return what in a body would notify people or groups: `<!channel>`, `<@U1>`, broadcasts."""
    found = [
        leaf["type"]
        for leaf in leaves(body.get("blocks", []))
        if leaf.get("type") in {"broadcast", "user", "usergroup", "channel"}
    ]
    texts = [str(body.get("text", ""))]
    texts += [str(leaf["text"]) for leaf in leaves(body) if leaf.get("type") == "mrkdwn"]
    for text in texts:
        for control in _CONTROL.finditer(text):
            what = control["what"]
            if what.startswith(("@", "#")) or (what[:1] == "!" and not what.startswith("!date")):
                found.append(control[0])
    return found


def links(body: JsonObject) -> list[str]:
    """Return where the links in a body lead."""
    found = [leaf["url"] for leaf in leaves(body.get("blocks", [])) if leaf.get("url")]
    texts = [str(body.get("text", ""))]
    texts += [str(leaf["text"]) for leaf in leaves(body) if leaf.get("type") == "mrkdwn"]
    for text in texts:
        found += [
            control["what"]
            for control in _CONTROL.finditer(text)
            if not control["what"].startswith(("@", "#", "!"))
        ]
    return found
