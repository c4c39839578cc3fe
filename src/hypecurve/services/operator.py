"""What the operator is told: trouble that wants a person, each once.

What is worth a notice is decided from what is known; a notice's key says which trouble it tells,
and the outbox lets each key through once. Nothing else has to be remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from hypecurve.domain.errors import HypecurveError, SourceError, SourceRefused
from hypecurve.domain.health import Health
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock, GitHubSource, Standing, Term
from hypecurve.ports.store import Source, Store, Sweep, Transaction
from hypecurve.services.tracker.discover import source_key
from hypecurve.wording import operator as words

TOKEN_STEPS = (1, 3, 7, 14)
"""Days before the token's end at which it is told."""
MOST_SKEW = timedelta(minutes=2)
"""Our clock may be off by so much."""
UNREAD_FOR = timedelta(days=1)
"""A search that was not read to its end for so long is told: it is read every 22 hours."""
_GOOD_BEHIND = 8
"""Good sweeps after a trouble within which its end is still told, should a cycle have died."""
_ANSWER_WITHIN = 60.0
"""Seconds for GitHub to say how it sees us: a cycle does not wait for it."""
_AT_ONCE = 16
"""Sweeps read at first, and so many times as many where a trouble lasts longer."""
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell once. `after`: keys of what it ends; it is told only if one of them was."""

    key: str
    message: Message
    after: tuple[str, ...] = ()


async def watch_over(
    store: Store,
    github: GitHubSource,
    clock: Clock,
    channel: Channel | None,
    tell: Callable[[str], None],
    *,
    terms: Sequence[Term],
    min_stars: int,
) -> None:
    """Look at the last sweeps, the searches and our standing with GitHub; tell what is wrong.

    For the end of each cycle, of one that failed too. `tell` hears a line for each new notice,
    and where there is no channel for every one. It raises nothing: what keeps it from its work
    is a line as well.
    """
    try:
        async with store.read() as tx:
            # Without a channel nothing says what was told: then only what is news is looked at.
            sweeps = await _last_sweeps(tx, _GOOD_BEHIND if channel else 1)
            moved_at = await _moved_at(tx, sweeps)
            unread = [
                (term, await tx.sources.source(source_key(term, min_stars))) for term in terms
            ]
            is_old = await tx.stars.latest(clock.now() - UNREAD_FOR, whatever_health=True)
        notices = [
            *of_sweeps(sweeps, moved_at),
            *of_searches(unread, clock.now(), working_long=is_old is not None),
            *await _of_github(github, clock, tell, sweeps[0].number if sweeps else 0),
        ]
        for notice in notices:
            if await _tell(store, clock, channel, notice):
                tell(words.in_one_line(notice.message))
    except HypecurveError as error:
        tell(f"the operator's notices wait for the next cycle: {error}")


async def tell_operator(
    store: Store, clock: Clock, channel: Channel | None, key: str, message: Message
) -> bool:
    """Freeze a notice for the operator's channel; False where it was told before.

    Without a channel nothing is kept, and it is as new every time.
    """
    if channel is None:
        return True
    async with store.write() as tx:
        return await tx.digests.notify(channel, key, message, clock.now()) is not None


def of_sweeps(sweeps: Sequence[Sweep], moved_at: datetime | None = None) -> Iterator[Notice]:
    """Yield what the last sweeps, newest first, have to tell: trouble with the counts, or its end.

    A trouble lasts from its first bad sweep to the next good one; each kind of it is told once.
    `moved_at`: when the counts last moved, where they stand still.
    """
    good = next((place for place, each in enumerate(sweeps) if each.health is not Health.GOOD), -1)
    if good < 0:
        return
    bad = []
    for each in sweeps[good:]:
        if each.health is Health.GOOD:
            break
        bad.append(each)
    keys = {each.health: f"counts {each.health.value} {bad[-1].number}" for each in bad}
    if good == 0:
        now = sweeps[0]
        yield Notice(keys[now.health], _bad_words(bad, now.health, moved_at))
        return
    first = sweeps[good - 1]
    message = words.well_again(first.seen, first.expected, first.at)
    yield Notice(f"counts good {bad[-1].number}", message, tuple(keys.values()))


def _bad_words(bad: Sequence[Sweep], health: Health, moved_at: datetime | None) -> Message:
    first = next(each for each in reversed(bad) if each.health is health)
    if health is Health.STILL:
        return words.still(moved_at or first.at)
    return words.partial(first.seen, first.expected, first.at)


def of_searches(
    searches: Iterable[tuple[Term, Source]], now: datetime, *, working_long: bool
) -> Iterator[Notice]:
    """Yield the searches that were not read to their end for over a day.

    `working_long`: we have been looking for longer than that; before, one that was never read
    whole may just be slow.
    """
    for term, source in searches:
        since = source.complete_at
        if working_long if since is None else now - since > UNREAD_FOR:
            when = "never" if since is None else f"{since:%Y-%m-%dT%H:%M}"
            key = f"search unread {when} {source.key}"[:_LONGEST_KEY]
            yield Notice(key, words.search_unread(str(term), since))


def of_standing(standing: Standing, now: datetime) -> Iterator[Notice]:
    """Yield what GitHub's view of us has to tell: a token that ends, a clock that is wrong."""
    ends = standing.expires_at
    if ends is not None:
        left = (ends - now) / timedelta(days=1)
        step = next((days for days in TOKEN_STEPS if left <= days), None)
        if step is not None:
            key = f"token ends {ends:%Y-%m-%d} within {step}"
            yield Notice(key, words.token_ends(ends, ceil(left)))
    skew = standing.skew
    if skew is not None and abs(skew) > MOST_SKEW:
        # By the week: a clock that is mended and wrong again is news again.
        year, week, _ = now.isocalendar()
        yield Notice(f"clock off {year}-{week}", words.clock_off(skew))


