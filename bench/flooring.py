"""The floor under a cycle: the same answers, parsed, and one plain upsert of what they say.

No HTTP, no history, no detection, no library between it and the database: less is not possible.
"""

from __future__ import annotations

import argparse
import json
import sqlite3

from bench.figures import measured, tell
from bench.world import UNTIL, make_world

from hypecurve.adapters.github.queries import SWEEP, SWEEP_SIZE
from hypecurve.standin import render

_COLUMNS = 12


def main() -> None:
    """`python -m bench.flooring FILE --repos 18000`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--repos", type=int, default=18_000)
    asked = parser.parse_args()
    answers = _answers(asked.repos)
    connection = sqlite3.connect(asked.file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    names = ", ".join(f"c{number}" for number in range(_COLUMNS))
    connection.execute(f"CREATE TABLE repo (id INTEGER PRIMARY KEY, {names})")
    _upsert(connection, answers)
    with measured("floor"):
        _upsert(connection, answers)
    tell(name="floored", answers=len(answers))


def _answers(repos: int) -> list[bytes]:
    world = make_world(repos)
    fields = render.selected(SWEEP)
    nodes = [
        render.node(repo, fields)
        for index in range(world.size)
        if (repo := world.repo_at(index, UNTIL)) is not None
    ]
    return [
        json.dumps({"data": {"nodes": nodes[start : start + SWEEP_SIZE]}}).encode()
        for start in range(0, len(nodes), SWEEP_SIZE)
    ]


def _upsert(connection: sqlite3.Connection, answers: list[bytes]) -> None:
    names = [f"c{number}" for number in range(_COLUMNS)]
    taken = ", ".join(f"{name} = excluded.{name}" for name in names)
    statement = (
        f"INSERT INTO repo VALUES ({', '.join('?' * (_COLUMNS + 1))}) "  # noqa: S608 - our own names
        f"ON CONFLICT (id) DO UPDATE SET {taken}"
    )
    connection.execute("BEGIN IMMEDIATE")
    for answer in answers:
        connection.executemany(
            statement, [_row(node) for node in json.loads(answer)["data"]["nodes"]]
        )
    connection.execute("COMMIT")


def _row(node: dict[str, object]) -> tuple[object, ...]:
    return (
        node["databaseId"],
        node["id"],
        node["nameWithOwner"],
        node["description"],
        node["stargazerCount"],
        node["forkCount"],
        node["isArchived"],
        node["createdAt"],
        node["pushedAt"],
        node["updatedAt"],
        json.dumps(node["primaryLanguage"]),
        json.dumps(node["licenseInfo"]),
        json.dumps(node["repositoryTopics"]),
    )


if __name__ == "__main__":
    main()
