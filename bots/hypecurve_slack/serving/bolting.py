"""bolt's app, the same over a socket and over HTTP."""

from __future__ import annotations

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.wording.texts import SOURCE_LOCALE, texts


def new_app(
    client: AsyncWebClient,
    authorize: AsyncAuthorize,
    *,
    signing_secret: str = "",
    install_at: str = "",
) -> AsyncApp:
    """Return a bolt app that asks `authorize` whose each request is.

    Whoever is not let in is told where the app is installed. bolt reads SLACK_* from the
    environment by itself and warns that it does not use them.
    """
    say = texts(SOURCE_LOCALE).say  # nothing is known of who asks
    outside = say(
        "Hypecurve is not installed here any more. Who may install apps can bring it back"
    )
    logger = logging.getLogger("hypecurve_slack.bolt")
    logger.setLevel(logging.ERROR)
    tokenless = AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[])
    # bolt gives its logger's level to the logger that is called as the app: not to all of ours.
    return AsyncApp(
        client=tokenless,
        authorize=authorize,  # type: ignore[arg-type]  # bolt takes it as it is
        signing_secret=signing_secret,
        user_facing_authorize_error_message=f"{outside}: {install_at}" if install_at else outside,
        logger=logger,
        name=logger.name,
    )
