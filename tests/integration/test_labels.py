"""The shipped taxonomy against labels that people gave: only where the data is at hand."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from hypecurve.domain.category import NOT_AI, UNSURE, Taxonomy
from hypecurve.domain.classify import classify
from hypecurve.domain.repo import Repo, RepoId, RepoName

LABELS = Path(__file__).parents[2].parent / "shared" / "data" / "labels"
LAYER_OF = {
    "Infrastructure": "infrastructure",
    "Model development": "model-development",
    "AI engineering": "ai-engineering",
    "Applications": "applications",
    "Model repo": "models",
    "Tutorials": "tutorials",
    "Lists": "lists",
}


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, str]]:
    """Return (the layer people gave, the layer we give) for each labelled repo."""
    if not LABELS.is_dir():
        pytest.skip("no labels at hand")
    taxonomy = Taxonomy.from_toml(files("hypecurve").joinpath("taxonomy.toml").read_text("utf-8"))
    found = []
    for path in sorted(LABELS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                name = RepoName.parse(row["repo"])
                repo = Repo(RepoId(1), "", name, int(row["stars"]), row["description"])
                slug = classify(repo, taxonomy).category
                ours = slug if slug in {NOT_AI, UNSURE} else taxonomy.category(slug).layer.slug
                found.append((LAYER_OF[row["category"]], ours))
    return found


def test_most_labelled_repos_come_into_their_layer(answers: list[tuple[str, str]]) -> None:
    right = sum(given == ours for given, ours in answers)
    assert right / len(answers) >= 0.55


def test_few_labelled_repos_are_called_not_ai_or_stay_unsure(
    answers: list[tuple[str, str]],
) -> None:
    counts = Counter(ours for _, ours in answers)
    assert counts[NOT_AI] / len(answers) <= 0.05
    assert counts[UNSURE] / len(answers) <= 0.10
