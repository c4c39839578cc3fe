"""A GitHub in memory: whole in what `ports.GitHubSource` promises, and told when to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from hypecurve.domain.errors import SourceError, SourceGone
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.stars import PastStars
from hypecurve.ports import Gone, Lately, SearchPage, Standing, SweepBatch, Term


@dataclass
class MemoryGitHub:
    """Repos by id; which terms find them is said in `terms` (those not said find everything)."""

    repos: dict[int, Repo] = field(default_factory=dict)
    terms: dict[str, set[int]] = field(default_factory=dict)
    past: dict[int, PastStars | SourceError | None] = field(default_factory=dict)
    gone: dict[int, str] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    """These do not answer a sweep."""
    cut_short: dict[str, SourceError] = field(default_factory=dict)
    """Terms whose search ends with this error after its first page."""
    page: int = 10
    stands: Standing | SourceError = field(default_factory=Standing)
    why: dict[int, str] = field(default_factory=dict)
    """Why a repo that is gone is gone, told to whoever asks for it alone; else "deleted"."""
    searched: list[tuple[Term, Lately | None, str]] = field(default_factory=list)
    """Each search: the term, how it was narrowed, and the rest it went on from."""
    asked_past: list[str] = field(default_factory=list)
    """Whose history was asked, by the name of the moment."""

    def add(self, repos: Iterable[Repo]) -> None:
        """Let repos be there, or change."""
        self.repos |= {repo.id: repo for repo in repos}

    def star(self, number: int, stars: int) -> None:
        """Give a repo another count."""
        self.repos[number] = replace(self.repos[number], stars=stars)

    async def search(
        self, term: Term, min_stars: int, *, lately: Lately | None = None, rest: str = ""
    ) -> AsyncIterator[SearchPage]:
        """Yield the repos of a term, largest first; `rest` is the place of the next page."""
        self.searched.append((term, lately, rest))
        found = [
            repo
            for number, repo in sorted(self.repos.items(), key=lambda item: -item[1].stars)
            if number in self.terms.get(str(term), self.repos)
            and number not in self.gone
            and repo.stars >= min_stars
            and _is_within(repo, lately or Lately())
        ]
        begin = int(rest) if rest.isdecimal() else 0
        for start in range(begin, len(found), self.page):
            end = start + self.page
            yield SearchPage(tuple(found[start:end]), str(end) if end < len(found) else "")
            if str(term) in self.cut_short:
                raise self.cut_short[str(term)]

    async def sweep(self, node_ids: Sequence[str]) -> AsyncIterator[SweepBatch]:
        """Yield the present facts, a page at a time."""
        by_node = {repo.node_id: repo for repo in self.repos.values()}
        for start in range(0, len(node_ids), self.page):
            asked = node_ids[start : start + self.page]
            answers = [node for node in asked if by_node[node].id not in self.silent]
            yield SweepBatch(
                repos=tuple(by_node[n] for n in answers if by_node[n].id not in self.gone),
                gone=tuple(
                    Gone(n, self.gone[by_node[n].id]) for n in answers if by_node[n].id in self.gone
                ),
                failed=tuple(node for node in asked if node not in answers),
            )

    async def past_stars(self, repo_id: RepoId, weeks: int) -> PastStars | None:
        """Return a repo's history, at most so many weeks of it."""
        repo = await self.repo(repo_id)
        self.asked_past.append(str(repo.name))
        found = self.past.get(repo.id)
        if isinstance(found, SourceError):
            raise found
        if found is None or len(found.days) <= weeks * 7:
            return found
        left_out = len(found.days) - weeks * 7
        first = found.first_day.fromordinal(found.first_day.toordinal() + left_out)
        return replace(found, first_day=first, days=found.days[left_out:])

    async def repo(self, which: RepoName | RepoId) -> Repo:
        """Return one repo by name or by id."""
        meant = [
            number
            for number, repo in self.repos.items()
            if which == number or (isinstance(which, RepoName) and repo.name.key == which.key)
        ]
        for number in meant:
            if number not in self.gone:
                return self.repos[number]
        message = f"{which} is not there."
        raise SourceGone(message, why=self.why.get(meant[0], "deleted") if meant else "deleted")

    async def standing(self) -> Standing:
        """Return what was said in `stands`, or raise it."""
        if isinstance(self.stands, SourceError):
            raise self.stands
        return self.stands


def _is_within(repo: Repo, lately: Lately) -> bool:
    """Whether a repo was pushed to and created late enough; what is unknown is not."""
    bounds = ((lately.pushed, repo.pushed_at), (lately.created, repo.created_at))
    return all(since is None or (at is not None and at >= since) for since, at in bounds)
