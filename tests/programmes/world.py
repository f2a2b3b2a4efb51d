"""Programmes with decrees over a small village, in one line each."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.households.models import Household, Member
from jps.programmes.case_models import Finding
from jps.programmes.findings import Renewed, find_anew
from jps.programmes.models import Decree, OverlapRule, Programme, ProgrammeTerms, Recipient
from jps.programmes.rules import (
    DecreeState,
    FindingKind,
    Frequency,
    Overlap,
    ProgrammeKind,
    Registered,
    Unit,
)
from tests.changes.village import Village
from tests.households.conftest import AT, TODAY

DESA = "75.01.01.2001"


@dataclass
class World:
    """A village, what is given there, and to whom."""

    village: Village
    rows: dict[uuid.UUID, int] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        """The session of the village."""
        return self.village.session

    def programme(
        self,
        code: str,
        *,
        unit: Unit = Unit.FAMILY,
        kind: ProgrammeKind = ProgrammeKind.AID,
        amount: int = 200_000,
    ) -> Programme:
        """Make a programme that gives `amount` every month."""
        made = Programme(
            code=code, name=code.upper(), kind=kind, unit=unit, made_by="sari", made_at=AT
        )
        self.session.add(made)
        self.session.flush()
        self.session.add(
            ProgrammeTerms(
                programme_id=made.id,
                valid_from=date(2026, 1, 1),
                amount=amount,
                frequency=Frequency.MONTHLY,
                made_by="sari",
                made_at=AT,
            )
        )
        self.session.flush()
        return made

    def clash(self, one: Programme, other: Programme, verdict: Overlap = Overlap.FORBIDDEN) -> None:
        """Say what it means to be on the lists of both."""
        first, second = sorted((one.id, other.id))
        self.session.add(
            OverlapRule(
                first_id=first, second_id=second, verdict=verdict, made_by="sari", made_at=AT
            )
        )
        self.session.flush()

    def decree(
        self,
        programme: Programme,
        number: str,
        *,
        state: DecreeState = DecreeState.IN_FORCE,
        dated: date = date(2026, 1, 15),
        area_code: str = "75.01",
        **given: Any,
    ) -> Decree:
        """Make a decree of this year."""
        made = Decree(
            id=uuid.uuid4(),
            area_code=area_code,
            programme_id=programme.id,
            number=number,
            dated=dated,
            period_from=date(2026, 1, 1),
            period_to=date(2026, 12, 31),
            state=state,
            state_by="sari",
            state_at=AT,
            matched_at=AT,
            made_by="sari",
            made_at=AT,
            **given,
        )
        self.session.add(made)
        self.session.flush()
        return made

    def enlist(
        self, decree: Decree, home: Household | None = None, *, place: int = 0, **given: Any
    ) -> Recipient:
        """Put the member at `place` of a household on a decree, or a stranger."""
        row = self.rows[decree.id] = self.rows.get(decree.id, 1) + 1
        known: dict[str, Any] = {
            "area_code": DESA,
            "name": f"Orang {row}",
            "registered": Registered.NO,
        }
        if home is not None:
            member = self.members(home)[place]
            known |= {
                "name": member.name,
                "nik": member.nik,
                "registered": Registered.YES,
                "member_id": member.id,
                "family_id": member.family_id,
                "household_id": home.id,
            }
        made = Recipient(id=uuid.uuid4(), decree_id=decree.id, row=row, **known | given)
        self.session.add(made)
        self.session.flush()
        return made

    def members(self, home: Household) -> list[Member]:
        """Return who lives in a household."""
        return self.village.people(home)

    def find(self, decree: Decree, today: date = TODAY) -> Renewed:
        """Find anew what is wrong about a decree."""
        return find_anew(self.session, decree.id, at=AT, today=today)

    def findings(self, *, gone: bool = False) -> list[Finding]:
        """Return the findings that stand (or are gone)."""
        self.session.expire_all()
        column = Finding.gone_at.is_not(None) if gone else Finding.gone_at.is_(None)
        return list(self.session.scalars(select(Finding).where(column)))

    def kinds(self) -> list[FindingKind]:
        """Return the kinds that stand, sorted."""
        return sorted(FindingKind(one.kind) for one in self.findings())
