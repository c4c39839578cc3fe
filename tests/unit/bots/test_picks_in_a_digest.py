"""A digest with a pick, as each platform lays it out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

import hypecurve_discord
import hypecurve_slack
from hypecurve.domain.digest import PickItem
from hypecurve.domain.pick import Pick
from hypecurve.ports import Bot
from hypecurve.wording.digest import digest_message
from support.sample_day import DUE, Maker, sample_digest, sample_taxonomy

BOTS: tuple[Bot, ...] = (hypecurve_slack.bot, hypecurve_discord.bot)


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_how_a_pick_is_laid_out(bot: Bot, snapshot: SnapshotAssertion) -> None:
    make = Maker()
    digest = sample_digest(make)
    entry = make.entry("lumo/agentloop", 2_345, "Agents that check their own work")
    pick = Pick(entry.repo.id, "halves *our* bill, <try> it", "Ada @ Acme", DUE, id=1)
    picked = replace(digest, picks=(PickItem(pick, entry),))
    lines = bot.layout(digest_message(picked, sample_taxonomy(), "en"))
    assert "\n".join(lines).replace("\x1b[1m", "*").replace("\x1b[0m", "*") == snapshot
