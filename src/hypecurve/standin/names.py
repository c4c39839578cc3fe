"""Invented owners and repos: syllables that mean nothing, so that no real repo gets a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hypecurve.domain.repo import RepoName
from hypecurve.standin.subjects import LANGUAGES, SUBJECTS, Subject

_ONSETS = ("b", "d", "f", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "kl", "tr")
_VOWELS = ("a", "e", "i", "o", "u", "ei", "ao")
_TERMS = ("LLM", "LLM", "LLM", "LLMs", "GPT", "GPT", "generative AI", "generative AI")
_TOPIC_OF = {"LLM": "llm", "LLMs": "llm", "GPT": "gpt", "generative AI": "generative-ai"}
_PLAIN = "language model"
_LICENCES = ("MIT", "Apache-2.0", "Apache-2.0", "MIT", "BSD-3-Clause", "GPL-3.0", "AGPL-3.0", None)
_UNMATCHED = 0.06  # found by no term: only a topic or a submission brings these
_REPOS_AN_OWNER = 1.5


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change about a made-up repo; `name` is the one it was born with."""

    name: RepoName
    description: str
    topics: tuple[str, ...]
    language: str | None
    license: str | None
    organisation: bool
    is_ai: bool


def make_facts(rng: np.random.Generator, count: int) -> list[Facts]:
    """Invent that many repos, each with a name of its own."""
    owners = _owners(rng, max(1, round(count / _REPOS_AN_OWNER)))
    weights = np.array([subject.share for subject in SUBJECTS])
    subjects = rng.choice(len(SUBJECTS), size=count, p=weights / weights.sum())
    # Drawn all at once: a hundred thousand repos take a hundred thousand short steps below.
    draws = rng.integers(0, 2**31 - 1, size=(count, 9)).tolist()
    taken: set[str] = set()
    return [
        _facts(SUBJECTS[subject], owners, draw, taken)
        for subject, draw in zip(subjects.tolist(), draws, strict=True)
    ]


def _facts(subject: Subject, owners: list[str], draw: list[int], taken: set[str]) -> Facts:
    owner_at = draw[0] % len(owners)
    owner = owners[owner_at]
    short = (
        subject.stems[draw[1] % len(subject.stems)] + subject.tails[draw[2] % len(subject.tails)]
    )
    name = short
    number = 2
    while f"{owner}/{name}" in taken:
        name = f"{short}{number}"
        number += 1
    taken.add(f"{owner}/{name}")
    term = _PLAIN if draw[3] % 1_000 < 1_000 * _UNMATCHED else _TERMS[draw[4] % len(_TERMS)]
    template = subject.descriptions[draw[5] % len(subject.descriptions)]
    keep = 1 + draw[6] % len(subject.topics)
    topics = subject.topics[:keep]
    if draw[6] % 2 and "{ai}" in template and term in _TOPIC_OF:
        topics = (*topics, _TOPIC_OF[term])
    languages = subject.languages
    return Facts(
        name=RepoName(owner, name),
        description=_named(template, term),
        topics=tuple(dict.fromkeys(topics)),
        language=LANGUAGES[languages[draw[7] % (len(languages) + 1) % len(languages)]],
        license=_LICENCES[draw[8] % len(_LICENCES)],
        organisation=owner_at % 5 in {0, 1},
        is_ai=subject.is_ai,
    )


def _named(template: str, term: str) -> str:
    """A description with its term, and the article that goes with it."""
    if term[0] != "L":  # an LLM, but a GPT, a language model
        template = template.replace("an {ai}", "a {ai}").replace("An {ai}", "A {ai}")
    return template.replace("{ai}", term)


def _owners(rng: np.random.Generator, count: int) -> list[str]:
    owners: dict[str, None] = {}
    while len(owners) < count:
        picks = rng.integers(0, 2**31 - 1, size=(count, 7)).tolist()
        for pick in picks:
            syllables = [
                _ONSETS[pick[2 * place] % len(_ONSETS)]
                + _VOWELS[pick[2 * place + 1] % len(_VOWELS)]
                for place in range(3)
            ]
            owners["".join(syllables)] = None
    return list(owners)[:count]
