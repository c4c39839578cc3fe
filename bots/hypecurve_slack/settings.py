"""The settings the Slack bot reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hypecurve.domain.errors import BadSetting
from hypecurve.ports import BotSetting

SLACK_API_URL = "https://slack.com/api/"
SETTINGS = (
    BotSetting(
        "SLACK_BOT_TOKEN", "the app's bot token, xoxb-... (OAuth & Permissions)", secret=True
    ),
    BotSetting(
        "SLACK_APP_TOKEN",
        "an app-level token with connections:write, xapp-... ; without it digests are posted "
        "but /hype is not answered",
        secret=True,
    ),
    BotSetting("SLACK_API_URL", f"another Web API, for GovSlack ({SLACK_API_URL})"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, checked; `app_token` is "" where there is none."""

    token: str = field(repr=False)
    app_token: str = field(repr=False)
    api_url: str


def read(env: Mapping[str, str]) -> Settings:
    """Read the settings; BadSetting says which one cannot be used, never what it holds."""
    token = env.get("SLACK_BOT_TOKEN", "").strip()
    app_token = env.get("SLACK_APP_TOKEN", "").strip()
    if not token:
        message = "SLACK_BOT_TOKEN is missing: set it to the app's bot token, xoxb-..."
        raise BadSetting(message)
    if not _is_token(token, "xox"):
        message = "SLACK_BOT_TOKEN is not a bot token: those begin with xoxb-."
        raise BadSetting(message)
    if app_token and not _is_token(app_token, "xapp-"):
        message = "SLACK_APP_TOKEN is not an app-level token: those begin with xapp-."
        raise BadSetting(message)
    return Settings(token, app_token, _address(env.get("SLACK_API_URL", "").strip()))


def _is_token(text: str, beginning: str) -> bool:
    """Whether it can stand in a header and begins as such a token does."""
    return text.startswith(beginning) and text.isascii() and text.isprintable() and " " not in text


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
