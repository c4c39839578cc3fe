"""The made-up tracker of a soak: a catalogue, and a cycle of signals every six hours."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypecurve.domain.catalogue import ListedReason, Place
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.schedule import next_due
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind
from hypecurve.domain.subscription import Subscription
from hypecurve.ports.store import Store
from support.soak_plan import BEGIN, CYCLE, Listening, MadeRepo, Plan, kinds_of_followed

K = SignalKind
_SUBSCRIBED = (K.RISING, K.RISING, K.RISING, K.NEW, K.STALLED, K.AWAKE)
_STEP_ON = 0.3
_MISSED = 0.3


@dataclass
class Tracker:
    """Finds something new in every cycle, and keeps what it said."""

    plan: Plan
    rng: random.Random
    said: list[Signal] = field(default_factory=list)
    cycles: int = 0
    next_at: datetime = BEGIN
    _episodes: Counter[tuple[RepoId, SignalKind]] = field(default_factory=Counter)
    _steps: Counter[tuple[RepoId, SignalKind]] = field(default_factory=Counter)

    async def cycle(self, store: Store, at: datetime, *, degraded: bool, quiet: bool) -> None:
        """Look once: count everybody, and say what changed; `quiet`: nothing did."""
        self.next_at += CYCLE
        ids = [each.repo.id for each in self.plan.repos]
        missed = self.rng.sample(ids, int(len(ids) * _MISSED)) if degraded else []
        seen = {
            each.repo.id: each.repo.stars + self.cycles
            for each in self.plan.repos
            if each.repo.id not in missed
        }
        signals = [] if quiet else list(self._news(at, degraded=degraded))
        async with store.write() as tx:
            sweep = await tx.stars.record(at, seen, missed)
            if degraded:
                still = self.rng.random() < 0.5
                signals = [] if still else signals
                await tx.stars.mark(sweep.number, Health.STILL if still else Health.PARTIAL)
            cycle = await tx.signals.next_cycle(at)
            await tx.signals.add(signals, cycle)
        self.said += signals
        self.cycles += 1

    def _news(self, at: datetime, *, degraded: bool) -> Iterator[Signal]:
        for _ in range(self.rng.randint(0, 2 * self.plan.news)):
            made = self.rng.choice(self.plan.repos)
            followed = degraded or self.rng.random() < 0.2
            kind = self.rng.choice(kinds_of_followed() if followed else _SUBSCRIBED)
            if signal := self._signal(made, kind, at):
                yield signal

    def _signal(self, made: MadeRepo, kind: SignalKind, at: datetime) -> Signal | None:
        key = made.repo.id, kind
        if kind is K.NEW and self._episodes[key]:
            return None
        if kind is K.RISING and self._episodes[key] and self.rng.random() < _STEP_ON:
            self._steps[key] += 1
        else:
            self._episodes[key] += 1
            self._steps[key] = 1
        usual = self.rng.randint(6, 200)
        gain = usual * self.rng.choice((2, 3, 5, 9)) if kind is K.RISING else usual
        evidence = Evidence(
            stars=made.repo.stars + self.cycles,
            gain_3d=gain // 2,
            gain_7d=gain,
            usual_7d=float(usual),
            multiple=round(gain / usual, 2),
            gain_28d=self.rng.randint(0, 19),
            best_28d=2_310,
            age_days=40,
            last_push=at - timedelta(days=100),
            before=_BEFORE.get(kind),
            after=_AFTER.get(kind),
        )
        score = self.rng.uniform(1.5, 9)
        return Signal(
            made.repo.id,
            kind,
            at,
            self._episodes[key],
            self._steps[key],
            round(score, 3),
            Lane.MIDDLE,
            "soak/1",
            evidence,
        )


_BEFORE = {K.RENAMED: "acme/once", K.RELICENSED: "MIT"}
_AFTER = {K.RENAMED: "acme/now", K.RELICENSED: "Apache-2.0", K.MILESTONE: "10000"}


async def settle_in(store: Store, plan: Plan) -> None:
    """Fill the catalogue and let every channel subscribe, at BEGIN."""
    async with store.write() as tx:
        repos = [each.repo for each in plan.repos]
        await tx.catalogue.upsert(repos, BEGIN)
        await tx.catalogue.place(
            {each.repo.id: Place(each.category, "made up") for each in plan.repos}
        )
        listed = {each.repo.id: ListedReason.BASELINE for each in plan.repos}
        await tx.catalogue.list_as(listed, BEGIN)
        for each in plan.listening:
            for subscription in _subscriptions(each):
                await tx.subscriptions.add(subscription)
            for repo_id in sorted(each.followed):
                await tx.subscriptions.follow(each.channel, repo_id, on=True)
            for repo_id in sorted(each.muted):
                await tx.subscriptions.mute(each.channel, repo_id, on=True)


def _subscriptions(listening: Listening) -> Iterator[Subscription]:
    for wish in listening.wishes:
        yield Subscription(
            listening.channel,
            wish.wants,
            wish.schedule,
            created_by="U1" if listening.channel.tenant.platform == "slack" else "42",
            next_due=next_due(wish.schedule, BEGIN),
            speaks_when_quiet=wish.speaks_when_quiet,
            alerts=wish.alerts,
        )
