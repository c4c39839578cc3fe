"""Nothing of one tenant is read or changed by another, whatever the two do in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from itertools import count
from typing import Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.domain.asking import Asker, Filled
from hypecurve.domain.errors import HypecurveError
from hypecurve.domain.subscription import Channel, Schedule, Tenant, Wants
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.wording.plain import plain
from support.catalogue import a_repo, listed
from support.databases import NOW
from support.fates import told
from support.sample_day import sample_taxonomy

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
REPO = str(a_repo(1).name)
COMMANDS = (
    "subscribe agents at 09:00",
    "subscribe all rising at 18:00 weekdays",
    "unsubscribe agents",
    "unsubscribe all",
    "schedule 07:30 Asia/Tokyo",
    "filter min 1000 without rust @acme quiet say",
    "alerts 5",
    "pause 2d",
    "resume",
    f"follow {REPO}",
    f"mute {REPO}",
    f'pick {REPO} "look at this"',
    "language ru",
    "language en",
)
PLACES = ("C1", "C2")
Whose = Literal["own", "other"]
NOBODYS = 10**6


@dataclass(frozen=True)
class Step:
    """What one of the two does in one of their channels."""

    side: int
    place: str
    command: str = ""
    fills: tuple[Whose, int] | None = None
    """A form with the id of a subscription: whose, and which of them."""
    shows: Whose | None = None
    """A digest by its id: whose."""


STEPS = st.lists(
    st.builds(
        Step,
        side=st.sampled_from((0, 1)),
        place=st.sampled_from(PLACES),
        command=st.sampled_from(COMMANDS),
        fills=st.none() | st.tuples(st.sampled_from(("own", "other")), st.integers(0, 2)),
        shows=st.none() | st.sampled_from(("own", "other")),
    ),
    min_size=6,
    max_size=6,
)
numbers = count(1)


@dataclass
class Side:
    """The people of one tenant, and what they get to see."""

    desk: ServiceDesk
    tenant: Tenant
    digest: int = NOBODYS
    seen: list[str] = field(default_factory=list)

    def asker(self, place: str) -> Asker:
        return Asker(Channel(self.tenant, place), "U1", zone="Europe/Paris", name="Ada")

    async def begin(self) -> None:
        """Subscribe, and be told something."""
        await self.desk.answer(self.asker("C1"), "subscribe inference at 08:00")
        self.digest = await told(self.desk.store, Channel(self.tenant, "C1"), NOW)

    async def do(self, step: Step, other: Side | None) -> None:
        """Do what a step says; without another tenant its ids are nobody's."""
        asker = self.asker(step.place)
        if step.shows is not None:
            of = self if step.shows == "own" else other
            answer = await self.desk.answer(asker, f"show {of.digest if of else NOBODYS}")
            self._see(plain(answer.message))
        elif step.fills is not None:
            whose, which = step.fills
            ids = await (self if whose == "own" else other or self).ids(step.place)
            known = which < len(ids) and (whose == "own" or other is not None)
            filled = Filled(
                Wants(), Schedule(time(6)), ids[which] if known else NOBODYS, alerts=None
            )
            try:
                answer = await ServiceForms(self.desk).fill(asker, filled)
            except HypecurveError as error:
                self._see(type(error).__name__)
            else:
                self._see(plain(answer.message))
        else:
            answer = await self.desk.answer(asker, step.command)
            self._see(plain(answer.message))
            self._see(plain(answer.announcement) if answer.announcement else "")

    async def look(self, other: Side | None) -> None:
        """See all there is to be seen: of each channel, and of the tenant as a whole."""
        forms = ServiceForms(self.desk)
        for place in PLACES:
            asker = self.asker(place)
            self._see(plain((await self.desk.answer(asker, "subscriptions")).message))
            form = await forms.form(asker)
            self._see(str((form.filled.wants, form.filled.schedule, len(form.subscriptions))))
        self._see(plain((await self.desk.answer(asker, "preview")).message))
        offered = await self.desk.suggest(asker, "repo", "")
        self._see(str([each.value for each in offered]))
        asked = [Channel(side.tenant, place) for side in (self, other) if side for place in PLACES]
        for channels in (None, asked):
            home = await forms.home(self.asker("C1"), channels)
            self._see(plain(home.head))
            self._see(str([(each.id, plain(message)) for each, message in home.channels]))

    async def ids(self, place: str) -> Sequence[int]:
        found = await subscriptions_of(self.desk.store, Channel(self.tenant, place))
        return [each.id for each in found if each.id is not None]

    def _see(self, text: str) -> None:
        self.seen.append(text.replace(str(self.tenant), "OURS"))


@pytest.fixture
async def filled(store: SqlStore) -> SqlStore:
    await listed(store, [a_repo(1), a_repo(2)])
    return store


def sides(store: SqlStore) -> tuple[Side, Side]:
    """Two tenants that nobody knows yet."""
    desk = ServiceDesk(store, SetClock(NOW), sample_taxonomy(), patience=60, soon=60)
    number = next(numbers)
    return Side(desk, Tenant("slack", f"T{number}A")), Side(desk, Tenant("slack", f"T{number}B"))


@settings(
    max_examples=2,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes here
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
async def test_a_tenant_sees_what_it_would_see_if_there_were_no_other(
    filled: SqlStore, steps: list[Step]
) -> None:
    both, alone = sides(filled), sides(filled)
    for side in (*both, *alone):
        await side.begin()
    for step in steps:
        await both[step.side].do(step, both[1 - step.side])
        await alone[step.side].do(step, None)
    for number in (0, 1):
        await both[number].look(both[1 - number])
        await alone[number].look(None)
        assert both[number].seen == alone[number].seen
