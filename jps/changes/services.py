"""Ask for a change of a verified household, decide about it, and take it back.

Every verb takes who acts (`by: Author`) and when (`at`, and `today` in the office's time zone),
records it, and flushes; the edge commits. Links and scores follow at once.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.assessment.acceptance import follow_up
from jps.audit.services import Event, record
from jps.changes.applying import Act, apply_plan
from jps.changes.checking import Looked, asked_of, is_undirected, look
from jps.changes.models import ChangeRequest
from jps.changes.planning import Asked
from jps.changes.rules import MAX_NUMBER, MAX_REASON, Kind, RequestState, may_decide
from jps.changes.schemas import asked_json, read_asked
from jps.changes.undoing import take_back
from jps.db import everywhere, locked_row
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.households.documents import content_hash
from jps.households.models import Household
from jps.households.rules import OF_KABUPATEN, ONLY_KABUPATEN
from jps.households.saving import UNKNOWN_VILLAGE, Author, OutsideScope, alone, load_household
from jps.households.schemas import HouseholdSchema
from jps.text import N_, one_line

NO_REASON = N_("Alasan wajib diisi, paling banyak 500 karakter.")
NO_PROOF = N_("Isi nomor surat atau lampirkan foto buktinya.")
OWN = N_("Anda yang mengusulkan perubahan ini; orang lain yang harus memutuskannya.")
NOT_YOURS = N_("Hanya pengusul yang dapat menarik kembali permohonan ini.")
DECIDED = N_("Permohonan ini sudah diputuskan.")
NOT_APPROVED = N_("Hanya permohonan yang disetujui yang dapat dibatalkan.")
CHANGED = N_("Data rumah tangga berubah sejak Anda membuka halaman ini. Periksa lagi.")


class OwnRequest(NotAllowed):
    """Who proposed a change cannot decide about it."""

    code = "own-work"


class ChangedMeanwhile(Conflict):
    """A household changed since the person who decides looked at it."""

    code = "changed-since"


class WrongState(Conflict):
    """The request stands where this step cannot be taken."""

    code = "wrong-state"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody asks for: the payload as it arrived, when it happened, and what proves it."""

    kind: Kind
    payload: Mapping[str, Any]
    effective_on: date
    reason: str
    document_number: str = ""
    evidence: Sequence[str] = ()
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def propose(
    session: Session,
    household_id: uuid.UUID,
    proposal: Proposal,
    gate: HouseholdSchema,
    *,
    by: Author,
    at: datetime,
    today: date,
) -> ChangeRequest:
    """Keep a request for a verified household; idempotent by id and content.

    The whole change is tried, so that what cannot be approved is said to who asks. Raises
    `InvalidData`, `InvalidChange`, `NotSettled`, `NotFound`.
    """
    household = load_household(session, household_id)
    asked = read_asked(proposal.kind, proposal.payload)
    if proposal.kind is Kind.SPLIT and not asked.household:
        asked = replace(asked, household=str(uuid.uuid5(proposal.id, "household")))
    if (known := _known(session, household, proposal, asked)) is not None:
        return known
    request = ChangeRequest(
        id=proposal.id,
        household_id=household.id,
        other_id=uuid.UUID(asked.household) if asked.household else None,
        area_code=household.area_code,
        target_area_code=None,
        kind=proposal.kind,
        state=RequestState.PROPOSED,
        effective_on=proposal.effective_on,
        document_number=one_line(proposal.document_number)[:MAX_NUMBER],
        reason=checked_reason(proposal.reason),
        evidence=list(proposal.evidence),
        proposed_by=by.username,
        proposed_at=at,
        asked=asked_json(asked),
        versions={},
    )
    if not (request.document_number or request.evidence or proposal.kind is Kind.CORRECTION):
        raise InvalidData(NO_PROOF, {"document_number": [NO_PROOF]})
    if asked.household and proposal.kind is not Kind.SPLIT:
        load_household(session, uuid.UUID(asked.household))  # of the proposer's areas, or NotFound
    looked = look(session, request, gate, today=today, asked=asked)
    request.versions = looked.versions
    request.target_area_code = _target(session, request, asked, looked)
    with alone(session):
        session.add(request)
        session.flush()
    _audit(session, request, "change-proposed", by=by.username, at=at)
    return request


def _known(
    session: Session, household: Household, proposal: Proposal, asked: Asked
) -> ChangeRequest | None:
    query = select(ChangeRequest).where(ChangeRequest.id == proposal.id)
    with everywhere(session):
        known = session.scalars(query).one_or_none()
    if known is None:
        return None
    same = content_hash(known.asked) == content_hash(asked_json(asked))
    if not same or (known.household_id, known.kind) != (household.id, proposal.kind):
        raise Conflict(N_("Permohonan dengan id ini sudah ada dan isinya lain."))
    return known


def _target(session: Session, request: ChangeRequest, asked: Asked, looked: Looked) -> str | None:
    """Return the area that people go to, or come from when households join; None for the own."""
    if is_undirected(request, asked):
        area = session.get(Area, asked.area_code)
        if area is None or area.level != Level.DESA:
            raise InvalidData(UNKNOWN_VILLAGE, {"area_code": [UNKNOWN_VILLAGE]})
        return area.code
    household = asked.household or str(request.household_id)
    area_code = looked.area_after(household)
    return area_code if area_code != request.area_code else None


