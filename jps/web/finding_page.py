"""A finding as its page shows it: both sides field by field, what else is given, what was done."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.cases.finding_queries import Given
from jps.cases.finding_steps import visit_of
from jps.db import everywhere
from jps.households.models import Household
from jps.http import actor, today
from jps.identity.rules import STATE_NAMES
from jps.programmes.case_models import FindingStep
from jps.programmes.case_rules import (
    ACTION_NAMES,
    PRESENCE_NAMES,
    STRIKE_REASON_NAMES,
    VISIT_NAMES,
    Action,
    StrikeReason,
)
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.receiving import receiving
from jps.programmes.rules import Standing
from jps.text import mask_nik
from jps.web.formats import day, iso_day

SEXES = {"1": "L", "2": "P"}


@dataclass(frozen=True, slots=True)
class Side:
    """A recipient as the reader may see them; `hidden`: in an area of somebody else."""

    given: Given
    hidden: bool
    name: str

    @property
    def recipient(self) -> Recipient:
        """The row of the decree."""
        return self.given.recipient

    @property
    def struck(self) -> bool:
        """Whether the recipient was taken off."""
        return self.recipient.standing == Standing.STRUCK

    def fields(self) -> list[tuple[str, str]]:
        """Return what the decree and the matching say, by label."""
        one = self.recipient
        decree = f"{self.given.decree.number}, {day(self.given.decree.dated)}"
        known = [
            (gettext("Program"), self.given.programme.name),
            (gettext("SK"), decree),
        ]
        if self.hidden:
            return known
        link = gettext(STATE_NAMES[one.link_state]) if one.link_state else ""
        return [
            *known,
            (gettext("Nama"), one.name),
            (gettext("NIK"), mask_nik(one.nik)),
            (gettext("Nomor KK"), mask_nik(one.kk)),
            (gettext("Lahir"), iso_day(one.birth_date)),
            (gettext("Jenis kelamin"), SEXES.get(one.sex, one.sex)),
            (gettext("Alamat"), one.address),
            (gettext("Baris pada daftar"), str(one.row)),
            (gettext("Pemadanan"), link),
        ]


def side_of(given: Given) -> Side:
    """Return a recipient as the reader may see them."""
    hidden = not actor().scope.covers(given.recipient.area_code)
    if hidden:
        return Side(given, True, gettext("di wilayah lain"))
    if not actor().can(Can.SEE_HOUSEHOLDS):
        return Side(given, True, gettext("(nama disembunyikan)"))
    return Side(given, False, given.recipient.name or gettext("Tanpa nama"))


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of both sides."""

    label: str
    values: tuple[str, ...]
    same: bool


def compared(sides: Sequence[Side]) -> list[Compared]:
    """Return the fields side by side."""
    rows: dict[str, list[str]] = {}
    for place, side in enumerate(sides):
        for label, value in side.fields():
            row = rows.setdefault(label, [""] * len(sides))
            row[place] = value
    return [
        Compared(label, tuple(values), len(set(values)) == 1 and len(values) > 1)
        for label, values in rows.items()
        if any(values)
    ]


@dataclass(frozen=True, slots=True)
class Receives:
    """What a household receives by a decree in force."""

    programme: Programme
    decree: Decree
    recipient: Recipient


def received_by(session: Session, household_id: uuid.UUID) -> list[Receives]:
    """Return what a household of the reader's areas receives today, insurances included."""
    homes = select(Household.id).where(Household.id == household_id)
    if session.scalars(homes).one_or_none() is None:
        return []
    query = receiving(today(), kind=None).where(Recipient.household_id == household_id)
    with everywhere(session):  # a decree may be of a wider area than the reader's
        rows = session.execute(query.order_by(Programme.name, Recipient.row)).all()
    return [Receives(row[2], row[1], row[0]) for row in rows]


@dataclass(frozen=True, slots=True)
class Told:
    """A step in words."""

    step: FindingStep
    what: str
    visit: str
    undone: bool


def told_steps(steps: Sequence[FindingStep]) -> list[Told]:
    """Return what was done, newest first."""
    gone = {step.undoes for step in steps if step.undoes is not None}
    return [
        Told(
            step,
            gettext(ACTION_NAMES[Action(step.action)]),
            visit_text(step.visit),
            step.id in gone,
        )
        for step in reversed(steps)
    ]


def visit_text(visit: Mapping[str, str] | None) -> str:
    """Return what was found at a visit."""
    if not visit:
        return ""
    found = visit_of(dict(visit))
    parts = [day(found.on), gettext(VISIT_NAMES[found.result])]
    if found.presence is not None:
        parts.append(gettext(PRESENCE_NAMES[found.presence]))
    return " · ".join([*parts, *([found.point] if found.point else [])])


def strike_reason(code: str) -> str:
    """Return a reason of striking in words."""
    return gettext(STRIKE_REASON_NAMES[StrikeReason(code)]) if code in set(StrikeReason) else code
