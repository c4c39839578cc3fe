"""What the fields of a view hold, and which of them somebody has changed since they were shown.

Two people may have the same form open: what one of them did not touch is not theirs to take back.
So a view remembers a short mark of each field as it was shown, in `Meta.shown`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypecurve_slack.rendering.markup import Json

FIELDS = frozenset(
    (
        "categories",
        "kinds",
        "at",
        "zone",
        "days",
        "least",
        "languages",
        "owners",
        "also",
        "most",
        "from",
        "until",
    )
)
QUIET, ALERTS = "quiet", "alerts"
"""The boxes of `also`."""
OWNERS_TO = "owners.to"
"""The last of the owners that are shown, where there are more; they go by the alphabet."""
_INITIAL = {
    "initial_value": "value",
    "initial_time": "selected_time",
    "initial_option": "selected_option",
    "initial_options": "selected_options",
}
"""How an element is filled in, and how what it holds comes back."""
_BOXES = frozenset((f"also.{QUIET}", f"also.{ALERTS}"))
_MARKED = sorted((FIELDS - {"also"}) | _BOXES)


@dataclass(frozen=True, slots=True)
class State:
    """What a view's fields hold, by their names."""

    held: Mapping[str, Mapping[str, Any]]
    shown: Mapping[str, str] = field(default_factory=dict)
    """The marks of what was shown; none: every field counts as changed."""

    @classmethod
    def of(cls, view: Mapping[str, Any], shown: str = "") -> State:
        """Read the state of a view; `shown`: as the view remembers it."""
        values = (view.get("state") or {}).get("values") or {}
        held: dict[str, Mapping[str, Any]] = {
            str(block_id).partition(":")[0]: next(iter(actions.values()), {})
            for block_id, actions in values.items()
        }
        marks = (each.partition(":") for each in shown.split())
        return cls(held, {name: mark for name, _, mark in marks})

    def text(self, name: str) -> str:
        """Return what was written or picked, "" for nothing."""
        held = self.held.get(name, {})
        option = held.get("selected_option") or {}
        return str(held.get("value") or held.get("selected_time") or option.get("value") or "")

    def values(self, name: str) -> frozenset[str]:
        """Return what was chosen of several."""
        chosen = self.held.get(name, {}).get("selected_options") or ()
        return frozenset(str(option.get("value")) for option in chosen)

    def asks(self, name: str) -> bool:
        """Whether the view has a field; one of an older version has fewer."""
        return name.partition(".")[0] in self.held

    def changed(self, name: str) -> bool:
        """Whether a field, or a box `also.quiet`, is not as it was shown."""
        return self.asks(name) and self.mark(name) != self.shown.get(name)

    def mark(self, name: str) -> str:
        """Return what tells a field's content from another."""
        name, _, box = name.partition(".")
        content = (box in self.values(name), "") if box else (self.text(name), self.values(name))
        text = repr((content[0], sorted(content[1])))
        return hashlib.blake2s(text.encode(errors="replace"), digest_size=4).hexdigest()


def marks_of(blocks: Iterable[Json], owners_to: str | None = None) -> str:
    """Return the marks of a view's fields as they are shown, for the view to remember."""
    held = {
        str(block["block_id"]).partition(":")[0]: {
            name: block["element"].get(initial) for initial, name in _INITIAL.items()
        }
        for block in blocks
        if block["type"] == "input"
    }
    state = State(held)
    marks = [f"{name}:{state.mark(name)}" for name in _MARKED if state.asks(name)]
    return " ".join([*marks, *([] if owners_to is None else [f"{OWNERS_TO}:{owners_to}"])])


def refilled(view: Mapping[str, Any]) -> Json:
    """Return a view that was sent in, filled in anew with what its fields held."""
    values = (view.get("state") or {}).get("values") or {}
    blocks = []
    for block in view.get("blocks") or ():
        held = values.get(block.get("block_id")) or {}
        if block.get("type") == "input" and held:
            state: Mapping[str, Any] = next(iter(held.values()), {})
            element = {
                name: each for name, each in block["element"].items() if name not in _INITIAL
            }
            initial = {name: state.get(own) for name, own in _INITIAL.items() if state.get(own)}
            blocks.append({**block, "element": element | initial})
        else:
            blocks.append(block)
    return {**view, "blocks": blocks}
