"""The commands of both chats, as people read them: one table for help, Slack and Discord."""

from __future__ import annotations

from hypecurve.wording.specs import CommandSpec, OptionSpec
from hypecurve.wording.texts import to_say

KINDS = ("new", "rising", "stalled", "awake")
WINDOWS = ("24h", "7d", "30d")
_CATEGORY = OptionSpec("category", to_say("A category or layer; all where left out"), "category")
_WINDOW = OptionSpec("window", to_say("Over which time"), "window", choices=WINDOWS)
_REPO = OptionSpec(
    "repo", to_say("owner/name, a part of the name, or a GitHub address"), "repo", required=True
)
_SUBMITTED = OptionSpec("repo", to_say("owner/name or a GitHub address"), "repo", required=True)
_MORE = ("third", "fourth", "fifth")
_AT = OptionSpec("at", to_say("Time of day, like 09:00"), "time")
_ZONE = OptionSpec("zone", to_say("Time zone, like Europe/Paris"), "zone")
_DAYS = OptionSpec("days", to_say("daily, weekdays, or days like mon,thu"), "days")
_FILTERS = (
    OptionSpec("min", to_say("Only repos of at least so many stars"), "number", word="min"),
    OptionSpec(
        "without",
        to_say("Languages left out, and owners with @, like rust, @acme; or nothing"),
        "left-out",
        word="without",
    ),
    OptionSpec(
        "quiet",
        to_say("A day without news: say so in a line, or skip it"),
        "choice",
        choices=("say", "skip"),
        word="quiet",
    ),
)

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "subscribe",
        to_say("Send this channel a daily digest of exactly what you name"),
        "CATEGORY... [new] [rising] [stalled] [awake] [min 1000] [without rust @acme] "
        "[at 09:00] [Europe/Paris] [weekdays]",
        "subscribe agents inference rising at 09:00 weekdays",
        (
            OptionSpec(
                "categories", to_say("Categories or layers; or all"), "categories", required=True
            ),
            OptionSpec("kinds", to_say("new, rising, stalled, awake; all where left out"), "kinds"),
            *_FILTERS,
            _AT,
            _ZONE,
            _DAYS,
        ),
        manages=True,
    ),
    CommandSpec(
        "unsubscribe",
        to_say("Stop the digest for some categories, or for all"),
        "CATEGORY... | all",
        "unsubscribe agents",
        (
            OptionSpec(
                "categories", to_say("Categories or layers; or all"), "categories", required=True
            ),
        ),
        manages=True,
    ),
    CommandSpec(
        "subscriptions",
        to_say("Show what this channel hears, and when"),
        "",
        "subscriptions",
    ),
    CommandSpec(
        "schedule",
        to_say("Change when this channel's digest comes"),
        "[09:00] [Europe/Paris] [daily | weekdays | mon thu]",
        "schedule 09:00 Europe/Paris weekdays",
        (_AT, _ZONE, _DAYS),
        manages=True,
    ),
    CommandSpec(
        "preview",
        to_say("Show the digest as it would be sent now"),
        "",
        "preview",
    ),
    CommandSpec(
        "filter",
        to_say("Leave out small repos, languages or owners; say what a quiet day does"),
        "[min 1000] [without rust @acme] [quiet say | skip] | off",
        "set filter min 1000 without rust @acme",
        (
            *_FILTERS,
            OptionSpec("all", to_say("off: nothing is left out"), "choice", choices=("off",)),
        ),
        manages=True,
        group="set",
    ),
    CommandSpec(
        "alerts",
        to_say("Hear of surges and of followed repos at once, beside the digest"),
        "[5] [quiet 22:00-08:00 | quiet off] | off",
        "set alerts 5 quiet 22:00-08:00",
        (
            OptionSpec("most", to_say("At most so many a day"), "number"),
            OptionSpec(
                "quiet",
                to_say("Hours without alerts, like 22:00-08:00; or off"),
                "hours",
                word="quiet",
            ),
            OptionSpec("turn", to_say("on or off"), "choice", choices=("on", "off")),
        ),
        manages=True,
        group="set",
    ),
    CommandSpec(
        "pause",
        to_say("Send this channel nothing for a while"),
        "[2d]",
        "pause 2d",
        (OptionSpec("for", to_say("How long, like 12h or 2d; open-ended where left out"), "span"),),
        manages=True,
    ),
    CommandSpec(
        "resume",
        to_say("End the pause, and try at once where messages did not arrive"),
        "",
        "resume",
        manages=True,
    ),
    CommandSpec(
        "status",
        to_say("Show the next digest, the last ones, and what is wrong"),
        "",
        "status",
    ),
    CommandSpec(
        "new",
        to_say("List the newly listed repos"),
        "[CATEGORY] [24h | 7d | 30d]",
        "new agents 24h",
        (_CATEGORY, _WINDOW),
    ),
    CommandSpec(
        "rising",
        to_say("List the repos above their usual pace"),
        "[CATEGORY] [24h | 7d | 30d]",
        "rising inference",
        (_CATEGORY, _WINDOW),
    ),
    CommandSpec(
        "stalled",
        to_say("List the repos whose stars have stopped coming"),
        "[CATEGORY] [24h | 7d | 30d]",
        "stalled applications",
        (_CATEGORY, _WINDOW),
    ),
    CommandSpec(
        "top",
        to_say("List the repos that gained the most stars"),
        "[CATEGORY] [24h | 7d | 30d]",
        "top models 30d",
        (_CATEGORY, _WINDOW),
    ),
    CommandSpec(
        "repo",
        to_say("Show a repo's card: counts, growth, category, state, curve"),
        "owner/name",
        "repo acme/flashkv",
        (_REPO,),
    ),
    CommandSpec(
        "search",
        to_say("Find repos by name, owner, description or topics"),
        "TEXT",
        "search vector database",
        (OptionSpec("text", to_say("A part of a name, or a few words"), "text", required=True),),
    ),
    CommandSpec(
        "compare",
        to_say("Show two to five repos side by side, with their curves"),
        "A B [C D E] [date | age]",
        "compare acme/flashkv nori/voicebox age",
        (
            _REPO,
            OptionSpec("with", to_say("The repo to hold it against"), "repo", required=True),
            *(OptionSpec(name, to_say("One more repo"), "repo") for name in _MORE),
            OptionSpec(
                "by",
                to_say("date for the last year, age for the days since each was created"),
                "choice",
                choices=("date", "age"),
            ),
        ),
    ),
    CommandSpec(
        "why",
        to_say("Tell why a repo was announced, or was not"),
        "owner/name",
        "why acme/flashkv",
        (_REPO,),
    ),
    CommandSpec(
        "follow",
        to_say("Hear about a repo whatever its category"),
        "owner/name",
        "follow acme/flashkv",
        (_REPO,),
        manages=True,
    ),
    CommandSpec(
        "unfollow",
        to_say("Stop following a repo"),
        "owner/name",
        "unfollow acme/flashkv",
        (_REPO,),
        manages=True,
    ),
    CommandSpec(
        "mute",
        to_say("Never speak of a repo in this channel"),
        "owner/name",
        "mute acme/flashkv",
        (_REPO,),
        manages=True,
    ),
    CommandSpec(
        "unmute",
        to_say("Speak of a muted repo again"),
        "owner/name",
        "unmute acme/flashkv",
        (_REPO,),
        manages=True,
    ),
    CommandSpec(
        "pick",
        to_say("Show a repo in this channel's next digest, with a word why"),
        'owner/name "why"',
        'pick acme/flashkv "halves what serving costs us"',
        (
            _REPO,
            OptionSpec("why", to_say("Why the others should look at it"), "text", required=True),
        ),
        manages=True,
    ),
    CommandSpec(
        "language",
        to_say("Choose the language of this channel, or show it"),
        "[English | 中文 | русский]",
        "set language English",
        (OptionSpec("language", to_say("English, Chinese or Russian"), "tongue"),),
        manages=True,
        group="set",
    ),
    CommandSpec(
        "ping",
        to_say("Ping a role with each digest that has news, or show which"),
        "[@ROLE] | off",
        "set ping off",
        (
            OptionSpec("role", to_say("Which role"), "role"),
            OptionSpec("turn", to_say("off: nobody is pinged"), "choice", choices=("off",)),
        ),
        manages=True,
        group="set",
        platforms=("discord",),
        elsewhere=to_say(
            "There are no roles here that a digest could ping: only Discord has them."
        ),
    ),
    CommandSpec(
        "submit",
        to_say("Have a repo watched, and listed once it has enough stars"),
        "owner/name [CATEGORY]",
        "submit acme/flashkv inference",
        (
            _SUBMITTED,
            OptionSpec("category", to_say("The category it belongs to, if you know"), "category"),
        ),
    ),
    CommandSpec(
        "categories",
        to_say("List the categories, by layer"),
        "",
        "categories",
    ),
    CommandSpec(
        "help",
        to_say("Show the commands, or one of them"),
        "[COMMAND]",
        "help subscribe",
        (OptionSpec("command", to_say("Which command"), "topic"),),
    ),
)
"""What works today, in the order of the help."""

GROUPS = {
    "set": to_say("Set up what this channel hears, and how it is spoken to"),
}
"""What the commands of a group are for, by the word that stands before their names."""

UNDERSTOOD = frozenset(
    {*(spec.name for spec in COMMANDS), *GROUPS, "show", "curve", "chart", "place", "share"}
)
"""First words the desk understands; the last five come from our own controls alone."""
