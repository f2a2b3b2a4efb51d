"""Link single members anew: after a save, after a decision, after the batch for what was decided.

What people decided comes first: a person said to be the same is linked whatever the weight, one
said to be different never is.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from jps.db import everywhere
from jps.households.models import Member
from jps.identity.cases import case_of, replace_cases
from jps.identity.decided import Said, said_of
from jps.identity.lookup import Known, evidence_of, find_in_registry, weigh
from jps.identity.matchers import Matcher
from jps.identity.models import Link
from jps.identity.records import member_person, members_by_id, registry_person
from jps.identity.rules import Finding, state_of
from jps.matching import Person, record_keys
from jps.matching.pairs import FLOOR
from jps.questionnaire.nik import NumberState
from jps.registry.models import RegistryPerson
from jps.registry.queries import persons
from jps.registry.rules import RegistryStatus

_LEAST = FLOOR  # bits; as in the run over all members, who fits less is not even a candidate


class Holder(NamedTuple):
    """A member who is linked to a person already."""

    member_id: uuid.UUID
    weight: float
    decided: bool


Holders: TypeAlias = Mapping[int, Sequence[Holder]]


def relink(
    session: Session, members: Sequence[Member], matcher: Matcher, *, at: datetime
) -> list[Link]:
    """Link these members (present, of households in force) anew and flush.

    Who holds a person by less than one of these members is linked anew too, and who was said to be
    the same person as one of them. Before the first snapshot nobody is linked.
    """
    if matcher.snapshot_id is None:
        return []
    with everywhere(session):
        links, losers = _relink(session, members, matcher, at=at)
        done = {member.id for member in members}
        others = members_by_id(session, losers - done)
        _relink(session, list(others.values()), matcher, at=at)
    return links


def _relink(
    session: Session, members: Sequence[Member], matcher: Matcher, *, at: datetime
) -> tuple[list[Link], set[uuid.UUID]]:
    ids = [member.id for member in members]
    said = said_of(session, ids, matcher)
    mine = select(Link.person_id).where(Link.member_id.in_(ids), Link.person_id.is_not(None))
    before = set(session.scalars(mine))
    session.execute(delete(Link).where(Link.member_id.in_(ids)))
    links, losers, waiting = [], set(), []
    for member in members:
        words = said.get(member.id, Said())
        link, outdone = _link(session, member, words, matcher, at=at)
        session.add(link)
        session.flush()
        links.append(link)
        losers |= outdone
        waiting.append(case_of(member, link, words))
    replace_cases(session, ids, [case for case in waiting if case is not None], at=at)
    people = before | {link.person_id for link in links}
    _mark_shared(session, people)
    return links, losers | _decided_holders(session, people)


def _decided_holders(session: Session, people: Iterable[int | None]) -> set[uuid.UUID]:
    """Return who is linked to these persons because somebody said so."""
    ids = [one for one in people if one is not None]
    query = select(Link.member_id).where(Link.person_id.in_(ids), Link.decision_id.is_not(None))
    return set(session.scalars(query))


def _mark_shared(session: Session, person_ids: Iterable[int | None]) -> None:
    """Say of each of these persons' links whether another member is linked to the same person."""
    ids = sorted(one for one in person_ids if one is not None)
    counts = select(Link.person_id, func.count()).where(Link.person_id.in_(ids))
    found = session.execute(counts.group_by(Link.person_id)).all()
    for shared in (True, False):
        there = [person_id for person_id, count in found if (count > 1) is shared]
        changed = update(Link).where(Link.person_id.in_(there), Link.shared.is_not(shared))
        session.execute(changed.values(shared=shared, digest=None))


