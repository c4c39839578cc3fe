from __future__ import annotations

import re
from importlib.resources import files

import pytest

from hypecurve.domain.category import Category, Layer, Taxonomy
from hypecurve.domain.errors import BadData, UnknownCategory
from hypecurve.domain.wordrules import tokens

SMALL = """
[layers.tools]
title = "Tools"

[layers.reading]
title = "Things to read"
software = false
counts = 2

[categories.vector-databases]
title = "Vector databases and search"
layer = "tools"
strong = ["vector database"]

[categories.agents]
title = "Agents and agent frameworks"
layer = "tools"
words = ["agent"]

[categories.agent-tools]
title = "Tools for agents"
layer = "tools"
says_ai = false
hints = ["plugin"]

[categories.courses]
title = "Courses"
layer = "reading"
names = ["course"]

[ai]
words = ["llm"]

[not-ai]
strong = ["partition table"]
"""


@pytest.fixture
def small() -> Taxonomy:
    return Taxonomy.from_toml(SMALL)


@pytest.fixture(scope="module")
def shipped() -> Taxonomy:
    return Taxonomy.from_toml(files("hypecurve").joinpath("taxonomy.toml").read_text("utf-8"))


def test_layers_and_categories_keep_the_order_of_the_file(small: Taxonomy) -> None:
    assert [layer.slug for layer in small.layers] == ["tools", "reading"]
    assert [category.slug for category in small.categories] == [
        "vector-databases",
        "agents",
        "agent-tools",
        "courses",
    ]
    assert small.category("courses").layer == Layer("reading", "Things to read", False, 2.0)  # noqa: FBT003 - as the file says it


def test_titles_are_known_for_layers_categories_and_the_two_answers_outside(
    small: Taxonomy,
) -> None:
    assert small.title("tools") == "Tools"
    assert small.title("agents") == "Agents and agent frameworks"
    assert small.title("not-ai") == "Not AI"
    assert small.title("unsure") == "Unsure"


def test_an_unknown_slug_is_refused_with_what_may_have_been_meant(small: Taxonomy) -> None:
    with pytest.raises(UnknownCategory, match="There is no category 'agnets'") as caught:
        small.category("agnets")
    assert caught.value.suggestions[0] == "agents"


def test_only_software_counts_as_software(small: Taxonomy) -> None:
    assert small.is_software("agents")
    assert small.is_software("unsure")
    assert not small.is_software("courses")
    assert not small.is_software("not-ai")


def test_a_layer_stands_for_all_its_categories(small: Taxonomy) -> None:
    assert small.expand(["tools"]) == {"vector-databases", "agents", "agent-tools"}
    assert small.expand(["reading", "agents"]) == {"courses", "agents"}
    assert small.expand([]) == frozenset()
    with pytest.raises(UnknownCategory):
        small.expand(["nothing-like-it"])


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("agents", "agents"),
        ("Agents", "agents"),
        ("vector-databases", "vector-databases"),
        ("VECTOR DATABASE", "vector-databases"),
        ("vectordatabases", "vector-databases"),
        ("vec", "vector-databases"),
        ("Vector databases and search", "vector-databases"),
        ("tools for agents", "agent-tools"),
        ("tools", "tools"),
        ("things to read", "reading"),
        ("  courses  ", "courses"),
    ],
)
def test_a_category_is_found_as_people_write_it(small: Taxonomy, text: str, slug: str) -> None:
    assert small.find(text).slug == slug


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("agnets", "agents"), ("corses", "courses"), ("databses", "vector-databases")],
)
def test_a_slip_brings_a_suggestion(small: Taxonomy, slip: str, meant: str) -> None:
    with pytest.raises(UnknownCategory) as caught:
        small.find(slip)
    assert meant in caught.value.suggestions
    assert f"Did you mean {caught.value.suggestions[0]}" in str(caught.value)


def test_a_part_that_fits_several_is_not_guessed(small: Taxonomy) -> None:
    assert small.find("agent").slug == "agents", "the one called so is meant"
    with pytest.raises(UnknownCategory) as caught:
        small.find("age")
    assert set(caught.value.suggestions) == {"agents", "agent-tools"}


def test_a_word_that_leads_to_a_category_brings_it_as_a_suggestion(shipped: Taxonomy) -> None:
    for word, meant in (("tts", "speech-models"), ("vector db", "vector-databases")):
        with pytest.raises(UnknownCategory) as caught:
            shipped.find(word)
        assert caught.value.suggestions[0] == meant


