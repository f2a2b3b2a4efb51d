"""Households that come from a phone: each is kept once, whatever was lost on the way.

A phone makes the ids, works without signal for days, and sends again what it heard no answer to.
What it sends is told apart by household, device, base version and content (`PhoneSave`), so the
same thing again is a duplicate even when somebody else went on from it meanwhile; and a phone that
lost an answer and edited on is not taken for somebody who overwrites a colleague. What the gate
refuses becomes the draft; what came too late, or for a locked household, is kept beside as a
conflict. Only what belongs elsewhere, or is no document, is not kept."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from jps.areas.rules import is_code
from jps.audit.services import take_turn
from jps.db import everywhere
from jps.deadlines.services import KEPT_TOO_LATE, DeadlinePassed
from jps.errors import InvalidData, JpsError
from jps.households.bulk import register_many
from jps.households.documents import Document, content_hash
from jps.households.forms import HouseholdForm
from jps.households.models import Household, PhoneSave
from jps.households.saving import (
    Author,
    NotEditable,
    OutsideScope,
    StaleHousehold,
    find_household,
    keep,
)
from jps.households.schemas import HouseholdSchema, InvalidHousehold
from jps.households.services import (
    open_draft,
    register_household,
    save_draft,
    update_household,
)
from jps.questionnaire import Problem
from jps.text import N_

KEPT_BESIDE = N_(
    "Data ini sudah diperiksa atau diubah orang lain. Isian Anda disimpan terpisah; "
    "operator akan membandingkannya."
)
KEPT_AS_DRAFT = N_("Tersimpan sebagai draf: ada isian yang harus diperbaiki.")
FOREIGN = N_("Desa ini di luar wilayah Anda. Isian tetap di HP; hubungi operator.")
TRY_AGAIN = N_("Belum dapat disimpan; isian tetap di HP. Kirim sekali lagi.")


class Fate(StrEnum):
    """What became of a household that was sent."""

    CREATED = "created"
    UPDATED = "updated"
    DUPLICATE = "duplicate"
    DRAFT = "draft"
    CONFLICT = "conflict"
    PROBLEMS = "problems"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One household as a phone sent it: on which version it is `base`d (None: it knows of none),
    whether it is to be accepted (`submit`) or only kept, and the phone's own time."""

    household_id: uuid.UUID
    base: int | None
    submit: bool
    document: Document
    device: str
    saved_at: datetime | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what was sent."""
        return content_hash({"document": self.document, "submit": self.submit})


@dataclass(frozen=True, slots=True)
class Examined:
    """An arrival after the gate: the `form` when it passed, else what was `found` wrong."""

    arrival: Arrival
    form: HouseholdForm | None = None
    found: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of one arrival; `message` is a template to translate, empty when all is well."""

    household_id: uuid.UUID
    fate: Fate
    version: int | None = None
    found: tuple[Problem, ...] = ()
    message: str = ""

    @property
    def is_accepted(self) -> bool:
        """Did the household's accepted answers change?"""
        return self.fate in {Fate.CREATED, Fate.UPDATED}


def examine(arrival: Arrival, gate: HouseholdSchema) -> Examined:
    """Send what is to be accepted through the gate; asks the database nothing."""
    if not arrival.submit:
        return Examined(arrival)
    try:
        form = gate.load({**arrival.document, "id": str(arrival.household_id)})
    except InvalidHousehold as error:
        return Examined(arrival, None, error.found)
    assert isinstance(form, HouseholdForm)
    return Examined(arrival, form, form.warnings)


def take_in(
    session: Session, sent: Sequence[Examined], *, by: Author, at: datetime
) -> list[Arrived]:
    """Keep what a phone sent and say of each what became of it, in the order sent. Flushes.

    New households are written together, the others one by one; whatever is wrong with one touches
    no other. Raises what concerns all of them: a database that is away or full.
    """
    _take_turns(session, [one.arrival.household_id for one in sent])
    done = _take_new(session, sent, by=by, at=at)
    for place, one in enumerate(sent):
        if place not in done:
            done[place] = _take_one(session, one, by=by, at=at)
    return [done[place] for place in range(len(sent))]


