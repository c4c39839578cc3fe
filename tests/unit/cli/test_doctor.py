"""The doctor looks at everything, goes on after a failure, and says what to do."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.adapters.clock import SetClock, SystemClock
from hypecurve.adapters.sealing import FernetSealer, new_key
from hypecurve.bootstrap import live_store
from hypecurve.cli import reaching
from hypecurve.cli.checks import Check, Read, State, in_bytes
from hypecurve.cli.doctor import examine, in_one_line, summary
from hypecurve.config import Settings
from hypecurve.domain.health import Health
from hypecurve.domain.installation import Installation
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Allowance, Standing
from hypecurve.services.installing import SealedInstallations
from hypecurve.standin.limits import UNLIMITED
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.web import listen, serve_http, site
from hypecurve_discord.offering.sync import sync
from standins.discord_platform import DiscordStandIn
from standins.slack import Fault, SlackStandIn
from support.catalogue import a_repo
from support.github import UNTIL, read_only_world
from support.processes import Ran, run_beside

Call = Callable[..., Ran]
MIB, GIB = 1024**2, 1024**3
NOW = UNTIL
DAY = timedelta(days=1)
FULL_TOKENS = {
    "GITHUB_TOKEN": "hunter2",
    "SLACK_BOT_TOKEN": "xoxb-hunter2",
    "SLACK_APP_TOKEN": "xapp-hunter2",
    "DISCORD_TOKEN": "hunter2.hunter2",
}


@dataclass
class Practice:
    """GitHub, Slack and Discord on loopback, settings that fit them, and a doctor's clock."""

    github: StandIn
    slack: SlackStandIn
    discord: DiscordStandIn
    clock: SetClock
    patch: pytest.MonkeyPatch
    settings: dict[str, str] = field(default_factory=dict)

    def set(self, **settings: str) -> None:
        """Change settings; "" is unset."""
        self.settings |= settings
        for name, value in settings.items():
            self.patch.setenv(name, value)

    async def examine(
        self, *, free: int = 50 * GIB, zone: Callable[[str], ZoneInfo] = ZoneInfo, within: float = 5
    ) -> dict[str, Check]:
        """Look; the checks by name, the worst of those with the same."""
        found: dict[str, Check] = {}
        self.lines = []
        order = list(State)
        async for check in examine(clock=self.clock, free=lambda _: free, zone=zone, within=within):
            self.lines.append(in_one_line(check))
            worst = found.get(check.name, check)
            found[check.name] = max(worst, check, key=lambda each: order.index(each.state))
        return found

    def shown(self, folder: Path) -> str:
        """The lines, without what differs from run to run."""
        text = "\n".join(self.lines).replace(str(folder), "FOLDER")
        text = text.replace(self.github.url.split("//")[1], "GITHUB")
        text = re.sub(r"\d+\.\d [KM]iB(?=\n|$)", "SIZE", text)
        return re.sub(r"version \d{12}", "version N", re.sub(r"127\.0\.0\.1:\d+", "HOST", text))


@pytest.fixture
async def practice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Practice]:
    """Everything is there and well, but the database."""
    monkeypatch.chdir(folder)
    clock = SetClock(NOW)
    async with (
        StandIn(read_only_world(), now=clock.now) as github,
        SlackStandIn() as slack,
        DiscordStandIn() as discord,
    ):
        github.scopes, github.expires_at = "", NOW + 90 * DAY
        await sync(discord.env)
        found = Practice(github, slack, discord, clock, monkeypatch)
        found.set(
            GITHUB_TOKEN=TOKEN,
            GITHUB_API_URL=github.url,
            SLACK_BOT_TOKEN=slack.token,
            SLACK_APP_TOKEN=slack.app_token,
            SLACK_API_URL=slack.api_url,
            HYPECURVE_OPERATOR_CHANNEL="slack:T123/C456",
            **discord.env,
        )
        yield found


@pytest.fixture
async def settled(practice: Practice) -> Practice:
    """Everything; the last sweep was two hours ago, and a service is at work."""
    await keep_sweep(practice, NOW - timedelta(hours=2))
    async with live_store(Settings(), practice.clock) as store, store.write() as tx:
        for name in ("tracker", "service host-a:1"):
            await tx.leases.hold(name, "host-a:1", NOW, timedelta(minutes=2))
    return practice


