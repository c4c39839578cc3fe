"""The stand-in Slack where apps are installed: codes, tokens that end, refresh tokens.

    slack = InstallableSlack()
    back = slack.let_in(url, "T2", user="U1")    # somebody says yes at Slack's own page
    slack.rotates = True                         # tokens end after 12 hours from now on
    slack.remove("T2")                           # the app is removed there

A browser of no name (`Browser`) goes to the install page and comes back with its cookie.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp

from standins.slack import SlackStandIn
from standins.slack_answers import refusal
from standins.slack_http import Told
from standins.slack_model import SlackChannel, SlackWorkspace

CLIENT_ID, CLIENT_SECRET = "123.456", "made-up-client-secret"
LIVES = 12 * 3600


class InstallableSlack(SlackStandIn):
    """A Slack whose workspaces let the app in by themselves."""

    client_id, client_secret = CLIENT_ID, CLIENT_SECRET

    def __init__(self) -> None:
        super().__init__()
        self.rotates = False
        self.orgs: dict[str, str] = {}
        """The enterprises that teams belong to."""
        self.exchanges = 0
        self._codes: dict[str, tuple[str, str, str]] = {}
        self._refresh: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def let_in(
        self, url: str, team: str, user: str = "U1", *, enterprise: str = "", no: bool = False
    ) -> str:
        """Say yes (or `no`) at the address of Slack's page; return where Slack sends the browser.

        `enterprise`: the app is let in there as a whole.
        """
        parts = urlsplit(url)
        assert parts.path == "/oauth/v2/authorize"
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        assert asked["client_id"] == self.client_id
        if no:
            said = {"error": "access_denied", "state": asked["state"]}
        else:
            code = f"code-{next(self._numbers)}"
            self._codes[code] = (enterprise or team, user, asked["redirect_uri"])
            said = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def remove(self, team: str) -> None:
        """Remove the app from a workspace: its tokens are good for nothing."""
        for token in [token for token, w in self._workspaces.items() if w.team == team]:
            self._workspaces[token].gone = "account_inactive"
        self._refresh = {key: whose for key, whose in self._refresh.items() if whose != team}

    def token_of(self, team: str) -> str:
        """Return the newest good token of a workspace."""
        return next(
            token
            for token, workspace in reversed(self._workspaces.items())
            if workspace.team == team and not workspace.gone
        )

    async def _answer(self, method: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        if method != "oauth.v2.access":
            told = await super()._answer(method, token, body)
            everywhere = str(told.get("team_id", "")).startswith("E")
            org = {"enterprise_id": told.get("team_id"), "is_enterprise_install": True}
            return {**told, **org} if everywhere and method == "auth.test" else told
        if body.get("client_id") != self.client_id:
            return refusal("invalid_client_id")
        if body.get("client_secret") != self.client_secret:
            return refusal("bad_client_secret")
        self.exchanges += 1
        if body.get("grant_type") == "refresh_token":
            team = self._refresh.pop(str(body.get("refresh_token")), "")
            return self._granted(team, "U1") if team else refusal("invalid_refresh_token")
        team, user, back = self._codes.pop(str(body.get("code")), ("", "", ""))
        if not team:
            return refusal("invalid_code")
        return self._granted(team, user) if body.get("redirect_uri") == back else refusal("bad_uri")

    def _granted(self, team: str, user: str) -> dict[str, Any]:
        before = next((w for w in self._workspaces.values() if w.team == team), None)
        made = f"xoxe.xoxb-{team}-{next(self._numbers)}" if self.rotates else f"xoxb-{team}"
        if before is None:
            before = SlackWorkspace(team, made, {"C1": SlackChannel("C1", "general")}, self.users)
        workspace = SlackWorkspace(team, made, before.channels, before.users, before.bot_user)
        self._workspaces[made] = workspace
        everywhere = team.startswith("E")
        of = team if everywhere else self.orgs.get(team)
        org = {"id": of, "name": "Acme Corp"} if of else None
        answer: dict[str, Any] = {
            "ok": True,
            "app_id": "A1",
            "authed_user": {"id": user},
            "scope": "chat:write,commands",
            "token_type": "bot",
            "access_token": made,
            "bot_user_id": workspace.bot_user,
            "team": None if everywhere else {"id": team, "name": f"Team <{team}>"},
            "enterprise": org,
            "is_enterprise_install": everywhere,
        }
        if self.rotates:
            refresh = f"xoxe-1-{team}-{next(self._numbers)}"
            self._refresh[refresh] = team
            answer |= {"refresh_token": refresh, "expires_in": LIVES}
        return answer


@dataclass
class Browser:
    """Somebody's browser: it keeps cookies and speaks a language."""

    language: str = "en-GB,en;q=0.8"
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, url: str) -> Told:
        """Look at a page."""
        headers = {"Accept-Language": self.language}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            for line in response.headers.getall("Set-Cookie", []):
                assert "Secure" in line
                assert "HttpOnly" in line
                for name, found in SimpleCookie(line).items():
                    self.cookies[name] = found.coded_value
            return Told(response.status, await response.text(), dict(response.headers))

    async def follow(self, page: Told) -> str:
        """Return where the page's button leads."""
        found = re.search(r'class="act" href="([^"]+)"', page.text)
        assert found, page.text
        return unescape(found[1])
