"""`submit` and `submissions` as an operator types them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.adapters.sql.store import World as Kept
from hypecurve.domain.catalogue import ListedReason, Place
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.repo import Repo, RepoId
from hypecurve.domain.submission import Submission, SubmissionState
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import World
from support.catalogue import CHANNEL, OTHER_CHANNEL, a_repo
from support.databases import NOW, opened
from support.github import UNTIL
from support.processes import Ran, run_here
from support.tracking import an_ai_repo

Call = Callable[..., Ran]
S = SubmissionState
FILE = "hypecurve.db"
OPERATOR = Place("agents", "approved by the operator", by_operator=True)
REPOS = {
    1: (an_ai_repo(1, 412, name="acme/ragline"), Place("agents", "'LLM agent' in its description")),
    2: (a_repo(2, 1_204, name="nori/fork", is_fork=True), Place("coding", "topic code-assistant")),
    3: (a_repo(3, 88, name="hato/partitions"), Place(NOT_AI, "'partition' in its description")),
    4: (a_repo(4, 12_345, name="mira/auto"), OPERATOR),
}
DAY = timedelta(days=1)


def _wish(number: int, state: SubmissionState, days: int, **more: object) -> Submission:
    name = REPOS[number][0].name
    return Submission(RepoId(number), name, NOW - days * DAY, state, **more)  # type: ignore[arg-type] # any fields


WISHES = (
    _wish(4, S.APPROVED, 9, channel=OTHER_CHANNEL, user="discord:900/42", category="agents"),
    _wish(3, S.WAITING, 5),
    _wish(2, S.WAITING, 2, channel=CHANNEL, user="slack:T123/U1", category="coding"),
    _wish(1, S.WATCHED, 1, channel=CHANNEL, user="slack:T123/U1"),
)


async def _fill(file: Path) -> None:
    async with opened(f"sqlite:///{file}") as store, store.write() as tx:
        await tx.catalogue.upsert([repo for repo, _ in REPOS.values()], NOW)
        await tx.catalogue.place({repo.id: place for repo, place in REPOS.values()})
        await tx.catalogue.list_as({RepoId(4): ListedReason.SUBMITTED}, NOW)
        kept = [await tx.submissions.add(wish) for wish in WISHES]
        await tx.submissions.told([kept[0].id or 0], NOW)


@pytest.fixture(scope="module")
def wished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A live catalogue with four submissions, one in each situation, to copy."""
    file = tmp_path_factory.mktemp("wished") / FILE
    shutil.copyfile(sqlite_template, file)
    asyncio.run(_fill(file))
    return file


@pytest.fixture
def submitted(wished: Path, folder: Path) -> Path:
    """A folder with a copy of that catalogue."""
    shutil.copyfile(wished, folder / FILE)
    return folder


@pytest.mark.usefixtures("submitted")
@pytest.mark.parametrize("style", ["table", "csv", "json"])
def test_the_submissions_newest_first(call: Call, style: str, snapshot: SnapshotAssertion) -> None:
    ran = call("submissions", "--format", style)
    assert ran.status == 0
    assert f"{ran.out}==\n{ran.err}" == snapshot


@pytest.mark.usefixtures("submitted")
def test_json_and_csv_hold_the_same(call: Call) -> None:
    listed = json.loads(call("submissions", "--format", "json").out)
    rows = csv.DictReader(io.StringIO(call("submissions", "--format", "csv").out))
    assert [{key: str(value or "") for key, value in each.items()} for each in listed] == list(rows)
    assert [each["stars"] for each in listed] == [412, 1_204, 88, 12_345]


@pytest.mark.usefixtures("submitted")
def test_the_submissions_of_one_state(call: Call) -> None:
    waiting = json.loads(call("submissions", "--state", "waiting", "--format", "json").out)
    assert [each["repo"] for each in waiting] == ["nori/fork", "hato/partitions"]
    none = call("submissions", "--state", "refused")
    assert none.err.splitlines()[0] == "No submission is refused."


def _state(call: Call, name: str) -> tuple[str, str]:
    rows = json.loads(call("submissions", "--format", "json").out)
    return next((each["state"], each["category"]) for each in rows if each["repo"] == name)


@pytest.mark.usefixtures("submitted")
@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        (["approve", "nori/fork"], ("approved", "Coding")),
        (["approve", "https://github.com/nori/fork", "agent", "tools"], ("approved", "Tools for")),
        (["approve", "hato/partitions", "data-systems"], ("approved", "Data systems")),
        (["approve", "mira/auto"], ("approved", "Agents")),
        (["refuse", "acme/ragline"], ("refused", "Not AI")),
    ],
    ids=" ".join,
)
def test_what_is_decided_is_done_and_said(
    call: Call, arguments: list[str], after: tuple[str, str], snapshot: SnapshotAssertion
) -> None:
    ran = call("submissions", *arguments)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == snapshot
    name = arguments[1].removeprefix("https://github.com/")
    state, category = _state(call, name)
    assert state == after[0]
    assert category.startswith(after[1])


@pytest.mark.usefixtures("submitted")
def test_blocks_are_said_with_what_they_leave_open(call: Call, snapshot: SnapshotAssertion) -> None:
    said = []
    for command in ("block", "block", "unblock", "unblock"):
        for what in ("acme/ragline", "slack:T123/U1"):
            ran = call("submissions", command, what)
            assert ran.status == 0
            said.append(f"$ {command} {what}\n{ran.out}{ran.err}")
    assert "".join(said) == snapshot


