"""Settings: from the environment or `.env`; what is wrong is named in one clear line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hypecurve.domain.errors import BadChannel, BadSetting, BadTime
from hypecurve.domain.schedule import parse_span
from hypecurve.domain.subscription import Channel
from hypecurve.ports import BotSetting, Term

DEFAULT_TERMS = ("gpt", "llm", "generative ai")
NO_GITHUB = (
    "GITHUB_TOKEN is missing: make a token without any scope at github.com/settings/tokens, and "
    "set it in the environment or in .env."
)
_SHORTEST, _LONGEST = timedelta(minutes=15), timedelta(hours=24)
"""Of the span between cycles: a cycle takes its time, and a gain of 24 hours wants a look a day."""
_LAST_PORT = 65_535
_WORDS = {
    "int_parsing": "write a whole number",
    "greater_than_equal": "write at least {ge}",
    "less_than_equal": "write at most {le}",
}
"""What pydantic finds, in words for whoever edits `.env`."""


class Settings(BaseSettings):
    """What the core reads. Bots announce their own (see `bot_settings`)."""

    # An empty setting is none: .env.example has lines to fill in.
    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    database_url: str | None = Field(None, alias="DATABASE_URL")
    """None: each world has a file of its own in the working directory."""
    github_token: SecretStr | None = Field(None, alias="GITHUB_TOKEN")
    github_api_url: str = Field("https://api.github.com", alias="GITHUB_API_URL")
    min_stars: int = Field(500, alias="HYPECURVE_MIN_STARS", ge=1)
    search_terms: Annotated[tuple[str, ...], NoDecode] = Field(
        DEFAULT_TERMS, alias="HYPECURVE_SEARCH_TERMS", min_length=1
    )
    """Divided by commas; `topic:mcp` searches a topic."""
    update_every: timedelta = Field(timedelta(hours=6), alias="HYPECURVE_UPDATE_EVERY")
    backfill_per_hour: int = Field(2500, alias="HYPECURVE_BACKFILL_PER_HOUR", ge=0)
    """Repos whose past is asked in an hour: half of the 5,000 points GitHub gives."""
    submissions_per_day: int = Field(5, alias="HYPECURVE_SUBMISSIONS_PER_DAY", ge=0)
    """Repos that one user of a chat may submit within 24 hours."""
    invalid_answers: int = Field(500, alias="HYPECURVE_INVALID_ANSWERS", ge=1, le=9000)
    """Answers of 401, 403 and 429 within ten minutes after which Discord is left alone. It bars an
    address at 10,000."""
    operator_channel: str | None = Field(None, alias="HYPECURVE_OPERATOR_CHANNEL")
    """Where the operator hears what needs a person: `slack:TEAM/CHANNEL`."""
    changes: Literal["members", "admins"] = Field("members", alias="HYPECURVE_CHANGES")
    """Who may change what a channel hears."""
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), alias="HYPECURVE_SECRET_KEYS"
    )
    """Divided by commas: the first seals, each opens."""
    web: str | None = Field(None, alias="HYPECURVE_WEB")
    """Where HTTP is listened for, `127.0.0.1:8080`; None: where a bot needs it, there."""
    public_url: str = Field("", alias="HYPECURVE_PUBLIC_URL")
    """Where the world reaches it."""
    taxonomy_file: Path | None = Field(None, alias="HYPECURVE_TAXONOMY")
    log_format: str = Field("text", alias="HYPECURVE_LOG_FORMAT")

    @field_validator("log_format")
    @classmethod
    def _style(cls, value: str) -> str:
        if value not in {"text", "json"}:
            message = "choose text or json"
            raise ValueError(message)
        return value

    @field_validator("search_terms", mode="before")
    @classmethod
    def _divide(cls, value: object) -> object:
        if isinstance(value, str):
            terms = tuple(term.strip() for term in value.split(",") if term.strip())
            if not terms:
                message = "name at least one term, divided by commas: llm,topic:mcp"
                raise ValueError(message)
            return terms
        return value

    @field_validator("update_every", mode="before")
    @classmethod
    def _span(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return parse_span(value)
        except BadTime as error:
            raise ValueError(str(error)) from None

    @field_validator("update_every")
    @classmethod
    def _within(cls, value: timedelta) -> timedelta:
        if not _SHORTEST <= value <= _LONGEST:
            message = "write a span from 15m to 24h"
            raise ValueError(message)
        return value

    @field_validator("operator_channel")
    @classmethod
    def _channel(cls, value: str | None) -> str | None:
        try:
            return None if value is None else str(Channel.parse(value))
        except BadChannel as error:
            raise ValueError(str(error)) from None

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _keys(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(key.strip() for key in value.split(",") if key.strip())
        return value

    @field_validator("web")
    @classmethod
    def _listen(cls, value: str | None) -> str | None:
        if value is not None:
            _host_and_port(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        message = "write the address the world reaches us at, such as https://hypecurve.example.com"
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"https", "http"} and bool(parts.hostname)
            _ = parts.port  # it is read late and raises for what is no port
        except ValueError:
            usable = False
        if value and (not usable or parts.query or parts.fragment):
            raise ValueError(message)
        return value.rstrip("/")

    @field_validator("github_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            message = "write an address such as https://HOST/api/v3"
            raise ValueError(message)
        return value.rstrip("/")

    @property
    def listen(self) -> tuple[str, int] | None:
        """The host and port that HTTP is listened on; None where only a bot that needs it asks."""
        return None if self.web is None else _host_and_port(self.web)

    @property
    def operator(self) -> Channel | None:
        """The operator's channel."""
        return None if self.operator_channel is None else Channel.parse(self.operator_channel)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The search terms."""
        return tuple(
            Term(term.removeprefix("topic:"), is_topic=term.startswith("topic:"))
            for term in self.search_terms
        )


def _host_and_port(text: str) -> tuple[str, int]:
    """Read `127.0.0.1:8080`, `[::1]:8080`, or `:8080` for every address of this machine."""
    host, colon, port = text.strip().rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        colon = ""
    if not colon or not (port.isascii() and port.isdecimal()) or int(port) > _LAST_PORT:
        message = "write a host and a port such as 127.0.0.1:8080, or :8080 for every address"
        raise ValueError(message)
    return host or "0.0.0.0", int(port)  # noqa: S104  # who leaves the host out asks for it


def load_settings() -> Settings:
    """Read the settings; BadSetting names the first variable that cannot be used, and why."""
    try:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(error) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "a setting"
        found = str(first["msg"]).removeprefix("Value error, ")
        why = _WORDS.get(str(first["type"]), found).format(**first.get("ctx", {}))
        message = f"{name} cannot be used: {why.removesuffix('.')}."
        raise BadSetting(message) from None


def _unreadable(error: Exception) -> BadSetting:
    why = "save it as UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
    return BadSetting(f".env cannot be read: {why}.")


def bot_settings(wanted: Sequence[BotSetting]) -> Mapping[str, str]:
    """What the environment or `.env` says of a bot's own settings; what is empty is left out."""
    try:
        known = {**dotenv_values(".env"), **os.environ}
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(error) from None
    return {item.name: value for item in wanted if (value := known.get(item.name))}
