"""A map's figures as small JSON for the browser. Numbers are rounded to what the page shows."""

from typing import Any

from jps.maps.indicators import INDICATORS, limits_of
from jps.maps.views import AreaRow, MapView

# One array per area in this order. Shares are 0-1; null is unknown, or hidden when the state
# before it says so (few, complement, inside).
COLUMNS = (
    "code",
    "name",
    "poverty_hidden",
    "poverty_rate",
    "rate_low",
    "rate_high",
    "poor_persons",
    "poor_households",
    "scored",
    "registration_hidden",
    "households",
    "expected",
    "coverage",
    "age_days",
)


def payload(view: MapView) -> dict[str, Any]:
    """Return `view` as plain JSON: what is chosen, the rows, the total, the classes."""
    return {
        "indicator": view.indicator,
        "level": str(view.level),
        "inside": view.inside,
        "line": str(view.line),
        "levels": [str(level) for level in view.levels],
        "crumbs": [[crumb.code, crumb.name, crumb.is_open] for crumb in view.crumbs],
        "columns": COLUMNS,
        "rows": [_row(row) for row in view.rows],
        "total": _row(view.total),
        "parents": dict(view.parents),
        "interviews": [day.isoformat() for day in view.interviews] if view.interviews else None,
        "counted_at": view.counted_at.isoformat(timespec="seconds"),
        "population": _population(view.total),
        "limits": {found.key: limits_of(found, view.level) for found in INDICATORS},
    }


def _row(row: AreaRow) -> list[Any]:
    return [row.code, row.name, *_poverty(row), *_registration(row)]


def _poverty(row: AreaRow) -> list[Any]:
    found = row.poverty
    if found is None:
        return [row.poverty_hidden, None, None, None, None, None, None]
    return [
        None,
        round(found.rate.rate, 4),
        _round(found.rate.low, 4),
        _round(found.rate.high, 4),
        round(found.persons, 1),
        round(found.households, 1),
        found.scored,
    ]


def _registration(row: AreaRow) -> list[Any]:
    found = row.registration
    if found is None:
        return [row.registration_hidden, None, None, None, None]
    return [
        None,
        found.households,
        _round(found.expected, 0),
        _round(found.coverage, 4),
        found.age_days,
    ]


def _population(row: AreaRow) -> list[Any] | None:
    found = row.population
    return None if found is None else [found.persons, found.as_of.isoformat(), found.source]


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
