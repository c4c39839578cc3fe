"""Servers of the usual size, as Discord's gateway tells of them when a session begins.

The fields are those of a GUILD_CREATE: https://discord.com/developers/docs/resources/guild and
/resources/channel. Without the intents for it there are no members but the bot, no voices and no
presences; emojis, stickers and the open threads come all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from standins.discord_payloads import APPLICATION, Json, user

CHANNELS, ROLES = 20, 10
_EMOJIS, _THREADS, _OVERWRITES = 20, 3, 3
_FIRST = 1_080_000_000_000_000_000
"""Ids are of 2023, as long as they are in life."""
_APART = 1 << 22
"""Between two servers: they go round the shards."""
_TEXT, _VOICE, _CATEGORY, _NEWS, _FORUM = 0, 2, 4, 5, 15
_KINDS = (_CATEGORY,) * 3 + (_TEXT,) * 12 + (_VOICE,) * 3 + (_NEWS, _FORUM)
_VIEWING = str((1 << 10) | (1 << 11) | (1 << 15) | (1 << 16) | (1 << 31))


def guild_id(number: int) -> int:
    """Return the id of a server by its number, from 0."""
    return _FIRST + number * _APART


def guild(number: int) -> Json:
    """Return what the gateway tells of a server: 20 channels, 10 roles, and what else there is."""
    first = guild_id(number)
    ids = iter(range(first + 1, first + _APART))
    roles = [_role(first, 0), *(_role(next(ids), place) for place in range(1, ROLES))]
    channels = list(_channels(number, ids, [role["id"] for role in roles]))
    return {
        "id": str(first),
        "name": f"The server of the people of town {number}",
        "icon": f"{first:032x}",
        "icon_hash": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "owner_id": str(next(ids)),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "widget_enabled": False,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "features": ["COMMUNITY", "NEWS", "ANIMATED_ICON", "INVITE_SPLASH", "SOUNDBOARD"],
        "mfa_level": 0,
        "system_channel_id": channels[3]["id"],
        "system_channel_flags": 0,
        "rules_channel_id": channels[4]["id"],
        "public_updates_channel_id": channels[5]["id"],
        "safety_alerts_channel_id": None,
        "description": "A place where people talk about models, data and what they built.",
        "vanity_url_code": None,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "premium_tier": 1,
        "premium_subscription_count": 3,
        "preferred_locale": "en-US",
        "nsfw_level": 0,
        "premium_progress_bar_enabled": True,
        "joined_at": "2026-01-01T00:00:00.000000+00:00",
        "large": True,
        "unavailable": False,
        "member_count": 700 + number,
        "roles": roles,
        "emojis": [_emoji(next(ids), place) for place in range(_EMOJIS)],
        "stickers": [],
        "channels": channels,
        "threads": [_thread(next(ids), channels[3 + place], first) for place in range(_THREADS)],
        "members": [_ourselves(roles[-1]["id"])],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "application_command_counts": {"1": 1},
    }


def _role(number: int, place: int) -> Json:
    return {
        "id": str(number),
        "name": f"Role number {place}" if place else "@everyone",
        "description": None,
        "permissions": str((1 << 49) + (1 << place)),
        "position": place,
        "color": 3_447_003 * place % (1 << 24),
        "colors": {
            "primary_color": 3_447_003 * place % (1 << 24),
            "secondary_color": None,
            "tertiary_color": None,
        },
        "hoist": bool(place % 2),
        "managed": place == ROLES - 1,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
        "tags": {"bot_id": APPLICATION} if place == ROLES - 1 else {},
    }


def _channels(number: int, ids: Iterator[int], roles: list[str]) -> Iterator[Json]:
    parent = None
    for place, kind in enumerate(_KINDS[:CHANNELS]):
        own = next(ids)
        shared: Json = {
            "id": str(own),
            "type": kind,
            "name": f"channel-{number}-about-{place}",
            "position": place,
            "flags": 0,
            "parent_id": None if kind == _CATEGORY else parent,
            "permission_overwrites": [
                {"id": role, "type": 0, "allow": _VIEWING, "deny": "0"}
                for role in roles[:_OVERWRITES]
            ],
        }
        if kind == _CATEGORY:
            parent = shared["id"]
        elif kind == _VOICE:
            shared |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None, "nsfw": False}
        else:
            shared |= {
                "topic": f"What people say about {place}: news, questions, and what they made.",
                "last_message_id": str(own + 7),
                "rate_limit_per_user": 0,
                "nsfw": False,
                "last_pin_timestamp": "2026-11-01T10:00:00+00:00",
            }
        if kind == _FORUM:
            shared |= {"available_tags": [_tag(next(ids), place) for place in range(5)]}
        yield shared


def _tag(number: int, place: int) -> Json:
    return {
        "id": str(number),
        "name": f"Tag {place}",
        "moderated": False,
        "emoji_id": None,
        "emoji_name": None,
    }


def _thread(number: int, parent: Json, owner: int) -> Json:
    return {
        "id": str(number),
        "type": 11,
        "parent_id": parent["id"],
        "guild_id": str(owner),
        "owner_id": str(owner + 9),
        "name": f"Something that came up in {parent['name']}",
        "last_message_id": str(number + 3),
        "message_count": 12,
        "total_message_sent": 12,
        "member_count": 4,
        "rate_limit_per_user": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": "2026-11-22T09:00:00+00:00",
            "auto_archive_duration": 4320,
            "locked": False,
            "create_timestamp": "2026-11-21T09:00:00+00:00",
        },
    }


def _emoji(number: int, place: int) -> Json:
    return {
        "id": str(number),
        "name": f"emoji_{place}",
        "roles": [],
        "require_colons": True,
        "managed": False,
        "animated": False,
        "available": True,
    }


def _ourselves(role: str) -> Json:
    return {
        "user": user(APPLICATION, "hypecurve", bot=True),
        "nick": None,
        "avatar": None,
        "roles": [role],
        "joined_at": "2026-01-01T00:00:00.000000+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
