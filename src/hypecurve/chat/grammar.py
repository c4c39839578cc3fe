"""One grammar for both chats: what stands after `/hype` becomes a Command, or a kind BadInput."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import get_args

from hypecurve.chat.command import (
    Categories,
    Command,
    Follow,
    Help,
    ListKind,
    ListNow,
    Loosely,
    Preview,
    Question,
    Schedule,
    Share,
    ShowRepo,
    Submit,
    Subscribe,
    Subscriptions,
    Unfollow,
    Unsubscribe,
    Why,
)
from hypecurve.chat.filters import alone, read_alerts, read_filter, read_pause, read_ping
from hypecurve.chat.finding import ShowCurve
from hypecurve.chat.naming import (
    of_repo,
    one_repo,
    read_chart,
    read_comparison,
    read_language,
    read_pick,
    read_place,
    read_search,
)
from hypecurve.chat.phrases import categories, one_category, read_wish, take_window
from hypecurve.chat.slips import PATHS, begun, close, likely, no_command, of_group
from hypecurve.chat.tuning import Filter, Mute, Resume, Show, Status, Unmute
from hypecurve.chat.words import Word, tail, take_page, words
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadCommand, BadInput, BadRepoName
from hypecurve.domain.repo import PUBLIC_SITE, RepoId, RepoName
from hypecurve.domain.signal import SUBSCRIBABLE
from hypecurve.wording.commands import COMMANDS, GROUPS
from hypecurve.wording.specs import CommandSpec, OptionSpec
from hypecurve.wording.texts import to_say

__all__ = ["COMMANDS", "CommandSpec", "OptionSpec", "parse"]

_ELSEWHERE = {spec.name: spec for spec in COMMANDS if spec.platforms}
_ID = re.compile(r"-?[0-9]{1,18}")
_DIGEST_ID = re.compile(r"[1-9][0-9]{0,17}")
NO_DIGEST = to_say("There is no such digest here.")


def parse(text: str, taxonomy: Taxonomy, site: str = PUBLIC_SITE, platform: str = "") -> Command:
    """Read what was typed after `/hype`; every mistake is a BadInput that says what to write.

    An empty text asks for help; a repo's name or address alone asks for its card. `site`: the
    GitHub that is watched; `platform`: where it was typed, "" anywhere.
    """
    typed = [_shortened(word, site) for word in words(text)]
    if typed and typed[0].key in {"/hype", "hype"}:
        typed = typed[1:]
    if not typed:
        return Help()
    if (group := typed[0].key.removeprefix("/")) in GROUPS:
        typed = of_group(group, typed[1:])
    first, *rest = typed
    name = first.key.removeprefix("/")
    if (elsewhere := _ELSEWHERE.get(name)) and not elsewhere.is_for(platform):
        raise BadCommand(elsewhere.elsewhere)
    if name in _TEXTS:
        return _TEXTS[name](tail(text, len(words(text)) - len(rest)), taxonomy, site)
    read = _READERS.get(name)
    if read is not None:
        return read(rest, taxonomy)
    if "/" in first.text and not rest:
        return _repo(typed, taxonomy)
    raise _unknown(first, typed, taxonomy)


def _shortened(word: Word, site: str) -> Word:
    """A repo's address on a GitHub of one's own is read as its name."""
    host = site.partition("://")[2].casefold()
    if site == PUBLIC_SITE or host not in word.text.casefold():
        return word
    with suppress(BadRepoName):
        return replace(word, text=str(RepoName.parse(word.text, site)))
    return word


def _subscribe(typed: Sequence[Word], taxonomy: Taxonomy) -> Command:
    wish = read_wish(typed, taxonomy)
    if not wish.everything and not wish.categories:
        raise BadCommand(
            to_say("Say which categories, or all: /hype {example}"), example="subscribe agents"
        )
    return Subscribe(
        frozenset() if wish.everything else frozenset(wish.categories),
        frozenset(wish.kinds) or frozenset(SUBSCRIBABLE),
        wish.at,
        wish.zone,
        wish.weekdays,
        wish.filter,
    )


def _unsubscribe(typed: Sequence[Word], taxonomy: Taxonomy) -> Command:
    if [word.key for word in typed] == ["all"]:
        return Unsubscribe()
    named = categories(typed, taxonomy)
    if not named:
        raise BadCommand(
            to_say("Say which categories, or all: /hype {example}"), example="unsubscribe agents"
        )
    return Unsubscribe(frozenset(named))


def _schedule(typed: Sequence[Word], taxonomy: Taxonomy) -> Command:
    wish = read_wish(typed, taxonomy, only_when=True)
    if wish.at is None and wish.zone is None and wish.weekdays is None:
        raise BadCommand(
            to_say("Say when: /hype {example}"), example="schedule 09:00 Europe/Paris weekdays"
        )
    return Schedule(wish.at, wish.zone, wish.weekdays)


def _list(kind: ListKind) -> Callable[[Sequence[Word], Taxonomy], Command]:
    def read(typed: Sequence[Word], taxonomy: Taxonomy) -> Command:
        page, named_by = take_page(typed)
        window, left = take_window(named_by, taxonomy)
        if [word.key for word in left] == ["all"]:
            left = []
        named = categories(left, taxonomy)
        if len(named) > 1:
            raise BadCommand(to_say("One category or layer at a time, please."))
        return ListNow(kind, named[0] if named else None, window, page)

    return read


def _repo(typed: Sequence[Word], taxonomy: Taxonomy) -> Command:
    if len(typed) == 1 and not typed[0].quoted and _ID.fullmatch(typed[0].text):
        return ShowRepo(id=RepoId(int(typed[0].text)))
    return of_repo("repo", ShowRepo)(typed, taxonomy)


def _filter(typed: Sequence[Word], _: Taxonomy) -> Command:
    said = read_filter(typed)
    # Nothing was said to change: it is shown.
    return Subscriptions() if said == Filter() else said


def _show(typed: Sequence[Word], _: Taxonomy) -> Command:
    if len(typed) != 1 or not _DIGEST_ID.fullmatch(typed[0].text):
        raise BadCommand(NO_DIGEST)
    return Show(int(typed[0].text))


def _submit(typed: Sequence[Word], taxonomy: Taxonomy) -> Command:
    # A second repo is not a category that was mistyped.
    repos = [word for word in typed if "/" in word.text]
    example = "submit acme/flashkv inference"
    name = RepoName.parse(one_repo(repos if len(repos) > 1 else typed[:1], example).text)
    return Submit(name, one_category(typed[1:], taxonomy))


def _help(typed: Sequence[Word], _: Taxonomy) -> Command:
    if not typed:
        return Help()
    if len(typed) > 1 and typed[0].key in GROUPS:
        typed = typed[1:]
    topic = typed[0].text.casefold().removeprefix("/")
    if topic in PATHS and len(typed) == 1:
        return Help(topic)
    raise no_command(typed[0].text, likely(topic))


def _alone(command: Command) -> Callable[[Sequence[Word], Taxonomy], Command]:
    def read(typed: Sequence[Word], _: Taxonomy) -> Command:
        if typed:
            raise alone(str(command))
        return command

    return read


_READERS: dict[str, Callable[[Sequence[Word], Taxonomy], Command]] = {
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "subscriptions": _alone(Subscriptions()),
    "schedule": _schedule,
    "preview": _alone(Preview()),
    "filter": _filter,
    "alerts": lambda typed, _: read_alerts(typed),
    "ping": lambda typed, _: read_ping(typed),
    "pause": lambda typed, _: read_pause(typed),
    "resume": _alone(Resume()),
    "status": _alone(Status()),
    "show": _show,
    **{kind: _list(kind) for kind in get_args(ListKind)},
    "repo": _repo,
    "search": lambda typed, _: read_search(typed),
    "curve": of_repo("curve", ShowCurve),
    "compare": read_comparison,
    "chart": read_chart,
    "place": read_place,
    "follow": of_repo("follow", Follow),
    "unfollow": of_repo("unfollow", Unfollow),
    "mute": of_repo("mute", Mute),
    "unmute": of_repo("unmute", Unmute),
    "why": of_repo("why", Why),
    "language": lambda typed, _: read_language(typed),
    "submit": _submit,
    "categories": _alone(Categories()),
    "help": _help,
    "?": _help,
}


def _share(text: str, taxonomy: Taxonomy, site: str) -> Command:
    """Read what is to be shared; only what tells something can be."""
    first = next(iter(words(text)), None)
    if first is not None and first.key.removeprefix("/") != "share":
        shared = parse(text, taxonomy, site)
        if isinstance(shared, Loosely):
            return replace(shared, before=f"share {shared.before}")
        if isinstance(shared, Question):
            return Share(shared)
    raise BadCommand(
        to_say("Only what tells something can be shared: /hype {example}"),
        example="share rising agents",
    )


_TEXTS: dict[str, Callable[[str, Taxonomy, str], Command]] = {
    "pick": lambda text, _, site: read_pick(text, site),
    "share": _share,
}
"""What reads a text as it stands, not word by word."""


def _unknown(first: Word, typed: Sequence[Word], taxonomy: Taxonomy) -> BadCommand:
    """Say that there is no such command, with what may have been meant.

    A category's name is no slip of a command that is spelled alike.
    """
    slip = first.text.casefold().removeprefix("/")
    near = begun(slip)
    if not near:
        try:
            found = categories(typed, taxonomy)
        except BadInput:
            found = []
        near = [f"top {found[0]}"] if len(found) == 1 else close(slip)
    return no_command(first.text, near)
