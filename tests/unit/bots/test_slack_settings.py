"""Half-made settings are named in one clear line, whole ones say which way commands come."""

from __future__ import annotations

import pytest

from hypecurve.domain.errors import BadSetting, SendFailed
from hypecurve_slack import bot
from hypecurve_slack.settings import over_http, read
from standins.slack import Fault
from standins.slack_oauth import InstallableSlack

BOT, APP = {"SLACK_BOT_TOKEN": "xoxb-1"}, {"SLACK_APP_TOKEN": "xapp-1"}
SIGNING = {"SLACK_SIGNING_SECRET": "a1b2"}
ID, SECRET = {"SLACK_CLIENT_ID": "1.2"}, {"SLACK_CLIENT_SECRET": "c3d4"}


@pytest.mark.parametrize(
    ("env", "missing"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        (APP, "SLACK_BOT_TOKEN"),
        (SIGNING, "SLACK_BOT_TOKEN"),
        (ID, "SLACK_CLIENT_SECRET"),
        (BOT | SECRET, "SLACK_CLIENT_ID"),
        (ID | SECRET, "SLACK_SIGNING_SECRET"),
        (BOT | ID | SECRET, "SLACK_SIGNING_SECRET"),
        (BOT, ""),
        (BOT | APP, ""),
        (BOT | SIGNING, ""),
        (ID | SECRET | SIGNING, ""),
        (ID | SECRET | APP, ""),
        (BOT | APP | SIGNING | ID | SECRET, ""),
    ],
)
def test_what_is_missing_is_named(env: dict[str, str], missing: str) -> None:
    assert list(bot.missing(env)) == ([missing] if missing else [])
    if missing:
        with pytest.raises(BadSetting, match=f"^{missing} is missing: set it to "):
            read(env)
    else:
        assert read(env).many is ("SLACK_CLIENT_ID" in env)
        assert over_http(env) is bool((SIGNING | ID).keys() & env.keys())


@pytest.mark.parametrize("wrong", ["two words", "schlüssel", "line\nbreak"])
@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"])
def test_what_cannot_be_a_secret_is_named_and_not_shown(name: str, wrong: str) -> None:
    with pytest.raises(BadSetting, match=name) as refused:
        read(ID | SECRET | SIGNING | {name: wrong})
    assert wrong not in str(refused.value)


def test_govslack_authorizes_beside_its_api() -> None:
    env = BOT | {"SLACK_API_URL": "https://slack-gov.com/api/"}
    assert read(env).authorize_url == "https://slack-gov.com/oauth/v2/authorize"
    assert read(BOT).authorize_url == "https://slack.com/oauth/v2/authorize"


async def test_the_probe_says_who_may_come_in_and_how() -> None:
    async with InstallableSlack() as slack:
        api = {"SLACK_API_URL": slack.api_url}
        one = {"SLACK_BOT_TOKEN": slack.token}
        many = {"SLACK_CLIENT_ID": slack.client_id, "SLACK_CLIENT_SECRET": slack.client_secret}
        as_one, any_may = "as hypecurve in Acme (T123)", "any workspace may install it"
        for env, said in (
            (one | SIGNING, f"{as_one}, /hype over HTTP"),
            (many | SIGNING, f"{any_may}, /hype over HTTP"),
            (
                one | many | {"SLACK_APP_TOKEN": slack.app_token},
                f"{as_one}, {any_may}, /hype through a socket",
            ),
        ):
            assert await bot.probe(env | api) == said
        assert "/hype is not heard" in await bot.probe(one | api)
        for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
            with pytest.raises(BadSetting, match=f"does not take {name} "):
                await bot.probe(many | SIGNING | api | {name: "wrong"})
        slack.fail(Fault.BROKEN, method="oauth.v2.access")
        with pytest.raises(SendFailed, match="does not answer"):
            await bot.probe(many | SIGNING | api)
