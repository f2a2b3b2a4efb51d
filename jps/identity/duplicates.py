"""Who may be in our own list twice: pairs of members, kept with what people decided about them.

Pairs are derived and found anew by every matching; what people decided about them stays.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.db import chunks, everywhere
from jps.households.models import Member
from jps.identity.double_search import DoublePair, DoublePrior
from jps.identity.groups import replace_groups
from jps.identity.lookup import evidence_of, find_in_own_list
from jps.identity.matchers import Matcher
from jps.identity.models import Decision, Duplicate, MatchModel
from jps.identity.records import member_person
from jps.identity.rules import THRESHOLDS, Verdict
from jps.matching import record_keys

_PRIOR = "doubles"  # the fact of a model that holds how common doubles are


@dataclass(frozen=True)
class Pair:
    """Two members who may be one person; the first sorts before the other."""

    first: uuid.UUID
    other: uuid.UUID
    first_area: str
    other_area: str
    weight: float
    evidence: Mapping[str, Sequence[float]]


def pair_verdicts(session: Session) -> dict[frozenset[uuid.UUID], Verdict]:
    """Return what people decided about pairs of members and did not undo."""
    query = select(Decision).where(Decision.other_id.is_not(None), Decision.undone_at.is_(None))
    with everywhere(session):
        found = session.scalars(query.order_by(Decision.at))
        return {
            frozenset((one.member_id, one.other_id)): Verdict(one.verdict)
            for one in found
            if one.other_id is not None
        }


def write_pairs(session: Session, pairs: Iterable[Pair], *, at: datetime) -> None:
    """Add pairs, each with what was decided about it."""
    verdicts = pair_verdicts(session)
    rows = [
        (
            uuid.uuid4(),
            pair.first_area,
            pair.first,
            pair.other,
            pair.other_area,
            pair.weight,
            verdicts.get(frozenset((pair.first, pair.other))),
            at,
            pair.evidence,
        )
        for pair in pairs
    ]
    write_rows(session, Duplicate, _COLUMNS, rows)


_COLUMNS = (
    "id",
    "area_code",
    "member_id",
    "other_id",
    "other_area_code",
    "weight",
    "verdict",
    "found_at",
    "evidence",
)


def replace_pairs(
    session: Session,
    pairs: Sequence[DoublePair],
    prior: DoublePrior,
    *,
    model_id: int,
    at: datetime,
) -> None:
    """Let `pairs` be all pairs there are, those of households and families after them.

    `prior` is kept with the model, for members who are saved one by one.
    """
    model = session.get_one(MatchModel, model_id)
    model.facts = {**model.facts, _PRIOR: asdict(prior)}
    areas: dict[uuid.UUID, str] = {}
    for piece in chunks(sorted({one for pair in pairs for one in (pair.first, pair.other)}), 5000):
        query = select(Member.id, Member.area_code).where(Member.id.in_(piece))
        areas |= {row.id: row.area_code for row in session.execute(query)}
    session.execute(delete(Duplicate))
    placed = (
        Pair(
            pair.first,
            pair.other,
            areas[pair.first],
            areas[pair.other],
            pair.weight,
            {name: [level] for name, level in pair.levels.items()},
        )
        for pair in pairs
        if pair.first in areas and pair.other in areas
    )
    write_pairs(session, placed, at=at)
    replace_groups(session, at=at)


def double_matcher(session: Session, matcher: Matcher) -> tuple[Matcher, float]:
    """Return the matcher for pairs within our own list, and the least bits of a pair to keep.

    Before the first run over all members it is the matcher itself, and only sure pairs are kept.
    """
    query = select(MatchModel.facts).where(MatchModel.id == matcher.model_id)
    facts = session.scalars(query).one_or_none() or {}
    if _PRIOR not in facts:
        return matcher, THRESHOLDS.sure
    prior = DoublePrior(**facts[_PRIOR])
    return replace(matcher, model=prior.model(matcher.model)), prior.least


def renew_pairs(
    session: Session, members: Sequence[Member], matcher: Matcher, *, at: datetime
) -> None:
    """Find the doubles of these members anew, after their keys were rewritten."""
    found: dict[frozenset[uuid.UUID], Pair] = {}
    matcher, least = double_matcher(session, matcher)
    for member in members:
        for pair in _pairs_of(session, member, matcher, least):
            found.setdefault(frozenset((pair.first, pair.other)), pair)
    ids = [member.id for member in members]
    with everywhere(session):
        session.execute(
            delete(Duplicate).where(or_(Duplicate.member_id.in_(ids), Duplicate.other_id.in_(ids)))
        )
        write_pairs(session, found.values(), at=at)


def _pairs_of(session: Session, member: Member, matcher: Matcher, least: float) -> list[Pair]:
    asked = member_person(member)
    keys = list(record_keys(asked).values())
    known = find_in_own_list(session, asked, keys, matcher, without=[member.id], least=least)
    pairs = []
    for one in known:
        first, other = sorted((member, one.row), key=lambda row: row.id)
        evidence = evidence_of(asked, one.person, matcher)
        areas = (first.area_code, other.area_code)
        pairs.append(Pair(first.id, other.id, *areas, one.weight, evidence))
    return pairs
