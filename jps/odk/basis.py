"""On what a submission was based: which household, at which version, and who its members were."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import everywhere
from jps.households.documents import ROSTER, Document, roster_of
from jps.households.models import Household, HouseholdHistory
from jps.households.rules import State
from jps.households.services import current_document
from jps.odk.instance import Entity, Instance, household_id_of
from jps.odk.models import Submission

STEP = "state"  # the field that a step of the office changes; no question is called so


@dataclass(frozen=True, slots=True)
class Basis:
    """The household a submission is about and the version the phone knew; None: sent as new."""

    household_id: uuid.UUID
    version: int | None = None
    branch: str = ""

    def brought_forward(self, session: Session, household: Household) -> "Basis":
        """Return the basis at the present version when only steps were taken since, no answers
        changed: who corrects a returned household need not fetch the list once more."""
        known = self.version
        if known is None or known >= household.version or household.state == State.DRAFT:
            return self
        query = select(HouseholdHistory.document, HouseholdHistory.changes).where(
            HouseholdHistory.household_id == household.id, HouseholdHistory.version > known
        )
        with everywhere(session):
            rows = session.execute(query).all()
        changed = any(
            row.document or any(change["field"] != STEP for change in row.changes) for row in rows
        )
        return self if changed else replace(self, version=household.version)


def basis_of(session: Session, submission: Submission, instance: Instance) -> Basis:
    """Return what `submission` was based on.

    A correction continues the submission it replaces; a change of a listed household continues the
    version of the list, or the change made before it on the same phone without signal.
    """
    entity = instance.entity
    before = _before(session, submission, instance)
    if before is not None and before.household_id is not None:
        version = before.household_version
        return Basis(before.household_id, version, before.branch_id)
    if entity is None:
        return Basis(household_id_of(instance.deprecated_id or instance.instance_id))
    return Basis(entity.id, None if entity.creates else entity.base, entity.branch)


def _before(session: Session, submission: Submission, instance: Instance) -> Submission | None:
    query = select(Submission).where(Submission.id != submission.id)
    if instance.deprecated_id is not None:
        query = query.where(Submission.instance_id == instance.deprecated_id)
    elif instance.entity is not None and instance.entity.branch:
        query = query.where(*_same_branch(instance.entity)).order_by(Submission.processed_at.desc())
    else:
        return None
    with everywhere(session):
        return session.scalars(query.limit(1)).first()


def _same_branch(entity: Entity) -> tuple[Any, ...]:
    branches = [entity.branch] if entity.trunk is not None else [entity.branch, ""]
    return (
        Submission.household_id == entity.id,
        Submission.household_version.is_not(None),
        Submission.branch_id.in_(branches),
    )


def with_known_members(session: Session, household: Household, document: Document) -> Document:
    """Return the document with the ids of members who are known by NIK, else by name and birth.

    Collect does not know our ids; without them a draft would make everybody new.
    """
    known: dict[tuple[str, str], str] = {}
    for entry in roster_of(current_document(session, household)):
        for mark in _marks(entry):
            known.setdefault(mark, str(entry.get("id", "")))
    free = {key for key in known.values() if key}
    entries = []
    for entry in roster_of(document):
        found = next((known[mark] for mark in _marks(entry) if known.get(mark) in free), None)
        free.discard(found or "")
        entries.append({"id": found, **entry} if found else entry)
    return {**document, ROSTER: entries} if entries else document


def _marks(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a person is known by, the surest first."""
    nik, name = str(entry.get("nik") or ""), str(entry.get("name") or "").casefold()
    birth = str(entry.get("birth_date") or entry.get("birth_year") or "")
    marks = [("nik", nik)] if nik else []
    return [*marks, (name, birth)] if name else marks
