"""GitHub's GraphQL API over a made-up world: `nodes(ids:)` of repositories, and its cost."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hypecurve.standin import render
from hypecurve.standin.answering import Answer, Question
from hypecurve.standin.faults import FaultKind
from hypecurve.standin.limits import Limits
from hypecurve.standin.world import World, index_of

_MAX_NODES = 100
_fields = lru_cache(maxsize=8)(render.selected)


def answer(world: World, limits: Limits, question: Question) -> tuple[Answer, int]:
    """Answer a query and say what it cost, in points."""
    ids = question.node_ids
    if len(ids) > _MAX_NODES:
        message = f"You may not provide more than {_MAX_NODES} node ids; you provided {len(ids)}."
        return _problem(type="ARGUMENT_LIMIT", message=message), 0
    try:
        fields = _fields(str(question.body.get("query", "")))
    except render.UnknownField as error:
        message = f"Field '{error}' doesn't exist on type 'Repository'"
        return _problem(message=message, extensions={"code": "undefinedField"}), 0
    cost = render.cost(fields, len(ids))
    if not limits.use("graphql", cost, question.at):
        message = "API rate limit already exceeded for user ID 1."
        return _problem(type="RATE_LIMITED", message=message), 0
    nodes, errors = _nodes(world, ids, fields, question.at)
    if question.suffers(FaultKind.PARTIAL):
        nodes[::3] = [None] * len(nodes[::3])
        errors.append({"message": "Something went wrong while executing your query."})
    left = limits.report(question.at)["graphql"]
    reset = datetime.fromtimestamp(left["reset"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rate = {"cost": cost, "remaining": left["remaining"], "resetAt": reset}
    body: dict[str, Any] = {"data": {"rateLimit": rate, "nodes": nodes}}
    return Answer(200, body | ({"errors": errors} if errors else {})), cost


def _nodes(
    world: World, ids: list[str], fields: tuple[str, ...], at: datetime
) -> tuple[list[Any], list[Any]]:
    nodes: list[Any] = []
    errors: list[Any] = []
    for place, node_id in enumerate(ids):
        index = index_of(node_id, world.size)
        repo = None if index is None else world.repo_at(index, at)
        if repo is None:
            message = f"Could not resolve to a node with the global id of '{node_id}'"
            errors.append({"type": "NOT_FOUND", "path": ["nodes", place], "message": message})
        nodes.append(None if repo is None else render.node(repo, fields))
    return nodes, errors


def _problem(**problem: object) -> Answer:
    return Answer(200, {"errors": [problem]})
