"""Find what is wrong about recipients, in bulk: what people decided about a finding stays."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.db import chunks, everywhere
from jps.households.models import Household, Member
from jps.identity.rules import LinkState
from jps.programmes.case_models import Finding
from jps.programmes.finding_rules import (
    LATE_AFTER,
    Days,
    Found,
    Known,
    found_about,
    found_twice,
    has_nik_problem,
)
from jps.programmes.models import Benefit, Decree, Programme, ProgrammeTerms, Recipient
from jps.programmes.overlaps import Pair, overlapping
from jps.programmes.queries import terms_of_decree
from jps.programmes.rules import (
    BenefitState,
    DecreeState,
    FindingKind,
    FindingState,
    Frequency,
    ProgrammeKind,
    Registered,
    Standing,
    Unit,
)
from jps.programmes.terms import delivery_amount, yearly
from jps.registry.models import RegistrySnapshot

COUNTED = (DecreeState.LOADED, DecreeState.IN_FORCE)
_COLUMNS = (
    "id", "area_code", "key", "kind", "level", "decree_id", "recipient_id", "other_id",
    "other_decree_id", "household_id", "source", "stake", "state", "found_at", "changed_at",
)  # fmt: skip
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Renewed:
    """What finding anew came to."""

    found: int = 0
    new: int = 0
    gone: int = 0
    back: int = 0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a recipient stands: what a stored finding repeats of them."""

    area_code: str
    decree_id: uuid.UUID
    household_id: uuid.UUID | None
    stake: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What is wrong about a decree that was in `state`, by key, and where recipients stand."""

    state: DecreeState
    found: dict[str, Found]
    places: dict[uuid.UUID, _Place]


def look_at(session: Session, decree_id: uuid.UUID, today: date) -> Looked:
    """Return what is wrong about a decree's recipients; only reads, so others may write."""
    with everywhere(session):
        decree = session.get_one(Decree, decree_id)
        places: dict[uuid.UUID, _Place] = {}
        found = {one.key: one for one in _found(session, decree, places, today)}
        return Looked(DecreeState(decree.state), found, places)


def _still(session: Session, looked: Looked) -> dict[str, Found]:
    """Return what was found, without recipients who were struck meanwhile."""
    struck: set[uuid.UUID | None] = set()
    for piece in chunks(list(looked.places), _AT_ONCE):
        query = select(Recipient.id).where(Recipient.standing == Standing.STRUCK)
        struck |= set(session.scalars(query.where(Recipient.id.in_(piece))))
    return {
        key: one
        for key, one in looked.found.items()
        if not struck & {one.recipient_id, one.other_id}
    }


def find_anew(
    session: Session,
    decree_id: uuid.UUID,
    *,
    at: datetime,
    today: date,
    looked: Looked | None = None,
) -> Renewed:
    """Find what is wrong about a decree's recipients; flushes.

    What was found before keeps its state, owner and last day; what is not found any more is marked
    as gone, and comes back as it was. A decree that no longer counts has no findings. For a list
    that flags people, the decrees of aid are looked at. `looked` is what a reader saw shortly
    before.
    """
    session.flush()
    _take_turn(session)
    with everywhere(session):
        decree = session.get_one(Decree, decree_id)
        if session.get_one(Programme, decree.programme_id).kind == ProgrammeKind.FLAG:
            told = [
                find_anew(session, other, at=at, today=today)
                for other in decrees_to_look_at(session)
            ]
            return Renewed(*(sum(column) for column in zip(*map(astuple, told), strict=True)))
        if looked is None or looked.state != decree.state:
            looked = look_at(session, decree_id, today)
        found, places = _still(session, looked), looked.places
        either = or_(Finding.decree_id == decree_id, Finding.other_decree_id == decree_id)
        before = {one.key: one for one in session.scalars(select(Finding).where(either))}
        fresh = [one for key, one in found.items() if key not in before]
        gone = back = 0
        for key, stored in before.items():
            again = found.get(key)
            if again is None:
                gone += stored.gone_at is None
                stored.gone_at = stored.gone_at or at
            else:
                back += stored.gone_at is not None
                _renew(stored, again, places)
        session.flush()
        _store(session, fresh, places, at=at)
    return Renewed(len(found), len(fresh), gone, back)


def _take_turn(session: Session) -> None:
    """Wait until nobody else finds anew: the pair of two decrees would be found from both ends.

    The row of the first programme stands for the turn; who reads or names it does not wait.
    """
    turn = select(Programme.id).order_by(Programme.id).limit(1)
    session.scalars(turn.with_for_update(key_share=True)).all()


def decrees_to_look_at(session: Session) -> Sequence[uuid.UUID]:
    """Return the decrees of all areas whose recipients have or may have findings, oldest first."""
    known = select(Finding.decree_id).where(Finding.gone_at.is_(None))
    query = (
        select(Decree.id)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(or_(Decree.state.in_(COUNTED), Decree.id.in_(known)))
        .where(Programme.kind != ProgrammeKind.FLAG)
    )
    with everywhere(session):
        return session.scalars(query.order_by(Decree.dated, Decree.id)).all()


def _found(
    session: Session, decree: Decree, places: dict[uuid.UUID, _Place], today: date
) -> Iterator[Found]:
    """Yield the findings, and take down where the recipients stand."""
    programme = session.get_one(Programme, decree.programme_id)
    is_over = decree.period_to is not None and decree.period_to < today
    if decree.state not in COUNTED or is_over:
        return
    days = _days(session, decree, today)
    listed: list[Known] = []
    for one, area_code in _listed(session, decree, today):
        listed.append(one)
        places[one.id] = _Place(area_code, decree.id, one.household_id, one.stake)
        yield from found_about(one, days)
    yield from found_twice(Unit(programme.unit), listed, days.matched)
    pairs = list(overlapping(session, decree, today))
    _place_others(session, [pair.other.id for pair in pairs], places)
    dated = _dates(session, {pair.other.decree_id for pair in pairs} | {decree.id})
    for pair in pairs:
        yield _of_pair(pair, dated, today)