def files(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(file.name for file in folder.iterdir())


async def keep_sweep(practice: Practice, at: datetime, health: Health = Health.GOOD) -> None:
    async with live_store(Settings(), practice.clock) as store, store.write() as tx:
        await tx.catalogue.upsert([a_repo(1), a_repo(2)], at)
        seen = {RepoId(1): 600} | ({} if health is Health.PARTIAL else {RepoId(2): 600})
        sweep = await tx.stars.record(at, seen, [RepoId(i) for i in (1, 2) if i not in seen])
        await tx.stars.mark(sweep.number, health)


async def test_where_all_is_well_every_line_is_ok(
    settled: Practice, folder: Path, snapshot: SnapshotAssertion
) -> None:
    found = await settled.examine()
    assert {check.state for check in found.values()} == {State.OK}
    assert list(found) == [
        *("settings", "database", "last sweep", "service", "token", "points", "discord", "slack"),
        *("clock", "disk", "time zones", "operator"),
    ]
    assert settled.shown(folder) == snapshot
    assert summary(list(found.values())) == "Nothing fails."


async def test_where_all_is_wrong_every_line_says_what_to_do(
    practice: Practice, folder: Path, snapshot: SnapshotAssertion
) -> None:
    (folder / ".env").write_text("HYPECURVE_MIN_STAR=300\n")
    (folder / "other.db").write_text("This is no database, whatever it is called.\n" * 100)
    practice.set(
        **FULL_TOKENS,
        DATABASE_URL="sqlite:///other.db",
        HYPECURVE_UPDATE_EVERY="often",
        HYPECURVE_MIN_STARS="many",
        HYPECURVE_OPERATOR_CHANNEL="teams:T1/C1",
    )

    def unknown(name: str) -> ZoneInfo:
        raise ZoneInfoNotFoundError(name)

    found = await practice.examine(free=5 * MIB, zone=unknown)
    states = {name: check.state for name, check in found.items()}
    assert states.pop("clock") is State.WARN
    assert set(states.values()) == {State.FAIL}
    assert practice.shown(folder) == snapshot
    assert "hunter2" not in "".join(practice.lines)


async def test_dead_hosts_are_told_each_and_keep_nobody_from_being_looked_at(
    settled: Practice,
) -> None:
    await settled.slack.close()
    await settled.discord.stop()
    settled.set(GITHUB_API_URL="http://127.0.0.1:9", DATABASE_URL="postgresql://u:p@127.0.0.1:9/d")
    found = await settled.examine()
    assert "check DATABASE_URL" in found["database"].says
    assert "GitHub cannot be reached at http://127.0.0.1:9" in found["token"].says
    assert "Discord cannot be reached" in found["discord"].says
    assert "Slack does not answer at" in found["slack"].says
    failed = {name for name, check in found.items() if check.state is State.FAIL}
    assert failed == {"database", "token", "discord", "slack"}
    assert "last sweep" not in found


async def test_who_does_not_answer_is_given_up(practice: Practice) -> None:
    practice.github.hold()
    practice.slack.fail(Fault.slow(60), method="auth.test")
    found = await practice.examine(within=0.3)
    assert found["token"].state is found["slack"].state is State.FAIL
    assert "no answer within 0.3 s" in found["slack"].says
    assert found["operator"].state is State.OK


@pytest.mark.parametrize("secret", FULL_TOKENS)
async def test_a_wrong_token_is_told_and_never_shown(settled: Practice, secret: str) -> None:
    settled.set(**{secret: FULL_TOKENS[secret]})
    found = await settled.examine()
    (failed,) = (check for check in found.values() if check.state is State.FAIL)
    assert secret in failed.says
    assert "hunter2" not in "".join(settled.lines)


# -- the database ----------------------------------------------------------------------------------


async def test_a_database_that_is_still_to_be_made_is_not_made(
    practice: Practice, folder: Path
) -> None:
    found = await practice.examine()
    assert found["database"].state is State.WARN
    assert "hypecurve.db is still to be made: `hypecurve update`" in found["database"].says
    assert files(folder) == []


async def test_a_database_without_a_world_is_given_none(practice: Practice, folder: Path) -> None:
    await keep_sweep(practice, NOW)
    with sqlite3.connect(folder / "hypecurve.db") as made:
        made.execute("DELETE FROM world")
    found = await practice.examine()
    assert "still to be made" in found["database"].says
    with sqlite3.connect(folder / "hypecurve.db") as made:
        assert made.execute("SELECT * FROM world").fetchall() == []


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("202001010000", "of an older version (202001010000, this program needs"),
        ("209901010000", "of a newer version (209901010000) than this program"),
    ],
)
async def test_a_database_of_another_version_is_told_and_left_as_it_is(
    settled: Practice, folder: Path, version: str, says: str
) -> None:
    with sqlite3.connect(folder / "hypecurve.db") as made:
        made.execute("UPDATE alembic_version SET version_num = ?", (version,))
    found = await settled.examine()
    assert found["database"].state is State.FAIL
    assert says in found["database"].says
    with sqlite3.connect(folder / "hypecurve.db") as made:
        assert made.execute("SELECT version_num FROM alembic_version").fetchall() == [(version,)]


