"""Register many households at once: the same gate, history and audit as one, in few statements."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.audit.services import Event, record_many
from jps.db import everywhere
from jps.deadlines.rules import Stage, Window, window_for
from jps.deadlines.services import all_windows, closed_problem
from jps.errors import JpsError
from jps.households import roster, storing
from jps.households.forms import HouseholdForm
from jps.households.models import Household
from jps.households.rules import Source
from jps.households.saving import UNKNOWN_VILLAGE, Author, OutsideScope
from jps.households.schemas import InvalidHousehold
from jps.households.services import Outcome, register_household
from jps.keys import new_key
from jps.questionnaire import Problem
from jps.text import N_

CHUNK = 200  # households written with one statement per table; keeps memory near 20 MB


@dataclass
class Tally:
    """What became of many forms; `refused` holds (place from 0, why) in order."""

    created: int = 0
    duplicates: int = 0
    refused: list[tuple[int, JpsError]] = field(default_factory=list)


def register_many(
    session: Session, forms: Iterable[HouseholdForm], *, by: Author, at: datetime
) -> Tally:
    """Store whole forms as submitted households; see `register_household` for one.

    A form that cannot be stored is refused alone, the others are kept. Flushes only: the caller
    commits, best together with its own cursor.
    """
    tally = Tally()
    windows = [window for window in all_windows(session) if window.stage is Stage.COLLECTION]
    villages = frozenset(session.scalars(select(Area.code).where(Area.level == Level.DESA)))
    for start, part in _parts(forms):
        fresh = _fresh(session, start, part)
        accepted: list[HouseholdForm] = []
        doubtful: list[tuple[int, HouseholdForm]] = []
        for place, form in enumerate(part, start):
            problem = _place_problem(form, villages, by) or _late(session, windows, form, at)
            if problem is not None:
                tally.refused.append((place, problem))
            elif place in fresh:
                accepted.append(roster.with_own_ids(form, form.id or new_key(), ()))
            else:
                doubtful.append((place, form))
        storing.insert_new(session, accepted, by=by.username, source=by.source, at=at)
        events = (_event(form, by.source) for form in accepted)
        record_many(session, events, by=by.username, at=at)
        tally.created += len(accepted)
        for place, form in doubtful:
            _register_one(session, form, place, tally, by=by, at=at)
    tally.refused.sort(key=lambda refusal: refusal[0])
    return tally


def _parts(forms: Iterable[HouseholdForm]) -> Iterator[tuple[int, Sequence[HouseholdForm]]]:
    """Yield the forms in chunks with the place of each chunk's first."""
    part: list[HouseholdForm] = []
    start = 0
    for form in forms:
        part.append(form)
        if len(part) == CHUNK:
            yield start, part
            start, part = start + len(part), []
    if part:
        yield start, part


def _fresh(session: Session, start: int, forms: Sequence[HouseholdForm]) -> set[int]:
    """Return the places of forms that are new beyond doubt: no id of theirs is in use or twice."""
    ids = [form.id for form in forms if form.id is not None]
    with everywhere(session):
        known = set(session.scalars(select(Household.id).where(Household.id.in_(ids))))
    seen: set[uuid.UUID] = known | roster.ids_elsewhere(session, forms)
    fresh: set[int] = set()
    for place, form in enumerate(forms, start):
        own = {key for key in (form.id, *(member.id for member in form.members)) if key}
        if not own & seen:
            fresh.add(place)
        seen |= own
    return fresh


def _place_problem(form: HouseholdForm, villages: frozenset[str], by: Author) -> JpsError | None:
    if not by.scope.covers(form.area_code):
        return OutsideScope(N_("Desa {area} berada di luar wilayah Anda."), area=form.area_code)
    if form.area_code not in villages:
        found = Problem("area_code", "area_code", "error", UNKNOWN_VILLAGE, rule="choice")
        return InvalidHousehold([found])
    return None


def _late(
    session: Session, windows: Sequence[Window], form: HouseholdForm, at: datetime
) -> JpsError | None:
    window = window_for(windows, Stage.COLLECTION, form.area_code)
    return None if window is None else closed_problem(session, window, at=at)


def _register_one(
    session: Session,
    form: HouseholdForm,
    place: int,
    tally: Tally,
    *,
    by: Author,
    at: datetime,
) -> None:
    try:
        outcome = register_household(session, form, by=by, at=at).outcome
    except JpsError as error:
        tally.refused.append((place, error))
        return
    if outcome is Outcome.DUPLICATE:
        tally.duplicates += 1
    else:
        tally.created += 1


def _event(form: HouseholdForm, source: Source) -> Event:
    details = {"version": 1, "source": str(source)}
    return Event(storing.SENT, "household", str(form.id), form.area_code, details)
