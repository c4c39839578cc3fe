"""A question to the stand-in and its answer, apart from HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from hypecurve.standin.faults import Fault, FaultKind

Json = dict[str, Any] | list[Any]
_DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True)
class Question:
    """A request: `path` without the prefix of Enterprise, `api` the address it came in under.

    `resource`: the budget it draws on: core, search or graphql. `at`: the instant of the world;
    `clock`: what GitHub's clock shows then.
    """

    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    resource: str
    token: str
    api: str
    at: datetime
    clock: datetime
    fault: Fault | None = None

    def suffers(self, *kinds: FaultKind) -> bool:
        """Say whether one of these is to go wrong with it."""
        return self.fault is not None and self.fault.kind in kinds

    def with_fault(self, fault: Fault) -> Question:
        """The same, with something to go wrong."""
        return replace(self, fault=fault)

    @property
    def node_ids(self) -> list[str]:
        """The nodes that a GraphQL query asks for."""
        variables = self.body.get("variables")
        ids = variables.get("ids") if isinstance(variables, dict) else None
        return [str(each) for each in ids] if isinstance(ids, list) else []

    def paging(self, most: int) -> tuple[int, int]:
        """The page size, at most so many, and the page's number."""
        size, page = self.query.get("per_page", "30"), self.query.get("page", "1")
        if not (size.isdecimal() and page.isdecimal()):
            return most, 1
        return max(1, min(most, int(size))), max(1, int(page))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


def say(
    status: int, message: str, headers: Mapping[str, str] | None = None, **more: object
) -> Answer:
    """Answer as GitHub words its refusals."""
    body: dict[str, Any] = {"message": message, "documentation_url": _DOCUMENTATION, **more}
    return Answer(status, body, headers or {})


def link_to_next(question: Question) -> dict[str, str]:
    """The header that says that a further page follows."""
    _, page = question.paging(1)
    there = urlencode({**question.query, "page": page + 1})
    return {"link": f'<{question.api}{question.path}?{there}>; rel="next"'}
