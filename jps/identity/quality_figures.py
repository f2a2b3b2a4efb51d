"""The figures of quality as plain JSON: for files and other programs. No people in them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from jps.identity.quality import AreaQuality, Estimates, Figure, quality_of


def figures_of(session: Session, area: str = "", *, at: datetime) -> dict[str, Any]:
    """Return how good the matching is, in the reader's areas (or in `area`) and by area."""
    found = quality_of(session, area)
    caught = found.recapture
    return {
        "at": at.isoformat(),
        "area": area or None,
        "thresholds": {"link": found.thresholds.link, "sure": found.thresholds.sure},
        "members": found.count.members,
        "linked": found.count.linked,
        "states": dict(sorted(found.count.states.items())),
        "model": {
            "precision": _rounded(found.expected.precision),
            "recall": _rounded(found.expected.recall),
            "sure_precision": _rounded(found.expected.sure_precision),
        },
        "labels": None if found.estimates is None else _labels(found.estimates),
        "answered": 0 if found.progress is None else found.progress.answered,
        "waiting": 0 if found.progress is None else found.progress.left,
        "blocking_loss_by_recapture": None
        if caught is None
        else {name: _rounded(getattr(caught, name)) for name in ("loss", "low", "high")},
        "review": {
            "members": found.workload.members,
            "minutes_each": round(found.workload.minutes, 2),
            "minutes_measured": found.workload.measured,
            "hours": round(found.workload.hours, 1),
        },
        "areas": {one.area: _area(one) for one in found.areas},
    }


def _labels(found: Estimates) -> dict[str, Any]:
    names = ("precision", "recall", "sure_precision", "blocking_loss")
    return {name: _figure(getattr(found, name)) for name in names}


def _area(one: AreaQuality) -> dict[str, Any]:
    return {
        "members": one.count.members,
        "linked": one.count.linked,
        "review": one.count.review,
        "model_precision": _rounded(one.count.precision),
        "model_recall": _rounded(one.count.recall),
        "precision": None if one.precision is None else _figure(one.precision),
        "recall": None if one.recall is None else _figure(one.recall),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)


def _figure(figure: Figure) -> dict[str, Any]:
    one = figure.interval
    if one is None or not figure.enough:
        return {"value": None, "labels": one.labels if one else 0, "needed": figure.needed}
    return {
        "value": round(one.value, 5),
        "low": round(one.low, 5),
        "high": round(one.high, 5),
        "labels": one.labels,
        "needed": figure.needed,
    }
