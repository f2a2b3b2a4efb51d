"""Who the recipients of a decree are: in the population registry, and in our own list.

The registry is searched with the kernel, the model and the thresholds of members, all rows at once;
a person may stand on a list twice, so persons are linked as often as rows fit. In our own list a
recipient is the member linked to the same registry person, else who the look-up finds.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import chunks, everywhere, reading
from jps.engines import Matched
from jps.households.counting import surviving
from jps.households.models import Household, Member
from jps.households.rules import IN_FORCE
from jps.identity.lookup import find_in_own_list
from jps.identity.matchers import Matcher, current_matcher
from jps.identity.models import Link
from jps.identity.rules import Finding, LinkState, state_of
from jps.layouts.cells import DIGITS
from jps.matching import COLUMNS, FIELDS, Assignment, Person, link, record_keys
from jps.programmes.rules import Registered
from jps.questionnaire.nik import NumberState, nik_state
from jps.registry.index import stored_index
from jps.registry.models import RegistryPerson
from jps.registry.rules import RegistryStatus

_AT_ONCE = 2_000  # ids in one statement
_DESA = 13  # characters of a village's code

Record = Mapping[str, str]  # of `jps.matching.COLUMNS`


@dataclass(frozen=True, slots=True)
class Asked:
    """A recipient as the row said: plain values, which outlive a transaction."""

    id: uuid.UUID
    row: int
    nik: str
    kk: str
    name: str
    birth_date: str
    sex: str
    mother_name: str
    area_code: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the registry says of one recipient; evidence is field -> [level, bits]."""

    state: LinkState | None = None
    person_id: int | None = None
    candidate_id: int | None = None
    weight: float | None = None
    evidence: Mapping[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Own:
    """Whom of our members a recipient is, or may be."""

    registered: Registered
    member_id: uuid.UUID | None = None
    family_id: uuid.UUID | None = None
    household_id: uuid.UUID | None = None


NOBODY = Own(Registered.NO)


def record_of(one: Asked) -> Record:
    """Return a recipient as a record of `jps.matching.COLUMNS`; numbers that are none are blank."""
    valid = nik_state(one.nik) is NumberState.VALID
    return {
        "id": str(one.id),
        "nik": one.nik if valid else "",
        "kk": one.kk if one.kk.isdigit() and len(one.kk) == DIGITS else "",
        "name": one.name,
        "birth_date": one.birth_date,
        "sex": one.sex,
        "mother": one.mother_name,
        "village": one.area_code if len(one.area_code) == _DESA else "",
    }


def search_registry(
    session: Session, home: Path, recipients: Sequence[Asked]
) -> tuple[dict[uuid.UUID, Seen], Matcher]:
    """Return what the registry in force says of each; nothing before the first snapshot.

    Ends the transaction: the search takes long and must not hold a lock.
    """
    records = [record_of(one) for one in recipients]
    forms = {one.id: nik_state(one.nik) for one in recipients}
    with reading():
        matcher = current_matcher(session)
        session.rollback()
    if matcher.snapshot_id is None or not records:
        return {}, matcher
    index = stored_index(session, home, matcher.snapshot_id)
    frame = pa.Table.from_pylist(
        [dict(one) for one in records], pa.schema([(name, pa.string()) for name in COLUMNS])
    )
    found = link(
        frame,
        index,
        model=matcher.model,
        how=Assignment.FREE,
        thresholds=matcher.thresholds,
    )
    rows = Matched.of(found, index.people).table.to_pylist()
    with reading():
        people = _people(session, rows)
        session.rollback()
    seen = {
        uuid.UUID(row["record"]): _seen(row, people, forms[uuid.UUID(row["record"])], matcher)
        for row in rows
    }
    return seen, matcher


def _people(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return status and sharing of the candidates by id as text."""
    ids = sorted({int(row["candidate"]) for row in rows if row["candidate"] is not None})
    one = RegistryPerson
    found: dict[str, Any] = {}
    with everywhere(session):
        for piece in chunks(ids, _AT_ONCE):
            query = select(one.id, one.status, one.nik_shared).where(one.id.in_(piece))
            found |= {str(person.id): person for person in session.execute(query)}
    return found


def _seen(
    row: Mapping[str, Any], people: Mapping[str, Any], form: NumberState, matcher: Matcher
) -> Seen:
    person = people.get(row["candidate"])
    if person is None:
        return Seen(state_of(Finding(form)))
    finding = Finding(
        form,
        weight=row["weight"],
        levels={one.name: row[f"level_{one.name}"] for one in FIELDS},
        linked=row["person"] is not None,
        status=RegistryStatus(person.status),
        nik_shared=person.nik_shared,
        margin=row["margin"],
        sure=matcher.thresholds.sure,
    )
    levels = {one.name: row[f"level_{one.name}"] for one in FIELDS}
    names = ("start", *levels, "family")
    return Seen(
        state_of(finding),
        None if row["person"] is None else int(row["person"]),
        int(row["candidate"]),
        row["weight"],
        {name: [levels.get(name, 0), row[f"bits_{name}"]] for name in names},
    )


class OwnList:
    """Our members as far as recipients may be one of them."""

    def __init__(self, session: Session, matcher: Matcher) -> None:
        self._session, self._matcher = session, matcher
        self._kept = surviving(session)

    def find(
        self, recipients: Sequence[Asked], seen: Mapping[uuid.UUID, Seen]
    ) -> Iterator[tuple[Asked, Own]]:
        """Yield who each is."""
        people = {seen[one.id].person_id for one in recipients if one.id in seen}
        linked = self._linked(sorted(person for person in people if person is not None))
        for one in recipients:
            known = linked.get(seen[one.id].person_id or -1) if one.id in seen else None
            if known is not None:
                yield one, Own(Registered.YES, *known)
            else:
                yield one, self._look_up(record_of(one))

    def _linked(self, people: Iterable[int]) -> dict[int, tuple[uuid.UUID, uuid.UUID, uuid.UUID]]:
        """Return member, family and household by registry person: the likeliest member first."""
        found: dict[int, tuple[uuid.UUID, uuid.UUID, uuid.UUID]] = {}
        with everywhere(self._session):
            for piece in chunks(list(people), _AT_ONCE):
                query = (
                    select(Link.person_id, Member.id, Member.family_id, Member.household_id)
                    .join(Member, Member.id == Link.member_id)
                    .join(Household, Household.id == Member.household_id)
                    .where(
                        Link.person_id.in_(piece),
                        Member.valid_to.is_(None),
                        Household.state.in_(IN_FORCE),
                    )
                    .order_by(Link.person_id, Link.weight.desc().nulls_last(), Member.id)
                )
                for person_id, member, family, household in self._session.execute(query):
                    if person_id is not None and member not in self._kept:
                        found.setdefault(person_id, (member, family, household))
        return found

    def _look_up(self, record: Record) -> Own:
        asked = Person.read(record)
        keys = list(record_keys(asked).values())
        likely = find_in_own_list(
            self._session,
            asked,
            keys,
            self._matcher,
            without=self._kept,
            least=self._matcher.thresholds.link,
        )
        if not likely:
            return NOBODY
        best = likely[0]
        sure = best.weight >= self._matcher.thresholds.sure
        row = best.row
        state = Registered.YES if sure else Registered.DOUBTFUL
        return Own(state, row.id, row.family_id, row.household_id)


def same_people(
    recipients: Sequence[Asked], seen: Mapping[uuid.UUID, Seen], own: Mapping[uuid.UUID, Own]
) -> dict[uuid.UUID, uuid.UUID]:
    """Return of every recipient who stands on the decree before, which row that is.

    The same person is the same registry person, the same member of ours, or the same valid NIK.
    `recipients` stand in the order of the list.
    """
    first: dict[object, uuid.UUID] = {}
    found: dict[uuid.UUID, uuid.UUID] = {}
    for one in recipients:
        keys: list[object] = []
        if (person := seen.get(one.id, Seen()).person_id) is not None:
            keys.append(("person", person))
        if (mine := own.get(one.id, NOBODY)).registered is Registered.YES:
            keys.append(("member", mine.member_id))
        if nik_state(one.nik) is NumberState.VALID:
            keys.append(("nik", one.nik))
        before = next((first[key] for key in keys if key in first), None)
        if before is not None:
            found[one.id] = before
        for key in keys:
            first.setdefault(key, before or one.id)
    return found
