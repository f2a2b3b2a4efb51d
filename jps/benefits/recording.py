"""Record what became of deliveries: given with proof, not given with reason, taken back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record_many
from jps.benefits.planning import NOT_IN_FORCE
from jps.benefits.rules import Proof, Why
from jps.db import everywhere
from jps.errors import Conflict, InvalidData, NotFound
from jps.programmes.models import Benefit, Decree, Recipient
from jps.programmes.rules import BenefitState, DecreeState, Standing
from jps.text import N_, one_line

MOST = 500  # deliveries recorded at once
MAX_NOTE = 500
MAX_AMOUNT = 10**12  # rupiah

REFUSED = N_("Catatan ini belum dapat disimpan. Tidak ada yang berubah.")
NONE_CHOSEN = N_("Pilih paling sedikit satu penerima.")
FUTURE = N_("Tanggal salur tidak boleh sesudah hari ini.")
CLOSED = N_("Masa SK {start} sampai {end}. Tanggal salur di luar masa itu tidak dapat dicatat.")
NO_DAY = N_("Isi tanggal salur.")
BAD_AMOUNT = N_("Isi jumlah dalam rupiah, tanpa koma.")
NO_REASON = N_("Pilih alasannya.")
NO_NOTE = N_("Tulis alasannya.")
CHANGED = N_("Catatan ini diubah orang lain sejak halaman dibuka. Periksa, lalu simpan lagi.")
BY_BANK = N_("Penyaluran ini tercatat dari berkas bank; batalkan berkasnya bila salah.")
STRUCK = N_("Penerima ini sudah dicoret dari SK.")


@dataclass(frozen=True)
class Evidence:
    """A proof: what it is, and the file of it (none: it lies on paper)."""

    kind: Proof
    sha256: str | None = None
    media_type: str | None = None


@dataclass(frozen=True)
class Given:
    """What was handed over: the day, rupiah (None: what was planned), proof, and to whom."""

    on: date | None
    amount: int | None = None
    evidence: Evidence | None = None
    taker: str = ""
    note: str = ""


@dataclass(frozen=True)
class Seen:
    """A delivery as the person who records saw it; `version` empty: whatever it is."""

    id: uuid.UUID
    version: str = ""


def version_of(benefit: Benefit) -> str:
    """Return what tells one state of a delivery from the next."""
    return f"{benefit.state}@{benefit.state_at.isoformat()}"


def deliver(
    session: Session, chosen: Sequence[Seen], given: Given, *, today: date, by: str, at: datetime
) -> int:
    """Record deliveries as made; return how many. Raises InvalidData, Conflict, NotFound."""
    benefits = _open(session, chosen)
    _check(session, benefits, given, today)
    proof = given.evidence
    for benefit in benefits:
        benefit.state = BenefitState.DELIVERED
        benefit.delivered_on = given.on
        benefit.delivered_amount = benefit.amount if given.amount is None else given.amount
        benefit.proof = proof.kind if proof else ""
        benefit.proof_sha256 = proof.sha256 if proof else None
        benefit.proof_type = proof.media_type if proof else None
        benefit.taker = one_line(given.taker)[:120]
        benefit.reason, benefit.note = "", one_line(given.note)[:MAX_NOTE]
    details = {"proof": str(proof.kind) if proof else "", "on": str(given.on)}
    return _save(session, benefits, "benefit-delivered", details, by=by, at=at)


def not_deliver(
    session: Session, chosen: Sequence[Seen], why: Why | None, note: str, *, by: str, at: datetime
) -> int:
    """Record that deliveries were not made, and why; return how many."""
    note = one_line(note)[:MAX_NOTE]
    if why is None or why is Why.NOT_IN_FILE:
        raise InvalidData(REFUSED, {"why": [NO_REASON]})
    if why is Why.OTHER and not note:
        raise InvalidData(REFUSED, {"note": [NO_NOTE]})
    benefits = _open(session, chosen)
    for benefit in benefits:
        _clear(benefit)
        benefit.state, benefit.reason, benefit.note = BenefitState.NOT_DELIVERED, why, note
    return _save(session, benefits, "benefit-not-delivered", {"why": str(why)}, by=by, at=at)


def take_back(session: Session, chosen: Sequence[Seen], *, by: str, at: datetime) -> int:
    """Take back what was recorded by hand: the deliveries are planned again."""
    benefits = _open(session, chosen)
    for benefit in benefits:
        _clear(benefit)
        benefit.state = BenefitState.PLANNED
    return _save(session, benefits, "benefit-record-undone", {}, by=by, at=at)


def _clear(benefit: Benefit) -> None:
    benefit.delivered_on = benefit.delivered_amount = None
    benefit.proof, benefit.proof_sha256, benefit.proof_type = "", None, None
    benefit.reason = benefit.note = benefit.taker = ""


def _open(session: Session, chosen: Sequence[Seen]) -> list[Benefit]:
    """Return the deliveries, locked, as they were seen."""
    if not chosen or len(chosen) > MOST:
        raise InvalidData(REFUSED, {"chosen": [NONE_CHOSEN]})
    versions = {one.id: one.version for one in chosen}
    query = (
        select(Benefit, Recipient.standing)
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .where(Benefit.id.in_(versions))
        .order_by(Benefit.id)
        .with_for_update(of=Benefit)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(query).all()
    if len(rows) != len(versions):
        raise NotFound()
    for benefit, standing in rows:
        if versions[benefit.id] not in ("", version_of(benefit)):
            raise Conflict(CHANGED)
        if benefit.reference:
            raise Conflict(BY_BANK)
        if standing == Standing.STRUCK and benefit.state == BenefitState.PLANNED:
            raise Conflict(STRUCK)
    benefits = [row[0] for row in rows]
    for decree in _decrees(session, benefits):
        if decree.state != DecreeState.IN_FORCE:
            raise Conflict(NOT_IN_FORCE)
    return benefits


def _decrees(session: Session, benefits: Sequence[Benefit]) -> Sequence[Decree]:
    ids = {benefit.decree_id for benefit in benefits}
    with everywhere(session):
        return session.scalars(select(Decree).where(Decree.id.in_(ids))).all()


def _check(session: Session, benefits: Sequence[Benefit], given: Given, today: date) -> None:
    if given.on is None:
        raise InvalidData(REFUSED, {"on": [NO_DAY]})
    if given.on > today:
        raise InvalidData(REFUSED, {"on": [FUTURE]})
    if given.amount is not None and not 0 < given.amount <= MAX_AMOUNT:
        raise InvalidData(REFUSED, {"amount": [BAD_AMOUNT]})
    for decree in _decrees(session, benefits):
        end = decree.period_to or today
        if not decree.period_from <= given.on <= end:
            raise InvalidData(CLOSED, start=decree.period_from, end=end)


def _save(
    session: Session,
    benefits: Sequence[Benefit],
    action: str,
    details: dict[str, Any],
    *,
    by: str,
    at: datetime,
) -> int:
    for benefit in benefits:
        benefit.state_by, benefit.state_at = by, at
    session.flush()
    events = [
        Event(action, "benefit", str(benefit.id), benefit.area_code, details)
        for benefit in benefits
    ]
    record_many(session, events, by=by, at=at)
    return len(benefits)
