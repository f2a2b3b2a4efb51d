"""Decrees with recipients, for tests of what is delivered to them."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from jps.programmes.models import Decree, Programme, ProgrammeTerms, Recipient
from jps.programmes.rules import (
    DecreeState,
    Frequency,
    ProgrammeKind,
    Registered,
    Standing,
    Unit,
)

AT = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
VILLAGE = "75.01.01.2001"
BY: dict[str, Any] = {"made_by": "tests", "made_at": AT}


def add_programme(session: Session, code: str = "blt", **values: Any) -> Programme:
    """Store a programme of 300,000 rupiah a month, three times; `values` are of its terms."""
    programme = Programme(
        code=code, name=f"Program {code}", kind=ProgrammeKind.AID, unit=Unit.FAMILY, **BY
    )
    session.add(programme)
    session.flush()
    terms: dict[str, Any] = {
        "valid_from": date(2020, 1, 1),
        "amount": 300_000,
        "frequency": Frequency.MONTHLY,
        "deliveries": 3,
        "components": [],
        "packages": [],
        "shares": [{"payer": "Provinsi", "percent": 60}, {"payer": "Kabupaten", "percent": 40}],
        **BY,
        **values,
    }
    session.add(ProgrammeTerms(programme_id=programme.id, **terms))
    session.flush()
    return programme


def add_decree(session: Session, programme: Programme, **values: Any) -> Decree:
    """Store a decree in force for the whole of 2026 in Kabupaten Gorontalo."""
    decree = Decree(
        **{
            "id": uuid.uuid4(),
            "area_code": "75.01",
            "programme_id": programme.id,
            "number": "12/SK/2026",
            "dated": date(2026, 1, 2),
            "period_from": date(2026, 1, 1),
            "period_to": date(2026, 12, 31),
            "state": DecreeState.IN_FORCE,
            "state_by": "tests",
            "state_at": AT,
            **BY,
            **values,
        }
    )
    session.add(decree)
    session.flush()
    return decree


def add_recipient(session: Session, decree: Decree, row: int, **values: Any) -> Recipient:
    """Store a recipient in the village, with account `100<row>`."""
    recipient = Recipient(
        **{
            "id": uuid.uuid4(),
            "area_code": VILLAGE,
            "decree_id": decree.id,
            "row": row,
            "name": f"Penerima {row}",
            "nik": f"750101410190{9000 + row}",
            "account": f"00100{row}",
            "standing": Standing.LISTED,
            "registered": Registered.YES,
            **values,
        }
    )
    session.add(recipient)
    session.flush()
    return recipient