SLIPS = {
    "a state": (["--state", "lost"], "choose watched, waiting, approved, refused"),
    "a format": (["--format", "xml"], "choose table, csv, json"),
    "no repo": (["approve", "ragline"], "is not a repository: write owner/name"),
    "nobody's": (["approve", "acme/other"], "Nobody submitted acme/other"),
    "refusing nobody's": (["refuse", "acme/other"], "Nobody submitted acme/other"),
    "no category": (["approve", "hato/partitions"], "name its category"),
    "a slip in a category": (["approve", "nori/fork", "agnts"], "Did you mean agents"),
    "a layer": (["approve", "nori/fork", "lists"], "Lists is a layer. Name one of its categories"),
    "a listed one": (["refuse", "mira/auto"], "classify mira/auto --as not-ai"),
    "blocking nothing": (["block", "everybody"], "is neither a repository nor a user"),
    "blocking the unknown": (["block", "acme/other"], "acme/other is not known"),
    "no such command": (["aprove", "nori/fork"], "No such command 'aprove'"),
}


@pytest.mark.usefixtures("submitted")
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_one_line_and_changes_nothing(call: Call, slip: str) -> None:
    arguments, says = SLIPS[slip]
    before = call("submissions", "--format", "csv").out
    ran = call("submissions", *arguments)
    assert (ran.status, ran.out) == (2, "")
    (line,) = ran.lines
    assert line.startswith("hypecurve: ")
    assert says in line
    assert call("submissions", "--format", "csv").out == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["submissions"], "no live catalogue in this folder yet"),
        (["submissions", "approve", "acme/ragline"], "no live catalogue in this folder yet"),
        (["submit", "acme/ragline"], "no live catalogue in this folder yet"),
        (["submit", "ragline"], "is not a repository"),
        (["submit", "acme/ragline", "agnts"], "Did you mean agents"),
        (["submit"], "Missing argument"),
    ],
)
def test_before_there_is_a_catalogue_none_is_made(
    call: Call, folder: Path, arguments: list[str], says: str
) -> None:
    ran = call(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert re.fullmatch(f"hypecurve: .*{says}.*\n", ran.err)
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("submitted")
def test_submitting_needs_a_token(call: Call) -> None:
    ran = call("submit", "acme/ragline")
    assert ran.status == 2
    assert ran.lines[0].startswith("hypecurve: GITHUB_TOKEN is missing")


@pytest.fixture
async def github() -> AsyncIterator[StandIn]:
    """A made-up GitHub of 60 repos without a story; repo 1 is a fork, 2 has another name now."""
    world = World.make(11, 60, until=UNTIL, story=False)
    world.make_fork(1, 3)
    world.rename(2, UNTIL - DAY, REPOS[1][0].name)
    world.remove(4, UNTIL - DAY, "dmca")
    async with StandIn(world, now=lambda: UNTIL) as found:
        yield found


def _told(github: StandIn, index: int) -> Repo:
    found = github.world.repo_at(index, UNTIL)
    assert found is not None
    return found


async def test_a_submission_at_the_terminal(
    github: StandIn, folder: Path, snapshot: SnapshotAssertion
) -> None:
    """The operator's own wishes are kept without a channel; each answer says how to go on."""
    world = Kept("live", github.url.removeprefix("http://"))
    async with opened(f"sqlite:///{folder / FILE}", world):
        pass
    settings = {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": github.url,
        "HYPECURVE_MIN_STARS": "9999999",
    }
    said = []

    async def submit(index: int, *category: str) -> None:
        name = str(github.world.facts[index].name)
        ran = await run_here("submit", name, *category, folder=folder, settings=settings)
        assert "Traceback" not in ran.err
        said.append(f"{ran.status} {ran.out}{ran.err}")

    for index in (0, 0, 1, 2, 4):
        await submit(index)
    settings["GITHUB_TOKEN"] = "wrong"
    await submit(5)
    assert "\n".join(said) == snapshot
    async with opened(f"sqlite:///{folder / FILE}", world) as store, store.read() as tx:
        kept = await tx.submissions.everything()
    assert [wish.repo_id for wish, _ in kept] == [_told(github, index).id for index in (2, 1, 0)]
    assert all(wish.channel is None and wish.user == "" for wish, _ in kept)


@pytest.mark.parametrize(
    ("decision", "says", "category"),
    [
        (["refuse", "mira/auto"], "mira/auto stays in Agents", "Agents"),
        (["approve", "mira/auto"], "mira/auto is approved, in Coding", "Coding"),
    ],
)
def test_a_word_on_a_category_is_decided_and_listed_repos_stay(
    call: Call, submitted: Path, decision: list[str], says: str, category: str
) -> None:
    async def word() -> None:
        async with opened(f"sqlite:///{submitted / FILE}") as store, store.write() as tx:
            await tx.submissions.add(
                _wish(4, S.MISPLACED, 0, user="slack:T1/U1", category="coding")
            )

    asyncio.run(word())
    assert "approve NAME; else refuse NAME" in call("submissions").err
    ran = call("submissions", *decision)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(says)
    assert _state(call, "mira/auto")[1].startswith(category)
    assert call("submissions", "--state", "misplaced").err.startswith("No submission is misplaced")