def test_a_slip_in_a_word_of_a_title_brings_its_category_first(shipped: Taxonomy) -> None:
    with pytest.raises(UnknownCategory) as refused:
        shipped.find("infrence")
    assert refused.value.suggestions[0] == "optimization"


def test_a_part_counts_from_the_beginning_of_a_word_only(shipped: Taxonomy) -> None:
    assert shipped.find("eval").slug == "evaluation", "not the end of retrieval"


@pytest.mark.parametrize("text", ["", "   ", "!?", "quantum gardening"])
def test_what_is_nowhere_is_refused_without_a_wild_guess(small: Taxonomy, text: str) -> None:
    with pytest.raises(UnknownCategory) as caught:
        small.find(text)
    assert caught.value.suggestions == ()


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('layer = "reading"', 'layer = "raeding"', "courses] names an unknown layer 'raeding'"),
        ('title = "Courses"\n', "", "[categories.courses] has no title"),
        ('title = "Tools"\n', 'title = ""\n', "[layers.tools] has no title"),
        ("[categories.courses]", "[categories.agents]", "not valid TOML"),
        ("[categories.courses]", "[categories.tools]", "tools] has the name of a layer"),
        ("[categories.courses]", "[categories.unsure]", "unsure]: this name is taken"),
        ("[categories.courses]", '[categories."My Courses"]', "write names in small letters"),
        ('"Courses"', '"tools"', "'tools' and 'courses' have the same title"),
        ('["agent"]', '["agent", 7]', "[categories.agents]: words must be a list of texts"),
        ('["agent"]', '"agent"', "[categories.agents]: words must be a list of texts"),
        ('["agent"]', '["agent", "Agent"]', "'Agent' in 'agents' stands in 'agents' already"),
        ('["plugin"]', '["vector-database"]', "stands in 'vector-databases' already"),
        ('["plugin"]', '["!"]', "'!' in hints has no letter or digit"),
        ('["course"]', '["co"]', "'co' in names is too short"),
        ("hints =", "hint =", "[categories.agent-tools] has an unknown entry 'hint'"),
        ("[not-ai]", "[not-about-ai]", "unknown section [not-about-ai]"),
        ("software = false", 'software = "no"', "reading]: software must be true or false"),
        ("counts = 2", "counts = 0", "[layers.reading]: counts must be a number above 0"),
        ("says_ai = false", "says_ai = 0", "agent-tools]: says_ai must be true or false"),
        ('layer = "reading"', 'layer = "tools"', "[layers.reading] has no category"),
        (SMALL, "", "no [layers.NAME] at all"),
        (SMALL, 'layers = "seven"', "[layers] must hold tables"),
        (SMALL, "layers.tools = 7", "[layers.tools] must be a table"),
        (SMALL, 'ai = 1\n[layers.tools]\ntitle = "Tools"', "no [categories.NAME] at all"),
        (SMALL, "[layers", "not valid TOML"),
    ],
)
def test_a_mistake_in_an_operators_file_gets_one_clear_line(
    before: str, after: str, complaint: str
) -> None:
    assert before in SMALL
    with pytest.raises(BadData, match=re.escape(complaint)) as caught:
        Taxonomy.from_toml(SMALL.replace(before, after))
    assert str(caught.value).startswith("taxonomy: ")
    assert "\n" not in str(caught.value)


def test_the_shipped_taxonomy_has_the_seven_layers_and_about_forty_categories(
    shipped: Taxonomy,
) -> None:
    assert [layer.title for layer in shipped.layers] == [
        "Infrastructure",
        "Model development",
        "AI engineering",
        "Applications",
        "Models",
        "Tutorials",
        "Lists",
    ]
    assert 35 <= len(shipped.categories) <= 50
    assert {layer.slug for layer in shipped.layers if not layer.software} == {"tutorials", "lists"}


def test_the_shipped_taxonomy_has_no_doubled_rule(shipped: Taxonomy) -> None:
    for book in (shipped.book, shipped.signs):
        phrases = [tokens(rule.phrase) for rule in book.rules if not rule.inside]
        pieces = [rule.phrase.casefold() for rule in book.rules if rule.inside]
        assert len(set(phrases)) == len(phrases)
        assert len(set(pieces)) == len(pieces)


def test_every_shipped_category_and_layer_is_found_by_its_slug_and_its_title(
    shipped: Taxonomy,
) -> None:
    places: list[Category | Layer] = [*shipped.layers, *shipped.categories]
    for place in places:
        assert shipped.find(place.slug) == place
        assert shipped.find(place.title.upper()) == place
