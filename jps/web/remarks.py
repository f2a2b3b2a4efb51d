"""Remarks of operators as they are shown: at the field of the form, and on the household's page."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.households.documents import roster_of
from jps.households.models import Household, Remark
from jps.households.remarks import open_remarks, remarks_of
from jps.households.services import current_document
from jps.questionnaire import Form
from jps.web.accounts import full_names
from jps.web.fields import language
from jps.web.household_history import masked_answer


@dataclass(frozen=True, slots=True)
class Told:
    """A remark in words: about which question of whom, by whom, and where it is put right."""

    about: str
    label: str
    field: str
    text: str
    by: str
    at: datetime
    url: str
    is_open: bool
    answered: bool
    before: str
    after: str


def remarks_at(session: Session, household: Household, form: Form) -> list[Told]:
    """Return all remarks of a household, the open ones first, then newest first."""
    found = remarks_of(session, household.id)
    if not found:
        return []
    ordered = sorted(found, key=lambda remark: remark.closed_at is not None)
    return _told(session, ordered, form, current_document(session, household))


def open_at(
    session: Session, household: Household, form: Form, document: Mapping[str, object]
) -> list[Told]:
    """Return the open remarks of a household whose form shows `document`."""
    found = open_remarks(session, [household.id]).get(household.id, [])
    return _told(session, found, form, document) if found else []


def texts_by_field(
    session: Session, household: Household, *, member: str | None
) -> dict[str, list[str]]:
    """Return the open remarks by question: of one member, or of the household."""
    found: dict[str, list[str]] = {}
    about = None if member is None else uuid.UUID(member)
    for remark in open_remarks(session, [household.id]).get(household.id, ()):
        if remark.member_id == about:
            found.setdefault(remark.field, []).append(remark.text)
    return found


def _told(
    session: Session, remarks: Iterable[Remark], form: Form, document: Mapping[str, object]
) -> list[Told]:
    remarks = list(remarks)
    names = full_names(session, [remark.by for remark in remarks])
    people = {str(entry.get("id")): str(entry.get("name") or "") for entry in roster_of(document)}
    return [_one(remark, form, people, names) for remark in remarks]


def _one(remark: Remark, form: Form, people: Mapping[str, str], names: Mapping[str, str]) -> Told:
    question = form.plan.questions.get(remark.field)
    about = ""

    def said(value: object) -> str:
        if value in (None, "", []):
            return ""
        return masked_answer(question, value) if question else str(value)

    if remark.member_id is not None:
        about = people.get(str(remark.member_id)) or gettext("Tanpa nama")
    return Told(
        about=about,
        label=question.label(language()) if question else remark.field,
        field=remark.field,
        text=remark.text,
        by=names.get(remark.by, remark.by),
        at=remark.at,
        url=_url(remark, form, people),
        is_open=remark.closed_at is None,
        answered=remark.answered,
        before=said(remark.before),
        after=said(remark.after),
    )


def _url(remark: Remark, form: Form, people: Mapping[str, str]) -> str:
    """Return the address of the field; empty when its member or question is gone."""
    question = form.plan.questions.get(remark.field)
    household, anchor = remark.household_id, f"f-{remark.field}"
    if remark.member_id is not None:
        if str(remark.member_id) not in people:
            return url_for("entry.members", household_id=household)
        member = remark.member_id
        return url_for("entry.member", household_id=household, member_id=member, _anchor=anchor)
    if question is None:
        return url_for("review.show", household_id=household)
    name = question.section
    return url_for("entry.section", household_id=household, name=name, _anchor=anchor)
