"""Submitters: whoever asked for a repo hears of it once, in a digest or by a notice of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import ListedReason
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.submission import Outcome
from hypecurve.domain.subscription import Channel, Schedule, Subscription, Wants
from hypecurve.services.answers.submit import Wish, submit
from hypecurve.services.answers.submitters import tell_submitters
from hypecurve.services.answers.vet import decide
from hypecurve.services.digests.compose import compose_due
from hypecurve.services.tracker.detect import detect_changes
from hypecurve.services.tracker.discover import sort_in
from hypecurve.services.tracker.snapshot import snapshot
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, OTHER_CHANNEL, entry_of
from support.databases import BACKENDS, INTERVAL, NOW
from support.frozen import messages_of
from support.tracking import BAR, Tracker, an_ai_repo, taxonomy

DAY = timedelta(days=1)
OLD = NOW - 400 * DAY
NAME = RepoName.parse("kite/toolproxy")
K = SignalKind
TELLS = (
    "kite/toolproxy, submitted here on 23 Nov, passed 500 stars and is listed now.\n"
    "505 stars · Agents and agent frameworks\n"
    "An LLM agent framework\n\n"
    "Open on GitHub: https://github.com/kite/toolproxy"
)


@dataclass
class Story:
    """Repo 2 is submitted at 412 stars; no search ever brings it."""

    tracker: Tracker

    @property
    def store(self) -> SqlStore:
        return self.tracker.store

    @property
    def now(self) -> datetime:
        return self.tracker.clock.at

    async def submit(self, channel: Channel | None = CHANNEL) -> Outcome:
        told = await submit(
            self.store,
            self.tracker.github,
            self.tracker.clock,
            taxonomy(),
            Wish(NAME, None, channel, "slack:T123/U1" if channel else ""),
            bar=BAR,
            per_day=5,
        )
        return told.outcome

    async def passes(self, stars: int = 505) -> list[tuple[int, SignalKind]]:
        """Let it have so many stars, and a cycle see them."""
        self.tracker.github.star(2, stars)
        return await self.judged()

    async def judged(self) -> list[tuple[int, SignalKind]]:
        """A cycle that ends before anybody is told."""
        self.tracker.clock.at += INTERVAL
        await sort_in(self.store, taxonomy())
        await snapshot(self.store, self.tracker.github, self.tracker.clock, INTERVAL)
        found = await detect_changes(self.store, interval=INTERVAL, min_stars=BAR)
        assert found is not None
        return [(signal.repo_id, signal.kind) for signal in found.signals]

    async def tell(self) -> int:
        return await tell_submitters(self.store, self.tracker.clock, taxonomy())

    async def subscribe(
        self,
        *categories: str,
        channel: Channel = CHANNEL,
        kinds: Sequence[SignalKind] = SUBSCRIBABLE,
        locale: str = "en",
        zone: str = "UTC",
        paused_until: datetime | None = None,
    ) -> None:
        async with self.store.write() as tx:
            await tx.subscriptions.add(
                Subscription(
                    channel,
                    Wants(frozenset(categories), frozenset(kinds)),
                    Schedule(zone=zone),
                    locale=locale,
                    next_due=self.now + DAY,
                    paused_until=paused_until,
                    heard_cycle=await tx.signals.current_cycle(),
                )
            )

    async def sent(self, channel: Channel = CHANNEL) -> list[str]:
        """What lies in the outbox for a channel, oldest first."""
        return [plain(each).strip() for each in await messages_of(self.store, channel)]

    async def digest(self) -> None:
        """Let a day pass and compose what is due."""
        self.tracker.clock.at += DAY
        await compose_due(self.store, self.tracker.clock, taxonomy())

    async def told_at(self) -> list[datetime | None]:
        async with self.store.read() as tx:
            return [each.told_at for each in await tx.submissions.of(RepoId(2))]


@pytest.fixture
def backend() -> str:
    """The store's contracts hold the databases together; what rests on SQL is tried on both."""
    return "sqlite"


@pytest.fixture
async def story(store: SqlStore) -> Story:
    """A tracker that has looked twice, and never at repo 2."""
    tracker = Tracker(store)
    tracker.github.add(
        [
            an_ai_repo(1, 601, created_at=OLD),
            replace(an_ai_repo(2, 412, created_at=OLD), name=NAME),
        ]
    )
    tracker.github.terms = {"llm": {1}}
    found = Story(tracker)
    await tracker.cycle()
    await tracker.cycle(2 * INTERVAL)
    return found


async def _watched(story: Story, *channels: Channel | None) -> None:
    for channel in channels or (CHANNEL,):
        await story.submit(channel)
    assert await story.judged() == []
    assert await story.tell() == 0


