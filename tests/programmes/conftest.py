"""Fixtures of the tests of programmes: a village, and what is given there."""

import pytest
from sqlalchemy.orm import Session

from jps.households.schemas import HouseholdSchema
from tests.changes.village import Village
from tests.households.conftest import schema as schema
from tests.households.conftest import session as session
from tests.programmes.world import World


@pytest.fixture
def world(session: Session, schema: HouseholdSchema) -> World:
    """A village where programmes give."""
    return World(Village(session, schema))
