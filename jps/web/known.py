"""While a member is entered: does the registry or our own list know this person already?"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import names_of
from jps.db import db
from jps.households.models import Member
from jps.http import reads, requires
from jps.identity.lookup import Known, is_enough, look_up, shown_place
from jps.identity.matchers import current_matcher
from jps.identity.words import Tone, certainty, strength
from jps.matching import FIELDS, Person, explain
from jps.matching.model import Model
from jps.registry.models import RegistryPerson
from jps.registry.rules import STATUS_NAMES, RegistryStatus
from jps.text import mask_nik
from jps.web.formats import iso_day
from jps.web.identity_page import sex_name

bp = Blueprint("known", __name__)

SHOWN = 3  # candidates of each list
LEAST = 0.0  # bits; while typing only people who are more likely than not
MAX_TEXT = 100  # characters of a name


@dataclass(frozen=True)
class Fact:
    """One field of a candidate that agrees or differs."""

    tone: Tone
    words: str


@dataclass(frozen=True)
class Hit:
    """Somebody who may be the person typed. Empty texts where the reader may not see them."""

    name: str
    about: str
    nik: str
    place: str
    status: str
    is_fine: bool
    certainty: str
    facts: tuple[Fact, ...]
    visible: bool
    same_nik: bool


@bp.post("/identity/check")
@requires(Can.ENTER_HOUSEHOLDS)
@reads
def check() -> ResponseReturnValue:
    """Answer with the part of the form that says who this may be. `member` leaves oneself out."""
    area = request.args.get("area", "")
    return known_part(request.form, area=area, member=request.args.get("member", type=uuid.UUID))


def known_part(typed: Mapping[str, str], *, area: str, member: uuid.UUID | None) -> str:
    """Return the part that says who a person may be, `typed` in the fields of the form."""
    record = typed_record(typed, area)
    if not is_enough(Person.read(record)):
        return render_template("identity/check.html", registry=[], own=[], asked=False)
    matcher = current_matcher(db.session())
    myself = [] if member is None else [member]
    found = look_up(db.session(), record, matcher, without=myself, least=LEAST)
    registry, own = found.registry[:SHOWN], found.own[:SHOWN]
    places = {*map(shown_place, registry), *map(shown_place, own)}
    model, names = matcher.model, names_of(db.session(), places)
    return render_template(
        "identity/check.html",
        registry=[_hit(one, found.asked, model, names) for one in registry],
        own=[_hit(one, found.asked, model, names) for one in own],
        asked=matcher.snapshot_id is not None,
    )


def typed_record(form: Mapping[str, str], area: str) -> dict[str, str]:
    """Return what was typed as a record for matching; anything unreadable is unknown."""
    return {
        "nik": form.get("nik", "")[:40],
        "kk": form.get("kk", "")[:40],
        "name": form.get("name", "")[:MAX_TEXT],
        "birth_date": _birth(form),
        "sex": form.get("sex", ""),
        "mother": form.get("mother_name", "")[:MAX_TEXT],
        "village": form.get("area_code", "") or area,
    }


def _birth(form: Mapping[str, str]) -> str:
    if form.get("birth_date"):
        return form["birth_date"]
    parts = [form.get(f"birth_date.{part}", "") for part in ("year", "month", "day")]
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        year = parts[0] or form.get("birth_year", "")
        return year if len(year) == 4 and year.isascii() and year.isdigit() else ""


def _hit(
    known: Known[RegistryPerson] | Known[Member],
    asked: Person,
    model: Model,
    places: Mapping[str, str],
) -> Hit:
    row = known.row
    status = RegistryStatus(row.status) if isinstance(row, RegistryPerson) else None
    shown = known.visible
    sex = sex_name(row.sex)
    about = ", ".join(part for part in (sex, iso_day(row.birth_date)) if part)
    return Hit(
        name=row.name if shown else "",
        about=about if shown else "",
        nik=mask_nik(row.nik) if shown else "",
        place=places.get(shown_place(known), ""),
        status=gettext(STATUS_NAMES[status]) if status and shown else "",
        is_fine=status in {None, RegistryStatus.ACTIVE},
        certainty=gettext(certainty(known.weight)),
        facts=_facts(asked, known.person, model),
        visible=shown,
        same_nik=bool(asked["nik"]) and asked["nik"] == known.person["nik"],
    )


def _facts(asked: Person, found: Person, model: Model) -> tuple[Fact, ...]:
    known = {field.name for field in FIELDS}
    lines = [line for line in explain(asked, found, model) if line.name in known and line.level]
    return tuple(Fact(strength(line.bits)[0], gettext(line.reason)) for line in lines)
