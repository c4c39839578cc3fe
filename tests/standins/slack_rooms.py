"""What the stand-in Slack tells of people, channels and who is in them.

A private channel is told of to who is in it: the app finds no other. `users.conversations` of a
person lists the public channels they are in, and the private ones that the app is in too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from standins.slack_answers import refusal
from standins.slack_model import SlackChannel, SlackWorkspace

_PAGE = 100


def answer(
    method: str, workspace: SlackWorkspace, body: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the answer of a method about people and places; None for one of other things."""
    if method == "users.info":
        user = workspace.users.get(str(body.get("user")))
        return {"ok": True, "user": user} if user else refusal("user_not_found")
    if method in {"users.conversations", "conversations.list"}:
        return (_of_person if method.startswith("users") else _of_all)(workspace, body)
    if method not in {"conversations.info", "conversations.members"}:
        return None
    channel = workspace.channels.get(str(body.get("channel")))
    if channel is None or (channel.is_private and not channel.member):
        return refusal("channel_not_found")
    if method == "conversations.info":
        return {"ok": True, "channel": told(channel)}
    members = sorted(channel.members | ({workspace.bot_user} if channel.member else set()))
    return _paged("members", members, body)


def told(channel: SlackChannel) -> dict[str, Any]:
    """Return a channel as Slack tells of it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": channel.id.startswith("D"),
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.archived,
        "is_member": channel.member,
        "num_members": len(channel.members),
    }


def _of_person(workspace: SlackWorkspace, body: Mapping[str, Any]) -> dict[str, Any]:
    user = str(body.get("user") or workspace.bot_user)
    kinds = set(str(body.get("types") or "public_channel").split(","))
    without_archived = str(body.get("exclude_archived", "")).casefold() in {"1", "true"}
    found = [
        told(channel)
        for channel in workspace.channels.values()
        if not channel.id.startswith("D")
        and ("private_channel" if channel.is_private else "public_channel") in kinds
        and (channel.member if user == workspace.bot_user else user in channel.members)
        and (channel.member or not channel.is_private)
        and not (without_archived and channel.archived)
    ]
    return _paged("channels", found, body)


def _of_all(workspace: SlackWorkspace, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public channels: of private ones the app asks nothing here."""
    without_archived = str(body.get("exclude_archived", "")).casefold() in {"1", "true"}
    found = [
        told(channel)
        for channel in workspace.channels.values()
        if channel.id[:1] in {"C", "G"}
        and not channel.is_private
        and not (without_archived and channel.archived)
    ]
    return _paged("channels", found, body)


def _paged(name: str, found: Sequence[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page: the cursor is where the next begins."""
    begin = int(body.get("cursor") or 0)
    end = begin + min(int(body.get("limit") or _PAGE), 1_000)
    cursor = str(end) if end < len(found) else ""
    return {"ok": True, name: found[begin:end], "response_metadata": {"next_cursor": cursor}}
