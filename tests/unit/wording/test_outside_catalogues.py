"""Nothing that people read stands outside the catalogues: a language in brackets finds it."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import hypecurve.wording
import hypecurve_discord
import hypecurve_slack
from hypecurve.wording import texts as texts_module
from hypecurve_slack.screens.filled import Wrong
from support import pseudo
from support.pseudo import arguments, leaks, shown_in

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "src/hypecurve/wording/locales/messages.pot"
EXAMPLES = 15
UNREAL = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a value that no service would make may end in."""
NO_TEXT = {
    *("cut.clean", "cut.cut", "cut.length", "happened.owner_of", "teller.about", "texts.texts"),
    *("tongues.likely", "tongues.own_name", "tongues.tongue", "page.wanted_locale", "page.html"),
    "measures.calendar",
    *("hypecurve_slack.posting.messenger._bodies", "hypecurve_slack.posting.uploading._name"),
    *("hypecurve_discord.answering.leftout.left_out", "hypecurve_discord.answering.lines.placed"),
    *("hypecurve_discord.screens.formview._main", "hypecurve_discord.screens.formview._rest"),
    *("status.in_words", "languages.language", "retelling.made_from", "retelling.sentences"),
    *("operator.in_one_line", "texts.texts_from", "spoken.language_message", "spoken.speaking"),
}
"""What says nothing of its own, speaks English to the operator, or names languages."""


def builders() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the wording that makes something to read."""
    for found in pkgutil.iter_modules(hypecurve.wording.__path__):
        module = import_module(f"hypecurve.wording.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            told = f"{found.name}.{name}"
            if function.__module__ == module.__name__ and name[0] != "_" and told not in NO_TEXT:
                yield told, function


def bot_builders() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function of a bot that speaks a language: pages, forms, labels of its own."""
    for package in (hypecurve_discord, hypecurve_slack):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = import_module(found.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                speaks = {"locale", "said", "words_of", "form", "message"} & {
                    *_parameters(function)
                }
                here = function.__module__ == module.__name__
                if here and speaks and not inspect.iscoroutinefunction(function):
                    told = f"{found.name}.{name}"
                    if told not in NO_TEXT:
                        yield told, function


def _parameters(function: Callable[..., Any]) -> Iterator[str]:
    return iter(inspect.signature(function).parameters)


BUILDERS = {**dict(builders()), **dict(bot_builders())}


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locales")
    catalogue = pseudo.pseudo_catalogue(TEMPLATE.read_bytes())
    (folder / f"{pseudo.LOCALE}.po").write_bytes(catalogue)
    return folder


@pytest.fixture(autouse=True)
def _pseudo(locales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts_module, "_SHIPPED", locales)


@pytest.mark.parametrize("name", BUILDERS)
def test_what_the_wording_says_comes_from_the_catalogues(name: str) -> None:
    function, made = BUILDERS[name], 0
    for seed in range(EXAMPLES):
        try:
            said = list(shown_in(function(**arguments(function, seed))))
        except Wrong as wrong:
            said = [*wrong.fields.values()]
        except UNREAL:
            continue
        made += 1
        assert not leaks(said), said
    assert made, "nothing could be made of what was made up"