async def test_a_database_of_another_github_is_told(settled: Practice) -> None:
    settled.set(GITHUB_API_URL=f"{settled.github.url}/api/v3")
    found = await settled.examine()
    assert found["database"].state is State.FAIL
    assert re.search(r"holds the world live \(.*\), not live \(.*/api/v3\)", found["database"].says)
    assert found["token"].state is State.OK


async def test_another_kind_of_world_is_told(settled: Practice, folder: Path) -> None:
    with sqlite3.connect(folder / "hypecurve.db") as made:
        made.execute("UPDATE world SET kind = 'demo', host = ''")
    found = await settled.examine()
    assert "holds the world demo, not live" in found["database"].says


@pytest.mark.parametrize(
    ("ago", "health", "says"),
    [
        (timedelta(hours=12), Health.GOOD, None),
        (timedelta(hours=13), Health.GOOD, "13 hours ago, 2 of 2 repos answered; it is late"),
        (timedelta(hours=1), Health.PARTIAL, "1 hour ago, 1 of 2 repos answered; the others"),
        (-300 * DAY, Health.GOOD, "it lies in the future, at 2027-09-18 06:12 UTC: nothing is"),
        (timedelta(hours=1), Health.STILL, "the counts stand still and are not believed"),
    ],
)
async def test_the_last_sweep_is_told_with_its_age_and_what_it_is_worth(
    practice: Practice, ago: timedelta, health: Health, says: str | None
) -> None:
    await keep_sweep(practice, NOW - ago, health)
    check = (await practice.examine())["last sweep"]
    assert check.state is (State.OK if says is None else State.WARN)
    assert (says or "12 hours ago, 2 of 2 repos answered") in check.says


async def test_a_service_whose_leases_have_run_out_is_not_at_work(settled: Practice) -> None:
    found = await settled.examine()
    assert found["service"].says == "at work: service host-a:1, tracker"
    settled.clock.at += timedelta(minutes=3)
    found = await settled.examine()
    assert found["service"].state is State.WARN


async def test_both_databases_tell_their_world_and_their_size(database: str) -> None:
    settings = Settings(DATABASE_URL=database, GITHUB_API_URL="https://github.example")
    checks = await reaching.database(Read(settings, frozenset(), ()), SetClock(NOW), 10)
    assert [check.name for check in checks] == ["database", "last sweep", "service"]
    assert checks[0].state is State.OK
    assert re.search(r"live \(github\.example\), version \d+, [\d.,]+ [KM]iB$", checks[0].says)


# -- GitHub ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "ends_in", "state", "says"),
    [
        (None, None, State.OK, "accepted"),
        ((), None, State.OK, "accepted, no scope"),
        ((), 15 * DAY, State.OK, "accepted, no scope, ends on 2026-12-07 06:12 UTC"),
        ((), 14 * DAY, State.WARN, "UTC; it ends in 14 days: make a new one at github.com"),
        (None, timedelta(hours=1), State.WARN, "it ends in 1 day: make a new one"),
        (("repo", "gist"), None, State.WARN, "rights that are not needed (repo, gist): a token"),
        (("repo",), 2 * DAY, State.WARN, "a token without any scope will do; it ends in 2 days"),
    ],
)
def test_a_token_is_judged_by_what_it_may_do_and_for_how_long(
    scopes: tuple[str, ...] | None, ends_in: timedelta | None, state: State, says: str
) -> None:
    ends = None if ends_in is None else NOW + ends_in
    check = reaching.token(Standing(scopes=scopes, expires_at=ends), NOW)
    assert check.state is state
    assert says in check.says


