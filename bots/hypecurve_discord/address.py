"""Where Discord is, and who we are there: what the settings say.

discord.py keeps its addresses in two class attributes, so they hold for the whole process; they
are put back when the last user leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hypecurve.domain.errors import BadSetting
from hypecurve_discord.library import discord

_Route, _Socket = discord.http.Route, discord.gateway.DiscordWebSocket
_API, _GATEWAY = _Route.BASE, _Socket.DEFAULT_GATEWAY
_in_use: list[tuple[str, str]] = []


def token_of(env: Mapping[str, str]) -> str:
    """Return the bot's token; BadSetting where it is missing or cannot be one."""
    token = env.get("DISCORD_TOKEN", "").strip().removeprefix("Bot ")
    if not token:
        message = "DISCORD_TOKEN is missing: copy it from the Bot page of your Discord application."
        raise BadSetting(message)
    if not (token.isascii() and token.isprintable()) or " " in token:
        message = "DISCORD_TOKEN is not a token: it holds spaces or strange characters."
        raise BadSetting(message)
    return token


def gateway_of(env: Mapping[str, str]) -> str:
    """Return the gateway the settings name; "" where Discord itself says which."""
    return _url(env, "DISCORD_GATEWAY_URL", ("ws://", "wss://"))


@contextmanager
def addressed(env: Mapping[str, str]) -> Iterator[None]:
    """Make discord.py speak to the servers the settings name, while inside.

    BadSetting where an address cannot be one, or where this process uses another one already.
    """
    wanted = _url(env, "DISCORD_API_URL", ("http://", "https://")), gateway_of(env)
    if _in_use and _in_use[0] != wanted:
        message = "DISCORD_API_URL and DISCORD_GATEWAY_URL must be the same in all of one process."
        raise BadSetting(message)
    _in_use.append(wanted)
    _Route.BASE = wanted[0] or _API
    _Socket.DEFAULT_GATEWAY = type(_GATEWAY)(wanted[1]) if wanted[1] else _GATEWAY
    try:
        yield
    finally:
        _in_use.pop()
        if not _in_use:
            _Route.BASE, _Socket.DEFAULT_GATEWAY = _API, _GATEWAY


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    url = env.get(name, "").strip().rstrip("/")
    if url and not url.startswith(schemes):
        message = f"{name} is not an address: it begins with {' or '.join(schemes)}."
        raise BadSetting(message)
    # discord.py fills `{names}` into addresses, so a brace would break every call.
    if {"{", "}", " "} & set(url):
        message = f"{name} is not an address: it holds braces or spaces."
        raise BadSetting(message)
    return url
