"""A GitHub repository: its identity, its name of the moment, and what GitHub says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import NewType

from hypecurve.domain.errors import BadRepoName
from hypecurve.domain.saying import to_say

RepoId = NewType("RepoId", int)
"""GitHub's numeric database id; it survives renames and transfers. Negative: made by a replay."""

PUBLIC_SITE = "https://github.com"
_OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9]))*-?"
_NAME = r"[A-Za-z0-9._-]{1,100}"
_FULL_NAME = re.compile(rf"(?P<owner>{_OWNER})/(?P<name>{_NAME})")
_MAX_OWNER = 39
AHEAD = timedelta(days=1)
"""A creation so far in the future is a clock that goes wrong; a later one is not believed."""


@dataclass(frozen=True, slots=True, order=True)
class RepoName:
    """`owner/name`: how people call a repo today. Case is kept but does not tell repos apart."""

    owner: str
    name: str

    @classmethod
    def parse(cls, text: str, site: str = PUBLIC_SITE) -> RepoName:
        """Read `owner/name` or a GitHub address; BadRepoName says how to write it.

        `site`: the GitHub that is watched; an Enterprise server's addresses are taken beside
        github.com's.
        """
        stripped = text.strip().strip("<>")
        found = _address(site).fullmatch(stripped) or _FULL_NAME.fullmatch(stripped)
        if found:
            owner, name = found["owner"], found["name"].removesuffix(".git")
            if len(owner) <= _MAX_OWNER and name not in {"", ".", ".."}:
                return cls(owner, name)
        form = to_say(
            "'{slip}' is not a repository: "
            "write owner/name, like acme/flashkv, or its GitHub address."
        )
        raise BadRepoName(form, slip=stripped[:60])

    @property
    def key(self) -> str:
        """The form that compares equal for every spelling GitHub takes as the same."""
        return str(self).casefold()

    def __str__(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"


@cache
def _address(site: str) -> re.Pattern[str]:
    hosts = "|".join(re.escape(each.partition("://")[2]) for each in (PUBLIC_SITE, site))
    return re.compile(
        # Behind a colon stands a port where there is a scheme.
        rf"(?:(?:https?://|git@|ssh://git@)?(?:www\.)?(?:{hosts})/|(?:git@)?(?:{hosts}):)"
        rf"(?P<owner>{_OWNER})/(?P<name>{_NAME})(?:[/?#].*)?",
        re.IGNORECASE,
    )


@dataclass(frozen=True, slots=True)
class Repo:
    """What GitHub says of a repo at one moment. Times are aware UTC; None is unknown, never 0."""

    id: RepoId
    node_id: str
    name: RepoName
    stars: int
    description: str = ""
    topics: tuple[str, ...] = ()
    language: str | None = None
    license: str | None = None
    """SPDX id."""
    forks: int | None = None
    open_issues: int | None = None
    owner_is_organisation: bool | None = None
    created_at: datetime | None = None
    pushed_at: datetime | None = None
    updated_at: datetime | None = None
    archived: bool = False
    is_fork: bool = False
    fork_of: RepoName | None = None
    """Only where one repo was asked for alone; None is unknown."""
    site: str = field(default=PUBLIC_SITE, compare=False)
    """The GitHub that people see in the browser; an Enterprise server has its own."""

    @property
    def url(self) -> str:
        """Where people look at it."""
        return f"{self.site}/{self.name}"


def age_days(created_at: datetime | None, at: datetime) -> int | None:
    """Return a repo's age in whole days; None where it is not known, or lies in the future."""
    if created_at is None or created_at > at + AHEAD:
        return None
    return max(0, (at - created_at).days)
