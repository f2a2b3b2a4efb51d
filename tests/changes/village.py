"""A small village whose households change: verbs in one line, and what must always hold."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.changes import services
from jps.changes.models import ChangeRequest
from jps.changes.rules import Kind
from jps.changes.services import Proposal
from jps.changes.stays import Lived, stays_of
from jps.config import DATA
from jps.db import EVERYWHERE, AreaScope, db, set_scope
from jps.households import services as saving
from jps.households import workflow
from jps.households.models import Household, Member
from jps.households.queries import gate
from jps.households.rules import Source
from jps.households.saving import Author
from jps.households.schemas import HouseholdSchema
from jps.households.services import current_document
from jps.questionnaire import load_form
from tests.households.conftest import ANI, AREAS, AT, BUDI, TODAY
from tests.households_examples import (
    child_document,
    household_document,
    member_document,
    spouse_document,
)

BEGIN = date(2024, 3, 5)  # the day of all interviews
DAY = date(2026, 11, 1)
LIMBOTO = Author("limboto", AreaScope(codes=("75.01",)), Source.FORM)
BOALEMO = Author("boalemo", AreaScope(codes=("75.02",)), Source.FORM)
ELSEWHERE = "75.02.01.2001"


@contextmanager
def office(app: Flask) -> Iterator["Village"]:
    """Open the village of an application with its areas, and commit what was done there."""
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        if session.get(Area, "75") is None:
            for code, level, parent in AREAS:
                name = f"Contoh {code[-4:]}"
                session.add(Area(code=code, level=level, name=name, type=level, parent_code=parent))
                session.flush()
        gate_of_today = gate(session, load_form(DATA / "questionnaire"), today=TODAY)
        yield Village(session, gate_of_today)
        session.commit()
        db.session.remove()


def newborn(**overrides: Any) -> dict[str, Any]:
    """Return a child born in October 2026."""
    return {
        "id": str(uuid.uuid4()),
        **child_document(
            name="Bayi Contoh", nik=None, nik_reason="1", birth_date="2026-10-20", **overrides
        ),
    }


def numbered(number: int, **overrides: Any) -> dict[str, Any]:
    """Return the document of household `number`: a couple with a child, numbers of their own."""
    kk = f"750101230115{9000 + number}"

    def nik(place: int, start: str) -> str:
        return f"{start}{9000 + number * 10 + place}"

    people = [
        member_document(name=f"Hasan {_word(number)}", nik=nik(0, "750101050580"), kk=kk),
        spouse_document(name=f"Fatma {_word(number)}", nik=nik(1, "750101490982"), kk=kk),
        child_document(name=f"Nurul {_word(number)}", nik=nik(2, "750101510121"), kk=kk),
    ]
    return household_document(
        **{"members": people, "address": f"Jalan Contoh {number}", **overrides}
    )


def _word(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:02d}").upper() + "contoh"


@dataclass
class Village:
    """Verified households in a session, and the verbs of requests."""

    session: Session
    gate: HouseholdSchema
    count: int = 0
    made: list[uuid.UUID] = field(default_factory=list)

    def settle(self, **overrides: Any) -> Household:
        """Register and verify one more household of three."""
        self.count += 1
        form: Any = self.gate.load(numbered(self.count, **overrides))
        key = saving.register_household(self.session, form, by=ANI, at=AT).household.id
        household = workflow.verify(self.session, key, version=1, by=BUDI, at=AT)
        self.made.append(key)
        return household

    def propose(
        self,
        home: Household,
        kind: Kind,
        *,
        day: date = DAY,
        by: Author = ANI,
        request_id: uuid.UUID | None = None,
        **payload: Any,
    ) -> ChangeRequest:
        """Ask for a change."""
        proposal = Proposal(
            kind, payload, day, "Laporan kepala dusun", "470/12/2026", id=request_id or uuid.uuid4()
        )
        return services.propose(
            self.session, home.id, proposal, self.gate, by=by, at=AT, today=TODAY
        )

    def approve(
        self, request: ChangeRequest, *, by: Author = BUDI, **decided: Any
    ) -> list[Household]:
        """Approve a request on the data of now."""
        seen = decided.pop("seen", None) or self.versions(request, decided.get("household"))
        return services.approve(
            self.session, request, self.gate, seen=seen, by=by, at=AT, today=TODAY, **decided
        )

    def change(self, home: Household, kind: Kind, **payload: Any) -> ChangeRequest:
        """Ask for a change and approve it."""
        request = self.propose(home, kind, **payload)
        self.approve(request)
        return request

    def undo(self, request: ChangeRequest, *, by: Author = BUDI) -> list[Household]:
        """Take an approved request back."""
        return services.undo(self.session, request, "Salah orang", by=by, at=AT)

    def versions(self, request: ChangeRequest, other: uuid.UUID | None = None) -> dict[str, int]:
        """Return the versions of the households of a request as they are now."""
        self.session.expire_all()
        ids = {request.household_id, other or request.other_id} - {None}
        rows = self.session.scalars(select(Household).where(Household.id.in_(ids)))
        return {str(row.id): row.version for row in rows}

    def people(self, household: Household) -> list[Member]:
        """Return who lives in a household, in roster order."""
        self.session.expire_all()
        query = select(Member).where(Member.household_id == household.id)
        query = query.where(Member.valid_to.is_(None)).order_by(Member.position)
        return list(self.session.scalars(query))

    def ids(self, household: Household) -> list[str]:
        """Return the ids of who lives in a household as text."""
        return [str(member.id) for member in self.people(household)]

    def document(self, household: Household) -> dict[str, Any]:
        """Return the accepted document."""
        self.session.expire_all()
        return current_document(self.session, household)

    def homes(self, member_id: uuid.UUID, day: date) -> list[Lived]:
        """Return the households in which a person lived on a day."""
        return [stay for stay in stays_of(self.session, [member_id]) if stay.covers(day)]


EVERYBODY = Author("siti", EVERYWHERE, Source.FORM)
NEXT_DAY = DAY + timedelta(days=1)
