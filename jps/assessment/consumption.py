"""Models that were trained here: kept, approved by somebody else, and asked about households."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from jps.assessment.features import features_of, kinds_of
from jps.assessment.models import Consumption, ScoreModel
from jps.assessment.rules import NOT_COUNTED, ModelKind, ModelState
from jps.audit.services import Event, record
from jps.config import DATA
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.households.counting import member_counts
from jps.households.models import Household, Member
from jps.households.rows import MEMBER_COLUMNS
from jps.jobs.runner import Step, Task
from jps.questionnaire import load_form
from jps.text import N_, one_line
from jps.welfare.pmt import Missing, Model, Prediction
from jps.welfare.pmt_training import Trained

CHUNK = 1_000  # households per transaction
NO_NAME = N_("Beri model ini nama.")
NOT_ASKED = N_(
    "Kuesioner yang berlaku tidak menanyakan {names}: model ini tidak dapat dipakai. Latih ulang "
    "tanpa variabel itu."
)


@dataclass(frozen=True)
class Inputs:
    """What a model reads of a household."""

    area: str
    version: int
    persons: int | None
    features: Mapping[str, Any]


def keep_model(
    session: Session,
    name: str,
    trained: Trained,
    *,
    version: str,
    source: str,
    by: str,
    at: datetime,
) -> ScoreModel:
    """Store a trained model; the same coefficients as before are the model that is there."""
    name = one_line(name)[:120]
    if not name:
        raise InvalidData(NO_NAME, {"name": [N_("Nama wajib diisi.")]})
    content = trained.model.as_json()
    digest = content_hash(content)
    known = session.scalars(select(ScoreModel).where(ScoreModel.content_hash == digest))
    found = known.one_or_none()
    if found is not None:
        return found
    model = ScoreModel(
        version=version[:60],
        name=name,
        source=source,
        content_hash=digest,
        first_used_at=at,
        kind=ModelKind.PMT,
        state=ModelState.TRAINED,
        made_by=by,
        state_by=by,
        state_at=at,
        content=content,
        card=trained.card,
    )
    session.add(model)
    session.flush()
    _record(session, model, "score-model-trained", by=by, at=at)
    return model


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the hash of a model's canonical JSON."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def get_trained(session: Session, model_id: int) -> ScoreModel:
    """Return a model that was trained here, or raise `NotFound`."""
    found = session.get(ScoreModel, model_id)
    if found is None or found.kind != ModelKind.PMT:
        raise NotFound(N_("Model ini tidak ada."))
    return found


def trained_models(session: Session) -> Sequence[ScoreModel]:
    """Return the models that were trained here, the newest first."""
    query = select(ScoreModel).where(ScoreModel.kind == ModelKind.PMT)
    return session.scalars(query.order_by(ScoreModel.id.desc())).all()


def model_in_force(session: Session) -> ScoreModel | None:
    """Return the approved model that was approved last, None where there is none."""
    query = select(ScoreModel).where(
        ScoreModel.kind == ModelKind.PMT, ScoreModel.state == ModelState.APPROVED
    )
    newest = query.order_by(ScoreModel.state_at.desc(), ScoreModel.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def decide_model(
    session: Session,
    model_id: int,
    target: ModelState,
    *,
    reason: str = "",
    by: str,
    at: datetime,
) -> ScoreModel:
    """Approve or withdraw a model. Nobody approves what they trained."""
    model = get_trained(session, model_id)
    session.refresh(model, with_for_update=True)
    if model.state == target or target is ModelState.TRAINED:
        raise Conflict(N_("Model ini sudah berubah sejak Anda membukanya. Muat ulang halaman."))
    if target is ModelState.APPROVED:
        if model.made_by == by:
            raise NotAllowed(N_("Model disetujui oleh orang lain daripada yang melatihnya."))
        require_asked(as_model(model))
    elif not one_line(reason):
        raise InvalidData(N_("Tuliskan alasannya."), {"reason": [N_("Alasan wajib diisi.")]})
    model.state, model.state_by, model.state_at = target, by, at
    model.state_reason = one_line(reason)[:500]
    session.flush()
    _record(session, model, f"score-model-{target}", by=by, at=at)
    return model


def require_asked(model: Model) -> None:
    """Raise `InvalidData` where the questionnaire in force lacks a variable of the model."""
    known = kinds_of(load_form(DATA / "questionnaire"))
    missing = [one.name for one in model.variables if one.name not in known]
    if missing:
        raise InvalidData(NOT_ASKED, names=", ".join(missing))


def as_model(row: ScoreModel) -> Model:
    """Return the model of a row."""
    return _model(row.content_hash, json.dumps(row.content))


@lru_cache(maxsize=8)
def _model(_digest: str, content: str) -> Model:
    return Model.of(json.loads(content))


def inputs_of(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Inputs]:
    """Return what a model reads of these households, those that count, by id."""
    members: dict[uuid.UUID, list[dict[str, Any]]] = {}
    columns = (getattr(Member, name) for name in MEMBER_COLUMNS)
    people = (
        select(Member.household_id, Member.answers, Member.calculated, *columns)
        .where(Member.household_id.in_(ids), Member.valid_to.is_(None), member_counts())
        .order_by(Member.household_id, Member.position, Member.id)
    )
    for household, answers, calculated, *values in session.execute(people):
        own = dict(zip(MEMBER_COLUMNS, values, strict=True))
        members.setdefault(household, []).append({**own, **answers, **calculated})
    rows = select(
        Household.id,
        Household.area_code,
        Household.version,
        Household.household_size,
        Household.answers,
        Household.calculated,
    ).where(Household.id.in_(ids), Household.state.not_in(NOT_COUNTED))
    return {
        key: Inputs(
            area,
            version,
            size,
            features_of({**answers, **calculated}, members.get(key, ())),
        )
        for key, area, version, size, answers, calculated in session.execute(rows)
    }


def assess_consumption(
    session: Session, ids: Sequence[uuid.UUID], row: ScoreModel, *, at: datetime
) -> int:
    """Ask a model about these households and store what it says; return how many it could tell."""
    model = as_model(row)
    session.execute(
        delete(Consumption)
        .where(Consumption.household_id.in_(ids), Consumption.model_id == row.id)
        .execution_options(synchronize_session=False)
    )
    values = []
    for key, found in inputs_of(session, ids).items():
        said = {"household_id": key, "model_id": row.id, "assessed_at": at}
        values.append(said | _values(model, found))
    if values:
        session.execute(insert(Consumption), values)
    return sum(value["log"] is not None for value in values)


def _values(model: Model, found: Inputs) -> dict[str, Any]:
    own = {
        "area_code": found.area,
        "household_version": found.version,
        "persons": found.persons,
    }
    try:
        said: Prediction | None = model.predict(found.features, found.area)
        missing: list[str] = []
    except Missing as error:
        said, missing = None, list(error.names)
    return own | {
        "log": said and said.log,
        "sigma": said and said.sigma,
        "line": said and said.line,
        "p0": said and said.chance,
        "p1": said and said.gap,
        "p2": said and said.gap2,
        "missing": missing,
    }


def consumption_work(task: Task) -> Iterator[Step]:
    """Ask the model in force about every household that changed since, or was never asked about."""
    row = model_in_force(task.session)
    if row is None:
        raise NotFound(N_("Belum ada model PMT yang disetujui."))
    same = task.cursor.get("model") == row.id
    done = task.cursor.get("done", 0) if same else 0
    told = task.cursor.get("told", 0) if same else 0
    left = task.session.scalar(select(func.count()).select_from(_stale(row).subquery())) or 0
    total = done + left
    while ids := task.session.scalars(_stale(row).order_by(Household.id).limit(CHUNK)).all():
        told += assess_consumption(task.session, ids, row, at=task.clock())
        done += len(ids)
        cursor = {"model": row.id, "done": done, "told": told}
        yield Step(done, max(done, total), cursor, {"households": done, "predicted": told})
    yield Step(done, max(done, 1), {}, {"households": done, "predicted": told})


def _stale(row: ScoreModel) -> Select[uuid.UUID]:
    mine = (Consumption.household_id == Household.id) & (Consumption.model_id == row.id)
    return (
        select(Household.id)
        .outerjoin(Consumption, mine)
        .where(
            Household.state.not_in(NOT_COUNTED),
            Consumption.household_version.is_distinct_from(Household.version),
        )
    )


def _record(session: Session, model: ScoreModel, action: str, *, by: str, at: datetime) -> None:
    details = {"hash": model.content_hash}
    record(session, Event(action, "score-model", str(model.id), details=details), by=by, at=at)
