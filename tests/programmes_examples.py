"""Stored programmes, decrees and recipients, for tests of what reads them."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from jps.households.models import Household
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import DecreeState, ProgrammeKind, Registered, Standing, Unit
from tests.figures import AT


def add_programme(session: Session, code: str, **values: Any) -> Programme:
    """Store a programme of aid."""
    made = Programme(
        **{
            "code": code,
            "name": code.upper(),
            "kind": ProgrammeKind.AID,
            "unit": Unit.FAMILY,
            "made_by": "tests",
            "made_at": AT,
            **values,
        }
    )
    session.add(made)
    session.flush()
    return made


def add_decree(session: Session, programme: Programme, **values: Any) -> Decree:
    """Store a decree in force since the first of the year."""
    made = Decree(
        **{
            "programme_id": programme.id,
            "area_code": "75",
            "number": f"1/{programme.code}",
            "dated": date(2026, 1, 2),
            "period_from": date(2026, 1, 1),
            "state": DecreeState.IN_FORCE,
            "state_by": "tests",
            "state_at": AT,
            "made_by": "tests",
            "made_at": AT,
            **values,
        }
    )
    session.add(made)
    session.flush()
    return made


def add_recipients(
    session: Session, decree: Decree, households: Iterable[Household], **values: Any
) -> list[Recipient]:
    """Store these households as known recipients of a decree."""
    made = [
        Recipient(
            **{
                "area_code": household.area_code,
                "decree_id": decree.id,
                "row": uuid.uuid4().int % 1_000_000_000,
                "standing": Standing.LISTED,
                "registered": Registered.YES,
                "household_id": household.id,
                **values,
            }
        )
        for household in households
    ]
    session.add_all(made)
    session.flush()
    return made