def approve(
    session: Session,
    request: ChangeRequest,
    gate: HouseholdSchema,
    *,
    seen: Mapping[str, int],
    household: uuid.UUID | None = None,
    people: Mapping[str, Mapping[str, Any]] | None = None,
    by: Author,
    at: datetime,
    today: date,
) -> list[Household]:
    """Apply a request to its households in one transaction and return them.

    `seen` are the versions that the person looked at: where one is another now, nothing happens
    (`ChangedMeanwhile`) and they look again. People from another area get their `household` from
    who decides, and `people` their place in it.
    """
    request = _locked(session, request, RequestState.PROPOSED)
    _require_decider(request, by)
    asked = asked_of(request)
    if household is not None and is_undirected(request, asked):
        asked = directed(asked, household, people or {})
    if is_undirected(request, asked):
        message = N_("Pilih rumah tangga tujuan.")
        raise InvalidData(message, {"household": [message]})
    looked = look(session, request, gate, today=today, asked=asked, lock=True)
    if looked.versions != dict(seen):
        raise ChangedMeanwhile(CHANGED)
    _require_kabupaten(looked, by)
    if household is not None and not by.scope.covers(looked.households[asked.household].area_code):
        raise OutsideScope()
    request.asked = asked_json(asked)
    request.other_id = uuid.UUID(asked.household) if asked.household else None
    act = Act(request, looked.plan, looked.forms, by.username, at)
    with everywhere(session):
        changed = apply_plan(session, act, looked.households)
    _decide(session, request, RequestState.APPROVED, "change-approved", by=by.username, at=at)
    _follow(session, changed, at=at)
    return changed


def directed(asked: Asked, household: uuid.UUID, people: Mapping[str, Mapping[str, Any]]) -> Asked:
    """Return a request for people from elsewhere with the household that they go to."""
    mine = {key: new for key, new in people.items() if key in asked.members}
    both = {key: {**asked.people.get(key, {}), **new} for key, new in mine.items()}
    return replace(asked, household=str(household), people={**asked.people, **both})


def refuse(
    session: Session, request: ChangeRequest, reason: str, *, by: Author, at: datetime
) -> ChangeRequest:
    """Refuse a request, saying why."""
    request = _locked(session, request, RequestState.PROPOSED)
    _require_decider(request, by)
    reason = checked_reason(reason)
    _decide(session, request, RequestState.REFUSED, "change-refused", reason, by=by.username, at=at)
    return request


def withdraw(
    session: Session, request: ChangeRequest, *, by: Author, at: datetime
) -> ChangeRequest:
    """Take back a request that nobody decided about yet; only who proposed it."""
    request = _locked(session, request, RequestState.PROPOSED)
    if by.username != request.proposed_by:
        raise NotAllowed(NOT_YOURS)
    _decide(session, request, RequestState.WITHDRAWN, "change-withdrawn", by=by.username, at=at)
    return request


def undo(
    session: Session, request: ChangeRequest, reason: str, *, by: Author, at: datetime
) -> list[Household]:
    """Restore exactly what was there before an approved request, and return the households.

    Raises `BuiltOn` when something rests on it since.
    """
    request = _locked(session, request, RequestState.APPROVED)
    require_scope(request, by)
    reason = checked_reason(reason)
    with everywhere(session):
        changed = take_back(session, request, reason, by=by.username, at=at)
    request.state, request.undone_reason = RequestState.UNDONE, reason
    request.undone_by, request.undone_at = by.username, at
    _audit(session, request, "change-undone", by=by.username, at=at)
    _follow(session, changed, at=at)
    return changed


def areas_needed(request: ChangeRequest) -> set[str]:
    """Return the areas that must be those of who decides: where people go, or both that join."""
    target = request.target_area_code or request.area_code
    return {target, request.area_code} if request.kind == Kind.JOIN else {target}


def require_scope(request: ChangeRequest, by: Author) -> None:
    """Raise `OutsideScope` when somebody else's area decides about the request."""
    if not all(by.scope.covers(code) for code in areas_needed(request)):
        raise OutsideScope()


def _require_decider(request: ChangeRequest, by: Author) -> None:
    require_scope(request, by)
    if not may_decide(by.username, proposed_by=request.proposed_by):
        raise OwnRequest(OWN)


def _require_kabupaten(looked: Looked, by: Author) -> None:
    """After the village's decision only the kabupaten changes a household, as with other steps."""
    for household in looked.households.values():
        decided = household.state in OF_KABUPATEN and by.scope.covers(household.area_code)
        if decided and not by.is_of_kabupaten(household.area_code):
            raise NotAllowed(ONLY_KABUPATEN)


def _locked(session: Session, request: ChangeRequest, state: RequestState) -> ChangeRequest:
    with everywhere(session):
        found = locked_row(session, ChangeRequest, request.id)
    if found.state != state:
        raise WrongState(DECIDED if state is RequestState.PROPOSED else NOT_APPROVED)
    return found


def _decide(
    session: Session,
    request: ChangeRequest,
    state: RequestState,
    action: str,
    reason: str | None = None,
    *,
    by: str,
    at: datetime,
) -> None:
    request.state, request.decision_reason = state, reason
    request.decided_by, request.decided_at = by, at
    _audit(session, request, action, by=by, at=at)


def _follow(session: Session, households: Iterable[Household], *, at: datetime) -> None:
    session.expire_all()
    with everywhere(session):
        for household_id in [household.id for household in households]:
            follow_up(session, household_id, at=at)


def _audit(session: Session, request: ChangeRequest, action: str, *, by: str, at: datetime) -> None:
    session.flush()
    details = {"kind": str(request.kind), "household": str(request.household_id)}
    event = Event(action, "change-request", str(request.id), request.area_code, details)
    record(session, event, by=by, at=at)


def checked_reason(reason: str) -> str:
    """Return a reason as one line, or raise `InvalidData`."""
    clean = one_line(reason)
    if not clean or len(clean) > MAX_REASON:
        raise InvalidData(N_("Tuliskan alasannya."), {"reason": [NO_REASON]})
    return clean
