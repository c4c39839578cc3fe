"""What the doctor looks at on this machine: settings, disk, time zones; and what it says of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from hypecurve.domain.errors import BadSetting, HypecurveError

if TYPE_CHECKING:
    from hypecurve.config import Settings
    from hypecurve.ports import Bot

ENV_FILE = ".env"
_OURS = "HYPECURVE_"
_ALIKE = 0.8
"""From which likeness on a name is taken for a slip of another: a letter or two."""
_KIB = 1024
_LITTLE, _TOO_LITTLE = 1024 * _KIB**2, 100 * _KIB**2
"""Bytes that are free: a year of counts takes less than the first, a migration's copy may not."""
_ZONES = ("Europe/Paris", "Asia/Shanghai", "America/New_York")


class State(StrEnum):
    """How a check ended. Only `fail` is a reason not to run."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's: what was looked at, how it is, and what to do where it is not."""

    name: str
    state: State
    says: str


@dataclass(frozen=True, slots=True)
class Read:
    """The settings as far as they can be used; `wrong`: names of those that cannot, as if unset."""

    settings: Settings
    wrong: frozenset[str]
    checks: tuple[Check, ...]


def read_settings(bots: Mapping[str, Bot]) -> Read:
    """Read the settings; what is wrong with one keeps no other from being read."""
    from pydantic import ValidationError

    from hypecurve.bootstrap import load_taxonomy
    from hypecurve.config import Settings, load_settings

    checks, wrong = [], frozenset[str]()
    known = {str(field.alias): field for field in Settings.model_fields.values()}
    try:
        settings = load_settings()
    except BadSetting as error:
        checks.append(Check("settings", State.FAIL, str(error)))
        try:
            Settings()
        except ValidationError as invalid:
            whys = {
                str(found["loc"][0]): str(found["msg"]).removeprefix("Value error, ")
                for found in invalid.errors(include_url=False, include_input=False)
                if found["loc"]
            }
            wrong = frozenset(whys)
            checks += [
                Check("settings", State.FAIL, f"{name} cannot be used either: {why}")
                for name, why in whys.items()
                if not str(error).startswith(f"{name} ")  # that one is told of
            ]
            settings = Settings(**{name: known[name].get_default() for name in wrong})
        except (OSError, UnicodeDecodeError):
            settings = Settings(_env_file=None)
    try:
        load_taxonomy(settings.taxonomy_file)
    except BadSetting as error:
        checks.append(Check("settings", State.FAIL, str(error)))
    names = [*known, *(item.name for bot in bots.values() for item in bot.settings)]
    checks = checks or [Check("settings", State.OK, _set_words(names))]
    return Read(settings, wrong, (*checks, *_slips(frozenset(known), names)))


def _in_file() -> dict[str, str]:
    from dotenv import dotenv_values

    try:
        return {name: value for name, value in dotenv_values(ENV_FILE).items() if value}
    except (OSError, UnicodeDecodeError):
        return {}  # told of by load_settings


def _set_words(names: Iterable[str]) -> str:
    """Which settings are set, and where; never what they hold."""
    file = _in_file()
    in_file = [name for name in names if name in file and not os.environ.get(name)]
    around = [name for name in names if os.environ.get(name)]
    parts = [
        f"{', '.join(found)} {where}"
        for found, where in ((in_file, f"in {ENV_FILE}"), (around, "in the environment"))
        if found
    ]
    return "; ".join(parts) or "none is set"


def _slips(core: frozenset[str], names: Iterable[str]) -> list[Check]:
    """Names that no setting has, and the setting that may have been meant.

    The `core` reads its own in capitals or not; a bot's are read as they stand.
    """
    known = set(names)
    given = [*_in_file(), *(name for name in os.environ if name.upper().startswith(_OURS))]
    slips = []
    for name in dict.fromkeys(given):
        if name in known or name.upper() in core:
            continue
        near = get_close_matches(name.upper(), known, n=1, cutoff=_ALIKE)
        if near or name.upper().startswith(_OURS):
            meant = f": did you mean {near[0]}?" if near else ", and is not read."
            slips.append(Check("settings", State.WARN, f"{name} is no setting{meant}"))
    return slips


def free_space(folder: Path) -> int:
    """Bytes that are free for us where a folder is, or is to be."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(there).free


def disk(read: Read, free: Callable[[Path], int]) -> Check:
    """Look at what is free beside the database's file."""
    from hypecurve.adapters.sql.engine import database_url, file_of
    from hypecurve.bootstrap import database

    try:
        file = file_of(database_url(database(read.settings, "live")))
    except BadSetting:
        return Check("disk", State.FAIL, "not looked at: DATABASE_URL cannot be used.")
    if file is None:
        return Check("disk", State.OK, "the database is a server's, and so is its disk")
    try:
        left = free(file.absolute().parent)
    except OSError as error:
        return Check("disk", State.FAIL, f"{file.parent} cannot be looked at ({error}).")
    says = f"{in_bytes(left)} free beside {file}"
    if left < _TOO_LITTLE:
        return Check("disk", State.FAIL, f"{says}: make room, or point DATABASE_URL elsewhere.")
    if left < _LITTLE:
        return Check("disk", State.WARN, f"{says}: make room before it is full.")
    return Check("disk", State.OK, says)


def time_zones(read: Callable[[str], tzinfo]) -> Check:
    """Look whether the zones of subscriptions can be read."""
    for name in _ZONES:
        try:
            read(name)
        except (OSError, ValueError, KeyError):  # a zone that is not there is a KeyError
            says = f"{name} cannot be read: install Python's package tzdata."
            return Check("time zones", State.FAIL, says)
    return Check("time zones", State.OK, f"{', '.join(_ZONES)} can be read")


def operator_channel(read: Read, bots: Mapping[str, Bot]) -> Check:
    """Look whether somebody hears of trouble."""
    from hypecurve.config import bot_settings

    name, channel = "operator", read.settings.operator
    if "HYPECURVE_OPERATOR_CHANNEL" in read.wrong:
        return Check(name, State.FAIL, "HYPECURVE_OPERATOR_CHANNEL cannot be used: see above.")
    if channel is None:
        says = (
            "nobody hears of trouble: set HYPECURVE_OPERATOR_CHANNEL to a channel, "
            "like slack:TEAM/CHANNEL."
        )
        return Check(name, State.WARN, says)
    bot = bots.get(channel.tenant.platform)
    if bot is None:
        known = one_or_other(bots)
        says = f"{channel}: there is no bot for '{channel.tenant.platform}', only for {known}."
        return Check(name, State.FAIL, says)
    try:
        needed = bot.missing(bot_settings(bot.settings))
    except HypecurveError as error:
        return Check(name, State.FAIL, str(error))
    if needed:
        says = f"{channel} cannot be told anything: set {' and '.join(needed)}."
        return Check(name, State.FAIL, says)
    return Check(name, State.OK, str(channel))


def one_or_other(names: Iterable[str]) -> str:
    """`discord or slack`."""
    return " or ".join(sorted(names))


def in_bytes(number: int) -> str:
    """`38.2 MiB`."""
    size = float(number)
    for unit in ("bytes", "KiB", "MiB"):
        if size < _KIB:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= _KIB
    return f"{size:,.1f} GiB"
