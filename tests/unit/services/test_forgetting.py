"""Who is meant by what an operator types, and that it is done whole or not at all."""

from __future__ import annotations

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.errors import BadInput
from hypecurve.domain.subscription import Tenant
from hypecurve.ports.store import Forgotten
from hypecurve.services.delivery.presence import Presence
from hypecurve.services.forgetting import Sort, Who, foresee, forget, parse_who, readmit
from support.databases import NOW
from support.kept import ACME, ADA, HELLO, NORI, OPERATOR, naming, rows_of

T1 = Tenant("slack", "T1")
READ = {
    ("slack", "T123ABC"): Who("slack", "T123ABC", Sort.TENANT),
    ("slack", " E123 "): Who("slack", "E123", Sort.TENANT),
    ("slack", "T1/C456"): Who("slack", "C456", Sort.CHANNEL, T1),
    ("slack", "T1/G456"): Who("slack", "G456", Sort.CHANNEL, T1),
    ("slack", "T1/D456"): Who("slack", "D456", Sort.CHANNEL, T1),
    ("slack", "U123"): Who("slack", "U123", Sort.PERSON),
    ("slack", "W123"): Who("slack", "W123", Sort.PERSON),
    ("slack", "T1/U123"): Who("slack", "U123", Sort.PERSON, T1),
    ("discord", "81234567890123"): Who("discord", "81234567890123", Sort.ANYBODY),
    ("discord", "8/9"): Who("discord", "9", Sort.ANYBODY, Tenant("discord", "8")),
    ("github", "@Acme"): Who("github", "Acme", Sort.ACCOUNT),
}
SLIPS = {
    ("slack", "C456"): "C456 is a channel: say of which team, like T123/C456.",
    ("slack", "T1/T2"): "two teams",
    ("slack", "#general"): "'#general' is no id of Slack's: write T123",
    ("slack", "%"): "is no id",
    ("slack", ""): "is no id",
    ("slack", "T" + "1" * 99): "is no id",
    ("discord", "ada"): "'ada' is no id of Discord's",
    ("discord", "1/2/3"): "is no id",
    ("github", "acme/flashkv"): "'acme/flashkv' is not a GitHub account: write its login",
    ("github", "a%"): "is not a GitHub account",
    ("github", ""): "is not a GitHub account",
}


def test_who_is_meant_is_read_from_the_form_of_the_id() -> None:
    assert {given: parse_who(*given) for given in READ} == READ


@pytest.mark.parametrize("given", SLIPS, ids=" ".join)
def test_a_slip_is_said_in_one_line(given: tuple[str, str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_who(*given)
    assert SLIPS[given] in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_what_would_go_is_told_before_and_goes(full: SqlStore) -> None:
    clock = SetClock(NOW)
    whole = ("slack", ACME.id), ("slack", f"{ACME.id}/{ADA}"), ("discord", OPERATOR.id)
    others = ("slack", str(HELLO).removeprefix("slack:")), ("github", "acme")
    for platform, text in (*whole, *others):
        before = await rows_of(full)
        who = parse_who(platform, text)
        would = await foresee(full, clock, who)
        assert await rows_of(full) == before
        assert await forget(full, clock, who) == would
        assert await naming(full, who.id) == set(), who
        assert not await foresee(full, clock, who)


async def test_of_a_workspace_that_nobody_knows_nothing_is_written_when_it_removes_the_app(
    full: SqlStore,
) -> None:
    clock = SetClock(NOW)
    await forget(full, clock, parse_who("slack", NORI.id))
    events = Presence(full, clock, OPERATOR)
    before = await rows_of(full)
    for tenant in (NORI, T1):
        await events.tenant_gone(tenant, "app_uninstalled")
        await events.tenant_refused(tenant, "token_revoked")
        assert await naming(full, tenant.id) == set()
    assert await rows_of(full) == before


async def test_a_discord_number_is_a_server_a_channel_and_a_user(full: SqlStore) -> None:
    clock = SetClock(NOW)
    elsewhere = Who("discord", OPERATOR.id, Sort.ANYBODY, Tenant("discord", "1"))
    assert await forget(full, clock, elsewhere) == Forgotten()
    gone = await forget(full, clock, parse_who("discord", OPERATOR.tenant.id))
    assert gone == Forgotten(channels=1, notices=3)


async def test_an_account_is_barred_known_or_not_until_it_is_let_in(full: SqlStore) -> None:
    who = parse_who("github", "nobody")
    assert not await readmit(full, who)
    assert await forget(full, SetClock(NOW), who) == Forgotten()
    assert await readmit(full, who)
