"""What comes with files: how the stand-in Discord reads it, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

Json = dict[str, Any]

_SCHEME = "attachment://"
LONGEST_ALT = 1_024


async def sent(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    """Return a message's JSON, and the files that came with it, each by `N NAME`."""
    if request.content_type != "multipart/form-data":
        return await request.json(), {}
    form = await request.post()
    body: Json = json.loads(str(form["payload_json"]))
    found: dict[str, bytes] = {}
    for key, part in form.items():
        if isinstance(part, web.FileField):
            number = key.removeprefix("files[").removesuffix("]")
            part.file.seek(0)  # it may be looked at twice
            found[f"{number} {part.filename}"] = part.file.read()
    return body, found


def wrong_files(body: Mapping[str, Any], files: Mapping[str, bytes]) -> list[str]:
    """Return what Discord would refuse: a file that nothing names, or a name without its file."""
    return [*_wrong(body, files)]


def attachments(body: Mapping[str, Any], files: Mapping[str, bytes]) -> list[Json]:
    """Return the attachments that a message has in the end."""
    told = {str(each.get("id")): each for each in body.get("attachments") or []}
    found = []
    for key, content in files.items():
        number, _, name = key.partition(" ")
        described = told.get(number, {})
        shown = {"description": described["description"]} if "description" in described else {}
        found.append(
            {
                "id": str(9_000 + int(number)),
                "filename": name,
                "size": len(content),
                "url": f"https://cdn.example/{name}",
                "proxy_url": f"https://cdn.example/{name}",
                "content_type": "image/png",
                **shown,
            }
        )
    return found


def _wrong(body: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    numbers = {key.partition(" ")[0] for key in files}
    names = {key.partition(" ")[2] for key in files}
    for each in body.get("attachments") or []:
        if str(each.get("id")) not in numbers:
            yield "attachments: names a file that did not come"
        if len(each.get("description") or "") > LONGEST_ALT:
            yield "attachments: description of at most 1024 characters"
    for url in _urls(body):
        if url.startswith(_SCHEME) and url.removeprefix(_SCHEME) not in names:
            yield f"{url}: no such file"


def _urls(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "url" and isinstance(value, str):
                yield value
            else:
                yield from _urls(value)
    elif isinstance(node, list):
        for each in node:
            yield from _urls(each)
