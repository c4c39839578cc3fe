"""Who Slack takes us for: the tokens are shown to it, and nothing is posted or opened.

https://docs.slack.dev/reference/methods/auth.test and .../apps.connections.open, which only hands
out the address of a socket.
"""

from __future__ import annotations

from collections.abc import Mapping

from hypecurve.domain.errors import BadSetting, HypecurveError, SendFailed, SendLimited, SendUnclear
from hypecurve.domain.outside import clean
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.settings import Settings, read
from hypecurve_slack.web import web_client, web_session

_LONGEST = 60
_BOT_TOKEN, _APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
_MENDED = {
    _BOT_TOKEN: "copy the Bot User OAuth Token from the app's OAuth & Permissions page",
    _APP_TOKEN: "turn on Socket Mode, and make an app-level token with connections:write on the "
    "app's Basic Information page",
}


async def probe(env: Mapping[str, str]) -> str:
    """Return as whom the bot token posts, and whether commands can come in.

    BadSetting where Slack does not take a token, SendError where it does not answer.
    """
    settings = read(env)
    async with web_session() as session:
        client = web_client(settings.api_url, settings.token, session)
        try:
            answer = await client.api_call("auth.test")
        except NETWORK as error:
            raise _wrong(_BOT_TOKEN, settings, error) from None
        user, team, tenant = (
            clean(str(answer.get(key) or "?"), _LONGEST) for key in ("user", "team", "team_id")
        )
        reached = f"as {user} in {team} ({tenant})"
        if not settings.app_token:
            return f"{reached}; SLACK_APP_TOKEN is not set: digests are posted, /hype is not heard"
        try:
            await client.apps_connections_open(app_token=settings.app_token)
        except NETWORK as error:
            raise _wrong(_APP_TOKEN, settings, error) from None
    return f"{reached}, /hype through a socket"


def _wrong(name: str, settings: Settings, error: BaseException) -> HypecurveError:
    """Return what is wrong with a token, or with the way to Slack."""
    found = trouble(error)
    if isinstance(found, SendLimited):
        return found
    # What Slack refuses has a word of its own; a bare status or a failure on the way has none.
    if found.code.islower() and not isinstance(found, SendUnclear):
        code = clean(found.code, _LONGEST)
        return BadSetting(f"Slack does not take {name} ({code}): {_MENDED[name]}.")
    message = (
        f"Slack does not answer at {settings.api_url} ({found.code or 'no reason given'}): check "
        "the network, the proxy settings and SLACK_API_URL."
    )
    return SendFailed(message, code=found.code)
