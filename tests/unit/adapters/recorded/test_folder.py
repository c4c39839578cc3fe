"""A folder of recorded star histories: small ones, made up here."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hypecurve.adapters.recorded.folder import (
    Recording,
    made_up_id,
    read_folder,
    read_repos,
)
from hypecurve.adapters.recorded.rows import id_of
from hypecurve.domain.errors import BadData
from hypecurve.domain.repo import RepoName

DAY_1, DAY_2, DAY_3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)
STARS = "full_name,date,stars,forks,pushed_at"
REPOS = "full_name,description,language,github_topics,license,owner_type,created_at,github_id"


@dataclass
class Folder:
    path: Path

    def write(self, name: str, lines: Sequence[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        if name.endswith(".gz"):
            (self.path / name).write_bytes(gzip.compress(text.encode()))
        else:
            (self.path / name).write_text(text, encoding="utf-8")

    def stars(self, *rows: str) -> None:
        self.write("stars.csv", [STARS, *(f"{row},," for row in rows)])

    def repos(self, *rows: str) -> None:
        self.write("repos.csv", [REPOS, *rows])

    def renames(self, *rows: str) -> None:
        self.write("renames.csv", ["old_full_name,new_full_name", *rows])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    found = Folder(tmp_path)
    found.repos()
    return found


def _counts(recording: Recording) -> dict[str, dict[date, int]]:
    found: dict[str, dict[date, int]] = {}
    for day, seen in recording.days.items():
        for key, what in seen.items():
            found.setdefault(key, {})[day] = what.stars
    return found


def _refused(recording: Recording) -> dict[str, int]:
    return dict(recording.refused.counts)


def test_everything_that_is_recorded_of_a_repo_is_read(folder: Folder) -> None:
    folder.repos(
        "acme/flashkv,KV-cache  compression,Python,kv-cache|llm,MIT,Organization,2024-03-02,77",
        "nori/voicebox,,,,,,,",
    )
    folder.write(
        "stars.csv",
        [
            STARS,
            "acme/flashkv,2025-03-01,1200,34,2025-02-28T10:00:00Z",
            "nori/voicebox,2025-03-01,7,,",
        ],
    )
    recording = read_folder(folder.path)
    (day,) = recording.replayed()
    known, unknown = day.repos
    assert day.at == datetime(2025, 3, 1, 12, tzinfo=UTC)
    assert (known.id, str(known.name), known.stars, known.forks) == (77, "acme/flashkv", 1200, 34)
    assert known.description == "KV-cache compression"
    assert known.topics == ("kv-cache", "llm")
    assert (known.language, known.license) == ("Python", "MIT")
    assert known.owner_is_organisation is True
    assert known.created_at == datetime(2024, 3, 2, tzinfo=UTC)
    assert known.pushed_at == datetime(2025, 2, 28, 10, tzinfo=UTC)
    assert (unknown.description, unknown.topics) == ("", ())
    assert (unknown.language, unknown.license, unknown.forks) == (None, None, None)
    assert (unknown.owner_is_organisation, unknown.created_at, unknown.pushed_at) == (
        None,
        None,
        None,
    )
    assert _refused(recording) == {}
    assert recording.observations == 2


def test_ids_nobody_recorded_are_stable_negative_and_blind_to_case() -> None:
    ids = {made_up_id(RepoName("acme", f"repo-{number}")) for number in range(1_000)}
    assert len(ids) == 1_000
    assert all(number < 0 for number in ids)
    assert made_up_id(RepoName("Acme", "FlashKV")) == made_up_id(RepoName("acme", "flashkv"))
    # Databases of earlier replays hold it.
    assert made_up_id(RepoName("acme", "flashkv")) == -226_673_579_726_841


def test_renames_are_joined_into_one_series_under_the_last_name(folder: Folder) -> None:
    folder.renames("acme/first,acme/second", "acme/Second,nori/third")
    folder.repos("acme/first,old,,,,,,5", "nori/third,the last one,,,,,,6")
    folder.stars(
        "acme/first,2025-03-01,10", "ACME/second,2025-03-02,20", "nori/third,2025-03-03,30"
    )
    recording = read_folder(folder.path)
    assert _counts(recording) == {"nori/third": {DAY_1: 10, DAY_2: 20, DAY_3: 30}}
    repos = [day.repos[0] for day in recording.replayed()]
    assert {repo.id for repo in repos} == {6}
    assert [str(repo.name) for repo in repos] == ["acme/first", "ACME/second", "nori/third"]
    assert {repo.description for repo in repos} == {"the last one"}
    assert _refused(recording) == {}


def test_a_renamed_repo_without_an_id_gets_that_of_its_last_name(folder: Folder) -> None:
    folder.renames("acme/first,nori/second")
    folder.stars("acme/first,2025-03-01,10", "nori/second,2025-03-02,20")
    recording = read_folder(folder.path)
    ids = {day.repos[0].id for day in recording.replayed()}
    assert ids == {made_up_id(RepoName("nori", "second"))}


def test_on_a_day_with_two_names_the_newer_one_counts(folder: Folder) -> None:
    folder.renames("acme/old,acme/new")
    rows = ["acme/old,2025-03-01,10", "acme/new,2025-03-01,12"]
    for order in (rows, rows[::-1]):
        folder.stars(*order)
        recording = read_folder(folder.path)
        assert _counts(recording) == {"acme/new": {DAY_1: 12}}
        assert sum(_refused(recording).values()) == 1


def test_renames_that_lead_in_a_circle_are_refused_by_name(folder: Folder) -> None:
    folder.renames("acme/a,acme/b", "acme/b,acme/a", "acme/same,Acme/Same")
    folder.stars("acme/a,2025-03-01,10", "acme/b,2025-03-01,20")
    recording = read_folder(folder.path)
    assert _counts(recording) == {"acme/a": {DAY_1: 10}, "acme/b": {DAY_1: 20}}
    assert _refused(recording) == {"renames.csv: a rename that leads back to itself": 2}


def test_a_second_count_of_a_day_is_refused_and_named(folder: Folder) -> None:
    folder.stars("acme/flashkv,2025-03-01,10", "Acme/FlashKV,2025-03-01,99")
    recording = read_folder(folder.path)
    assert _counts(recording) == {"acme/flashkv": {DAY_1: 10}}
    (line,) = recording.refused.lines()
    assert line.startswith("1 rows refused: a second count of one repo and day")
    assert "FlashKV 2025-03-01" in line


def test_rows_that_cannot_be_used_are_counted_and_the_first_of_each_named(folder: Folder) -> None:
    folder.stars(
        "acme/good,2025-03-01,10",
        "no repo,2025-03-01,10",
        "acme/x,someday,10",
        "acme/x,2025-02-30,10",
        "acme/x,2025-03-01,many",
        "acme/x,2025-03-01,-5",
        "acme/x,2025-03-01,1.5",
        "acme/x,2025-03-01,99999999999",
        "acme/x,2025-03-01,",
        "acme/short",
    )
    recording = read_folder(folder.path)
    assert _counts(recording) == {"acme/good": {DAY_1: 10}}
    refused = _refused(recording)
    assert refused["stars.csv: not a repository name"] == 1
    assert refused["stars.csv: not a star count"] == 5
    assert refused["stars.csv: not a date"] == 3
    text = "\n".join(recording.refused.lines())
    for example in ("'no repo'", "'someday'", "'many'"):
        assert example in text


def test_an_id_that_two_repos_claim_stays_with_the_first(folder: Folder) -> None:
    folder.repos("acme/a,,,,,,,5", "acme/b,,,,,,,5")
    folder.stars("acme/a,2025-03-01,1", "acme/b,2025-03-01,2")
    recording = read_folder(folder.path)
    assert recording.repos["acme/a"].id == 5
    assert recording.repos["acme/b"].id == made_up_id(RepoName("acme", "b"))
    assert _refused(recording) == {"repos.csv: an id that another repo has": 1}


def test_plain_and_compressed_files_read_alike(folder: Folder) -> None:
    rows = ["acme/flashkv,2025-03-01,10", "acme/flashkv,2025-03-02,12"]
    folder.stars(*rows)
    plain = read_folder(folder.path)
    (folder.path / "stars.csv").unlink()
    folder.write("stars.csv.gz", [STARS, *(f"{row},," for row in rows)])
    assert read_folder(folder.path).days == plain.days


def test_reading_ends_with_the_day_asked_for(folder: Folder) -> None:
    folder.stars(*(f"acme/a,2025-03-0{day},{day}" for day in (3, 1, 2)))
    assert list(read_folder(folder.path).days) == [DAY_1, DAY_2, DAY_3]
    assert list(read_folder(folder.path, DAY_2).days) == [DAY_1, DAY_2]


def test_days_have_their_own_times_of_observation_and_stay_in_order(folder: Folder) -> None:
    folder.stars(*(f"acme/a,2025-03-0{day},{day}" for day in (1, 2, 3)))
    folder.write(
        "snapshot_times.csv",
        [
            "date,observed_at",
            "2025-03-01,2025-03-02T13:00:00Z",
            "2025-03-02,2025-03-02T04:00:00+02:00",
        ],
    )
    times = [day.at for day in read_folder(folder.path).replayed()]
    assert times[0] == datetime(2025, 3, 2, 13, tzinfo=UTC)
    assert times[2] == datetime(2025, 3, 3, 12, tzinfo=UTC)
    assert times == sorted(set(times))


@pytest.mark.parametrize("missing", ["stars.csv", "repos.csv"])
def test_a_missing_file_is_one_clear_line(folder: Folder, missing: str) -> None:
    folder.stars("acme/a,2025-03-01,1")
    (folder.path / missing).unlink()
    with pytest.raises(BadData, match=missing) as caught:
        read_folder(folder.path)
    assert "\n" not in str(caught.value)


def test_no_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="is not a folder"):
        read_folder(tmp_path / "nowhere")


def test_a_file_without_a_column_it_needs_is_named(folder: Folder) -> None:
    folder.write("stars.csv", ["full_name,stars", "acme/a,1"])
    with pytest.raises(BadData, match="has no column date"):
        read_folder(folder.path)


def test_a_recording_without_an_observation_is_refused(folder: Folder) -> None:
    folder.stars()
    with pytest.raises(BadData, match="no usable observation"):
        read_folder(folder.path)


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b\x08 not really", b"", gzip.compress(b"a" * 99)[:15]],
    ids=["no archive", "empty", "cut short"],
)
def test_a_broken_archive_is_one_clear_line(folder: Folder, content: bytes) -> None:
    (folder.path / "stars.csv.gz").write_bytes(content)
    with pytest.raises(BadData, match=r"stars\.csv") as caught:
        read_folder(folder.path)
    assert "\n" not in str(caught.value)


def test_what_is_no_text_is_one_clear_line(folder: Folder) -> None:
    (folder.path / "stars.csv").write_bytes(b"full_name,date,stars\n\xff\xfe,2025-03-01,1\n")
    with pytest.raises(BadData, match="cannot be read"):
        read_folder(folder.path)


def test_repos_alone_can_be_read_for_classifying(folder: Folder) -> None:
    folder.repos("acme/flashkv,KV-cache,,,,,,", "bad name,,,,,,,", "nori/voicebox,,,,,,,")
    names = [str(repo.name) for repo in read_repos(folder.path / "repos.csv")]
    assert names == ["acme/flashkv", "nori/voicebox"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31"])
def test_a_day_that_cannot_be_is_refused_by_name(folder: Folder, day: str) -> None:
    folder.stars("acme/flashkv,2025-03-01,7", f"acme/flashkv,{day},8")
    recording = read_folder(folder.path)
    assert list(recording.days) == [DAY_1]
    assert _refused(recording) == {"stars.csv: not a date": 1}
    assert day in next(recording.refused.lines())


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00"])
def test_a_time_that_cannot_be_is_refused_or_unknown(folder: Folder, at: str) -> None:
    folder.write("stars.csv", [STARS, f"acme/flashkv,2025-03-01,7,,{at}"])
    folder.write("snapshot_times.csv", ["date,observed_at", f"2025-03-01,{at}"])
    recording = read_folder(folder.path)
    assert recording.days[DAY_1]["acme/flashkv"].pushed_at is None
    assert _refused(recording) == {"snapshot_times.csv: not a date and time": 1}


@pytest.mark.parametrize("given", [str(2**63), "9" * 5_000, "0", "-5", "²", "abc"])
def test_an_id_that_github_cannot_give_is_refused(folder: Folder, given: str) -> None:
    folder.repos(f"acme/flashkv,,,,,,,{given}", f"nori/voicebox,,,,,,,{2**63 - 1}")
    folder.stars("acme/flashkv,2025-03-01,7")
    recording = read_folder(folder.path)
    flashkv = RepoName("acme", "flashkv")
    assert recording.repos["acme/flashkv"].id == made_up_id(flashkv)
    assert recording.repos["nori/voicebox"].id == 2**63 - 1
    assert _refused(recording) == {"repos.csv: not a GitHub id": 1}


def test_what_a_terminal_would_obey_is_left_out(folder: Folder) -> None:
    folder.repos("acme/flashkv,A \x1b[2Jcache \u202etxet,Py\x07thon,kv\x1b|llm,M\u200bIT,,,")
    (repo,) = read_repos(folder.path / "repos.csv")
    assert repo.description == "A [2Jcache txet"
    assert (repo.language, repo.topics, repo.license) == ("Python", ("kv", "llm"), "MIT")


def test_a_description_is_cut_where_it_is_endless(folder: Folder) -> None:
    folder.repos(f"acme/flashkv,{'word ' * 400},,,,,,")
    (repo,) = read_repos(folder.path / "repos.csv")
    assert len(repo.description) <= 1000
    assert repo.description.endswith("…")


def test_a_last_day_before_the_first_one_says_so(folder: Folder) -> None:
    folder.stars("acme/flashkv,2025-03-02,7", "acme/flashkv,2025-03-01,7")
    with pytest.raises(BadData, match="nothing as old as 1999-01-01: its first day is 2025-03-01"):
        read_folder(folder.path, date(1999, 1, 1))


@pytest.mark.parametrize(
    ("text", "number"),
    [("908140663", 908140663), ("908140663.0", 908140663), ("908140663.5", None), ("0", None)],
)
def test_an_id_may_be_written_as_tables_write_whole_numbers(text: str, number: int | None) -> None:
    assert id_of(text) == number
