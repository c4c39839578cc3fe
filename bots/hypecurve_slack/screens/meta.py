"""What a view remembers between being shown and being sent in: its private metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

_LIMIT = 3_000
"""Characters; https://docs.slack.dev/reference/views/modal-views"""


@dataclass(frozen=True, slots=True)
class Meta:
    """For which channel a view is, and where its answer goes.

    It never says whose channel: the tenant is the request's.
    """

    channel_id: str = ""
    channel_name: str = ""
    response_url: str = ""
    thread_ts: str = ""
    locale: str = "en"
    about: str = ""
    """The repo that is asked about."""
    subscription_id: int = 0
    """Which one is shown; 0: a new one."""
    home: bool = False
    """It was opened in the app's Home."""
    page: int = 0
    """Of the Home."""
    shown: str = ""
    """Marks of what the fields showed (`screens.state`)."""

    def written(self) -> str:
        """Return it as a view keeps it."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        if len(text) <= _LIMIT:
            return text
        return replace(self, response_url="", channel_name="", about="").written()


def meta_of(view: Mapping[str, Any]) -> Meta:
    """Return what a view remembers: as much as can be read of what another version wrote."""
    try:
        kept = json.loads(str(view.get("private_metadata") or "{}"))
    except ValueError:
        kept = {}
    if not isinstance(kept, dict):
        return Meta()
    plain = asdict(Meta())
    return Meta(**{name: kept[name] for name in plain if type(kept.get(name)) is type(plain[name])})
