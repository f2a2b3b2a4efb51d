"""A map's figures as small JSON for the browser. Numbers are rounded to what the page shows."""

from collections.abc import Mapping
from typing import Any

from jps.maps.hiding import Hidden
from jps.maps.indicators import BY_KEY, INDICATORS, Kind, Topic, limits_of
from jps.maps.official import official_rates
from jps.maps.views import AreaRow, MapView

# One array per area in this order. Shares are 0-1; null is unknown, or hidden when the state
# before it says so. Which of the states it is, the reader shall not know: "few" or "rare".
_AREA = ("code", "name", "poverty_hidden")
COLUMNS: Mapping[Topic, tuple[str, ...]] = {
    Topic.POVERTY: (
        *_AREA,
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
    ),
    Topic.AID: (
        *_AREA,
        "poor_households",
        "scored",
        "reach_hidden",
        "reached_share",
        "poor_unreached",
        "poor_reached",
        "reached",
        "overlap_hidden",
        "overlap_share",
        "overlaps",
        "findings_hidden",
        "findings",
    ),
    Topic.CONSUMPTION: (
        "code",
        "name",
        "consumption_hidden",
        "fgt0",
        "fgt0_low",
        "fgt0_high",
        "fgt1",
        "fgt1_low",
        "fgt1_high",
        "fgt2",
        "fgt2_low",
        "fgt2_high",
        "modelled",
    ),
    Topic.PEOPLE: (
        "code",
        "name",
        "deciles_hidden",
        "low_share",
        "low_families",
        "unranked_hidden",
        "unranked",
        "nik_hidden",
        "no_nik_share",
        "no_nik",
    ),
}


NO_FIGURES: Mapping[str, float | None] = {}


def payload(
    view: MapView,
    *,
    compare: int | None = None,
    was: Mapping[str, float | None] = NO_FIGURES,
    bare: bool = False,
) -> dict[str, Any]:
    """Return `view` as plain JSON: what is chosen, the rows, the total, the classes.

    `was` are the indicator's figures of the period `compare`, by area. `bare` leaves out names that
    whoever asks has already.
    """
    digits = _digits(view.indicator)
    official = official_rates() if view.topic is Topic.POVERTY else {}
    shown = [row.code for row in (*view.rows, view.total)]
    return {
        "period": view.period,
        "compare": compare,
        "was": {code: _round(value, digits) for code, value in was.items()},
        "official": {
            code: [official[code].rate, official[code].persons, official[code].month.isoformat()]
            for code in shown
            if code in official
        },
        "indicator": view.indicator,
        "topic": str(view.topic),
        "programme": view.programme,
        "programmes": list(view.programmes.items()),
        "level": str(view.level),
        "inside": view.inside,
        "line": str(view.line),
        "model": view.model and view.model.name,
        "levels": [str(level) for level in view.levels],
        "crumbs": [[crumb.code, crumb.name, crumb.is_open] for crumb in view.crumbs],
        "columns": COLUMNS[view.topic],
        "rows": [_row(view.topic, row, bare=bare) for row in view.rows],
        "total": _row(view.topic, view.total),
        "parents": None if bare else dict(view.parents),
        "interviews": [day.isoformat() for day in view.interviews] if view.interviews else None,
        "counted_at": view.counted_at.isoformat(timespec="seconds"),
        "population": _population(view.total),
        "limits": {
            found.key: limits_of(found, view.level)
            for found in INDICATORS
            if found.topic is view.topic
        },
    }


def _row(topic: Topic, row: AreaRow, *, bare: bool = False) -> list[Any]:
    known = (
        {"code": row.code, "name": None if bare else row.name}
        | _poverty(row)
        | _registration(row)
        | _more(row)
    )
    return [known.get(column) for column in COLUMNS[topic]]


def _more(row: AreaRow) -> dict[str, Any]:
    states = {f"{group}_hidden": told_reason(why) for group, why in row.hidden.items()}
    figures = {key: _round(value, _digits(key)) for key, value in row.more.items()}
    return states | figures


def _about(value: float) -> float:
    """Return an expected number as the page shows it: a decimal below ten, whole above."""
    return round(value, 1) if value < 10 else round(value)


def _digits(key: str) -> int:
    found = BY_KEY.get(key)
    if found is None:  # limits of an interval, and how many households stand behind it
        return 0 if key == "modelled" else 4
    return 4 if found.kind is Kind.SHARE else 1


def told_reason(why: Hidden | None) -> str | None:
    """Return what the reader is told: one word for all that small numbers hide."""
    if why is None:
        return None
    return str(Hidden.RARE if why is Hidden.RARE else Hidden.FEW)


def _poverty(row: AreaRow) -> dict[str, Any]:
    found = row.poverty
    if found is None:
        return {"poverty_hidden": told_reason(row.poverty_hidden)}
    return {
        "poverty_rate": round(found.rate.rate, 4),
        "rate_low": _round(found.rate.low, 3),
        "rate_high": _round(found.rate.high, 3),
        "poor_persons": _about(found.persons),
        "poor_households": _about(found.households),
        "scored": found.scored,
    }


def _registration(row: AreaRow) -> dict[str, Any]:
    found = row.registration
    if found is None:
        return {"registration_hidden": told_reason(row.registration_hidden)}
    return {
        "households": found.households,
        "expected": _round(found.expected, 0),
        "coverage": _round(found.coverage, 4),
        "age_days": found.age_days,
    }


def _population(row: AreaRow) -> list[Any] | None:
    found = row.population
    return None if found is None else [found.persons, found.as_of.isoformat(), found.source]


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
