"""The rows of each frame as records of stored values, in pieces, within the session's areas."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, select
from sqlalchemy.orm import Session

from jps.analysis import programme_rows
from jps.analysis.frames import Frame
from jps.analysis.pieces import Pieces, pieces
from jps.areas.models import Area
from jps.areas.queries import current_set, geometries, population
from jps.areas.rules import Level, lineage
from jps.assessment.consumption import model_in_force
from jps.assessment.models import Assessment, Consumption, ScoreModel
from jps.assessment.rules import Line
from jps.assessment.services import current_scorecard, find_model
from jps.db import scope_of, within
from jps.households.counting import (
    household_counts,
    member_counts,
    person_corrections,
)
from jps.households.models import Household, Member
from jps.households.rows import MEMBER_COLUMNS
from jps.households.rules import IN_FORCE
from jps.identity.labels import newest_sample
from jps.identity.models import Link
from jps.identity.quality_models import SampleItem

_SCORES = (Assessment.outcome, *(getattr(Assessment, str(line)) for line in Line))
_TRAINED = (
    Consumption.p0.label("pmt"),
    Consumption.p1.label("pmt_gap"),
    Consumption.p2.label("pmt_severity"),
    Consumption.log.label("log_consumption"),
)


def rows_of(frame: Frame, session: Session, *, on: date) -> Pieces:
    """Return the rows of a frame as they are on the day `on`, by area and id."""
    return _READERS[frame](session, on)


def _households(session: Session, on: date) -> Pieces:
    published, trained = find_model(session, current_scorecard()), model_in_force(session)
    query = (
        select(
            Household.id,
            Household.area_code,
            Household.state,
            Household.version,
            Household.household_size,
            Household.lat,
            Household.lon,
            Household.answers,
            Household.calculated,
            *_SCORES,
            *_TRAINED,
        )
        .select_from(Household)
        .outerjoin(Assessment, _by(Assessment, published))
        .outerjoin(Consumption, _by(Consumption, trained))
        .where(Household.state.in_(IN_FORCE), household_counts())
        .order_by(Household.area_code, Household.id)
    )
    corrections = person_corrections(session)
    for rows in pieces(session, query):
        yield [_household(row._mapping, corrections) for row in rows]


def _by(
    table: type[Assessment] | type[Consumption], model: ScoreModel | None
) -> ColumnElement[bool]:
    """Return the condition that a score is the household's by this model; of none, never."""
    mine = table.model_id == model.id if model is not None else false()
    return and_(table.household_id == Household.id, mine)


def _household(row: Mapping[str, Any], corrections: Mapping[uuid.UUID, int]) -> dict[str, Any]:
    size = row["household_size"]
    return {
        **row["answers"],
        **row["calculated"],
        **row,
        "household": row["id"],
        "household_id": row["id"],
        "area": row["area_code"],
        "persons": None if size is None else size + corrections.get(row["id"], 0),
    }


def _living() -> tuple[ColumnElement[bool], ...]:
    return Member.valid_to.is_(None), Household.state.in_(IN_FORCE), member_counts()


def _members(session: Session, on: date) -> Pieces:
    own = (getattr(Member, name) for name in MEMBER_COLUMNS)
    query = (
        select(
            Member.id,
            Member.household_id,
            Member.family_id,
            Member.area_code,
            Member.position,
            Member.nik_state,
            Member.birth_date,
            Member.answers,
            Member.calculated,
            *own,
        )
        .join(Household, Household.id == Member.household_id)
        .where(*_living())
        .order_by(Member.area_code, Member.household_id, Member.position, Member.id)
    )
    for rows in pieces(session, query):
        yield [_member(row._mapping) for row in rows]


def _member(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row["answers"],
        **row["calculated"],
        **row,
        "member": row["id"],
        "member_id": row["id"],
        "household": row["household_id"],
        "family": row["family_id"],
        "area": row["area_code"],
        "birth_date": row["birth_date"] if len(row["birth_date"]) > 4 else None,  # else a year
    }


