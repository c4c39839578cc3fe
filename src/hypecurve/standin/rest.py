"""GitHub's REST API over a made-up world, as far as a tracker uses it."""

from __future__ import annotations

from typing import Any

from hypecurve.domain.repo import Repo
from hypecurve.standin import render
from hypecurve.standin.answering import Answer, Question, link_to_next, say
from hypecurve.standin.faults import FaultKind
from hypecurve.standin.limits import Limits
from hypecurve.standin.searching import BadQuery, Index, parse
from hypecurve.standin.world import FIRST_ID, World

_CAP, _PAGE, _HISTORY_PAGE, _MAX_QUERY = 1_000, 100, 30, 256
_BLOCKED = {"dmca": 451, "tos": 403}


def answer(world: World, index: Index, limits: Limits, question: Question) -> Answer:
    """Answer a GET by its path; 404 for what is not served."""
    match question.path.strip("/").split("/"):
        case ["search", "repositories"]:
            return _search(world, index, question)
        case ["rate_limit"]:
            return _rate_limit(limits, question)
        case ["repositories", number, *tail] if number.isdecimal():
            place = int(number) - FIRST_ID
            known = 0 <= place < world.size and world.exists(place, question.at)
            return _repo(world, place, tail, question) if known else say(404, "Not Found")
        case ["repos", owner, name, *tail]:
            return _named(world, f"{owner}/{name}", tail, question)
    return say(404, "Not Found")


def _rate_limit(limits: Limits, question: Question) -> Answer:
    if not limits.grants:
        return say(404, "Rate limiting is not enabled.")
    return Answer(200, {"resources": limits.report(question.clock)})


def _named(world: World, name: str, tail: list[str], question: Question) -> Answer:
    found = world.find(name, question.at)
    if found is None:
        return say(404, "Not Found")
    place, moved = found
    if moved and world.absence(place, question.at) is None:
        rest = "".join(f"/{each}" for each in tail)
        there = f"{question.api}/repositories/{FIRST_ID + place}{rest}"
        return say(301, "Moved Permanently", {"location": there}, url=there)
    return _repo(world, place, tail, question)


def _repo(world: World, place: int, tail: list[str], question: Question) -> Answer:
    away = world.absence(place, question.at)
    if away is not None and away.why in _BLOCKED:
        since = away.since.isoformat(timespec="seconds").replace("+00:00", "Z")
        block = {"reason": away.why, "created_at": since, "html_url": None}
        return say(_BLOCKED[away.why], "Repository access blocked", block=block)
    if away is not None:
        return say(404, "Not Found")
    match tail:
        case [] if repo := world.told(place, question.at):
            return Answer(200, _alone(world, place, repo, question))
        case ["stargazers", "count"] if repo := world.told(place, question.at):
            return Answer(200, {"count": repo.stars})
        case ["stargazers", "history"]:
            return _history(world, place, question)
    return say(404, "Not Found")


def _alone(world: World, place: int, repo: Repo, question: Question) -> dict[str, Any]:
    """A repo that is asked for by itself is told with what it is a fork of, if that is public."""
    of = world.life_of(place).fork_of(question.at)
    parent = None if of is None else world.repo_at(of, question.at)
    source = world.repo_at(world.fork_root(place, question.at), question.at) if parent else None
    return render.rest_repo(repo, question.api, parent, source)


def _history(world: World, place: int, question: Question) -> Answer:
    size, page = question.paging(_HISTORY_PAGE)
    weeks = world.history(place, question.at)
    shown = [render.week(*each) for each in weeks[(page - 1) * size : page * size]]
    return Answer(200, shown, link_to_next(question) if page * size < len(weeks) else {})


def _search(world: World, index: Index, question: Question) -> Answer:
    size, page = question.paging(_PAGE)
    text = question.query.get("q", "")
    if page * size > _CAP:
        return say(422, "Only the first 1000 search results are available")
    if len(text) > _MAX_QUERY:
        return say(422, "Validation Failed: the search is longer than 256 characters")
    try:
        found = index.find(parse(text), question.at)
    except BadQuery as error:
        return say(422, f"Validation Failed: {error}")
    shown = found[(page - 1) * size : page * size]
    incomplete = question.suffers(FaultKind.INCOMPLETE)
    if incomplete:
        shown = shown[::2]
    repos = (world.told(int(place), question.at) for place in shown)
    body = {
        "total_count": len(found),
        "incomplete_results": incomplete,
        "items": [render.rest_item(repo, question.api) for repo in repos if repo is not None],
    }
    more = page * size < min(_CAP, len(found))
    return Answer(200, body, link_to_next(question) if more else {})
