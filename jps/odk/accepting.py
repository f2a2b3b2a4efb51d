"""From a kept submission to a household: the same gate, the same verbs as every other way in.

What passes is registered or updates the household it was based on; what does not becomes a draft of
its enumerator with the findings beside it; what may not lie where it says is held for the operator.
Nothing is ever thrown away: the submission stays as it came.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.devices import scope_now
from jps.access.models import User
from jps.assessment.acceptance import defer_follow_up
from jps.db import everywhere, scoped_to
from jps.deadlines.services import DeadlinePassed
from jps.errors import Conflict, InvalidData, JpsError
from jps.households.forms import HouseholdForm
from jps.households.models import Household
from jps.households.rules import Source
from jps.households.saving import Author, OutsideScope, StaleHousehold, find_household
from jps.households.schemas import HouseholdSchema, InvalidHousehold
from jps.households.services import open_draft, register_household, save_draft, update_household
from jps.odk.basis import Basis, basis_of, with_known_members
from jps.odk.files import waiting_files
from jps.odk.instance import read_instance
from jps.odk.models import Submission
from jps.odk.rules import KEPT, TAKEN, Due, SubmissionState
from jps.questionnaire import Problem
from jps.text import N_

MAX_PROBLEMS = 200  # findings kept beside a submission
_NUMBERS = frozenset({"nik", "kk"})  # questions whose suggestions hold numbers of persons

REPLACED = N_("Diganti oleh kiriman yang memperbaikinya.")
NOT_PASSED = N_("{count} isian harus diperbaiki; tersimpan sebagai draf pendata.")
PUT_ASIDE = N_("Dijadikan draf pendata, untuk diperbaiki di formulir.")
TOO_LATE = N_("Orang lain lebih dahulu menyimpan data rumah tangga ini; keduanya disimpan.")
OUTSIDE = N_("Rumah tangga ini berada di luar wilayah kerja pendata atau HP ini.")
NO_ACCOUNT = N_("Akun pengirim tidak ada lagi atau tidak lagi memiliki wilayah.")
FAILED = N_("Sistem gagal memeriksa kiriman ini. Isinya tetap utuh; coba periksa ulang.")


def accept_submission(
    session: Session,
    submission: Submission,
    gate: HouseholdSchema,
    *,
    at: datetime,
    only_draft: bool = False,
) -> None:
    """Make a household of a submission, or say in it why not; flushes.

    With `only_draft` it becomes a draft of its enumerator whether it passes the gate or not, to be
    put right in the form. Raises a plain `Conflict` when the same household is being saved at this
    moment: try again.
    """
    submission.processed_at, submission.problems = at, []
    if _is_replaced(session, submission):
        return _settle(submission, SubmissionState.REPLACED, REPLACED)
    author = _author(session, submission)
    if author is None:
        return _settle(submission, SubmissionState.REFUSED, NO_ACCOUNT)
    try:
        instance = read_instance(submission.xml)
        basis = basis_of(session, submission, instance)
        with scoped_to(session, author.scope):
            known = find_household(session, basis.household_id)
            document = {**instance.document, "id": str(basis.household_id)}
            if known is not None:
                submission.household_id = known.id
                document = with_known_members(session, known, document)
                basis = basis.brought_forward(session, known)
            take = _draft if only_draft else _take
            take(session, submission, _Found(known, document, basis), gate, by=author, at=at)
    except OutsideScope:
        return _settle(submission, SubmissionState.REFUSED, OUTSIDE)
    except JpsError as error:
        if error.code == Conflict.code:
            raise
        if isinstance(error, InvalidData):
            submission.problems = list(islice(_unstorable(error), MAX_PROBLEMS))
        return _settle(submission, SubmissionState.REFUSED, error.message, error.params)
    if submission.deprecated_id and submission.state in TAKEN:
        _mark_replaced(session, submission.deprecated_id)
    if submission.state in KEPT:
        _leave_the_rest(session, submission, at=at)
    return session.flush()


def give_up(submission: Submission, *, at: datetime) -> None:
    """Hold a submission on which the program failed again and again."""
    submission.processed_at = at
    _settle(submission, SubmissionState.REFUSED, FAILED)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a submission says, and of which household."""

    known: Household | None
    document: dict[str, Any]
    basis: Basis


def _take(
    session: Session,
    submission: Submission,
    found: _Found,
    gate: HouseholdSchema,
    *,
    by: Author,
    at: datetime,
) -> None:
    try:
        with session.begin_nested():
            form: HouseholdForm = gate.load(dict(found.document))
            came = submission.received_at
            household, late = _in_time(session, found, form, by=by, at=at, came=came)
    except InvalidHousehold:
        return _draft(session, submission, found, gate, by=by, at=at)
    if late is None or household is None:
        return _note(submission, SubmissionState.ACCEPTED, household, found.basis, form.warnings)
    _note(submission, SubmissionState.DRAFT, household, found.basis, form.warnings)
    return _settle(submission, SubmissionState.DRAFT, late.message, late.params)


