"""How a search is cut into slices that each fit in GitHub's 1,000 results; pure.

A search sorted by stars, most first, gives its first 1,000 repos and the star count where they
end; the next slice begins there. So every page asked for is a page kept, and no request is spent
on finding out where to cut. Only where one star count alone has more than 1,000 repos is that
count cut by creation dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median_low

from hypecurve.domain.errors import BadSetting, SourceUnavailable
from hypecurve.domain.repo import Repo
from hypecurve.ports import Lately, Term

PAGE = 100
CAP = 1_000
MAX_QUERY = 256
_PIECE = 700  # aimed at when a star count is cut by dates: some room for uneven pieces
_TAIL = 10
_CROWD = 250  # so many of one star count are not read again for the sake of the few beside them
_BEFORE_GITHUB = datetime(2008, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Slice:
    """Repos with `low` to `high` stars (None: no end), created `since` to `until`, ends included.

    Times are aware UTC in whole seconds; None is open.
    """

    low: int
    high: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def whole(min_stars: int, lately: Lately) -> Slice:
    """Return the slice that holds all of a search. A bound on creation is a slice's own bound."""
    since = lately.created
    return Slice(min_stars, since=None if since is None else since.replace(microsecond=0))


def query(term: Term, part: Slice, pushed: datetime | None = None) -> str:
    """Return the search query of a slice, of what was pushed to at or after an instant.

    BadSetting where the term makes it too long.
    """
    stars = f"stars:>={part.low}" if part.high is None else f"stars:{part.low}..{part.high}"
    words = [_words(term), stars, "is:public"]
    if part.since is not None and part.until is not None:
        words.append(f"created:{_stamp(part.since)}..{_stamp(part.until)}")
    elif part.since is not None:
        words.append(f"created:>={_stamp(part.since)}")
    elif part.until is not None:
        words.append(f"created:<={_stamp(part.until)}")
    if pushed is not None:
        words.append(f"pushed:>={_stamp(pushed)}")
    text = " ".join(words)
    if len(text) > MAX_QUERY:
        message = f"The search term '{term.text[:40]}...' is too long for GitHub: shorten it."
        raise BadSetting(message)
    return text


def below(part: Slice, read: Sequence[Repo]) -> tuple[Slice, ...]:
    """Return what is left of a slice that was cut off at 1,000 results, `read`, most stars first.

    The slice below overlaps what was read by a few stars, because stars are given while we page.
    The median of the last few counts stands for the end: the index lags behind the counts it
    shows, and one repo that has lost many stars since would let us skip everything between.

    A star count with a crowd of repos becomes a slice of its own, to be read after those below:
    who moves up into it meanwhile is met there.
    """
    end = max(part.low, median_low([repo.stars for repo in read[-_TAIL:]]))
    high = end + max(1, end // 500)
    if part.high is not None:
        end = min(end, part.high)
        high = min(high, part.high - 1)
    crowd = sum(repo.stars == end for repo in read)
    if high < end or crowd >= _CROWD:
        alone = replace(part, low=end, high=end)
        return (alone,) if end == part.low else (alone, replace(part, high=end - 1))
    return (replace(part, high=high),)


def by_created(
    part: Slice, total: int, seen: Sequence[datetime], now: datetime
) -> tuple[Slice, ...]:
    """Cut a slice of one star count by creation date, by the quantiles of the dates seen.

    Raises SourceUnavailable where a single second is left.
    """
    since, until = part.since or _BEFORE_GITHUB, part.until or now.replace(microsecond=0)
    inside = sorted(each.replace(microsecond=0) for each in seen if since < each <= until)
    pieces = max(2, -(-total // _PIECE))
    cuts = {inside[len(inside) * place // pieces] for place in range(1, pieces) if inside}
    if not cuts:
        cuts = {since + max(_SECOND, (until - since) // 2 // _SECOND * _SECOND)}
    if until - since < _SECOND:
        message = "GitHub's search cannot be cut any further: too many repos of the same second."
        raise SourceUnavailable(message)
    starts = [part.since, *sorted(cuts)]
    inner = [
        replace(part, since=start, until=end - _SECOND) for start, end in pairwise(starts) if end
    ]
    return (*inner, replace(part, since=starts[-1], until=part.until))


def _words(term: Term) -> str:
    text = " ".join(term.text.replace('"', " ").split())
    plain = text.replace("-", "").replace("_", "").replace(".", "").isalnum()
    word = text if plain and text.upper() not in {"AND", "OR", "NOT"} else f'"{text}"'
    return f"topic:{word}" if term.is_topic else word


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
