"""What a trained model says of consumption: sums per desa."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Float, cast, func, select
from sqlalchemy.orm import Session

from jps.assessment.models import Consumption
from jps.db import chunks
from jps.households.counting import person_corrections
from jps.households.models import Household
from jps.maps.aid_queries import counted
from jps.maps.fgt import NO_FGT, Fgt, add_fgt
from jps.welfare.estimates import Sums

_MEASURES: tuple[ColumnElement[float], ...] = tuple(
    cast(p, Float) for p in (Consumption.p0, Consumption.p1, Consumption.p2)
)


def village_fgt(session: Session, model_id: int) -> dict[str, Fgt]:
    """Return the sums of every desa with households that the model could tell, in the scope."""
    w = cast(Consumption.persons, Float)
    total: Callable[..., ColumnElement[float]] = func.sum
    terms = [total(term) for p in _MEASURES for term in (w * p, w * w * p, w * w * p * p)]
    rows = session.execute(
        select(Household.area_code, func.count(), total(w), total(w * w), *terms)
        .join(Consumption, Consumption.household_id == Household.id)
        .where(*counted(), *_told(model_id))
        .group_by(Household.area_code)
    )
    found: dict[str, Fgt] = {}
    for code, n, persons, squares, *sums in rows:
        rate, gap, square = (
            Sums(n, persons, wp, squares, wwp, wwpp)
            for wp, wwp, wwpp in zip(sums[::3], sums[1::3], sums[2::3], strict=True)
        )
        found[code] = rate, gap, square
    _correct_persons(session, found, model_id)
    return found


def _told(model_id: int) -> tuple[ColumnElement[bool], ...]:
    there = (Consumption.p0.is_not(None), Consumption.persons > 0)
    return Consumption.model_id == model_id, *there


def _correct_persons(session: Session, found: dict[str, Fgt], model_id: int) -> None:
    """Count every person once, where people were merged into somebody of another household."""
    corrections = person_corrections(session)
    persons = cast(Consumption.persons, Float)
    for ids in chunks(sorted(corrections), 5_000):
        query = (
            select(Household.id, Household.area_code, persons, *_MEASURES)
            .join(Consumption, Consumption.household_id == Household.id)
            .where(*counted(), *_told(model_id), Household.id.in_(ids))
        )
        for household, code, size, *measures in session.execute(query):
            more = corrections[household]
            squares = (size + more) ** 2 - size**2
            rate, gap, square = (
                Sums(0, more, more * p, squares, squares * p, squares * p * p) for p in measures
            )
            found[code] = add_fgt(found.get(code, NO_FGT), (rate, gap, square))
