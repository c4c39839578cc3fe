"""Installing: a browser goes to Slack and comes back with a code, which becomes a token.

docs.slack.dev/authentication/installing-with-oauth; bolt's flow, with our pages, our store, and a
client that asks nothing twice: a code is good for once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

import structlog
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.errors import BadSetting, HypecurveError, KeyLost
from hypecurve.domain.installation import Installation
from hypecurve.domain.outside import clean
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Events, Installations, Kit, Sealer
from hypecurve.wording.page import HEADERS, Page, html, wanted_locale
from hypecurve_slack.answering.people import language_of
from hypecurve_slack.installing import pages
from hypecurve_slack.installing.installed import from_text, oauth_access, to_text
from hypecurve_slack.manifest import SCOPES
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.serving.paths import INSTALL, RETURN, install_url
from hypecurve_slack.serving.seldom import Seldom
from hypecurve_slack.settings import Settings

STATE_LASTS = timedelta(minutes=10)
_STATE = "install hypecurve in slack"
_LONGEST = 80
_log = structlog.get_logger(__name__)


def check(kit: Kit) -> None:
    """BadSetting where workspaces could not install the app: no address, or no key."""
    if not kit.public_url:
        message = (
            "HYPECURVE_PUBLIC_URL is missing: with SLACK_CLIENT_ID workspaces install the app "
            "there. Set it to the https:// address under which the world reaches this service."
        )
        raise BadSetting(message)
    kit.sealer.seal("")


def flow(settings: Settings, kit: Kit, events: Events, client: AsyncWebClient) -> AsyncOAuthFlow:
    """Return what answers the install page and Slack's way back from it."""
    logger = logging.getLogger("hypecurve_slack.oauth")
    logger.setLevel(logging.ERROR)  # its warnings hold codes
    pair = _Pages(install_url(kit))
    return _Flow(
        ours=settings,
        client=client,
        logger=logger,
        settings=AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=[*SCOPES],
            user_scopes=[],
            redirect_uri=f"{kit.public_url}{RETURN}",
            install_path=INSTALL,
            redirect_uri_path=RETURN,
            authorization_url=settings.authorize_url,
            installation_store=_Store(kit.installations, events, client),
            state_store=_States(kit.sealer),
            state_expiration_seconds=int(STATE_LASTS.total_seconds()),
            callback_options=AsyncCallbackOptions(success=pair.success, failure=pair.failure),
            logger=logger,
        ),
    )


class _Flow(AsyncOAuthFlow):
    """bolt's flow; what goes wrong on the way is a page that says so."""

    def __init__(
        self,
        *,
        ours: Settings,
        client: AsyncWebClient,
        logger: logging.Logger,
        settings: AsyncOAuthSettings,
    ) -> None:
        super().__init__(client=client, logger=logger, settings=settings)
        self._ours = ours

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        """Return our page instead of bolt's."""
        locale = _locale(request)
        return html(pages.install(url, locale), locale)

    async def append_set_cookie_headers(
        self, headers: dict[str, str], set_cookie_value: str | None
    ) -> dict[str, str]:
        """Send our pages' headers too."""
        whole: dict[str, str] = await super().append_set_cookie_headers(
            {**headers, **HEADERS}, set_cookie_value
        )
        return whole

    async def run_installation(self, code: str) -> SlackInstallation | None:
        """Exchange a code for tokens; None where Slack does not do it."""
        fields = {"code": code, "redirect_uri": self.settings.redirect_uri or ""}
        try:
            told = await oauth_access(self.client, self._ours, fields)
            token = str(told.get("access_token") or "")
            me = await self.client.api_call("auth.test", params={"token": token})
        except NETWORK as error:
            _log.warning("slack did not exchange a code", code=trouble(error).code)
            return None
        org, team = told.get("enterprise") or {}, told.get("team") or {}
        return SlackInstallation(
            app_id=told.get("app_id"),
            enterprise_id=org.get("id"),
            enterprise_name=org.get("name"),
            team_id=team.get("id"),
            team_name=team.get("name"),
            bot_token=token,
            bot_id=me.get("bot_id"),
            bot_user_id=told.get("bot_user_id") or me.get("user_id"),
            bot_scopes=str(told.get("scope") or ""),
            bot_refresh_token=told.get("refresh_token"),
            bot_token_expires_in=told.get("expires_in"),
            user_id=str((told.get("authed_user") or {}).get("id") or ""),
            is_enterprise_install=bool(told.get("is_enterprise_install")),
            token_type=told.get("token_type"),
        )

    async def store_installation(
        self, request: AsyncBoltRequest, installation: SlackInstallation
    ) -> None:
        """Keep an installation; BoltError, which bolt tells the browser of, where that fails."""
        try:
            await super().store_installation(request, installation)
        except HypecurveError as error:
            _log.error("an installation could not be kept", reason=str(error))
            raise BoltError(str(error)) from error


