"""Who Slack takes us for: the tokens are shown to it, and nothing is posted or opened.

https://docs.slack.dev/reference/methods/auth.test, .../apps.connections.open, which only hands
out the address of a socket, and .../oauth.v2.access with a code that is none.
"""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.errors import BadSetting, HypecurveError, SendFailed, SendLimited, SendUnclear
from hypecurve.domain.outside import clean
from hypecurve_slack.installing.installed import oauth_access
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.settings import (
    APP_TOKEN,
    BOT_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    MENDED,
    SIGNING_SECRET,
    Settings,
    read,
)
from hypecurve_slack.web import web_client, web_session

_LONGEST = 60
_NO_CODE = {"invalid_code", "code_already_used", "code_expired"}
"""What a code that is none is answered, where the app is known."""


async def probe(env: Mapping[str, str]) -> str:
    """Return as whom the bot token posts, who may install the app, and how commands come in.

    BadSetting where Slack does not take a token, SendError where it does not answer.
    """
    settings = read(env)
    told = []
    async with web_session() as session:
        client = web_client(settings.api_url, None, session)
        if settings.token:
            told.append(await _introduced(client, settings))
        if settings.many:
            told.append(await _installable(client, settings))
        if settings.app_token:
            try:
                await client.apps_connections_open(app_token=settings.app_token)
            except NETWORK as error:
                raise _wrong(APP_TOKEN, settings, error) from None
            told.append("/hype through a socket")
    if settings.signing_secret and not settings.app_token:
        told.append("/hype over HTTP")
    elif not settings.app_token:
        silent = f"neither {APP_TOKEN} nor {SIGNING_SECRET} is set"
        return f"{told[0]}; {silent}: digests are posted, /hype is not heard"
    return ", ".join(told)


async def _introduced(client: AsyncWebClient, settings: Settings) -> str:
    try:
        answer = await client.api_call("auth.test", params={"token": settings.token})
    except NETWORK as error:
        raise _wrong(BOT_TOKEN, settings, error) from None
    user, team, tenant = (
        clean(str(answer.get(key) or "?"), _LONGEST) for key in ("user", "team", "team_id")
    )
    return f"as {user} in {team} ({tenant})"


async def _installable(client: AsyncWebClient, settings: Settings) -> str:
    try:
        await oauth_access(client, settings, {"code": "none"})
    except NETWORK as error:
        code = trouble(error).code
        if code not in _NO_CODE:
            name = CLIENT_SECRET if "secret" in code else CLIENT_ID
            raise _wrong(name, settings, error) from None
    return "any workspace may install it"


def _wrong(name: str, settings: Settings, error: BaseException) -> HypecurveError:
    """Return what is wrong with a token, or with the way to Slack."""
    found = trouble(error)
    if isinstance(found, SendLimited):
        return found
    # What Slack refuses has a word of its own; a bare status or a failure on the way has none.
    if found.code.islower() and not isinstance(found, SendUnclear):
        code = clean(found.code, _LONGEST)
        return BadSetting(f"Slack does not take {name} ({code}): {MENDED[name]}.")
    message = (
        f"Slack does not answer at {settings.api_url} ({found.code or 'no reason given'}): check "
        "the network, the proxy settings and SLACK_API_URL."
    )
    return SendFailed(message, code=found.code)
