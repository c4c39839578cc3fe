"""The settings the Slack bot reads, and what they make of it.

One workspace: SLACK_BOT_TOKEN, with SLACK_APP_TOKEN over a socket or with SLACK_SIGNING_SECRET over
HTTP. Many: SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, and either of the two ways in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hypecurve.domain.errors import BadSetting
from hypecurve.ports import BotSetting

SLACK_API_URL = "https://slack.com/api/"
BOT_TOKEN, APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
SIGNING_SECRET = "SLACK_SIGNING_SECRET"  # noqa: S105  # its name
CLIENT_ID, CLIENT_SECRET = "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"
SETTINGS = (
    BotSetting(
        BOT_TOKEN,
        "one workspace's bot token, xoxb-... (OAuth & Permissions)",
        secret=True,
        instead=f"{CLIENT_ID}, {CLIENT_SECRET} and {SIGNING_SECRET} for any workspace",
    ),
    BotSetting(
        APP_TOKEN,
        "an app-level token with connections:write, xapp-... : commands come through a socket, "
        "and no public address is needed",
        secret=True,
    ),
    BotSetting(
        SIGNING_SECRET,
        "the app's signing secret (Basic Information): commands come over HTTP",
        secret=True,
    ),
    BotSetting(CLIENT_ID, "the app's client id: with it any workspace may install the app"),
    BotSetting(CLIENT_SECRET, "the app's client secret (Basic Information)", secret=True),
    BotSetting("SLACK_API_URL", f"another Web API, for GovSlack ({SLACK_API_URL})"),
)
MENDED = {
    BOT_TOKEN: "copy the Bot User OAuth Token from the app's OAuth & Permissions page",
    APP_TOKEN: "turn on Socket Mode, and make an app-level token with connections:write on the "
    "app's Basic Information page",
    CLIENT_ID: "copy it from the app's Basic Information page",
    CLIENT_SECRET: "copy it from the app's Basic Information page",
}
"""What to do where Slack does not take one of them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, checked; "" for what is not there."""

    token: str = field(repr=False)
    app_token: str = field(repr=False)
    api_url: str
    signing_secret: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)

    @property
    def many(self) -> bool:
        """Whether workspaces install the app by themselves."""
        return bool(self.client_id)

    @property
    def authorize_url(self) -> str:
        """Where people let the app into their workspace: beside the Web API."""
        parts = urlsplit(self.api_url)
        return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"


def missing(env: Mapping[str, str]) -> list[str]:
    """Return the names of the settings that those that are set still need."""
    client = [name for name in (CLIENT_ID, CLIENT_SECRET) if name not in env]
    if len(client) == 1:
        return client
    if client:
        return [] if BOT_TOKEN in env else [BOT_TOKEN]
    return [] if {APP_TOKEN, SIGNING_SECRET} & env.keys() else [SIGNING_SECRET]


def over_http(env: Mapping[str, str]) -> bool:
    """Whether anything is to be answered over HTTP."""
    return bool({SIGNING_SECRET, CLIENT_ID, CLIENT_SECRET} & env.keys())


def read(env: Mapping[str, str]) -> Settings:
    """Read the settings; BadSetting says which one cannot be used, never what it holds."""
    known = {item.name: env.get(item.name, "").strip() for item in SETTINGS}
    needed = missing({name: value for name, value in known.items() if value})
    if needed:
        message = f"{needed[0]} is missing: set it to {_MEANT[needed[0]]}."
        raise BadSetting(message)
    if known[BOT_TOKEN] and not _is_token(known[BOT_TOKEN], "xox"):
        message = f"{BOT_TOKEN} is not a bot token: those begin with xoxb-."
        raise BadSetting(message)
    if known[APP_TOKEN] and not _is_token(known[APP_TOKEN], "xapp-"):
        message = f"{APP_TOKEN} is not an app-level token: those begin with xapp-."
        raise BadSetting(message)
    for name in (SIGNING_SECRET, CLIENT_ID, CLIENT_SECRET):
        if not _is_token(known[name], ""):
            message = f"{name} cannot be used: copy it anew from the app's Basic Information page."
            raise BadSetting(message)
    return Settings(
        token=known[BOT_TOKEN],
        app_token=known[APP_TOKEN],
        api_url=_address(known["SLACK_API_URL"]),
        signing_secret=known[SIGNING_SECRET],
        client_id=known[CLIENT_ID],
        client_secret=known[CLIENT_SECRET],
    )


_MEANT = {
    BOT_TOKEN: "the app's bot token, xoxb-...",
    SIGNING_SECRET: "the app's signing secret (or SLACK_APP_TOKEN to an app-level token, xapp-...)",
    CLIENT_ID: "the app's client id (Basic Information)",
    CLIENT_SECRET: "the app's client secret (Basic Information)",
}


def _is_token(text: str, beginning: str) -> bool:
    """Whether it can stand in a header and begins as such a token does."""
    usable = not text or (text.isascii() and text.isprintable() and " " not in text)
    return usable and text.startswith(beginning)


def _address(text: str) -> str:
    """Return the Web API's address with a slash at its end."""
    if not text:
        return SLACK_API_URL
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port  # it is read late and raises for what is no port
    except ValueError:
        usable = False
    if not usable:
        message = f"SLACK_API_URL is not an address: write it as {SLACK_API_URL}"
        raise BadSetting(message)
    return text.rstrip("/") + "/"