def _areas(session: Session, on: date) -> Pieces:
    scope = scope_of(session)
    above = {code for own in scope.codes for code in lineage(own)}
    mine = within(Area.code, scope.codes) if not scope.whole else Area.code.is_not(None)
    areas = session.scalars(select(Area).where(mine | Area.code.in_(above)).order_by(Area.code))
    found = areas.all()
    people = population(session, (area.code for area in found), on=on)
    sets = {level: current_set(session, level) for level in Level}
    outlines = {
        code: (shape, drawn.schematic)
        for drawn in sets.values()
        if drawn is not None
        for code, shape in geometries(session, drawn).items()
    }
    yield [_area(area, people.get(area.code), outlines.get(area.code)) for area in found]


def _area(area: Area, people: Any, outline: tuple[Any, bool] | None) -> dict[str, Any]:
    import shapely

    return {
        "code": area.code,
        "name": area.name,
        "level": area.level,
        "type": area.type,
        "parent": area.parent_code,
        "bps_code": area.bps_code,
        "km2": area.km2,
        "population": people and people.persons,
        "population_as_of": people and people.as_of,
        "population_source": people and people.source,
        "schematic": outline and outline[1],
        "geometry": outline and shapely.to_wkb(outline[0]),
    }


def _links(session: Session, on: date) -> Pieces:
    query = _of_members(
        Link,
        (
            Member.household_id,
            Link.member_id,
            Link.area_code,
            Link.state,
            Link.person_id,
            Link.weight,
            Link.probability,
            Link.margin,
            Link.shared,
            Link.decision_id,
            Link.evidence,
        ),
    )
    for rows in pieces(session, query):
        yield [_link(row._mapping) for row in rows]


def _of_members(
    table: type[Link] | type[SampleItem], columns: Sequence[Any]
) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join(Member, Member.id == table.member_id)
        .join(Household, Household.id == Member.household_id)
        .where(*_living())
        .order_by(table.area_code, table.member_id)
    )


def _link(row: Mapping[str, Any]) -> dict[str, Any]:
    bits = {field: told[1] for field, told in row["evidence"].items()}
    return {
        **row,
        "member": row["member_id"],
        "household": row["household_id"],
        "area": row["area_code"],
        "linked": row["person_id"] is not None,
        "person": row["person_id"],
        "decided": row["decision_id"] is not None,
        "evidence": json.dumps(bits, sort_keys=True) if bits else None,
    }


def _labels(session: Session, on: date) -> Pieces:
    sample = newest_sample(session)
    if sample is None:
        return
    columns = (
        SampleItem.member_id.label("member"),
        SampleItem.area_code.label("area"),
        SampleItem.stratum,
        SampleItem.chance,
        SampleItem.weight,
        SampleItem.linked,
        SampleItem.answer,
        SampleItem.reached,
    )
    query = _of_members(SampleItem, columns).where(
        SampleItem.sample_id == sample.id, SampleItem.answer.is_not(None)
    )
    for rows in pieces(session, query):
        yield [dict(row._mapping) for row in rows]


_READERS: Mapping[Frame, Callable[[Session, date], Iterator[list[dict[str, Any]]]]] = {
    Frame.HOUSEHOLDS: _households,
    Frame.MEMBERS: _members,
    Frame.AREAS: _areas,
    Frame.LINKS: _links,
    Frame.LABELS: _labels,
    Frame.PROGRAMMES: programme_rows.programmes,
    Frame.DECREES: programme_rows.decrees,
    Frame.RECIPIENTS: programme_rows.recipients,
    Frame.BENEFITS: programme_rows.benefits,
    Frame.DECILES: programme_rows.deciles,
    Frame.LISTS: programme_rows.lists,
    Frame.ENTRIES: programme_rows.entries,
}
