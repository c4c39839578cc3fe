"""What happens in the demo's last days, and the stars that its repos are given."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.repo import RepoName
from hypecurve.standin.cast import FOLLOWED, PARTS, Part
from hypecurve.standin.events import Spurt

if TYPE_CHECKING:
    from hypecurve.standin.world import World

__all__ = ["FOLLOWED", "LEAST", "PARTS", "RENAMED", "TRANSFERRED", "tell"]

LEAST = 60
"""Fewer repos than this have no story."""


RENAMED = RepoName("pola", "citewise")
TRANSFERRED = RepoName("vecforge-project", "vecforge")
_BOUGHT = 2_600
_HOURS = 5


def tell(world: World) -> None:
    """Write the story into a world; one of fewer than LEAST repos stays without."""
    if world.size < LEAST:
        return
    for index, part in enumerate(PARTS):
        world.recast(index, part.facts, _total(world, part), part.age)
        if part.late:
            world.spurts[index] = Spurt(world.today - _HOURS / 24, world.today, part.late)
        if part.pushed_days_ago is not None:
            world.life(index).last_push = world.until - timedelta(days=part.pushed_days_ago)
    cast = world.cast = {part.role: index for index, part in enumerate(PARTS)}
    ago = {days: world.until - timedelta(days=days) for days in range(15)}
    world.archive(cast["archived"], world.until - timedelta(hours=10))
    world.rename(cast["renamed"], ago[5], RENAMED)
    world.rename(cast["transferred"], ago[8], TRANSFERRED)
    world.remove(cast["deleted"], ago[6])
    world.remove(cast["blocked"], ago[3], "dmca")
    world.remove(cast["away for a day"], ago[11], "private", ago[10])
    world.life(cast["relicensed"]).licences.note(ago[4], "BUSL-1.1")
    world.purge(cast["purged"], _BOUGHT, bought=30, taken=9)


def _total(world: World, part: Part) -> NDArray[np.int32]:
    """Lay a part's gains on the world's days and sum them so that `until` sees its stars."""
    days, today = world.curves.total.shape[1] - 1, world.today
    weeks = np.arange(days) // 7
    # Paces of life are not ruled by a ruler: they breathe by a sixth, from week to week.
    paces = part.weekly / 7 * (1 + np.sin(weeks * 2.3) / 6)
    gains = np.diff(np.floor(np.cumsum(np.append(0.0, paces)))).astype(np.int64)
    if part.burst is not None:
        back, stars = part.burst
        shape = np.exp(-np.arange(28) / 9)
        wave = np.diff(np.floor(np.append(0.0, np.cumsum(shape / shape.sum())) * stars))
        gains[today - back : today - back + 28] = wave.astype(np.int64)
    if part.tail:
        gains[today - len(part.tail) : today] = part.tail
        gains[today - 1] -= part.late
    gains[: max(0, int(today - part.age))] = 0
    total = np.append(0, np.cumsum(gains))
    total = total - total[today] + part.stars - part.late
    laid: NDArray[np.int32] = np.maximum(total, 0).astype(np.int32)
    return laid
