"""What is typed into options becomes the text of a command, and is completed while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.chat.grammar import parse
from hypecurve.chat.suggesting import categories, languages, zones
from hypecurve.domain.asking import Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadInput
from hypecurve.domain.message import Choice
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Suggestible
from hypecurve.wording.commands import KINDS
from hypecurve.wording.specs import CommandSpec, OptionSpec
from hypecurve.wording.texts import texts
from hypecurve.wording.tongues import TONGUES
from hypecurve_discord.offering.completing import completions
from hypecurve_discord.offering.options import NUMBERS, OFFERED
from hypecurve_discord.offering.written import text_of
from standins.discord_payloads import bad_choices
from support.bots import SuggestsNothing

TAXONOMY = Taxonomy.from_toml((files("hypecurve") / "taxonomy.toml").read_text("utf-8"))
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SLUGS = [*(layer.slug for layer in TAXONOMY.layers), *(c.slug for c in TAXONOMY.categories)]
DAYS = ("daily", "weekdays", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
REPOS = st.sampled_from(["acme/flashkv", "nori/voicebox", "https://github.com/acme/flashkv"])


CITIES = {"new york": "America/New_York"}


def _list(words: Sequence[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=4, unique=True).map(", ".join)


VALUES: dict[str, st.SearchStrategy[str | int]] = {
    "categories": _list(SLUGS) | st.just("all"),
    "category": st.sampled_from([category.slug for category in TAXONOMY.categories]),
    "kinds": _list(KINDS),
    "time": st.times().map(lambda at: f"{at:%H:%M}"),
    "zone": st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "new york", "Asia/Tokyo"]),
    "days": _list(DAYS),
    "repo": REPOS,
    "topic": st.sampled_from([spec.name for spec in OFFERED]),
    "span": st.sampled_from(["12h", "2d", "3 weeks"]),
    "left-out": _list(["rust", "@acme", "jupyter notebook", "c++"]) | st.just("nothing"),
    "hours": st.sampled_from(["22:00-08:00", "off", "22-8"]),
    "text": st.sampled_from(["vector database", "fast, and small", "скорость"]),
    "tongue": st.sampled_from(sorted(TONGUES)),
    "role": st.integers(1, 2**63).map(str),
}


def data(name: str, focused: str = "", /, **options: str | int) -> dict[str, Any]:
    """What Discord tells of `/hype NAME`, where a name may be "set language"."""
    given: list[dict[str, Any]] = [
        {"name": k, "type": 3, "value": v, "focused": k == focused} for k, v in options.items()
    ]
    for kind, word in zip((1, 2), reversed(name.split()), strict=False):
        given = [{"name": word, "type": kind, "options": given}]
    return {"name": "hype", "options": given}


def value_of(option: OptionSpec) -> st.SearchStrategy[str | int]:
    """What people choose or type, where they do it right."""
    if option.name in NUMBERS:
        return st.integers(*NUMBERS[option.name])
    return st.sampled_from(option.choices) if option.choices else VALUES[option.kind]


@st.composite
def typed(draw: st.DrawFn, spec: CommandSpec) -> dict[str, str | int]:
    """Options of a command, as Discord tells them: those that stand alone do."""
    alone = [option for option in spec.options if option.name in {"all", "turn"}]
    if draw(st.booleans()) and alone:
        return {alone[0].name: draw(value_of(alone[0]))}
    free = [option for option in spec.options if option not in alone and not option.required]
    more = draw(st.lists(st.sampled_from(free), unique_by=lambda o: o.name)) if free else []
    given = [*more, *(option for option in spec.options if option.required)]
    return {option.name: draw(value_of(option)) for option in given}


@settings(max_examples=15)
@given(st.data())
@pytest.mark.parametrize("spec", OFFERED, ids=lambda spec: spec.name)
def test_typed_options_mean_what_is_written(spec: CommandSpec, draw: st.DataObject) -> None:
    options = draw.draw(typed(spec))
    text = text_of(data(spec.path, **options))
    given = [(o, str(options[o.name])) for o in spec.options if o.name in options]
    by_hand = " ".join([spec.path, *(o.written(CITIES.get(v, v)) for o, v in given)])
    if not options and spec.name in {"schedule", "subscribe"}:
        return  # these take something; where nothing is typed, a form opens for the second
    meant = parse(text, TAXONOMY)
    assert meant == parse(by_hand, TAXONOMY)
    assert parse(str(meant), TAXONOMY) == meant


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("set filter", {"min": 1000, "without": "rust"}, "set filter min 1000 without rust"),
        ("set language", {"language": "zh_CN"}, "set language zh_CN"),
        ("set ping", {"role": "900800700600"}, "set ping <@&900800700600>"),
        ("set ping", {"turn": "off"}, "set ping off"),
        ("schedule", {"zone": "New York", "at": "9"}, "schedule at 9 America/New_York"),
        ("schedule", {"zone": "paris", "days": "mon"}, "schedule Europe/Paris mon"),
        ("schedule", {"zone": "Europe/Paris (UTC+01:00)"}, "schedule Europe/Paris"),
        ("repo", {"repo": "acme/flashkv · 38.2k"}, "repo acme/flashkv"),
        ("repo", {"repo": "flash kv"}, 'repo "flash kv"'),
        ("unsubscribe", {"categories": "rag · RAG and search, agents"}, "unsubscribe rag, agents"),
        ("search", {"text": "a · b"}, "search a · b"),
        ("pause", {"for": "  "}, "pause"),
        ("top", {"window": "24h", "category": "agents"}, "top agents 24h"),
        ("status", {"unknown": "x"}, "status"),
        ("later", {}, "later"),
    ],
)
def test_options_are_written_in_the_order_of_the_table(
    name: str, options: dict[str, str | int], text: str
) -> None:
    assert text_of(data(name, **options)) == text


def test_another_command_of_ours_shows_what_the_channel_hears() -> None:
    assert text_of({"id": "2", "name": "hype-tune", "type": 1}) == "subscriptions"
    assert text_of({}) == ""


@given(st.sampled_from(OFFERED), st.data())
def test_whatever_is_typed_is_understood_or_kindly_refused(
    spec: CommandSpec, draw: st.DataObject
) -> None:
    options = {option.name: draw.draw(st.text(max_size=40)) for option in spec.options}
    with suppress(BadInput):
        assert parse(text_of(data(spec.path, **options)), TAXONOMY)


class Suggesting(SuggestsNothing):
    """A desk that suggests as ours does, of two repos."""

    asked: Suggestible | None = None

    async def answer(self, asker: Asker, text: str) -> Any:  # noqa: ANN401 - it never does
        raise NotImplementedError

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> Sequence[Choice]:
        self.asked = kind
        match kind:
            case "repo":
                found = [
                    Choice("acme/flashkv · 38.2k", "acme/flashkv"),
                    Choice("x" * 9, "a/" + "x" * 90),
                    Choice("y" * 60 + "… · 2.1k", "#123"),
                ]
            case "category" | "place":
                found = [*categories(TAXONOMY, typed, texts(asker.locale))]
            case "zone":
                found = [*zones(None, typed, NOW)]
            case "language":
                found = [*languages(typed)]
        return found[:25]


async def offered(name: str, locale: str = "en", **typed: str) -> list[tuple[str, str]]:
    asker = Asker(Channel(Tenant("discord", "123"), "456"), "42", locale)
    return await completions(Suggesting(), asker, data(name, [*typed][-1], **typed))


@pytest.mark.parametrize(
    ("name", "typed", "choice"),
    [
        ("repo", {"repo": "fl"}, ("acme/flashkv · 38.2k", "acme/flashkv")),
        ("repo", {"repo": "yy"}, ("y" * 60 + "… · 2.1k", "#123")),
        ("submit", {"category": "gpu"}, ("compute · Compute; clusters and GPUs", "compute")),
        ("subscribe", {"categories": "tra"}, ("training", "training")),
        ("subscribe", {"categories": "all"}, ("all · everything", "all")),
        ("subscribe", {"kinds": "a"}, ("awake · awake again", "awake")),
        ("subscribe", {"kinds": "new, ris"}, ("new, rising", "new, rising")),
        ("schedule", {"days": "mon tu"}, ("mon, tue · Tuesday", "mon, tue")),
        ("schedule", {"zone": "new y"}, ("America/New_York (UTC-05:00)", "America/New_York")),
        (
            "set filter",
            {"without": "rust, jup"},
            ("rust, jupyter notebook", "rust, jupyter notebook"),
        ),
        ("set filter", {"without": "noth"}, ("nothing · nothing is left out", "nothing")),
        (
            "help",
            {"command": "unsub"},
            ("unsubscribe · Stop the digest for some categories; or…", "unsubscribe"),
        ),
    ],
    ids=str,
)
async def test_what_is_typed_is_completed(
    name: str, typed: dict[str, str], choice: tuple[str, str]
) -> None:
    assert choice in await offered(name, **typed)


@pytest.mark.parametrize(
    ("name", "typed", "choice"),
    [
        ("subscribe", {"kinds": "раст"}, ("rising · растущие", "rising")),
        ("schedule", {"days": "вт"}, ("tue · вторник", "tue")),
        ("help", {"command": "отпис"}, ("unsubscribe · отписаться", "unsubscribe")),
    ],
)
async def test_it_is_found_by_the_words_of_the_reader_too(
    name: str, typed: dict[str, str], choice: tuple[str, str]
) -> None:
    assert choice in await offered(name, "ru", **typed)


async def test_a_second_one_of_a_list_is_completed_and_the_first_kept() -> None:
    found = await offered("subscribe", categories="agents · Agents and agent frameworks, mode")
    assert "agents, models" in [value for _, value in found]
    assert all(value.startswith("agents, ") for _, value in found)
    assert all(name.startswith(value) for name, value in found)
    again = await offered("subscribe", categories="agents, ")
    assert not {"agents, agents", "agents, all"} & {value for _, value in again}


async def test_where_a_repo_lies_no_layer_is_offered() -> None:
    asker, asked = Asker(Channel(Tenant("discord", "123"), "456"), "42"), []
    for name in ("submit", "top"):
        desk = Suggesting()
        await completions(desk, asker, data(name, "category", category="in"))
        asked.append(desk.asked)
    assert asked == ["place", "category"]


async def test_every_category_that_is_offered_is_understood() -> None:
    seen = set()
    for letters in sorted({slug[:2] for slug in SLUGS}):
        seen |= {value for _, value in await offered("unsubscribe", categories=letters)}
    assert seen >= set(SLUGS)
    for value in seen:
        assert parse(f"unsubscribe {value}", TAXONOMY)


@settings(max_examples=50)
@given(st.sampled_from(OFFERED), st.sampled_from(["en", "ru", "zh_CN"]), st.data())
async def test_discord_takes_whatever_is_offered(
    spec: CommandSpec, locale: str, draw: st.DataObject
) -> None:
    for option in spec.options:
        text = st.text(max_size=400) | st.sampled_from(["", "a", "agents, ", "e/", "x" * 99 + ", "])
        found = await offered(spec.path, locale, **{option.name: draw.draw(text)})
        assert not bad_choices([{"name": name, "value": value} for name, value in found])


async def test_more_than_discord_takes_is_left_out() -> None:
    topics = await offered("help", command="")
    assert (len(topics), topics[0][1]) == (25, "subscribe")
    long = [name for name, value in await offered("repo", repo="x") if value == "a/" + "x" * 90]
    assert long == ["a/" + "x" * 90]


async def test_nothing_is_offered_for_what_is_free_text_or_unknown() -> None:
    asker = Asker(Channel(Tenant("discord", "123"), "456"), "42")
    assert await offered("search", text="vec") == []
    assert await offered("nothing", x="y") == []
    assert await completions(Suggesting(), asker, {}) == []
