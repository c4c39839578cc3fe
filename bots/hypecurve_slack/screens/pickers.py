"""Small modals for what a button alone cannot say: what to compare with, where a repo belongs.

What was chosen becomes a command, and the answer goes where the button was pressed. Suggestions
come from the desk while somebody types (docs.slack.dev/reference/interaction-payloads).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from hypecurve.domain.errors import BadRepoName
from hypecurve.domain.message import Action, Choice
from hypecurve.domain.repo import RepoName
from hypecurve.ports import Desk, Suggestible
from hypecurve.wording.asked import own_id
from hypecurve.wording.texts import Texts, texts
from hypecurve_slack.answering.asked import Asked, asker_of, of_interaction
from hypecurve_slack.answering.commands import Ack, Commands
from hypecurve_slack.answering.people import People
from hypecurve_slack.rendering.controls import PREFIX
from hypecurve_slack.rendering.markup import Json
from hypecurve_slack.screens.elements import field, groups, modal, options, placeholder, words
from hypecurve_slack.screens.meta import Meta, meta_of
from hypecurve_slack.screens.modals import asked_by
from hypecurve_slack.screens.state import State
from hypecurve_slack.screens.views import open_view, update_view
from hypecurve_slack.workspace import Workspace

COMPARE = f"{PREFIX}compare"
PLACE = f"{PREFIX}place"
_OTHERS = 4
_SUGGESTED: dict[str, Suggestible] = {
    "others": "repo",
    "category": "place",
    "zone": "zone",
    "languages": "language",
}
"""What is suggested for each field."""
_log = structlog.get_logger(__name__)
_PATIENCE = 2.2
"""Seconds of the 3 that Slack waits for suggestions."""
_TYPED = 100


@dataclass(frozen=True, slots=True)
class Pickers:
    """The small modals, and what is suggested in all of them."""

    desk: Desk
    commands: Commands
    people: People
    patience: float = _PATIENCE

    async def open(self, asked: Asked, meta: Meta, action: Action, command: str) -> None:
        """Open the modal of a button; one that says all, or opens none, is asked as it is."""
        repo, *more = command.split()[1:] or [""]
        view_id, locale = "", self.people.known(asked.workspace, asked.user_id).locale
        if _is_repo(repo) and not more:
            meta = replace(meta, about=repo)
            view = _view(action, meta, locale)
            view_id = await open_view(asked.workspace, asked.trigger_id, view, on_top=False)
        if not view_id:
            self.commands.ask(asked, command)
            return
        # Nothing may be looked up before it is open: the channel's language comes after.
        spoken = (await self.desk.spoken_to(await asker_of(asked, self.people))).locale
        if texts(spoken).name != texts(locale).name:
            await update_view(asked.workspace, view_id, _view(action, meta, spoken))

    async def sent_in(self, ack: Ack, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Ask what was chosen."""
        await ack()
        view = body.get("view") or {}
        meta = meta_of(view)
        state = State.of(view)
        if view.get("callback_id") == COMPARE:
            others = sorted(state.values("others") - {meta.about})
            by = state.text("by")
            command = " ".join(("compare", meta.about, *others, *([by] if by else [])))
        else:
            command = f"place {meta.about} {state.text('category')}"
        self.commands.ask(asked_by(body, workspace, meta), command)

    async def suggest(self, ack: Ack, body: Mapping[str, Any], workspace: Workspace) -> None:
        """Offer what fits what was typed so far; nothing, where that takes too long."""
        kind = _SUGGESTED.get(str(body.get("action_id")))
        choices: Sequence[Choice] = ()
        if kind is not None:
            work = asyncio.ensure_future(self._suggested(body, workspace, kind))
            await asyncio.wait({work}, timeout=self.patience)
            choices = work.result() if work.done() else ()
            work.cancel()
        if kind == "place" and any(choice.detail for choice in choices):
            await ack(option_groups=_by_detail(choices))
        else:
            await ack(options=options(choices))

    async def _suggested(
        self, body: Mapping[str, Any], workspace: Workspace, kind: Suggestible
    ) -> Sequence[Choice]:
        meta = meta_of(body.get("view") or {})
        asked = of_interaction(body, workspace)
        if meta.channel_id:
            asked = asked.at(meta.channel_id, meta.channel_name)
        try:
            asker = await asker_of(asked, self.people)
            return await self.desk.suggest(asker, kind, str(body.get("value") or "")[:_TYPED])
        except Exception:  # noqa: BLE001  # an empty list is better than a broken one
            _log.exception("nothing suggested", kind=kind)
            return ()


def _view(action: Action, meta: Meta, locale: str) -> Json:
    make = _compare if action is Action.COMPARE else _place
    return make(meta, texts(locale))


def _compare(meta: Meta, said: Texts) -> Json:
    others = {
        "type": "multi_external_select",
        "min_query_length": 0,
        "max_selected_items": _OTHERS,
        "placeholder": placeholder(said.say("Part of a name")),
    }
    by = options(
        (
            Choice(said.say("By date"), "date"),
            Choice(said.say("By days since each was created"), "age"),
        )
    )
    blocks = [
        field("others", said.say("Compare {repo} with", repo=meta.about), others),
        field(
            "by",
            said.say("Curves"),
            {"type": "radio_buttons", "options": by, "initial_option": by[0]},
        ),
    ]
    return _asking(COMPARE, said.say("Compare"), blocks, meta, said)


def _place(meta: Meta, said: Texts) -> Json:
    category = {
        "type": "external_select",
        "min_query_length": 0,
        "placeholder": placeholder(said.say("Part of a name")),
    }
    label = said.say("Where does {repo} belong?", repo=meta.about)
    return _asking(
        PLACE, said.say("Wrong category"), [field("category", label, category)], meta, said
    )


def _asking(callback_id: str, title: str, blocks: list[Json], meta: Meta, said: Texts) -> Json:
    return modal(
        callback_id,
        title,
        blocks,
        submit=words(said.say("Send"), 24),
        close=words(said.say("Cancel"), 24),
        private_metadata=replace(meta, locale=said.name).written(),
    )


def _by_detail(choices: Sequence[Choice]) -> list[Json]:
    """Return categories under their layers, as the desk names those in the details."""
    layers: dict[str, list[Choice]] = {}
    for choice in choices:
        layers.setdefault(choice.detail, []).append(replace(choice, detail=""))
    return groups(tuple(layers.items()))


def _is_repo(text: str) -> bool:
    if own_id(text) is not None:
        return True
    try:
        return bool(RepoName.parse(text))
    except BadRepoName:
        return False
