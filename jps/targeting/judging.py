"""Judge a rule for some households as they are today, without freezing anybody."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from jps.config import DATA
from jps.db import chunks, everywhere
from jps.questionnaire import load_form
from jps.targeting.catalogue import catalogue
from jps.targeting.conditions import facts_of
from jps.targeting.facts import Fact, Kind, Population, Unit
from jps.targeting.gathering import programmes_of
from jps.targeting.reading import read_condition
from jps.targeting.snapshots import Entry, column_reader
from jps.targeting.taking import some_entries

AT_ONCE = 500  # households in memory
_TYPES = {Kind.NUMBER: np.float64, Kind.CODE: np.int16, Kind.CODES: np.uint64}


def judge_households(
    session: Session, ids: Sequence[uuid.UUID], tree: Mapping[str, Any], *, on: date
) -> dict[uuid.UUID, bool | None]:
    """Return whether each household that counts meets a rule on a day; None: nobody can tell.

    Raises `InvalidRule` when the rule cannot be read.
    """
    form = load_form(DATA / "questionnaire")
    found: dict[uuid.UUID, bool | None] = {}
    with everywhere(session):
        rule = read_condition(tree, catalogue(form, programmes=programmes_of(session)))
        facts = facts_of(rule)
        for piece in chunks(ids, AT_ONCE):
            entries = some_entries(session, piece, on=on)
            truth = rule.judge(population_of(entries, facts))
            for entry, yes, unknown in zip(entries, truth.yes, truth.unknown, strict=True):
                found[uuid.UUID(entry.id)] = None if unknown else bool(yes)
    return found


def population_of(entries: Sequence[Entry], facts: Sequence[Fact]) -> Population:
    """Return entries (by area and id) as the columns that these facts need."""
    rows: dict[Unit, list[Mapping[str, Any]]] = {
        Unit.HOUSEHOLD: [one.answers for one in entries],
        Unit.MEMBER: [row for one in entries for row in one.members],
        Unit.FAMILY: [row for one in entries for row in one.families],
    }
    columns: dict[Unit, dict[str, Any]] = {unit: {} for unit in Unit}
    for fact in facts:
        read = column_reader(fact)
        values = [read(row.get(fact.name)) for row in rows[fact.unit]]
        columns[fact.unit][fact.name] = np.array(values, _TYPES[fact.kind])
    return Population(
        keys=np.array([one.id for one in entries], "<U36"),
        areas=np.array([one.area for one in entries], "<U13"),
        home=_homes([len(one.members) for one in entries]),
        household=columns[Unit.HOUSEHOLD],
        member=columns[Unit.MEMBER],
        family_home=_homes([len(one.families) for one in entries]),
        family=columns[Unit.FAMILY],
    )


def _homes(counts: Sequence[int]) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    return np.repeat(np.arange(len(counts), dtype=np.intp), np.array(counts, dtype=np.intp))