def _link(
    session: Session, member: Member, said: Said, matcher: Matcher, *, at: datetime
) -> tuple[Link, set[uuid.UUID]]:
    asked = member_person(member)
    options = _options(session, asked, said, matcher)
    holders = _holders(session, [one.row.id for one in options], member)
    person = next((one for one in options if _fits(one, said, holders, matcher)), None)
    best = person or (options[0] if options else None)
    second = next((one for one in options if one is not best), None)
    margin = best.weight - second.weight if best and second else None
    finding = _finding(member, best, said, linked=person is not None, margin=margin)
    finding = replace(finding, sure=matcher.thresholds.sure)
    link = Link(
        member_id=member.id,
        area_code=member.area_code,
        state=state_of(finding),
        person_id=person.row.id if person else None,
        candidate_id=best.row.id if best else None,
        weight=best.weight if best else None,
        probability=best.probability if best else 0.0,
        second_id=second.row.id if second else None,
        margin=margin,
        shared=False,  # see _mark_shared
        decision_id=decision_of(best.row.id if best else None, said),
        snapshot_id=matcher.snapshot_id,
        model_id=matcher.model_id,
        linked_at=at,
        evidence=evidence_of(asked, best.person, matcher) if best else {},
    )
    return link, _outdone(person, holders, matcher.again) if person else set()


def _options(
    session: Session, asked: Person, said: Said, matcher: Matcher
) -> list[Known[RegistryPerson]]:
    """Return who the member may be: persons said to be the same first, then by weight."""
    keys = list(record_keys(asked).values())
    found = find_in_registry(session, asked, keys, matcher, least=_LEAST)
    there = {one.row.id for one in found}
    missing = persons(session, said.same.keys() - there).values()
    more = weigh(session, asked, [(registry_person(row), row) for row in missing], matcher, -999.0)
    options = [one for one in (*found, *more) if one.row.id not in said.different]
    return sorted(options, key=lambda one: (one.row.id not in said.same, -one.weight))


def _holders(session: Session, ids: Sequence[int], member: Member) -> dict[int, list[Holder]]:
    """Return who else is linked to these persons: member, weight, whether somebody decided it."""
    query = select(Link).where(Link.person_id.in_(ids), Link.member_id != member.id)
    holders: dict[int, list[Holder]] = {}
    for link in session.scalars(query):
        holder = Holder(link.member_id, link.weight or 0.0, link.decision_id is not None)
        holders.setdefault(link.person_id or 0, []).append(holder)
    return holders


def _fits(
    one: Known[RegistryPerson],
    said: Said,
    holders: Holders,
    matcher: Matcher,
) -> bool:
    """Whether the member is linked to this person: likely, and nobody holds the person better."""
    if one.row.id in said.same:
        return True
    stronger = any(
        holder.decided or holder.weight >= one.weight for holder in holders.get(one.row.id, ())
    )
    return one.weight >= (matcher.again if stronger else matcher.thresholds.link)


def _outdone(
    person: Known[RegistryPerson],
    holders: Holders,
    again: float,
) -> set[uuid.UUID]:
    """Return who held the person by too little to keep them beside somebody else."""
    return {
        holder.member_id
        for holder in holders.get(person.row.id, ())
        if not holder.decided and holder.weight < again
    }


def _finding(
    member: Member,
    best: Known[RegistryPerson] | None,
    said: Said,
    *,
    linked: bool,
    margin: float | None,
) -> Finding:
    nik_state = NumberState(member.nik_state)
    if best is None:
        return Finding(nik_state, doubted=said.step is not None)
    return Finding(
        nik_state,
        weight=best.weight,
        levels=best.levels,
        linked=linked,
        status=RegistryStatus(best.row.status),
        nik_shared=best.row.nik_shared,
        decided=best.row.id in said.same,
        doubted=said.step is not None,
        margin=margin,
    )


def decision_of(candidate: int | None, said: Said) -> uuid.UUID | None:
    """Return the decision that made a link to this candidate what it is, if one did."""
    if said.lost is not None:
        return said.lost
    if candidate is not None:
        mine = said.same.get(candidate) or said.unsure.get(candidate)
        if mine is not None:
            return mine
    return next(iter(said.different.values()), None)
