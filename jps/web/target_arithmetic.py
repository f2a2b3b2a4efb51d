"""The arithmetic behind one household's scores on one printable page, in plain words."""

import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.assessment.consumption import as_model, inputs_of, model_in_force
from jps.assessment.models import Decile, ScoreModel
from jps.assessment.rules import OUTCOME_NAMES
from jps.assessment.services import current_scorecard, explain
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.households.models import Family, Household
from jps.http import requires, settings, today
from jps.targeting.drawing import REASON_NAMES, Reason
from jps.targeting.frozen import opened
from jps.targeting.models import TargetEntry, TargetList, TargetSnapshot
from jps.targeting.quotas import Method
from jps.targeting.scores import MIXED, SCORE_NAMES, Score, score_parts
from jps.targeting.services import get_list
from jps.web.formats import number
from jps.web.places import village_name
from jps.web.score_models import code_label, feature_label
from jps.web.target_people import score_text
from jps.welfare.pmt import Missing, Prediction
from jps.welfare.pmt import Part as Addend

bp = Blueprint("target_arithmetic", __name__, url_prefix="/targeting/households")


_NOTHING = 5e-5  # less is not seen with four decimals


@dataclass(frozen=True)
class Term:
    """One line of a model's sum: a question, its answer, and what it adds."""

    question: str
    answer: str
    coefficient: float
    adds: float


@dataclass(frozen=True)
class Modelled:
    """What a model says of the household, or which answers are missing; `neutral` are answers that
    the model counts from, which add nothing."""

    model: ScoreModel
    intercept: float
    terms: tuple[Term, ...]
    neutral: tuple[Term, ...]
    said: Prediction | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Ranked:
    """Decile of one family: None is not ranked."""

    kk: int
    rows: tuple[Decile, ...]


@dataclass(frozen=True)
class Part:
    """One part of what a list ranks by, in the data of the list."""

    name: str
    value: str
    need: float | None
    weight: int | None


@dataclass(frozen=True)
class Placed:
    """Where the household stands on a list, by the data of the list."""

    list: TargetList
    entry: TargetEntry
    reason: str
    score: str
    quota: int | None
    snapshot: TargetSnapshot
    parts: tuple[Part, ...]
    changed: bool


@bp.get("/<uuid:household_id>")
@requires(Can.SEE_HOUSEHOLDS)
def show(household_id: uuid.UUID) -> ResponseReturnValue:
    """Show every score of a household with its sum; of a list, where it stands and why."""
    session = db.session()
    query = select(Household).where(Household.id == household_id)
    household = session.scalars(query).one_or_none()
    if household is None:
        raise NotFound()
    return render_template(
        "targeting/arithmetic.html",
        household=household,
        village=village_name(session, household.area_code),
        ppi=explain(session, household.id, current_scorecard()),
        outcomes=OUTCOME_NAMES,
        pmt=_modelled(household),
        deciles=_deciles(household),
        placed=_placed(household),
        score_names=SCORE_NAMES,
        today=today(),
    )


def _modelled(household: Household) -> Modelled | None:
    row = model_in_force(db.session())
    inputs = inputs_of(db.session(), [household.id]).get(household.id)
    if row is None or inputs is None:
        return None
    model = as_model(row)
    terms = tuple(
        Term(
            feature_label(part.variable),
            _answer(part),
            part.coefficient,
            part.adds,
        )
        for part in model.parts(inputs.features, inputs.area)
    )
    start = model.groups[model.group_of(inputs.area)].intercept
    try:
        said: Prediction | None = model.predict(inputs.features, inputs.area)
        missing: tuple[str, ...] = ()
    except Missing as error:
        said, missing = None, tuple(feature_label(name) for name in error.names)
    adding = tuple(term for term in terms if abs(term.adds) >= _NOTHING)
    neutral = tuple(term for term in terms if abs(term.adds) < _NOTHING)
    return Modelled(row, start, adding, neutral, said, missing)


def _answer(part: Addend) -> str:
    if part.number is None:
        return code_label(part.variable, part.answer)
    return number(part.number, 0 if part.number.is_integer() else 2)


def _deciles(household: Household) -> list[Ranked]:
    """Return the deciles of each family that there is, the newest first."""
    families = select(Family.id).where(
        Family.household_id == household.id, Family.valid_to.is_(None)
    )
    found = []
    for place, family in enumerate(
        db.session.scalars(families.order_by(Family.position)).all(), start=1
    ):
        rows = select(Decile).where(Decile.family_id == family)
        newest = rows.order_by(Decile.period.desc(), Decile.id.desc()).limit(4)
        found.append(Ranked(place, tuple(db.session.scalars(newest))))
    return found


def _placed(household: Household) -> Placed | None:
    """Return the household's place on the list that `list` names, None without one."""
    try:
        list_id = uuid.UUID(request.args.get("list", ""))
    except ValueError:
        return None
    found = get_list(db.session(), list_id)
    query = select(TargetEntry).where(
        TargetEntry.list_id == found.id, TargetEntry.household_id == household.id
    )
    entry = db.session.scalars(query).one_or_none()
    if entry is None:
        return None
    snapshot = db.session.get_one(TargetSnapshot, found.snapshot_id)
    groups = [code for code in found.quotas if f"{entry.area_code}.".startswith(f"{code}.")]
    whole = found.total if found.method == Method.NONE else None
    return Placed(
        found,
        entry,
        gettext(REASON_NAMES[Reason(entry.reason)]),
        score_text(Score(found.score), entry.score),
        found.quotas[groups[0]] if groups else whole,
        snapshot,
        _parts(found, snapshot, household.id),
        household.changed_at > snapshot.taken_at,
    )


def _parts(found: TargetList, snapshot: TargetSnapshot, key: uuid.UUID) -> tuple[Part, ...]:
    """Return what the list ranks by for this household, as it was frozen."""
    score = Score(found.score)
    names = score_parts(score, found.weights or {})
    try:
        people = opened(settings().home, snapshot.content_hash, names)
    except (NotFound, InvalidData):
        return ()
    place = np.flatnonzero(people.keys == str(key))
    return tuple(
        _part(Score(name), float(people.household[name][one]), found, mixed=score in MIXED)
        for one in place[:1]
        for name in names
    )


def _part(score: Score, value: float, found: TargetList, *, mixed: bool) -> Part:
    known = None if value != value else value
    need = (11 - known) / 10 if known is not None and score is Score.DECILE else known
    weight: Any = (found.weights or {}).get(score) if mixed else None
    return Part(gettext(SCORE_NAMES[score]), score_text(score, need), need, weight)
