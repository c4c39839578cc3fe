"""Sealing with Fernet (AES and an HMAC): the first key seals, all of them open.

https://cryptography.io/en/latest/fernet/
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from hypecurve.domain.errors import BadSetting, KeyLost
from hypecurve.ports import Clock

if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet

NO_KEY = (
    "HYPECURVE_SECRET_KEYS is missing: without a key no token can be kept. Make one with "
    "`hypecurve secrets new`, set it in .env, and keep a copy."
)


def new_key() -> str:
    """Return a key for HYPECURVE_SECRET_KEYS."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 - late: who needs it

    return Fernet.generate_key().decode()


class FernetSealer:
    """`ports.Sealer` with some keys; without any it seals nothing and opens nothing."""

    def __init__(self, keys: Sequence[str], clock: Clock) -> None:
        """Take keys as `Fernet.generate_key` makes them; BadSetting for one that is none."""
        self._clock = clock
        self._keys: list[Fernet] = []
        self._all: MultiFernet | None = None
        if not keys:
            return
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - late: who needs it

        try:
            self._keys = [Fernet(key) for key in keys]
        except ValueError:
            message = (
                "HYPECURVE_SECRET_KEYS holds something that is no key: `hypecurve secrets new` "
                "makes one; several are divided by commas, the newest first."
            )
            raise BadSetting(message) from None
        self._all = MultiFernet(self._keys)

    def seal(self, text: str) -> str:
        """Return a text sealed; BadSetting where there is no key."""
        if self._all is None:
            raise BadSetting(NO_KEY)
        return self._all.encrypt_at_time(text.encode(), self._now()).decode()

    def open(self, sealed: str, *, within: timedelta | None = None) -> str:
        """Return a sealed text; KeyLost where no key opens it, or it is too old."""
        if self._all is None:
            raise KeyLost(KeyLost.__doc__ or "")
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as above

        try:
            if within is None:
                return self._all.decrypt(sealed.encode()).decode()
            ttl = int(within.total_seconds())
            return self._all.decrypt_at_time(sealed.encode(), ttl, self._now()).decode()
        except (InvalidToken, UnicodeError):
            raise KeyLost(KeyLost.__doc__ or "") from None

    def is_fresh(self, sealed: str) -> bool:
        """Whether the first key sealed it."""
        if not self._keys:
            return False
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as above

        try:
            return self._keys[0].decrypt(sealed.encode()) is not None
        except InvalidToken:
            return False

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
