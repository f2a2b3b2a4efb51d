"""What a list says beside what we have: new, changed, same, in conflict; and possible doubles."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import chunks, everywhere
from jps.deadlines.rules import Stage, Window
from jps.deadlines.services import all_windows
from jps.households.models import Household, Member
from jps.households.rules import State, stage_of_sending
from jps.households.storing import accepted_document
from jps.intake.checking import Finding, Judged
from jps.intake.frozen import digest_of
from jps.intake.models import IntakeBatch, IntakeOrigin
from jps.intake.preparing import draft_in
from jps.intake.rules import Fate
from jps.intake.timing import lateness
from jps.text import N_, mask_nik

NIK_TWICE = N_("NIK ini juga ada pada rumah tangga lain di berkas ini.")
NIK_KNOWN = N_("NIK ini sudah tercatat pada rumah tangga lain yang tersimpan.")
KK_KNOWN = N_("Nomor KK ini sudah tercatat pada rumah tangga lain yang tersimpan.")
ELSEWHERE = N_("Rumah tangga ini sekarang berada di luar wilayah Anda, jadi tidak diubah.")

_IN_LIST = 500
_SENT = frozenset({Fate.NEW, Fate.CHANGED})  # whose forms are stored as sent
_UNTOUCHED = frozenset({State.SUBMITTED, State.DRAFT})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the trial says of one household; `judged` with what the comparison has found."""

    judged: Judged
    fate: Fate
    household_id: uuid.UUID | None = None
    expected: int | None = None
    doubles: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored of some households, and who holds which number."""

    origins: dict[str, IntakeOrigin]
    households: dict[uuid.UUID, Household]
    windows: Sequence[Window]
    niks: dict[str, set[uuid.UUID]] = field(default_factory=dict)
    kks: dict[str, set[uuid.UUID]] = field(default_factory=dict)


def compare(
    session: Session,
    batch: IntakeBatch,
    found: Sequence[Judged],
    twice: frozenset[int],
    *,
    at: datetime,
) -> list[Verdict]:
    """Return the verdict on each household. `twice` are hashes of NIKs in several of the list."""
    with everywhere(session):
        known = _known(session, batch, found)
        verdicts = (_verdict(session, batch, one, known, twice) for one in found)
        return [_in_time(one, known, at=at) for one in verdicts]


def _known(session: Session, batch: IntakeBatch, found: Sequence[Judged]) -> _Known:
    origin = IntakeOrigin
    query = select(origin).where(
        origin.kind == batch.kind,
        origin.source == batch.source,
        origin.key.in_([one.key for one in found]),
    )
    origins = {one.key: one for one in session.scalars(query)}
    ids = {one.household_id for one in origins.values()} | {
        one.given_id for one in found if one.given_id
    }
    households = {
        one.id: one
        for part in chunks(list(ids), _IN_LIST)
        for one in session.scalars(select(Household).where(Household.id.in_(part)))
    }
    accepted = [one for one in found if one.form]
    niks = _holders(session, Member.nik, (nik for one in accepted for nik in one.numbers[0]))
    kks = _holders(session, Member.kk, (kk for one in accepted for kk in one.numbers[1]))
    return _Known(origins, households, all_windows(session), niks, kks)


def _holders(session: Session, column: object, numbers: Iterable[str]) -> dict[str, set[uuid.UUID]]:
    """Return the households in force that hold a NIK or KK."""
    found: dict[str, set[uuid.UUID]] = {}
    attribute = Member.nik if column is Member.nik else Member.kk
    for part in chunks(list(dict.fromkeys(numbers)), _IN_LIST):
        query = (
            select(attribute, Member.household_id)
            .join(Household, Household.id == Member.household_id)
            .where(attribute.in_(part), Member.valid_to.is_(None))
            .where(Household.state != State.ARCHIVED)
        )
        for number, household in session.execute(query):
            found.setdefault(number, set()).add(household)
    return found


def _verdict(
    session: Session, batch: IntakeBatch, one: Judged, known: _Known, twice: frozenset[int]
) -> Verdict:
    if not one.form:
        return Verdict(one, Fate.REFUSED)
    origin = known.origins.get(one.key)
    key = origin.household_id if origin else one.given_id
    stored = known.households.get(key) if key else None
    doubles, findings = _doubles(one, known, twice, own=key)
    one = replace(one, findings=(*one.findings, *findings))
    if stored is None:
        return Verdict(one, Fate.NEW, one.given_id, None, doubles)
    if not batch.scope.covers(stored.area_code):
        finding = _finding(one, "area", "error", ELSEWHERE)
        refused = replace(one, form="", findings=(*one.findings, finding))
        return Verdict(refused, Fate.REFUSED)
    return Verdict(one, _fate(session, one, origin, stored), stored.id, stored.version, doubles)


def _in_time(one: Verdict, known: _Known, *, at: datetime) -> Verdict:
    """Refuse what would be stored as sent after the deadline of its area."""
    stored = known.households.get(one.household_id) if one.household_id else None
    stage = Stage.COLLECTION if stored is None else stage_of_sending(State(stored.state))
    late = lateness(known.windows, stage, one.judged.area_code, at=at)
    if late is None or one.fate not in _SENT or draft_in(one.judged.form) is not None:
        return one
    reason, params = late
    finding = replace(_finding(one.judged, "deadline", "error", reason), params=params)
    refused = replace(one.judged, form="", findings=(*one.judged.findings, finding))
    return replace(one, judged=refused, fate=Fate.REFUSED)


def _fate(session: Session, one: Judged, origin: IntakeOrigin | None, stored: Household) -> Fate:
    """A list that says what it said before changes nothing, whatever people did meanwhile."""
    if origin is not None and origin.digest == one.digest:
        return Fate.SAME
    if origin is not None and origin.version == stored.version and stored.state in _UNTOUCHED:
        return Fate.CHANGED
    if digest_of(accepted_document(session, stored)) == one.digest and stored.draft is None:
        return Fate.SAME
    return Fate.CONFLICT


def _doubles(
    one: Judged, known: _Known, twice: frozenset[int], *, own: uuid.UUID | None
) -> tuple[tuple[uuid.UUID, ...], list[Finding]]:
    """Return other households with a NIK or KK of this one, and what to say of it."""
    doubles: dict[uuid.UUID, None] = {}
    findings: list[Finding] = []
    niks, kks = one.numbers
    for numbers, holders, reason in ((niks, known.niks, NIK_KNOWN), (kks, known.kks, KK_KNOWN)):
        for number in numbers:
            others = holders.get(number, set()) - {own}
            new = sorted(others - doubles.keys())
            doubles |= dict.fromkeys(new)
            if new:
                findings.append(_finding(one, "double", "warning", reason, mask_nik(number)))
    findings += [
        _finding(one, "double", "warning", NIK_TWICE, mask_nik(nik))
        for nik in niks
        if hash(nik) in twice
    ]
    return tuple(doubles), findings


def _finding(one: Judged, kind: str, level: str, reason: str, value: str = "") -> Finding:
    table, row = one.rows[0]
    return Finding(table, row, "", kind, level, value, reason, {}, "")
