"""All members at once: from the kernel's columns to rows of `link` and `member_key`."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.db import chunks
from jps.households.models import Member
from jps.identity.cases import case_of, replace_cases
from jps.identity.decided import Said
from jps.identity.linking import decision_of
from jps.identity.models import Link
from jps.identity.rules import Finding, state_of
from jps.matching import FIELDS
from jps.matching.columns import strings, to_texts
from jps.matching.hashing import Ints
from jps.questionnaire.nik import NumberState
from jps.registry.models import RegistryPerson
from jps.registry.rules import RegistryStatus

_AT_ONCE = 5_000  # ids in one statement

Row: TypeAlias = Mapping[str, Any]  # of the table of `searching.Finder.assign`


@dataclass(frozen=True)
class Run:
    """One run of matching: what every link of it says, and what people decided before it began.

    From `sure` bits on nobody needs to look.
    """

    snapshot_id: int
    model_id: int
    at: datetime
    said: Mapping[uuid.UUID, Said]
    sure: float


@dataclass(frozen=True)
class Todo:
    """The rows of a table whose links are to be written, and members whose links are to go."""

    rows: Ints
    gone: Sequence[uuid.UUID]


def links_to_write(session: Session, table: pa.Table, *, since: datetime, full: bool) -> Todo:
    """Return what of `table` the links do not say yet, and whose links it does not know.

    Links written one by one after `since` are newer than the table and left alone; `full`: all
    others that were not written since are written.
    """
    ids = to_texts(strings(table.column("record")))
    query = select(Link.member_id, Link.digest, Link.linked_at)
    there = {str(row.member_id): row for row in session.execute(query)}
    left = there.keys() - set(ids)
    gone = [there[one].member_id for one in left if there[one].linked_at < since]
    digests = np.asarray(table.column("digest").to_numpy(), np.int64).tolist()
    wanted = [
        row
        for row, (member, digest) in enumerate(zip(ids, digests, strict=True))
        if _differs(there.get(member), digest, since, full=full)
    ]
    return Todo(np.array(wanted, np.int64), sorted(gone))


def _differs(link: Any | None, digest: int, since: datetime, *, full: bool) -> bool:
    if link is None:
        return True
    if link.linked_at >= since:
        return link.digest is not None and link.digest != digest
    return full or link.digest != digest


def write_links(session: Session, rows: Sequence[Row], run: Run) -> None:
    """Replace the links of the members in `rows`, and the cases of those decided about.

    Members who left since they were read are left out, and those linked one by one since: that
    link is newer.
    """
    ids = [uuid.UUID(row["record"]) for row in rows]
    newer = select(Link.member_id).where(
        Link.member_id.in_(ids), Link.digest.is_(None), Link.linked_at >= run.at
    )
    query = select(Member.id, Member.area_code, Member.household_id, Member.nik_state)
    query = query.where(Member.id.in_(ids), Member.valid_to.is_(None), Member.id.not_in(newer))
    members = {member.id: member for member in session.execute(query)}
    session.execute(
        delete(Link).where(Link.member_id.in_(list(members))),
        execution_options={"synchronize_session": False},
    )
    people = _people(session, rows)
    values = [
        _values(row, members[member_id], people.get(row["candidate"]), run)
        for member_id, row in zip(ids, rows, strict=True)
        if member_id in members
    ]
    if values:
        write_rows(session, Link, list(values[0]), (tuple(one.values()) for one in values))
    _write_cases(session, values, members, run)


def _write_cases(
    session: Session, values: Sequence[dict[str, Any]], members: Mapping[uuid.UUID, Any], run: Run
) -> None:
    """Let the cases of members whom people decided about be what their new links say."""
    decided = [one for one in values if one["member_id"] in run.said]
    cases = [
        case_of(members[one["member_id"]], Link(**one), run.said[one["member_id"]])
        for one in decided
    ]
    ids = [one["member_id"] for one in decided]
    waiting = [case for case in cases if case is not None]
    replace_cases(session, ids, waiting, at=run.at)


def forget_links(session: Session, members: Sequence[uuid.UUID], *, since: datetime) -> None:
    """Delete the links of these members that were not written one by one since, and of who left."""
    for piece in chunks(members, _AT_ONCE):
        old = Link.linked_at < since
        session.execute(delete(Link).where(Link.member_id.in_(piece), old))
    left = select(Member.id).where(Member.valid_to.is_not(None))
    session.execute(delete(Link).where(Link.member_id.in_(left)))


def _people(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return status and sharing of the candidates by id as text."""
    one = RegistryPerson
    ids = {int(row["candidate"]) for row in rows if row["candidate"] is not None}
    query = select(one.id, one.status, one.nik_shared).where(one.id.in_(ids))
    return {str(person.id): person for person in session.execute(query)}


def _values(row: Row, member: Any, person: Any | None, run: Run) -> dict[str, Any]:
    said = run.said.get(member.id, Said())
    candidate = _number(row["candidate"])
    finding = Finding(NumberState(member.nik_state), doubted=said.step is not None)
    if person is not None:
        finding = Finding(
            NumberState(member.nik_state),
            weight=row["weight"],
            levels={field.name: row[f"level_{field.name}"] for field in FIELDS},
            linked=row["person"] is not None,
            status=RegistryStatus(person.status),
            nik_shared=person.nik_shared,
            decided=candidate in said.same,
            doubted=said.step is not None,
            margin=row["margin"],
            sure=run.sure,
        )
    return {
        "member_id": member.id,
        "area_code": member.area_code,
        "state": str(state_of(finding)),
        "person_id": _number(row["person"]),
        "candidate_id": candidate,
        "weight": row["weight"],
        "probability": row["probability"],
        "second_id": _number(row["second"]),
        "margin": row["margin"],
        "shared": row["shared"],
        "decision_id": decision_of(candidate, said),
        "snapshot_id": run.snapshot_id,
        "model_id": run.model_id,
        "linked_at": run.at,
        "evidence": _evidence(row) if person is not None else {},
        "digest": row["digest"],
    }


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _evidence(row: Mapping[str, Any]) -> dict[str, list[float]]:
    levels = {field.name: row[f"level_{field.name}"] for field in FIELDS}
    names = ("start", *levels, "family")
    return {name: [levels.get(name, 0), row[f"bits_{name}"]] for name in names}
