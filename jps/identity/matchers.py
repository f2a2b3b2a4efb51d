"""The model in force, ready to weigh pairs; parsed once per process."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from jps.identity.models import MatchModel
from jps.identity.rules import THRESHOLDS
from jps.identity.thresholds import thresholds_in_force
from jps.matching import FIELDS, Model, Thresholds
from jps.matching.frequencies import Frequencies
from jps.registry.queries import current_snapshot


@dataclass(frozen=True)
class Matcher:
    """A model and the snapshot it is used on; both ids are None before there is one.

    `again` is the weight (bits) from which a person is linked to a further member, `thresholds` are
    those in force.
    """

    model: Model
    model_id: int | None
    snapshot_id: int | None
    again: float = THRESHOLDS.sure
    thresholds: Thresholds = THRESHOLDS


def current_matcher(session: Session) -> Matcher:
    """Return the model in force, or the untrained one before the first matching."""
    snapshot = current_snapshot(session)
    row = session.execute(
        select(MatchModel.id, MatchModel.version, MatchModel.again).where(
            MatchModel.current.is_(True)
        )
    ).one_or_none()
    snapshot_id = snapshot.id if snapshot else None
    thresholds = thresholds_in_force(session)
    if row is None:
        model = _untrained(snapshot.persons if snapshot else 1)
        return Matcher(model, None, snapshot_id, thresholds.sure, thresholds)
    again = thresholds.link + row.again
    return Matcher(_trained(session, row.version), row.id, snapshot_id, again, thresholds)


def model_of(session: Session, model_id: int) -> Model:
    """Return a stored model."""
    return Model.from_json(session.get_one(MatchModel, model_id).content)


_PARSED: dict[str, Model] = {}


def _trained(session: Session, version: str) -> Model:
    if version not in _PARSED:
        query = select(MatchModel.content).where(MatchModel.version == version)
        content = session.scalars(query).one()
        _PARSED.clear()  # the one before is never asked for again
        _PARSED[version] = Model.from_json(content)
    return _PARSED[version]


@lru_cache(maxsize=4)
def _untrained(people: int) -> Model:
    nothing = Frequencies.of(np.empty(0, np.int64))
    return Model.start(people, {field.name: nothing for field in FIELDS if field.term})


def store_model(
    session: Session, model: Model, snapshot_id: int, *, again: float, by: str, at: datetime
) -> MatchModel:
    """Keep a trained model; the same model is kept once. `again` is counted from `link` on."""
    content = model.to_json()
    version = hashlib.sha256(content.encode()).hexdigest()
    known = session.scalars(select(MatchModel).where(MatchModel.version == version)).one_or_none()
    if known is not None:
        return known
    stored = MatchModel(
        version=version,
        snapshot_id=snapshot_id,
        facts=dict(model.facts),
        trained_by=by,
        trained_at=at,
        current=False,
        again=again,
        content=content,
    )
    session.add(stored)
    session.flush()
    return stored


def use_model(session: Session, model_id: int) -> None:
    """Put a stored model in force."""
    session.execute(update(MatchModel).values(current=MatchModel.id == model_id))
