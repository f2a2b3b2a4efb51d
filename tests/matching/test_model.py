"""The model: weights, learning, JSON."""

import math
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jps.errors import InvalidFile
from jps.matching import FIELDS, Model, People, Person, RegistryIndex, link, probability
from jps.matching.compare import compare, compare_one
from jps.matching.frequencies import Frequencies
from jps.matching.spec import KINDS
from tests.matching import records
from tests.matching.people import make_town


@cache
def lists() -> tuple[pa.Table, RegistryIndex]:
    """A survey and the index of its registry."""
    registry, survey = make_town(registry=1_500, survey=600, seed=7).tables
    return survey, RegistryIndex.build(registry)


@cache
def learnt() -> Model:
    return link(*lists()).model


@cache
def untrained() -> Model:
    return Model.start(1_500, learnt().frequencies)


@pytest.fixture(params=[learnt, untrained], ids=["learnt", "untrained"])
def model(request: pytest.FixtureRequest) -> Model:
    made: Model = request.param()
    return made


def test_shares_add_up_and_missing_says_nothing(model: Model) -> None:
    for field in FIELDS:
        shares = model.shares[field.name]
        for kind in KINDS:
            assert shares[kind][0] == 1.0
            assert math.isclose(shares[kind][1:].sum(), 1.0, abs_tol=0.05)
    nothing = dict.fromkeys((field.name for field in FIELDS), 0)
    weight = model.weight(nothing, Person.read({}))
    assert weight < -9


def test_agreement_is_for_and_difference_against(model: Model) -> None:
    for field in FIELDS:
        gain = model.gain(field.name)
        assert gain[1] > 0, field.name
        assert gain[-1] < 0, field.name
        assert gain[1] == gain.max(), field.name


def test_a_rare_name_says_more_than_a_common_one() -> None:
    common = [{"id": str(row), "name": "SITI"} for row in range(90)]
    rare = [{"id": str(row), "name": f"N{letter}R"} for row, letter in enumerate("BCDFGKLMNP")]
    index = RegistryIndex.build(records.table([*common, *rare]))
    bits = index.frequencies["name"]
    siti, other = Person.read({"name": "SITI"}), Person.read({"name": "NBR"})
    assert bits.bits_of(other["name"].whole) < bits.bits_of(siti["name"].whole)
    assert bits.most_gain == pytest.approx(-bits.bits_of(other["name"].whole))


def test_unseen_and_empty_frequencies() -> None:
    assert Frequencies.of(np.zeros(3, np.int64)).bits_of(5) == 0.0
    assert Frequencies.of(np.array([7, 7, 7])).bits_of(7) == 0.0


@settings(max_examples=50)
@given(st.lists(st.tuples(records.records, records.records), min_size=1, max_size=4))
def test_one_weight_equals_many(pairs: list[tuple[records.Record, records.Record]]) -> None:
    left = People.read(records.table([a for a, _ in pairs]))
    right = People.read(records.table([b for _, b in pairs]))
    rows = np.arange(len(pairs))
    levels = compare(left, right, rows, rows)
    many = learnt().weights(levels, learnt().term_bits(levels, right, rows))
    for row, (a, b) in enumerate(pairs):
        one, other = Person.read(a), Person.read(b)
        assert learnt().weight(compare_one(one, other), other) == pytest.approx(many[row])


@given(records.records, records.records, st.sampled_from([field.column for field in FIELDS]))
def test_agreeing_never_weighs_less_than_differing(
    a: records.Record, b: records.Record, column: str
) -> None:
    before, other = Person.read(a), Person.read(b)
    after = Person.read({**a, column: b[column]})
    field = next(field for field in FIELDS if field.column == column)
    levels, agreeing = compare_one(before, other), compare_one(after, other)
    if levels[field.name] < len(field.reasons) - 1 or agreeing[field.name] == 0:
        return
    assert learnt().weight(agreeing, other) >= learnt().weight(levels, other) - 1e-9


def test_json_keeps_everything() -> None:
    survey, index = lists()
    again = Model.from_json(learnt().to_json())
    assert again.to_json() == learnt().to_json()
    assert (
        link(survey, index, model=again).table().equals(link(survey, index, model=learnt()).table())
    )
    assert again.facts["nik_pairs"] > 300


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99, "shares": {}}'])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(InvalidFile):
        Model.from_json(text)


def test_learning_again_gives_the_same() -> None:
    assert link(*lists()).model.to_json() == learnt().to_json()


@given(st.floats(-2000, 2000))
def test_probability(weight: float) -> None:
    assert 0 <= probability(weight) <= 1
    assert probability(weight) + probability(-weight) == pytest.approx(1)
