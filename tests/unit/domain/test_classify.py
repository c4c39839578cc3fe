from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.category import NOT_AI, UNSURE, Taxonomy
from hypecurve.domain.classify import classify
from hypecurve.domain.repo import Repo, RepoId, RepoName

SHIPPED = Taxonomy.from_toml(files("hypecurve").joinpath("taxonomy.toml").read_text("utf-8"))
ANSWERS = {NOT_AI, UNSURE, *(category.slug for category in SHIPPED.categories)}

SMALL = """
[layers.work]
title = "Work"

[layers.reading]
title = "Reading"
software = false
counts = 2

[categories.agents]
title = "Agents"
layer = "work"
strong = ["ai agent"]
words = ["agent"]

[categories.search]
title = "Search"
layer = "work"
strong = ["vector database"]
hints = ["search"]

[categories.servers]
title = "Servers"
layer = "work"
says_ai = false
strong = ["web server"]
names = ["serve"]

[categories.lists]
title = "Lists"
layer = "reading"
names = ["awesome"]

[common]
words = ["search engine of everything", "free of search"]

[ai]
words = ["llm", "machine learning"]
hints = ["gpt"]

[not-ai]
strong = ["partition table"]
words = ["disk"]
"""


def made(name: str = "acme/thing", description: str = "", topics: tuple[str, ...] = ()) -> Repo:
    return Repo(RepoId(1), "R_1", RepoName.parse(name), 700, description, topics)


@pytest.fixture(scope="module")
def small() -> Taxonomy:
    return Taxonomy.from_toml(SMALL)


def test_a_phrase_in_the_description_leads_to_its_category(small: Taxonomy) -> None:
    place = classify(made(description="A vector database that sleeps"), small)
    assert (place.category, place.reason) == ("search", "'vector database' in the description")
    assert not place.by_operator


def test_a_topic_is_the_reason_as_it_is_written(small: Taxonomy) -> None:
    place = classify(made(topics=("vector-database",)), small)
    assert (place.category, place.reason) == ("search", "topic vector-database")


def test_a_piece_of_the_name_is_enough(small: Taxonomy) -> None:
    place = classify(made("nori/MyAwesomeLLMs", "For llm people"), small)
    assert (place.category, place.reason) == ("lists", "'awesome' in the name")


def test_the_form_of_a_list_beats_its_subject(small: Taxonomy) -> None:
    place = classify(made("nori/awesome-ai-agents", "Every AI agent there is"), small)
    assert place.category == "lists"


def test_a_plural_is_found_by_the_singular_and_the_other_way_round(small: Taxonomy) -> None:
    assert classify(made(description="LLM agents"), small).category == "agents"
    plural = Taxonomy.from_toml(SMALL.replace('["vector database"]', '["vector databases"]'))
    assert classify(made(description="a vector database"), plural).category == "search"


def test_digits_and_hyphens_make_no_difference() -> None:
    spelled = Taxonomy.from_toml(SMALL.replace('"vector database"', '"text 2 sql"'))
    for text in ("text2sql", "Text-2-SQL", "TEXT_2_SQL"):
        assert classify(made(description=text), spelled).category == "search"


def test_a_phrase_said_of_everything_keeps_the_shorter_one_from_counting(small: Taxonomy) -> None:
    assert classify(made(description="llm search"), small).category == "search"
    place = classify(made(description="llm, the search engine of everything"), small)
    assert (place.category, place.reason) == (UNSURE, "only 'llm' in the description")


def test_the_text_goes_on_after_a_phrase(small: Taxonomy) -> None:
    assert classify(made(description="llm free of search"), small).category == UNSURE
    assert classify(made(description="llm free of search, search"), small).category == "search"


def test_a_name_that_says_the_same_twice_says_it_once(small: Taxonomy) -> None:
    place = classify(made("acme/ai-agent-by-agent", "vector database search"), small)
    assert place.category == "search"


def test_words_that_say_nothing_of_ai_need_a_word_that_does(small: Taxonomy) -> None:
    assert classify(made(description="web server for llm"), small).category == "servers"
    place = classify(made(description="A web server in two files"), small)
    assert place.category == NOT_AI
    assert place.reason == "no word of AI in its name, description or topics"


def test_a_repo_that_says_nothing_is_unsure(small: Taxonomy) -> None:
    place = classify(made(), small)
    assert (place.category, place.reason) == (
        UNSURE,
        "no word of AI in its name, description or topics",
    )


def test_the_owner_may_say_ai_but_never_which_category(small: Taxonomy) -> None:
    place = classify(made("awesome-llm/thing"), small)
    assert (place.category, place.reason) == (UNSURE, "only 'llm' in the owner")


def test_an_address_in_the_description_is_no_evidence(small: Taxonomy) -> None:
    place = classify(made(description="llm, see https://vector.database/agent"), small)
    assert place.category == UNSURE


def test_signs_against_ai_outweigh_a_doubtful_word(small: Taxonomy) -> None:
    place = classify(made("acme/gptresize", "Resizes a GPT partition table on disk"), small)
    assert (place.category, place.reason) == (NOT_AI, "'partition table' in the description")


