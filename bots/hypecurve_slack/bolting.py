"""bolt's app, the same over a socket and over HTTP."""

from __future__ import annotations

import logging

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.web.async_client import AsyncWebClient


def new_app(
    client: AsyncWebClient, authorize: AsyncAuthorize, signing_secret: str = ""
) -> AsyncApp:
    """Return a bolt app that asks `authorize` whose each request is.

    bolt reads SLACK_* from the environment by itself and warns that it does not use them.
    """
    logger = logging.getLogger("hypecurve_slack.bolt")
    logger.setLevel(logging.ERROR)
    tokenless = AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[])
    # bolt gives its logger's level to the logger that is called as the app: not to all of ours.
    return AsyncApp(
        client=tokenless,
        authorize=authorize,  # type: ignore[arg-type]  # bolt takes it as it is
        signing_secret=signing_secret,
        logger=logger,
        name=logger.name,
    )