@pytest.mark.parametrize("backend", BACKENDS)
async def test_it_is_listed_when_it_reaches_the_bar_and_its_channel_hears_so_once(
    story: Story,
) -> None:
    await _watched(story)
    assert await story.passes(499) == []
    assert await story.tell() == 0
    assert await story.passes(505) == [(2, K.NEW)]
    assert (await entry_of(story.store, 2)).listed_reason is ListedReason.SUBMITTED
    assert await story.tell() == 1
    assert await story.sent() == [TELLS]
    assert await story.told_at() == [story.now]
    for _ in range(2):
        assert await story.tell() == 0
        assert await story.judged() == []
    assert await story.sent() == [TELLS]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_every_channel_that_asked_hears_it_and_nobody_else(story: Story) -> None:
    await _watched(story, CHANNEL, OTHER_CHANNEL, None)
    await story.passes()
    assert await story.tell() == 2
    assert await story.sent() == await story.sent(OTHER_CHANNEL) == [TELLS]


@pytest.mark.parametrize("categories", [(), ("agents",), ("ai-engineering",)])
async def test_where_the_digest_tells_it_there_is_no_notice(
    story: Story, categories: tuple[str, ...]
) -> None:
    await _watched(story)
    await story.subscribe(*categories)
    await story.passes()
    assert await story.tell() == 0
    assert await story.told_at() == [story.now]
    await story.digest()
    (digest,) = await story.sent()
    assert "kite/toolproxy passed 500 yesterday, 13 months old · 505" in digest
    assert digest.count("submitted here") == 1


async def test_other_channels_read_that_a_reader_submitted_it(story: Story) -> None:
    await _watched(story)
    await story.subscribe(channel=OTHER_CHANNEL)
    await story.passes()
    assert await story.tell() == 1
    await story.digest()
    (digest,) = await story.sent(OTHER_CHANNEL)
    assert "submitted by a reader" in digest
    assert await story.sent() == [TELLS]


@pytest.mark.parametrize(
    ("categories", "kinds"), [(("coding",), SUBSCRIBABLE), (("agents",), (K.RISING,))]
)
async def test_a_digest_of_other_things_does_not_tell_it(
    story: Story, categories: tuple[str, ...], kinds: tuple[SignalKind, ...]
) -> None:
    await _watched(story)
    await story.subscribe(*categories, kinds=kinds)
    await story.passes()
    assert await story.tell() == 1
    await story.digest()
    assert await story.sent() == [TELLS]


async def test_who_follows_it_hears_it_in_the_digest(story: Story) -> None:
    await _watched(story)
    await story.subscribe("coding")
    async with story.store.write() as tx:
        await tx.subscriptions.follow(CHANNEL, RepoId(2), on=True)
    await story.passes()
    assert await story.tell() == 0
    await story.digest()
    (digest,) = await story.sent()
    assert "kite/toolproxy passed 500" in digest


async def test_a_paused_digest_keeps_nobody_waiting(story: Story) -> None:
    await _watched(story)
    await story.subscribe(paused_until=story.now + 30 * DAY)
    await story.passes()
    assert await story.tell() == 1


async def test_a_digest_that_is_resumed_does_not_tell_what_a_notice_told(story: Story) -> None:
    await _watched(story)
    await story.subscribe(paused_until=story.now + 2 * DAY)
    await story.subscribe(channel=OTHER_CHANNEL, paused_until=story.now + 2 * DAY)
    await story.passes()
    assert await story.tell() == 1
    story.tracker.clock.at += 2 * DAY
    await story.digest()
    assert await story.sent() == [TELLS]
    # Who had no notice reads it there.
    (digest,) = await story.sent(OTHER_CHANNEL)
    assert "kite/toolproxy passed 500" in digest


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_subscription_that_grows_does_not_tell_what_a_notice_told(story: Story) -> None:
    await _watched(story)
    await story.subscribe("coding")
    await story.passes()
    assert await story.tell() == 1
    async with story.store.write() as tx:
        listener = await tx.subscriptions.hold(CHANNEL)
        (item,) = listener.subscriptions
        await tx.subscriptions.change(
            replace(item, wants=Wants(frozenset(), frozenset(SUBSCRIBABLE)))
        )
    await story.digest()
    assert await story.sent() == [TELLS]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_what_a_lost_notice_would_have_told_is_the_digests(story: Story) -> None:
    await _watched(story)
    await story.subscribe(paused_until=story.now + 2 * DAY)
    await story.passes()
    assert await story.tell() == 1
    async with story.store.write() as tx:
        (notice,) = await tx.outbox.claim("slack", story.now, DAY, 9)
        for state in (DeliveryState.HELD, DeliveryState.EXPIRED):
            await tx.outbox.settle(notice.delivery.id, state, at=story.now)
    story.tracker.clock.at += 2 * DAY
    await story.digest()
    _, digest = await story.sent()
    assert "kite/toolproxy passed 500" in digest


