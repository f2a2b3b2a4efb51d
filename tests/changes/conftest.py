"""Fixtures of the tests of change requests: a small village of verified households."""

import pytest
from sqlalchemy.orm import Session

from jps.households.schemas import HouseholdSchema
from tests.changes.village import Village
from tests.households.conftest import schema as schema
from tests.households.conftest import session as session


@pytest.fixture
def village(session: Session, schema: HouseholdSchema) -> Village:
    """A village where changes can be asked for and decided."""
    return Village(session, schema)
