"""What Discord refuses in a message: its limits, as its documentation states them.

Lengths count UTF-16 units, the stricter reading of "characters".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

COMPONENTS_V2 = 1 << 15
EPHEMERAL = 1 << 6

ROW, BUTTON, SELECT, SECTION, TEXT, THUMBNAIL, GALLERY = 1, 2, 3, 9, 10, 11, 12
SEPARATOR, CONTAINER = 14, 17
LINK_STYLE = 5

_TOP = frozenset({ROW, SECTION, TEXT, GALLERY, SEPARATOR, CONTAINER})
_IN_CONTAINER = _TOP - {CONTAINER}

Json = dict[str, Any]


def problems(body: Mapping[str, Any]) -> list[str]:
    """Return what Discord would answer code 50035 for; empty where it would take the message."""
    found = list(_envelope(body))
    if body.get("flags", 0) & COMPONENTS_V2:
        found += _components(body.get("components") or [])
        if body.get("content") or body.get("embeds"):
            found.append("content and embeds cannot be used with components v2")
    else:
        found += _embeds(body.get("embeds") or [])
        least = 0 if body.get("embeds") else 1
        if not least <= units(body.get("content") or "") <= 2000:
            found.append("content: 1 to 2000 characters")
        rows = body.get("components") or []
        if len(rows) > 5 or any(row["type"] != ROW for row in rows):
            found.append("components: at most 5 action rows")
        found += _components(rows) if rows else []
    return found


def units(text: str) -> int:
    """Return the length in UTF-16 units; a lone surrogate is no text at all."""
    return len(text.encode("utf-16-le")) // 2


def walk(components: list[Json]) -> Iterator[Json]:
    """Yield every component, nested ones too."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if "accessory" in component:
            yield component["accessory"]


def shown(body: Mapping[str, Any]) -> str:
    """Return all the markdown a message shows."""
    texts = [c["content"] for c in walk(body.get("components") or []) if c["type"] == TEXT]
    texts += [embed.get("description") for embed in body.get("embeds") or []]
    return "\n".join(filter(None, [body.get("content"), *texts]))


def files(body: Mapping[str, Any]) -> list[str]:
    """Return the names of the attached files that a message shows."""
    items = [i for c in walk(body.get("components") or []) for i in c.get("items", ())]
    urls = [item["media"]["url"] for item in items]
    urls += [embed["image"]["url"] for embed in body.get("embeds") or [] if "image" in embed]
    return [url.removeprefix("attachment://") for url in urls if url.startswith("attachment://")]


def _envelope(body: Mapping[str, Any]) -> Iterator[str]:
    nonce = body.get("nonce")
    if nonce is not None and len(str(nonce)) > 25:
        yield "nonce: at most 25 characters"
    mentions = body.get("allowed_mentions")
    if mentions is not None and not set(mentions) <= {"parse", "users", "roles", "replied_user"}:
        yield "allowed_mentions: unknown field"
    roles = (mentions or {}).get("roles", [])
    if len(roles) > 100 or not all(role.isascii() and role.isdigit() for role in roles):
        yield "allowed_mentions: at most 100 roles, by their ids"
    if roles and "roles" in (mentions or {}).get("parse", ()):
        yield "allowed_mentions: roles are named, and all of them are"


def _embeds(embeds: list[Json]) -> Iterator[str]:
    if len(embeds) > 10:
        yield "embeds: at most 10"
    told = [embed.get("description", "") for embed in embeds]
    if sum(map(units, told)) > 6000:
        yield "embeds: at most 6000 characters together"
    for embed, text in zip(embeds, told, strict=True):
        if units(text) > 4096:
            yield "embed description: at most 4096 characters"
        if not text.strip() and "image" not in embed:
            yield "embed: empty"
        if not 0 <= embed.get("color", 0) <= 0xFFFFFF:
            yield "embed color: out of range"
        if not set(embed) <= {"description", "color", "image"}:
            yield "embed: not read here"


def _components(top: list[Json]) -> Iterator[str]:
    if not top:
        yield "components: at least 1"
    for component in top:
        if component["type"] not in _TOP:
            yield f"type {component['type']} cannot stand at the top"
    every = list(walk(top))
    if len(every) > 40:
        yield f"{len(every)} components, at most 40"
    if sum(units(c["content"]) for c in every if c["type"] == TEXT) > 4000:
        yield "text displays: at most 4000 characters together"
    ids = [c["custom_id"] for c in every if "custom_id" in c]
    if len(set(ids)) < len(ids):
        yield "custom_id: twice the same"
    for component in every:
        yield from _component(component)


def _component(component: Json) -> Iterator[str]:
    kind = component["type"]
    inner = [child["type"] for child in component.get("components", [])]
    if kind == TEXT and not component["content"].strip():
        yield "text display: empty"
    if kind == CONTAINER and not (inner and set(inner) <= _IN_CONTAINER):
        yield "container: empty, or holds what it cannot hold"
    if kind == CONTAINER and not 0 <= (component.get("accent_color") or 0) <= 0xFFFFFF:
        yield "accent_color: out of range"
    if kind == ROW and inner != [SELECT] and not (1 <= len(inner) <= 5 and set(inner) == {BUTTON}):
        yield "action row: one select or 1 to 5 buttons"
    if kind == SECTION:
        yield from _section(component, inner)
    if kind == GALLERY:
        yield from _gallery(component)
    if kind == BUTTON:
        yield from _button(component)
    if kind == SELECT:
        yield from _select(component)


def _section(section: Json, inner: list[int]) -> Iterator[str]:
    if not 1 <= len(inner) <= 3 or set(inner) != {TEXT}:
        yield "section: 1 to 3 text displays"
    if section.get("accessory", {}).get("type") not in {BUTTON, THUMBNAIL}:
        yield "section: a button or a thumbnail beside it"


def _gallery(gallery: Json) -> Iterator[str]:
    if not 1 <= len(gallery["items"]) <= 10:
        yield "media gallery: 1 to 10 items"
    for item in gallery["items"]:
        if not item["media"]["url"].startswith(("https://", "http://", "attachment://")):
            yield "media gallery: scheme"
        if not 1 <= units(item.get("description", "x")) <= 1024:
            yield "media gallery: a description of 1 to 1024 characters"


def _button(button: Json) -> Iterator[str]:
    if not 1 <= units(button.get("label", "").strip()) <= 80:
        yield "button label: 1 to 80 characters"
    if button["style"] == LINK_STYLE:
        if "custom_id" in button or not 1 <= len(button.get("url", "")) <= 512:
            yield "link button: a url of 512 characters at most, no custom_id"
        elif not button["url"].startswith(("https://", "http://", "discord://")):
            yield "link button: scheme"
    elif not 1 <= units(button.get("custom_id", "")) <= 100:
        yield "button custom_id: 1 to 100 characters"


def _select(select: Json) -> Iterator[str]:
    options = select.get("options", [])
    if not 1 <= len(options) <= 25:
        yield "select: 1 to 25 options"
    if not 1 <= units(select.get("custom_id", "")) <= 100:
        yield "select custom_id: 1 to 100 characters"
    if units(select.get("placeholder", "")) > 150:
        yield "select placeholder: at most 150 characters"
    values = [option["value"] for option in options]
    if len(set(values)) < len(values):
        yield "select: twice the same value"
    for option in options:
        if not 1 <= units(option["label"].strip()) <= 100:
            yield "option label: 1 to 100 characters"
        if not 1 <= units(option["value"]) <= 100:
            yield "option value: 1 to 100 characters"
        if not 1 <= units(option.get("description", "x")) <= 100:
            yield "option description: 1 to 100 characters"
