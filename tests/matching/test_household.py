"""Members of one card are looked for where the others of the card were found."""

from collections.abc import Mapping, Sequence
from functools import cache

import pyarrow as pa
import pytest

from jps.matching import COLUMNS, Links, Model, RegistryIndex, explain, link
from jps.matching.records import Record
from tests.matching.people import Town, make_town

CARD = "7501010101109777"
HOME = {"kk": CARD, "village": "75.01.01.2001", "mother": "SITI AMINAH UNO"}
FATHER = {
    "nik": "7501010403609001",
    "name": "RAHMAT KATILI",
    "birth_date": "1960-03-04",
    "sex": "1",
    **HOME,
    "mother": "HADIJAH POLAPA",
}
SON = {
    "nik": "7501011105909001",
    "name": "ZULKIFLI KATILI",
    "birth_date": "1990-05-11",
    "sex": "1",
    **HOME,
}
# Another card and village, no NIK, half the name, the year alone.
MOVED = {"kk": "7502010101249555", "village": "75.02.03.2004"}
CALLED = {**SON, **MOVED, "nik": "", "name": "ZULKIFLI", "birth_date": "1990", "mother": ""}


@cache
def town() -> Town:
    return make_town(registry=3_000, survey=1_500, seed=5)


@cache
def model() -> Model:
    registry, survey = town().tables
    return link(survey, RegistryIndex.build(registry)).model


def table(records: Sequence[Mapping[str, str]], prefix: str) -> pa.Table:
    columns = {
        name: pa.array([one.get(name, "") for one in records], pa.string()) for name in COLUMNS
    }
    columns["id"] = pa.array([f"{prefix}{row}" for row in range(len(records))])
    return pa.table(columns)


def linked(ours: Sequence[Mapping[str, str]], more: Sequence[Mapping[str, str]] = ()) -> Links:
    registry = pa.concat_tables([town().tables[0], table([FATHER, SON, *more], "home")])
    return link(table(ours, "s"), RegistryIndex.build(registry), model=model())


def test_alone_half_a_name_in_another_village_finds_nobody() -> None:
    assert linked([CALLED])[0].person is None


def test_the_father_on_the_same_card_leads_to_the_son() -> None:
    links = linked([{**FATHER, **MOVED}, CALLED])
    assert links[0].person == "home0"
    assert links[1].person == "home1"


def test_without_a_card_there_is_no_household() -> None:
    links = linked([{**FATHER, **MOVED, "kk": ""}, {**CALLED, "kk": ""}])
    assert links[1].person is None


def test_a_brother_whom_the_registry_lacks_is_not_taken_for_the_son() -> None:
    brother = {**CALLED, "name": "HENDRA KATILI", "birth_date": "1994-08-02"}
    assert linked([{**FATHER, **MOVED}, brother])[1].person is None


def test_a_card_names_nobody_twice() -> None:
    son = {**SON, **MOVED}
    links = linked([{**FATHER, **MOVED}, son, CALLED])
    assert links[1].person == "home1"
    assert links[2].person is None


def test_a_household_never_lowers_a_weight_and_evidence_says_how_much_it_adds() -> None:
    registry, survey = town().tables
    links = link(survey, RegistryIndex.build(registry), model=model())
    people = {one["id"]: Record.read(one) for one in registry.to_pylist()}
    for row, record in enumerate(survey.to_pylist()):
        candidate = links[row].candidate
        if candidate is None:
            continue
        weight = links[row].weight
        assert weight is not None
        lines = explain(Record.read(record), people[candidate], model(), weight=weight)
        assert sum(line.bits for line in lines) == pytest.approx(weight, abs=0.021)
        assert [line.bits > 0 for line in lines if line.name == "household"] in ([], [True])
