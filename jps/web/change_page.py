"""A request as its page shows it: what it changes field by field, and who may do what."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.changes.checking import Looked, asked_of, is_undirected
from jps.changes.models import ChangeRequest
from jps.changes.queries import changed_since, written_by
from jps.changes.rules import RequestState, may_decide
from jps.changes.services import areas_needed
from jps.db import everywhere
from jps.households.documents import Document, changes_between, roster_of
from jps.households.models import Household, HouseholdHistory, Member
from jps.http import actor
from jps.questionnaire import Form
from jps.text import mask_nik
from jps.web.codebook import form_in_force
from jps.web.fields import language
from jps.web.formats import iso_day
from jps.web.household_history import ACTION_NAMES, masked_answer
from jps.web.places import village_name

Fields = dict[str, tuple[Any, Any]]
FACTS = ("sex", "relation", "birth_date", "birth_year", "nik", "kk")  # of who comes or goes


@dataclass(frozen=True, slots=True)
class Line:
    """One answer before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Part:
    """What happens to a household (`name` empty) or to one person of it."""

    name: str
    how: str  # came, went, changed
    facts: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One household of a request; the link leads there if it is the reader's."""

    title: str
    village: str
    household_id: uuid.UUID
    is_new: bool
    is_emptied: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class May:
    """What the reader may do with the request now; `refusal` says why not decide."""

    decide: bool
    withdraw: bool
    undo: bool
    refusal: str


def may_of(request: ChangeRequest) -> May:
    """Return what the reader may do with a request as it stands."""
    me = actor()
    is_open = request.state == RequestState.PROPOSED
    mine = all(me.scope.covers(code) for code in areas_needed(request))
    approves = me.can(Can.APPROVE_CHANGES)
    own = not may_decide(me.username, proposed_by=request.proposed_by)
    refusal = ""
    if is_open and approves and own:
        refusal = gettext("Anda yang mengusulkan; orang lain yang memutuskan.")
    elif is_open and approves and not mine:
        refusal = gettext("Operator wilayah tujuan yang memutuskan permohonan ini.")
    return May(
        decide=is_open and approves and mine and not own,
        withdraw=is_open and own,
        undo=request.state == RequestState.APPROVED and approves and mine,
        refusal=refusal,
    )


def sides_of(session: Session, request: ChangeRequest, looked: Looked) -> list[Side]:
    """Return what a request would do now, household by household, those of the reader's areas.

    Of people who come from elsewhere the reader sees who they are, not the household they leave.
    """
    found = []
    for key, after in looked.plan.documents.items():
        form = looked.forms.get(key)
        new = form.document() if form is not None else after
        old = looked.documents.get(key, {})
        area = looked.area_after(key)
        if not actor().scope.covers(area):
            continue
        changes = [change.as_json() for change in changes_between(key, old, new)]
        names = {**_names(old), **_names(new)}
        title = _title(looked.households.get(key), new)
        found.append(
            Side(
                title,
                village_name(session, area),
                uuid.UUID(key),
                key not in looked.documents,
                key in looked.plan.emptied,
                _parts(changes, names, form_in_force(), is_new=key not in looked.documents),
            )
        )
    return found


def moving_people(request: ChangeRequest, looked: Looked) -> list[Part]:
    """Return who would come from elsewhere, for who decides there."""
    if not is_undirected(request, asked_of(request)):
        return []
    entries = roster_of(looked.documents[str(request.household_id)])
    form = form_in_force()
    return [
        Part(str(entry.get("name", "")), "came", _facts(entry, form))
        for entry in entries
        if str(entry["id"]) in looked.plan.left
    ]


