"""Controls in Slack: each one carries the command it asks."""

from __future__ import annotations

from typing import Any

from hypecurve.domain.message import Action, Choice, Control, Message, MessageKind
from hypecurve_slack.rendering.controls import actions, size


def elements(*controls: Control) -> list[dict[str, Any]]:
    found = actions(Message(MessageKind.NOTICE, notification="n", controls=controls))
    return found[0]["elements"] if found else []


def test_a_button_without_a_command_is_left_out() -> None:
    assert elements(Control(Action.MUTE, "Mute", "12345"), Control(Action.SHARE, "Share")) == []


def test_a_button_carries_its_own_command() -> None:
    (button,) = elements(Control(Action.FOLLOW, "Follow", "follow acme/flashkv"))
    assert button["value"] == "follow acme/flashkv"
    assert button["action_id"].startswith("hype.follow")


def test_tune_and_preview_know_what_they_stand_for() -> None:
    buttons = elements(Control(Action.TUNE, "Tune"), Control(Action.PREVIEW, "Preview"))
    assert [button["value"] for button in buttons] == ["subscriptions", "preview"]


def test_pages_are_turned_by_buttons_that_carry_their_commands() -> None:
    longest = f'search "{"x" * 100}" page 999999'
    buttons = elements(
        Control(Action.MORE, "12 more"),
        Control(Action.MORE, "Previous", "top agents 7d"),
        Control(Action.MORE, "Next", longest),
    )
    assert [(each["text"]["text"], each["value"]) for each in buttons] == [
        ("Previous", "top agents 7d"),
        ("Next", longest),
    ]
    assert len({each["action_id"] for each in buttons}) == 2


def test_a_digest_that_may_not_have_arrived_is_shown_to_who_asks() -> None:
    (button,) = elements(Control(Action.SHOW, "Show it", "show 42"))
    assert button["value"] == "show 42"
    assert button["action_id"].startswith("hype.show")


def test_a_button_leads_only_where_a_browser_may_go() -> None:
    (button,) = elements(
        Control(Action.CURVE, "GitHub", url="https://github.com/acme/flashkv"),
        Control(Action.CURVE, "Evil", url="javascript:alert(1)"),
    )
    assert button["url"] == "https://github.com/acme/flashkv"


def test_a_choice_that_names_no_repo_is_left_out() -> None:
    (select,) = elements(
        Control(
            Action.OPEN_REPO,
            "Open",
            choices=(Choice("acme/flashkv", "7"), Choice("no repo", "8"), Choice("x", "a/b")),
        )
    )
    assert [option["value"] for option in select["options"]] == ["repo acme/flashkv", "repo a/b"]


def test_no_repo_is_offered_twice() -> None:
    twice = (Choice("acme/flashkv", "7"), Choice("acme/flashkv", "8"))
    (select,) = elements(Control(Action.OPEN_REPO, "Open", choices=twice))
    assert len(select["options"]) == 1


def test_long_selects_leave_room_for_the_text() -> None:
    many = tuple(Choice(f"{'o' * 39}/{n:0100}", str(n)) for n in range(300))
    controls = (Control(Action.OPEN_REPO, "Open", choices=many), Control(Action.TUNE, "Tune"))
    found = elements(*controls)
    assert 10 <= len(found[0]["options"]) <= 100
    assert found[1]["value"] == "subscriptions"
    assert size(found) <= 4_500


def test_every_control_has_an_id_of_its_own() -> None:
    ids = [e["action_id"] for e in elements(*[Control(Action.TUNE, "Tune")] * 30)]
    assert len(set(ids)) == len(ids) == 25


def test_labels_are_cut_to_what_slack_takes() -> None:
    long = "x" * 400
    select, button = elements(
        Control(Action.OPEN_REPO, long, choices=(Choice("acme/flashkv", "7", long),)),
        Control(Action.TUNE, long),
    )
    assert len(select["placeholder"]["text"]) == 150
    assert len(select["options"][0]["description"]["text"]) == 75
    assert len(button["text"]["text"]) == 75
