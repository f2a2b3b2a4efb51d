"""What a merge of two households means for what they receive and for what was found about them."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.db import everywhere
from jps.identity.merge_checks import Effect
from jps.programmes.case_models import Finding
from jps.programmes.findings import COUNTED
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.receiving import receiving
from jps.programmes.rules import FindingState
from jps.text import N_

_WAITING = (FindingState.OPEN, FindingState.CHECKING)


def programme_effects(
    session: Session, kept: uuid.UUID, other: uuid.UUID, *, today: date
) -> Sequence[Effect]:
    """Say which programmes each receives, and what is found about them."""
    with everywhere(session):
        names = {one: _programmes(session, one, today) for one in (kept, other)}
        found = {one: _findings(session, one) for one in (kept, other)}
    told = []
    if names[kept] or names[other]:
        told.append(
            Effect(
                N_("Program yang diterima"),
                ", ".join(names[kept]) or None,
                ", ".join(names[other]) or None,
                N_(
                    "Semua penerima tetap tercantum pada SK-nya. Yang tidak boleh diterima"
                    " bersamaan menjadi temuan."
                ),
            )
        )
    if found[kept] or found[other]:
        told.append(
            Effect(
                N_("Temuan yang belum selesai"),
                str(found[kept]) if found[kept] else None,
                str(found[other]) if found[other] else None,
                N_("Temuan tetap beserta pekerjaannya, lalu dicari lagi."),
            )
        )
    return told


def decrees_naming(session: Session, household_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Return the decrees that count and name one of these households."""
    query = (
        select(Decree.id)
        .join(Recipient, Recipient.decree_id == Decree.id)
        .where(Recipient.household_id.in_(list(household_ids)), Decree.state.in_(COUNTED))
        .distinct()
    )
    with everywhere(session):
        return sorted(session.scalars(query), key=str)


def _programmes(session: Session, household_id: uuid.UUID, today: date) -> list[str]:
    query = receiving(today, kind=None).with_only_columns(Programme.name)
    return sorted(set(session.scalars(query.where(Recipient.household_id == household_id))))


def _findings(session: Session, household_id: uuid.UUID) -> int:
    query = select(func.count()).select_from(Finding)
    waiting = (Finding.gone_at.is_(None), Finding.state.in_(_WAITING))
    return session.scalar(query.where(Finding.household_id == household_id, *waiting)) or 0
