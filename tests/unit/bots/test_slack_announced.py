"""What the package announces to the core."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points

from hypecurve.ports import Bot
from hypecurve_slack import bot


def test_the_core_finds_the_bot_by_its_entry_point() -> None:
    (found,) = entry_points(group="hypecurve.bots", name="slack")
    announced: Bot = bot  # mypy holds it to the port
    assert found.load() is announced
    assert announced.name == "slack"


def test_tokens_are_secret_and_only_the_bots_token_is_needed() -> None:
    shown = {setting.name for setting in bot.settings if not setting.secret}
    assert shown == {"SLACK_CLIENT_ID", "SLACK_API_URL"}
    assert bot.missing({}) == ["SLACK_BOT_TOKEN"]
    assert bot.missing({"SLACK_BOT_TOKEN": "xoxb-1"}) == []


def test_knowing_of_the_bot_loads_no_library_of_slacks() -> None:
    heavy = "import json, sys, hypecurve_slack; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", heavy], text=True))  # noqa: S603  # our own words
    roots = {name.partition(".")[0] for name in loaded}
    assert not roots & {"slack_sdk", "slack_bolt", "aiohttp", "babel", "numpy", "structlog"}
