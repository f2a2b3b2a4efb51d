"""A decree that is over its quota: somebody struck stands again, and so does who came in for them.

The one who was struck without ground keeps the place. The other did nothing wrong either: a manager
lets them give way, with notice, back to their place in the queue, or keeps both with a reason.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from jps.audit.services import Event, record
from jps.cases.replacing import replaced_by
from jps.cases.striking import came_in_for, get_strike
from jps.db import everywhere
from jps.errors import Conflict, InvalidData
from jps.programmes.case_models import Strike
from jps.programmes.models import Recipient
from jps.programmes.rules import Standing
from jps.text import N_, one_line

KEPT = "Keduanya tetap tercantum: {why}"  # official, beside the reason why the strike was undone


def over(session: Session, stored: Strike) -> Recipient | None:
    """Return who came in for somebody who stands again, while nobody has decided about both."""
    came = replaced_by(session, stored.recipient_id) if stored.undone_at is not None else None
    return came if came is not None and came_in_for(session, came) is not None else None


def over_quota(session: Session, decree_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Return the strikes of a decree, in the session's areas, that left it one over each."""
    first, came = aliased(Recipient), aliased(Recipient)
    with everywhere(session):
        places = select(first.id).join(came, came.replaces == first.id)
        twice = session.scalars(
            places.where(
                first.decree_id == decree_id,
                first.standing != Standing.STRUCK,
                came.standing == Standing.REPLACEMENT,
            )
        ).all()
    found: dict[uuid.UUID, uuid.UUID] = {}
    query = select(Strike).where(Strike.recipient_id.in_(twice), Strike.undone_at.is_not(None))
    for stored in session.scalars(query.order_by(Strike.undone_at)):
        found[stored.recipient_id] = stored.id  # the last of each
    return list(found.values())


def keep_both(
    session: Session, strike_id: uuid.UUID, why: str, *, by: str, at: datetime
) -> Recipient:
    """Let both stand, over the quota: the replacement has a place of its own from now on."""
    stored = get_strike(session, strike_id)
    came = over(session, stored)
    if came is None:
        raise Conflict(N_("SK ini tidak lagi kelebihan penerima karena pencoretan ini."))
    why = one_line(why)
    if not 0 < len(why) <= 500:
        raise InvalidData(N_("Tuliskan alasannya."), {"reason": [N_("Alasan wajib diisi.")]})
    came.standing = Standing.LISTED
    stored.undone_reason = f"{stored.undone_reason} {KEPT.format(why=why)}"
    session.flush()
    event = Event("recipient-kept-over", "recipient", str(came.id), came.area_code)
    record(session, event, by=by, at=at)
    return came
