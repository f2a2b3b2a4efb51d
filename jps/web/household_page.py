"""One household as its page shows it: who, where, what was answered, what may be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from flask import current_app
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.assessment.deciles import history
from jps.assessment.rules import OUTCOME_NAMES
from jps.assessment.services import current_scorecard, explain
from jps.changes.queries import waiting_for
from jps.changes.rules import KIND_NAMES as CHANGE_NAMES
from jps.households.models import Household, Member
from jps.households.queries import conflicts
from jps.households.rows import member_answers
from jps.households.rules import (
    OTHER_HANDS,
    UNSENT,
    Action,
    State,
    duty_problem,
    is_locked,
    is_possible,
    is_settled,
    needs_kabupaten,
)
from jps.households.workflow import hands_of
from jps.http import actor
from jps.identity.models import Link
from jps.identity.rules import STATE_NAMES
from jps.questionnaire import Form, Problem, Question
from jps.questionnaire.questions import in_language
from jps.text import mask_nik
from jps.web.accounts import full_names
from jps.web.codebook import form_in_force
from jps.web.comparing import shown_answer
from jps.web.drafts import author
from jps.web.fields import language, problem_text
from jps.web.household_aid import aid_of
from jps.web.household_history import SOURCE_NAMES, masked_answer
from jps.web.merge_page import around
from jps.web.photos import photos_of
from jps.web.places import village_name
from jps.web.remarks import remarks_at

IDENTITY_PAGE = "identity.member"


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and its answer as people read them."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Block:
    """Answers under one heading."""

    name: str
    heading: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the page lists them."""

    id: UUID
    name: str
    relation: str
    sex: str
    age: str
    birth: str
    nik: str
    nik_reason: str
    kk: str
    link: Link | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to be looked at again, and whom or what it is about."""

    about: str
    text: str


# What the reader may be offered, and the permission that it asks for.
STEPS: tuple[tuple[Action, Can], ...] = (
    (Action.VERIFY, Can.VERIFY_HOUSEHOLDS),
    (Action.CONFIRM, Can.CONFIRM_HOUSEHOLDS),
    (Action.FINALISE, Can.FINALISE_HOUSEHOLDS),
    (Action.RETURN, Can.VERIFY_HOUSEHOLDS),
    (Action.ARCHIVE, Can.ARCHIVE_HOUSEHOLDS),
    (Action.RESTORE, Can.ARCHIVE_HOUSEHOLDS),
    (Action.WITHDRAW, Can.SEE_HOUSEHOLDS),
)


@dataclass(frozen=True, slots=True)
class ShownDecile:
    """What a source said of a family (by its place, "" when there is one); replaced: said anew."""

    source: str
    period: date
    decile: int | None
    family: str
    replaced: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """What the reader may do now; `refusal` says why the next step is not for them."""

    may: frozenset[str]
    edit: bool
    refusal: str


def page_of(session: Session, household: Household) -> dict[str, object]:
    """Return everything that the household's page shows, its history aside."""
    form = form_in_force()
    people = people_of(session, household, form)
    names = full_names(
        session,
        [household.state_by, household.entered_by, household.edited_by, household.draft_by],
    )
    return {
        "household": household,
        "village": village_name(session, household.area_code),
        "people": people,
        "blocks": blocks_of(session, household, form),
        "photos": photos_of(session, household, form),
        "warnings": warnings_of(household, form, people),
        "score": explain(session, household.id, current_scorecard()),
        "deciles": deciles_of(session, household),
        "outcome_names": OUTCOME_NAMES,
        "steps": steps_of(session, household),
        "may_change": actor().can(Can.PROPOSE_CHANGES) and is_settled(State(household.state)),
        "aid": aid_of(session, household),
        "changes": waiting_for(session, household.id),
        "change_kinds": CHANGE_NAMES,
        "remarks": remarks_at(session, household, form),
        "merged": around(session, household.id),
        "conflicts": conflicts(session, household.id),
        "names": names,
        "State": State,
        "link_names": STATE_NAMES,
        "identity_page": IDENTITY_PAGE if IDENTITY_PAGE in current_app.view_functions else "",
        "source": gettext(SOURCE_NAMES[household.source]),
    }


