"""One grammar for both chats: what people type is understood, or refused kindly."""

from __future__ import annotations

from datetime import time, timedelta
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.chat.command import (
    Categories,
    Command,
    Follow,
    Help,
    ListNow,
    Loosely,
    Preview,
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
from hypecurve.chat.filters import MOST_STARS
from hypecurve.chat.finding import (
    AskPlace,
    Compare,
    Misplaced,
    PickRepo,
    Search,
    ShowCurve,
    ShowLanguage,
    ShowRisers,
    Speak,
)
from hypecurve.chat.grammar import COMMANDS, CommandSpec, parse
from hypecurve.chat.tuning import (
    Filter,
    Mute,
    Pause,
    Resume,
    SetAlerts,
    SetPing,
    Show,
    ShowPing,
    Status,
    Unmute,
)
from hypecurve.chat.words import quoted
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadCommand, BadInput, BadRepoName, BadTime, UnknownCategory
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import ALL_DAYS, WORKDAYS
from hypecurve.wording.commands import GROUPS, UNDERSTOOD
from hypecurve.wording.languages import ALIASES, LANGUAGES
from hypecurve.wording.tongues import TONGUES

TAXONOMY = Taxonomy.from_toml(files("hypecurve").joinpath("taxonomy.toml").read_text("utf-8"))
FLASHKV = RepoName("acme", "flashkv")
VOICEBOX = RepoName("nori", "voicebox")
SLUGS = [*(c.slug for c in TAXONOMY.categories), *(layer.slug for layer in TAXONOMY.layers)]
TITLES = [TAXONOMY.title(slug) for slug in SLUGS]
RISING = frozenset({SignalKind.RISING})
WITHOUT_GO = Filter(without=frozenset({"go"}))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Help()),
        ("   ", Help()),
        ("help", Help()),
        ("?", Help()),
        ("help subscribe", Help("subscribe")),
        ("/hype help /subscribe", Help("subscribe")),
        ("subscribe all", Subscribe()),
        ("SUBSCRIBE All", Subscribe()),
        ("subscribe agents", Subscribe(frozenset({"agents"}))),
        ("subscribe agents rising", Subscribe(frozenset({"agents"}), RISING)),
        (
            "subscribe agents, coding & rag new stalled",
            Subscribe(
                frozenset({"agents", "coding", "rag"}),
                frozenset({SignalKind.NEW, SignalKind.STALLED}),
            ),
        ),
        ("subscribe ai engineering", Subscribe(frozenset({"ai-engineering"}))),
        ("subscribe all at 9:05", Subscribe(at=time(9, 5))),
        ("subscribe all 18:30 weekdays", Subscribe(at=time(18, 30), weekdays=WORKDAYS)),
        ("subscribe all Europe/Paris", Subscribe(zone="Europe/Paris")),
        ("subscribe all at 09:00 Paris", Subscribe(at=time(9), zone="Europe/Paris")),
        ("subscribe all 09:00 utc", Subscribe(at=time(9), zone="UTC")),
        ("subscribe all mondays thu", Subscribe(weekdays=frozenset({0, 3}))),
        ("subscribe all fri-mon", Subscribe(weekdays=frozenset({4, 5, 6, 0}))),
        (
            'subscribe "vector databases" coding',
            Subscribe(frozenset({"vector-databases", "coding"})),
        ),
        ("subscribe “vector databases”", Subscribe(frozenset({"vector-databases"}))),
        ("subscribe vector databases", Subscribe(frozenset({"vector-databases"}))),
        ("subscribe 'vector databases", Subscribe(frozenset({"vector-databases"}))),
        ("unsubscribe all", Unsubscribe()),
        ("unsubscribe agents and coding", Unsubscribe(frozenset({"agents", "coding"}))),
        ("subscriptions", Subscriptions()),
        ("schedule 09:00 Europe/Paris weekdays", Schedule(time(9), "Europe/Paris", WORKDAYS)),
        ("schedule europe/paris", Schedule(zone="Europe/Paris")),
        ("schedule Tokyo", Schedule(zone="Asia/Tokyo")),
        ("schedule daily", Schedule(weekdays=ALL_DAYS)),
        ("set", Help("set")),
        ("/hype SET", Help("set")),
        ("help set", Help("set")),
        ("help set filter", Help("filter")),
        ("set language", ShowLanguage()),
        ("set language english", Speak("en")),
        ("set filter min 1000", Filter(least_stars=1000)),
        ("set alerts 5", SetAlerts(a_day=5)),
        ("share set ping", Share(ShowPing())),
        ("ping", ShowPing()),
        ("set ping <@&42>", SetPing("42")),
        ("set ping &lt;@&amp;42&gt;", SetPing("42")),
        ("set ping off", SetPing()),
        ("new", ListNow("new")),
        ("new page 3", ListNow("new", page=3)),
        ("rising agents page 1", ListNow("rising", "agents")),
        ("top vector databases 30d page 02", ListNow("top", "vector-databases", "30d", 2)),
        ("stalled page 0", ListNow("stalled")),
        ("search web page 2", Search("web", 2)),
        ('search "web page 2"', Search("web page 2")),
        ('search "web" "page" 2', Search("web page 2")),
        ("search page 2", Search("page 2")),
        ("search web page two", Search("web page two")),
        ("share search web page 2", Share(Search("web", 2))),
        ("rising agents 24h", ListNow("rising", "agents", "24h")),
        ("top vector databases month", ListNow("top", "vector-databases", "30d")),
        ("stalled all week", ListNow("stalled")),
        ("repo acme/flashkv", ShowRepo(FLASHKV)),
        ("acme/flashkv", ShowRepo(FLASHKV)),
        ("repo https://github.com/acme/flashkv/issues?q=1", ShowRepo(FLASHKV)),
        (
            "repo <https://github.com/acme/flashkv|github.com/acme/flashkv>",
            ShowRepo(FLASHKV),
        ),
        ("repo 4711", ShowRepo(id=RepoId(4711))),
        ("repo -4711", ShowRepo(id=RepoId(-4711))),
        ("follow acme/flashkv", Follow(FLASHKV)),
        ("unfollow acme/flashkv", Unfollow(FLASHKV)),
        ("why acme/flashkv", Why(FLASHKV)),
        ("why https://github.com/acme/flashkv", Why(FLASHKV)),
        ("submit acme/flashkv", Submit(FLASHKV)),
        ("submit https://github.com/acme/flashkv.git", Submit(FLASHKV)),
        ("submit acme/flashkv Vector Databases", Submit(FLASHKV, "vector-databases")),
        ('submit acme/flashkv "rag"', Submit(FLASHKV, "rag")),
        ("categories", Categories()),
        ("preview", Preview()),
        (
            "subscribe agents rising min 1000 without rust at 09:00",
            Subscribe(
                frozenset({"agents"}),
                RISING,
                time(9),
                filter=Filter(1000, frozenset({"rust"})),
            ),
        ),
        (
            "subscribe without c++, @acme agents quiet say UTC",
            Subscribe(
                frozenset({"agents"}),
                zone="UTC",
                filter=Filter(None, frozenset({"c++", "@acme"}), speaks_when_quiet=True),
            ),
        ),
        ("subscribe all without go mon", Subscribe(weekdays=frozenset({0}), filter=WITHOUT_GO)),
        ("subscribe all without go 9:00", Subscribe(at=time(9), filter=WITHOUT_GO)),
        ("subscribe without go all", Subscribe(filter=WITHOUT_GO)),
        ("subscribe all except golang Asia/Tokyo", Subscribe(zone="Asia/Tokyo", filter=WITHOUT_GO)),
        ("filter min 1000", Filter(1000)),
        ("filter min 1,000 stars", Filter(1000)),
        ("filter least 1.5k+", Filter(1500)),
        ("filter min 0", Filter(0)),
        ("filter min 1000 without Python @Acme", Filter(1000, frozenset({"python", "@acme"}))),
        (
            "filter without jupyter notebook or R",
            Filter(None, frozenset({"jupyter notebook", "r"})),
        ),
        ('filter without "Visual FoxPro"', Filter(None, frozenset({"visual foxpro"}))),
        ("filter without nothing", Filter(without=frozenset())),
        ("filter off", Filter(0, frozenset())),
        ("filter quiet say", Filter(speaks_when_quiet=True)),
        ("filter quiet skip", Filter(speaks_when_quiet=False)),
        ("filter", Subscriptions()),
        ("alerts", SetAlerts()),
        ("alerts on", SetAlerts()),
        ("alerts 5", SetAlerts(a_day=5)),
        ("alerts 5 a day quiet 22:00-08:00", SetAlerts(a_day=5, quiet=(time(22), time(8)))),
        ("alerts quiet 22 to 7:30", SetAlerts(quiet=(time(22), time(7, 30)))),
        ("alerts quiet from 22:00 \u2013 08:00", SetAlerts(quiet=(time(22), time(8)))),
        ("alerts quiet off", SetAlerts(quiet="off")),
        ("alerts off", SetAlerts(on=False)),
        ("pause", Pause()),
        ("pause 2d", Pause(timedelta(days=2))),
        ("pause for 3 weeks", Pause(timedelta(weeks=3))),
        ("pause 90 min", Pause(timedelta(minutes=90))),
        ("resume", Resume()),
        ("status", Status()),
        ("mute acme/flashkv", Mute(FLASHKV)),
        ("unmute https://github.com/acme/flashkv", Unmute(FLASHKV)),
        ("show 12", Show(12)),
        ("search vector, database", Search("vector database")),
        ('search "kv, cache"', Search("kv, cache")),
        ("search <https://github.com/acme/flashkv/wiki|acme>", Search("acme/flashkv")),
        ("compare acme/flashkv vs nori/voicebox", Compare((FLASHKV, VOICEBOX))),
        ("compare acme/flashkv ACME/FlashKV by age", Compare((FLASHKV,), "age")),
        ("compare acme/flashkv", Compare((FLASHKV,))),
        ("compare acme/flashkv voicebox age", Loosely("compare acme/flashkv ", "voicebox", " age")),
        ("curve https://github.com/acme/flashkv", ShowCurve(FLASHKV)),
        ("chart", ShowRisers()),
        ("chart rising vector databases", ShowRisers("vector-databases")),
        ("language", ShowLanguage()),
        ("language Chinese", Speak("zh_CN")),
        ("language 中文", Speak("zh_CN")),
        ("language ZH-cn", Speak("zh_CN")),
        ("language Русский", Speak("ru")),
        ("language en", Speak("en")),
        ("place acme/flashkv", AskPlace(FLASHKV)),
        ("place acme/flashkv Vector Databases", Misplaced(FLASHKV, "vector-databases")),
        ("place flashkv rag", Loosely("place ", "flashkv", " rag")),
        ('pick acme/flashkv "fast, and small"', PickRepo(FLASHKV, "fast, and small")),
        ("pick acme/flashkv fast, and  small", PickRepo(FLASHKV, "fast, and small")),
        ('pick acme/flashkv the "new" one', PickRepo(FLASHKV, 'the "new" one')),
        ("/hype pick flashkv “fast”", Loosely("pick ", "flashkv", ' "fast"')),
        ("repo flashkv", Loosely("repo ", "flashkv")),
        ('why "flash kv"', Loosely("why ", "flash kv")),
        ("unmute flashkv", Loosely("unmute ", "flashkv")),
        ("share rising agents", Share(ListNow("rising", "agents"))),
        ("share /hype repo acme/flashkv", Share(ShowRepo(FLASHKV))),
        ("share why flashkv", Loosely("share why ", "flashkv")),
        ("share language", Share(ShowLanguage())),
    ],
)
def test_what_people_type_is_understood(text: str, command: Command) -> None:
    assert parse(text, TAXONOMY) == command


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("subscibe all", BadCommand, "Did you mean subscribe"),
        ("sub", BadCommand, "Did you mean subscribe or subscriptions?"),
        ("langage", BadCommand, "Did you mean set language?"),
        ("set langage", BadCommand, "'set langage'. Did you mean set language?"),
        ("set fil", BadCommand, "Did you mean set filter?"),
        ("set schedule 09:00", BadCommand, "'set schedule'. Did you mean schedule?"),
        ("set everything", BadCommand, "no command 'set everything'. /hype help shows"),
        ("set ping @everyone", BadCommand, "never pings everybody"),
        ("set ping here", BadCommand, "never pings everybody"),
        ("set ping readers", BadCommand, "Name one role by its mention"),
        ("set ping <@42>", BadCommand, "Name one role by its mention"),
        ("set ping <@&42> <@&43>", BadCommand, "Name one role by its mention"),
        ("rising page two", UnknownCategory, "page"),
        ("comapre acme/flashkv", BadCommand, "Did you mean compare?"),
        ("agents", BadCommand, "Did you mean top agents?"),
        ("subscribe", BadCommand, "Say which categories, or all"),
        ("subscribe rising", BadCommand, "Say which categories, or all"),
        ("unsubscribe", BadCommand, "Say which categories, or all"),
        ("subscribe agnets", UnknownCategory, "agents"),
        ("subscribe agents 25:00", BadTime, "write it as 09:00"),
        ("subscribe agents 9am", BadTime, "write it as 09:00"),
        ("subscribe agents at", BadCommand, "Say when"),
        ("subscribe all Europe/Pari", BadTime, "Did you mean Europe/Paris"),
        ("subscribe acme/flashkv", BadCommand, "/hype follow acme/flashkv"),
        ("schedule", BadCommand, "Say when"),
        ("schedule 09:00 nowhere-at-all", BadTime, "not a time zone"),
        ("schedule agents", BadTime, "not a time zone"),
        ("rising 5d", BadTime, "write 24h, 7d or 30d"),
        ("top agents coding", BadCommand, "One category or layer at a time"),
        ("repo", BadCommand, "Name one repo"),
        ("repo a/b c/d", BadCommand, "Name one repo"),
        ("repo acme/", BadRepoName, "write owner/name"),
        ("follow", BadCommand, "Name one repo"),
        ("why", BadCommand, "Name one repo: /hype why acme/flashkv"),
        ("whi acme/flashkv", BadCommand, "Did you mean why?"),
        ("why /flashkv", BadRepoName, "write owner/name"),
        ("submt acme/flashkv", BadCommand, "Did you mean submit?"),
        ("submit", BadCommand, "Name one repo: /hype submit acme/flashkv"),
        ("submit agents acme/flashkv", BadRepoName, "'agents' is not a repository"),
        ("submit a/b c/d", BadCommand, "Name one repo"),
        ("submit a/b agnets", UnknownCategory, "agents"),
        ("submit a/b agents rag", BadCommand, "One category at a time"),
        ("submit a/b infrastructure", BadCommand, "Infrastructure is a layer. Name one of its"),
        ("categories now", BadCommand, "stands alone"),
        ("filter mim 1000", BadCommand, "'mim' is not clear here. Did you mean min?"),
        ("filter min 5 off", BadCommand, "stands alone: write /hype set filter off"),
        ("filter without rust off", BadCommand, "stands alone: write /hype set filter off"),
        ("filter off quiet skip", BadCommand, "stands alone: write /hype set filter off"),
        ("filter agents", BadCommand, "For example: /hype set filter min 1000 without rust @acme"),
        ("filter min", BadCommand, "Say how many stars at least: /hype set filter min 1000"),
        ("filter min many", BadCommand, "Say how many stars at least"),
        ("filter min 99,999,999", BadCommand, "No repo has so many stars"),
        ("filter without", BadCommand, "Say which languages or @owners"),
        ("filter without pyhton", BadCommand, "'pyhton'. Did you mean Python?"),
        ("filter without foxpro", BadCommand, "Put it in quotes if GitHub calls it so"),
        ("filter without acme/flashkv", BadCommand, "/hype mute acme/flashkv"),
        ("filter without @a/b", BadCommand, "/hype mute"),
        ("filter quiet", BadCommand, "quiet say, or quiet skip"),
        ("filter quiet 22:00-08:00", BadCommand, "quiet say, or quiet skip"),
        ("subscribe all without", BadCommand, "Say which languages or @owners"),
        ("subscribe all min lots", BadCommand, "Say how many stars at least"),
        ("subscribe all without rusty", BadCommand, "'rusty'. Did you mean Rust?"),
        ("alerts quite 22:00-08:00", BadCommand, "Did you mean quiet?"),
        ("alerts quiet 22:00", BadCommand, "Say from when to when"),
        ("alerts quiet 22:00-22:00", BadCommand, "Say from when to when"),
        ("alerts quiet 25-8", BadTime, "write it as 09:00"),
        ("alerts 500", BadCommand, "Between 1 and 50 alerts a day"),
        ("alerts 3 off", BadCommand, "stands alone: write /hype set alerts off"),
        ("alerts off quiet 22-8", BadCommand, "stands alone: write /hype set alerts off"),
        ("alerts of", BadCommand, "Did you mean off?"),
        ("pause 0d", BadTime, "write it as 12h, 2d or 3w"),
        ("pause 2 years", BadTime, "/hype resume"),
        ("pause 9999d", BadTime, "at most 365d"),
        ("paus 2d", BadCommand, "Did you mean pause?"),
        ("stauts", BadCommand, "Did you mean status"),
        ("filtre off", BadCommand, "Did you mean set filter?"),
        ("resume now", BadCommand, "stands alone"),
        ("mute", BadCommand, "Name one repo: /hype mute acme/flashkv"),
        ("submit flashkv", BadRepoName, "write owner/name"),
        ("search", BadCommand, "Say what to look for"),
        ("search " + "ab " * 9, BadCommand, "a few words are enough"),
        ("search " + "a" * 101, BadCommand, "a few words are enough"),
        ("compare", BadCommand, "Name two to five repos"),
        ("compare a/b c/d e/f g/h i/j k/l", BadCommand, "Name two to five repos"),
        ("curve", BadCommand, "Name one repo: /hype curve"),
        ("chart agents coding", BadCommand, "One category or layer at a time"),
        ("language Chinees", BadCommand, "Did you mean 简体中文?"),
        ("language klingon", BadCommand, "There are: English, 简体中文, русский"),
        ("place", BadCommand, "Name one repo: /hype place"),
        ("place a/b agnets", UnknownCategory, "agents"),
        ("place a/b infrastructure", BadCommand, "is a layer"),
        ("pick", BadCommand, "Name one repo: /hype pick"),
        ("pick acme/flashkv", BadCommand, "Say why in a few words"),
        ("pick flashkv", BadCommand, "Say why in a few words"),
        ("pick acme/ fast", BadRepoName, "write owner/name"),
        ("pick a/b " + "y" * 301, BadCommand, "at most 300 characters"),
        ("share", BadCommand, "Only what tells something can be shared"),
        ("share mute a/b", BadCommand, "Only what tells something can be shared"),
        ("share " * 300, BadCommand, "Only what tells something can be shared"),
        ("share place a/b rag", BadCommand, "Only what tells something can be shared"),
        ("share agnets", BadCommand, "There is no command 'agnets'"),
        ("show", BadCommand, "no such digest here"),
        ("show -1", BadCommand, "no such digest here"),
        ("sho 12", BadCommand, "/hype help shows what there is"),
        ("help nonsense", BadCommand, "There is no command"),
        ("subscribe " + "x" * 3_000, BadCommand, "too long"),
        ("x" * 1_500, BadCommand, "x…"),
        ("repo acme/\u202eflashkv", BadCommand, "invisible"),
        ("repo acme/flash\u200bkv", BadCommand, "invisible"),
        ("subscribe " + "x" * 1_500, UnknownCategory, "x…"),
    ],
)
def test_a_slip_is_told_how_to_write_it(text: str, error: type[BadInput], says: str) -> None:
    with pytest.raises(error) as raised:
        parse(text, TAXONOMY)
    assert says in str(raised.value)
    assert len(str(raised.value)) < 250


