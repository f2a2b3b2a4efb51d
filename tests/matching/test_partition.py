"""Parts of two lists give together what the whole gives; records travel as bytes unchanged."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jps.matching import PERSON, RegistryIndex
from jps.matching.blocking import BlockingReport, find_pairs
from jps.matching.compare import compare
from jps.matching.frequencies import Frequencies
from jps.matching.hashing import Ints
from jps.matching.packets import Packet
from jps.matching.partition import (
    PEOPLE_PER_PART,
    Asked,
    bits_for,
    part_index,
    parts_for,
    routes,
)
from jps.matching.records import Records
from jps.matching.tally import LISTED, Tally, drawn, frequencies_of
from tests.matching import records
from tests.matching.people import make_town

# Keys are refined and dropped already among a few records.
STRICT = replace(PERSON, recipes=tuple(replace(one, cap=2) for one in PERSON.recipes))
some_records = st.lists(records.records, min_size=1, max_size=12)


def read(rows: list[records.Record]) -> Records:
    return Records.read(records.table(rows), spec=STRICT)


def whole_pairs(left: Records, right: pa.Table) -> set[tuple[int, int]]:
    index = RegistryIndex.build(right, spec=STRICT)
    i, j = find_pairs(left, index, np.arange(len(left)), BlockingReport.of(index))
    return set(zip(i.tolist(), j.tolist(), strict=True))


def part_pairs(left: Records, right: Records, parts: int) -> set[tuple[int, int]]:
    recipes = STRICT.recipes
    asked = Asked.of(left, recipes, bits_for(len(left) * len(recipes)))
    sides = zip(routes(left, recipes, parts), routes(right, recipes, parts, asked), strict=True)
    found = set()
    for part, (mine, theirs) in enumerate(sides):
        if not len(mine) or not len(theirs):
            continue
        some = left.take(mine)
        index = part_index(some, right.take(theirs), recipes, part, parts)
        i, j = find_pairs(some, index, np.arange(len(mine)), BlockingReport.of(index))
        found |= set(zip(mine[i].tolist(), theirs[j].tolist(), strict=True))
    return found


@settings(max_examples=30)
@given(some_records, some_records, st.integers(1, 5), st.integers(1, 4))
def test_parts_find_the_pairs_of_the_whole(
    ours: list[records.Record], theirs: list[records.Record], parts: int, times: int
) -> None:
    left, right = read(ours), records.table(theirs * times)
    assert part_pairs(left, Records.read(right, spec=STRICT), parts) == whole_pairs(left, right)


def test_parts_find_the_pairs_of_a_town_with_keys_above_their_cap() -> None:
    registry, survey = make_town(registry=1_500, survey=400, seed=3).tables
    left, right = (Records.read(table, spec=STRICT) for table in (survey, registry))
    whole = whole_pairs(left, registry)
    assert len(whole) > 500
    assert part_pairs(left, right, 7) == whole


def test_parts_grow_with_the_registry_and_with_the_cores() -> None:
    assert parts_for(10, 1) == 2
    assert parts_for(10, 16) == 32
    assert parts_for(280_000_000, 16) * PEOPLE_PER_PART >= 280_000_000
    sizes = [parts_for(people, 4) for people in (0, 10**5, 10**6, 10**7, 10**8)]
    assert sizes == sorted(sizes)


def test_more_keys_are_remembered_in_more_bits_up_to_a_bound() -> None:
    assert [bits_for(keys) for keys in (0, 4096, 4097, 10**6, 10**12)] == [16, 16, 17, 24, 31]


@given(some_records)
def test_asked_for_keys_are_never_refused(rows: list[records.Record]) -> None:
    people = read(rows)
    asked = Asked.of(people, STRICT.recipes, 16)
    for recipe in STRICT.recipes:
        keys = recipe.steps[0].of_all(people.feature)
        assert asked.has(keys[keys >= 0]).all()


def test_few_keys_are_asked_for_in_vain() -> None:
    keys = np.random.default_rng(1).integers(0, 2**63 - 1, 100_000)
    people = read([{"nik": "7501010101909001"}])
    assert Asked.of(people, STRICT.recipes, 16).has(keys).mean() < 0.001


@settings(max_examples=30)
@given(some_records)
def test_records_travel_as_bytes_unchanged(rows: list[records.Record]) -> None:
    people = read(rows)
    everybody = np.arange(len(people))
    halves = everybody[::2], everybody[1::2]
    packed = [Packet(people.take(half), half).pack() for half in halves]
    packet = Packet.unpack(packed, STRICT)
    assert sorted(packet.places.tolist()) == everybody.tolist()
    assert packet.records.ids.to_pylist() == [rows[place]["id"] for place in packet.places]
    for feature in STRICT.features:
        assert (packet.records.feature(feature) == people.feature(feature)[packet.places]).all()
    i = np.zeros(len(people), np.int64)
    before, after = (
        compare(people, people, i, packet.places),
        compare(people, packet.records, i, everybody),
    )
    assert all((before[name] == after[name]).all() for name in before)


@pytest.mark.parametrize("distinct", [0, 5, LISTED // 2, LISTED * 2])
def test_frequencies_of_parts_are_those_of_the_whole(distinct: int) -> None:
    random = np.random.default_rng(1)
    column: Ints = random.zipf(1.3, 60_000) % (distinct + 1)
    whole = Frequencies.of(column)
    tallies = []
    for part in range(3):
        mine = column[column % 3 == part]
        pieces = (np.unique(piece, return_counts=True) for piece in np.array_split(mine, 4))
        values, counts = (np.concatenate(one) for one in zip(*pieces, strict=True))
        tallies.append(Tally.read(Tally.of(values, counts).table()))
    parts = frequencies_of(tallies)
    assert parts.total == whole.total
    assert parts.mean == pytest.approx(whole.mean)
    assert parts.rest == pytest.approx(whole.rest)
    assert parts.counts.sum() == whole.counts.sum()
    assert np.allclose(parts.bits(column[:100]), whole.bits(column[:100]))


def test_whole_families_are_drawn() -> None:
    registry, _ = make_town(registry=3_000, survey=10, seed=3).tables
    people = Records.read(registry)
    some = drawn(Packet(people, np.arange(len(people))), 0.25)
    assert 0.15 < len(some) / len(people) < 0.35
    families = set(some.records.feature("kk").tolist()) - {0}
    members = np.isin(people.feature("kk"), list(families)).sum()
    assert members == (some.records.feature("kk") > 0).sum()
    assert len(drawn(Packet(people, np.arange(len(people))), 5.0)) == len(people)
