"""The households behind a figure of the map, for those who may see households."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment
from jps.assessment.rules import Line
from jps.assessment.services import current_scorecard, find_model
from jps.db import within
from jps.households.counting import member_counts
from jps.households.models import Household, Member
from jps.maps.aid_queries import OPEN, Received, counted, received
from jps.programmes.case_models import Finding

SIZE = 100  # households of a page


@dataclass(frozen=True)
class Asked:
    """The figure of `indicator` in `areas`, children included; `programme` empty: any."""

    areas: tuple[str, ...]
    indicator: str
    line: Line = Line.NPL100
    programme: str = ""
    page: int = 1


@dataclass(frozen=True)
class Row:
    """One household behind the figure: who, where, how likely poor, and what it receives."""

    id: uuid.UUID
    area_code: str
    head_name: str
    address: str
    size: int | None
    chance: float | None
    programmes: tuple[str, ...]


@dataclass(frozen=True)
class Families:
    """A page of them, the poorest first."""

    rows: tuple[Row, ...]
    total: int
    page: int

    @property
    def last(self) -> int:
        """The number of the last page, at least 1."""
        return max(1, -(-self.total // SIZE))


def families(session: Session, asked: Asked, *, on: date) -> Families:
    """Return the households that the figure counts, in the session's scope."""
    known = received(session, on)
    model = find_model(session, current_scorecard())
    chance: ColumnElement[float | None] = getattr(Assessment, asked.line)
    mine = and_(
        Assessment.household_id == Household.id, Assessment.model_id == (model.id if model else 0)
    )
    behind = [within(Household.area_code, asked.areas), *counted(), _behind(asked, known)]
    columns = (
        Household.id,
        Household.area_code,
        Household.head_name,
        Household.address,
        Household.household_size,
        chance.label("chance"),
    )
    query = select(*columns).outerjoin(Assessment, mine).where(*behind)
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    page = max(1, min(asked.page, -(-total // SIZE)))
    order = (func.coalesce(chance, -1).desc(), Household.id)
    found = session.execute(query.order_by(*order).limit(SIZE).offset((page - 1) * SIZE)).all()
    masks = select(known.bits).where(known.bits.c.household_id.in_([row.id for row in found]))
    gets = {row.household_id: row.mask for row in session.execute(masks)}
    rows = tuple(
        Row(
            row.id,
            row.area_code,
            row.head_name,
            row.address,
            row.household_size,
            row.chance,
            known.names(gets.get(row.id, 0)),
        )
        for row in found
    )
    return Families(rows, total, page)


def _behind(asked: Asked, known: Received) -> ColumnElement[bool]:
    """Return which households the indicator counts in its numerator.

    Who receives is looked up, not joined: a database may go through a joined list household by
    household.
    """
    mask = known.bits.c.mask
    gets: ColumnElement[bool] = mask != 0
    if asked.programme:
        bit = known.bit(asked.programme)
        gets = mask.op("&")(bit) != 0 if bit else false()
    listed = select(known.bits.c.household_id).where(known.bits.c.household_id.is_not(None))
    match asked.indicator:
        case "poor_unreached":
            return Household.id.not_in(listed.where(gets))
        case "reached_share" | "poor_reached" | "reached":
            return Household.id.in_(listed.where(gets))
        case "overlap_share" | "overlaps":
            clash = or_(false(), *(mask.op("&")(pair) == pair for pair in known.clashes))
            return Household.id.in_(listed.where(clash))
        case "findings":
            return Household.id.in_(_with_findings())
        case "no_nik" | "no_nik_share":
            return Household.id.in_(_without_nik())
    return true()


def _with_findings() -> Select[uuid.UUID | None]:
    there = (Finding.state.in_(OPEN), Finding.gone_at.is_(None), Finding.household_id.is_not(None))
    return select(Finding.household_id).where(*there)


def _without_nik() -> Select[uuid.UUID]:
    there = (Member.nik == "", Member.valid_to.is_(None), member_counts())
    return select(Member.household_id).where(*there)


def common_area(areas: Sequence[str], *, longest: int) -> str:
    """Return the smallest area that holds all of these, with a code of at most `longest`."""
    parts = [area[:longest].split(".") for area in areas]
    shared = []
    for place in zip(*parts, strict=False):
        if len(set(place)) > 1:
            break
        shared.append(place[0])
    return ".".join(shared)
