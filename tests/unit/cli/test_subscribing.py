"""`subscribe` as an operator types it: what it prints, and what keeps digests from coming."""

from __future__ import annotations

import json
from collections.abc import Callable

from support.processes import Ran

Call = Callable[..., Ran]
PRINTED = "Printed here, with times of {}; nothing is posted now."
HERE = "slack:T999/C1"
LACKS = "Nothing can arrive: no bot for Slack is set up (SLACK_BOT_TOKEN is missing)."
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def test_who_subscribes_a_channel_that_no_bot_reaches_is_warned_and_it_is_kept(
    call: Call,
) -> None:
    ran = call("subscribe", HERE, "all", "--at", "9")
    assert (ran.status, ran.lines) == (0, [PRINTED.format("UTC"), LACKS])
    assert "09:00 UTC; another zone: /hype schedule Europe/Paris" in ran.out
    assert "hears that already" in call("subscribe", HERE, "all").out
    status = call("status", "--channel", HERE)
    assert LACKS in status.out
    assert "All is well" not in status.out
    (wrong,) = json.loads(call("status", "--channel", HERE, "--format", "json").out)["wrong"]
    assert (wrong["kind"], wrong["about"]) == ("no-bot", "slack")


def test_where_the_bot_is_set_up_nobody_is_warned(call: Call) -> None:
    ran = call("subscribe", HERE, "all", "--zone", "Europe/Paris", **TOKENS)
    assert ran.lines == [PRINTED.format("Europe/Paris")]
    assert "another zone" not in ran.out
    assert "Nothing can arrive" not in call("status", "--channel", HERE, **TOKENS).out
