"""Who comes in for somebody struck: the next on the waiting list of an approved target list."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.audit.services import Event, record
from jps.cases.striking import get_strike
from jps.db import everywhere, locked_row, within
from jps.errors import Conflict, InvalidData, NotFound
from jps.households.counting import household_counts, member_counts
from jps.households.models import Household, Member
from jps.households.rules import IN_FORCE
from jps.identity.models import Link
from jps.programmes.case_rules import StrikeReason
from jps.programmes.models import Decree, Recipient
from jps.programmes.rules import Registered, Standing
from jps.targeting.drawing import Standing as Place
from jps.targeting.models import TargetEntry, TargetList
from jps.targeting.rules import ListState
from jps.text import N_

HEAD = "1"  # code of `relation`
SHOWN = 5  # who wait, in order


@dataclass(frozen=True, slots=True)
class Candidate:
    """A household that waits, in the order of the list."""

    household: Household
    entry: TargetEntry


def lists_of(session: Session, recipient: Recipient, decree: Decree) -> Sequence[TargetList]:
    """Return the approved lists that hold where a recipient lives, that of the decree first."""
    query = select(TargetList).order_by(TargetList.drawn_at.desc(), TargetList.id)
    with everywhere(session):
        found = [
            one
            for one in session.scalars(query.where(TargetList.state == ListState.APPROVED))
            if _holds_for(one, recipient)
        ]
    return sorted(found, key=lambda one: one.id != decree.target_list_id)


def _holds_for(stored: TargetList, recipient: Recipient) -> bool:
    """Whether a list is approved and for an area that a recipient lives in."""
    inside = f"{recipient.area_code}.".startswith(f"{stored.area_code}.")
    return inside and stored.state == ListState.APPROVED


def candidates(
    session: Session, recipient: Recipient, list_id: uuid.UUID, *, limit: int = SHOWN
) -> list[Candidate]:
    """Return who waits next in the quota area of a recipient: not on the decree, and counting.

    Whoever gave their place back waits again where they stood.
    """
    with everywhere(session):
        stored = session.get(TargetList, list_id)
        if stored is None or not _holds_for(stored, recipient):
            return []
        length = min(Level(stored.level).code_length, len(recipient.area_code))
        area = recipient.area_code[:length] if "" not in stored.quotas else stored.area_code
        listed = select(Recipient.household_id).where(
            Recipient.decree_id == recipient.decree_id,
            Recipient.household_id.is_not(None),
            Recipient.struck_reason != StrikeReason.PLACE_RETURNED,  # they wait again
        )
        query = (
            select(Household, TargetEntry)
            .join(TargetEntry, TargetEntry.household_id == Household.id)
            .where(
                TargetEntry.list_id == list_id,
                TargetEntry.standing == Place.WAITING,
                within(TargetEntry.area_code, (area,)),
                Household.state.in_(IN_FORCE),
                household_counts(),
                Household.id.not_in(listed),
            )
            .order_by(TargetEntry.rank, TargetEntry.household_id)
        )
        return [Candidate(*row) for row in session.execute(query.limit(limit))]


def replaced_by(session: Session, recipient_id: uuid.UUID) -> Recipient | None:
    """Return who came in for a struck recipient, wherever they live."""
    query = select(Recipient).where(
        Recipient.replaces == recipient_id, Recipient.standing == Standing.REPLACEMENT
    )
    with everywhere(session):
        return session.scalars(query).first()


def replace_struck(
    session: Session,
    strike_id: uuid.UUID,
    list_id: uuid.UUID | None,
    *,
    seen: uuid.UUID | None,
    by: str,
    at: datetime,
) -> Recipient:
    """Put the next waiting household on the decree; `seen` is whom the reader was shown; flushes.

    Nobody chooses: it is who stands first on the list.
    """
    stored = get_strike(session, strike_id)
    struck = locked_row(session, Recipient, stored.recipient_id)
    if stored.undone_at is not None or struck.standing != Standing.STRUCK:
        raise Conflict(N_("Pencoretan ini sudah dibatalkan; tidak ada yang perlu diganti."))
    if replaced_by(session, struck.id) is not None:
        raise Conflict(N_("Penerima ini sudah diganti."))
    if list_id is None:
        raise InvalidData(N_("Pilih daftar sasaran yang disetujui."))
    _take_turn(session, struck.decree_id)
    waiting = candidates(session, struck, list_id, limit=1)
    if not waiting:
        raise Conflict(N_("Tidak ada yang menunggu pada daftar ini di wilayah penerima."))
    home = waiting[0].household
    if seen is not None and seen != home.id:
        raise Conflict(N_("Urutan daftar tunggu berubah. Muat ulang, lalu periksa lagi."))
    came = _recipient_of(session, struck, home)
    session.add(came)
    session.flush()
    details = {"list": str(list_id), "replaces": str(struck.id)}
    event = Event("recipient-replaced", "recipient", str(came.id), came.area_code, details)
    record(session, event, by=by, at=at)
    return came


def _take_turn(session: Session, decree_id: uuid.UUID) -> None:
    """Let others who replace on this decree wait: nobody comes in for two."""
    query = select(Decree.id).where(Decree.id == decree_id).with_for_update(key_share=True)
    with everywhere(session):
        session.scalars(query).one()


def _recipient_of(session: Session, struck: Recipient, home: Household) -> Recipient:
    """Return the row of a household's head on the decree of somebody struck."""
    with everywhere(session):
        head = _head(session, home.id)
        link = session.get(Link, head.id)
        rows = select(func.max(Recipient.row)).where(Recipient.decree_id == struck.decree_id)
        last = session.scalar(rows) or 0
    return Recipient(
        id=uuid.uuid4(),
        area_code=home.area_code,
        decree_id=struck.decree_id,
        row=last + 1,
        name=head.name,
        nik=head.nik,
        kk=head.kk,
        sex=head.sex,
        birth_date=head.birth_date,
        birth_place=head.birth_place,
        mother_name=head.mother_name,
        address=home.address,
        amount=struck.amount,
        component=struck.component,
        standing=Standing.REPLACEMENT,
        link_state=link.state if link else None,
        person_id=link.person_id if link else None,
        candidate_id=link.candidate_id if link else None,
        weight=link.weight if link else None,
        registered=Registered.YES,
        member_id=head.id,
        family_id=head.family_id,
        household_id=home.id,
        eligible=True,
        replaces=struck.id,
    )


def _head(session: Session, household_id: uuid.UUID) -> Member:
    query = (
        select(Member)
        .where(Member.household_id == household_id, Member.valid_to.is_(None), member_counts())
        .order_by(Member.relation != HEAD, Member.position)
    )
    head = session.scalars(query.limit(1)).first()
    if head is None:
        raise NotFound(N_("Rumah tangga ini tidak mempunyai anggota."))
    return head
