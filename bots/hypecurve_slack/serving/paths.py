"""Where Slack and browsers find us over HTTP, below the public address."""

from __future__ import annotations

from hypecurve.ports import Kit

EVENTS = "/slack/events"
"""Events, commands and interactivity: one address for all."""
INSTALL, RETURN = "/slack/install", "/slack/oauth_redirect"


def install_url(kit: Kit) -> str:
    """Return where the app is installed; "" where the world cannot reach us."""
    return f"{kit.public_url}{INSTALL}" if kit.public_url else ""
