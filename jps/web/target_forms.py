"""What forms about targeting send, read into values; and the choices that they offer."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from flask import flash, request
from flask_babel import get_locale, gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from jps.areas.models import Area
from jps.areas.rules import Level, is_code
from jps.db import db, within
from jps.errors import InvalidData, JpsError
from jps.http import actor, told
from jps.maps.families import common_area
from jps.targeting.facts import Catalogue, Fact, Unit
from jps.targeting.frozen import facts
from jps.targeting.gathering import programmes_of
from jps.targeting.models import TargetRule
from jps.targeting.quotas import Method
from jps.targeting.rules import Definition
from jps.targeting.scores import PARTS, Score, checked_weights
from jps.targeting.simulation import Scenario
from jps.text import N_, one_line
from jps.web.formats import number
from jps.web.places import full_name
from jps.web.target_people import names_of

Option = TypeVar("Option", Method, Level, Score)

LARGEST = 1_000_000_000  # households or rupiah that a form takes
MOST_PICKED = 1_000  # areas of one scenario
TOO_FAR_APART = N_(
    "Wilayah yang dipilih tidak terletak bersama dalam satu wilayah kerja Anda, jadi tidak dapat "
    "disimulasikan sekaligus. Pilih wilayah satu per satu."
)
IN_SCENARIO = N_("Skenario {letter}: {problem}")
IN_FIELD = N_("Skenario {letter}, {field}: {problem}")
FIELD_NAMES: Mapping[str, str] = {
    "total": N_("Jumlah penerima (rumah tangga)"),
    "amount": N_("Rupiah per rumah tangga"),
    "weights": N_("Bobot"),
    "quotas": N_("Kuota"),
}
METHODS = tuple(Method)
YARDSTICKS = (Score.PPI, Score.PMT)
LEVELS = (Level.KABKOTA, Level.KECAMATAN, Level.DESA)


@dataclass(frozen=True)
class AreaOption:
    """An area to choose; `depth` says how far it is moved in."""

    code: str
    name: str
    depth: int


def catalogue() -> Catalogue:
    """Return the facts in the reader's language, with the programmes there are."""
    known = facts(str(get_locale()), programmes_of(db.session()))
    return {name: _in_words(fact) for name, fact in known.items()}


def _in_words(fact: Fact) -> Fact:
    """Translate what is not the questionnaire's: labels and the codes of derived facts."""
    choices = {code: gettext(label) if label else "" for code, label in fact.choices.items()}
    return replace(fact, label=gettext(fact.label) if fact.label else "", choices=choices)


def fact_groups(known: Catalogue) -> list[tuple[str, list[Fact]]]:
    """Return the facts to choose from, of households first."""
    units = (
        (N_("Rumah tangga"), Unit.HOUSEHOLD),
        (N_("Keluarga"), Unit.FAMILY),
        (N_("Anggota"), Unit.MEMBER),
    )
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


def area_names() -> dict[str, str]:
    """Return the full name of every area by code."""
    return {area.code: full_name(area) for area in db.session.scalars(select(Area))}


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
    method = _choice(Method, text("method"), Method.EXPECTED_POOR)
    by_hand = hand_quotas(given, prefix) if method is Method.BY_HAND else {}
    score = _choice(Score, text("score"), Score.PPI)
    weights = {str(part): whole(text(f"w.{part}", "0"), "weights", least=0) for part in PARTS}
    definition = Definition(
        tree=rule.tree,
        area=area,
        method=method,
        level=_choice(Level, text("level"), Level.KECAMATAN),
        total=sum(by_hand.values()) or whole(text("total"), "total", least=1),
        seed=text("seed", "1")[:40],
        by_hand=by_hand,
        score=score,
        weights=checked_weights(score, weights),
        areas=_picked(text("areas"), area),
    )
    amount = whole(text("amount", "0"), "amount", least=0)
    yardstick = _choice(Score, one_line(given.get("yardstick", "")), Score.PPI)
    yardstick = yardstick if yardstick in YARDSTICKS else Score.PPI
    return rule, Scenario(rule.name, definition, amount, yardstick)


def scenario_fields(prefix: str) -> dict[str, str]:
    """Return the form's fields with those of the place, which all its scenarios share."""
    place = {prefix + name: request.form.get(name, "") for name in ("area", "areas")}
    return {**request.form.to_dict(), **place}


def scenario_problem(error: JpsError, letter: str) -> str:
    """Return what is wrong with a scenario and where: its field, areas by name."""
    names = names_of(
        code for key in ("area", "areas") for code in str(error.params.get(key, "")).split(", ")
    )
    params: dict[str, object] = {}
    for key, value in error.params.items():
        if key in {"area", "areas"}:
            value = ", ".join(names.get(code, code) for code in str(value).split(", "))
        params[key] = number(value) if isinstance(value, int) else value
    fields = error.problems if isinstance(error, InvalidData) else {}
    field = next((FIELD_NAMES[name] for name in fields if name in FIELD_NAMES), "")
    where = {"letter": letter, "field": gettext(field) if field else ""}
    return told(
        IN_FIELD if field else IN_SCENARIO, where | {"problem": told(error.message, params)}
    )


def _picked(text: str, area: str) -> tuple[str, ...]:
    """Return the areas inside `area` that a form names; none stand for all of it."""
    found = apart(text.split())
    if len(found) > MOST_PICKED or not all(
        is_code(one) and (one + ".").startswith(area + ".") for one in found
    ):
        raise InvalidData(N_("Pilih wilayahnya."), {"area": [N_("Pilih wilayahnya.")]})
    return () if found == (area,) else found


def apart(codes: Iterable[str]) -> tuple[str, ...]:
    """Return areas by code, each once, without those that lie in another one."""
    found: list[str] = []
    for code in sorted(set(codes)):
        if not (found and code.startswith(found[-1] + ".")):
            found.append(code)
    return tuple(found)


def hand_quotas(given: Mapping[str, str], prefix: str) -> dict[str, int]:
    """Return the quotas that were typed per area; InvalidData where there is none."""
    start = f"{prefix}q."
    found = {
        name[len(start) :]: whole(one_line(text), "quotas", least=0)
        for name, text in given.items()
        if name.startswith(start) and one_line(text)
    }
    if not sum(found.values()):
        message = N_("Isi kuota paling sedikit satu wilayah.")
        raise InvalidData(message, {"quotas": [message]})
    return dict(sorted(found.items()))


def _choice(kind: type[Option], text: str, default: Option) -> Option:
    return kind(text) if text in {str(one) for one in kind} else default


def whole(text: str, name: str, *, least: int) -> int:
    """Return the whole number of a form's field; InvalidData for what is none."""
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


def asked_place(options: list[AreaOption]) -> tuple[str, tuple[str, ...]]:
    """Return the area to simulate, and which of its areas when only some were picked."""
    asked = request.args.getlist("pick") or request.form.get("areas", "").split()
    picked = apart(code for code in asked if is_code(code))
    around = common_area(picked, longest=Level.KECAMATAN.code_length)
    if not picked:
        return chosen_area(options), ()
    if around not in {option.code for option in options} or len(picked) > MOST_PICKED:
        flash(gettext(TOO_FAR_APART), "warning")
        return chosen_area(options), ()
    return around, () if picked == (around,) else picked


def chosen_area(options: list[AreaOption]) -> str:
    """Return the area that was asked for, else the first of the reader's."""
    asked = request.values.get("area", "")
    codes = [option.code for option in options]
    return asked if asked in codes else (codes[0] if codes else "")
