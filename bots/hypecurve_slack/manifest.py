"""The app manifest: everything Slack has to know of the app, pasted where it is made.

docs.slack.dev/reference/app-manifest. As JSON, which Slack's page takes as it takes YAML. There are
no rights to read messages (`*:history`) in it, and none to come into a channel by ourselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypecurve.domain.errors import BadSetting
from hypecurve_slack.serving.paths import EVENTS, RETURN

SCOPES: Mapping[str, str] = {
    "chat:write": "to post digests, alerts and answers, as the app",
    "chat:write.public": "to post in public channels without an invitation",
    "commands": "to be asked with /hype",
    "files:write": "to upload the pictures of curves",
    "channels:read": "to know a public channel's name, who is in it, and that it was archived",
    "groups:read": "the same of private channels, where the app was invited",
    "users:read": "to know the language and time zone of who asks, and whether they are an admin",
}
"""The rights that the app asks for, and what for."""
EVENTS_OF: Mapping[str, str] = {
    "app_home_opened": "",
    "app_uninstalled": "",
    "tokens_revoked": "",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_id_changed": "channels:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "group_rename": "groups:read",
}
"""What the app wants to be told of, and which right each takes."""
HELP = (
    "Print the manifest for https://api.slack.com/apps > Create New App > From a manifest.\n\n"
    "Without a public address commands come through a socket (Socket Mode). The app asks for: "
    + "; ".join(f"{scope}, {why}" for scope, why in SCOPES.items())
    + ". It asks for no right to read messages."
)


def manifest(public_url: str = "") -> dict[str, Any]:
    """Return the manifest: over HTTP where there is a public address, else over a socket.

    BadSetting where Slack does not take the address: https:// alone.
    """
    if public_url and not public_url.startswith("https://"):
        message = f"Slack calls https:// addresses only, not {public_url}."
        raise BadSetting(message)
    root = public_url.rstrip("/")
    over_http = {"request_url": f"{root}{EVENTS}"} if root else {}
    redirects = {"redirect_urls": [f"{root}{RETURN}"]} if root else {}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Hypecurve",
            "description": "What is new, rising and stalled in open-source AI",
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                # Not for reading alone: `/hype subscribe` there is a person's own digest.
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "hypecurve", "always_online": True},
            "slash_commands": [
                {
                    "command": "/hype",
                    **({"url": over_http["request_url"]} if over_http else {}),
                    "description": "What is rising in open-source AI",
                    "usage_hint": "rising | repo owner/name | subscribe | help",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {**redirects, "scopes": {"bot": [*SCOPES]}},
        "settings": {
            "event_subscriptions": {**over_http, "bot_events": sorted(EVENTS_OF)},
            "interactivity": {
                "is_enabled": True,
                **over_http,
                # Where Slack asks what an external select offers; over HTTP it asks nowhere else.
                **({"message_menu_options_url": over_http["request_url"]} if over_http else {}),
            },
            "org_deploy_enabled": bool(root),
            "socket_mode_enabled": not root,
            "token_rotation_enabled": False,
        },
    }


async def run(_env: Mapping[str, str], public_url: str) -> str:
    """Return the manifest as it is pasted."""
    return json.dumps(manifest(public_url), indent=2)