def _draft(
    session: Session,
    submission: Submission,
    found: _Found,
    gate: HouseholdSchema,
    *,
    by: Author,
    at: datetime,
) -> None:
    findings: Sequence[Problem] = ()
    try:
        gate.load(dict(found.document))
    except InvalidHousehold as error:
        findings = error.found
    with session.begin_nested():
        household = _keep(session, found, by=by, at=at)
    _note(submission, SubmissionState.DRAFT, household, found.basis, findings)


def _note(
    submission: Submission,
    state: SubmissionState,
    household: Household | None,
    basis: Basis,
    findings: Sequence[Problem],
) -> None:
    """Write down what became of a submission; no household means that it came too late."""
    submission.problems = [_plain(found) for found in findings[:MAX_PROBLEMS]]
    if household is None:
        return _settle(submission, SubmissionState.CONFLICT, TOO_LATE)
    submission.household_id, submission.household_version = household.id, household.version
    submission.branch_id = basis.branch
    if state == SubmissionState.ACCEPTED:
        return _settle(submission, state)
    count = sum(found.level == "error" for found in findings)
    if not count:
        return _settle(submission, state, PUT_ASIDE)
    return _settle(submission, state, NOT_PASSED, {"count": count})


def _in_time(
    session: Session,
    found: _Found,
    form: HouseholdForm,
    *,
    by: Author,
    at: datetime,
    came: datetime,
) -> tuple[Household | None, DeadlinePassed | None]:
    """Store what passed the gate; after the deadline it is kept as a draft, with the error.

    What `came` in time is in time, however long it waited here for its turn.
    """
    try:
        with session.begin_nested():
            return _store(session, found, form, by=by, at=at), None
    except DeadlinePassed:
        pass
    try:
        return _store(session, found, form, by=by, at=came), None
    except DeadlinePassed as late:  # the form is the draft now
        return find_household(session, found.basis.household_id), late


def _store(
    session: Session, found: _Found, form: HouseholdForm, *, by: Author, at: datetime
) -> Household | None:
    """Store what passed the gate; None when it came too late and was kept as a conflict."""
    known, base = found.known, found.basis.version
    try:
        if known is None or base is None:
            return register_household(session, form, by=by, at=at).household
        return update_household(session, known.id, form, version=base, by=by, at=at).household
    except StaleHousehold:  # caught inside the savepoint, which holds the conflict
        return None


def _keep(session: Session, found: _Found, *, by: Author, at: datetime) -> Household | None:
    """Keep what did not pass as a draft; None when it came too late and was kept as a conflict."""
    known, document, base = found.known, found.document, found.basis.version
    try:
        if known is None or base is None:
            identity = found.basis.household_id
            return open_draft(session, document, household_id=identity, by=by, at=at)
        return save_draft(session, known.id, document, version=base, by=by, at=at)
    except StaleHousehold:
        return None


def _leave_the_rest(session: Session, submission: Submission, *, at: datetime) -> None:
    """Note what is done after this is committed: files, links and a score."""
    if waiting_files(session, submission):
        submission.due = Due.FILES
    if submission.household_id is not None and submission.state == SubmissionState.ACCEPTED:
        defer_follow_up(session, [submission.household_id], at=at)


def _author(session: Session, submission: Submission) -> Author | None:
    user = session.scalars(select(User).where(User.username == submission.by)).one_or_none()
    scope = None if user is None else scope_now(user, submission.areas)
    if scope is None or not scope.codes:
        return None
    return Author(submission.by, scope, Source.ODK)


def _is_replaced(session: Session, submission: Submission) -> bool:
    """Whether the correction of this submission came before it and was taken."""
    query = select(Submission.id).where(
        Submission.deprecated_id == submission.instance_id, Submission.state.in_(TAKEN)
    )
    with everywhere(session):
        return session.scalar(query.limit(1)) is not None


def _mark_replaced(session: Session, instance_id: str) -> None:
    query = select(Submission).where(Submission.instance_id == instance_id)
    with everywhere(session):
        before = session.scalars(query).one_or_none()
    if before is not None:
        _settle(before, SubmissionState.REPLACED, REPLACED)


def _settle(
    submission: Submission,
    state: SubmissionState,
    reason: str | None = None,
    params: Mapping[str, object] | None = None,
) -> None:
    submission.state, submission.due, submission.reason = state, None, reason
    submission.reason_params = {
        name: value if isinstance(value, int) else str(value)
        for name, value in (params or {}).items()
    }


def _unstorable(error: InvalidData) -> Iterator[dict[str, Any]]:
    """Yield what cannot be kept even as a draft, each at its question."""
    for path, messages in error.problems.items():
        for message in messages:
            yield Problem(path, path.rpartition(".")[2], "error", message).as_json()


def _plain(found: Problem) -> dict[str, Any]:
    """Return a finding as it is kept: suggestions for numbers of persons are left out."""
    return asdict(replace(found, suggested=None) if found.question in _NUMBERS else found)
