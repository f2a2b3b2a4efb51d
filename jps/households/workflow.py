"""Move a household between its states: who may take which step, and what is recorded of it.

Operator of the village, meeting, kabupaten, final: each step by another person, each with who,
when, why and under which letter (`household_history`). Answers are untouched by all of them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import everywhere
from jps.deadlines.services import require_open
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.households import storing
from jps.households.documents import Change, Document
from jps.households.models import Household, HouseholdHistory
from jps.households.remarks import Pointer, add_remarks, withdraw_remarks
from jps.households.rules import (
    NOBODY_LIVES_THERE,
    NOT_YOUR_STEP,
    ONLY_KABUPATEN,
    OTHER_HANDS,
    STAGES,
    TRANSITIONS,
    UNSENT,
    Action,
    Hands,
    State,
    duty_problem,
    hands_in,
    is_possible,
    needs_kabupaten,
    target_of,
)
from jps.households.saving import Author, load_household, require_version
from jps.households.services import current_document
from jps.text import N_, one_line

MAX_REASON = 500  # characters
MAX_LETTER = 120  # characters
_ACTION_OF = {transition.event: action for action, transition in TRANSITIONS.items()}


class WrongState(Conflict):
    """The household stands where this step cannot be taken."""

    code = "wrong-state"


class OwnWork(NotAllowed):
    """The step belongs to somebody who has not had the household in their hands yet."""

    code = "own-work"


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives with a step: a reason, the number of a letter."""

    reason: str = ""
    letter: str = ""


NOTHING = Given()


def verify(
    session: Session, household_id: uuid.UUID, *, version: int, by: Author, at: datetime
) -> Household:
    """Confirm a submitted household; it is then not changed any more.

    Raises `OwnWork` when `by` entered or last changed it, `WrongState`, `Conflict` when it changed
    since `version`.
    """
    household = load_household(session, household_id)
    return _move(session, household, Action.VERIFY, version=version, by=by, at=at)