def test_a_quoted_word_is_never_a_word_of_the_grammar() -> None:
    with pytest.raises(UnknownCategory):
        parse('subscribe "weekdays"', TAXONOMY)


@pytest.mark.parametrize("name", [*SLUGS, *TITLES])
def test_every_category_can_be_named_with_and_without_quotes(name: str) -> None:
    quoted = parse(f'top "{name}"', TAXONOMY)
    assert quoted == parse(f"top {name}", TAXONOMY)
    assert quoted == ListNow("top", TAXONOMY.find(name).slug)


@pytest.mark.parametrize("name", [*LANGUAGES, *ALIASES])
def test_every_language_we_know_needs_no_quotes(name: str) -> None:
    known = frozenset({ALIASES.get(name, name)})
    assert parse(f"filter without {name}", TAXONOMY) == Filter(without=known)
    assert known <= LANGUAGES.keys()
    wish = parse(f"subscribe all without {name} agents", TAXONOMY)
    assert wish == Subscribe(filter=Filter(without=known))


def test_what_only_our_controls_ask_is_in_no_help() -> None:
    hidden = UNDERSTOOD - {spec.name for spec in COMMANDS} - {*GROUPS}
    assert hidden == {"show", "curve", "chart", "place", "share"}
    for name in hidden:
        with pytest.raises(BadCommand):
            parse(f"help {name}", TAXONOMY)


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
def test_every_example_of_the_help_is_understood(spec: CommandSpec) -> None:
    assert str(parse(spec.example, TAXONOMY)).startswith(spec.name)


