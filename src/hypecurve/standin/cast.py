"""Who plays which part in the demo's last days.

All figures are made up. Days are counted back from the world's `until`: a tail's last day is the
24 hours before it, so that "on the last day" holds whatever the time of day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypecurve.domain.repo import RepoName
from hypecurve.standin.names import Facts

FOLLOWED = RepoName("acme", "ragkit")
"""The repo that the demo's channel follows: its owner archives it on the last day."""
_OLD = 900.0


@dataclass(frozen=True, slots=True)
class Part:
    """A repo of the story: what it is, and how its stars come.

    `weekly`: its usual pace; `tail`: the gains of its last days, the last one ends at `until`;
    `late`: how many of the last day's come in its last five hours, as when a front page links it;
    `burst`: (days back from `until`, stars) of a wave four weeks long; `age`: days.
    """

    role: str
    facts: Facts
    stars: int
    weekly: float
    tail: Sequence[int] = ()
    late: int = 0
    burst: tuple[int, int] | None = None
    age: float = _OLD
    pushed_days_ago: int | None = None


def _facts(
    name: str,
    description: str,
    topics: str,
    *,
    language: str = "Python",
    licence: str = "Apache-2.0",
    organisation: bool = True,
) -> Facts:
    return Facts(
        name=RepoName.parse(name),
        description=description,
        topics=tuple(topics.split()),
        language=language,
        license=licence,
        organisation=organisation,
        is_ai=True,
    )


PARTS = (
    Part(
        "surge",
        _facts(
            "acme/flashkv",
            "KV-cache compression for LLM serving",
            "llm-inference kv-cache quantization cuda",
        ),
        stars=38_214,
        weekly=226,
        tail=(33, 30, 35, 31, 34, 77, 1_700),
        late=1_600,
    ),
    Part(
        "small surge",
        _facts(
            "hato/tinyquant",
            "Quantization of LLM weights to 2 bits on a laptop",
            "quantization llm",
            language="Rust",
            licence="MIT",
            organisation=False,
        ),
        stars=731,
        weekly=11,
        tail=(1, 2, 1, 2, 2, 8, 80),
        late=74,
        age=310,
    ),
    Part(
        "middling surge",
        _facts(
            "pavo/swarmdesk",
            "Watch and steer a swarm of LLM agents from one desk",
            "ai-agents multi-agent orchestration",
            language="TypeScript",
            licence="MIT",
        ),
        stars=4_402,
        weekly=60,
        tail=(9, 8, 9, 10, 8, 36, 210),
    ),
    Part(
        "accelerating",
        _facts(
            "nori/voicebox",
            "Text to speech and voice cloning for GPT assistants",
            "text-to-speech voice-cloning tts",
            organisation=False,
        ),
        stars=9_712,
        weekly=200,
        tail=(250, 260, 180, 170, 190, 240, 900),
    ),
    Part(
        "rising for long",
        _facts(
            "zori/patchpilot",
            "A coding agent in the terminal that works with any LLM",
            "coding-assistant ai-agents cli",
            language="TypeScript",
            licence="MIT",
        ),
        stars=27_150,
        weekly=310,
        tail=(45, 200, 420, 380, 700, 1_100, 1_900, 1_500, 1_200, 900, 800),
    ),
    Part(
        "newborn",
        _facts(
            "kite/toolproxy",
            "One MCP server in front of all your tools, for every LLM client",
            "mcp mcp-server model-context-protocol",
            language="Go",
            licence="MIT",
            organisation=False,
        ),
        stars=546,
        weekly=0,
        tail=(1, 2, 1, 3, 5, 4, 8, 12, 15, 19, 28, 30, 37, 45, 53, 62, 68, 80, 73),
        age=19,
    ),
    Part(
        "crossing",
        _facts(
            "lumo/agentloop",
            "Long-running LLM agents with memory that sleeps and wakes",
            "ai-agents agent-memory llm",
            organisation=False,
        ),
        stars=503,
        weekly=24,
        tail=(3, 4, 3, 4, 3, 4, 6),
        age=150,
    ),
    Part(
        "crossing late",
        _facts(
            "sola/genlens",
            "Evaluate generative AI answers with rubrics, offline and in CI",
            "llm-evaluation evaluation testing",
            licence="BSD-3-Clause",
            organisation=False,
        ),
        stars=501,
        weekly=9,
        tail=(1, 1, 2, 1, 1, 1, 2),
        age=730,
    ),
    Part(
        "stalling",
        _facts(
            "mira/autoagent",
            "Autonomous GPT agents that plan their own tasks",
            "autonomous-agents ai-agents gpt",
            licence="MIT",
            organisation=False,
        ),
        stars=14_380,
        weekly=4,
        # What it was given 29 days ago is the last of any size: it leaves the last 28 days today.
        tail=(22, *([0] * 17), 1, 0, 2, 0, 0, 1, 0, 0, 2, 0, 0),
        burst=(112, 2_310),
        pushed_days_ago=152,
    ),
    Part(
        "waking",
        _facts(
            "tama/promptrail",
            "Guardrails for LLM prompts, checked before people see the answer",
            "guardrails prompt-engineering llm",
            organisation=False,
        ),
        stars=1_436,
        weekly=1,
        tail=(
            *(0, 0, 1, 0, 0, 1, 0),
            *(1, 1, 1, 0, 1, 1, 1),
            *(1, 1, 1, 2, 1, 1, 2),
            *(1, 1, 1, 1, 1, 1, 5),
        ),
        burst=(112, 420),
        pushed_days_ago=200,
    ),
    Part(
        "archived",
        Facts(
            name=FOLLOWED,
            description="A RAG toolkit: parse, chunk, rerank, and cite with any LLM",
            topics=("rag", "retrieval-augmented-generation", "llm"),
            language="Python",
            license="Apache-2.0",
            organisation=True,
            is_ai=True,
        ),
        stars=12_117,
        weekly=45,
    ),
    Part(
        "renamed",
        _facts(
            "pola/docwise",
            "Ask your own documents through a local LLM, with citations",
            "rag document-qa llm",
            licence="MIT",
        ),
        stars=2_870,
        weekly=31,
    ),
    Part(
        "transferred",
        _facts(
            "denu/vecforge",
            "An embedded vector database for generative AI applications",
            "vector-database vector-search embeddings",
            language="Rust",
            organisation=False,
        ),
        stars=6_230,
        weekly=52,
    ),
    Part(
        "purged",
        _facts(
            "bruma/openmate",
            "A self-hosted ChatGPT-like chat for teams, with plugins",
            "chatbot chatgpt self-hosted",
            language="TypeScript",
            licence="AGPL-3.0",
        ),
        stars=6_780,
        weekly=38,
    ),
    Part(
        "deleted",
        _facts(
            "fleo/pocketgpt", "A GPT in your pocket, offline", "gpt on-device", organisation=False
        ),
        stars=1_905,
        weekly=14,
    ),
    Part(
        "blocked",
        _facts("grano/weightvault", "Mirrors of LLM weights", "llm model-weights"),
        stars=3_310,
        weekly=40,
    ),
    Part(
        "away for a day",
        _facts("iska/flowbench", "Benchmarks for LLM agents on office work", "benchmark ai-agents"),
        stars=1_120,
        weekly=12,
    ),
    Part(
        "relicensed",
        _facts("ruvi/servemesh", "Serve many LLMs on few GPUs", "llm-serving gpu kubernetes"),
        stars=8_440,
        weekly=70,
    ),
)
