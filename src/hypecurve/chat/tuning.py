"""Commands that tune what a channel hears, and tell how it fares; `str()` of each reads back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal

from hypecurve.domain.repo import RepoName

_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)))


@dataclass(frozen=True, slots=True)
class Filter:
    """What is left out, and what a day without news does; None stays as it was."""

    least_stars: int | None = None
    without: frozenset[str] | None = None
    """Languages, casefolded, and owners as `@acme`; empty: nothing is left out by name."""
    speaks_when_quiet: bool | None = None

    @property
    def languages(self) -> frozenset[str] | None:
        """The languages left out; None stays as it was."""
        if self.without is None:
            return None
        return frozenset(each for each in self.without if not each.startswith("@"))

    @property
    def owners(self) -> frozenset[str] | None:
        """The owners left out, without their @; None stays as it was."""
        if self.without is None:
            return None
        return frozenset(each[1:] for each in self.without if each.startswith("@"))

    def words(self) -> list[str]:
        """Return how it is written: `min 1000 without "rust" @acme quiet say`."""
        # Quoted: a language may be named like a word of the grammar.
        named = [each if each.startswith("@") else f'"{each}"' for each in self.without or ()]
        return [
            *([] if self.least_stars is None else ["min", str(self.least_stars)]),
            *([] if self.without is None else ["without", *(sorted(named) or ["nothing"])]),
            *(
                []
                if self.speaks_when_quiet is None
                else ["quiet", "say" if self.speaks_when_quiet else "skip"]
            ),
        ]

    def __str__(self) -> str:
        """`filter min 1000 without "rust" @acme`."""
        return " ".join(["filter", *self.words()])


@dataclass(frozen=True, slots=True)
class SetAlerts:
    """What is posted at once; None stays as it was, or is as usual. `on` False stands alone."""

    on: bool = True
    a_day: int | None = None
    quiet: tuple[time, time] | Literal["off"] | None = None
    """From when to when none is posted; "off": at any hour."""

    def __str__(self) -> str:
        """`alerts 5 quiet 22:00-08:00`."""
        words = ["alerts"] if self.on else ["alerts", "off"]
        if self.a_day is not None:
            words.append(str(self.a_day))
        if self.quiet == "off":
            words += ["quiet", "off"]
        elif self.quiet is not None:
            begin, end = self.quiet
            words += ["quiet", f"{begin:%H:%M}-{end:%H:%M}"]
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class SetPing:
    """Ping a role with this channel's digests; `role` is its id, "" nobody."""

    role: str = ""

    def __str__(self) -> str:
        """`ping <@&42>` or `ping off`."""
        return f"ping <@&{self.role}>" if self.role else "ping off"


@dataclass(frozen=True, slots=True)
class ShowPing:
    """Whom this channel's digests ping."""

    def __str__(self) -> str:
        """`ping`."""
        return "ping"


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for a span of whole minutes; None: until it is resumed."""

    span: timedelta | None = None

    def __str__(self) -> str:
        """`pause 2d`."""
        if self.span is None:
            return "pause"
        unit, length = next(each for each in _UNITS if not self.span % each[1])
        return f"pause {self.span // length}{unit}"


@dataclass(frozen=True, slots=True)
class Resume:
    """End the pause."""

    def __str__(self) -> str:
        """`resume`."""
        return "resume"


@dataclass(frozen=True, slots=True)
class Status:
    """How this channel fares."""

    def __str__(self) -> str:
        """`status`."""
        return "status"


@dataclass(frozen=True, slots=True)
class Mute:
    """Never speak of one repo."""

    name: RepoName

    def __str__(self) -> str:
        """`mute acme/flashkv`."""
        return f"mute {self.name}"


@dataclass(frozen=True, slots=True)
class Unmute:
    """Speak of it again."""

    name: RepoName

    def __str__(self) -> str:
        """`unmute acme/flashkv`."""
        return f"unmute {self.name}"


@dataclass(frozen=True, slots=True)
class Show:
    """A digest of this channel that may not have arrived; asked by our own controls."""

    digest_id: int

    def __str__(self) -> str:
        """`show 12`."""
        return f"show {self.digest_id}"


Tuning = Filter | SetAlerts | SetPing | Pause | Resume | Mute | Unmute
"""What changes how a channel is spoken to."""