def decide(
    session: Session,
    household_id: uuid.UUID,
    *,
    agreed: bool,
    reason: str = "",
    letter: str,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Write down what the village meeting decided about a verified household.

    `letter` is the number of the minutes; a rejection needs a reason.
    """
    household = load_household(session, household_id)
    action = Action.AGREE if agreed else Action.REJECT
    return _move(session, household, action, Given(reason, letter), version=version, by=by, at=at)


def reopen(
    session: Session,
    household_id: uuid.UUID,
    reason: str,
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Let the meeting decide again about a household that nobody took further."""
    household = load_household(session, household_id)
    return _move(session, household, Action.REOPEN, Given(reason), version=version, by=by, at=at)


def confirm(
    session: Session, household_id: uuid.UUID, *, version: int, by: Author, at: datetime
) -> Household:
    """Verify, for the kabupaten, a household that the meeting agreed to."""
    household = load_household(session, household_id)
    return _move(session, household, Action.CONFIRM, version=version, by=by, at=at)


def finalise(
    session: Session,
    household_id: uuid.UUID,
    letter: str,
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Make a confirmed household final under the letter of that number."""
    household = load_household(session, household_id)
    return _move(
        session, household, Action.FINALISE, Given(letter=letter), version=version, by=by, at=at
    )


def withdraw(
    session: Session, household_id: uuid.UUID, *, version: int, by: Author, at: datetime
) -> Household:
    """Take back one's own last step: the household stands again where it stood before it."""
    household = load_household(session, household_id)
    _require_possible(household, Action.WITHDRAW, by)
    if household.state_by != by.username:
        raise NotAllowed(NOT_YOUR_STEP)
    if household.draft_by is not None:
        raise WrongState(UNSENT)
    if household.state == State.RETURNED:
        withdraw_remarks(session, household.id, by=by.username, at=at)
    return _move(session, household, Action.WITHDRAW, version=version, by=by, at=at)


def return_household(
    session: Session,
    household_id: uuid.UUID,
    reason: str,
    *,
    remarks: Sequence[Pointer] = (),
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Send a household back to be corrected, saying why, and at which questions."""
    household = load_household(session, household_id)
    _move(session, household, Action.RETURN, Given(reason), version=version, by=by, at=at)
    if remarks:
        document = storing.accepted_document(session, household)
        add_remarks(session, household, document, remarks, by=by.username, at=at)
    return household


def archive(
    session: Session,
    household_id: uuid.UUID,
    reason: str,
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Take a household out of all lists and figures, saying why. Nothing is deleted."""
    household = load_household(session, household_id)
    return _move(session, household, Action.ARCHIVE, Given(reason), version=version, by=by, at=at)


def restore(
    session: Session, household_id: uuid.UUID, *, version: int, by: Author, at: datetime
) -> Household:
    """Bring an archived household back; it is to be verified again."""
    household = load_household(session, household_id)
    return _move(session, household, Action.RESTORE, version=version, by=by, at=at)


def take_step(
    session: Session,
    action: Action,
    household_id: uuid.UUID,
    given: Given,
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Take one of the steps that people choose by name; see the verbs above."""
    if action is Action.WITHDRAW:
        return withdraw(session, household_id, version=version, by=by, at=at)
    household = load_household(session, household_id)
    return _move(session, household, action, given, version=version, by=by, at=at)


def hands_of(session: Session, household: Household) -> Hands:
    """Return who took which action since the household was last sent."""
    query = (
        select(HouseholdHistory.action, HouseholdHistory.by)
        .where(HouseholdHistory.household_id == household.id)
        .order_by(HouseholdHistory.version.desc())
    )
    with everywhere(session):
        rows = session.execute(query).all()
    steps = [(_ACTION_OF[event], by) for event, by in rows if event in _ACTION_OF]
    senders = {household.entered_by, household.edited_by or household.entered_by}
    return hands_in(steps, senders=senders)


def _require_possible(household: Household, action: Action, by: Author) -> None:
    state = State(household.state)
    if not is_possible(action, state):
        raise WrongState(TRANSITIONS[action].refusal)
    if action is Action.RESTORE and household.ended_on is not None:
        raise WrongState(NOBODY_LIVES_THERE)
    if needs_kabupaten(action, state) and not by.is_of_kabupaten(household.area_code):
        raise NotAllowed(ONLY_KABUPATEN)


def _require_other_hands(session: Session, household: Household, action: Action, by: str) -> None:
    if action not in OTHER_HANDS:
        return
    problem = duty_problem(action, by, hands_of(session, household))
    if problem is not None:
        raise OwnWork(problem)
    if household.draft_by is not None:
        raise WrongState(UNSENT)


def _move(
    session: Session,
    household: Household,
    action: Action,
    given: Given = NOTHING,
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    transition = TRANSITIONS[action]
    _require_possible(household, action, by)
    _require_other_hands(session, household, action, by.username)
    if action in STAGES:
        require_open(session, STAGES[action], household.area_code, at=at)
    why = checked_reason(given.reason) if transition.needs_reason else None
    under = _checked_letter(given.letter) if transition.needs_letter else None
    require_version(household, version)
    before = State(household.state)
    after = target_of(action, ever_sent=household.content_hash is not None, state=before)
    storing.assign(household, storing.state_columns(after, by=by.username, at=at, reason=why))
    session.flush()
    storing.add_history(
        session,
        household,
        transition.event,
        by=by.username,
        source=by.source,
        at=at,
        changes=[Change("household", str(household.id), "state", str(before), str(after))],
        reason=why,
        letter=under,
    )
    details = {"version": household.version, "from": str(before), "source": str(by.source)}
    event = Event(transition.event, "household", str(household.id), household.area_code, details)
    record(session, event, by=by.username, at=at)
    return household


def _checked_letter(letter: str) -> str:
    clean = one_line(letter)
    if not clean or len(clean) > MAX_LETTER:
        message = N_("Tuliskan nomor suratnya, paling banyak 120 karakter.")
        raise InvalidData(message, {"letter": [message]})
    return clean


def checked_reason(reason: str) -> str:
    """Return the reason on one line; raises `InvalidData` when it is missing or too long."""
    clean = one_line(reason)
    if not clean or len(clean) > MAX_REASON:
        raise InvalidData(
            N_("Tuliskan alasannya."),
            {"reason": [N_("Alasan wajib diisi, paling banyak 500 karakter.")]},
        )
    return clean


def reveal_numbers(
    session: Session, household_id: uuid.UUID, reason: str, *, by: Author, at: datetime
) -> Document:
    """Return the household's document with full NIK and KK numbers; who asked and why is kept."""
    household = load_household(session, household_id)
    reason = checked_reason(reason)
    event = Event(
        "nik-revealed", "household", str(household.id), household.area_code, {"reason": reason}
    )
    record(session, event, by=by.username, at=at)
    return current_document(session, household)