def of_refusal(error: SourceRefused, last_sweep: int) -> Notice:
    """Return that GitHub refuses us; there is no sweep until that ends, so it is told once."""
    return Notice(f"refused after {last_sweep}", words.refused(str(error)))


async def _of_github(
    github: GitHubSource, clock: Clock, tell: Callable[[str], None], last_sweep: int
) -> list[Notice]:
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            return list(of_standing(await github.standing(), clock.now()))
    except SourceRefused as error:
        return [of_refusal(error, last_sweep)]
    except (SourceError, TimeoutError) as error:
        tell(f"GitHub did not say how it sees us: {str(error) or 'no answer in time'}")
        return []


async def _last_sweeps(tx: Transaction, behind: int) -> list[Sweep]:
    """The last sweeps, newest first: up to the good one before the last trouble, if it is near.

    `behind`: so many good sweeps may have come after it.
    """
    wanted, sweeps = _AT_ONCE, await tx.stars.recent(_AT_ONCE)
    while len(sweeps) == wanted and _begins_with(sweeps, behind) is None:
        wanted *= _AT_ONCE
        sweeps = await tx.stars.recent(wanted)
    return sweeps[: _begins_with(sweeps, behind)]


def _begins_with(sweeps: Sequence[Sweep], behind: int) -> int | None:
    """How many of the sweeps are looked at; None where those before them are looked at too."""
    is_trouble_seen = False
    for count, sweep in enumerate(sweeps, 1):
        is_good = sweep.health is Health.GOOD
        if is_good and (is_trouble_seen or count > behind):
            return count
        is_trouble_seen = is_trouble_seen or not is_good
    return None


async def _moved_at(tx: Transaction, sweeps: Sequence[Sweep]) -> datetime | None:
    """When the counts were last believed, where the last sweep stands still."""
    if not sweeps or sweeps[0].health is not Health.STILL:
        return None
    last = await tx.stars.latest(sweeps[0].at)
    return None if last is None else last.at


async def _tell(store: Store, clock: Clock, channel: Channel | None, notice: Notice) -> bool:
    """Tell a notice; of the end of something only where its beginning was told."""
    if channel is not None and notice.after:
        async with store.read() as tx:
            known = await tx.digests.noticed(channel, notice.after)
        if not known:
            return False
    return await tell_operator(store, clock, channel, notice.key, notice.message)
