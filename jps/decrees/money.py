"""The rupiah that recipients stand for: what their row says, else the terms of the programme."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func, literal, select, true
from sqlalchemy.orm import Session

from jps.db import within
from jps.programmes.models import ProgrammeTerms, Recipient
from jps.programmes.rules import Frequency
from jps.programmes.terms import component_amounts, in_a_year, packages_of


@dataclass(frozen=True, slots=True)
class Money:
    """Rupiah of one delivery and of all deliveries of a year; `unknown` recipients have none told.

    `year` is None where the terms do not say how often.
    """

    delivery: int
    year: int | None
    unknown: int


def amount_of(terms: ProgrammeTerms | None) -> ColumnElement[int | None]:
    """Return the rupiah of one delivery to a recipient, as `delivery_amount` reckons it."""
    usual = literal(terms.amount if terms else None, BigInteger)
    found: list[ColumnElement[Any]] = []
    if terms is not None and (named := component_amounts(terms)):
        found.append(case(named, value=func.lower(func.trim(Recipient.component))))
    packages = sorted(packages_of(terms.packages if terms else ()), key=lambda one: -len(one.area))
    if packages:
        values = ((_lies_in(one.area), literal(one.value, BigInteger)) for one in packages)
        found.append(case(*values))
    return func.coalesce(Recipient.amount, *found, usual)


def _lies_in(area: str) -> ColumnElement[bool]:
    return within(Recipient.area_code, (area,)) if area else true()


def deliveries_of(terms: ProgrammeTerms | None) -> int | None:
    """Return how many deliveries a year has by the terms; None where there are no terms."""
    if terms is None:
        return None
    return in_a_year(Frequency(terms.frequency), terms.deliveries)


def money(session: Session, terms: ProgrammeTerms | None, *wanted: ColumnElement[bool]) -> Money:
    """Return what the recipients under these conditions stand for."""
    amount = amount_of(terms)
    unknown = func.sum(case((amount.is_(None), 1), else_=0))
    row = session.execute(select(func.sum(amount), unknown).where(*wanted)).one()
    delivery, often = int(row[0] or 0), deliveries_of(terms)
    return Money(delivery, None if often is None else delivery * often, int(row[1] or 0))
