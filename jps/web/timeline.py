"""A household and a person over time: stays with dates, requests, the household on a day."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.changes.asof import document_on
from jps.changes.models import ChangeRequest
from jps.changes.planning import living
from jps.changes.queries import requests_of, steps_of
from jps.changes.rules import END_NAMES, KIND_NAMES, REQUEST_STATE_NAMES, Kind, RequestState
from jps.changes.stays import Lived, stays_in, stays_of
from jps.db import db, everywhere
from jps.households.documents import Document
from jps.households.models import Household, Member
from jps.households.queries import get_household
from jps.http import actor, requires, settings, today
from jps.identity.services import find_member
from jps.questionnaire import Form
from jps.text import mask_nik
from jps.web.codebook import form_in_force
from jps.web.fields import language
from jps.web.household_history import masked_answer
from jps.web.household_page import Answer, Block
from jps.web.places import village_name

bp = Blueprint("timeline", __name__, url_prefix="/households")


@dataclass(frozen=True, slots=True)
class Bar:
    """One stay as a line of the page; `link` leads to the household it was in, if one may."""

    name: str
    since: date
    until: date | None
    end: str
    link: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Kin:
    """A household that this one came from, went into, or gave people to."""

    text: str
    link: str
    when: date


@bp.get("/<uuid:household_id>/timeline")
@requires(Can.SEE_HOUSEHOLDS)
def household(household_id: uuid.UUID) -> ResponseReturnValue:
    """Show who lived in a household when, what changed it, and what it was on a day."""
    session = db.session()
    found = get_household(session, household_id)
    steps = steps_of(session, found, zone=ZoneInfo(settings().timezone))
    day = _day(request.args.get("on", ""))
    document = document_on(steps, day) if day is not None else None
    ended = found.ended_on is not None and day is not None and day >= found.ended_on
    stays = stays_in(session, household_id)
    return render_template(
        "households/timeline.html",
        household=found,
        village=village_name(session, found.area_code),
        bars=_bars(session, stays),
        kin=kin_of(session, found),
        requests=requests_of(session, household_id),
        kinds=KIND_NAMES,
        states=REQUEST_STATE_NAMES,
        day=day,
        document=None if ended else document,
        people=_people(document or {}, form_in_force()),
        blocks=_blocks(document or {}, form_in_force()),
        last_day=today().isoformat(),
    )


@bp.get("/members/<uuid:member_id>/timeline")
@requires(Can.SEE_HOUSEHOLDS)
def person(member_id: uuid.UUID) -> ResponseReturnValue:
    """Show in which households a person lived when."""
    session = db.session()
    member = find_member(session, member_id)
    return render_template(
        "households/person_timeline.html",
        member=member,
        nik=mask_nik(member.nik),
        bars=_homes(session, stays_of(session, [member_id])),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _bars(session: Session, stays: Sequence[Lived]) -> list[Bar]:
    with everywhere(session):
        query = select(Member).where(Member.id.in_({stay.member_id for stay in stays}))
        people = {row.id: row for row in session.scalars(query)}
    return [
        Bar(
            people[stay.member_id].name,
            stay.valid_from,
            stay.valid_to,
            gettext(END_NAMES[stay.end]) if stay.end else "",
            url_for(".person", member_id=stay.member_id)
            if actor().scope.covers(people[stay.member_id].area_code)
            else "",
        )
        for stay in sorted(stays, key=lambda one: (one.valid_from, people[one.member_id].position))
    ]


def _homes(session: Session, stays: Sequence[Lived]) -> list[Bar]:
    with everywhere(session):
        query = select(Household).where(Household.id.in_({stay.household_id for stay in stays}))
        homes = {row.id: row for row in session.scalars(query)}
    return [_home(session, stay, homes[stay.household_id]) for stay in stays]


def _home(session: Session, stay: Lived, home: Household) -> Bar:
    mine = actor().scope.covers(home.area_code)
    return Bar(
        home.head_name if mine else gettext("Rumah tangga di wilayah lain"),
        stay.valid_from,
        stay.valid_to,
        gettext(END_NAMES[stay.end]) if stay.end else "",
        url_for(".household", household_id=home.id) if mine else "",
        village_name(session, home.area_code),
    )


def kin_of(session: Session, household: Household) -> list[Kin]:
    """Return the households that splits, joins and moves tie to this one, earliest first."""
    found = []
    for one in requests_of(session, household.id):
        if one.state != RequestState.APPROVED or one.other_id is None:
            continue
        with everywhere(session):
            other_id = one.other_id if one.household_id == household.id else one.household_id
            other = session.get(Household, other_id)
        if other is not None:
            found.append(_kin(one, household, other))
    return sorted(found, key=lambda kin: kin.when)


def _kin(one: ChangeRequest, household: Household, other: Household) -> Kin:
    here = one.household_id == household.id
    texts = {
        (Kind.SPLIT, True): gettext("Sebagian anggota membentuk rumah tangga sendiri"),
        (Kind.SPLIT, False): gettext("Berasal dari rumah tangga ini"),
        (Kind.JOIN, True): gettext("Rumah tangga ini bergabung ke sini"),
        (Kind.JOIN, False): gettext("Bergabung ke rumah tangga ini"),
        (Kind.MOVE, True): gettext("Anggota pindah ke rumah tangga ini"),
        (Kind.MOVE, False): gettext("Anggota datang dari rumah tangga ini"),
    }
    mine = actor().scope.covers(other.area_code)
    name = other.head_name if mine else gettext("di wilayah lain")
    link = url_for("timeline.household", household_id=other.id) if mine else ""
    return Kin(f"{texts[Kind(one.kind), here]}: {name}", link, one.effective_on)


def _people(document: Document, form: Form) -> list[str]:
    found = []
    for entry in living(document):
        relation = entry.get("relation")
        label = form.question("relation").answer_label(relation, language()) if relation else ""
        found.append(" · ".join(filter(None, [str(entry.get("name", "")), label])))
    return found


def _blocks(document: Document, form: Form) -> list[Block]:
    blocks = []
    for section in form.sections:
        if section.is_roster:
            continue
        answers = tuple(
            Answer(question.label(language()), masked_answer(question, document[question.name]))
            for question in section.questions
            if document.get(question.name) not in (None, "", []) and question.name != "area_code"
        )
        blocks.append(Block(section.name, section.label(language()), answers))
    return [block for block in blocks if block.answers]
