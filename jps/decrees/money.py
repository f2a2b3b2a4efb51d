"""The rupiah that recipients stand for: what their row says, else the terms of the programme."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from jps.programmes.models import Decree, ProgrammeTerms, Recipient
from jps.programmes.rules import Frequency
from jps.programmes.terms import in_a_year


@dataclass(frozen=True, slots=True)
class Money:
    """Rupiah of one delivery and of all deliveries of a year; `unknown` recipients have none told.

    `year` is None where the terms do not say how often.
    """

    delivery: int
    year: int | None
    unknown: int


def terms_of(session: Session, decree: Decree) -> ProgrammeTerms | None:
    """Return the terms that hold when a decree's period begins."""
    return terms_on(session, decree.programme_id, decree.period_from)


def terms_on(session: Session, programme_id: int, day: date) -> ProgrammeTerms | None:
    """Return the terms of a programme that hold on a day; the first ones before they begin."""
    one = ProgrammeTerms
    begun = select(one).where(one.programme_id == programme_id, one.valid_from <= day)
    found = session.scalars(begun.order_by(one.valid_from.desc()).limit(1)).first()
    if found is not None:
        return found
    first = select(one).where(one.programme_id == programme_id).order_by(one.valid_from)
    return session.scalars(first.limit(1)).first()


def amount_of(terms: ProgrammeTerms | None) -> ColumnElement[int | None]:
    """Return the rupiah of one delivery to a recipient: of the row, its component, the terms."""
    usual = literal(terms.amount if terms else None)
    named = {
        str(told).strip().lower(): int(part["amount"])
        for part in (terms.components if terms else ())
        for told in (part.get("code"), part.get("name"))
        if told and part.get("amount")
    }
    if not named:
        return func.coalesce(Recipient.amount, usual)
    component = func.lower(Recipient.component)
    return func.coalesce(Recipient.amount, case(named, value=component, else_=usual))


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
