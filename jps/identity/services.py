"""Propose links for what was just entered, decide about pairs, undo, and show a full NIK.

Every verb takes who acts and when, records it, and flushes; the edge commits.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import everywhere
from jps.errors import Conflict, InvalidData, NotFound
from jps.households.counting import renew_merges
from jps.households.models import Member
from jps.identity.cases import close_cases
from jps.identity.decided import decided_person, in_force
from jps.identity.duplicates import renew_pairs
from jps.identity.groups import renew_groups
from jps.identity.linking import relink
from jps.identity.matchers import current_matcher
from jps.identity.models import Decision, Duplicate, Link
from jps.identity.opinions import take_place, undo_refusal
from jps.identity.queries import pair_decisions
from jps.identity.records import add_keys, member_person, members_by_id, members_of
from jps.identity.rules import Verdict
from jps.registry.models import RegistryPerson
from jps.registry.queries import record_of
from jps.text import N_, one_line

MAX_REASON = 500  # characters


def propose_links(
    session: Session, household_ids: Iterable[uuid.UUID], *, at: datetime
) -> list[Link]:
    """Link the members of these households to the registry and find their doubles in our list.

    Called at the edge after a household was accepted or changed its state, in the same
    transaction. People who left, or whose household is not in force, lose their links.
    """
    household_ids = list(household_ids)
    renew_merges(session, household_ids)
    members = members_of(session, household_ids)
    matcher = current_matcher(session)
    _forget_others(session, household_ids, members)
    add_keys(session, [(member.id, member_person(member)) for member in members])
    _follow(session, members)
    links = relink(session, members, matcher, at=at)
    renew_pairs(session, members, matcher, at=at)
    renew_groups(session, household_ids, at=at)
    return links


def _follow(session: Session, members: Sequence[Member]) -> None:
    """Let decisions lie where their members now live: who is responsible there sees them."""
    with everywhere(session):
        for member in members:
            elsewhere = Decision.area_code != member.area_code
            mine = update(Decision).where(Decision.member_id == member.id, elsewhere)
            session.execute(mine.values(area_code=member.area_code))


def _forget_others(
    session: Session, household_ids: Sequence[uuid.UUID], members: Sequence[Member]
) -> None:
    """Delete what was found about people of these households who count no more."""
    counted = [member.id for member in members]
    others = select(Member.id).where(
        Member.household_id.in_(household_ids), Member.id.not_in(counted)
    )
    with everywhere(session):
        gone = list(session.scalars(others))
        session.execute(delete(Link).where(Link.member_id.in_(gone)))
        both = or_(Duplicate.member_id.in_(gone), Duplicate.other_id.in_(gone))
        session.execute(delete(Duplicate).where(both))
    close_cases(session, gone)


def find_member(session: Session, member_id: uuid.UUID) -> Member:
    """Return a member of the session's areas, present or not; NotFound otherwise."""
    member = session.scalars(select(Member).where(Member.id == member_id)).one_or_none()
    if member is None:
        raise NotFound()
    return member


def decide(
    session: Session,
    member: Member,
    person: RegistryPerson,
    verdict: Verdict,
    *,
    reason: str = "",
    by: str,
    at: datetime,
) -> Decision:
    """Record what somebody says about a member and a registry person, and link anew accordingly.

    It takes the place of earlier words about the same pair; a member said to be this person is no
    longer said to be another. Being unsure needs a reason and hands the pair to somebody else:
    their word answers this one, and is final. Raises InvalidData; Conflict where the word is
    somebody else's to say.
    """
    session.execute(select(Member.id).where(Member.id == member.id).with_for_update())
    decision = Decision(
        id=uuid.uuid4(),
        area_code=member.area_code,
        member_id=member.id,
        person_nik=person.nik,
        person={**record_of(person), "area": person.area_code},
        verdict=verdict,
        reason=_checked(reason, needed=verdict is Verdict.UNSURE),
        by=by,
        at=at,
    )
    earlier = in_force(session, [member.id])
    take_place(session, decision, earlier, _about(session, earlier, person))
    session.add(decision)
    details = {"decision": str(decision.id), "verdict": str(verdict)}
    event = Event("identity-decided", "member", str(member.id), member.area_code, details)
    record(session, event, by=by, at=at)
    _renew(session, member.id, at=at)
    return decision


