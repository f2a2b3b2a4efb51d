"""Rows of frames about programmes, decrees, benefits, deciles and target lists."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from jps.analysis.pieces import Pieces, pieces
from jps.assessment.models import Decile
from jps.db import everywhere
from jps.programmes.models import Benefit, Decree, Programme, ProgrammeTerms, Recipient
from jps.programmes.receiving import receiving
from jps.targeting.models import TargetEntry, TargetList, TargetRule


def programmes(session: Session, on: date) -> Pieces:
    """Yield the programmes with the terms that hold on the day."""
    holding = select(ProgrammeTerms).where(
        ProgrammeTerms.valid_from <= on,
        or_(ProgrammeTerms.valid_to.is_(None), ProgrammeTerms.valid_to > on),
    )
    terms = {
        one.programme_id: one
        for one in session.scalars(holding.order_by(ProgrammeTerms.valid_from))
    }
    found = session.scalars(select(Programme).order_by(Programme.code)).all()
    yield [_programme(one, terms.get(one.id)) for one in found]


_TERMS = ("valid_from", "amount", "frequency", "deliveries", "most_deciles", "verified")


def _programme(programme: Programme, terms: ProgrammeTerms | None) -> dict[str, Any]:
    own = {name: getattr(programme, name) for name in ("name", "kind", "unit", "owner")}
    held = {name: getattr(terms, name) for name in _TERMS} if terms is not None else {}
    return {"programme": programme.code, **own, **held}


_DECREE = ("number", "dated", "period_from", "period_to", "state")


def decrees(session: Session, on: date) -> Pieces:
    """Yield the decrees of the session's areas and those that name somebody there."""
    mine = set(session.scalars(select(Recipient.decree_id).distinct()))
    mine.update(session.scalars(select(Decree.id)))
    query = (
        select(
            Decree.id.label("decree"),
            Programme.code.label("programme"),
            Decree.area_code.label("area"),
            *(getattr(Decree, name) for name in _DECREE),
        )
        .join(Programme, Programme.id == Decree.programme_id)
        .order_by(Decree.dated, Decree.id)
    )
    with everywhere(session):
        found = session.execute(query).all()
    yield [dict(row._mapping) for row in found if row.decree in mine]


_RECIPIENT = ("component", "status", "amount", "standing", "link_state", "registered", "decile")


def recipients(session: Session, on: date) -> Pieces:
    """Yield whom decrees name; `receives` is what `jps.programmes.receiving` says of the day."""
    columns = (getattr(Recipient, name) for name in _RECIPIENT)
    query = select(
        Recipient.id.label("recipient"),
        Recipient.decree_id.label("decree"),
        Recipient.area_code.label("area"),
        Recipient.member_id.label("member"),
        Recipient.family_id.label("family"),
        Recipient.household_id.label("household"),
        Recipient.eligible,
        Recipient.problems,
        Recipient.same_as,
        *columns,
    ).order_by(Recipient.area_code, Recipient.id)
    codes = _codes(session)
    with everywhere(session):  # a decree of the province names people of every kabupaten
        now = set(session.scalars(receiving(on, kind=None).with_only_columns(Recipient.id)))
    for rows in pieces(session, query):
        yield [_recipient(row._mapping, codes, receives=row.recipient in now) for row in rows]


def _recipient(
    row: Mapping[str, Any], codes: Mapping[uuid.UUID, str], *, receives: bool
) -> dict[str, Any]:
    repeated = row["same_as"] is not None
    programme = codes[row["decree"]]
    return {**row, "programme": programme, "repeated": repeated, "receives": receives}


def _codes(session: Session) -> dict[uuid.UUID, str]:
    """Return the programme of every decree, whosever area it is for."""
    query = select(Decree.id, Programme.code).join(Programme, Programme.id == Decree.programme_id)
    with everywhere(session):
        return {row.id: row.code for row in session.execute(query)}


_BENEFIT = (
    "instalment", "due_on", "amount", "state", "delivered_on", "delivered_amount", "proof",
)  # fmt: skip


def benefits(session: Session, on: date) -> Pieces:
    """Yield what was planned for each recipient, and what became of it."""
    query = select(
        Benefit.recipient_id.label("recipient"),
        Benefit.decree_id.label("decree"),
        Benefit.area_code.label("area"),
        *(getattr(Benefit, name) for name in _BENEFIT),
    ).order_by(Benefit.area_code, Benefit.id)
    codes = _codes(session)
    for rows in pieces(session, query):
        yield [{**row._mapping, "programme": codes[row.decree]} for row in rows]


def deciles(session: Session, on: date) -> Pieces:
    """Yield the deciles of families; the last row of a source and period is the one that counts."""
    query = select(
        Decile.household_id.label("household"),
        Decile.family_id.label("family"),
        Decile.area_code.label("area"),
        Decile.source,
        Decile.period,
        Decile.decile,
        Decile.decile.is_not(None).label("ranked"),
    ).order_by(Decile.area_code, Decile.id)
    yield from _plain(session, query)


_LIST = ("name", "programme", "method", "total", "amount", "state", "drawn_at", "content_hash")


def lists(session: Session, on: date) -> Pieces:
    """Yield the target lists of the session's areas and those that a household there is on."""
    mine = set(session.scalars(select(TargetEntry.list_id).distinct()))
    mine.update(session.scalars(select(TargetList.id)))
    query = (
        select(
            TargetList.id.label("list"),
            TargetList.area_code.label("area"),
            TargetRule.name.label("rule"),
            TargetRule.version.label("rule_version"),
            *(getattr(TargetList, name) for name in _LIST),
        )
        .join(TargetRule, TargetRule.id == TargetList.rule_id)
        .order_by(TargetList.drawn_at, TargetList.id)
    )
    with everywhere(session):
        found = session.execute(query).all()
    yield [dict(row._mapping) for row in found if row.list in mine]


def entries(session: Session, on: date) -> Pieces:
    """Yield where households stand on target lists."""
    query = select(
        TargetEntry.list_id.label("list"),
        TargetEntry.household_id.label("household"),
        TargetEntry.area_code.label("area"),
        *(getattr(TargetEntry, name) for name in ("standing", "reason", "rank", "score")),
    ).order_by(TargetEntry.list_id, TargetEntry.area_code, TargetEntry.household_id)
    yield from _plain(session, query)


def _plain(session: Session, query: Select[*tuple[Any, ...]]) -> Pieces:
    rows: Sequence[Any]
    for rows in pieces(session, query):
        yield [dict(row._mapping) for row in rows]
