"""Texts come from catalogues: all are in the template, and a bad translation harms nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from hypecurve.domain.message import Link, Text
from hypecurve.wording.texts import texts, texts_from

ROOT = Path(__file__).parents[3]
LOCALES = ROOT / "src/hypecurve/wording/locales"
KEYWORDS = {"say": None, "say_line": None, "to_say": None, "say_count": (1, 2)}
NAMES = {"to_name": ((1, "c"), 2)}
"""Words with a context."""
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)

RUSSIAN = """
msgid ""
msgstr ""
"Language: ru\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
"(n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "Following {name}."
msgstr "Вы следите за {name}."

msgid "No longer following {name}."
msgstr "Больше не следите за {nmae}."

msgid "counts as of {time}"
msgstr "{time}: звёзды на этот час"

msgid "{n} star"
msgid_plural "{n} stars"
msgstr[0] "{n} звезда"
msgstr[1] "{n} звезды"
msgstr[2] "{n} звёзд"
""".encode()


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def extracted() -> set[tuple[str | None, str | tuple[str, ...]]]:
    """Every text of the code, with its context where it has one."""
    found: set[tuple[str | None, str | tuple[str, ...]]] = set()
    for folder in ("src/hypecurve", "bots"):
        for row in extract_from_dir(ROOT / folder, keywords={**KEYWORDS, **NAMES}):
            found.add((row[4], row[2]))
    return found


def test_every_text_of_the_code_is_in_the_template_and_nothing_else() -> None:
    template = read_po(BytesIO((LOCALES / "messages.pot").read_bytes()))
    listed = {(message.context, message.id) for message in template if message.id}
    used = {(context, text) for context, text in extracted() if text}
    missing, stale = used - listed, listed - used
    assert not missing | stale, "refresh messages.pot: see its README.md"


@pytest.mark.parametrize("path", [*LOCALES.glob("*.po")] or [LOCALES / "messages.pot"], ids=str)
def test_translations_hold_the_placeholders_of_their_source(path: Path) -> None:
    for message in read_po(BytesIO(path.read_bytes())):
        sources = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        for form in filter(None, forms):
            assert fields(form) == fields(sources[-1]), message.id


def test_a_catalogue_speaks_its_language() -> None:
    said = texts_from(RUSSIAN, "ru")
    assert said.say("Following {name}.", name="acme/flashkv") == "Вы следите за acme/flashkv."
    counts = [said.say_count("{n} star", "{n} stars", n) for n in (1, 3, 11, 1940)]
    assert counts == ["1 звезда", "3 звезды", "11 звёзд", "1\xa0940 звёзд"]
    assert said.name == "ru"


@pytest.mark.parametrize("locale", ["ru", "ru-RU", "ru_RU", "RU"])
def test_a_catalogue_laid_beside_the_template_is_all_a_language_needs(
    tmp_path: Path, locale: str
) -> None:
    (tmp_path / "ru.po").write_bytes(RUSSIAN)
    (tmp_path / "messages.pot").write_bytes(b"")
    said = texts(locale, tmp_path)
    assert said.say("Following {name}.", name="a/b") == "Вы следите за a/b."
    assert said.short(38_249).startswith("38,2\xa0")
    assert texts("uk", tmp_path).name == "en"


def test_the_name_of_a_language_finds_it_again(tmp_path: Path) -> None:
    (tmp_path / "zh_CN.po").write_bytes(RUSSIAN.replace(b"Language: ru", b"Language: zh_CN"))
    said = texts("zh-CN", tmp_path)
    assert said.name == "zh_CN"
    assert texts(said.name, tmp_path) == said


def test_a_translation_may_turn_the_parts_of_a_line_around() -> None:
    part = Link("06:12", "https://github.com/acme/flashkv")
    line = texts_from(RUSSIAN, "ru").say_line("counts as of {time}", time=part)
    assert line == (part, Text(": звёзды на этот час"))


def test_a_missing_or_broken_translation_stays_english() -> None:
    said = texts_from(RUSSIAN, "ru")
    assert said.say("No longer following {name}.", name="a/b") == "No longer following a/b."
    assert said.say("Preview") == "Preview"


@pytest.mark.parametrize("locale", ["", "en", "en-US", "xx", "../../etc/passwd", "\ud800", "tlh"])
def test_a_language_without_a_catalogue_is_answered_in_english(locale: str) -> None:
    assert texts(locale).name == "en"


def test_what_fills_a_placeholder_is_never_read_as_a_placeholder() -> None:
    assert texts("en").say("Following {name}.", name="{name.__class__}") == (
        "Following {name.__class__}."
    )


@pytest.mark.parametrize(
    ("stars", "seen"),
    [
        (0, "0"),
        (731, "731"),
        (1_000, "1k"),
        (38_249, "38.2k"),
        (999_949, "999.9k"),
        (999_960, "1M"),
        (1_240_000, "1.2M"),
    ],
)
def test_totals_are_short(stars: int, seen: str) -> None:
    assert texts("en").short(stars) == seen


def test_gains_are_exact() -> None:
    assert [texts("en").gain(n) for n in (1_940, 0, -12)] == ["+1,940", "+0", "-12"]


def test_a_share_is_all_only_when_it_is_all() -> None:
    assert [texts("en").percent(share) for share in (0.342, 0.999, 1.0)] == ["34%", "99%", "100%"]


@pytest.mark.parametrize(
    ("ago", "day"),
    [
        (timedelta(), "today"),
        (timedelta(hours=9), "yesterday"),
        (timedelta(days=3), "Thu"),
        (timedelta(days=7), "15 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
        (timedelta(days=-1), "23 Nov"),
    ],
)
def test_a_day_is_called_as_people_call_it(ago: timedelta, day: str) -> None:
    assert texts("en").day(NOW - ago, NOW, UTC) == day


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=1), "1 day"),
        (timedelta(days=19), "19 days"),
        (timedelta(days=240), "8 months"),
        (timedelta(days=1_200), "3 years"),
    ],
)
def test_a_span_has_one_unit(length: timedelta, words: str) -> None:
    assert texts("en").span(length) == words
    assert texts("en").ago(NOW - length, NOW) == f"{words} ago"


def test_a_clock_that_runs_ahead_is_no_future() -> None:
    assert texts("en").ago(NOW + timedelta(days=3), NOW) == "1 minute ago"
