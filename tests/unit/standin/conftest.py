"""A stand-in of its own for every test, at both addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.asking import ADDRESSES, Asking, asking


@pytest.fixture(params=ADDRESSES, ids=["github.com", "enterprise"])
async def github(request: pytest.FixtureRequest) -> AsyncIterator[Asking]:
    async with asking(prefix=request.param) as github:
        yield github