async def test_rights_that_the_token_does_not_need_are_told_as_github_lists_them(
    practice: Practice,
) -> None:
    practice.github.scopes = "repo, admin:org"
    check = (await practice.examine())["token"]
    assert check.state is State.WARN
    assert "(repo, admin:org)" in check.says


def test_a_budget_that_is_used_up_is_told_with_when_it_is_whole() -> None:
    allowances = {
        "core": Allowance(0, 5000, datetime(2026, 11, 22, 7, 3, tzinfo=UTC)),
        "search": Allowance(30, 30, NOW),
    }
    check = reaching.points(Standing(allowances))
    assert check.state is State.WARN
    assert "core 0 of 5,000, search 30 of 30; nothing of core until 07:03 UTC" in check.says


async def test_a_server_that_limits_nobody_is_no_trouble(practice: Practice) -> None:
    practice.github.limits.grants = dict(UNLIMITED)
    assert (await practice.examine())["points"] == Check(
        "points", State.OK, "this server limits nobody"
    )


async def test_the_doctor_works_at_enterprises_addresses(practice: Practice) -> None:
    practice.set(GITHUB_API_URL=f"{practice.github.url}/api/v3")
    assert (await practice.examine())["token"].state is State.OK


@pytest.mark.parametrize(
    ("minutes", "state", "says"),
    [
        (2, State.OK, "120 s behind GitHub's"),
        (3, State.WARN, "180 s behind GitHub's: let NTP set it"),
        (-90, State.WARN, "5,400 s ahead of GitHub's: let NTP"),
    ],
)
async def test_a_wrong_clock_is_told(
    practice: Practice, minutes: int, state: State, says: str
) -> None:
    practice.github.skew = timedelta(minutes=minutes)
    check = (await practice.examine())["clock"]
    assert check.state is state
    assert says in check.says


async def test_a_token_goes_to_no_other_address_than_the_one_it_was_meant_for(
    practice: Practice,
) -> None:
    practice.set(GITHUB_API_URL="github.example")
    check = (await practice.examine())["token"]
    assert check == Check("token", State.FAIL, "not asked: GITHUB_API_URL cannot be used.")
    assert not practice.github.requests


# -- the platforms ---------------------------------------------------------------------------------


async def test_a_bot_without_its_token_is_not_in_use(practice: Practice) -> None:
    practice.set(DISCORD_TOKEN="")
    check = (await practice.examine())["discord"]
    assert check == Check("discord", State.OK, "not in use; it needs DISCORD_TOKEN")
    assert "bots" not in await practice.examine()


async def test_half_of_a_bots_tokens_are_told(practice: Practice) -> None:
    practice.set(SLACK_BOT_TOKEN="")
    check = (await practice.examine())["slack"]
    assert check == Check("slack", State.WARN, "not in use: SLACK_BOT_TOKEN is missing.")


async def test_without_any_bot_nothing_is_posted(practice: Practice) -> None:
    practice.set(SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="", DISCORD_TOKEN="")
    found = await practice.examine()
    assert found["bots"].state is State.WARN
    assert "nothing is posted anywhere" in found["bots"].says


@pytest.mark.parametrize(
    ("channel", "state", "says"),
    [
        ("", State.WARN, "nobody hears of trouble: set HYPECURVE_OPERATOR_CHANNEL"),
        ("slack:T123/C456", State.OK, "slack:T123/C456"),
        ("discord:123/456", State.FAIL, "discord:123/456 cannot be told anything: set DISCORD_TO"),
        ("teams:T1/C1", State.FAIL, "there is no bot for 'teams', only for discord or slack"),
        ("#ops", State.FAIL, "HYPECURVE_OPERATOR_CHANNEL cannot be used: see above"),
    ],
)
async def test_the_operators_channel_wants_a_bot_that_is_set_up(
    practice: Practice, channel: str, state: State, says: str
) -> None:
    practice.set(HYPECURVE_OPERATOR_CHANNEL=channel, DISCORD_TOKEN="")
    check = (await practice.examine())["operator"]
    assert check.state is state
    assert says in check.says


