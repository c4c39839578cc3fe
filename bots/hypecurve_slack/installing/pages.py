"""What a browser shows of the installation: before, after, and where it went wrong."""

from __future__ import annotations

from hypecurve.wording.page import Act, Page
from hypecurve.wording.texts import texts, to_say

_FAILED = {
    "access_denied": to_say("You did not let Hypecurve in. Nothing was changed."),
    "invalid_browser": to_say(
        "The installation was begun in another browser, or too long ago. Please begin anew here."
    ),
    "invalid_state": to_say("That took longer than ten minutes. Please begin anew."),
    "storage_error": to_say(
        "Slack let Hypecurve in, but this could not be kept. Please try again in a minute."
    ),
}
_OTHERWISE = to_say("Slack did not complete the installation. Please begin anew.")


def install(url: str, locale: str) -> Page:
    """Return what is shown before somebody goes to Slack; `url` is Slack's."""
    say = texts(locale).say
    return Page(
        say("Hypecurve in your Slack"),
        texts=(
            say(
                "Which open-source AI repositories are new, rising fast or stalled: a digest in "
                "your channel at the time you choose, and answers to `/hype`."
            ),
        ),
        points=(
            say("It posts where you subscribe a channel, and answers whoever types `/hype`."),
            say("It sees names of channels and the language and time zone of who asks."),
            say("It cannot read messages: it does not ask for that right."),
        ),
        act=Act(say("Add to Slack"), url),
        small=(say("It can be removed in Slack at any time, and its tokens with it."),),
    )


def installed(name: str, url: str, locale: str) -> Page:
    """Return what is shown when a workspace has let us in; `url` opens Slack."""
    say = texts(locale).say
    title = say("Hypecurve is in {workspace}", workspace=name)
    return Page(
        title if name else say("Hypecurve is in your Slack now"),
        texts=(say("In the channel that is to hear of it, type one of these:"),),
        points=(
            "`/hype subscribe all at 09:00`",
            "`/hype subscribe agents rising at 09:00 weekdays`",
            "`/hype help`",
        ),
        act=Act(say("Open Slack"), url),
        small=(
            say(
                "Public channels need nothing else. Invite it to private ones: `/invite @hypecurve`"
            ),
            say("Nobody was told anything yet: nothing is posted before a channel is subscribed."),
        ),
    )


def failed(reason: str, again: str, locale: str) -> Page:
    """Return what is shown where it went wrong; `reason` is bolt's or Slack's word."""
    say = texts(locale).say
    return Page(
        say("Hypecurve was not installed"),
        texts=(say(_FAILED.get(reason, _OTHERWISE)),),
        act=Act(say("Begin anew"), again),
    )
