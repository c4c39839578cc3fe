"""A copy of an embedded database, made before its tables are changed."""

from __future__ import annotations

import filecmp
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

from hypecurve.domain.errors import StoreUnavailable

_OWNER_ALONE = 0o600


def _room(folder: Path) -> int:
    """Bytes that are free where a folder lies."""
    return shutil.disk_usage(folder).free


def copy_aside(file: Path, revision: str, *, room: Callable[[Path], int] = _room) -> Path:
    """Copy a SQLite database to `FILE.before-REVISION` beside it; return the copy.

    What is still in its log (WAL) is in the copy, which is one file, for its owner alone. It gets
    its name when it is whole. A copy of that name that holds the same is left as it is; one that
    holds something else stays too, and the new one is numbered. The caller keeps others from
    writing meanwhile. StoreUnavailable where there is no room for it: `room` tells the free bytes
    of a folder.
    """
    part = file.with_name(f"{file.name}.before-{revision}.part")
    try:
        needed = sum(each.stat().st_size for each in _parts(file) if each.is_file())
        free = room(file.parent)
        if free < needed:
            raise _no_copy(file, f"it needs {_megabytes(needed)}, {_megabytes(free)} are free")
        try:
            _copy(file, part)
            return _named(part, file, revision)
        finally:
            part.unlink(missing_ok=True)
            _journal(part).unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise _no_copy(file, str(error).strip()) from error


def _parts(file: Path) -> tuple[Path, Path]:
    return file, file.with_name(f"{file.name}-wal")


def _journal(file: Path) -> Path:
    return file.with_name(f"{file.name}-journal")


def _copy(file: Path, part: Path) -> None:
    """Copy through SQLite itself, which knows what is not yet written back into the file."""
    part.unlink(missing_ok=True)  # one that was killed while it copied left half
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ALONE))
    source = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(source, uri=True)) as old, closing(sqlite3.connect(part)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, without a log of its own


def _named(part: Path, file: Path, revision: str) -> Path:
    """Give a whole copy its name, unless there is one already that holds the same."""
    for number in count(1):
        again = "" if number == 1 else f".{number}"
        copy = file.with_name(f"{file.name}.before-{revision}{again}")
        if not copy.exists():
            part.replace(copy)
            _settle(file.parent)
            return copy
        if filecmp.cmp(part, copy, shallow=False):
            return copy
    raise AssertionError  # numbers do not end


def _settle(folder: Path) -> None:
    """Wait until the disk has the new name: the upgrade must not outlive its copy."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def _no_copy(file: Path, why: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The database {file} could not be copied aside before its upgrade ({why}): nothing was "
        "changed. Make room beside it, and run `hypecurve db upgrade` again."
    )
