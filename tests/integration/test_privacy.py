"""PRIVACY.md names all that is kept of anybody, and nothing that is not."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import JSON, LargeBinary, String

from hypecurve.adapters.sql.tables import Line, metadata
from hypecurve.services.keeping import TENANTS, TEXTS

PAGE = (Path(__file__).parents[2] / "PRIVACY.md").read_text()
OF_REPOS_AND_MACHINES = {
    *("repo", "repo_alias", "repo_fact", "signal", "star_snapshot", "star_column", "star_past"),
    *("sweep_miss", "watch_span", "world", "source", "sweep", "cycle", "detection_state", "lease"),
}
"""Tables that know no channel, no workspace and nobody in them."""


def test_every_column_that_may_tell_of_somebody_is_named() -> None:
    wordy = (String, JSON, Line, LargeBinary)
    columns = {
        str(column)
        for table in metadata.sorted_tables
        if table.name not in OF_REPOS_AND_MACHINES
        for column in table.c
        if isinstance(column.type, wordy)
    }
    tables = {table.name for table in metadata.sorted_tables}
    named = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)?)`", PAGE))
    assert {name for name in named if "." in name} == columns
    without_words = {"follow", "mute", "digest_member"}
    of_people = {name.partition(".")[0] for name in columns} | without_words
    assert of_people | OF_REPOS_AND_MACHINES == tables
    assert without_words | OF_REPOS_AND_MACHINES <= named


def test_the_times_that_it_promises_are_those_of_the_program() -> None:
    assert timedelta(days=30) == TENANTS
    assert timedelta(days=90) == TEXTS
    assert PAGE.count("30 days") == 2
    assert PAGE.count("90 days") >= 4
