"""One made-up day for tests of what people see: a digest, a first message, a card.

Every repo is invented. `Maker` makes more of them; ids count up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypecurve.domain.catalogue import (
    Card,
    CatalogueEntry,
    Growth,
    ListedReason,
    Place,
    RepoState,
    Spoken,
)
from hypecurve.domain.category import Category, Layer, Taxonomy
from hypecurve.domain.digest import Digest, Item, Welcome
from hypecurve.domain.message import SectionKind
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind
from hypecurve.domain.subscription import Channel, Wants

DUE = datetime(2026, 11, 22, 8, tzinfo=UTC)  # 09:00 in Paris
COUNTED = datetime(2026, 11, 22, 5, 12, tzinfo=UTC)
CHANNEL = Channel.parse("slack:T123/C456")


@dataclass
class Maker:
    """Makes repos, entries and items; ids count up."""

    ids: list[int] = field(default_factory=lambda: [0])

    def entry(
        self,
        name: str,
        stars: int,
        description: str = "",
        category: str = "agents",
        **more: Any,  # noqa: ANN401  # fields of a CatalogueEntry or a Repo
    ) -> CatalogueEntry:
        self.ids[0] += 1
        entry_fields = {"growth", "state", "usual_week", "listed_at", "listed_reason", "place"}
        owner, _, short = name.partition("/")
        repo = Repo(
            RepoId(self.ids[0]),
            f"R_{self.ids[0]}",
            RepoName(owner, short),
            stars,
            description,
            **{k: v for k, v in more.items() if k not in entry_fields},
        )
        return CatalogueEntry(
            repo,
            more.get("place") or Place(category, "topic agent"),
            DUE - timedelta(days=200),
            COUNTED,
            **{k: v for k, v in more.items() if k in entry_fields - {"place"}},
        )

    def item(
        self,
        entry: CatalogueEntry,
        kind: SignalKind,
        heading: SectionKind | None = None,
        *,
        step: int = 1,
        reserved: bool = False,
        at: datetime = DUE - timedelta(hours=15),
        **evidence: Any,  # noqa: ANN401  # fields of Evidence
    ) -> Item:
        headings = {
            SignalKind.RISING: SectionKind.RISING,
            SignalKind.NEW: SectionKind.NEW,
            SignalKind.STALLED: SectionKind.QUIET,
            SignalKind.AWAKE: SectionKind.QUIET,
        }
        signal = Signal(
            entry.repo.id, kind, at, 1, step, 1.0, Lane.LARGE, "test/1", Evidence(**evidence)
        )
        return Item(signal, entry, heading or headings.get(kind, SectionKind.YOURS), reserved)


def sample_taxonomy() -> Taxonomy:
    """Two layers with two categories each."""
    engineering = Layer("ai-engineering", "AI engineering")
    infrastructure = Layer("infrastructure", "Infrastructure")
    return Taxonomy.of(
        (infrastructure, engineering),
        (
            Category("inference", "Inference", infrastructure),
            Category("serving", "Serving and deployment", infrastructure),
            Category("agents", "Agents", engineering),
            Category("mcp", "MCP", engineering),
        ),
        (),
        {},
    )


def sample_digest(make: Maker | None = None) -> Digest:
    """Every heading, an escalation, the reserved place, and twelve in the overflow."""
    make = make or Maker()
    ragkit = make.entry("acme/ragkit", 12_100)
    flashkv = make.entry(
        "acme/flashkv", 38_230, "KV-cache compression for serving", category="inference"
    )
    voicebox = make.entry("nori/voicebox", 9_700, "Talk to any model from a microphone")
    tiny = make.entry("hato/tinyquant", 731, "Two-bit weights that still think")
    proxy = make.entry(
        "kite/toolproxy",
        546,
        "One socket for every tool of an agent",
        category="mcp",
        listed_reason=ListedReason.SUBMITTED,
    )
    auto = make.entry("mira/autoagent", 21_400, pushed_at=DUE - timedelta(days=150))
    awake = make.entry("vela/promptbook", 5_120)
    more = [
        make.item(
            make.entry(f"lumo/agentloop{n}", 2_000 + 411 * n, "Not shown in the thread"),
            SignalKind.RISING,
            gain_7d=90 - n,
            usual_7d=30.0,
            multiple=(90 - n) / 30,
            weeks=(20, 30, 25, 31, 28, 30, 41, 90),
        )
        for n in range(12)
    ]
    rising = SignalKind.RISING
    return Digest(
        CHANNEL,
        DUE,
        DUE - timedelta(days=1),
        COUNTED,
        "Europe/Paris",
        Wants(frozenset({"agents", "inference"})),
        2_214,
        (
            make.item(ragkit, SignalKind.ARCHIVED, stars=12_100),
            make.item(
                flashkv,
                rising,
                stars=38_200,
                gain_7d=1_940,
                usual_7d=226.0,
                multiple=8.58,
                weeks=(230, 210, 300, 240, 190, 330, 240, 1_940),
            ),
            make.item(
                voicebox,
                rising,
                step=2,
                gain_7d=820,
                usual_7d=200.0,
                multiple=4.1,
                weeks=(180, 120, 200, 190, 150, 220, 520, 820),
            ),
            make.item(
                tiny,
                rising,
                reserved=True,
                gain_7d=96,
                usual_7d=11.0,
                multiple=8.7,
                weeks=(None, 9, 12, 10, 11, 8, 13, 96),
            ),
            make.item(proxy, SignalKind.NEW, age_days=19, after="500"),
            make.item(
                auto,
                SignalKind.STALLED,
                gain_28d=6,
                best_28d=2_310,
                weeks=(900, 400, 100, 40, 2, 1, 2, 1),
            ),
            make.item(
                awake,
                SignalKind.AWAKE,
                gain_7d=240,
                usual_7d=0.6,
                weeks=(0, 1, 0, 0, 1, 0, 3, 240),
            ),
        ),
        tuple(more),
    )


def sample_welcome(make: Maker | None = None) -> Welcome:
    """A channel that begins while the past is still loading."""
    make = make or Maker()
    return Welcome(
        CHANNEL,
        Wants(frozenset({"agents", "inference"})),
        "Europe/Paris",
        DUE + timedelta(days=1),
        2_214,
        0.342,
        COUNTED,
        largest=(
            make.entry("acme/flashkv", 38_230, "KV-cache compression", category="inference"),
            make.entry("mira/autoagent", 21_400, "An agent that plans its own week"),
        ),
        youngest=(
            make.entry("kite/toolproxy", 546, created_at=DUE - timedelta(days=19), category="mcp"),
        ),
    )


def sample_card(make: Maker | None = None) -> Card:
    """A rising repo of which everything is known."""
    make = make or Maker()
    entry = make.entry(
        "acme/flashkv",
        38_230,
        "KV-cache compression for serving",
        place=Place("inference", "topic kv-cache"),
        topics=("kv-cache", "quantization"),
        language="Python",
        license="Apache-2.0",
        forks=1_204,
        owner_is_organisation=True,
        created_at=datetime(2024, 3, 2, tzinfo=UTC),
        pushed_at=DUE - timedelta(hours=9),
        listed_at=datetime(2024, 5, 2, tzinfo=UTC),
        state=RepoState.RISING,
        growth=Growth(702, 1_940, 4_410),
        usual_week=226.4,
    )
    weeks = (None, None, *(200 + 13 * (n % 5) for n in range(48)), 900, 1_940)
    spoken = (
        Spoken("rising", DUE - timedelta(days=3), 2, 8.6),
        Spoken("new", datetime(2024, 5, 2, tzinfo=UTC)),
    )
    return Card(entry, weeks, spoken)