def _of_pair(pair: Pair, dated: dict[uuid.UUID, tuple[date, str]], today: date) -> Found:
    """Return the finding of a pair; who came later stands first, whoever is asked."""
    source = f"decrees:{today.isoformat()}"
    one, other = pair.recipient, pair.other
    if pair.flagged:
        return Found(FindingKind.EXCLUDED, pair.level, one.id, source, other.id)
    if dated[one.decree_id] < dated[other.decree_id]:
        one, other = other, one
    return Found(FindingKind.OVERLAP, pair.level, one.id, source, other.id)


def _dates(session: Session, decree_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[date, str]]:
    query = select(Decree.id, Decree.dated).where(Decree.id.in_(list(decree_ids)))
    return {row.id: (row.dated, str(row.id)) for row in session.execute(query)}


def _days(session: Session, decree: Decree, today: date) -> Days:
    snapshot = session.get(RegistrySnapshot, decree.snapshot_id) if decree.snapshot_id else None
    matched = decree.matched_at or today
    return Days(snapshot.as_of if snapshot else None, matched, today)


def _listed(session: Session, decree: Decree, today: date) -> Iterator[tuple[Known, str]]:
    """Yield who stands on the decree, in the order of its list, with their area."""
    late = _undelivered(session, decree, today)
    terms = terms_of_decree(session, decree)
    query = (
        select(Recipient, Member.presence, Household.interview_date)
        .outerjoin(Member, Member.id == Recipient.member_id)
        .outerjoin(Household, Household.id == Recipient.household_id)
        .where(Recipient.decree_id == decree.id, Recipient.standing != Standing.STRUCK)
        .order_by(Recipient.row)
    )
    for one, presence, interviewed in session.execute(query):
        registered = Registered(one.registered) if one.registered else None
        yield (
            Known(
                id=one.id,
                link_state=LinkState(one.link_state) if one.link_state else None,
                registered=registered,
                eligible=one.eligible,
                same_as=one.same_as,
                member_id=one.member_id,
                family_id=one.family_id,
                household_id=one.household_id,
                presence=(presence or "") if registered is Registered.YES else "",
                interviewed=interviewed,
                nik_problem=has_nik_problem(one.problems),
                undelivered=one.id in late,
                stake=stake_of(one, terms),
            ),
            one.area_code,
        )


def stake_of(one: Recipient, terms: ProgrammeTerms | None) -> int:
    """Return the rupiah of a year that a recipient stands for; 0 where nobody said how much."""
    amount = delivery_amount(terms, one.area_code, own=one.amount, component=one.component)
    if terms is None:
        return amount or 0
    return yearly(amount, Frequency(terms.frequency), terms.deliveries) or 0


def _undelivered(session: Session, decree: Decree, today: date) -> set[uuid.UUID]:
    """Return who should have got something long ago and never did."""
    late = today - timedelta(days=LATE_AFTER)
    query = (
        select(Benefit.recipient_id)
        .where(Benefit.decree_id == decree.id)
        .group_by(Benefit.recipient_id)
        .having(func.min(Benefit.due_on) < late)
    )
    delivered = select(Benefit.recipient_id).where(
        Benefit.decree_id == decree.id, Benefit.state == BenefitState.DELIVERED
    )
    return set(session.scalars(query)) - set(session.scalars(delivered))


def _place_others(
    session: Session, ids: Sequence[uuid.UUID], places: dict[uuid.UUID, _Place]
) -> None:
    terms: dict[uuid.UUID, ProgrammeTerms | None] = {}
    for piece in chunks(sorted(set(ids), key=str), _AT_ONCE):
        query = select(Recipient, Decree).join(Decree, Decree.id == Recipient.decree_id)
        for one, decree in session.execute(query.where(Recipient.id.in_(piece))):
            if decree.id not in terms:
                terms[decree.id] = terms_of_decree(session, decree)
            stake = stake_of(one, terms[decree.id])
            places[one.id] = _Place(one.area_code, one.decree_id, one.household_id, stake)


def _renew(stored: Finding, found: Found, places: dict[uuid.UUID, _Place]) -> None:
    """Let what is derived follow the data; a source keeps the day on which it was first so."""
    place = places[found.recipient_id]
    stored.gone_at = None
    stored.level, stored.stake = found.level, place.stake
    stored.recipient_id, stored.other_id = found.recipient_id, found.other_id
    stored.area_code, stored.household_id = place.area_code, place.household_id
    stored.decree_id = place.decree_id
    other = places.get(found.other_id) if found.other_id else None
    stored.other_decree_id = other.decree_id if other else None
    if stored.source.partition(":")[0] != found.source.partition(":")[0]:
        stored.source = found.source


def _store(
    session: Session, found: Sequence[Found], places: dict[uuid.UUID, _Place], *, at: datetime
) -> None:
    rows = []
    for one in found:
        place = places[one.recipient_id]
        other = places.get(one.other_id) if one.other_id else None
        rows.append(
            (
                uuid.uuid4(),
                place.area_code,
                one.key,
                one.kind,
                one.level,
                place.decree_id,
                one.recipient_id,
                one.other_id,
                other.decree_id if other else None,
                place.household_id,
                one.source,
                place.stake,
                FindingState.OPEN,
                at,
                at,
            )
        )
    write_rows(session, Finding, _COLUMNS, rows)
