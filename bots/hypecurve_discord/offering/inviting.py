"""The links that bring the bot into a server, or to a person.

https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from hypecurve_discord.entering import entered
from hypecurve_discord.rights import INVITED_FOR, INVITED_WITH

_PAGE = "https://discord.com/oauth2/authorize"
_PEOPLE = "1"


async def invite(env: Mapping[str, str]) -> str:
    """Return the links with what they ask for, in lines.

    BadSetting where a setting cannot be used, SendError where Discord refuses or is out of reach.
    """
    async with entered(env) as client:
        told: Any = await client.http.application_info()
        return "\n".join(_lines(told))


def _lines(app: Mapping[str, Any]) -> Iterator[str]:
    scopes = "bot applications.commands"
    yield _link(client_id=app["id"], permissions=INVITED_WITH, scope=scopes)
    yield "  adds Hypecurve to a server, with these permissions and no others:"
    yield from (f"  - {name}, {purpose}" for name, purpose in INVITED_FOR)
    yield _link(client_id=app["id"], integration_type=_PEOPLE, scope="applications.commands")
    yield "  adds it to your own account: /hype wherever you are, your digest by direct message"
    yield from _obstacles(app)


def _obstacles(app: Mapping[str, Any]) -> Iterator[str]:
    """Yield what keeps the links from working, as far as Discord tells it."""
    if app.get("bot_require_code_grant"):
        yield "The first one fails until Requires OAuth2 Code Grant is off, on the app's Bot page."
    installed = app.get("integration_types_config")
    if installed and _PEOPLE not in installed:
        yield "The second one fails until User Install is on, on the app's Installation page."
    if app.get("bot_public") is False:
        yield "Only you can use them: Public Bot is off, on the app's Bot page."


def _link(**parts: object) -> str:
    return f"{_PAGE}?{urlencode(parts)}"
