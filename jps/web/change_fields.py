"""The short form of a change: what was typed, the payload it makes, and what the page shows."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from jps.areas.queries import find_areas
from jps.areas.rules import Level
from jps.changes.checking import InvalidChange
from jps.changes.planning import living
from jps.changes.rules import SHAPES, Kind
from jps.db import db
from jps.errors import InvalidData
from jps.households.documents import ROSTER, Document, is_uuid, roster_of
from jps.households.models import Household
from jps.households.queries import Filters, Row, get_household, list_households
from jps.households.rules import State, is_settled
from jps.households.services import current_document
from jps.http import error_text, today
from jps.questionnaire import Form, Problem, Question
from jps.text import N_
from jps.web.area_choice import AreaLabel, area_labels
from jps.web.drafts import Screen, defaults
from jps.web.fields import (
    FieldGroup,
    field_groups,
    language,
    problem_text,
    read_fields,
)
from jps.web.fields import Kind as Asks
from jps.web.fields import kind_of as asked_as

SETTLED = tuple(state for state in State if is_settled(state))
FOUND = 10  # households or villages that a search shows
NUMBERS = frozenset({"nik", "kk"})  # shown masked: an empty field leaves them as they are
ADDRESS = ("address", "dusun", "rt", "rw", "gps", "address_matches_kk", "kk_address")
NEW_ADDRESS = ("address", "dusun", "rt", "rw")  # of a household that splits off
# What is known of a newborn without asking.
BORN = {"relation": "3", "marital_status": "1", "birth_precision": "full"}
OTHER_SIDE = {Kind.SPLIT: N_("Rumah tangga baru"), Kind.MOVE: N_("Rumah tangga tujuan")}
FAMILY_OF = frozenset({Kind.DEATH, Kind.MOVED_OUT, Kind.MOVE, Kind.SPLIT, Kind.JOIN, Kind.HEAD})


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the household to choose."""

    id: str
    name: str
    relation: str
    relation_code: str
    age: str


