"""Repos of a made-up world as GitHub writes them: REST items, GraphQL nodes, history weeks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zlib import crc32

from hypecurve.domain.repo import Repo

_SELECTED = re.compile(r"\.\.\.\s*on\s+Repository\s*\{")
_FIELD = re.compile(r"[A-Za-z_]\w*|[{}]|\([^)]*\)")


def rest_item(repo: Repo, api: str) -> dict[str, Any]:
    """A repository as in a search's items; `api` is where this API lives."""
    owner, full = repo.name.owner, str(repo.name)
    url = f"{api}/repos/{full}"
    return {
        "id": repo.id,
        "node_id": repo.node_id,
        "name": repo.name.name,
        "full_name": full,
        "private": False,
        "owner": {
            "login": owner,
            "id": _number(owner),
            "type": "Organization" if repo.owner_is_organisation else "User",
            "url": f"{api}/users/{owner}",
            "html_url": f"https://github.com/{owner}",
        },
        "html_url": repo.url,
        "description": repo.description or None,
        "fork": repo.is_fork,
        "url": url,
        "stargazers_url": f"{url}/stargazers",
        "created_at": _stamp(repo.created_at),
        "updated_at": _stamp(repo.updated_at),
        "pushed_at": _stamp(repo.pushed_at),
        "homepage": None,
        "size": 1_000,
        "stargazers_count": repo.stars,
        "watchers_count": repo.stars,
        "language": repo.language,
        "has_issues": True,
        "forks_count": repo.forks,
        "archived": repo.archived,
        "disabled": False,
        "open_issues_count": repo.stars // 100,
        "license": _rest_licence(repo.license),
        "topics": list(repo.topics),
        "visibility": "public",
        "forks": repo.forks,
        "open_issues": repo.stars // 100,
        "watchers": repo.stars,
        "default_branch": "main",
        "score": 1.0,
    }


def rest_repo(
    repo: Repo, api: str, parent: Repo | None = None, source: Repo | None = None
) -> dict[str, Any]:
    """A repository asked for alone; `parent`: what it was forked from, `source`: in the end."""
    whole = rest_item(repo, api)
    del whole["score"]
    whole["subscribers_count"] = repo.stars // 50
    whole["network_count"] = repo.forks
    for key, other in (("parent", parent), ("source", source)):
        if other is not None:
            whole[key] = rest_repo(other, api)
    return whole


# One function a field: a query gets what it asks for and no more.
_NODE_FIELDS: Mapping[str, Callable[[Repo], object]] = {
    "__typename": lambda _repo: "Repository",
    "id": lambda repo: repo.node_id,
    "databaseId": lambda repo: repo.id,
    "name": lambda repo: repo.name.name,
    "nameWithOwner": lambda repo: str(repo.name),
    "description": lambda repo: repo.description or None,
    "stargazerCount": lambda repo: repo.stars,
    "forkCount": lambda repo: repo.forks,
    "isArchived": lambda repo: repo.archived,
    "isFork": lambda repo: repo.is_fork,
    "isPrivate": lambda _repo: False,
    "createdAt": lambda repo: _stamp(repo.created_at),
    "pushedAt": lambda repo: _stamp(repo.pushed_at),
    "updatedAt": lambda repo: _stamp(repo.updated_at),
    "primaryLanguage": lambda repo: {"name": repo.language} if repo.language else None,
    "licenseInfo": lambda repo: {"spdxId": repo.license} if repo.license else None,
    "owner": lambda repo: {
        "__typename": "Organization" if repo.owner_is_organisation else "User",
        "login": repo.name.owner,
    },
    "repositoryTopics": lambda repo: {"nodes": [{"topic": {"name": each}} for each in repo.topics]},
    "issues": lambda repo: {"totalCount": repo.stars // 100},
}
_CONNECTIONS = frozenset({"repositoryTopics", "issues"})


class UnknownField(Exception):
    """A query asks for a field that this stand-in does not have."""


def selected(document: str) -> tuple[str, ...]:
    """Return the fields of Repository that a GraphQL document asks for; UnknownField if foreign."""
    found = _SELECTED.search(document)
    fields: list[str] = []
    depth = 1
    for token in _FIELD.findall(document[found.end() :] if found else ""):
        if token == "{":  # noqa: S105 - a brace, no password
            depth += 1
        elif token == "}":  # noqa: S105 - as above
            depth -= 1
        elif depth == 1 and not token.startswith("("):
            fields.append(token)
        if depth == 0:
            break
    for field in fields:
        if field not in _NODE_FIELDS:
            raise UnknownField(field)
    return tuple(fields)


def node(repo: Repo, fields: tuple[str, ...]) -> dict[str, object]:
    """A repository as the answer to a GraphQL query."""
    return {field: _NODE_FIELDS[field](repo) for field in fields}


def cost(fields: tuple[str, ...], nodes: int) -> int:
    """Points by GitHub's published formula: a request for each connection of each node, per 100."""
    return max(1, round((1 + nodes * len(_CONNECTIONS.intersection(fields))) / 100))


def week(start: datetime, days: list[int]) -> dict[str, object]:
    """A week of star history."""
    return {"week": int(start.timestamp()), "total": sum(days), "days": days}


def _stamp(at: datetime | None) -> str | None:
    # Always UTC here; strftime takes ten times as long.
    return at.isoformat()[:19] + "Z" if at else None


def _number(text: str) -> int:
    return 1_500_000_000 + crc32(text.encode()) % 10**8


def _rest_licence(spdx: str | None) -> dict[str, object] | None:
    if spdx is None:
        return None
    return {"key": spdx.lower(), "name": spdx, "spdx_id": spdx, "url": None, "node_id": "MDc6TGlj"}
