"""What people decided, read for the snapshot in force: about whom, who is unsure, what conflicts.

Decisions name registry persons, and snapshots change: somebody moves, is renamed, gets another NIK,
disappears, or their NIK is now somebody else's. A decision follows its person as long as it is
plain who that is; where it is not, the case says so and a person looks again.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import everywhere
from jps.identity.lookup import Known, find_in_registry
from jps.identity.matchers import Matcher
from jps.identity.models import Decision
from jps.identity.records import members_by_id, registry_person
from jps.identity.rules import Step, Verdict, is_alike, is_recognised, step_after
from jps.matching import Person, rank, record_keys
from jps.registry.models import RegistryPerson
from jps.registry.queries import find_by_nik


@dataclass
class Said:
    """What people decided about one member and registry persons, by the persons' ids.

    `lost` is a decision whose person the snapshot does not have; `contested`: another member is
    said to be the same person. `unsure_by` names who was unsure, in order, about the pair that
    waits longest.
    """

    same: dict[int, uuid.UUID] = field(default_factory=dict)
    different: dict[int, uuid.UUID] = field(default_factory=dict)
    unsure: dict[int, uuid.UUID] = field(default_factory=dict)
    lost: uuid.UUID | None = None
    contested: bool = False
    unsure_by: tuple[str, ...] = ()

    @property
    def step(self) -> Step | None:
        """What the decisions make the case wait for, None for nothing."""
        if self.lost is not None:
            return Step.VANISHED
        if self.contested:
            return Step.CONTESTED
        return step_after(len(self.unsure_by))


def in_force(session: Session, member_ids: Iterable[uuid.UUID]) -> Sequence[Decision]:
    """Return what was decided about these members and registry persons and not undone."""
    query = select(Decision).where(
        Decision.member_id.in_(list(member_ids)),
        Decision.person_nik.is_not(None),
        Decision.undone_at.is_(None),
    )
    with everywhere(session):
        return session.scalars(query.order_by(Decision.at)).all()


def last_words(decisions: Sequence[Decision]) -> list[Decision]:
    """Return, of decisions in force, those that no other one answers."""
    answered = {one.answers for one in decisions}
    return [one for one in decisions if one.id not in answered]


def chain(decision: Decision, decisions: Sequence[Decision]) -> list[Decision]:
    """Return a decision and those that it answers, one after the other, the first one first."""
    known = {one.id: one for one in decisions}
    found = [decision]
    while found[0].answers is not None and found[0].answers in known:
        found.insert(0, known[found[0].answers])
    return found


def decided_person(session: Session, decision: Decision, matcher: Matcher) -> RegistryPerson | None:
    """Return the person of the matcher's snapshot that a decision is about.

    By NIK where whoever has it now is recognisably the one decided about; otherwise by name, birth
    date and family, where one single person agrees in all (the registry corrected the NIK). None
    when it cannot be said who it is.
    """
    assert matcher.snapshot_id is not None
    seen = Person.read(decision.person or {})
    with everywhere(session):
        found = find_by_nik(session, matcher.snapshot_id, decision.person_nik or "")
    known = rank(seen, [registry_person(row) for row in found], matcher.model)
    rows = {str(row.id): row for row in found}
    same = [one for one in known if is_recognised(one.levels, strictly=len(known) > 1)]
    if same:
        return rows[same[0].person.id] if len(same) == 1 else None
    return _renumbered(session, seen, matcher)


def _renumbered(session: Session, seen: Person, matcher: Matcher) -> RegistryPerson | None:
    keys = list(record_keys(seen).values())
    with everywhere(session):
        found = find_in_registry(session, seen, keys, matcher, least=0.0)
    same: list[Known[RegistryPerson]] = [one for one in found if is_alike(one.levels)]
    return same[0].row if len(same) == 1 else None


def said_of(
    session: Session, members: Iterable[uuid.UUID], matcher: Matcher
) -> dict[uuid.UUID, Said]:
    """Return what was decided about each member, for the snapshot of the matcher."""
    said: dict[uuid.UUID, Said] = {}
    if matcher.snapshot_id is None:
        return said
    decisions = in_force(session, members)
    for decision in last_words(decisions):
        mine = said.setdefault(decision.member_id, Said())
        person = decided_person(session, decision, matcher)
        verdict = Verdict(decision.verdict)
        if person is not None:
            getattr(mine, verdict)[person.id] = decision.id
        elif verdict is not Verdict.DIFFERENT:
            mine.lost = decision.id
        if person is not None and verdict is Verdict.SAME:
            mine.contested = bool(rivals(session, decision, person, matcher))
        if verdict is Verdict.UNSURE:
            people = tuple(one.by for one in chain(decision, decisions))
            mine.unsure_by = max(mine.unsure_by, people, key=len)
    return said


def rivals(
    session: Session, decision: Decision, person: RegistryPerson, matcher: Matcher
) -> list[uuid.UUID]:
    """Return the other members whom somebody said to be the same person.

    Members who left, or who were said to be the same as this one, are none.
    """
    query = select(Decision).where(
        Decision.person_nik.in_({decision.person_nik, person.nik}),
        Decision.verdict == Verdict.SAME,
        Decision.undone_at.is_(None),
        Decision.member_id != decision.member_id,
    )
    with everywhere(session):
        others = {
            one.member_id
            for one in session.scalars(query)
            if getattr(decided_person(session, one, matcher), "id", None) == person.id
        }
        if others:
            others &= members_by_id(session, others).keys()
            others -= _one_person(session, decision.member_id, others)
    return sorted(others)


def _one_person(
    session: Session, member_id: uuid.UUID, others: Iterable[uuid.UUID]
) -> set[uuid.UUID]:
    """Return those of the others who were said to be entered twice for this member."""
    both = list(others)
    query = select(Decision).where(
        Decision.verdict == Verdict.SAME,
        Decision.undone_at.is_(None),
        (Decision.member_id == member_id) & Decision.other_id.in_(both)
        | (Decision.other_id == member_id) & Decision.member_id.in_(both),
    )
    pairs = [(one.member_id, one.other_id) for one in session.scalars(query)]
    return {one for pair in pairs for one in pair if one is not None} - {member_id}