def _about(session: Session, earlier: Sequence[Decision], person: RegistryPerson) -> set[uuid.UUID]:
    """Return which of these decisions are about the person, renamed or renumbered since or not."""
    matcher = current_matcher(session)
    found = [(one.id, decided_person(session, one, matcher)) for one in earlier]
    return {one for one, known in found if known is not None and known.id == person.id}


def decide_pair(
    session: Session,
    pair: Duplicate,
    verdict: Verdict,
    *,
    reason: str = "",
    by: str,
    at: datetime,
) -> Decision:
    """Record whether two members of ours are one person. Nothing is merged.

    Who is unsure hands the pair to somebody else, as in `decide`.
    """
    decision = Decision(
        id=uuid.uuid4(),
        area_code=pair.area_code,
        member_id=pair.member_id,
        other_id=pair.other_id,
        verdict=verdict,
        reason=_checked(reason, needed=verdict is Verdict.UNSURE),
        by=by,
        at=at,
    )
    earlier = [one for one in pair_decisions(session, pair) if one.undone_at is None]
    take_place(session, decision, earlier, {one.id for one in earlier})
    session.add(decision)
    pair.verdict = verdict
    details = {"decision": str(decision.id), "verdict": str(verdict), "other": str(pair.other_id)}
    event = Event("duplicate-decided", "member", str(pair.member_id), pair.area_code, details)
    record(session, event, by=by, at=at)
    session.flush()
    return decision


def undo(session: Session, decision: Decision, *, by: str, at: datetime) -> None:
    """Take a decision back; what matching finds without it holds again. It stays in the history.

    Raises Conflict for one that is undone or answered already, and for somebody else's word where
    it is not one's to change.
    """
    if (refused := undo_refusal(session, decision, who=by)) is not None:
        raise Conflict(refused)
    decision.undone_by, decision.undone_at = by, at
    details = {"decision": str(decision.id)}
    subject = str(decision.member_id)
    event = Event("decision-undone", "member", subject, decision.area_code, details)
    record(session, event, by=by, at=at)
    if decision.other_id is None:
        _renew(session, decision.member_id, at=at)
        return
    pairs = select(Duplicate).where(
        Duplicate.member_id == decision.member_id, Duplicate.other_id == decision.other_id
    )
    with everywhere(session):
        earlier = session.get(Decision, decision.answers) if decision.answers else None
        for pair in session.scalars(pairs):
            pair.verdict = earlier.verdict if earlier is not None else None
    session.flush()


def _renew(session: Session, member_id: uuid.UUID, *, at: datetime) -> None:
    session.flush()
    with everywhere(session):
        members = members_by_id(session, [member_id])
    relink(session, list(members.values()), current_matcher(session), at=at)


def reveal_person(
    session: Session, person: RegistryPerson, reason: str, *, by: str, at: datetime
) -> tuple[str, str]:
    """Return NIK and KK of a registry person in full; who asked and why is recorded."""
    details = {"reason": _checked(reason, needed=True)}
    event = Event("nik-revealed", "registry-person", str(person.id), person.area_code, details)
    record(session, event, by=by, at=at)
    return person.nik, person.kk


def reveal_member(
    session: Session, member: Member, reason: str, *, by: str, at: datetime
) -> tuple[str, str]:
    """Return NIK and KK of a member in full; who asked and why is recorded."""
    details = {"reason": _checked(reason, needed=True)}
    event = Event("nik-revealed", "member", str(member.id), member.area_code, details)
    record(session, event, by=by, at=at)
    return member.nik, member.kk


def _checked(reason: str, *, needed: bool) -> str:
    clean = one_line(reason)
    if len(clean) > MAX_REASON or (needed and not clean):
        raise InvalidData(
            N_("Tuliskan alasannya."),
            {"reason": [N_("Alasan wajib diisi, paling banyak 500 karakter.")]},
        )
    return clean
