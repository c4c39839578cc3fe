"""The sample day as fixtures."""

import pytest

from hypecurve.domain.catalogue import Card
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Digest, Welcome
from support.sample_day import (
    Maker,
    sample_card,
    sample_digest,
    sample_taxonomy,
    sample_welcome,
)


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def taxonomy() -> Taxonomy:
    return sample_taxonomy()


@pytest.fixture
def digest(make: Maker) -> Digest:
    return sample_digest(make)


@pytest.fixture
def welcome(make: Maker) -> Welcome:
    return sample_welcome(make)


@pytest.fixture
def card(make: Maker) -> Card:
    return sample_card(make)
