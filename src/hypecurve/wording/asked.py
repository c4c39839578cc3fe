"""Commands of our own controls: a repo in them is its name, or its id where names are too long."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypecurve.domain.repo import Repo, RepoId
from hypecurve.wording.cut import length

MOST = 90
"""UTF-16 units of a command: a control holds no more everywhere (Discord: 100, ours included)."""
LONGEST_VALUE = 100
"""UTF-16 units of what is chosen for an option."""
_OWN = re.compile(r"#(-?[0-9]{1,18})")


def asked(form: str, *repos: Repo) -> str:
    """Return a command: `form` with the repos in the place of its `{}`, or their ids.

    `compare acme/flashkv nori/voicebox age`, `compare #123 #456 age`.
    """
    return _short(form.format(*(r.name for r in repos)), form.format(*(f"#{r.id}" for r in repos)))


def asked_of(command: Callable[[str], str], repo: Repo) -> str:
    """Return the same of a command that makes itself of a name."""
    return _short(command(str(repo.name)), command(f"#{repo.id}"))


def chosen_as(repo: Repo) -> str:
    """Return what a repo is chosen by in an option: its name, or its id where that is too long."""
    name = str(repo.name)
    return name if length(name, utf16=True) <= LONGEST_VALUE else f"#{repo.id}"


def own_id(word: str) -> RepoId | None:
    """Return the id in a word of `asked` or `chosen_as`; None where it is none of ours."""
    found = _OWN.fullmatch(word)
    return None if found is None else RepoId(int(found[1]))


def _short(named: str, numbered: str) -> str:
    return named if length(named, utf16=True) <= MOST else numbered
