"""What forms about targeting send, read into values; and the choices that they offer."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import request
from flask_babel import get_locale
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from jps.areas.models import Area
from jps.areas.rules import Level, is_code
from jps.db import db, within
from jps.errors import InvalidData
from jps.http import actor
from jps.targeting.facts import Catalogue, Fact, Unit
from jps.targeting.frozen import facts
from jps.targeting.models import TargetRule
from jps.targeting.quotas import Method
from jps.targeting.rules import Definition
from jps.targeting.simulation import Scenario
from jps.text import N_, one_line
from jps.web.places import full_name

Option = TypeVar("Option", Method, Level)

LARGEST = 1_000_000_000  # households or rupiah that a form takes
METHODS = tuple(method for method in Method if method is not Method.BY_HAND)
LEVELS = (Level.KABKOTA, Level.KECAMATAN, Level.DESA)


@dataclass(frozen=True)
class AreaOption:
    """An area to choose; `depth` says how far it is moved in."""

    code: str
    name: str
    depth: int


def catalogue() -> Catalogue:
    """Return the facts in the reader's language."""
    return facts(str(get_locale()))


def fact_groups(known: Catalogue) -> list[tuple[str, list[Fact]]]:
    """Return the facts to choose from, of households first."""
    units = ((N_("Rumah tangga"), Unit.HOUSEHOLD), (N_("Anggota"), Unit.MEMBER))
    return [(name, [f for f in known.values() if f.unit is unit]) for name, unit in units]


def area_options() -> list[AreaOption]:
    """Return the areas that the person may make lists for, down to kecamatan."""
    scope = actor().scope
    query = select(Area).where(Area.level != Level.DESA).order_by(Area.code)
    if not scope.whole:
        query = query.where(within(Area.code, scope.codes))
    areas = db.session.scalars(query).all()
    top = min((len(area.code) for area in areas), default=0)
    return [AreaOption(a.code, full_name(a), (len(a.code) - top) // 3) for a in areas]


def newest_rules() -> list[TargetRule]:
    """Return the newest version of each rule, by name."""
    rules = db.session.scalars(select(TargetRule).order_by(TargetRule.version)).all()
    newest = {rule.name: rule for rule in rules}
    return [newest[name] for name in sorted(newest, key=str.casefold)]


def find_rule(text: str) -> TargetRule:
    """Return the rule of this id; InvalidData when there is none."""
    found = db.session.get(TargetRule, int(text)) if text.isdigit() else None
    if found is None:
        raise InvalidData(N_("Pilih aturannya."), {"rule": [N_("Pilih aturannya.")]})
    return found


def read_scenario(given: Mapping[str, str], prefix: str = "") -> tuple[TargetRule, Scenario]:
    """Return a scenario of a form whose fields begin with `prefix`; raises `InvalidData`."""

    def text(name: str, default: str = "") -> str:
        return one_line(given.get(prefix + name, "")) or default

    rule = find_rule(text("rule"))
    area = text("area")
    if not is_code(area):
        raise InvalidData(N_("Pilih wilayahnya."), {"area": [N_("Pilih wilayahnya.")]})
    definition = Definition(
        tree=rule.tree,
        area=area,
        method=_choice(Method, text("method"), Method.EXPECTED_POOR),
        level=_choice(Level, text("level"), Level.KECAMATAN),
        total=_whole(text("total"), "total", least=1),
        seed=text("seed", "1")[:40],
        by_hand={},
    )
    amount = _whole(text("amount", "0"), "amount", least=0)
    return rule, Scenario(rule.name, definition, amount)


def _choice(kind: type[Option], text: str, default: Option) -> Option:
    return kind(text) if text in {str(one) for one in kind} else default


def _whole(text: str, name: str, *, least: int) -> int:
    digits = text.replace(".", "").replace(" ", "")
    if not digits.isdigit() or not least <= int(digits) <= LARGEST:
        message = N_("Isi dengan bilangan bulat, misalnya 1.200.")
        raise InvalidData(message, {name: [message]})
    return int(digits)


def form_lists(form: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return a form as lists by name."""
    return {name: form.getlist(name) for name in form}


def list_id_of(text: str) -> uuid.UUID:
    """Return the id of a form, a new one when it holds none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def chosen_area(options: list[AreaOption]) -> str:
    """Return the area that was asked for, else the first of the reader's."""
    asked = request.values.get("area", "")
    codes = [option.code for option in options]
    return asked if asked in codes else (codes[0] if codes else "")
