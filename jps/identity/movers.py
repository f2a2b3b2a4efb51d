"""Which members would stand elsewhere under other thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from jps.db import within
from jps.households.models import Member
from jps.identity.models import Link
from jps.identity.preview_rules import Cell, Side, side_under
from jps.identity.rules import LinkState
from jps.identity.thresholds import thresholds_in_force
from jps.matching import Thresholds

SHOWN = 30


@dataclass(frozen=True)
class Mover:
    """A member of the reader's areas who would change side."""

    link: Link
    member: Member
    before: Side
    after: Side


def movers(
    session: Session, wanted: Thresholds, area: str = "", *, limit: int = SHOWN
) -> Sequence[Mover]:
    """Return some of the members who would change side, nearest to the new thresholds first."""
    now = thresholds_in_force(session)
    bounds = [sorted((now.link, wanted.link)), sorted((now.sure, wanted.sure))]
    between = [(Link.weight >= low) & (Link.weight < high) for low, high in bounds if low < high]
    if not between:
        return []
    query = (
        select(Link, Member)
        .join(Member, Member.id == Link.member_id)
        .where(or_(*between), Link.decision_id.is_(None))
        .order_by(Link.weight, Link.member_id)
        .limit(limit * 4)
    )
    if area:
        query = query.where(within(Link.area_code, [area]))
    found = []
    for link, member in session.execute(query):
        cell = _cell(link)
        after, _ = side_under(cell, now, wanted)
        if after is not cell.side:
            found.append(Mover(link, member, cell.side, after))
    return found[:limit]


def _cell(link: Link) -> Cell:
    return Cell(
        linked=link.person_id is not None,
        decided=link.decision_id is not None,
        review=link.state == LinkState.PERLU_DITINJAU,
        weight=link.weight,
        members=1,
        chance=link.probability,
    )
