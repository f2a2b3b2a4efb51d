"""The builder says what it shows, and rules read in plain words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.targeting.building import BuilderRow, Built, built_of, read_rows, tree_of
from jps.targeting.reading import read_condition
from jps.targeting.wording import Phrase, phrase
from tests.targeting.people import CATALOGUE, OPERATORS, rules

rows = st.one_of(
    st.builds(
        BuilderRow,
        st.sampled_from(["size", "room"]),
        st.sampled_from(OPERATORS),
        st.integers(0, 99).map(str),
        st.just("1"),
    ),
    st.builds(
        BuilderRow, st.just("floor"), st.sampled_from(["=", "!="]), st.sampled_from("123"),
        st.just("1"),
    ),
    st.builds(
        BuilderRow, st.just("age"), st.sampled_from(OPERATORS), st.just("60"),
        st.integers(1, 4).map(str),
    ),
)  # fmt: skip
builts = st.builds(
    Built,
    st.lists(rows, min_size=1, max_size=4).map(tuple),
    st.sampled_from(["all", "any"]),
    st.sampled_from([(), ("75.01",), ("75.01", "75.02")]),
)


@given(built=builts)
def test_rows_survive_being_a_rule(built: Built) -> None:
    tree = tree_of(built, CATALOGUE)
    read_condition(tree, CATALOGUE)
    assert built_of(tree) == built


@pytest.mark.parametrize(
    "tree",
    [
        {"not": {"area": ["75"]}},
        {"all": [{"any": [{"fact": "size", "is": ">", "value": 1}]}]},
        {"all": [{"fact": "floor", "is": "in", "value": ["1"]}]},
        {"all": [{"members": {"fact": "age", "is": ">", "value": 1}, "is": "=", "value": 1}]},
    ],
)
def test_deeper_rules_are_not_shown_as_rows(tree: dict[str, Any]) -> None:
    assert built_of(tree) is None


def test_a_form_is_read_whatever_it_sends() -> None:
    built = read_rows({"fact": ["size", ""], "is": [">"], "value": ["3,5"], "join": ["x"]})
    assert built.rows == (BuilderRow("size", ">", "3,5", ""), BuilderRow("", "", "", ""))
    assert tree_of(built, CATALOGUE) == {"all": [{"fact": "size", "is": ">", "value": 3.5}]}
    assert tree_of(read_rows({}), CATALOGUE) == {"all": []}


def _filled(found: Phrase) -> list[str]:
    return [found.text.format(**found.params), *(line for p in found.below for line in _filled(p))]


def test_rules_in_words() -> None:
    rule = {
        "all": [
            {"area": ["75.01"]},
            {"not": {"fact": "floor", "is": "=", "value": "1"}},
            {"term": {"divide": ["room", "size"]}, "is": "<", "value": 7.2},
            {"members": {"fact": "age", "is": ">=", "value": 60}, "is": ">=", "value": 1},
        ]
    }
    lines = _filled(phrase(read_condition(rule, CATALOGUE), {"75.01": "Kab. Gorontalo"}))
    assert lines == [
        "Semua ini:",
        "Tinggal di Kab. Gorontalo",
        "Lantai bukan merah",
        "Luas lantai ÷ Jumlah anggota kurang dari 7,2",
        "Paling sedikit 1 anggota memenuhi:",
        "Umur paling sedikit 60",
    ]


@given(rule=rules)
def test_every_rule_has_words(rule: dict[str, Any]) -> None:
    assert all(_filled(phrase(read_condition(rule, CATALOGUE))))
