"""Reads: programmes with what holds, their terms through time, and what pairs mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.rules import lineage
from jps.errors import NotFound
from jps.programmes.models import BudgetLine, Decree, OverlapRule, Programme, ProgrammeTerms
from jps.programmes.terms import in_force


@dataclass(frozen=True)
class Listed:
    """A programme with the terms that hold on a day; None: nothing holds then."""

    programme: Programme
    terms: ProgrammeTerms | None
    latest: ProgrammeTerms | None  # began last, whether it holds or not


def programmes(session: Session, on: date) -> list[Listed]:
    """Return every programme by name, with the terms of a day."""
    by_programme: dict[int, list[ProgrammeTerms]] = {}
    for terms in session.scalars(select(ProgrammeTerms).order_by(ProgrammeTerms.valid_from)):
        by_programme.setdefault(terms.programme_id, []).append(terms)
    return [
        Listed(one, in_force(mine, on), mine[-1] if mine else None)
        for one in session.scalars(select(Programme).order_by(Programme.name, Programme.id))
        for mine in [by_programme.get(one.id, [])]
    ]


def programme_of(session: Session, code: str) -> Programme:
    """Return a programme by its code. Raises NotFound."""
    found = session.scalars(select(Programme).where(Programme.code == code)).first()
    if found is None:
        raise NotFound()
    return found


def terms_of_programme(session: Session, programme_id: int) -> Sequence[ProgrammeTerms]:
    """Return the terms of a programme, the latest first."""
    query = select(ProgrammeTerms).where(ProgrammeTerms.programme_id == programme_id)
    return session.scalars(query.order_by(ProgrammeTerms.valid_from.desc())).all()


def terms_on(session: Session, programme_id: int, on: date) -> ProgrammeTerms | None:
    """Return what holds for a programme on a day."""
    return in_force(terms_of_programme(session, programme_id), on)


def terms_of_decree(session: Session, decree: Decree) -> ProgrammeTerms | None:
    """Return the terms that money of a decree is reckoned by: the last that began until its period
    begins, whether they ended since or not; before any did, the first. None without terms."""
    known = terms_of_programme(session, decree.programme_id)
    begun = [one for one in known if one.valid_from <= decree.period_from]
    return begun[0] if begun else (known[-1] if known else None)


def overlap_rules(session: Session) -> dict[tuple[int, int], OverlapRule]:
    """Return the rule that holds for each pair of programmes (ids, the smaller first)."""
    query = select(OverlapRule).order_by(OverlapRule.made_at, OverlapRule.id)
    return {(rule.first_id, rule.second_id): rule for rule in session.scalars(query)}


def overlap_history(session: Session, first_id: int, second_id: int) -> Sequence[OverlapRule]:
    """Return every rule there was about two programmes, the newest first."""
    low, high = sorted((first_id, second_id))
    query = select(OverlapRule).where(OverlapRule.first_id == low, OverlapRule.second_id == high)
    return session.scalars(query.order_by(OverlapRule.made_at.desc(), OverlapRule.id.desc())).all()


def budget_lines(
    session: Session, *, programme_id: int | None = None, year: int | None = None
) -> Sequence[BudgetLine]:
    """Return the budget lines of the reader's areas, the newest year first."""
    query = select(BudgetLine)
    if programme_id is not None:
        query = query.where(BudgetLine.programme_id == programme_id)
    if year is not None:
        query = query.where(BudgetLine.year == year)
    order = (BudgetLine.year.desc(), BudgetLine.area_code, BudgetLine.code)
    return session.scalars(query.order_by(*order)).all()


def lines_holding(
    lines: Iterable[BudgetLine], programme_id: int, area_code: str
) -> list[BudgetLine]:
    """Return the lines that pay for a programme in an area: of that area or one above it."""
    above = lineage(area_code)
    return [one for one in lines if one.programme_id == programme_id and one.area_code in above]
