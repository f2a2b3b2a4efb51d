"""What membership lists answer: poor and not insured, insured and dead, inactive, flagged.

Lists of insurances and of what excludes from aid are decrees of a kind; those in force count.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from jps.db import AreaScope, everywhere, scope_of, within
from jps.decrees.report import Answer, condition
from jps.decrees.sheets import poor_household, poor_households
from jps.households.counting import PRESENT, household_counts, member_counts
from jps.households.models import Household, Member
from jps.households.rules import IN_FORCE
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.receiving import receiving
from jps.programmes.rules import DecreeState, ProgrammeKind, Standing
from jps.text import N_


class Question(StrEnum):
    """What is asked of the lists."""

    UNINSURED = "uninsured"
    INACTIVE = "inactive"
    DEAD = "dead"
    FLAGGED = "flagged"


QUESTION_NAMES: Mapping[Question, str] = MappingProxyType(
    {
        Question.UNINSURED: N_("Miskin, tanpa jaminan"),
        Question.INACTIVE: N_("Miskin, jaminan tidak aktif"),
        Question.DEAD: N_("Peserta jaminan yang meninggal"),
        Question.FLAGGED: N_("Ditandai, tetapi menerima bantuan"),
    }
)
QUESTION_WORDS: Mapping[Question, str] = MappingProxyType(
    {
        Question.UNINSURED: N_(
            "Anggota rumah tangga miskin yang tidak ada sebagai peserta aktif pada daftar jaminan "
            "yang berlaku."
        ),
        Question.INACTIVE: N_(
            "Ada pada daftar jaminan, kepesertaannya tidak aktif, dan rumah tangganya miskin."
        ),
        Question.DEAD: N_("Ada pada daftar jaminan dan meninggal menurut data kependudukan."),
        Question.FLAGGED: N_(
            "Ada pada daftar yang mengecualikan dari bantuan, misalnya upah di atas UMP, sedangkan "
            "orangnya atau keluarganya menerima bantuan."
        ),
    }
)
_KINDS: Mapping[Question, ProgrammeKind] = MappingProxyType(
    {
        Question.UNINSURED: ProgrammeKind.INSURANCE,
        Question.INACTIVE: ProgrammeKind.INSURANCE,
        Question.DEAD: ProgrammeKind.INSURANCE,
        Question.FLAGGED: ProgrammeKind.FLAG,
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, of which programme (None: any of the kind), where (empty: everywhere)."""

    question: Question
    on: date
    programme_id: int | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody found. `recipient_id` None: on no list, which is what was asked."""

    name: str
    nik: str
    area_code: str
    household_id: uuid.UUID | None
    recipient_id: uuid.UUID | None = None
    programme: str = ""
    number: str = ""
    dated: date | None = None
    status: str = ""


def kind_of(question: Question) -> ProgrammeKind:
    """Return which lists a question is about."""
    return _KINDS[question]


def lists_in_force(session: Session, on: date) -> list[tuple[Decree, Programme]]:
    """Return the membership lists that hold on a day, of all areas: their heads tell nobody."""
    kinds = (ProgrammeKind.INSURANCE, ProgrammeKind.FLAG)
    query = (
        select(Decree, Programme)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(Programme.kind.in_(kinds), *_holds(on))
        .order_by(Programme.kind, Programme.name, Decree.dated.desc())
    )
    with everywhere(session):
        return [(decree, programme) for decree, programme in session.execute(query)]


def count_people(session: Session, asked: Asked) -> int:
    """Return how many people of the reader's areas a question finds."""
    query = select(func.count()).select_from(_query(asked, scope_of(session)).subquery())
    with everywhere(session):
        return session.scalar(query) or 0


def people_of(
    session: Session, asked: Asked, *, limit: int | None = None, offset: int = 0
) -> list[Person]:
    """Return whom of the reader's areas a question finds, by area and name."""
    one = Member if asked.question is Question.UNINSURED else Recipient
    query = _query(asked, scope_of(session)).order_by(one.area_code, one.name, one.id)
    with everywhere(session):
        return [Person(*row) for row in session.execute(query.limit(limit).offset(offset))]


def _query(asked: Asked, scope: AreaScope) -> Select[Any]:
    """Return the query; lists of larger areas count too, so it looks everywhere by itself."""
    is_free = asked.question is Question.UNINSURED
    query, column = (
        (_uninsured(asked), Member.area_code) if is_free else (_listed(asked), Recipient.area_code)
    )
    if not scope.whole:
        query = query.where(within(column, scope.codes))
    return query.where(within(column, (asked.area,))) if asked.area else query


def _uninsured(asked: Asked) -> Select[Any]:
    insured = receiving(asked.on, kind=ProgrammeKind.INSURANCE)
    if asked.programme_id is not None:
        insured = insured.where(Programme.id == asked.programme_id)
    members = insured.where(_is_active(), Recipient.member_id.is_not(None))
    columns: Any = (Member.name, Member.nik, Member.area_code, Member.household_id)
    return (
        select(*columns)
        .join(Household, Household.id == Member.household_id)
        .where(
            Member.valid_to.is_(None),
            Member.presence.in_(PRESENT),
            Household.state.in_(IN_FORCE),
            household_counts(),
            member_counts(),
            Household.id.in_(poor_households()),
            Member.id.not_in(members.with_only_columns(Recipient.member_id)),
        )
    )


def _listed(asked: Asked) -> Select[Any]:
    one = Recipient
    columns: Any = (
        one.name, one.nik, one.area_code, one.household_id, one.id, Programme.name,
        Decree.number, Decree.dated, one.status,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Decree, Decree.id == one.decree_id)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(
            Programme.kind == kind_of(asked.question),
            one.standing != Standing.STRUCK,
            one.same_as.is_(None),
            *_holds(asked.on),
        )
    )
    if asked.programme_id is not None:
        query = query.where(Programme.id == asked.programme_id)
    return query.where(*_found(asked))


def _found(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    if asked.question is Question.DEAD:
        return (condition(Answer.DEAD),)
    if asked.question is Question.INACTIVE:
        return (
            condition(Answer.INACTIVE),
            condition(Answer.REGISTERED),
            poor_household(Recipient.household_id),
        )
    columns = (Recipient.member_id, Recipient.family_id)
    aided = receiving(asked.on).with_only_columns(*columns).subquery()
    member = exists().where(aided.c.member_id == Recipient.member_id)
    family = exists().where(aided.c.family_id == Recipient.family_id)
    return condition(Answer.REGISTERED), or_(member, family)


def _is_active() -> ColumnElement[bool]:
    return not_(condition(Answer.INACTIVE))


def _holds(on: date) -> tuple[ColumnElement[bool], ...]:
    ends = or_(Decree.period_to.is_(None), Decree.period_to >= on)
    return Decree.state == DecreeState.IN_FORCE, Decree.period_from <= on, ends
