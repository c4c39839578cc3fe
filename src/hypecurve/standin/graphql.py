"""GitHub's GraphQL API over a made-up world: `nodes(ids:)` of repositories, and its cost."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hypecurve.standin import render
from hypecurve.standin.answering import Answer, Question
from hypecurve.standin.faults import FaultKind
from hypecurve.standin.limits import Limits
from hypecurve.standin.world import World

_MAX_NODES = 100
_GOLDEN = 0.618_033_988_75  # its multiples fill the unit interval evenly
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
    if not limits.use("graphql", cost, question.clock):
        message = "API rate limit already exceeded for user ID 1."
        return _problem(type="RATE_LIMITED", message=message), 0
    nodes, errors = _nodes(world, ids, fields, question.at)
    if question.suffers(FaultKind.PARTIAL):
        nodes = _partly(world, nodes, question)
        errors.append({"message": "Something went wrong while executing your query."})
    body: dict[str, Any] = {"data": {"rateLimit": _rate(limits, cost, question), "nodes": nodes}}
    return Answer(200, body | ({"errors": errors} if errors else {})), cost


def _rate(limits: Limits, cost: int, question: Question) -> dict[str, object] | None:
    """What a query is told of its budget; null where nobody is limited."""
    left = limits.report(question.clock).get("graphql")
    if left is None:
        return None
    reset = datetime.fromtimestamp(left["reset"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"cost": cost, "remaining": left["remaining"], "resetAt": reset}


def _partly(world: World, nodes: list[Any], question: Question) -> list[Any]:
    """Leave some unanswered: a share of the repos, evenly spread, and others every hour."""
    share = question.fault.share if question.fault else 0.0
    if not share:
        return [None if place % 3 == 0 else node for place, node in enumerate(nodes)]
    hour = int(question.at.timestamp()) // 3_600
    places = [world.resolve(each, question.at) for each in question.node_ids]
    return [
        None if place is not None and (place + hour) * _GOLDEN % 1 < share else node
        for place, node in zip(places, nodes, strict=True)
    ]


def _nodes(
    world: World, ids: list[str], fields: tuple[str, ...], at: datetime
) -> tuple[list[Any], list[Any]]:
    nodes: list[Any] = []
    errors: list[Any] = []
    for place, node_id in enumerate(ids):
        index = world.resolve(node_id, at)
        repo = None if index is None else world.told(index, at)
        if repo is None:
            message = f"Could not resolve to a node with the global id of '{node_id}'"
            errors.append({"type": "NOT_FOUND", "path": ["nodes", place], "message": message})
        nodes.append(None if repo is None else render.node(repo, fields))
    return nodes, errors


def _problem(**problem: object) -> Answer:
    return Answer(200, {"errors": [problem]})
