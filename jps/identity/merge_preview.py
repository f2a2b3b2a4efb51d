"""What a merge of two households will do, before anybody says so."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from jps.db import everywhere
from jps.households.counting import merges_in_force
from jps.households.documents import Change, changes_between
from jps.households.models import Household, Member
from jps.households.rows import document_of, member_answers
from jps.households.rules import State
from jps.identity.matchers import Matcher
from jps.identity.merge_checks import Effect, EffectsOf, different_people, same_people
from jps.identity.records import member_person
from jps.identity.rules import THRESHOLDS
from jps.matching import rank

# Which record is rather kept: the one that came further.
_STANDING = (
    State.FINAL,
    State.CONFIRMED,
    State.AGREED,
    State.REJECTED,
    State.VERIFIED,
    State.SUBMITTED,
    State.RETURNED,
)


@dataclass(frozen=True)
class Couple:
    """Two members who become one: the fields in which they differ, `old` being the kept one's."""

    kept: Member
    other: Member
    differences: tuple[Change, ...]


@dataclass(frozen=True)
class Preview:
    """What will be: who is shown, who becomes one, who is in one record only, what differs.

    `differences` are of the households' own answers, `old` being the kept one's. `merged` are
    members of the other household who count as somebody already.
    """

    kept: Household
    other: Household
    couples: tuple[Couple, ...]
    only_kept: tuple[Member, ...]
    only_other: tuple[Member, ...]
    merged: tuple[Member, ...]
    differences: tuple[Change, ...]
    effects: tuple[Effect, ...]

    @property
    def is_blocked(self) -> bool:
        """Whether something forbids the merge."""
        return any(effect.blocks for effect in self.effects)


def preview(
    session: Session,
    kept: Household,
    other: Household,
    matcher: Matcher,
    *,
    effects: Sequence[EffectsOf] = (),
    people: Mapping[uuid.UUID, uuid.UUID] | None = None,
) -> Preview:
    """Return what merging `other` into `kept` does; both with their present members loaded.

    `people` maps members of `other` to members of `kept`; by default to those who they seem to be.
    """
    ids = [member.id for one in (kept, other) for member in one.members]
    gone = {merge.record_id for merge in merges_in_force(session, ids)}
    mine = {member.id: member for member in kept.members if member.id not in gone}
    theirs = {member.id: member for member in other.members if member.id not in gone}
    if people is None:
        people = likely_couples(session, list(mine.values()), list(theirs.values()), matcher)
    pairs = [(mine[two], theirs[one]) for one, two in people.items()]
    return Preview(
        kept=kept,
        other=other,
        couples=tuple(Couple(one, two, _differences(one, two)) for one, two in pairs),
        only_kept=tuple(one for one in mine.values() if one.id not in people.values()),
        only_other=tuple(one for one in theirs.values() if one.id not in people),
        merged=tuple(member for member in other.members if member.id in gone),
        differences=tuple(
            changes_between(str(kept.id), document_of(kept, ()), document_of(other, ()))
        ),
        effects=tuple(one for tell in effects for one in tell(session, kept.id, other.id)),
    )


def likely_couples(
    session: Session, kept: Sequence[Member], others: Sequence[Member], matcher: Matcher
) -> dict[uuid.UUID, uuid.UUID]:
    """Return for members of `others` who of `kept` they are: what people said, then best first."""
    ids = [member.id for member in (*kept, *others)]
    with everywhere(session):
        same = {frozenset(row) for row in session.execute(same_people(ids))}
        different = {frozenset(row) for row in session.execute(different_people(ids))}
    people = {str(member.id): member.id for member in kept}
    options = []
    for member in others:
        for one in rank(member_person(member), map(member_person, kept), matcher.model):
            pair = frozenset((member.id, people[one.person.id]))
            if pair in same or (one.weight >= THRESHOLDS.link and pair not in different):
                options.append((pair not in same, -one.weight, member.id, people[one.person.id]))
    found: dict[uuid.UUID, uuid.UUID] = {}
    for *_, record, person in sorted(options):
        if record not in found and person not in found.values():
            found[record] = person
    return found


def rather_kept(one: Household, two: Household) -> tuple[Household, Household]:
    """Return the household to keep and the other: verified, larger, newer ones are rather kept."""
    first, other = sorted((one, two), key=_standing, reverse=True)
    return first, other


def _standing(household: Household) -> tuple[int, int, str, uuid.UUID]:
    state = -_STANDING.index(household.state) if household.state in _STANDING else -len(_STANDING)
    return state, household.household_size or 0, str(household.interview_date or ""), household.id


def _differences(kept: Member, other: Member) -> tuple[Change, ...]:
    one, two = member_answers(kept), member_answers(other)
    found = changes_between(str(kept.id), one, two)
    return tuple(
        Change("member", change.id, change.field, change.old, change.new) for change in found
    )
