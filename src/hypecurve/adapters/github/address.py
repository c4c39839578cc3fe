"""Where GitHub lives and how we introduce ourselves there."""

from __future__ import annotations

import httpx

from hypecurve.domain.errors import BadSetting

API_URL = "https://api.github.com"
API_VERSION = "2026-03-10"


def checked(api_url: str) -> httpx.URL:
    """Return GITHUB_API_URL as an address; BadSetting where it is none."""
    try:
        url = httpx.URL(api_url.strip().rstrip("/"))
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query:
        message = f"GITHUB_API_URL must look like {API_URL} or https://HOST/api/v3."
        raise BadSetting(message)
    return url


def headers(token: str) -> dict[str, str]:
    """Return what goes with every request; BadSetting where the token cannot be one."""
    token = token.strip()
    # Checked here because httpx would quote the whole header in its complaint.
    if not (token.isascii() and (token.isprintable() and " " not in token)):
        message = "GITHUB_TOKEN holds characters that no token has: copy it once more."
        raise BadSetting(message)
    common = {
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": API_VERSION,
        "User-Agent": "hypecurve",
    }
    return common | {"Authorization": f"Bearer {token}"} if token else common


def graphql_url(api: str) -> str:
    """Return where GraphQL lives: on Enterprise beside REST's /api/v3, else below the root."""
    return f"{api.removesuffix('/v3')}/graphql" if api.endswith("/api/v3") else f"{api}/graphql"
