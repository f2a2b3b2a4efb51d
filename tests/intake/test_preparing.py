"""A household of a list is stored as the gate let it through, whatever way its rows were made."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url
from sqlalchemy.engine import Dialect

from jps.bulk import Ready, ready_rows
from jps.config import DATA
from jps.db import EVERYWHERE
from jps.households.roster import with_own_ids
from jps.households.rules import Source
from jps.households.schemas import HouseholdSchema, InvalidHousehold
from jps.households.storing import new_rows
from jps.intake import preparing
from jps.intake.checking import Checker, Judged, Setup
from jps.intake.models import IntakeOrigin
from jps.intake.rules import Fate
from jps.layouts import HouseholdReader, Row, layout_of, layouts, recognise
from jps.questionnaire import load_form
from jps.registry.places import AreaBook
from tests.conftest import NOW
from tests.households_examples import VILLAGE
from tests.intake.lists import invented, table

TODAY = date(2026, 11, 23)
URL = "sqlite:///nowhere.db"
KEY, BATCH = uuid.UUID(int=1), uuid.UUID(int=2)
FORM = load_form(DATA / "questionnaire")
KNOWN = layouts(FORM, DATA / "layouts")
TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.just("Jalan Mawar - 12e-5, 0.00001")
CODE = st.sampled_from(["", "0", "1", "2", "4", "99"])
ANSWERS: dict[str, st.SearchStrategy[str]] = {
    "address": TEXT,
    "dusun": TEXT,
    "rt": CODE,
    "gps": st.sampled_from(["", "0.54 123.04", "-0.00001,123.0422 1e-5 5"]),
    "interview_date": st.dates(date(2024, 1, 1), TODAY).map(str),
    "floor_material": CODE,
}
OF_MEMBER: dict[str, st.SearchStrategy[str]] = {
    "name": TEXT | st.sampled_from(["Hasan Contoh", "Nur'aini  Contoh", "Élise Contoh"]),
    "nik": st.sampled_from(["", "7501010505809001", "7501.0105.0580-9002", "12"]),
    "birth_place": TEXT,
    "health_insurance": st.sampled_from(["", "1", "1 2", "2 1", "0"]),
}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the document of a couple with a few other answers, right or wrong."""
    found = invented(1, **draw(st.fixed_dictionaries({}, optional=ANSWERS)))
    found["members"][0].update(draw(st.fixed_dictionaries({}, optional=OF_MEMBER)))
    return found


@contextmanager
def counted_keys() -> Iterator[None]:
    """Make new keys 100, 101, ... in the block."""
    numbers = count(100)

    def key() -> uuid.UUID:
        return uuid.UUID(int=next(numbers))

    with patch("jps.households.roster.new_key", key), patch("jps.households.rows.new_key", key):
        yield


def by_the_list(judged: Judged) -> tuple[Ready, ...]:
    """Return the rows that a process makes of what the trial kept."""
    setup = preparing.Setup(URL, "households", "uji", BATCH, "ani", NOW)
    new = preparing.New(
        0, judged.key, judged.digest, judged.area_code, KEY, judged.form, Fate.NEW, None
    )
    with counted_keys():
        return setup.preparer()()([new]).tables


def plainly(document: dict[str, Any]) -> tuple[Ready, ...]:
    """Return the rows of a document that goes through the gate and is stored at once."""
    gate = HouseholdSchema(FORM, today=TODAY, regions=frozenset({"750101"}))
    dialect: Dialect = make_url(URL).get_dialect()()
    with counted_keys():
        form = with_own_ids(gate.load(document), KEY, ())
        rows = new_rows([form], by="ani", source=Source.IMPORT, at=NOW)
    return tuple(ready_rows(table, some, dialect) for table, some in rows.items() if some)


def read(ready: Ready) -> tuple[object, ...]:
    """Return rows with their JSON as values: how it is spaced does not matter."""
    rows = [dict(zip(ready.columns, map(_value, row), strict=True)) for row in ready.rows]
    return ready.table, rows


def _value(cell: object) -> object:
    return json.loads(cell) if isinstance(cell, str) and cell[:1] in ("{", "[") else cell


def of_the_list(document: dict[str, Any]) -> tuple[Judged, dict[str, Any]]:
    """Return what the trial says of a list of one household, and what its rows say."""
    header, *rows = table([document])
    mapping = recognise({"": header}, KNOWN).mapping
    setup = Setup(
        mapping=mapping.as_json(),
        tables=("",),
        today=TODAY,
        regions=frozenset({"750101"}),
        villages=frozenset({VILLAGE}),
        scope=EVERYWHERE,
        places=AreaBook([]),
        form=FORM,
    )
    given = [(0, number, json.dumps(row)) for number, row in enumerate(rows, 2)]
    (judged,) = Checker(setup).check([("RT-00000", given)])
    reader = HouseholdReader(layout_of(mapping.layout, KNOWN), mapping, places=AreaBook([]))
    read_rows = [Row(number, row, "") for number, row in enumerate(rows, 2)]
    return judged, reader.household("RT-00000", read_rows).document


@settings(deadline=None, max_examples=60)
@given(documents())
def test_rows_of_a_list_are_those_of_the_gate(document: dict[str, Any]) -> None:
    judged, said = of_the_list(document)
    if not judged.form:
        assert any(one.level == "error" for one in judged.findings)
        return
    *made, origin = by_the_list(judged)
    assert origin.table is IntakeOrigin
    assert list(map(read, made)) == list(map(read, plainly(said)))


@settings(deadline=None, max_examples=60)
@given(documents())
def test_the_digest_is_that_of_the_standard_library(document: dict[str, Any]) -> None:
    judged, said = of_the_list(document)
    gate = HouseholdSchema(FORM, today=TODAY, regions=frozenset({"750101"}))
    try:
        form = gate.load(said)
    except InvalidHousehold:
        assert judged.form == ""
        return
    if judged.form:
        text = json.dumps(
            form.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert judged.digest == hashlib.sha256(text.encode()).hexdigest()


def test_most_drawn_households_are_stored() -> None:
    judged, _ = of_the_list(invented(1))
    assert judged.form
    assert judged.findings == ()