@dataclass(frozen=True)
class Typing:
    """What the form holds. `about` is the part that a correction is about: a section or a person,
    `newcomer` the id of who comes."""

    kind: Kind
    id: uuid.UUID
    newcomer: str
    about: str
    go: str
    document: Document
    form: Form
    posted: MultiDict[str, str]

    @property
    def members(self) -> list[str]:
        """The ids of the people ticked."""
        return self.posted.getlist("member")

    @property
    def screen(self) -> Screen | None:
        """The questions of the page, None for a kind without any."""
        if SHAPES[self.kind].newcomers:
            asked = (q for q in self.form.roster.questions if q.name != "presence")
            return Screen(ROSTER, _without_photos(asked), self.newcomer)
        if self.kind in {Kind.ADDRESS, Kind.SPLIT}:
            names = ADDRESS if self.kind is Kind.ADDRESS else NEW_ADDRESS
            return Screen("location", tuple(self.form.question(name) for name in names))
        if self.kind is not Kind.CORRECTION or not self.about:
            return None
        if any(entry["id"] == self.about for entry in roster_of(self.document)):
            return Screen(ROSTER, _without_photos(self.form.roster.questions), self.about)
        section = self.form.section(self.about)
        asked = (q for q in section.questions if q.name != "area_code")
        return Screen(self.about, _without_photos(asked))

    def payload(self) -> dict[str, Any]:
        """Return what the request asks for, as `jps.changes.schemas` reads it."""
        found: dict[str, Any] = {
            "members": self.members if SHAPES[self.kind].members else [],
            "people": self._people(),
            "household": self.posted.get("household") or None,
        }
        if SHAPES[self.kind].presence:
            found["presence"] = self.posted.get("presence", "")
        if self.kind is Kind.MOVE and not found["household"]:
            found["area_code"] = self.posted.get("target", "")
            found["hint"] = self.posted.get("hint", "")
        if SHAPES[self.kind].newcomers:
            found["newcomers"] = [{"id": self.newcomer, **self._new_person()}]
        elif self.screen is not None and self.screen.member is None:
            found["answers"] = self._answers(self.screen)
        return found

    def _people(self) -> dict[str, dict[str, Any]]:
        people: dict[str, dict[str, Any]] = {}
        for name, value in self.posted.items():
            if name.startswith("relation.") and value:
                people[name.removeprefix("relation.")] = {"relation": value}
        if head := self.posted.get("head", ""):
            people.setdefault(head, {})["relation"] = "1"
        if kk := self.posted.get("new_kk", "").strip():
            for member in self._on_new_card(head):
                people.setdefault(member, {})["kk"] = kk
        if self.kind is Kind.CORRECTION and self.screen is not None and self.screen.member:
            people[self.screen.member] = self._answers(self.screen)
        return people

    def _on_new_card(self, head: str) -> list[str]:
        """Return who is on the new card: those ticked, or the family of the new head."""
        if self.kind is not Kind.HEAD:
            return self.members
        cards = {entry["id"]: entry.get("kk") for entry in living(self.document)}
        return [key for key, card in cards.items() if card == cards.get(head)]

    def _new_person(self) -> Document:
        assert self.screen is not None
        typed = read_fields(self.screen.questions, self.posted)
        given = {name: value for name, value in typed.items() if value}
        return {**(BORN if self.kind is Kind.BIRTH else {}), **given}

    def _answers(self, screen: Screen) -> dict[str, Any]:
        typed = read_fields(screen.questions, self.posted)
        changed = screen.differing(self.document, typed)
        answers = {
            question.name: typed[question.name] or None
            for question in changed
            if typed[question.name] or question.name not in NUMBERS
        }
        if self.kind is Kind.ADDRESS and self.posted.get("target"):
            answers["area_code"] = self.posted["target"]
        return answers

    def shown_answers(self) -> Mapping[str, object]:
        """Return what stands in the fields: what was typed, else what is stored, unless masked."""
        screen = self.screen
        if screen is None:
            return {}
        typed = read_fields(screen.questions, self.posted)
        if SHAPES[self.kind].newcomers:
            begun = {**defaults(screen.questions), **(BORN if self.kind is Kind.BIRTH else {})}
            card = next((e["kk"] for e in living(self.document) if e.get("kk")), "")
            return {**begun, "kk": card if self.kind is Kind.BIRTH else "", **typed}
        stored = screen.stored(self.document)
        return {k: v for k, v in stored.items() if k not in NUMBERS} | typed


def _without_photos(questions: Any) -> tuple[Question, ...]:
    return tuple(q for q in questions if not q.is_calculated and asked_as(q) is not Asks.PHOTO)


def read_typing(
    kind: Kind, household: Household, posted: MultiDict[str, str], form: Form
) -> Typing:
    """Return what a form of this kind sent, or an empty one."""
    document = current_document(db.session(), household)
    about = posted.get("about", "")
    known = {entry["id"] for entry in roster_of(document)}
    known |= {section.name for section in form.sections if not section.is_roster}
    return Typing(
        kind,
        _uuid(posted.get("id", "")),
        str(_uuid(posted.get("newcomer", ""))),
        about if about in known else "",
        posted.get("go", ""),
        document,
        form,
        posted,
    )


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def page_of(
    session: Session, household: Household, typing: Typing, error: InvalidData | None
) -> dict[str, object]:
    """Return what the form shows besides what was typed."""
    relation = typing.form.question("relation")
    people = [_somebody(entry, relation) for entry in living(typing.document)]
    others, found = _others(session, household, typing)
    return {
        "people": people,
        "newly": others,
        "relations_known": [(c.code, c.label(language())) for c in relation.choices],
        "asks_family": typing.kind in FAMILY_OF,
        "groups": _groups(typing, error),
        "sections": [s for s in typing.form.sections if not s.is_roster],
        "found": found,
        "villages": _villages(session, typing),
        "lines": [] if error is None else _lines(error, typing),
        "problems": {} if error is None else {k: gettext(v[0]) for k, v in error.problems.items()},
        "last_day": today().isoformat(),
    }


