"""Which kinds of key lead from members to the persons they are surely linked to."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import chunks, everywhere
from jps.households.models import Member
from jps.identity.models import Link
from jps.identity.records import member_person, registry_person
from jps.identity.rules import LinkState
from jps.matching import Person, record_keys
from jps.registry.queries import persons

PAIRS = 1_000  # looked at after a run; more tell little more
_AT_ONCE = 500
_NUMBERS = ("nik", "kk")  # keys that rest on a number begin so


def capture_counts(session: Session) -> dict[str, int]:
    """Return how many sure links are reached by keys of numbers, of words, and by both.

    Members are taken by the order of their ids, which are random.
    """
    query = (
        select(Link.member_id, Link.person_id)
        .where(Link.person_id.is_not(None), Link.state != LinkState.PERLU_DITINJAU)
        .order_by(Link.member_id)
        .limit(PAIRS)
    )
    counts = {"numbers": 0, "words": 0, "both": 0}
    with everywhere(session):
        for piece in chunks(session.execute(query).all(), _AT_ONCE):
            ids = [member for member, _ in piece]
            members = {
                one.id: one for one in session.scalars(select(Member).where(Member.id.in_(ids)))
            }
            people = persons(session, [person for _, person in piece if person is not None])
            for member, person in piece:
                if member in members and person in people:
                    pair = member_person(members[member]), registry_person(people[person])
                    for kind in _caught_by(*pair):
                        counts[kind] += 1
    return counts


def _caught_by(ours: Person, theirs: Person) -> list[str]:
    mine, other = record_keys(ours), set(record_keys(theirs).values())
    shared = {name.startswith(_NUMBERS) for name, key in mine.items() if key in other}
    kinds = [
        kind for kind, is_number in (("numbers", True), ("words", False)) if is_number in shared
    ]
    return [*kinds, "both"] if len(kinds) == 2 else kinds
