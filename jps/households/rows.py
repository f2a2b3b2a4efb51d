"""Between the accepted form and the tables: column values of one household, and back again."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from jps.households.documents import ROSTER, Document, content_hash
from jps.households.forms import HouseholdForm, MemberForm
from jps.households.models import Household, Member
from jps.keys import new_key

# Answers of a member that have a column of their own; the birth date is put together from two.
MEMBER_COLUMNS = (
    "presence",
    "name",
    "kk",
    "nik",
    "nik_reason",
    "sex",
    "birth_precision",
    "birth_place",
    "mother_name",
    "relation",
    "marital_status",
)
_ELSEWHERE = frozenset({*MEMBER_COLUMNS, "birth_date", "birth_year"})


def household_columns(form: HouseholdForm, document: Document) -> dict[str, Any]:
    """Return the columns of `household` that follow from an accepted form and its document."""
    lat, lon = form.point or (None, None)
    return {
        "area_code": form.area_code,
        "questionnaire_version": form.questionnaire_version,
        "content_hash": content_hash(document),
        "address": form.text("address"),
        "head_name": form.head_name,
        "household_size": form.household_size,
        "interview_date": form.interview_date,
        "visit_result": form.text("visit_result") or None,
        "lat": lat,
        "lon": lon,
        "warnings": [problem.as_json() for problem in form.warnings],
        "answers": dict(form.answers),
        "calculated": dict(form.calculated),
    }


def member_columns(member: MemberForm, *, position: int) -> dict[str, Any]:
    """Return the columns of `member` that follow from an accepted form, its keys aside."""
    answer = member.answers.get
    return {
        **{name: str(answer(name, "")) for name in MEMBER_COLUMNS},
        "position": position,
        "birth_date": member.birth_date,
        "nik_state": member.nik_state,
        "answers": {
            name: value for name, value in member.answers.items() if name not in _ELSEWHERE
        },
        "calculated": dict(member.calculated),
    }


def member_answers(member: Member) -> Document:
    """Return a member's answers as the document has them, without the id."""
    answers: Document = {name: getattr(member, name) for name in MEMBER_COLUMNS}
    answers["birth_date" if len(member.birth_date) == 10 else "birth_year"] = _birth(member)
    return {name: value for name, value in answers.items() if value != ""} | member.answers


def _birth(member: Member) -> str | int:
    text = member.birth_date
    return int(text) if len(text) == 4 else text


def document_of(household: Household, members: Iterable[Member]) -> Document:
    """Return the accepted document of a household; only its id when there is none yet."""
    document: Document = {"id": str(household.id), **household.answers}
    entries = [{"id": str(member.id), **member_answers(member)} for member in members]
    return {**document, ROSTER: entries} if entries else document


def family_row(
    household: uuid.UUID, area_code: str, kk: str, *, position: int, since: date
) -> dict[str, Any]:
    """Return a new row of `family`."""
    return {
        "id": new_key(),
        "household_id": household,
        "area_code": area_code,
        "position": position,
        "kk": kk,
        "valid_from": since,
        "valid_to": None,
    }
