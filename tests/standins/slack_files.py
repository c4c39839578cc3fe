"""Files of the stand-in Slack: handed over in three calls, then shown in image blocks.

    slack.files.kept                      # every file that was completed, by id
    slack.files.processing = 2            # the next two messages that show a new file are refused
    slack.files.delete("F000000001")      # somebody deletes it: blocks that show it are refused

Bytes go to the address that files.getUploadURLExternal gave out, and must be as many as it was
told. Who did not upload a file cannot show it: each workspace has its own.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from standins.slack_answers import refusal
from standins.slack_rules import leaves

JsonObject = Mapping[str, Any]


@dataclass(slots=True)
class SlackFile:
    """A file, from its address to what it holds."""

    id: str
    team: str
    name: str
    length: int
    content: bytes = b""
    title: str = ""
    unready: int = 0
    """So many messages that show it are still refused."""


@dataclass(slots=True)
class Files:
    """What was handed over to every workspace."""

    root: str = ""
    """Where the bytes go: the beginning of an address."""
    processing: int = 0
    """So many messages that show a file are refused until Slack is through with it."""
    kept: dict[str, SlackFile] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    _open: dict[str, SlackFile] = field(default_factory=dict)
    _count: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def answer(self, method: str, team: str, body: JsonObject) -> dict[str, Any] | None:
        """Return the answer of a files.* method; None for one that is none of these."""
        if method == "files.getUploadURLExternal":
            return self._address(team, body)
        if method == "files.completeUploadExternal":
            return self._complete(team, body)
        return None

    def take(self, file_id: str, content: bytes) -> int:
        """Take a file's bytes and return the HTTP status of the answer."""
        file = self._open.get(file_id)
        if file is None:
            return 404
        if len(content) != file.length:
            return 400
        file.content = content
        return 200

    def delete(self, *ids: str) -> None:
        """Delete files, as their owner or an administrator may; none named: all."""
        self.deleted |= set(ids or self.kept)

    def refusal(self, team: str, blocks: Sequence[JsonObject]) -> dict[str, Any]:
        """Return why blocks are refused for the files they show; {} where they are fine."""
        shown = [leaf["slack_file"] for leaf in leaves(blocks) if leaf.get("slack_file")]
        files = [self.kept.get(str(file.get("id"))) for file in shown]
        wrong = False
        for file in files:
            if file is None or file.team != team or file.id in self.deleted:
                wrong = True
            elif file.unready:
                file.unready -= 1
                wrong = True
        said = "[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"
        return refusal("invalid_blocks", said) if wrong else {}

    def _address(self, team: str, body: JsonObject) -> dict[str, Any]:
        length = str(body.get("length", ""))
        if not length.isdecimal() or not int(length) or not body.get("filename"):
            return refusal("invalid_arguments")
        file = SlackFile(f"F{next(self._count):09d}", team, str(body["filename"]), int(length))
        self._open[file.id] = file
        return {"ok": True, "upload_url": f"{self.root}/upload/{file.id}", "file_id": file.id}

    def _complete(self, team: str, body: JsonObject) -> dict[str, Any]:
        wanted = json.loads(str(body.get("files") or "[]"))
        found = [self._open.get(str(each.get("id"))) for each in wanted]
        files = [file for file in found if file and file.team == team and file.content]
        if not wanted or len(files) != len(wanted):
            return refusal("file_not_found")
        for file, each in zip(files, wanted, strict=True):
            file.title, file.unready = str(each.get("title", "")), self.processing
            self.kept[file.id] = self._open.pop(file.id)
        return {"ok": True, "files": [{"id": file.id, "mimetype": ""} for file in files]}