def _take_turns(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """Lock what two batches could want in a different order: households by id, then the record."""
    with everywhere(session):
        query = select(Household.id).where(Household.id.in_(ids)).order_by(Household.id)
        session.execute(query.with_for_update()).all()
    take_turn(session)


def _take_new(
    session: Session, sent: Sequence[Examined], *, by: Author, at: datetime
) -> dict[int, Arrived]:
    """Register the accepted forms under ids that nobody knows yet, all in a few statements."""
    ids = [one.arrival.household_id for one in sent]
    with everywhere(session):
        known = set(session.scalars(select(Household.id).where(Household.id.in_(ids))))
    new: dict[uuid.UUID, int] = {}
    for place, one in enumerate(sent):
        if one.form is not None and one.arrival.household_id not in known:
            new.setdefault(one.arrival.household_id, place)
    places = [place for key, place in new.items() if ids.count(key) == 1]
    forms = [form for place in places if (form := sent[place].form) is not None]
    if not forms:
        return {}
    try:
        with session.begin_nested():
            tally = register_many(session, forms, by=by, at=at)
            refused = {places[place] for place, _error in tally.refused}
            stored = [sent[place] for place in places if place not in refused]
            if tally.created != len(stored):
                raise _OneByOne
            session.add_all(_row(one.arrival, Fate.CREATED, 1, by=by, at=at) for one in stored)
            session.flush()
    except (_OneByOne, IntegrityError, DataError):  # another batch was first, or one is odd
        return {}
    return {
        place: Arrived(ids[place], Fate.CREATED, 1, sent[place].found)
        for place in places
        if place not in refused
    }


class _OneByOne(Exception):
    """Not all of them were new after all."""


def _take_one(session: Session, one: Examined, *, by: Author, at: datetime) -> Arrived:
    key = one.arrival.household_id
    for last in (False, True):
        try:
            with session.begin_nested():
                return _settle(session, one, by=by, at=at)
        except OutsideScope:
            return Arrived(key, Fate.REFUSED, message=FOREIGN)
        except InvalidData as error:  # cannot even be a draft
            return Arrived(key, Fate.REFUSED, found=_as_problems(error), message=error.message)
        except (JpsError, IntegrityError, DataError):
            if last:
                break  # once more is enough where another request stored it just now
    return Arrived(key, Fate.REFUSED, message=TRY_AGAIN)


def _settle(session: Session, one: Examined, *, by: Author, at: datetime) -> Arrived:
    arrival = one.arrival
    _require_own(arrival.document, by)
    household = find_household(session, arrival.household_id)
    if household is not None and (again := _again(session, one)) is not None:
        return again
    base = arrival.base if household is None else _base_of(session, household, arrival)
    before = None if household is None else household.version
    found, message = one.found, ""
    try:
        if one.form is None:
            household = _keep_draft(session, arrival, household, base, by=by, at=at)
            same = household.version == before
            fate = Fate.PROBLEMS if arrival.submit else Fate.DUPLICATE if same else Fate.DRAFT
        else:
            fate, household = _accept(session, one.form, household, base, by=by, at=at)
    except InvalidHousehold as error:  # what only the database knows: a village, a member's id
        found = error.found
        household = _keep_draft(session, arrival, household, base, by=by, at=at)
        fate = Fate.PROBLEMS
    except DeadlinePassed:  # the form is the draft now
        household = find_household(session, arrival.household_id)
        fate, message = Fate.PROBLEMS, KEPT_TOO_LATE
    except StaleHousehold:
        fate = Fate.CONFLICT
    except NotEditable:
        assert household is not None
        document = arrival.document if one.form is None else one.form.document()
        keep(session, household, document, base, by=by, at=at)
        fate = Fate.CONFLICT
    assert household is not None
    session.add(_row(arrival, fate, household.version, by=by, at=at))
    session.flush()
    message = message or _MESSAGES.get(fate, "")
    return Arrived(arrival.household_id, fate, household.version, found, message)


_MESSAGES = {Fate.CONFLICT: KEPT_BESIDE, Fate.PROBLEMS: KEPT_AS_DRAFT}


def _accept(
    session: Session,
    form: HouseholdForm,
    household: Household | None,
    base: int | None,
    *,
    by: Author,
    at: datetime,
) -> tuple[Fate, Household]:
    if household is None or base is None:
        done = register_household(session, form, by=by, at=at)
    else:
        done = update_household(session, household.id, form, version=base, by=by, at=at)
    return Fate(done.outcome), done.household


def _keep_draft(
    session: Session,
    arrival: Arrival,
    household: Household | None,
    base: int | None,
    *,
    by: Author,
    at: datetime,
) -> Household:
    key = arrival.household_id
    if household is None or base is None:
        return open_draft(session, arrival.document, household_id=key, by=by, at=at)
    return save_draft(session, key, arrival.document, version=base, by=by, at=at)


def _require_own(document: Mapping[str, object], by: Author) -> None:
    """A village of somebody else is refused; a missing or unreadable one can still be typed."""
    area = document.get("area_code")
    if isinstance(area, str) and is_code(area) and not by.scope.covers(area):
        raise OutsideScope()


def _again(session: Session, one: Examined) -> Arrived | None:
    """Return what became of the same thing when this phone sent it before, None otherwise."""
    arrival = one.arrival
    query = (
        select(PhoneSave)
        .where(
            PhoneSave.household_id == arrival.household_id,
            PhoneSave.device == arrival.device,
            PhoneSave.sha256 == arrival.digest,
            PhoneSave.base.is_(None) if arrival.base is None else PhoneSave.base == arrival.base,
        )
        .order_by(PhoneSave.id.desc())
    )
    before = session.scalars(query.limit(1)).one_or_none()
    if before is None or (before.fate == Fate.PROBLEMS and one.form is not None):
        return None  # new, or refused then and right today
    fate = before.fate if before.fate in _MESSAGES else Fate.DUPLICATE
    message = _MESSAGES.get(Fate(fate), "")
    return Arrived(arrival.household_id, Fate(fate), before.version, one.found, message)


def _base_of(session: Session, household: Household, arrival: Arrival) -> int | None:
    """Return the version on which the phone's content truly rests.

    A phone that heard no answer to its last save still names the version before it. When nobody
    saved since, its content rests on what it saved itself.
    """
    last = session.scalars(
        select(PhoneSave)
        .where(
            PhoneSave.household_id == household.id,
            PhoneSave.device == arrival.device,
            PhoneSave.fate.not_in([Fate.CONFLICT, Fate.REFUSED]),
        )
        .order_by(PhoneSave.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and last.version == household.version:
        return household.version
    return arrival.base


def _row(arrival: Arrival, fate: Fate, version: int, *, by: Author, at: datetime) -> PhoneSave:
    """Return what remembers what the phone sent and what became of it, for when it comes again."""
    return PhoneSave(
        household_id=arrival.household_id,
        device=arrival.device,
        base=arrival.base,
        sha256=arrival.digest,
        fate=fate,
        version=version,
        by=by.username,
        at=at,
        saved_at=arrival.saved_at,
    )


def _as_problems(error: InvalidData) -> tuple[Problem, ...]:
    return tuple(
        Problem(path, path.rpartition(".")[2], "error", message)
        for path, messages in error.problems.items()
        for message in messages
    )
