"""The sums of an area as JSON, for frozen periods."""

from collections import Counter
from dataclasses import astuple
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.maps.aid import Aid
from jps.maps.fgt import NO_FGT, Fgt
from jps.maps.figures import Tally
from jps.maps.models import AreaFigure
from jps.welfare.estimates import Sums


def period_sums(session: Session, period_id: int) -> dict[str, Tally]:
    """Return the sums of a period per desa, in the session's scope.

    Older periods also kept findings whose desa nobody knew, under the area of their decree.
    """
    query = select(AreaFigure.area_code, AreaFigure.sums).where(
        AreaFigure.period_id == period_id,
        func.length(AreaFigure.area_code) == Level.DESA.code_length,
    )
    return {row.area_code: from_json(row.sums) for row in session.execute(query)}


def to_json(tally: Tally) -> dict[str, Any]:
    """Return a tally as plain JSON."""
    return {
        "households": tally.households,
        "persons": tally.persons,
        "by_household": astuple(tally.by_household),
        "by_person": astuple(tally.by_person),
        "dates": {day.isoformat(): n for day, n in tally.dates.items()},
        "aid": {
            "households": dict(tally.aid.households),
            "poor": tally.aid.poor,
            "overlaps": tally.aid.overlaps,
            "findings": tally.aid.findings,
            "kinds": dict(tally.aid.kinds),
            "clashing": sorted(sorted(pair) for pair in tally.aid.clashing),
        },
        "people": dict(tally.people),
        "fgt": [astuple(one) for one in tally.fgt],
    }


def _pairs(kept: list[Any]) -> frozenset[frozenset[str]]:
    """Return pairs of programmes; of older periods, which kept only their names, none."""
    return frozenset(frozenset(pair) for pair in kept if isinstance(pair, list))


def from_json(kept: dict[str, Any]) -> Tally:
    """Return the tally that `to_json` wrote."""
    aid = kept["aid"]
    return Tally(
        households=kept["households"],
        persons=kept["persons"],
        by_household=Sums(*kept["by_household"]),
        by_person=Sums(*kept["by_person"]),
        dates=Counter({date.fromisoformat(day): n for day, n in kept["dates"].items()}),
        aid=Aid(
            households=Counter(aid["households"]),
            poor=dict(aid["poor"]),
            overlaps=aid["overlaps"],
            findings=aid["findings"],
            kinds=Counter(aid.get("kinds", {})),
            clashing=_pairs(aid["clashing"]),
        ),
        people=Counter(kept["people"]),
        fgt=_fgt(kept),
    )


def _fgt(kept: dict[str, Any]) -> Fgt:
    """Return the sums of the model, none in periods that were frozen before there was one."""
    rate, gap, square = (Sums(*one) for one in kept["fgt"]) if "fgt" in kept else NO_FGT
    return rate, gap, square
