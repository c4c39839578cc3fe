"""What can go wrong, as one tree; every leaf has a message a person can act on.

HypecurveError                  anything this program says on purpose
├── BadInput                    the person typed or configured something wrong: exit status 2
│   ├── BadCommand              not a chat command that can be understood
│   ├── BadRepoName             not an owner/name nor a GitHub URL
│   ├── UnknownCategory         carries what may have been meant
│   ├── BadField                a field of a form, by its name
│   ├── BadTime                 not a time of day, zone, date or span
│   ├── BadChannel              not PLATFORM:TENANT/CHANNEL
│   ├── BadSetting              an environment variable is missing or malformed
│   └── BadData                 a folder or file does not hold what it must
├── WrongWorld                  the database belongs to another world, or to a newer version
├── WrongClock                  the machine's clock, or a time in the database, cannot be
├── StoreUnavailable            the database is busy, full or out of reach: try again
├── KeyLost                     no key of HYPECURVE_SECRET_KEYS opens what is sealed
├── Busy                        another process does this at present
├── NotFound                    a repo or channel that is not in the catalogue
├── SourceError                 GitHub did not give what was asked
│   ├── SourceRefused           token missing, wrong or without the right: waiting does not help
│   ├── SourceLimited           a rate limit: `retry_after` seconds
│   ├── SourceUnavailable       an outage, a dropped connection, nonsense instead of JSON
│   └── SourceGone              this one repo: deleted, private, blocked
└── SendError                   a platform did not take a message
    ├── SendLimited             a rate limit: `retry_after` seconds; not an attempt
    ├── ChannelRefused          this channel cannot be posted to until somebody acts
    ├── TenantRefused           the whole installation is gone or its token is
    ├── PlatformRefused         the platform tells us to stop sending for a while
    ├── MessageRefused          the message itself is at fault: send the plain form
    ├── SendFailed              surely not posted: try again later
    │   ├── TokenSealed         no key opens the tenant's token: an operator has to act
    │   └── SendSought          in doubt, and looked for before it is posted: no repeat is one
    └── SendUnclear             it may have been posted: never send a digest again

Each keeps its English text and what fills it apart: a terminal shows `str(error)`, a chat says it
in the reader's language (`wording.notices.error_message`) where the text is marked by `to_say`.
"""

from __future__ import annotations

from hypecurve.domain.saying import in_english, to_say


class HypecurveError(Exception):
    """Something went wrong in a way a person can act on."""

    def __init__(self, template: str = "", /, **values: object) -> None:
        """Keep the English text and what fills its `{placeholders}`, as `Saying` does.

        Without values the text is taken as it is, braces and all.
        """
        self.template = template
        self.values = values
        super().__init__(in_english(template, values))


class BadInput(HypecurveError):
    """What was given cannot be used."""


class BadCommand(BadInput):
    """A chat command that cannot be understood."""


class BadRepoName(BadInput):
    """Not a repository: write owner/name or its GitHub address."""


class UnknownCategory(BadInput):
    """No such category."""

    def __init__(self, text: str, suggestions: tuple[str, ...] = ()) -> None:
        """Keep the slip and the categories that may have been meant, best first."""
        self.text = text
        self.suggestions = suggestions
        if suggestions:
            form = to_say("There is no category '{slip}'. Did you mean {near}?")
            super().__init__(form, slip=text, near=suggestions)
        else:
            super().__init__(to_say("There is no category '{slip}'."), slip=text)


class BadField(BadInput):
    """A field of a form cannot be taken as it was filled in; `field` as `Filled` names it."""

    def __init__(self, template: str = "", /, *, field: str = "", **values: object) -> None:
        """Keep which field it is."""
        self.field = field
        super().__init__(template, **values)


class BadTime(BadInput):
    """Not a time, date, zone or span that can be used."""


class BadChannel(BadInput):
    """Not a channel: write slack:TEAM/CHANNEL or discord:SERVER/CHANNEL."""


class BadSetting(BadInput):
    """A setting is missing or cannot be used."""


class BadData(BadInput):
    """A file or folder does not hold what it must."""


class Unready(HypecurveError):
    """It works, and something is still to be done; the text says what."""


class WrongWorld(HypecurveError):
    """The database belongs to another world or another version."""


class WrongClock(HypecurveError):
    """A clock is wrong, or was when something was kept."""


class StoreUnavailable(HypecurveError):
    """The database is busy, full or out of reach."""


class KeyLost(HypecurveError):
    """No key of HYPECURVE_SECRET_KEYS opens this: put the old key back, or install anew."""


class Busy(HypecurveError):
    """Another process does this at present."""


class NotFound(HypecurveError):
    """Not in the catalogue."""


class SourceError(HypecurveError):
    """GitHub did not give what was asked."""

    def __init__(
        self, template: str = "", /, *, retry_after: float | None = None, **values: object
    ) -> None:
        """`retry_after`: seconds GitHub told us to wait, where it did."""
        self.retry_after = retry_after
        super().__init__(template, **values)


class SourceRefused(SourceError):
    """GitHub refuses: waiting does not help, somebody has to act."""


class SourceLimited(SourceError):
    """A rate limit of GitHub's."""


class SourceUnavailable(SourceError):
    """GitHub cannot be reached or answers nonsense."""


class SourceGone(SourceError):
    """This repository is not there any more, or not for us.

    `why`: "deleted" (or private: GitHub does not tell them apart), "dmca" (taken down after a
    notice), "tos" (against GitHub's terms), "blocked" (for another reason).
    """

    def __init__(self, template: str = "", /, *, why: str = "deleted", **values: object) -> None:
        """Keep why it is not there."""
        self.why = why
        super().__init__(template, retry_after=None, **values)


class SendError(HypecurveError):
    """A platform did not take a message; `code` is the platform's own word for why."""

    def __init__(
        self,
        template: str = "",
        /,
        *,
        code: str = "",
        retry_after: float | None = None,
        **values: object,
    ) -> None:
        """`retry_after`: seconds the platform told us to wait, where it did."""
        self.code = code
        self.retry_after = retry_after
        super().__init__(template, **values)


class SendLimited(SendError):
    """A rate limit: wait as told; it does not count as an attempt."""


class ChannelRefused(SendError):
    """This channel cannot be posted to until somebody acts."""


class TenantRefused(SendError):
    """The installation is gone, or its token is."""

    def __init__(
        self,
        template: str = "",
        /,
        *,
        code: str = "",
        retry_after: float | None = None,
        removed: bool = False,
        **values: object,
    ) -> None:
        """`removed`: the tenant has surely removed the app; else it may be a mistake of ours."""
        self.removed = removed
        super().__init__(template, code=code, retry_after=retry_after, **values)


class PlatformRefused(SendError):
    """The platform tells us to stop sending for a while."""


class MessageRefused(SendError):
    """The message itself is at fault: our mistake, never the channel's."""


class SendFailed(SendError):
    """Surely not posted; trying again later is safe."""


class TokenSealed(SendFailed):
    """The tenant's token is kept, and no key opens it: it waits for the operator."""


class SendSought(SendFailed):
    """It may have been posted; tried again, it is looked for first, so that it is posted once."""


class SendUnclear(SendError):
    """It may have been posted, and nobody can say."""
