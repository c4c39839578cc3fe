"""Is the clock right: before anything is kept that another time would have to put up with."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hypecurve.domain.clocks import MOST_OFF
from hypecurve.domain.errors import SourceError, WrongClock
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock, GitHubSource, Standing
from hypecurve.ports.store import Store
from hypecurve.services.operator import of_standing, tell_operator

_ANSWER_WITHIN = 60.0
"""Seconds for GitHub to tell the time: a cycle does not wait for it."""
_FORM = "%Y-%m-%d %H:%M UTC"


async def refuse_future(store: Store, clock: Clock) -> None:
    """Raise WrongClock where the newest sweep is not over yet: none can be put after it."""
    async with store.read() as tx:
        last = await tx.stars.latest(whatever_health=True)
    now = clock.now()
    if last is None or last.at < now:
        return
    message = (
        f"The newest sweep lies in the future, at {last.at:{_FORM}}, and it is {now:{_FORM}} by "
        "this machine's clock: nothing is looked at until then. Set the clock if it is behind; "
        "if it was ahead once, `hypecurve db redate` mends the database."
    )
    raise WrongClock(message)


async def refuse_wrong_clock(
    store: Store,
    github: GitHubSource,
    clock: Clock,
    operator: Channel | None = None,
    *,
    must_know: bool = False,
) -> None:
    """Raise WrongClock where ours is over 10 minutes off GitHub's; the `operator` hears of it.

    A GitHub that does not tell the time, or does not answer, says nothing of our clock: that is
    no reason to refuse, unless we `must_know`.
    """
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            standing = await github.standing()
    except (SourceError, TimeoutError):
        standing = Standing()  # whatever is asked next says so
    skew, now = standing.skew, clock.now()
    if skew is None and must_know:
        message = (
            "GitHub does not tell the time now: nobody knows whether ours is right. Try later."
        )
        raise WrongClock(message)
    if skew is None or abs(skew) <= MOST_OFF:
        return
    # By a wrong clock nothing can be said of the token's end.
    for notice in of_standing(replace(standing, expires_at=None), now):
        await tell_operator(store, clock, operator, notice.key, notice.message)
    message = (
        f"This machine's clock says {now:{_FORM}}, GitHub's {now + skew:{_FORM}}: nothing is "
        "looked at by a wrong clock. Let NTP set it; the next run goes on."
    )
    raise WrongClock(message)
