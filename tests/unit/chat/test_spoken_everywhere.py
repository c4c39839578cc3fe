"""Every command is answered in the asker's language, right or wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.wording import texts as texts_module
from hypecurve.wording.commands import COMMANDS
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.pseudo import LOCALE, TAXONOMY, leaks, pseudo_catalogue, shown_in

TEMPLATE = Path(__file__).parents[3] / "src/hypecurve/wording/locales/messages.pot"
REPO = a_repo(1)
WORDS = re.compile(r"[A-Za-z][A-Za-z'-]*")
GRAMMAR = " ".join(f"{spec.name} {spec.usage} {spec.example}" for spec in COMMANDS)
"""Commands are typed in English in every language, examples with them."""
SLIPS = ("жук", "acme/nothing at 25:00", "Europe/Pari 7 d")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_every_command_is_answered_in_the_askers_language(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{LOCALE}.po").write_bytes(pseudo_catalogue(TEMPLATE.read_bytes()))
    monkeypatch.setattr(texts_module, "_SHIPPED", tmp_path)
    await listed(store, [REPO, a_repo(2)])
    desk = ServiceDesk(store, SetClock(NOW), TAXONOMY)
    asker = Asker(CHANNEL, "U1", locale=LOCALE)
    data = f"{REPO.name} {REPO.description} {REPO.language} {REPO.license} agent repo- "
    data += "Europe Paris Madrid"
    for spec in COMMANDS:
        asked = [spec.name, spec.example, f"{spec.name} {REPO.name}"]
        asked += [f"{spec.name} {slip}" for slip in SLIPS]
        # "language English" is answered in English, as it was wished.
        for text in (each for each in asked if each != "set language English"):
            answer = await desk.answer(asker, text)
            said = list(shown_in(answer.message))
            typed = frozenset(WORDS.findall(f"{text} {GRAMMAR} {data}"))
            assert not leaks(said) - typed, (text, said)
