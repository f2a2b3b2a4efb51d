"""Records side by side for the sample: what both say, and nothing of what we make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.db import scope_of
from jps.households.models import Member
from jps.identity.records import record_of
from jps.matching import FIELDS, Person
from jps.matching.compare import compare_one
from jps.registry.models import RegistryPerson
from jps.text import N_, mask_nik
from jps.web.formats import iso_day
from jps.web.identity_page import HIDDEN, sex_name

# Masked numbers cannot be compared by eye: whether they are the same is said.
_NUMBERS = ("nik", "kk")
_ORDER = ("name", "nik", "birth", "sex", "mother", "kk", "village")


@dataclass(frozen=True)
class BlindRow:
    """One field of both records; `note` only for numbers, which are masked."""

    name: str
    label: str
    ours: str
    theirs: str
    note: str


@dataclass(frozen=True)
class Hit:
    """A person found by hand; outside the reader's areas only that there is one."""

    id: int
    title: str
    about: str


def blind_rows(
    session: Session, member: Member, person: Mapping[str, str] | None
) -> tuple[BlindRow, ...]:
    """Return the member beside the person to be judged, or alone."""
    ours = record_of(member)
    places = names_at(session, Level.DESA)
    theirs = person or {}
    hidden = person is not None and not scope_of(session).covers(theirs.get("village") or "-")
    levels = compare_one(Person.read(ours), Person.read(theirs)) if person is not None else {}
    fields = sorted(FIELDS, key=lambda one: _ORDER.index(one.name))
    return tuple(
        BlindRow(
            field.name,
            gettext(field.label),
            _shown(field.column, ours, places),
            gettext(HIDDEN) if hidden else _shown(field.column, theirs, places),
            gettext(field.reasons[levels[field.name]])
            if field.name in _NUMBERS and person is not None
            else "",
        )
        for field in fields
    )


def _shown(column: str, record: Mapping[str, str], places: Mapping[str, str]) -> str:
    value = record.get(column, "")
    if column in _NUMBERS:
        return mask_nik(value)
    if column == "birth_date":
        return iso_day(value)
    if column == "sex":
        return sex_name(value)
    return places.get(value, value) if column == "village" else value


def hits_of(session: Session, people: Sequence[RegistryPerson]) -> list[Hit]:
    """Return people found by hand as they may be shown."""
    scope, places = scope_of(session), names_at(session, Level.DESA)
    return [
        Hit(
            one.id,
            one.name if scope.covers(one.area_code) else gettext(N_("Orang di wilayah lain")),
            _about(one, places) if scope.covers(one.area_code) else mask_nik(one.nik),
        )
        for one in people
    ]


def _about(one: RegistryPerson, places: Mapping[str, str]) -> str:
    parts = (
        sex_name(one.sex),
        iso_day(one.birth_date),
        mask_nik(one.nik),
        gettext("ibu %(name)s", name=one.mother_name) if one.mother_name else "",
        places.get(one.area_code, one.area_code),
    )
    return ", ".join(part for part in parts if part)


def household_lines(members: Sequence[Member], member: Member) -> list[str]:
    """Return who lives with the member."""
    return [
        ", ".join(part for part in (one.name, sex_name(one.sex), iso_day(one.birth_date)) if part)
        for one in members
        if one.id != member.id
    ]