def test_the_words_of_the_commands_fit_both_platforms() -> None:
    for spec in COMMANDS:
        assert len(spec.help) <= 100
        for option in spec.options:
            assert len(option.help) <= 100
            assert option.name.islower()
    assert len({spec.name for spec in COMMANDS}) == len(COMMANDS)
    groups = {spec.group for spec in COMMANDS if spec.group}
    assert sum(not spec.group for spec in COMMANDS) + len(groups) <= 25


WHEN = {
    "at": st.none() | st.times().map(lambda at: time(at.hour, at.minute)),
    "zone": st.none() | st.sampled_from(["UTC", "Europe/Paris", "America/Argentina/Ushuaia"]),
    "weekdays": st.none() | st.frozensets(st.integers(0, 6), min_size=1),
}
LEFT_OUT = st.frozensets(
    st.sampled_from([*LANGUAGES, "visual foxpro", "nothing", "all", "@a-b", "@acme"])
    | st.from_regex(r"@[a-z0-9][a-z0-9_-]{0,38}|[a-z0-9+#]{1,20}", fullmatch=True),
    max_size=5,
)
FILTERS = st.builds(
    Filter, st.none() | st.integers(0, MOST_STARS), st.none() | LEFT_OUT, st.none() | st.booleans()
)
HOURS = st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda two: two[0] != two[1])
QUIET = HOURS.map(lambda two: tuple(time(minutes // 60, minutes % 60) for minutes in two))
SOME = st.frozensets(st.sampled_from(SLUGS), max_size=6)
NAMES = st.builds(
    RepoName, st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True), st.sampled_from(["a", "x.y", "_z-"])
)
TYPED = (
    st.lists(st.text(" ab,;\"'«»“”…-%中🙂", max_size=12) | st.sampled_from(["age", "1", "and"]))
    .map(lambda words: " ".join(" ".join(words).split())[:90].strip())
    .filter(lambda text: text and 0 < len(text.split()) <= 8 and quoted(text)[1:-1] == text)
)
WRITTEN = st.one_of(
    st.builds(
        Subscribe,
        SOME,
        st.frozensets(st.sampled_from(SUBSCRIBABLE), min_size=1),
        filter=FILTERS,
        **WHEN,
    ),
    FILTERS.filter(lambda said: said != Filter()),
    st.builds(
        SetAlerts,
        a_day=st.none() | st.integers(1, 50),
        quiet=st.none() | st.just("off") | QUIET,
    ),
    st.builds(Pause, st.none() | st.integers(1, 525_600).map(lambda n: timedelta(minutes=n))),
    st.builds(Mute, NAMES),
    st.builds(Unmute, NAMES),
    st.builds(Show, st.integers(1, 10**17)),
    st.builds(Unsubscribe, SOME),
    st.builds(Schedule, **WHEN).filter(lambda s: s != Schedule()),
    st.builds(
        ListNow,
        st.sampled_from(["new", "rising", "stalled", "top"]),
        st.none() | st.sampled_from(SLUGS),
        st.sampled_from(["24h", "7d", "30d"]),
        st.integers(1, 999_999),
    ),
    st.builds(ShowRepo, NAMES),
    st.builds(ShowRepo, st.none(), st.integers(-(10**17), 10**17)),
    st.builds(Follow, NAMES),
    st.builds(Unfollow, NAMES),
    st.builds(Why, NAMES),
    st.builds(Submit, NAMES, st.none() | st.sampled_from([c.slug for c in TAXONOMY.categories])),
    st.sampled_from([Subscriptions(), Categories(), Preview(), Help(), Help("top")]),
    st.sampled_from([Resume(), Status(), SetAlerts(on=False), SetPing(), ShowPing(), Help("set")]),
    st.builds(SetPing, st.integers(0, 10**20 - 1).map(str)),
    st.builds(Search, TYPED, st.integers(1, 999_999)),
    st.builds(
        Compare,
        st.lists(NAMES, min_size=1, max_size=5, unique=True).map(tuple),
        st.sampled_from(["date", "age"]),
    ),
    st.builds(ShowCurve, NAMES),
    st.builds(ShowRisers, st.none() | st.sampled_from(SLUGS)),
    st.builds(Speak, st.sampled_from([*TONGUES])),
    st.builds(AskPlace, NAMES),
    st.builds(Misplaced, NAMES, st.sampled_from([c.slug for c in TAXONOMY.categories])),
    st.builds(PickRepo, NAMES, TYPED),
    st.builds(Share, st.builds(Why, NAMES) | st.builds(Search, TYPED)),
    st.builds(Loosely, st.sampled_from(["repo ", "share why ", "compare a/b "]), TYPED),
)


@settings(deadline=None)
@given(WRITTEN)
def test_a_command_written_out_reads_back(command: Command) -> None:
    assert parse(str(command), TAXONOMY) == command


WORDS = st.sampled_from(
    [
        *(spec.name for spec in COMMANDS),
        *("at", "09:00", "99:99", "all", "and", ",", '"', "“", "<", ">", "|", "&amp;", "/", "//"),
        *("Europe/Paris", "Europe/", "mon-fri", "mon-", "7d", "0d", "agents", "vector", "a/b"),
        *(
            "show",
            "min",
            "without",
            "quiet",
            "say",
            "off",
            "rust",
            '"rust"',
            "@acme",
            "1000",
            "1.5k",
        ),
        *("share", "place", "curve", "chart", "age", "vs", "«", "why not", "中文"),
        *("22:00-08:00", "22-", "from", "000", "000+", "2d", "weeks", "nothing"),
        *("<https://github.com/a/b|x>", "-1", "...", "🙂", "ب", "\u202e", "\x00", "\ud800"),
    ]
)


@settings(deadline=None)
@given(st.text(st.characters(), max_size=200) | st.lists(WORDS, max_size=12).map(" ".join))
def test_any_text_is_a_command_or_a_kind_refusal(text: str) -> None:
    try:
        outcome: Command | BadInput = parse(text, TAXONOMY)
    except BadInput as refusal:
        outcome = refusal
    if isinstance(outcome, BadInput):
        assert 10 < len(str(outcome)) < 500
    else:
        assert parse(str(outcome), TAXONOMY) == outcome
