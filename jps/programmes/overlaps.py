"""Who stands on two lists: pairs of recipients whose programmes must not meet, or the same twice.

A person is told by the registry's record or by our own, with merged records as one: somebody who
stands on two family cards is still one person.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session

from jps.db import chunks, everywhere
from jps.households.counting import surviving
from jps.programmes.finding_rules import levels_of
from jps.programmes.models import Decree, OverlapRule, Programme, Recipient
from jps.programmes.rules import DecreeState, Overlap, ProgrammeKind, Registered, Standing, Unit

_AT_ONCE = 400  # recipients in one statement


_Id: TypeAlias = uuid.UUID | None
_Listed: TypeAlias = Select[uuid.UUID, uuid.UUID, int | None, _Id, _Id, _Id, Registered | None]


@dataclass(frozen=True, slots=True)
class Party:
    """A recipient as one side of a pair."""

    id: uuid.UUID
    decree_id: uuid.UUID
    person_id: int | None
    member_id: uuid.UUID | None
    family_id: uuid.UUID | None
    household_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A recipient, who else gets something that must not go with it, and how near the two are.

    `flagged`: the other is no aid but a source that excludes.
    """

    recipient: Party
    other: Party
    level: Unit
    verdict: Overlap
    flagged: bool = False


def verdicts(session: Session) -> dict[tuple[int, int], Overlap]:
    """Return what holds for two programmes, both ways round; pairs left out are allowed."""
    query = select(OverlapRule).order_by(OverlapRule.made_at, OverlapRule.id)
    found: dict[tuple[int, int], Overlap] = {}
    for rule in session.scalars(query):
        verdict = Overlap(rule.verdict)
        found[rule.first_id, rule.second_id] = found[rule.second_id, rule.first_id] = verdict
    return found


def overlapping(session: Session, decree: Decree, on: date) -> Iterator[Pair]:
    """Yield the pairs of a decree's recipients with those of other decrees, as they are on a day.

    Whichever of two decrees is asked, the pairs are the same ones.
    """
    programme = session.get_one(Programme, decree.programme_id)
    if programme.kind != ProgrammeKind.FLAG:
        others = _other_decrees(session, decree, programme, on)
        if others:
            yield from _pairs(session, decree, Unit(programme.unit), others)


@dataclass(frozen=True, slots=True)
class _Against:
    """What it means to stand on another decree too."""

    verdict: Overlap
    levels: frozenset[Unit]
    flagged: bool


def _other_decrees(
    session: Session, decree: Decree, programme: Programme, on: date
) -> dict[uuid.UUID, _Against]:
    """Return the decrees that clash with this one while both last; one of the two is in force."""
    known = verdicts(session)
    states = (DecreeState.IN_FORCE, DecreeState.LOADED)
    lasts = or_(Decree.period_to.is_(None), Decree.period_to >= max(on, decree.period_from))
    begins = true() if decree.period_to is None else Decree.period_from <= decree.period_to
    query = (
        select(Decree.id, Programme.id.label("programme"), Programme.kind, Programme.unit)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(
            Decree.id != decree.id,
            Decree.state.in_(states if decree.state == DecreeState.IN_FORCE else states[:1]),
            lasts,
            begins,
        )
    )
    found: dict[uuid.UUID, _Against] = {}
    with everywhere(session):
        rows = session.execute(query).all()
    for row in rows:
        if row.kind == ProgrammeKind.FLAG:
            if programme.kind == ProgrammeKind.AID:
                near = frozenset({Unit.PERSON, Unit.FAMILY})
                found[row.id] = _Against(Overlap.FORBIDDEN, near, flagged=True)
            continue
        same = row.programme == programme.id
        ruled = known.get((programme.id, row.programme), Overlap.ALLOWED)
        verdict = Overlap.DUPLICATE if same else ruled
        if verdict is not Overlap.ALLOWED:
            levels = levels_of(Unit(programme.unit), Unit(row.unit))
            found[row.id] = _Against(verdict, levels, flagged=False)
    return found


def _pairs(
    session: Session, decree: Decree, unit: Unit, others: Mapping[uuid.UUID, _Against]
) -> Iterator[Pair]:
    roots = surviving(session)
    with everywhere(session):
        mine = list(_parties(session, _listed().where(Recipient.decree_id == decree.id), roots))
    for piece in chunks(mine, _AT_ONCE):
        with everywhere(session):
            theirs = _near(session, piece, others, roots)
        by_key: dict[object, list[Party]] = defaultdict(list)
        for one in theirs:
            for key in _keys(one):
                by_key[key].append(one)
        for one in piece:
            met = {other.id: other for key in _keys(one) for other in by_key[key]}
            for other in met.values():
                against, level = others[other.decree_id], _level(one, other)
                if level in against.levels:
                    yield Pair(one, other, level, against.verdict, against.flagged)


def _listed() -> _Listed:
    query: _Listed = select(
        Recipient.id,
        Recipient.decree_id,
        Recipient.person_id,
        Recipient.member_id,
        Recipient.family_id,
        Recipient.household_id,
        Recipient.registered,
    )
    return query.where(Recipient.standing != Standing.STRUCK, Recipient.same_as.is_(None))


def _parties(
    session: Session, query: _Listed, roots: Mapping[uuid.UUID, uuid.UUID]
) -> Iterator[Party]:
    for row in session.execute(query.order_by(Recipient.row)):
        if row.registered == Registered.YES:
            home = roots.get(row.household_id, row.household_id)
            member = roots.get(row.member_id, row.member_id)
            yield Party(row.id, row.decree_id, row.person_id, member, row.family_id, home)
        else:
            yield Party(row.id, row.decree_id, row.person_id, None, None, None)


def _near(
    session: Session,
    piece: Sequence[Party],
    others: Mapping[uuid.UUID, _Against],
    roots: Mapping[uuid.UUID, uuid.UUID],
) -> list[Party]:
    """Return the recipients of the other decrees who share a person or a household with some."""
    homes = {one.household_id for one in piece if one.household_id is not None}
    homes |= {record for record, root in roots.items() if root in homes}
    people = {one.person_id for one in piece if one.person_id is not None}
    either = or_(Recipient.household_id.in_(homes), Recipient.person_id.in_(people))
    query = _listed().where(either, Recipient.decree_id.in_(list(others)))
    return list(_parties(session, query, roots))


def _keys(one: Party) -> Iterable[object]:
    if one.person_id is not None:
        yield "person", one.person_id
    if one.household_id is not None:
        yield "household", one.household_id


def _level(one: Party, other: Party) -> Unit:
    if (one.member_id is not None and one.member_id == other.member_id) or (
        one.person_id is not None and one.person_id == other.person_id
    ):
        return Unit.PERSON
    same = one.family_id is not None and one.family_id == other.family_id
    return Unit.FAMILY if same else Unit.HOUSEHOLD
