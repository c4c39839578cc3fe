"""GitHub accounts that want no part in this: known by a digest of their name alone."""

from __future__ import annotations

from hashlib import sha256

from hypecurve.domain.errors import BadInput, BadRepoName
from hypecurve.domain.repo import RepoName

BARRED = "owner:"
"""What the keys of barred accounts begin with."""


def parse_login(text: str) -> str:
    """Read the name of a GitHub account, `acme` or `@acme`; BadInput says how to write it."""
    try:
        return RepoName.parse(f"{text.strip().removeprefix('@')}/any").owner
    except BadRepoName:
        message = f"'{text.strip()[:60]}' is not a GitHub account: write its login, like acme."
        raise BadInput(message) from None


def bar_key(login: str) -> str:
    """Return the key under which an account is barred.

    Whoever has a login finds its key; nobody reads the login from the key.
    """
    return BARRED + sha256(login.casefold().encode()).hexdigest()
