"""One sweep beside the other way to ask: our batches, or PyGithub, repo by repo.

Both ask the same stand-in; neither keeps anything.
"""

from __future__ import annotations

import argparse
import asyncio

from bench.figures import measured
from bench.world import TOKEN, UNTIL, make_world

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import open_github
from hypecurve.standin.identity import node_id


def main() -> None:
    """`python -m bench.sweeping GITHUB_URL --repos 18000`, with `--sample` by PyGithub."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("github")
    parser.add_argument("--repos", type=int, default=18_000)
    parser.add_argument("--sample", type=int, default=0)
    asked = parser.parse_args()
    if asked.sample:
        _one_by_one(asked.github, asked.repos, asked.sample)
    else:
        asyncio.run(_in_batches(asked.github, asked.repos))


async def _in_batches(api: str, repos: int) -> None:
    nodes = [node_id(index) for index in range(repos)]
    with measured("sweep") as found:
        seen = 0
        async with open_github(api, TOKEN, clock=SetClock(UNTIL)) as github:
            async for batch in github.sweep(nodes):
                seen += len(batch.repos)
        found["seen"] = seen


def _one_by_one(api: str, repos: int, sample: int) -> None:
    from github import Auth, Github  # noqa: PLC0415 - our own sweep is measured without it

    world = make_world(repos)
    names = [str(world.name_at(index, UNTIL)) for index in range(0, repos, repos // sample)]
    with measured("sweep") as found:
        # Without the quarter of a second that it waits between requests unless told otherwise.
        github = Github(
            auth=Auth.Token(TOKEN),
            base_url=api,
            seconds_between_requests=0,
        )
        found["seen"] = sum(github.get_repo(name).stargazers_count >= 0 for name in names)
        github.close()


if __name__ == "__main__":
    main()