# -- settings and the machine ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "state"),
    [(100 * MIB - 1, State.FAIL), (100 * MIB, State.WARN), (GIB - 1, State.WARN), (GIB, State.OK)],
)
async def test_a_disk_that_fills_up_is_told(practice: Practice, free: int, state: State) -> None:
    check = (await practice.examine(free=free))["disk"]
    assert check.state is state
    assert check.says.startswith(f"{in_bytes(free)} free beside hypecurve.db")


async def test_a_servers_disk_is_not_ours(practice: Practice) -> None:
    practice.set(DATABASE_URL="postgresql://u:p@127.0.0.1:9/d")
    assert (await practice.examine(free=0))["disk"].state is State.OK


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("HYPECURVE_MIN_STAR=3", "HYPECURVE_MIN_STAR is no setting: did you mean HYPECURVE_MIN_ST"),
        ("GITHUB_TOKN=x", "GITHUB_TOKN is no setting: did you mean GITHUB_TOKEN?"),
        ("slack_bot_token=x", "slack_bot_token is no setting: did you mean SLACK_BOT_TOKEN?"),
        ("HYPECURVE_COLOUR=red", "HYPECURVE_COLOUR is no setting, and is not read."),
        ("POSTGRES_PASSWORD=x", None),
        ("hypecurve_min_stars=300", None),
        ("github_token=", None),
        ("HYPECURVE_MIN_STAR=", None),
    ],
)
async def test_a_mistyped_setting_is_named_with_the_nearest_known_one(
    practice: Practice, folder: Path, line: str, says: str | None
) -> None:
    (folder / ".env").write_text(f"{line}\n")
    check = (await practice.examine())["settings"]
    assert check.state is (State.OK if says is None else State.WARN)
    assert says is None or says in check.says


async def test_a_mistyped_setting_in_the_environment_is_named_too(practice: Practice) -> None:
    practice.set(HYPECURVE_SEARCH_TERM="llm")
    says = (await practice.examine())["settings"].says
    assert says == "HYPECURVE_SEARCH_TERM is no setting: did you mean HYPECURVE_SEARCH_TERMS?"


async def test_what_is_set_is_listed_by_name_and_place(practice: Practice, folder: Path) -> None:
    (folder / ".env").write_text("HYPECURVE_MIN_STARS=300\nGITHUB_TOKEN=hunter2\n")
    says = (await practice.examine())["settings"].says
    assert says.startswith("HYPECURVE_MIN_STARS in .env; GITHUB_TOKEN, GITHUB_API_URL, HYPECURVE_O")
    assert says.endswith(" in the environment")


async def test_a_setting_that_cannot_be_used_keeps_no_other_from_being_read(
    practice: Practice,
) -> None:
    practice.set(HYPECURVE_MIN_STARS="0", HYPECURVE_UPDATE_EVERY="often")
    found = await practice.examine()
    wrong = [line for line in practice.lines if line.startswith("fail")]
    assert [line.split()[2] for line in wrong] == ["HYPECURVE_MIN_STARS", "HYPECURVE_UPDATE_EVERY"]
    assert "write at least 1" in wrong[0]
    assert "write it as 6h" in wrong[1]
    assert found["token"].state is found["operator"].state is State.OK


async def test_a_file_of_settings_that_cannot_be_read_is_told(
    practice: Practice, folder: Path
) -> None:
    (folder / ".env").write_bytes(b"HYPECURVE_MIN_STARS=\xff\n")
    found = await practice.examine()
    assert found["settings"] == Check(
        "settings", State.FAIL, ".env cannot be read: save it as UTF-8 text."
    )
    assert found["token"].state is State.OK
    assert found["slack"].state is State.FAIL


