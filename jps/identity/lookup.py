"""Who could this be? One person against the registry and our own list, by their key tables.

A handful of index look-ups, then pure ranking of at most sixty candidates per list. It sees all
areas; what a reader may know of a person elsewhere is decided by `Known.visible`.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.bulk import read_rows
from jps.db import everywhere, scope_of
from jps.households.models import Member
from jps.identity.matchers import Matcher
from jps.identity.models import MemberKey
from jps.identity.records import member_person, members_by_id, registry_person
from jps.identity.rules import WORTH_A_LOOK
from jps.matching import Candidate, Person, explain, rank, record_keys
from jps.registry.keytable import holders
from jps.registry.models import RegistryPerson
from jps.registry.queries import person_rows

Row = TypeVar("Row", RegistryPerson, Member)

MOST_CANDIDATES = 60  # per list; those who share most keys


@dataclass(frozen=True)
class Known(Generic[Row]):
    """Somebody who may be the person asked for. `visible`: they are of the session's areas."""

    row: Row
    person: Person
    weight: float
    probability: float
    levels: Mapping[str, int]
    visible: bool


@dataclass(frozen=True)
class LookUp:
    """The candidates of both lists, heaviest first."""

    asked: Person
    registry: tuple[Known[RegistryPerson], ...]
    own: tuple[Known[Member], ...]


def look_up(
    session: Session,
    record: Mapping[str, str | None],
    matcher: Matcher,
    *,
    without: Iterable[uuid.UUID] = (),
    least: float = WORTH_A_LOOK,
) -> LookUp:
    """Return who in the registry and in our own list may be the person of `record`.

    `record` has the names of `jps.matching.COLUMNS`; what is missing is unknown. `without` leaves
    out members of ours (the person's own entry). Candidates below `least` bits are left out, except
    those with the very same NIK.
    """
    asked = Person.read(record)
    keys = list(record_keys(asked).values())
    return LookUp(
        asked,
        registry=find_in_registry(session, asked, keys, matcher, least=least),
        own=find_in_own_list(session, asked, keys, matcher, without=without, least=least),
    )


def shown_place(known: "Known[RegistryPerson] | Known[Member]") -> str:
    """Return the area that a reader may know of: of people elsewhere the kabupaten alone."""
    area: str = known.row.area_code
    return area if known.visible else area[: Level.KABKOTA.code_length]


def is_enough(asked: Person) -> bool:
    """Whether a record can find anybody: a NIK, or a name with something beside it."""
    beside = asked["birth"] or asked["kk"] or not asked["mother"].missing
    return bool(asked["nik"] or (not asked["name"].missing and beside))


def find_in_registry(
    session: Session, asked: Person, keys: Sequence[int], matcher: Matcher, *, least: float
) -> tuple[Known[RegistryPerson], ...]:
    """Return the registry persons that share a key, heaviest first."""
    if matcher.snapshot_id is None:
        return ()
    found, shared = np.unique(holders(session, matcher.snapshot_id, keys), return_counts=True)
    ids = found[np.argsort(-shared, kind="stable")][:MOST_CANDIDATES].tolist()
    with everywhere(session):
        rows = {str(row.id): row for row in person_rows(session, ids)}
    likely = _likely(asked, [registry_person(row) for row in rows.values()], matcher, least)
    return tuple(_known(session, one, rows[one.person.id].person()) for one in likely)


def find_in_own_list(
    session: Session,
    asked: Person,
    keys: Sequence[int],
    matcher: Matcher,
    *,
    without: Iterable[uuid.UUID],
    least: float,
) -> tuple[Known[Member], ...]:
    """Return the members that share a key, heaviest first."""
    left_out = set(without)
    session.flush()
    found = read_rows(session, MemberKey, ("member_id",), "k", keys) if keys else []
    shared = Counter(one for (one,) in found if one not in left_out)
    ids = [member_id for member_id, _ in shared.most_common(MOST_CANDIDATES)]
    if not ids:
        return ()
    with everywhere(session):
        rows = members_by_id(session, ids)
    return weigh(
        session, asked, [(member_person(row), row) for row in rows.values()], matcher, least
    )


def weigh(
    session: Session,
    asked: Person,
    people: Sequence[tuple[Person, Row]],
    matcher: Matcher,
    least: float,
) -> tuple[Known[Row], ...]:
    """Return the people of at least `least` bits or the same NIK, heaviest first."""
    rows = {person.id: row for person, row in people}
    likely = _likely(asked, [person for person, _ in people], matcher, least)
    return tuple(_known(session, one, rows[one.person.id]) for one in likely)


def _likely(
    asked: Person, people: Sequence[Person], matcher: Matcher, least: float
) -> list[Candidate]:
    return [
        found
        for found in rank(asked, people, matcher.model, least=least)
        if found.weight >= least or (asked["nik"] and asked["nik"] == found.person["nik"])
    ]


def _known(session: Session, found: Candidate, row: Row) -> Known[Row]:
    visible = scope_of(session).covers(row.area_code)
    return Known(row, found.person, found.weight, found.probability, found.levels, visible)


def evidence_of(asked: Person, known: Person, matcher: Matcher) -> dict[str, list[float]]:
    """Return what is stored of a pair: field -> [level, bits]; `start` and `family` besides.

    The bits add up to the weight.
    """
    lines = explain(asked, known, matcher.model)
    names = ["start", *(line.name for line in lines[1:-1]), "family"]
    return {
        name: [line.level, round(line.bits, 2)] for name, line in zip(names, lines, strict=True)
    }
