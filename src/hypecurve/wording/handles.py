"""What can be done with a repo from its card: each control's value is the command it asks."""

from __future__ import annotations

from collections.abc import Iterator

from hypecurve.domain.catalogue import Card
from hypecurve.domain.message import Action, Control
from hypecurve.wording.teller import name_of
from hypecurve.wording.texts import Texts


def card_controls(card: Card, said: Texts) -> tuple[Control, ...]:
    """Return the buttons of a repo's card; of an earlier time nobody can say why any more."""
    page = Control(Action.OPEN_REPO, said.say("Open on GitHub"), url=name_of(card.entry.repo).url)
    return (page,) if card.past_view else (*_asking(card, said), page)


def _asking(card: Card, said: Texts) -> Iterator[Control]:
    name = str(card.entry.repo.name)
    yield Control(Action.CURVE, said.say("Curve"), value=f"curve {name}")
    yield Control(Action.WHY, said.say("Why"), value=f"why {name}")
    if card.followed:
        yield Control(Action.FOLLOW, said.say("Unfollow"), value=f"unfollow {name}")
    else:
        yield Control(Action.FOLLOW, said.say("Follow"), value=f"follow {name}")
    if card.muted:
        yield Control(Action.MUTE, said.say("Unmute here"), value=f"unmute {name}")
    else:
        yield Control(Action.MUTE, said.say("Mute here"), value=f"mute {name}")
    yield Control(Action.COMPARE, said.say("Compare…"), value=f"compare {name}")
    yield Control(Action.SHARE, said.say("Share"), value=f"share repo {name}")
    yield Control(Action.MISPLACED, said.say("Wrong category?"), value=f"place {name}")
