"""The log: short events with keys, on standard error; never a token, never a text of a channel."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_TELLING = re.compile(
    r"(?P<token>\b(?:xox[a-z](?:\.xox[a-z])?|xapp|gh[a-z]|github_pat)[-_][\w.-]+)"
    r"|(?P<way>\b(?:https|wss?)://[^\s/'\"]+/(?:[^\s'\"?]*/)?"
    r"(?:commands|actions|services|webhooks|interactions|upload)/)[^\s'\"]+"
    r"|(?P<address>\b(?:https?|wss?)://[^\s'\"?]+\?)[^\s'\"]+"
)
"""Tokens, and addresses that act for whoever has them: response_urls, webhooks, tickets."""
_KIND = re.compile(r"[a-z]*(?::[a-z]*)?")
"""Of a control's id, like `hype:do`: behind it stands what somebody typed."""
_NOISY = (
    *("httpx", "httpcore", "apscheduler", "slack_bolt", "slack_sdk", "discord", "aiosqlite"),
    "alembic",
)


def configure(style: str = "text") -> None:
    """Send structlog's events and the libraries' warnings to standard error.

    `style`: "text" for people, "json" for machines: one object a line.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _without_what_was_typed,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if style == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # The usual one shows the values of local variables: tokens among them.
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    rendering.append(_without_secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # What succeeds at the next try concerns nobody; what does not is told once, as an error.
    logging.getLogger("stamina").setLevel(logging.ERROR)


def _without_what_was_typed(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Leave of a control's id what kind of control it is."""
    found = _KIND.match(str(event["custom_id"])) if "custom_id" in event else None
    return event if found is None else {**event, "custom_id": found[0]}


def _without_secrets(_logger: object, _name: str, line: object) -> str:
    """Take out of a whole line, traces included, what libraries quote of tokens and addresses."""

    def shortened(found: re.Match[str]) -> str:
        return f"{found['way'] or found['address'] or ''}(hidden)"

    return _TELLING.sub(shortened, str(line))