async def test_a_taxonomy_that_cannot_be_used_is_told(practice: Practice) -> None:
    practice.set(HYPECURVE_TAXONOMY="nowhere.toml")
    check = (await practice.examine())["settings"]
    assert check.state is State.FAIL
    assert "HYPECURVE_TAXONOMY: nowhere.toml cannot be used" in check.says


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (5 * GIB, "5.0 GiB")],
)
def test_sizes_are_told_in_the_unit_that_fits(number: int, words: str) -> None:
    assert in_bytes(number) == words


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command sets a variable of PostgreSQL's for its process, which here is the tests'."""
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "8")


@pytest.mark.usefixtures("alone")
def test_a_failure_is_exit_status_one_after_all_has_been_looked_at(call: Call) -> None:
    ran = call("doctor")
    assert ran.status == 1
    assert len(ran.out.splitlines()) == 10
    assert "fail  token        GITHUB_TOKEN is missing: make a token" in ran.out
    assert ran.err == "1 failed, 4 to look at.\n"


@pytest.mark.usefixtures("alone")
def test_programs_read_the_same_as_json(call: Call) -> None:
    ran = call("doctor", "--format", "json")
    assert ran.status == 1
    assert ran.err == ""
    found = [
        Check(each["name"], State(each["state"]), each["says"]) for each in json.loads(ran.out)
    ]
    assert [in_one_line(check) for check in found] == call("doctor").out.splitlines()


def test_a_format_that_there_is_not_is_a_slip(call: Call) -> None:
    ran = call("doctor", "--format", "xml")
    assert (ran.status, ran.out) == (2, "")
    assert ran.lines == ["hypecurve: --format 'xml' is not known: choose text, json."]


async def test_warnings_alone_are_exit_status_zero(practice: Practice, folder: Path) -> None:
    practice.github._now = SystemClock().now  # a process of its own has its own clock
    practice.github.expires_at = SystemClock().now() + 90 * DAY
    practice.set(HYPECURVE_OPERATOR_CHANNEL="")
    ran = await run_beside("doctor", folder=folder, settings=practice.settings)
    assert ran.status == 0, ran.out
    assert "warn  operator" in ran.out
    assert ran.lines == ["Nothing fails, 2 to look at."]
    assert files(folder) == []


async def test_http_and_keys_are_looked_at_where_they_are_set(practice: Practice) -> None:
    stop = asyncio.Event()
    old, new = new_key(), new_key()
    with listen("127.0.0.1", 0) as listening:
        where = "{}:{}".format(*listening.getsockname())
        serving = asyncio.create_task(serve_http(site({}), listening, stop))
        practice.set(HYPECURVE_WEB=where, HYPECURVE_PUBLIC_URL=f"http://{where}")
        found = await practice.examine()
        assert found["http"] == Check("http", State.OK, f"answered at {where}")
        assert found["public URL"].state is State.WARN
        assert "https://" in found["public URL"].says
        assert "secrets new" in found["keys"].says
        practice.set(HYPECURVE_SECRET_KEYS=f"{new},{old}", HYPECURVE_PUBLIC_URL=f"https://{where}")
        found = await practice.examine()
        assert found["keys"].state is State.OK
        assert "does not reach us" in found["public URL"].says
        stop.set()
        await serving
    found = await practice.examine()
    assert (found["http"].state, "nobody answers" in found["http"].says) == (State.WARN, True)
    practice.set(HYPECURVE_WEB=practice.github.url.partition("://")[2].partition("/")[0])
    found = await practice.examine()
    assert (found["http"].state, "is not ours" in found["http"].says) == (State.FAIL, True)
    practice.set(HYPECURVE_SECRET_KEYS="no-key", HYPECURVE_WEB="nowhere")
    found = await practice.examine()
    assert found["keys"].state is found["http"].state is State.FAIL
    assert old not in "".join(practice.lines)


async def test_tokens_that_no_key_opens_are_named_with_where_to_install_anew(
    settled: Practice,
) -> None:
    sealer = FernetSealer([new_key()], settled.clock)
    async with live_store(Settings(), settled.clock) as store:
        kept = SealedInstallations(store, settled.clock, sealer)
        await kept.keep(Installation(Tenant("slack", "T2"), "token", name="Acme"))
    settled.set(HYPECURVE_SECRET_KEYS=new_key(), HYPECURVE_PUBLIC_URL="https://hype.example.com")
    found = await settled.examine(within=0.5)
    assert found["installed"].state is State.FAIL
    assert "slack:T2 (Acme)" in found["installed"].says
    assert "https://hype.example.com/slack/install" in found["installed"].says