@pytest.mark.parametrize(
    ("name", "description", "topics"),
    [
        ("acme/gptdisk", "A partitioning tool for GPT disks", ()),
        ("acme/resize", "Partitioning tool that works on GUID Partition Tables", ("gpt",)),
        ("acme/bootloader", "UEFI boot loader with GPT and MBR support", ("gpt", "uefi")),
        ("acme/usb", "Make a bootable USB drive, MBR or GPT", ()),
        ("acme/ads", "React component for Google Publisher Tags", ("gpt", "doubleclick")),
        ("acme/lawschool", "Notes of my LLM degree (Master of Laws)", ("llm",)),
        ("acme/fenqu", "磁盘分区工具 支持 GPT 与 MBR", ()),
        ("acme/webserver", "A fast HTTP server with no dependencies", ("http",)),
        ("acme/tidy", "Command line tool that sorts photos by date", ("cli", "photos")),
    ],
)  # fmt: skip
def test_what_only_looks_like_ai_is_not_ai(
    name: str, description: str, topics: tuple[str, ...]
) -> None:
    place = classify(made(name, description, topics), SHIPPED)
    assert place.category == NOT_AI
    assert place.reason


@pytest.mark.parametrize(
    ("name", "description", "topics", "layer"),
    [
        ("acme/flashkv", "A vector database for embeddings", (), "infrastructure"),
        ("acme/hearth", "LLM observability: traces, costs and drift", (), "infrastructure"),
        ("nori/steplora", "Parameter-efficient fine-tuning on one GPU", (), "model-development"),
        ("nori/kernels", "4-bit quantization and CUDA kernels", (), "model-development"),
        ("lumo/agentloop", "A framework for building autonomous agents", (), "ai-engineering"),
        ("lumo/judge", "LLM evaluation framework", ("llm-as-a-judge",), "ai-engineering"),
        ("lumo/mailpilot", "AI coding assistant for your editor", ("vscode",), "applications"),
        ("nori/voicebox", "Text-to-speech model with voice cloning", ("tts",), "models"),
        ("nori/baihe", "开源双语对话语言模型", (), "models"),
        ("acme/weixin-helper", "基于大模型的微信机器人", ("chatgpt",), "applications"),
        ("acme/llm-course", "A course on large language models", (), "tutorials"),
        ("acme/llm-notes", "面向小白的大模型应用开发教程", (), "tutorials"),
        ("acme/awesome-llm", "A curated list of LLM resources", ("awesome-list",), "lists"),
        ("acme/rag-papers", "Paper list and survey of retrieval", (), "lists"),
    ],
)
def test_invented_repos_come_into_the_layer_a_reader_expects(
    name: str, description: str, topics: tuple[str, ...], layer: str
) -> None:
    place = classify(made(name, description, topics), SHIPPED)
    assert SHIPPED.category(place.category).layer.slug == layer, place


@pytest.mark.parametrize("slug", [category.slug for category in SHIPPED.categories])
def test_every_category_can_be_reached_by_its_own_words(slug: str) -> None:
    own = [rule for rule in SHIPPED.book.rules if rule.slug == slug and not rule.inside]
    best = sorted(own, key=lambda rule: -rule.weight)[:3]
    description = ", ".join(rule.phrase for rule in best) + " for LLM"
    assert classify(made(description=description), SHIPPED).category == slug


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", fullmatch=True).filter(
    lambda name: name not in {".", ".."} and not name.endswith(".git")
)
phrases = st.sampled_from([rule.phrase for rule in (*SHIPPED.book.rules, *SHIPPED.signs.rules)])
texts = st.one_of(st.text(max_size=300), st.lists(phrases, max_size=12).map(", ".join))
topic_lists = st.lists(st.one_of(st.text(max_size=30), phrases), max_size=20).map(tuple)


@given(name=names, description=texts, topics=topic_lists)
def test_any_text_at_all_gets_an_answer_and_a_reason(
    name: str, description: str, topics: tuple[str, ...]
) -> None:
    repo = made(f"acme/{name}", description, topics)
    place = classify(repo, SHIPPED)
    assert place.category in ANSWERS
    assert place.reason.strip()
    assert classify(repo, SHIPPED) == place


ascii_texts = st.one_of(
    st.text(st.characters(max_codepoint=127), max_size=200),
    st.lists(phrases, max_size=10).map(" ".join),
)


@given(name=names, description=ascii_texts, topics=st.lists(phrases, max_size=5).map(tuple))
def test_letter_case_does_not_matter(name: str, description: str, topics: tuple[str, ...]) -> None:
    plain = made(f"acme/{name}", description, topics)
    loud = made(f"ACME/{name.upper()}", description.upper(), tuple(t.upper() for t in topics))
    assert classify(loud, SHIPPED).category == classify(plain, SHIPPED).category


def test_a_long_description_is_no_trouble() -> None:
    place = classify(made(description="大模型 agent " * 5_000), SHIPPED)
    assert place.category in ANSWERS
