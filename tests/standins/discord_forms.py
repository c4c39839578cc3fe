"""Modals in the stand-in Discord: what Discord refuses in one, and what a person fills in.

https://discord.com/developers/docs/components/reference#label. Lengths count UTF-16 units.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from standins.discord_rules import units

SELECT, INPUT, LABEL, RADIO, BOXES = 3, 4, 18, 21, 22
_CHOICES = {SELECT: (1, 25), RADIO: (2, 10), BOXES: (1, 10)}

Json = dict[str, Any]


def wrong_form(form: Mapping[str, Any]) -> list[str]:
    """Return what Discord would refuse a modal for."""
    found = list(_frame(form))
    for label in form["components"]:
        found += _label(label)
    ids = [label["component"]["custom_id"] for label in form["components"]]
    if len(set(ids)) < len(ids):
        found.append("custom_id: twice the same")
    return found


def field(form: Mapping[str, Any], name: str) -> Json:
    """Return a field by what its custom id begins with."""
    fields = [label["component"] for label in form["components"]]
    found: Json = next(each for each in fields if each["custom_id"].partition(":")[0] == name)
    return found


def shows(form: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - a text, or several
    """Return what a field holds as it is opened."""
    return _shown(field(form, name))


def filled(form: Mapping[str, Any], **values: str | Collection[str]) -> list[Json]:
    """Return the modal as it is sent in by who changed some fields; held to what a client lets."""
    for name in values:
        field(form, name)
    sent = []
    for label in form["components"]:
        component = label["component"]
        name = component["custom_id"].partition(":")[0]
        held = values.get(name, _shown(component))
        said = {"type": component["type"], "custom_id": component["custom_id"], "id": 2}
        sent.append({"type": LABEL, "id": 1, "component": said | _taken(component, held)})
    return sent


def _shown(component: Mapping[str, Any]) -> str | list[str]:
    if component["type"] == INPUT:
        return str(component.get("value") or "")
    on = [option["value"] for option in component["options"] if option.get("default")]
    return "".join(on) if component["type"] == RADIO else on


def _taken(component: Mapping[str, Any], held: str | Collection[str]) -> Json:
    required = component.get("required", True)
    if component["type"] == INPUT:
        assert isinstance(held, str)
        assert held or not required, "this field wants something"
        assert len(held) <= component.get("max_length", 4000)
        return {"value": held}
    offered = {option["value"] for option in component["options"]}
    if component["type"] == RADIO:
        assert held in offered
        return {"value": held}
    assert set(held) <= offered, f"{held} is not all in {offered}"
    least = component.get("min_values", 1)
    most = component.get("max_values", len(offered) if component["type"] == BOXES else 1)
    assert least <= len(held) <= most or (not required and not held)
    return {"values": list(held)}


def _frame(form: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= units(form["title"].strip()) <= 45:
        yield "title: 1 to 45 characters"
    if not 1 <= units(form["custom_id"]) <= 100:
        yield "custom_id: 1 to 100 characters"
    if not 1 <= len(form["components"]) <= 5:
        yield "components: 1 to 5"


def _label(label: Mapping[str, Any]) -> Iterator[str]:
    if label["type"] != LABEL:
        yield f"type {label['type']} cannot stand in a modal"
    if not 1 <= units(label["label"].strip()) <= 45:
        yield "label: 1 to 45 characters"
    if units(label.get("description") or "x") > 100:
        yield "description: at most 100 characters"
    component = label["component"]
    if not 1 <= units(component["custom_id"]) <= 100:
        yield "custom_id: 1 to 100 characters"
    if component.get("disabled") or component.get("label"):
        yield "a field in a label is neither disabled nor has a label of its own"
    if component["type"] == INPUT:
        yield from _input(component)
    elif component["type"] in _CHOICES:
        yield from _choices(component)
    else:
        yield f"type {component['type']} cannot stand in a label"


def _input(component: Mapping[str, Any]) -> Iterator[str]:
    most = component.get("max_length", 4000)
    if not 1 <= most <= 4000 or units(component.get("value") or "") > most:
        yield "value: longer than it may be"
    if units(component.get("placeholder") or "") > 100:
        yield "placeholder: at most 100 characters"


def _choices(component: Mapping[str, Any]) -> Iterator[str]:
    least, most = _CHOICES[component["type"]]
    options = component["options"]
    if not least <= len(options) <= most:
        yield f"options: {least} to {most}"
    if component.get("required", True) and component.get("min_values", 1) < 1:
        yield "min_values: at least 1 where it is required"
    if not component.get("min_values", 1) <= component.get("max_values", 1) <= len(options):
        yield "max_values: out of range"
    values = [option["value"] for option in options]
    if len(set(values)) < len(values):
        yield "options: twice the same value"
    for option in options:
        sizes = (option["label"], option["value"], option.get("description") or "x")
        if any(not 1 <= units(each.strip()) <= 100 for each in sizes):
            yield "option: 1 to 100 characters"