async def test_who_subscribes_after_it_was_listed_is_told_by_a_notice(story: Story) -> None:
    await _watched(story)
    await story.passes()
    await story.subscribe()
    assert await story.tell() == 1
    await story.digest()
    assert await story.sent() == [TELLS]


async def test_a_digest_that_was_faster_has_told_it(story: Story) -> None:
    await _watched(story)
    await story.subscribe()
    await story.passes()
    await story.digest()
    assert await story.tell() == 0
    assert len(await story.sent()) == 1


async def test_a_submission_over_the_bar_is_listed_and_told_with_the_next_cycle(
    story: Story,
) -> None:
    """It passed the bar long ago: whoever asked hears of it, and nobody else."""
    await story.subscribe(channel=OTHER_CHANNEL)
    story.tracker.github.star(2, 9_000)
    assert await story.submit() is Outcome.PASSES
    assert await story.judged() == []
    assert (await entry_of(story.store, 2)).listed_reason is ListedReason.MATCHED
    assert await story.tell() == 1
    assert await story.tell() == 0
    await story.digest()
    assert await story.sent(OTHER_CHANNEL) == []
    (notice,) = await story.sent()  # nobody saw it pass the bar
    assert notice.startswith(
        "kite/toolproxy, submitted here on 23 Nov, is listed now.\n9,000 stars"
    )


async def test_a_young_submission_over_the_bar_is_news_to_all_though_nobody_saw_it_pass(
    story: Story,
) -> None:
    github = story.tracker.github
    github.add([replace(github.repos[2], stars=9_000, created_at=story.now - 2 * DAY)])
    await story.subscribe(channel=OTHER_CHANNEL)
    assert await story.submit() is Outcome.PASSES
    assert await story.judged() == [(2, K.NEW)]
    assert await story.tell() == 1
    await story.digest()
    (digest,) = await story.sent(OTHER_CHANNEL)
    assert "kite/toolproxy listed yesterday" in digest
    assert "passed 500" not in digest
    assert "submitted by a reader" in digest


async def test_a_large_repo_submitted_before_the_first_cycle_is_no_news_that_day(
    store: SqlStore,
) -> None:
    tracker = Tracker(store)
    tracker.github.add([replace(an_ai_repo(2, 80_000, created_at=OLD), name=NAME)])
    story = Story(tracker)
    assert await story.submit() is Outcome.PASSES
    assert await tracker.cycle() == []
    (notice,) = await story.sent()
    assert notice.startswith("kite/toolproxy, submitted here on 22 Nov, is listed now.")


async def test_an_approved_fork_is_told_though_it_stood_over_the_bar_before(story: Story) -> None:
    github = story.tracker.github
    github.add([replace(github.repos[2], stars=900, is_fork=True)])
    assert await story.submit() is Outcome.FORK
    for _ in range(2):
        assert await story.judged() == []
        assert await story.tell() == 0
    await decide(story.store, taxonomy(), NAME, approve=True)
    await story.judged()
    assert (await entry_of(story.store, 2)).listed_at is not None
    assert await story.tell() == 1
    (notice,) = await story.sent()
    assert notice.startswith("kite/toolproxy, submitted here on 23 Nov, is listed now.")


async def test_what_is_gone_again_is_told_when_it_is_back(story: Story) -> None:
    await _watched(story)
    await story.passes()
    async with story.store.write() as tx:
        await tx.catalogue.lost([RepoId(2)], "deleted", story.now)
    assert await story.tell() == 0
    assert await story.told_at() == [None]
    await story.judged()
    assert await story.tell() == 1


async def test_the_notice_names_what_it_was_called_and_the_channels_own_day(story: Story) -> None:
    story.tracker.clock.at = story.now.replace(hour=23)
    await _watched(story)
    await story.subscribe("coding", zone="Asia/Tokyo")
    github = story.tracker.github
    github.add([replace(github.repos[2], name=RepoName.parse("kite/proxy"))])
    await story.passes()
    assert await story.tell() == 1
    (notice,) = await story.sent()
    assert notice.startswith(
        "kite/proxy, submitted here on 24 Nov as kite/toolproxy, passed 500 stars and is listed now"
    )


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_cycle_of_the_tracker_tells_it_by_itself(story: Story) -> None:
    await story.submit()
    await story.tracker.cycle()
    story.tracker.github.star(2, 505)
    await story.tracker.cycle()
    assert await story.sent() == [TELLS]
    assert await story.tell() == 0
