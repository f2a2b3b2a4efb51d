"""Asking again: keep the second answers, compare them with the first, return what was wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.errors import Conflict, InvalidData, NotAllowed
from jps.fieldwork.backcheck import note_item
from jps.fieldwork.models import BackCheckItem
from jps.fieldwork.rules import REFUSED, SIZE, CheckState, Difference, Kind, differences
from jps.households import workflow
from jps.households.models import Household
from jps.households.remarks import Pointer
from jps.households.saving import Author
from jps.questionnaire import Form
from jps.questionnaire.values import Unclear, read_answer
from jps.text import N_, one_line

MAX_NOTE = 300  # characters
ASK_AGAIN = "Pemeriksaan ulang mencatat jawaban lain. Tanyakan sekali lagi."  # kept as data
REQUIRED = N_("Pilih jawabannya, atau 'tidak dijawab'.")


def answer_item(
    session: Session,
    form: Form,
    item: BackCheckItem,
    state: CheckState,
    given: Mapping[str, str],
    *,
    note: str = "",
    by: str,
    at: datetime,
) -> None:
    """Keep what a household said when it was asked again. Only once, only by who was told to.

    Raises `NotAllowed`, `Conflict`, or `InvalidData` with the questions that are not answered.
    """
    if by != item.assigned_to:
        raise NotAllowed(N_("Rumah tangga ini ditugaskan kepada petugas lain."))
    if item.state != CheckState.OPEN:
        raise Conflict(N_("Rumah tangga ini sudah ditanya ulang."))
    if state is CheckState.OPEN:
        raise InvalidData(N_("Pilih hasil kunjungan."), {"state": [N_("Pilih hasil kunjungan.")]})
    if state is CheckState.DONE:
        item.second = _read(form, item, given)
    item.state, item.note = state, one_line(note)[:MAX_NOTE]
    item.answered_by, item.answered_at = by, at
    session.flush()
    note_item(session, item, "back-check-answered", by=by, at=at)


def _read(form: Form, item: BackCheckItem, given: Mapping[str, str]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    problems: dict[str, list[str]] = {}
    for name in item.first:
        raw = given.get(name, "")
        try:
            value = raw if raw == REFUSED else _value(form, name, raw)
        except Unclear as error:
            problems[name] = [error.message]
            continue
        if value is None:
            problems[name] = [REQUIRED]
        else:
            answers[name] = value
    if problems:
        raise InvalidData(N_("Masih ada pertanyaan yang belum terjawab."), problems)
    return answers


def _value(form: Form, name: str, raw: str) -> object | None:
    if name != SIZE:
        return read_answer(form.question(name), raw)
    if not raw.strip():
        return None
    if not (raw.strip().isascii() and raw.strip().isdigit() and len(raw.strip()) < 3):
        raise Unclear(N_("Isi dengan bilangan bulat dari 0 sampai 99."))
    return int(raw)


def compared(item: BackCheckItem) -> list[Difference]:
    """Return every question of an item that was asked twice."""
    if item.state != CheckState.DONE:
        return []
    return differences(list(item.first), item.first, item.second, item.kinds)


def say_kinds(
    session: Session, item: BackCheckItem, kinds: Mapping[str, Kind], *, by: str, at: datetime
) -> None:
    """Keep what the office says of each difference: an error, or changed since."""
    differ = {one.question for one in compared(item) if one.agrees is False}
    chosen = {name: str(kind) for name, kind in kinds.items() if name in differ}
    item.kinds = {**item.kinds, **chosen}
    session.flush()
    note_item(session, item, "back-check-judged", by=by, at=at)


def return_item(
    session: Session, item: BackCheckItem, reason: str, *, by: Author, at: datetime
) -> None:
    """Send the household back to its enumerator, with a remark at every question in error.

    The remark does not tell the second answer: the household is to be asked, not copied.
    """
    wrong = [
        one.question for one in compared(item) if one.agrees is False and one.kind is Kind.ERROR
    ]
    if not wrong:
        raise Conflict(N_("Tidak ada jawaban yang salah pada pemeriksaan ulang ini."))
    household = session.scalars(select(Household).where(Household.id == item.household_id)).one()
    remarks = [Pointer(name, ASK_AGAIN) for name in wrong if name != SIZE]
    workflow.return_household(
        session, household.id, reason, remarks=remarks, version=household.version, by=by, at=at
    )
    item.returned_at = at
    session.flush()
