"""Messages of ours as they stand in Discord, to press their buttons."""

from __future__ import annotations

from typing import Any

from hypecurve.domain.message import Control, MessageKind
from hypecurve_discord.rendering.components import body
from standins.discord_payloads import user
from standins.discord_rules import BUTTON, walk
from support.discord_running import line


def posted(*controls: Control, channel: str = "456") -> dict[str, Any]:
    """Return a message of ours as it stands in a channel."""
    told: dict[str, Any] = {
        each: [] for each in ("mentions", "mention_roles", "attachments", "embeds")
    }
    plain = dict.fromkeys(("tts", "mention_everyone", "pinned"), False)
    about = {"id": "9", "type": 0, "channel_id": channel, "content": "", "edited_timestamp": None}
    about |= {"timestamp": "2026-11-22T09:00:00+00:00", "author": user("100", bot=True)}
    return {**told, **plain, **about, **body(line("A digest", MessageKind.DIGEST, *controls))}


def labels(message: dict[str, Any]) -> list[str]:
    """The buttons of a message."""
    return [each["label"] for each in walk(message["components"]) if each["type"] == BUTTON]