def deciles_of(session: Session, household: Household) -> list[ShownDecile]:
    """Return the deciles of the household's families through time, the newest first."""
    families = list(dict.fromkeys(member.family_id for member in household.members))
    found, seen = [], set[tuple[object, ...]]()
    for one in history(session, household.id):
        key = (one.family_id, one.source, one.period)
        place = families.index(one.family_id) + 1 if one.family_id in families else 0
        family = str(place) if place and len(families) > 1 else ""
        shown = ShownDecile(one.source, one.period, one.decile, family, key in seen)
        found.append(shown)
        seen.add(key)
    return found


def people_of(session: Session, household: Household, form: Form) -> list[Person]:
    """Return the members in roster order with what the registry says of them."""
    ids = [member.id for member in household.members]
    links = {
        link.member_id: link
        for link in session.scalars(select(Link).where(Link.member_id.in_(ids)))
    }
    return [_person(member, form, links.get(member.id)) for member in household.members]


def _person(member: Member, form: Form, link: Link | None) -> Person:
    answers = member_answers(member)

    def said(name: str) -> str:
        value = answers.get(name)
        return "" if value is None else shown_answer(form.question(name), value)

    return Person(
        id=member.id,
        name=member.name,
        relation=said("relation"),
        sex=said("sex"),
        age=_age(member),
        birth=said("birth_date") or said("birth_year"),
        nik=mask_nik(member.nik),
        nik_reason=said("nik_reason"),
        kk=mask_nik(member.kk),
        link=link,
        blocks=_blocks(form.roster.questions, answers),
    )


def _age(member: Member) -> str:
    """Return the age on the day of the visit; who was born since is a newborn, not minus one."""
    text = str(member.calculated.get("age", ""))
    return "0" if text.startswith("-") else text


def blocks_of(session: Session, household: Household, form: Form) -> list[Block]:
    """Return the household's answers by section."""
    answers = {
        **household.answers,
        "area_code": village_name(session, household.area_code),
    }
    blocks = []
    for section in form.sections:
        if not section.is_roster:
            found = _answers(section.questions, answers)
            blocks.append(Block(section.name, section.label(language()), found))
    return [block for block in blocks if block.answers]


def _blocks(questions: Sequence[Question], answers: Mapping[str, object]) -> tuple[Block, ...]:
    found = []
    for name, inside in groupby(questions, key=lambda question: question.group.name):
        group = list(inside)
        heading = in_language(group[0].group.labels, language())
        found.append(Block(name, heading, _answers(group, answers)))
    return tuple(block for block in found if block.answers)


def _answers(questions: Iterable[Question], answers: Mapping[str, object]) -> tuple[Answer, ...]:
    return tuple(
        Answer(question.label(language()), masked_answer(question, answers[question.name]))
        for question in questions
        if answers.get(question.name) not in (None, "", []) and question.type != "image"
    )


def warnings_of(household: Household, form: Form, people: Sequence[Person]) -> list[Warned]:
    """Return what the checks found odd when the household was accepted."""
    return [_warned(Problem(**found), form, people) for found in household.warnings]


def _warned(problem: Problem, form: Form, people: Sequence[Person]) -> Warned:
    question = form.plan.questions.get(problem.question)
    about = [question.label(language())] if question else []
    place = problem.path.partition("[")[2].partition("]")[0]
    if place.isdigit() and int(place) < len(people):
        about.insert(0, people[int(place)].name)
    return Warned(" · ".join(about), problem_text(problem))


def steps_of(session: Session, household: Household) -> Steps:
    """Return what the reader may do with the household as it stands."""
    me, state = actor(), State(household.state)
    hands = hands_of(session, household)
    offered = [action for action, can in STEPS if me.can(can) and _is_open(action, household)]
    refused = {action: duty_problem(action, me.username, hands) for action in offered}
    unsent = household.draft_by is not None
    may = {
        action
        for action, problem in refused.items()
        if problem is None and not (unsent and action in {*OTHER_HANDS, Action.WITHDRAW})
    }
    return Steps(
        may=frozenset(may),
        edit=me.can(Can.ENTER_HOUSEHOLDS) and not is_locked(state),
        refusal=next(
            (gettext(problem) for problem in refused.values() if problem is not None),
            gettext(UNSENT) if unsent and OTHER_HANDS.keys() & refused.keys() else "",
        ),
    )


def _is_open(action: Action, household: Household) -> bool:
    """Is the step possible where the household stands, for people of the reader's area?"""
    state = State(household.state)
    if action is Action.WITHDRAW and household.state_by != actor().username:
        return False
    wide = author().is_of_kabupaten(household.area_code)
    return is_possible(action, state) and (wide or not needs_kabupaten(action, state))
