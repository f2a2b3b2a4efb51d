"""Who is on a list, as a reader may know them: names and addresses for those who see households."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, func, select

from jps.access.rules import Can
from jps.areas.models import Area
from jps.db import db
from jps.households.models import Household
from jps.http import actor
from jps.targeting.drawing import REASON_NAMES, Reason, Standing
from jps.targeting.models import TargetEntry, TargetList, TargetSnapshot
from jps.targeting.scores import Score
from jps.text import N_
from jps.web.formats import NONE, percent
from jps.web.places import full_name

PAGE = 50
NAMED = 6  # areas of a list
STANDING_NAMES: Mapping[Standing, str] = {
    Standing.SELECTED: N_("Terpilih"),
    Standing.WAITING: N_("Daftar tunggu"),
    Standing.EXCLUDED: N_("Tidak masuk"),
}
HEADING = (
    "urutan", "kode desa", "desa", "kepala rumah tangga", "alamat", "status", "alasan", "skor",
    "id rumah tangga",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One entry with what a reader may know of the household."""

    entry: TargetEntry
    head: str
    address: str
    village: str
    score: str


def people_at(found: TargetList, standing: Standing, page: int) -> list[Person]:
    """Return one page of who has a standing."""
    query = _entries(found, standing).limit(PAGE).offset((page - 1) * PAGE)
    return _named(db.session.execute(query).all(), Score(found.score))


def everybody(found: TargetList, *standings: Standing) -> list[Person]:
    """Return all who have one of these standings, by area and rank."""
    return _named(db.session.execute(_entries(found, *standings)).all(), Score(found.score))


def changed_since(found: TargetList, snapshot: TargetSnapshot) -> int:
    """Return how many of the selected households have changed since the data were frozen."""
    since = snapshot.data_changed_at or snapshot.taken_at
    query = (
        select(func.count())
        .select_from(TargetEntry)
        .join(Household, Household.id == TargetEntry.household_id)
        .where(
            TargetEntry.list_id == found.id,
            TargetEntry.standing == Standing.SELECTED,
            Household.changed_at > since,
        )
    )
    return db.session.scalar(query) or 0


def score_text(score: Score, value: float | None) -> str:
    """Return the number by which somebody is ranked as people read it."""
    if value is None:
        return NONE
    if score is Score.DECILE:
        return str(round(11 - 10 * value))
    return percent(value)


def cells(person: Person, score: Score) -> tuple[str, ...]:
    """Return the row of a file, as `HEADING` names its columns."""
    entry = person.entry
    value = "" if entry.score is None else f"{entry.score:.4f}".replace(".", ",")
    return (
        str(entry.rank),
        entry.area_code,
        person.village,
        person.head,
        person.address,
        gettext(STANDING_NAMES[Standing(entry.standing)]),
        gettext(REASON_NAMES[Reason(entry.reason)]),
        person.score if score is Score.DECILE else value,
        str(entry.household_id),
    )


def place_of(found: TargetList) -> str:
    """Return the areas of a list in words: its area, or those of it that it is for."""
    codes = found.areas or [found.area_code]
    names = names_of(codes)
    words = ", ".join(names.get(code, code) for code in codes[:NAMED])
    if len(codes) > NAMED:
        words += " " + gettext("dan %(n)s wilayah lain", n=len(codes) - NAMED)
    return words


def names_of(codes: Any) -> dict[str, str]:
    """Return the full names of some areas by code."""
    found = db.session.scalars(select(Area).where(Area.code.in_(list(codes))))
    return {area.code: full_name(area) for area in found}


def _entries(found: TargetList, *standings: Standing) -> Select[TargetEntry, str, str]:
    entry = TargetEntry
    return (
        select(entry, Household.head_name, Household.address)
        .join(Household, Household.id == entry.household_id)
        .where(entry.list_id == found.id, entry.standing.in_(standings))
        .order_by(entry.standing, entry.area_code, entry.rank, entry.household_id)
    )


def _named(rows: Sequence[Any], score: Score) -> list[Person]:
    names = names_of({row[0].area_code for row in rows})
    shown = actor().can(Can.SEE_HOUSEHOLDS)
    return [
        Person(
            entry,
            head if shown else "",
            address if shown else "",
            names.get(entry.area_code, entry.area_code),
            score_text(score, entry.score),
        )
        for entry, head, address in rows
    ]
