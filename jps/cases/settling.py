"""What a strike settles: findings about who does not stand on the list any more, and back."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from jps.db import everywhere
from jps.programmes.case_models import Finding, Strike
from jps.programmes.findings import COUNTED
from jps.programmes.models import Decree, Recipient
from jps.programmes.rules import Standing


def settle_findings(session: Session, recipient_id: uuid.UUID, *, at: datetime) -> None:
    """Mark the findings about somebody who was struck at `at` as gone; flushes."""
    for one in _about(session, recipient_id, Finding.gone_at.is_(None)):
        one.gone_at = at
    session.flush()


def bring_findings_back(session: Session, recipient_id: uuid.UUID) -> None:
    """Let the findings that a strike settled stand again, where all whom they name do; flushes."""
    by_strike = exists().where(
        or_(Strike.recipient_id == Finding.recipient_id, Strike.recipient_id == Finding.other_id),
        Strike.at == Finding.gone_at,
    )
    alone = Finding.other_id.is_(None)
    whole = _stands(Finding.recipient_id) & (alone | _stands(Finding.other_id))
    for one in _about(session, recipient_id, by_strike, whole):
        one.gone_at = None
    session.flush()


def _about(
    session: Session, recipient_id: uuid.UUID, *where: ColumnElement[bool]
) -> Sequence[Finding]:
    either = or_(Finding.recipient_id == recipient_id, Finding.other_id == recipient_id)
    with everywhere(session):
        return session.scalars(select(Finding).where(either, *where).order_by(Finding.id)).all()


def _stands(
    who: InstrumentedAttribute[uuid.UUID] | InstrumentedAttribute[uuid.UUID | None],
) -> ColumnElement[bool]:
    """Whether somebody is on a decree that counts, and not struck."""
    return exists().where(
        Recipient.id == who,
        Recipient.standing != Standing.STRUCK,
        Decree.id == Recipient.decree_id,
        Decree.state.in_(COUNTED),
    )
