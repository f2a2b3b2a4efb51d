"""What happened to a household, field by field, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.households.models import Household, HouseholdHistory, Member
from jps.households.queries import history
from jps.questionnaire import Form, Question
from jps.text import N_, mask_nik
from jps.web.accounts import full_names
from jps.web.codebook import form_in_force
from jps.web.comparing import shown_answer
from jps.web.fields import language

NUMBERS = frozenset({"nik", "kk"})  # masked wherever they are shown
ACTION_NAMES = {
    "household-submitted": N_("Dikirim"),
    "household-verified": N_("Diverifikasi"),
    "household-agreed": N_("Disepakati musyawarah"),
    "household-rejected": N_("Ditolak musyawarah"),
    "household-decision-reopened": N_("Putusan musyawarah dibuka lagi"),
    "household-confirmed": N_("Diverifikasi kabupaten"),
    "household-finalised": N_("Disahkan: final"),
    "household-step-withdrawn": N_("Langkah terakhir diurungkan"),
    "household-returned": N_("Dikembalikan"),
    "household-archived": N_("Diarsipkan"),
    "household-restored": N_("Dipulihkan"),
    "household-changed": N_("Diubah dengan permohonan"),
    "household-change-undone": N_("Perubahan dibatalkan"),
}
SOURCE_NAMES = {
    "form": N_("formulir"),
    "api": N_("API"),
    "phone": N_("HP pendata"),
    "odk": N_("ODK Collect"),
    "import": N_("impor"),
    "sample": N_("data contoh"),
    "change": N_("permohonan perubahan"),
}


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that changed."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One accepted save or step."""

    at: datetime
    by: str
    action: str
    source: str
    reason: str
    letter: str
    first: bool
    changes: tuple[Changed, ...]


def history_of(session: Session, household: Household) -> list[Happened]:
    """Return what happened to a household, newest first, in words."""
    form = form_in_force()
    rows = history(session, household)
    names = full_names(session, [row.by for row in rows])
    query = select(Member.id, Member.name).where(Member.household_id == household.id)
    members = _once_here(rows) | {str(row.id): row.name for row in session.execute(query)}
    return [_happened(row, form, names, members) for row in rows]


def _once_here(rows: Sequence[HouseholdHistory]) -> dict[str, str]:
    """Return the names of people whom the history speaks of, who may live elsewhere by now."""
    return {
        str(change["id"]): str(change["new"] or change["old"])
        for row in reversed(rows)
        for change in row.changes
        if change["entity"] == "member" and change["field"] == "name"
    }


def _told(changes: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Return the changes worth a line: of who came or went the name alone stands for all."""
    named = [one for one in changes if one["entity"] == "member" and one["field"] == "name"]
    whole = {one["id"] for one in named if one["old"] is None or one["new"] is None}
    return [
        one
        for one in changes
        if one["field"] != "state" and (one["id"] not in whole or one["field"] == "name")
    ]


def _happened(
    row: HouseholdHistory, form: Form, names: Mapping[str, str], members: Mapping[str, str]
) -> Happened:
    return Happened(
        at=row.at,
        by=names.get(row.by, row.by),
        action=gettext(ACTION_NAMES.get(row.action, row.action)),
        source=gettext(SOURCE_NAMES[row.source]),
        reason=row.reason or "",
        letter=row.letter or "",
        first=row.document is not None,
        changes=tuple(_changed(change, form, members) for change in _told(row.changes)),
    )


def _changed(change: Mapping[str, object], form: Form, members: Mapping[str, str]) -> Changed:
    name = str(change["field"])
    question = form.plan.questions.get(name)
    label = question.label(language()) if question else name
    if change["entity"] == "member":
        label = f"{members.get(str(change['id']), gettext('Tanpa nama'))} · {label}"
    old, new = (
        str(value or "") if question is None else masked_answer(question, value)
        for value in (change["old"], change["new"])
    )
    return Changed(label, old, new)


def masked_answer(question: Question, value: object) -> str:
    """Return an answer as people read it, NIK and KK masked."""
    masked = question.name in NUMBERS and bool(value)
    return mask_nik(str(value)) if masked else shown_answer(question, value)
