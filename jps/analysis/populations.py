"""Frames as the people that rules and simulations of targeting read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from jps.errors import InvalidData
from jps.targeting.facts import Catalogue, Fact, Kind, Population, Unit
from jps.targeting.snapshots import column_reader
from jps.text import N_

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {Kind.NUMBER: np.float64, Kind.CODE: np.int16, Kind.CODES: np.uint64}
NOT_THERE = N_("Tabel ini tidak memuat {names}, yang dibaca oleh aturan.")


def population_of(
    households: "pd.DataFrame", members: "pd.DataFrame", facts: Iterable[Fact]
) -> Population:
    """Return the households and members of two frames with the columns of `facts`.

    Members of households that are not among `households` are left out. Raises `InvalidData` for a
    fact that no column answers.
    """
    ordered = households.sort_values("area", kind="stable")
    places = {key: place for place, key in enumerate(ordered["household"])}
    members = members.reset_index(drop=True)
    home = members["household"].map(places).dropna().sort_values(kind="stable").astype(int)
    theirs = members.loc[home.index]
    wanted = list(dict.fromkeys(facts))
    frames = {Unit.HOUSEHOLD: ordered, Unit.MEMBER: theirs}
    missing = [
        one.name for one in wanted if one.unit not in frames or one.name not in frames[one.unit]
    ]
    if missing:
        raise InvalidData(NOT_THERE, names=", ".join(missing))
    return Population(
        keys=np.array(ordered["household"].tolist(), dtype="<U36"),
        areas=np.array(ordered["area"].tolist(), dtype="<U13"),
        home=np.asarray(home.to_list(), dtype=np.intp),
        household={one.name: _column(one, ordered) for one in wanted if one.unit is Unit.HOUSEHOLD},
        member={one.name: _column(one, theirs) for one in wanted if one.unit is Unit.MEMBER},
    )


def facts_in_frames(
    catalogue: Catalogue, households: "pd.DataFrame", members: "pd.DataFrame"
) -> Catalogue:
    """Return the facts of a catalogue that two frames can answer."""
    frames = {Unit.HOUSEHOLD: households, Unit.MEMBER: members}
    return {
        name: fact
        for name, fact in catalogue.items()
        if fact.unit in frames and name in frames[fact.unit]
    }


def _column(fact: Fact, frame: "pd.DataFrame") -> np.typing.NDArray[Any]:
    read = column_reader(fact)
    column = frame[fact.name]
    known = column.notna()
    values = [read(value if there else None) for value, there in zip(column, known, strict=True)]
    return np.array(values, dtype=_TYPES[fact.kind])
