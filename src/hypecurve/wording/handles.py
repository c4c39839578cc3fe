"""What can be done with a repo from its card: each control's value is the command it asks."""

from __future__ import annotations

from collections.abc import Iterator

from hypecurve.domain.catalogue import Card
from hypecurve.domain.message import Action, Control
from hypecurve.wording.asked import asked
from hypecurve.wording.teller import name_of
from hypecurve.wording.texts import Texts


def card_controls(card: Card, said: Texts) -> tuple[Control, ...]:
    """Return the buttons of a repo's card; of an earlier time nobody can say why any more."""
    page = Control(Action.OPEN_REPO, said.say("Open on GitHub"), url=name_of(card.entry.repo).url)
    return (page,) if card.past_view else (*_asking(card, said), page)


def _asking(card: Card, said: Texts) -> Iterator[Control]:
    repo = card.entry.repo
    yield Control(Action.CURVE, said.say("Curve"), value=asked("curve {}", repo))
    yield Control(Action.WHY, said.say("Why"), value=asked("why {}", repo))
    if card.followed:
        yield Control(Action.FOLLOW, said.say("Unfollow"), value=asked("unfollow {}", repo))
    else:
        yield Control(Action.FOLLOW, said.say("Follow"), value=asked("follow {}", repo))
    if card.muted:
        yield Control(Action.MUTE, said.say("Unmute here"), value=asked("unmute {}", repo))
    else:
        yield Control(Action.MUTE, said.say("Mute here"), value=asked("mute {}", repo))
    yield Control(Action.COMPARE, said.say("Compare…"), value=asked("compare {}", repo))
    yield Control(Action.SHARE, said.say("Share"), value=asked("share repo {}", repo))
    yield Control(Action.MISPLACED, said.say("Wrong category?"), value=asked("place {}", repo))
