"""Settings come from the environment or `.env`, and the environment goes first."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from hypecurve.config import DEFAULT_TERMS, bot_settings, load_settings
from hypecurve.domain.errors import BadSetting
from hypecurve.ports import BotSetting, Term
from support.processes import environment

WANTED = (
    BotSetting("ACME_TOKEN", "the token", secret=True),
    BotSetting("ACME_URL", "an address"),
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and no setting of ours in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)
    return tmp_path


def test_without_any_setting_it_follows_the_three_searches_every_six_hours() -> None:
    settings = load_settings()
    assert settings.terms == tuple(Term(term) for term in DEFAULT_TERMS)
    assert settings.update_every == timedelta(hours=6)
    assert settings.min_stars == 500
    assert settings.github_api_url == "https://api.github.com"
    assert settings.database_url is None
    assert settings.github_token is None


def test_the_environment_goes_before_the_env_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("HYPECURVE_MIN_STARS=700\nHYPECURVE_UPDATE_EVERY=3h\n")
    monkeypatch.setenv("HYPECURVE_MIN_STARS", "900")
    settings = load_settings()
    assert (settings.min_stars, settings.update_every) == (900, timedelta(hours=3))


def test_settings_of_other_programs_in_the_env_file_do_not_matter(folder: Path) -> None:
    (folder / ".env").write_text("SOMEBODYS_SETTING=1\nSLACK_BOT_TOKEN=xoxb-1\n")
    assert load_settings().min_stars == 500


def test_an_empty_setting_is_none_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = load_settings()
    for name in ("HYPECURVE_MIN_STARS", "HYPECURVE_TAXONOMY", "GITHUB_API_URL", "DATABASE_URL"):
        monkeypatch.setenv(name, "")
    (folder / ".env").write_text("HYPECURVE_UPDATE_EVERY=\nGITHUB_TOKEN=\n")
    assert load_settings() == usual


def test_terms_are_divided_by_commas_and_may_be_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPECURVE_SEARCH_TERMS", " llm, generative ai ,topic:mcp,")
    assert load_settings().terms == (
        Term("llm"),
        Term("generative ai"),
        Term("mcp", is_topic=True),
    )


@pytest.mark.parametrize("span", ["15m", "24h", "1d"])
def test_the_span_between_cycles_is_from_a_quarter_of_an_hour_to_a_day(
    monkeypatch: pytest.MonkeyPatch, span: str
) -> None:
    monkeypatch.setenv("HYPECURVE_UPDATE_EVERY", span)
    assert timedelta(minutes=15) <= load_settings().update_every <= timedelta(days=1)


def test_an_address_loses_the_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "https://git.example/api/v3/")
    assert load_settings().github_api_url == "https://git.example/api/v3"


def test_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2")
    settings = load_settings()
    assert settings.github_token is not None
    assert settings.github_token.get_secret_value() == "hunter2"
    assert "hunter2" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HYPECURVE_MIN_STARS", "-1"),
        ("HYPECURVE_MIN_STARS", "5.5"),
        ("HYPECURVE_BACKFILL_PER_HOUR", "-1"),
        ("HYPECURVE_BACKFILL_PER_HOUR", "lots"),
        ("HYPECURVE_UPDATE_EVERY", "0h"),
        ("HYPECURVE_UPDATE_EVERY", "6"),
        ("HYPECURVE_UPDATE_EVERY", "14m"),
        ("HYPECURVE_UPDATE_EVERY", "25h"),
        ("HYPECURVE_UPDATE_EVERY", "2d"),
        ("HYPECURVE_SEARCH_TERMS", " , "),
        ("HYPECURVE_LOG_FORMAT", "XML"),
        ("GITHUB_API_URL", "api.github.com"),
    ],
)
def test_what_cannot_be_used_is_named_once_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        load_settings()
    line = str(caught.value)
    assert line.startswith(f"{name} cannot be used: ")
    assert line.endswith(".")
    assert not line.endswith("..")
    assert "\n" not in line
    for word in ("Input", "validation", "pydantic", "Tuple", "match"):
        assert word not in line


def test_a_bot_reads_only_what_it_announced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("ACME_TOKEN=from-file\nACME_URL=\nGITHUB_TOKEN=hunter2\n")
    assert bot_settings(WANTED) == {"ACME_TOKEN": "from-file"}
    monkeypatch.setenv("ACME_TOKEN", "from-environment")
    assert bot_settings(WANTED) == {"ACME_TOKEN": "from-environment"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        (":8080", ("0.0.0.0", 8080)),  # noqa: S104  # what the host left out means
        ("[::1]:80", ("::1", 80)),
        ("hype.internal:0", ("hype.internal", 0)),
    ],
)
def test_where_http_is_listened_on_is_a_host_and_a_port(
    monkeypatch: pytest.MonkeyPatch, text: str, found: tuple[str, int]
) -> None:
    assert load_settings().listen is None
    monkeypatch.setenv("HYPECURVE_WEB", text)
    assert load_settings().listen == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("HYPECURVE_WEB", text) for text in ("8080", "::1:80", "x:y", "x:65536", "x:-1", "x:²")),
        ("HYPECURVE_PUBLIC_URL", "hype.example.com"),
        ("HYPECURVE_PUBLIC_URL", "https://"),
        ("HYPECURVE_PUBLIC_URL", "https://x.example:port"),
        ("HYPECURVE_PUBLIC_URL", "https://x.example/?a=b"),
    ],
)
def test_an_address_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(BadSetting, match=f"^{name} cannot be used: write "):
        load_settings()


def test_keys_are_divided_by_commas_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPECURVE_SECRET_KEYS", "first-key, second ,,")
    settings = load_settings()
    assert [key.get_secret_value() for key in settings.secret_keys] == ["first-key", "second"]
    assert "first-key" not in repr(settings)


def test_a_public_address_ends_without_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPECURVE_PUBLIC_URL", "https://x.example/hype/")
    assert load_settings().public_url == "https://x.example/hype"
