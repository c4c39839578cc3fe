"""The languages that are shipped: complete, in their own grammar, and found by many names."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain import errors
from hypecurve.domain.catalogue import Card, Place
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Digest, Welcome
from hypecurve.domain.errors import BadTime, ChannelRefused, HypecurveError, UnknownCategory
from hypecurve.domain.saying import Saying
from hypecurve.wording.card import card_message
from hypecurve.wording.digest import digest_message, welcome_message
from hypecurve.wording.notices import error_message
from hypecurve.wording.places import TITLES, place_reason
from hypecurve.wording.plain import plain, spoken
from hypecurve.wording.texts import SOURCE_LOCALE, texts
from hypecurve.wording.tongues import TONGUES

ROOT = Path(__file__).parents[3]
LOCALES = ROOT / "src/hypecurve/wording/locales"
SHIPPED = sorted(path.stem for path in LOCALES.glob("*.po"))
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TOLD = [*ROOT.glob("src/hypecurve/chat/*.py"), *ROOT.glob("src/hypecurve/services/answers/*.py")]
TOLD += [*ROOT.glob("bots/**/*.py"), *ROOT.glob("src/hypecurve/adapters/github/*.py")]
TOLD += [ROOT / f"src/hypecurve/domain/{name}.py" for name in ("repo", "schedule", "category")]
SAID_TO_THE_OPERATOR = {
    "BadSetting", "BadData", "WrongWorld", "WrongClock", "KeyLost", "IllegalMove",
}  # fmt: skip
"""Errors that a terminal shows and no chat."""
TERMINAL = {
    "vet.py",
    "sync.py",
    "slices.py",
    "standing.py",
    "sweeping.py",
    "walking.py",
    "probing.py",
    "entering.py",
}
"""Modules that only the command line and the service itself ask."""


def catalogue(name: str) -> Catalog:
    return read_po(BytesIO((LOCALES / name).read_bytes()))


def _in(listed: Catalog, message: Message) -> bool:
    return listed.get(message.id, message.context) is not None


def forms(message: Message) -> list[str]:
    said = message.string
    return [str(each or "") for each in (said if isinstance(said, list | tuple) else [said])]


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_language_says_all_there_is_to_say(locale: str) -> None:
    spoken, template = catalogue(f"{locale}.po"), catalogue("messages.pot")
    missing = [each.id for each in template if each.id and not _in(spoken, each)]
    stale = [each.id for each in spoken if each.id and not _in(template, each)]
    assert not missing + stale, "translate them: see locales/README.md"
    for each in spoken:
        if each.id:
            assert not each.fuzzy, each.id
            assert all(forms(each)), each.id
            assert len(forms(each)) == (spoken.num_plurals if each.pluralizable else 1), each.id


def test_the_languages_that_can_be_chosen_are_those_that_are_shipped() -> None:
    assert set(TONGUES) == {SOURCE_LOCALE, *SHIPPED}


def test_the_titles_of_the_taxonomy_can_be_said() -> None:
    shipped = Taxonomy.from_toml((ROOT / "src/hypecurve/taxonomy.toml").read_text())
    titles = [each.title for each in shipped.layers]
    titles += [each.title for each in shipped.categories]
    assert titles == list(TITLES)


@pytest.mark.parametrize(
    ("locale", "found"),
    [
        *[(name, "zh_CN") for name in ("zh", "zh-CN", "zh_CN", "zh-Hans", "zh-SG", "zh_Hans_CN")],
        *[(name, "en") for name in ("zh-TW", "zh-HK", "zh-Hant", "en-GB", "de", "", "x y")],
        *[(name, "ru") for name in ("ru", "ru-RU", "RU", "ru_UA")],
    ],
)
def test_a_reader_gets_the_language_and_the_script_he_reads(locale: str, found: str) -> None:
    assert texts(locale).name == found


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", ["38.2k", "8.6x", "34%", "6 months ago", "Thu", "yesterday", "Sun 22 Nov"]),
        ("ru", ["38,2 тыс.", "8,6×", "34 %", "6 месяцев назад", "в чт", "вчера", "вс, 22 нояб."]),  # noqa: RUF001 - as Russian writes it
        ("zh-CN", ["3.8万", "8.6 倍", "34%", "6 个月前", "周四", "昨天", "11月22日周日"]),
    ],
)
def test_figures_and_days_are_written_as_each_language_does(locale: str, told: list[str]) -> None:
    said = texts(locale)
    found = [
        *(said.short(38_241), said.multiple(8.6), said.percent(0.342)),
        said.ago(datetime(2026, 6, 1, tzinfo=UTC), NOW),
        *(said.day(NOW - timedelta(days=days), NOW, UTC) for days in (3, 1)),
        said.weekday_date(date(2026, 11, 22)),
    ]
    assert [each.replace("\xa0", " ") for each in found] == told


@pytest.mark.parametrize(
    ("stars", "told"),
    [(1, "1 звезда"), (22, "22 звезды"), (11, "11 звёзд"), (38_241, "38,2 тыс. звёзд")],
)
def test_a_short_number_takes_the_plural_it_is_read_with(stars: int, told: str) -> None:
    said = texts("ru")
    words = said.say_count(
        "{stars} star", "{stars} stars", said.shown_number(stars), stars=said.short(stars)
    )
    assert words.replace("\xa0", " ") == told


def test_a_date_that_ends_in_a_full_stop_ends_the_sentence() -> None:
    said = texts("ru")
    day = said.date(date(2026, 11, 24))
    assert day == "24 нояб."
    assert said.say("It is known from {day} on.", day=day) == "Темп станет известен с 24 нояб."  # noqa: RUF001 - Russian


def test_names_stand_apart_from_chinese_words_between_them() -> None:
    said = texts("zh-CN")
    assert said.listing(["acme/flashkv", "nori/voicebox"]) == "acme/flashkv 和 nori/voicebox"
    assert said.listing([said.looked_up("Training"), said.looked_up("Models")]) == "训练和模型"
    assert said.either(["agents", "coding"]) == "agents 或 coding"


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("This channel is archived.", "Канал в архиве."),
        ("Slack asks to wait 30 seconds.", "Slack просит подождать 30 с."),  # noqa: RUF001 - as Russian writes it
        (
            str(ChannelRefused("Discord refuses the channel (code {word}).", word=50001)),
            "Discord отклонил канал (код 50001).",
        ),
        ("What a platform said in its own words.", "What a platform said in its own words."),
        ("", ""),
    ],
)
def test_a_reason_that_was_kept_in_english_is_told_again(kept: str, told: str) -> None:
    assert texts("ru").retell(kept) == told
    assert texts("en").retell(kept) == kept


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("topic vector-database", "主题 vector-database"),
        ("'fine-tuning' in the name", "名称中的“fine-tuning”"),
        ("only topic llm", "仅有主题 llm"),
        ("its maker says so", "its maker says so"),
    ],
)
def test_why_a_repo_stands_where_it_does_is_told_in_the_readers_language(
    reason: str, told: str
) -> None:
    assert place_reason(Place("training", reason), texts("zh-CN")) == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            UnknownCategory("agnts", ("agents", "agent-tools")),
            "Категории «agnts» нет. Может быть, agents или agent-tools?",
        ),
        (
            BadTime(
                "{what_is_wrong} Did you mean {near}?",
                what_is_wrong=BadTime(
                    "'{slip}' is not a time of day: write it as 09:00.", slip="{25}"
                ),
                near=("Europe/Paris",),
            ),
            "«{25}» — не время суток: напишите 09:00. Может быть, Europe/Paris?",
        ),
        (
            HypecurveError("The database does not answer ({why}).", why=Saying("no reason given")),
            "База данных не отвечает (причина не названа).",
        ),
        (HypecurveError("braces {stay} as they are"), "braces {stay} as they are"),
    ],
)
def test_an_error_is_told_in_the_readers_language(error: HypecurveError, told: str) -> None:
    assert error_message(error, "ru-RU").notification == told


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_day_reads_well_in_every_language(
    digest: Digest,
    welcome: Welcome,
    card: Card,
    taxonomy: Taxonomy,
    locale: str,
    snapshot: SnapshotAssertion,
) -> None:
    messages = (
        digest_message(digest, taxonomy, locale),
        welcome_message(welcome, taxonomy, locale),
        card_message(card, taxonomy, locale, "Europe/Paris"),
    )
    assert "\n\n=====\n\n".join(map(plain, messages)) == snapshot
    assert spoken(messages[0]) == snapshot


@pytest.mark.parametrize(
    "path", [path for path in TOLD if path.name not in TERMINAL], ids=lambda path: path.name
)
def test_errors_that_a_chat_may_tell_are_marked_for_the_catalogues(path: Path) -> None:
    tree = ast.parse(path.read_text())
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    unmarked = [node.lineno for node in calls if _is_unmarked(node)]
    assert not unmarked, "give the error a text in to_say(...), and its values by name"


@pytest.mark.parametrize("folder", ["src/hypecurve", "bots"])
def test_no_text_hides_from_the_extraction_in_an_f_string(folder: str) -> None:
    hidden = [
        f"{path.name}:{inner.lineno}"
        for path in (ROOT / folder).rglob("*.py")
        if "say" in (text := path.read_text())
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.JoinedStr)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call)
        if _called(inner) in {"say", "say_line", "say_count", "to_say"}
    ]
    assert not hidden


def _is_unmarked(node: ast.Call) -> bool:
    """Whether an error is made of a text that no catalogue can know."""
    name = _called(node)
    kind = getattr(errors, name, None)
    if not isinstance(kind, type) or name in SAID_TO_THE_OPERATOR | {"UnknownCategory"}:
        return False
    text = node.args[0] if node.args else None
    return isinstance(text, ast.JoinedStr | ast.Constant) or (
        isinstance(text, ast.Name) and text.id == "message"
    )


def _called(node: ast.Call) -> str:
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
