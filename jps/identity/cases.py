"""The queue: which members wait for a person's word, since when, and in which order."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.db import chunks, everywhere
from jps.households.models import Member
from jps.identity.decided import Said
from jps.identity.models import Link, ReviewCase, Stake
from jps.identity.rules import LinkState, Stakes, Step, doubt_of, rank

AT_ONCE = 2_000  # cases read and written together
_COLUMNS = (
    "member_id",
    "area_code",
    "step",
    "opened_at",
    "rank",
    "doubt",
    "poverty",
    "household_size",
    "programmes",
    "first_by",
    "second_by",
)


@dataclass(frozen=True)
class Waiting:
    """A member who waits for a word: for which, and how open the answer is (0-1)."""

    member_id: uuid.UUID
    household_id: uuid.UUID
    area_code: str
    step: Step
    doubt: float
    unsure_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Facts:
    """What hangs on a household."""

    poverty: float | None
    household_size: int
    programmes: int


def case_of(member: Member, link: Link, said: Said) -> Waiting | None:
    """Return the case that a member's link makes, None for one that nobody needs to look at."""
    step = said.step
    if step is None and link.state == LinkState.PERLU_DITINJAU:
        step = Step.DECIDE
    if step is None:
        return None
    doubt = doubt_of(link.weight, link.margin) if step is Step.DECIDE else 1.0
    household, area = member.household_id, member.area_code
    return Waiting(member.id, household, area, step, doubt, said.unsure_by)


def replace_cases(
    session: Session, members: Iterable[uuid.UUID], waiting: Iterable[Waiting], *, at: datetime
) -> None:
    """Let `waiting` be the cases of these members; who waited already keeps the time."""
    asked, found = list(members), list(waiting)
    mine = ReviewCase.member_id.in_(asked)
    with everywhere(session):
        rows = session.execute(select(ReviewCase.member_id, ReviewCase.opened_at).where(mine))
        since = {row.member_id: row.opened_at for row in rows}
        session.execute(delete(ReviewCase).where(mine))
        facts = _facts(session, {one.household_id for one in found})
    values = [_values(one, facts, since.get(one.member_id, at)) for one in found]
    write_rows(session, ReviewCase, _COLUMNS, values)


def renew_cases(session: Session, *, at: datetime) -> None:
    """Make the cases of all members anew from their links, but for what people have spoken about.

    For after a run over all members; cases of members whose link asks for nothing are closed.
    """
    review = Link.state == LinkState.PERLU_DITINJAU
    with everywhere(session):
        waiting = select(Link.member_id).where(review)
        session.execute(delete(ReviewCase).where(ReviewCase.member_id.not_in(waiting)))
        query = (
            select(Member.id, Member.household_id, Link.area_code, Link.weight, Link.margin)
            .add_columns(
                ReviewCase.step, ReviewCase.doubt, ReviewCase.area_code.label("known_area")
            )
            .join(Link, Link.member_id == Member.id)
            .outerjoin(ReviewCase, ReviewCase.member_id == Member.id)
            .where(review, Link.decision_id.is_(None))
        )
        cases = [
            Waiting(row.id, row.household_id, row.area_code, Step.DECIDE, doubt)
            for row in session.execute(query)
            if (doubt := doubt_of(row.weight, row.margin)) != row.doubt
            or (row.step, row.known_area) != (Step.DECIDE, row.area_code)
        ]
    for piece in chunks(cases, AT_ONCE):
        replace_cases(session, [one.member_id for one in piece], piece, at=at)


def close_cases(session: Session, members: Sequence[uuid.UUID]) -> None:
    """Close the cases of members who count no more; what was decided about them stays."""
    with everywhere(session):
        session.execute(delete(ReviewCase).where(ReviewCase.member_id.in_(members)))


def set_stakes(session: Session, poverty: Mapping[uuid.UUID, float | None]) -> None:
    """Take down how probably these households are poor (0-1), and order their cases anew.

    Called by whoever scores households, in the same transaction.
    """
    known = _stakes(session, poverty)
    _write_stakes(session, {one: (told, known[one][1]) for one, told in poverty.items()})


def set_programmes(session: Session, programmes: Mapping[uuid.UUID, int]) -> None:
    """Take down how many programmes these households receive, and order their cases anew.

    Called by whoever lets a decree come into force or end, in the same transaction.
    """
    known = _stakes(session, programmes)
    changed = {
        one: (known[one][0], count) for one, count in programmes.items() if known[one][1] != count
    }
    _write_stakes(session, changed)


def _stakes(
    session: Session, household_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, tuple[float | None, int]]:
    """Return poverty and programmes of each household as they were taken down."""
    session.flush()
    found: dict[uuid.UUID, tuple[float | None, int]] = dict.fromkeys(household_ids, (None, 0))
    for piece in chunks(list(found), AT_ONCE):
        known = select(Stake.household_id, Stake.poverty, Stake.programmes)
        for row in session.execute(known.where(Stake.household_id.in_(piece))):
            found[row.household_id] = (row.poverty, row.programmes)
    return found


def _write_stakes(session: Session, stakes: Mapping[uuid.UUID, tuple[float | None, int]]) -> None:
    for ids in chunks(list(stakes), AT_ONCE):
        with everywhere(session):
            session.execute(
                delete(Stake).where(Stake.household_id.in_(ids)),
                execution_options={"synchronize_session": False},
            )
            rows = [(one, *stakes[one]) for one in ids]
            write_rows(session, Stake, ("household_id", "poverty", "programmes"), rows)
            _order_anew(session, ids)


def _order_anew(session: Session, household_ids: Sequence[uuid.UUID]) -> None:
    query = (
        select(ReviewCase, Member.household_id)
        .join(Member, Member.id == ReviewCase.member_id)
        .where(Member.household_id.in_(household_ids))
    )
    found = session.execute(query).all()
    facts = _facts(session, {household_id for _, household_id in found})
    for case, household_id in found:
        mine = facts[household_id]
        case.poverty, case.household_size = mine.poverty, mine.household_size
        case.programmes = mine.programmes
        case.rank = rank(stakes_of(case), case.opened_at)
    session.flush()


def stakes_of(case: ReviewCase) -> Stakes:
    """Return what a case's points are made of."""
    return Stakes(case.poverty, case.household_size, case.programmes, case.doubt)


def _facts(session: Session, household_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, _Facts]:
    ids = list(household_ids)
    sizes = select(Member.household_id, func.count()).where(
        Member.household_id.in_(ids), Member.valid_to.is_(None)
    )
    size = {row[0]: row[1] for row in session.execute(sizes.group_by(Member.household_id))}
    stakes = select(Stake.household_id, Stake.poverty, Stake.programmes).where(
        Stake.household_id.in_(ids)
    )
    known = {row.household_id: row for row in session.execute(stakes)}
    return {
        one: _Facts(
            poverty=known[one].poverty if one in known else None,
            household_size=size.get(one, 1),
            programmes=known[one].programmes if one in known else 0,
        )
        for one in ids
    }


def _values(
    one: Waiting, facts: Mapping[uuid.UUID, _Facts], opened_at: datetime
) -> tuple[object, ...]:
    mine = facts[one.household_id]
    stakes = Stakes(mine.poverty, mine.household_size, mine.programmes, one.doubt)
    first, second = (*one.unsure_by, None, None)[:2]
    return (
        one.member_id,
        one.area_code,
        one.step,
        opened_at,
        rank(stakes, opened_at),
        one.doubt,
        mine.poverty,
        mine.household_size,
        mine.programmes,
        first,
        second,
    )
