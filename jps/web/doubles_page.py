"""What the pages about possible doubles show, in words."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.queries import areas_at
from jps.areas.rules import Level, level_of
from jps.db import everywhere, scope_of
from jps.households.counting import merges_in_force
from jps.households.models import Family, Household, Member
from jps.identity.group_models import GroupPair
from jps.identity.group_rules import FACTS, Group
from jps.identity.models import Duplicate
from jps.identity.open_pairs import Asked, Kind, Pair, counts_below
from jps.identity.words import certainty
from jps.text import N_, mask_nik
from jps.web.formats import number
from jps.web.places import full_name, village_name

KIND_NAMES: Mapping[Kind, str] = {
    Kind.MEMBER: N_("Anggota"),
    Kind.FAMILY: N_("Keluarga"),
    Kind.HOUSEHOLD: N_("Rumah tangga"),
}
_TOLD = 2  # facts of a pair that a line of the list tells


@dataclass(frozen=True)
class Line:
    """A pair as a list shows it; `other` is empty where it lies outside the reader's areas."""

    url: str
    name: str
    place: str
    other: str
    other_place: str
    words: str


@dataclass(frozen=True)
class Fact:
    """One line of evidence in words; `tone` as on the pages of people."""

    text: str
    bits: float
    tone: str


@dataclass(frozen=True)
class Below:
    """An area below the one shown, and how many pairs wait there."""

    code: str
    name: str
    count: int


@dataclass(frozen=True)
class Side:
    """One household or family of a pair; without a name where the reader may not see it."""

    household: Household
    name: str
    place: str
    kk: str
    members: Sequence[Member]
    visible: bool


def pair_line(session: Session, pair: Pair) -> Line:
    """Return a pair of any kind as a line, the reader's own record first."""
    if isinstance(pair, Duplicate):
        url = url_for("doubles.show", pair_id=pair.id)
        sides = [(one, _member_name(session, one)) for one in (pair.member_id, pair.other_id)]
        words = gettext(certainty(pair.weight))
    else:
        url = url_for("groups.show", pair_id=pair.id)
        ids = (pair.first_household_id, pair.other_household_id)
        sides = [(one, _head_name(session, one)) for one in ids]
        told = sorted(facts_of(pair), key=lambda fact: -fact.bits)[:_TOLD]
        words = "; ".join(fact.text for fact in told)
    places = [village_name(session, code) for code in (pair.area_code, pair.other_area_code)]
    scope = scope_of(session)
    seen = [scope.covers(code) for code in (pair.area_code, pair.other_area_code)]
    order = (0, 1) if seen[0] else (1, 0)
    (_, name), (_, other) = (sides[place] for place in order)
    here, there = (places[place] for place in order)
    both = all(seen)
    return Line(url, name, here, other if both else "", there if both else "", words)


def _member_name(session: Session, member_id: uuid.UUID) -> str:
    with everywhere(session):
        return session.scalars(select(Member.name).where(Member.id == member_id)).one()


def _head_name(session: Session, household_id: uuid.UUID) -> str:
    query = select(Household.head_name).where(Household.id == household_id)
    with everywhere(session):
        return session.scalars(query).one() or gettext("Tanpa nama")


def areas_below(session: Session, asked: Asked) -> list[Below]:
    """Return the areas below the one asked for with what waits there."""
    counts = counts_below(session, asked)
    level = level_of(asked.area).below if asked.area else Level.KABKOTA
    names = {area.code: full_name(area) for area in areas_at(session, level)} if level else {}
    return [Below(code, names.get(code, code), count) for code, count in counts.items()]


def facts_of(pair: GroupPair) -> list[Fact]:
    """Return what speaks for and against a pair of households or families, in order."""
    found = []
    for name, (about, bits) in pair.evidence.items():
        text = gettext(FACTS[name].text).format(number=number(int(about)))
        tone = "neutral" if name == "start" else "for" if bits > 0 else "against"
        found.append(Fact(text, bits, tone))
    return found


def sides_of(session: Session, pair: GroupPair) -> list[Side]:
    """Return both households or families with their people, the reader's own first."""
    found = [
        _side(session, pair, household_id, record_id)
        for household_id, record_id in (
            (pair.first_household_id, pair.first_id),
            (pair.other_household_id, pair.other_id),
        )
    ]
    return sorted(found, key=lambda side: not side.visible)


def _side(session: Session, pair: GroupPair, household_id: uuid.UUID, record_id: uuid.UUID) -> Side:
    scope = scope_of(session)
    people = select(Member).where(Member.valid_to.is_(None)).order_by(Member.position)
    family = None
    with everywhere(session):
        household = session.scalars(select(Household).where(Household.id == household_id)).one()
        if pair.kind == Group.FAMILY:
            family = session.scalars(select(Family).where(Family.id == record_id)).one()
            people = people.where(Member.family_id == record_id)
        else:
            people = people.where(Member.household_id == household_id)
        members = session.scalars(people).all()
    return Side(
        household=household,
        name=household.head_name or gettext("Tanpa nama"),
        place=village_name(session, household.area_code),
        kk=mask_nik(family.kk) if family is not None else "",
        members=members,
        visible=scope.covers(household.area_code),
    )


def merged_pair(session: Session, one: uuid.UUID, other: uuid.UUID) -> uuid.UUID | None:
    """Return the act that merged two records with each other and is not undone."""
    found = merges_in_force(session, (one, other))
    both = {one, other}
    return next((row.act_id for row in found if {row.record_id, row.kept_id} == both), None)