def _somebody(entry: Document, relation: Question) -> Somebody:
    code = str(entry.get("relation", ""))
    label = relation.answer_label(code, language()) if code else ""
    born = str(entry.get("birth_date") or entry.get("birth_year") or "")
    return Somebody(str(entry["id"]), str(entry.get("name", "")), label, code, born[:4])


def _others(
    session: Session, household: Household, typing: Typing
) -> tuple[list[Somebody], tuple[Row, ...]]:
    """Return the people of the chosen other household (joining), and what a search found."""
    chosen, text = typing.posted.get("household", ""), typing.posted.get("find", "").strip()
    found: tuple[Row, ...] = ()
    if SHAPES[typing.kind].other and text:
        filters = Filters(states=SETTLED, text=text)
        rows = list_households(session, filters, size=FOUND + 1).rows
        found = tuple(row for row in rows if row.id != household.id)[:FOUND]
    people: list[Somebody] = []
    if typing.kind is Kind.JOIN and is_uuid(chosen):
        other = current_document(session, get_household(session, uuid.UUID(chosen)))
        relation = typing.form.question("relation")
        people = [_somebody(entry, relation) for entry in living(other)]
    return people, tuple(sorted(found, key=lambda row: str(row.id) != chosen))


def _villages(session: Session, typing: Typing) -> list[AreaLabel]:
    text, chosen = typing.posted.get("village", "").strip(), typing.posted.get("target", "")
    areas = find_areas(session, text, level=Level.DESA, limit=FOUND) if text else []
    codes = dict.fromkeys([*([chosen] if chosen else []), *(area.code for area in areas)])
    labels = area_labels(session, list(codes))
    return [labels[code] for code in codes if code in labels]


def _groups(typing: Typing, error: InvalidData | None) -> tuple[FieldGroup, ...]:
    screen = typing.screen
    if screen is None:
        return ()
    problems: dict[str, list[Problem]] = {}
    for one in error.found if isinstance(error, InvalidChange) else ():
        if one.member == (screen.member or ""):
            problems.setdefault(one.problem.question, []).append(one.problem)
    answers = typing.shown_answers()
    return field_groups(
        screen.questions, answers, shown=_shown(typing, screen, answers), problems=problems
    )


def _shown(typing: Typing, screen: Screen, answers: Mapping[str, object]) -> set[str]:
    """Return the questions that apply to what stands in the fields."""
    own = {name: value for name, value in typing.document.items() if name not in {"id", ROSTER}}
    place: int | None = None
    if screen.member is None:
        own |= answers
    else:
        own[ROSTER] = [{**answers, "presence": "1"}]
        place = 0
    checked = typing.form.check(own, today())
    hidden = BORN if typing.kind is Kind.BIRTH else {}
    names = {q.name for q in screen.questions if checked.is_relevant(q.name, place)}
    return names - hidden.keys()


def _lines(error: InvalidData, typing: Typing) -> list[str]:
    """Return what is wrong in words, one line each."""
    if not isinstance(error, InvalidChange):
        texts = [gettext(text) for found in error.problems.values() for text in found]
        return list(dict.fromkeys(texts)) or [error_text(error)]
    names = {entry["id"]: str(entry.get("name", "")) for entry in roster_of(typing.document)}
    names[typing.newcomer] = gettext("Anggota baru")
    lines = []
    for one in error.found:
        question = typing.form.plan.questions.get(one.problem.question)
        other = one.household != typing.document["id"] and not one.member
        where = OTHER_SIDE.get(typing.kind, "") if other else names.get(one.member, "")
        about = [gettext(where) if other else where, question.label(language()) if question else ""]
        lines.append(": ".join([" · ".join(filter(None, about)), problem_text(one.problem)]))
    return list(dict.fromkeys(line.removeprefix(": ") for line in lines))
