"""Merge households and members of our list, and take it back: links over untouched records.

A merge writes rows of `merge` and an event of the audit, nothing else: taking it back restores what
was there, whatever was edited since. Who counts follows from those rows; see `households.counting`.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import AreaScope, everywhere
from jps.errors import Conflict, InvalidData, NotFound
from jps.households.models import Household, Member, Merge
from jps.households.rules import IN_FORCE, Merged
from jps.identity.merge_checks import (
    EffectsOf,
    NotMergeable,
    checked_reason,
    different_groups,
    different_people,
    require_not_different,
    require_roots,
    require_scope,
    require_unblocked,
)
from jps.text import N_


@dataclass(frozen=True)
class Merger:
    """Who merges: the sign-in name and the areas that are theirs."""

    username: str
    scope: AreaScope


def merge_households(
    session: Session,
    kept: uuid.UUID,
    other: uuid.UUID,
    people: Mapping[uuid.UUID, uuid.UUID],
    *,
    effects: Sequence[EffectsOf] = (),
    reason: str = "",
    by: Merger,
    at: datetime,
) -> uuid.UUID:
    """Let household `other` count as household `kept`, and people of it as people of the kept one.

    `people` maps members of `other` to the members of `kept` who they are; the rest of them live in
    the kept household. `effects` tell what may forbid it. Return the id of the act. Raises
    NotFound, OutsideScope, NotMergeable, InvalidData.
    """
    households = locked(session, (kept, other))
    one, two = households[kept], households[other]
    require_scope(by.scope, (one.area_code, two.area_code))
    require_roots(session, (kept, other))
    require_not_different(session, different_groups((kept, other)), [(kept, other)])
    require_unblocked(tell(session, kept, other) for tell in effects)
    act = _Act(uuid.uuid4(), checked_reason(reason), by.username, at)
    rows = [act.row(Merged.HOUSEHOLD, (other, other, two.area_code), (kept, kept, one.area_code))]
    mine, theirs = (_members(session, household_id) for household_id in (kept, other))
    rows += _people(session, act, people, mine, theirs)
    return _write(session, rows)


def merge_members(
    session: Session,
    kept: uuid.UUID,
    other: uuid.UUID,
    *,
    reason: str = "",
    by: Merger,
    at: datetime,
) -> uuid.UUID:
    """Let member `other` count as member `kept`, of the same or of another household."""
    one, two = find_people(session, (kept, other))
    locked(session, (one.household_id, two.household_id))
    require_scope(by.scope, (one.area_code, two.area_code))
    act = _Act(uuid.uuid4(), checked_reason(reason), by.username, at)
    rows = _people(session, act, {other: kept}, {kept: one}, {other: two})
    return _write(session, rows)


def unmerge(session: Session, act_id: uuid.UUID, *, by: Merger, at: datetime) -> Sequence[Merge]:
    """Take a merge back: every record of it counts itself again, with all edits made since.

    Raises NotFound, OutsideScope, Conflict when it was taken back already.
    """
    merges = merges_of(session, act_id)
    require_scope(
        by.scope, {code for one in merges for code in (one.area_code, one.kept_area_code)}
    )
    if any(one.undone_at is not None for one in merges):
        raise Conflict(N_("Penggabungan ini sudah dibatalkan."))
    for one in merges:
        one.active, one.undone_by, one.undone_at = False, by.username, at
    whole = head_of(merges)
    details = {"act": str(act_id), "kept": str(whole.kept_id), "records": len(merges)}
    subject = (str(whole.kind), str(whole.record_id), whole.area_code)
    record(session, Event("merge-undone", *subject, details), by=by.username, at=at)
    session.flush()
    return merges


def merges_of(session: Session, act_id: uuid.UUID) -> Sequence[Merge]:
    """Return the merges of one act, the household's first; NotFound."""
    query = select(Merge).where(Merge.act_id == act_id).order_by(Merge.kind, Merge.id)
    merges = session.scalars(query).all()
    if not merges:
        raise NotFound()
    return merges


def head_of(merges: Sequence[Merge]) -> Merge:
    """Return the merge that the others of its act belong to."""
    return next((one for one in merges if one.kind == Merged.HOUSEHOLD), merges[0])


def locked(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Household]:
    """Return households in force of any area, held against other merges until the commit.

    Without this two merges at once could make each of two records count as the other.
    """
    query = select(Household).where(Household.id.in_(ids), Household.state.in_(IN_FORCE))
    query = query.order_by(Household.id).with_for_update()
    with everywhere(session):
        found = {household.id: household for household in session.scalars(query)}
    if found.keys() != set(ids):
        raise NotMergeable(N_("Hanya data yang sudah dikirim dan berlaku yang dapat digabungkan."))
    return found


def find_people(session: Session, ids: Sequence[uuid.UUID]) -> list[Member]:
    """Return present members of any area in this order; NotFound."""
    query = select(Member).where(Member.id.in_(ids), Member.valid_to.is_(None))
    with everywhere(session):
        found = {member.id: member for member in session.scalars(query)}
    if found.keys() != set(ids):
        raise NotFound()
    return [found[one] for one in ids]


@dataclass(frozen=True)
class _Act:
    id: uuid.UUID
    reason: str
    by: str
    at: datetime

    def row(
        self,
        kind: Merged,
        record: tuple[uuid.UUID, uuid.UUID, str],
        kept: tuple[uuid.UUID, uuid.UUID, str],
    ) -> Merge:
        """Return the link; `record` and `kept` are id, household and area."""
        return Merge(
            act_id=self.id,
            kind=kind,
            record_id=record[0],
            household_id=record[1],
            area_code=record[2],
            kept_id=kept[0],
            kept_household_id=kept[1],
            kept_area_code=kept[2],
            active=True,
            reason=self.reason,
            by=self.by,
            at=self.at,
        )


def _people(
    session: Session,
    act: _Act,
    people: Mapping[uuid.UUID, uuid.UUID],
    kept: Mapping[uuid.UUID, Member],
    others: Mapping[uuid.UUID, Member],
) -> list[Merge]:
    if not people:
        return []
    once = len(set(people.values())) == len(people)
    if not once or not people.keys() <= others.keys() or not set(people.values()) <= kept.keys():
        raise InvalidData(
            N_("Pasangan anggota tidak benar."),
            {"people": [N_("Setiap anggota hanya dapat dipasangkan dengan satu anggota lain.")]},
        )
    if any(one == two for one, two in people.items()):
        raise NotMergeable(N_("Pilih dua data yang berbeda."))
    require_roots(session, [*people, *people.values()])
    require_not_different(
        session, different_people([*people, *people.values()]), list(people.items())
    )
    return [
        act.row(Merged.MEMBER, _place(others[one]), _place(kept[two]))
        for one, two in people.items()
    ]


def _place(member: Member) -> tuple[uuid.UUID, uuid.UUID, str]:
    return member.id, member.household_id, member.area_code


def _members(session: Session, household_id: uuid.UUID) -> dict[uuid.UUID, Member]:
    query = select(Member).where(Member.household_id == household_id, Member.valid_to.is_(None))
    with everywhere(session):
        return {member.id: member for member in session.scalars(query)}


def _write(session: Session, rows: Sequence[Merge]) -> uuid.UUID:
    session.add_all(rows)
    whole = head_of(rows)
    details = {"act": str(whole.act_id), "kept": str(whole.kept_id), "records": len(rows)}
    subject = (str(whole.kind), str(whole.record_id), whole.area_code)
    record(session, Event("records-merged", *subject, details), by=whole.by, at=whole.at)
    session.flush()
    return whole.act_id