class _States(AsyncOAuthStateStore):
    """States that are kept nowhere: a sealed word that any service of ours can open for a while.

    bolt lets the browser bring it in a cookie too, so that nobody can lend theirs to another.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """Return a new state."""
        del args, kwargs
        return self._sealer.seal(_STATE)

    async def async_consume(self, state: str) -> bool:
        """Whether it is one of ours, and young enough."""
        try:
            return self._sealer.open(state, within=STATE_LASTS) == _STATE
        except KeyLost:
            return False


class _Store(AsyncInstallationStore):
    """Keeps installations through the core's own store."""

    def __init__(
        self, installations: Installations, events: Events, client: AsyncWebClient
    ) -> None:
        self._installations = installations
        self._events = events
        self._client = client

    async def async_save(self, installation: SlackInstallation) -> None:
        """Keep an installation, or its new tokens; its tenant is there again."""
        tenant = tenant_of(installation)
        await self._installations.keep(
            Installation(
                tenant=tenant,
                secret=to_text(installation),
                name=name_of(installation),
                by=installation.user_id or "",
                locale=await self._installers(installation),
            )
        )
        _log.info("the app was installed", tenant=str(tenant))
        await self._events.tenant_here(tenant)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> SlackInstallation | None:
        """Return a tenant's installation, whoever asks."""
        del user_id
        everywhere = is_enterprise_install and enterprise_id
        found = await self._installations.find(Tenant("slack", everywhere or team_id or ""))
        return None if found is None else from_text(found.secret)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget a tenant's tokens; one person's are not kept."""
        if user_id is None:
            await self._installations.remove(Tenant("slack", team_id or enterprise_id or ""))

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a tenant's tokens."""
        await self.async_delete_installation(enterprise_id=enterprise_id, team_id=team_id)

    async def _installers(self, installation: SlackInstallation) -> str:
        """Return who installed it reads what language; "" where Slack does not tell."""
        try:
            answer = await self._client.api_call(
                "users.info",
                http_verb="GET",
                params={"user": installation.user_id or "", "include_locale": "true"},
                headers={"Authorization": f"Bearer {installation.bot_token}"},
            )
        except NETWORK as error:
            _log.info("the installer's language was not told", code=trouble(error).code)
            return ""
        told = str((answer.get("user") or {}).get("locale") or "")
        return language_of(told) if told else ""


def tenant_of(installation: SlackInstallation) -> Tenant:
    """Return who let us in: an enterprise as a whole, or a team."""
    everywhere = installation.is_enterprise_install and installation.enterprise_id
    return Tenant("slack", everywhere or installation.team_id or "")


def name_of(installation: SlackInstallation) -> str:
    """Return what people call who let us in."""
    everywhere = installation.is_enterprise_install and installation.enterprise_name
    return clean(everywhere or installation.team_name or "", _LONGEST)


@dataclass(frozen=True, slots=True)
class _Pages:
    """What the browser sees at the end."""

    again: str
    unfinished: Seldom = field(default_factory=lambda: Seldom("an installation was not completed"))

    async def success(self, args: AsyncSuccessArgs) -> BoltResponse:
        """Say what to do next."""
        found = args.installation
        locale = _locale(args.request)
        url = f"https://app.slack.com/client/{tenant_of(found).id}"
        return _shown(args, pages.installed(name_of(found), url, locale), HTTPStatus.OK)

    async def failure(self, args: AsyncFailureArgs) -> BoltResponse:
        """Say what went wrong, and where to begin anew."""
        self.unfinished.warn(reason=clean(args.reason, _LONGEST))
        page = pages.failed(args.reason, self.again, _locale(args.request))
        return _shown(args, page, args.suggested_status_code)


def _shown(args: AsyncSuccessArgs | AsyncFailureArgs, page: Page, status: int) -> BoltResponse:
    cookie = args.settings.state_utils.build_set_cookie_for_deletion()
    body = html(page, _locale(args.request))
    return BoltResponse(status=status, body=body, headers={**HEADERS, "Set-Cookie": [cookie]})


def _locale(request: AsyncBoltRequest) -> str:
    return wanted_locale(",".join(request.headers.get("accept-language", ())))
