"""How people and GitHub write a repo's name, and what of it counts."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.errors import BadRepoName
from hypecurve.domain.repo import Repo, RepoId, RepoName

OWNERS = st.from_regex(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,18}-?", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z0-9._-]{1,100}", fullmatch=True).filter(
    lambda name: name not in {".", ".."} and not name.endswith(".git")
)
FRAMES = st.sampled_from(
    [
        "{}",
        "  {}\n",
        "<{}>",
        "https://github.com/{}",
        "http://www.github.com/{}",
        "HTTPS://GitHub.com/{}",
        "github.com/{}",
        "git@github.com:{}.git",
        "ssh://git@github.com/{}.git",
        "https://github.com/{}.git",
        "https://github.com/{}/",
        "https://github.com/{}/tree/main/src?tab=readme#install",
        "https://github.com/{}?tab=readme",
        "<https://github.com/{}>",
    ]
)


@given(owner=OWNERS, name=NAMES, frame=FRAMES)
def test_every_way_to_write_a_repo_means_the_same(owner: str, name: str, frame: str) -> None:
    parsed = RepoName.parse(frame.format(f"{owner}/{name}"))
    assert (parsed.owner, parsed.name) == (owner, name)
    assert str(parsed) == f"{owner}/{name}"


@given(owner=OWNERS, name=NAMES)
def test_spellings_differ_and_keys_do_not(owner: str, name: str) -> None:
    upper, lower = RepoName(owner.upper(), name.upper()), RepoName(owner.lower(), name.lower())
    assert upper.key == lower.key == RepoName(owner, name).key


@given(st.text())
def test_whatever_is_typed_is_a_repo_or_refused(text: str) -> None:
    with suppress(BadRepoName):
        parsed = RepoName.parse(text)
        assert RepoName.parse(f"https://github.com/{parsed}.git") == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "flashkv",
        "acme/",
        "/flashkv",
        "acme//flashkv",
        "acme/flash kv",
        "acme/flashkv/extra",
        "-acme/flashkv",
        "ac--me/flashkv",
        "acme_x/flashkv",
        "acme/.",
        "acme/..",
        "acme/.git",
        "acme/" + "x" * 101,
        "a" * 40 + "/flashkv",
        "https://gitlab.com/acme/flashkv",
        "https://github.com/acme",
        "https://github.com.evil.example/acme/flashkv",
        "https://evil.example/github.com/acme/flashkv",
        "acme/flashkv\nnori/voicebox",
        "acmé/flashkv",
        "acme/flashkv\u202e",
    ],
)
def test_what_is_no_repo_is_refused(text: str) -> None:
    with pytest.raises(BadRepoName, match="write owner/name") as caught:
        RepoName.parse(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["a" * 39 + "/x", "acme-/flashkv", "acme/-._", "1/2"])
def test_names_at_githubs_own_edges_are_taken(text: str) -> None:
    assert str(RepoName.parse(text)) == text


SITE = "https://ghe.acme.example"


@given(owner=OWNERS, name=NAMES, frame=FRAMES)
def test_addresses_of_a_github_of_ones_own_mean_the_same(owner: str, name: str, frame: str) -> None:
    own = frame.replace("github.com", "ghe.acme.example").replace("GitHub.com", "GHE.acme.Example")
    for each in (own, frame):
        assert RepoName.parse(each.format(f"{owner}/{name}"), SITE) == RepoName(owner, name)


@pytest.mark.parametrize(
    ("site", "text"),
    [
        (SITE, "https://gheXacme.example/acme/flashkv"),
        (SITE, "https://ghe.acme.example.evil.example/acme/flashkv"),
        (SITE, "https://evil.example/ghe.acme.example/acme/flashkv"),
        (SITE, "https://ghe.acme.example:8443/acme/flashkv"),
        (SITE, "https://acme.example/acme/flashkv"),
        ("https://github.com", "https://ghe.acme.example/acme/flashkv"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3001/acme/flashkv"),
    ],
)
def test_no_other_host_is_taken(site: str, text: str) -> None:
    with pytest.raises(BadRepoName):
        RepoName.parse(text, site)


def test_a_site_with_a_port_is_read() -> None:
    text = "http://127.0.0.1:3000/acme/flashkv/issues/3"
    assert RepoName.parse(text, "http://127.0.0.1:3000") == RepoName("acme", "flashkv")


def test_a_repo_knows_where_people_look_at_it() -> None:
    repo = Repo(RepoId(1), "R_1", RepoName("acme", "flashkv"), 1)
    assert repo.url == "https://github.com/acme/flashkv"