def written_sides(session: Session, request: ChangeRequest) -> list[Side]:
    """Return what an approved request did, from the history of the reader's households."""
    found = []
    rows = [row for row in written_by(session, request) if actor().scope.covers(row.area_code)]
    with everywhere(session):
        for row in rows:
            household = session.get(Household, row.household_id)
            assert household is not None
            names = _member_names(session, [row])
            changes = list(row.changes)
            if row.document is not None:
                made = changes_between(str(row.household_id), {}, row.document)
                changes = [change.as_json() for change in made]
            is_new = row.document is not None
            parts = _parts(changes, names, form_in_force(), is_new=is_new)
            village = village_name(session, row.area_code)
            emptied = household.ended_on is not None and not is_new
            found.append(Side(_title(household, {}), village, household.id, is_new, emptied, parts))
    return found


@dataclass(frozen=True, slots=True)
class Since:
    """Something that happened to a household after the request was proposed."""

    at: datetime
    by: str
    what: str
    parts: tuple[Part, ...]


def since_proposed(session: Session, request: ChangeRequest) -> list[Since]:
    """Return what changed in the households of a request since it was proposed."""
    rows = [row for row in changed_since(session, request) if actor().scope.covers(row.area_code)]
    names = _member_names(session, rows)
    form = form_in_force()
    return [
        Since(
            row.at,
            row.by,
            gettext(ACTION_NAMES.get(row.action, row.action)),
            _parts(row.changes, names, form, is_new=False),
        )
        for row in rows
    ]


def _title(household: Household | None, document: Document) -> str:
    if household is not None and household.head_name:
        return household.head_name
    heads = [e for e in roster_of(document) if e.get("relation") == "1"] or roster_of(document)
    return str(heads[0].get("name", "")) if heads else gettext("Rumah tangga baru")


def _names(document: Mapping[str, Any]) -> dict[str, str]:
    return {str(entry["id"]): str(entry.get("name", "")) for entry in roster_of(document)}


def _member_names(session: Session, rows: Sequence[HouseholdHistory]) -> dict[str, str]:
    ids = {
        uuid.UUID(str(change["id"]))
        for row in rows
        for change in row.changes
        if change["entity"] == "member"
    }
    query = select(Member.id, Member.name).where(Member.id.in_(ids))
    with everywhere(session):
        return {str(row.id): row.name for row in session.execute(query)}


def _parts(
    changes: Iterable[Mapping[str, Any]], names: Mapping[str, str], form: Form, *, is_new: bool
) -> tuple[Part, ...]:
    own: Fields = {}
    people: dict[str, Fields] = {}
    for change in changes:
        fields = people.setdefault(str(change["id"]), {}) if change["entity"] == "member" else own
        fields[str(change["field"])] = (change["old"], change["new"])
    own.pop("state", None)
    found = [Part("", "changed", "", _lines(own, form))] if own and not is_new else []
    return (*found, *(_person(key, fields, names, form) for key, fields in people.items()))


def _person(key: str, fields: Fields, names: Mapping[str, str], form: Form) -> Part:
    old, new = fields.get("name", ("", ""))
    if "name" in fields and (old is None or new is None):
        record = {name: one if new is None else two for name, (one, two) in fields.items()}
        how = "went" if new is None else "came"
        return Part(str(old or new), how, _facts(record, form))
    return Part(names.get(key, gettext("Tanpa nama")), "changed", "", _lines(fields, form))


def _lines(fields: Fields, form: Form) -> tuple[Line, ...]:
    found = []
    for name, (old, new) in fields.items():
        question = form.plan.questions.get(name)
        if question is None:
            found.append(Line(name, str(old or ""), str(new or "")))
            continue
        label = question.label(language())
        found.append(Line(label, masked_answer(question, old), masked_answer(question, new)))
    return tuple(found)


def _facts(record: Mapping[str, Any], form: Form) -> str:
    texts = []
    for name in FACTS:
        if not (value := record.get(name)):
            continue
        if name in {"nik", "kk"}:
            texts.append(f"{name.upper()} {mask_nik(str(value))}")
        elif name.startswith("birth"):
            texts.append(gettext("lahir %(day)s", day=iso_day(str(value))))
        else:
            texts.append(form.question(name).answer_label(value, language()))
    return " · ".join(texts)
