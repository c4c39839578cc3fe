"""What counts as naming somebody in a text that is kept."""

from __future__ import annotations

import pytest

from hypecurve.adapters.sql.untelling import Name

IDS = {
    '{"tenant":{"platform":"slack","id":"T0ACME"},"id":"C1"}': True,
    "paused slack:T0ACME/C1 2026-11-22": True,
    "<@T0ACME>": True,
    "T0ACME1": False,
    "XT0ACME": False,
    "t0acme": False,
}
NUMBERS = {
    '"discord:900800/1"': True,
    '{"id":"900800"}': True,
    '{"repo_id":900800}': False,
    '{"repo_id": 900800}': False,
    "9008001": False,
}
LOGINS = {
    "acme/flashkv": True,
    "https://github.com/Acme": True,
    "by @ACME, who": True,
    "acme": False,
    "not-acme/flashkv": False,
    "nori/acme-tools": False,
    "@acme-labs": False,
    "acmes/flashkv": False,
}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        (Name.of_id("T0ACME"), IDS),
        (Name.of_id("900800"), NUMBERS),
        (Name.of_login("acme"), LOGINS),
    ],
    ids=["an id", "a number", "a login"],
)
def test_a_name_is_whole_and_no_number_of_something_else(
    name: Name, texts: dict[str, bool]
) -> None:
    assert {text: text in name for text in texts} == texts
