"""Keys come and go; what they seal stays, or is named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sealing import FernetSealer, new_key
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.bootstrap import live_store
from hypecurve.config import Settings
from hypecurve.domain.errors import BadSetting, KeyLost
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Tenant
from hypecurve.services.installing import Resealed, SealedInstallations, lost_keys, reseal
from support.databases import NOW
from support.processes import Ran

Call = Callable[..., Ran]
OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
CLOCK = SetClock(NOW)


def sealer(*keys: str) -> FernetSealer:
    return FernetSealer(keys, CLOCK)


def team(number: int) -> Installation:
    return Installation(Tenant("slack", f"T{number}"), f"token-{number}", name=f"Team {number}")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_rotation_seals_all_anew_and_names_what_no_key_opens(store: SqlStore) -> None:
    for number, key in ((1, OLD), (2, NEW), (3, OTHER), (4, OLD)):
        await SealedInstallations(store, CLOCK, sealer(key)).keep(team(number))
    done = await reseal(store, CLOCK, sealer(NEW, OLD), ["discord", "slack"])
    assert (done.anew, done.already, [kept.tenant.id for kept in done.lost]) == (2, 1, ["T3"])
    assert [kept.tenant.id for kept in await lost_keys(store, sealer(NEW), ["slack"])] == ["T3"]
    with_new = SealedInstallations(store, CLOCK, sealer(NEW))
    for number in (1, 2, 4):
        found = await with_new.find(team(number).tenant)
        assert found is not None
        assert (found.secret, found.name) == (f"token-{number}", f"Team {number}")
    with pytest.raises(KeyLost):
        await with_new.find(team(3).tenant)
    again = await reseal(store, CLOCK, sealer(OTHER, NEW), ["slack"])
    assert again == Resealed(3, 1, ())


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_is_kept_shows_no_token(store: SqlStore) -> None:
    await SealedInstallations(store, CLOCK, sealer(OLD)).keep(team(1))
    async with store.read() as tx:
        (kept,) = await tx.installations.all("slack")
    assert "token-1" not in kept.secret
    with pytest.raises(BadSetting, match="secrets new"):
        await reseal(store, CLOCK, sealer(), ["slack"])


def test_a_new_key_is_one_and_never_the_same() -> None:
    one, other = new_key(), new_key()
    assert one != other
    assert sealer(one).open(sealer(one).seal("x")) == "x"
    with pytest.raises(KeyLost):
        sealer(other).open(sealer(one).seal("x"))


def test_the_command_says_how_many_and_links_to_where_it_is_installed(call: Call) -> None:
    async def keep() -> None:
        async with live_store(Settings(_env_file=None), CLOCK) as store:
            await SealedInstallations(store, CLOCK, sealer(OLD)).keep(team(1))
            await SealedInstallations(store, CLOCK, sealer(OTHER)).keep(team(2))

    asyncio.run(keep())
    settings = {
        "HYPECURVE_SECRET_KEYS": f"{NEW}, {OLD}",
        "HYPECURVE_PUBLIC_URL": "https://hype.example.com/",
    }
    ran = call("secrets", "rotate", **settings)
    assert ran.status == 1
    assert ran.out == "Sealed anew with the first key: 1. Sealed with it before: 0.\n"
    assert ran.err == (
        "No key opens the tokens of slack:T2 (Team 2): let the app be installed anew: "
        "https://hype.example.com/slack/install\n"
    )
    for text in (OLD, NEW, "token-1"):
        assert text not in ran.out + ran.err
