"""What Slack's answers mean for a delivery: codes and failures as the errors of the core.

Slack answers a refusal with `"ok": false` and a code; such a call surely had no effect. Only what
names a failure on Slack's side, and silence after the request was sent, leaves it open.
"""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.saying import to_say

DEFAULT_WAIT = 30.0
"""Seconds to wait after a rate limit that does not say how long."""
NETWORK = (aiohttp.ClientError, TimeoutError, OSError, SlackClientError, AttributeError)
"""What a call of slack_sdk raises when Slack is not itself.

AttributeError: a 200 with a text/plain body, as a proxy may give it, breaks slack_sdk 3.47 in
AsyncSlackResponse.validate, which asks the text for its "ok".
"""
_NEVER_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
)
_OK = 200
_TOO_MANY = 429
_BROKEN = 500
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_TENANT = frozenset(
    {
        *("token_revoked", "token_expired", "account_inactive", "invalid_auth", "not_authed"),
        *("not_allowed_token_type", "team_access_not_granted", "team_not_found"),
    }
)
_UNCLEAR = frozenset({"fatal_error", "internal_error", "service_unavailable"})
NO_THREADS = frozenset({"thread_not_found", "cannot_reply_to_message"})
"""The post is not there any more; another form of the reply would find it no better."""
UNTHREADABLE = "restricted_action_non_threadable_channel"
"""The channel takes posts, but no replies."""
_MESSAGE = NO_THREADS | {
    *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"),
    *("no_text", "invalid_arguments", "attachment_payload_limit_exceeded"),
}
_CHANNEL = {
    "not_in_channel": to_say(
        "Hypecurve is not in this channel: invite it with /invite @hypecurve."
    ),
    "channel_not_found": to_say(
        "Slack finds no such channel, or it is private and Hypecurve not in it."
    ),
    "is_archived": to_say("This channel is archived."),
    "no_permission": to_say("Hypecurve may not post here."),
    "ekm_access_denied": to_say("An administrator has suspended posting here."),
    "missing_scope": to_say("The app lacks a permission (scope): install it anew."),
    "external_channel_migrating": to_say("This channel is moving between organizations."),
    "user_is_restricted": to_say("Restricted users cannot be written to."),
    "user_not_found": to_say("Slack knows no such person."),
    "user_disabled": to_say("This person's account is deactivated."),
    "cannot_dm_bot": to_say("Bots cannot be written to."),
    "messages_tab_disabled": to_say("The app's messages tab is turned off."),
}


def refusal(code: str, *, status: int = _OK, retry_after: float | None = None) -> SendError:
    """Return the error that Slack's code, or its bare HTTP status, stands for."""
    if status == _TOO_MANY or code in _LIMITED:
        wait = DEFAULT_WAIT if retry_after is None else retry_after
        form = to_say("Slack asks to wait {seconds} seconds.")
        return SendLimited(form, code=code or "ratelimited", retry_after=wait, seconds=f"{wait:g}")
    if code in _UNCLEAR or status >= _BROKEN:
        form = to_say("Slack failed ({word}): nobody knows whether it was posted.")
        return SendUnclear(form, code=code or str(status), word=code or status)
    if code in _TENANT:
        form = to_say("Slack does not take this workspace's token any more ({word}).")
        return TenantRefused(form, code=code, word=code)
    if code in _CHANNEL or code.startswith("restricted_action"):
        reason = _CHANNEL.get(code, to_say("This channel's settings restrict who may post."))
        return ChannelRefused(reason, code=code)
    if code in _MESSAGE:
        form = to_say("Slack does not take this message ({word}).")
        return MessageRefused(form, code=code, word=code)
    # Whatever else is refused was not posted; nothing says that it will stay so.
    form = to_say("Slack refused ({word}).")
    return SendFailed(form, code=code or str(status), word=code or status)


def trouble(error: BaseException) -> SendError:
    """Return the error that an exception of slack_sdk or aiohttp stands for.

    aiohttp tells apart what failed while connecting, so that nothing can have been posted, from
    what failed with the request on its way.
    """
    if isinstance(error, SlackApiError):
        return _api_error(error)
    word = type(error).__name__
    if isinstance(error, _NEVER_CONNECTED):
        return SendFailed(to_say("Slack cannot be reached."), code=word)
    if isinstance(error, aiohttp.InvalidURL | SlackClientError):
        return SendFailed(to_say("Slack was not asked ({word})."), word=word)
    form = to_say("The connection to Slack broke ({word}): it may have been posted.")
    return SendUnclear(form, code=word, word=word)


def _api_error(error: SlackApiError) -> SendError:
    """Read code, status and wait from a response, which is not always slack_sdk's own."""
    response = error.response
    status = getattr(response, "status_code", None)
    if status is None:
        # A body that is no JSON: slack_sdk hands out aiohttp's response as it is.
        status = int(getattr(response, "status", _BROKEN))
        return refusal("", status=status if status != _OK else _BROKEN)
    data = getattr(response, "data", None)  # a text/plain body stays a text
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    if status == _OK and not code:
        return refusal("", status=_BROKEN)
    return refusal(code, status=status, retry_after=_seconds(response.headers))


def _seconds(headers: object) -> float | None:
    """Read `Retry-After`, whole seconds; None where it is missing or no number."""
    for name in ("Retry-After", "retry-after"):
        try:
            return max(0.0, float(headers[name]))  # type: ignore[index]  # a mapping, untyped
        except (KeyError, TypeError, ValueError):
            continue
    return None
