"""Looking at Slack tells who we are there, or what to do; and posts nothing."""

from __future__ import annotations

import pytest

from hypecurve.domain.errors import BadSetting, HypecurveError, SendFailed, SendLimited
from hypecurve_slack import bot
from standins.slack import Fault, SlackStandIn


def settings(slack: SlackStandIn, **others: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        **others,
    }


async def test_a_slack_that_takes_both_tokens_says_as_whom() -> None:
    async with SlackStandIn() as slack:
        assert await bot.probe(settings(slack)) == (
            "as hypecurve in Acme (T123), /hype through a socket"
        )
        assert [method for method, _ in slack.calls] == ["auth.test", "apps.connections.open"]


async def test_without_an_app_token_it_says_that_commands_are_not_heard() -> None:
    async with SlackStandIn() as slack:
        said = await bot.probe(settings(slack, SLACK_APP_TOKEN=""))
        assert said == (
            "as hypecurve in Acme (T123); neither SLACK_APP_TOKEN nor "
            "SLACK_SIGNING_SECRET is set: digests are posted, /hype is "
            "not heard"
        )
        assert [method for method, _ in slack.calls] == ["auth.test"]


@pytest.mark.parametrize(
    ("name", "token", "says"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-wrong-hunter2", r"SLACK_BOT_TOKEN \(invalid_auth\): copy the"),
        ("SLACK_APP_TOKEN", "xapp-wrong-hunter2", r"SLACK_APP_TOKEN \(invalid_auth\): turn on So"),
        ("SLACK_BOT_TOKEN", "hunter2", "is not a bot token"),
        ("SLACK_APP_TOKEN", "xoxb-hunter2", "is not an app-level token"),
        ("SLACK_API_URL", "slack.com", "SLACK_API_URL is not an address"),
    ],
)
async def test_a_wrong_setting_is_named_with_what_to_do_and_never_shown(
    name: str, token: str, says: str
) -> None:
    async with SlackStandIn() as slack:
        with pytest.raises(BadSetting, match=says) as wrong:
            await bot.probe(settings(slack, **{name: token}))
    assert "hunter2" not in str(wrong.value)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault.refused("missing_scope"), BadSetting, r"does not take SLACK_.* \(missing_scope\)"),
        (Fault.refused("internal_error"), SendFailed, r"does not answer at .*internal_error"),
        (Fault.limited(7), SendLimited, "wait 7 seconds"),
        (Fault.BROKEN, SendFailed, r"does not answer at .*\(500\): check the network"),
        (Fault.NONSENSE, SendFailed, r"does not answer at .*: check the network"),
        (Fault.DROPPED_BEFORE, SendFailed, r"does not answer at .*: check the network"),
    ],
    ids=lambda value: getattr(value, "code", "") or None,
)
async def test_a_slack_that_is_not_itself_is_no_fault_of_the_tokens(
    method: str, fault: Fault, kind: type[HypecurveError], says: str
) -> None:
    async with SlackStandIn() as slack:
        slack.fail(fault, method=method)
        with pytest.raises(kind, match=says):
            await bot.probe(settings(slack))


async def test_a_dead_host_is_told_with_its_address() -> None:
    slack = SlackStandIn()
    async with slack:
        pass
    with pytest.raises(SendFailed, match=rf"at {slack.api_url} \(ClientConnectorError\): check"):
        await bot.probe(settings(slack))
