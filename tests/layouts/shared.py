"""What all tests of layouts read with: the form, the layouts, the gate, the areas of Gorontalo."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace

from jps.areas.models import Area
from jps.areas.rules import level_of, parent_of
from jps.config import DATA
from jps.households.schemas import HouseholdSchema
from jps.layouts import (
    Grouped,
    HouseholdReader,
    Layout,
    Row,
    documents,
    layout_of,
    layouts,
    recognise,
)
from jps.questionnaire import load_form
from jps.registry.places import AreaBook
from tests.households.conftest import TODAY

FORM = load_form(DATA / "questionnaire")
KNOWN = layouts(FORM, DATA / "layouts")
GATE = HouseholdSchema(FORM, today=TODAY)


def _areas() -> list[Area]:
    with (DATA / "areas" / "gorontalo.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Area(
                code=row["code"],
                name=row["name"],
                level=level_of(row["code"]),
                parent_code=parent_of(row["code"]),
                bps_code=row["bps_code"] or None,
                aliases=row["aliases"],
            )
            for row in csv.DictReader(stream)
        ]


PLACES = AreaBook(_areas())


def read(
    headers: Sequence[str],
    *rows: Sequence[object],
    layout: str = "",
    codes: str = "",
    as_of: str = "",
    given: Mapping[str, str] | None = None,
) -> list[Grouped]:
    """Return the households of a flat table; `layout` is the one that must be recognised."""
    found = recognise(headers, KNOWN)
    assert not layout or found.layout.key == layout
    mapping = replace(
        found.mapping, codes=codes or found.mapping.codes, as_of=as_of, given=given or {}
    )
    numbered = [Row(number, cells) for number, cells in enumerate(rows, start=2)]
    return list(documents(found.layout, mapping, numbered, places=PLACES))


def layout(key: str) -> Layout:
    """Return a layout by its key."""
    return layout_of(key, KNOWN)


def reader(key: str, tables: Mapping[str, Sequence[str]]) -> HouseholdReader:
    """Return a reader for tables that are recognised as layout `key`."""
    found = recognise(tables, KNOWN)
    assert found.layout.key == key
    return HouseholdReader(found.layout, found.mapping, places=PLACES)
