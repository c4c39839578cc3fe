"""What the doctor asks of HTTP: does the service answer, here and to the world; and of the keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from hypecurve.cli.checks import Check, Read, State
from hypecurve.domain.errors import HypecurveError

if TYPE_CHECKING:
    from hypecurve.ports import Clock

_OK = 200


def keys(read: Read, clock: Clock) -> list[Check]:
    """Look whether the keys can be used; nothing where none is needed."""
    from hypecurve.bootstrap import sealer_of

    name, settings = "keys", read.settings
    if "HYPECURVE_SECRET_KEYS" in read.wrong:
        return [Check(name, State.FAIL, "HYPECURVE_SECRET_KEYS cannot be used: see above.")]
    if not settings.secret_keys:
        if not settings.public_url:
            return []
        says = "none is set: who installs an app could not be kept; `hypecurve secrets new`."
        return [Check(name, State.WARN, says)]
    try:
        sealer_of(settings, clock).seal("")
    except HypecurveError as error:
        return [Check(name, State.FAIL, str(error))]
    several = len(settings.secret_keys) > 1
    more = ", the others open; `hypecurve secrets rotate` makes them needless" if several else ""
    return [Check(name, State.OK, f"the first of {len(settings.secret_keys)} seals{more}")]


async def http(read: Read, within: float) -> AsyncIterator[Check]:
    """Ask the service whether it answers over HTTP, here and through what faces the world."""
    from hypecurve.web.listening import DEFAULT

    settings = read.settings
    for name in ("HYPECURVE_WEB", "HYPECURVE_PUBLIC_URL"):
        if name in read.wrong:
            yield Check("http", State.FAIL, f"not asked: {name} cannot be used.")
            return
    if settings.web is None and not settings.public_url:
        return
    host, port = settings.listen or DEFAULT
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # it is asked here
    shown = f"[{asked}]:{port}" if ":" in asked else f"{asked}:{port}"
    found = await _health(f"http://{shown}", within)
    if not found:
        yield Check("http", State.OK, f"answered at {shown}")
    elif found == _NOBODY:
        says = f"nobody answers at {shown}: `hypecurve run` does, with a bot that needs it."
        yield Check("http", State.WARN, says)
    else:
        says = f"{shown} is not ours ({found}): end what is there, or set another HYPECURVE_WEB."
        yield Check("http", State.FAIL, says)
    if settings.public_url:
        yield await _public(settings.public_url, shown, within)


async def _public(url: str, shown: str, within: float) -> Check:
    name = "public URL"
    if not url.startswith("https://"):
        says = f"{url} is no https:// address, and Slack calls no other."
        return Check(name, State.WARN, says)
    found = await _health(url, within)
    if found:
        says = f"{url}/health does not reach us ({found}): pass it on to {shown}."
        return Check(name, State.WARN, says)
    return Check(name, State.OK, f"{url} reaches us")


_NOBODY = "nobody there"


async def _health(url: str, within: float) -> str:
    """Return "" where our own `/health` answers, else what is there instead."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=within) as client:
            answer = await client.get(f"{url}/health")
    except httpx.ConnectError:
        return _NOBODY
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    if answer.status_code != _OK or answer.text.strip() != "ok":
        return f"it answered {answer.status_code}"
    return ""
