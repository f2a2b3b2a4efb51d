"""Which record gets which person."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.matching import Assignment
from jps.matching.assign import NONE, Assigned, assign
from jps.matching.pairs import Pairs

Triple = tuple[int, int, float]


def run(pairs: list[Triple], how: Assignment, records: int = 4, people: int = 4) -> Assigned:
    i, j = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    weights = np.array([pair[2] for pair in pairs], float)
    found = Pairs(i, j, {}, np.zeros(len(i)), weights)
    return assign(found, records=records, people=people, how=how, least=0.0, again=3.0)


def rows_of(assigned: Assigned, pairs: list[Triple]) -> list[int]:
    return [NONE if at == NONE else pairs[at][1] for at in assigned.pair.tolist()]


@pytest.mark.parametrize(
    ("pairs", "how", "rows"),
    [
        ([], Assignment.MEMBERS, [-1, -1, -1, -1]),
        ([(0, 0, -0.1)], Assignment.FREE, [-1, -1, -1, -1]),
        ([(0, 0, 5), (0, 1, 9)], Assignment.MEMBERS, [1, -1, -1, -1]),
        # A member entered twice keeps its link ...
        ([(0, 0, 9), (1, 0, 8)], Assignment.MEMBERS, [0, 0, -1, -1]),
        ([(0, 0, 9), (1, 0, 8)], Assignment.ONE_TO_ONE, [0, -1, -1, -1]),
        # ... a relative whom the registry lacks does not get one,
        ([(0, 0, 9), (1, 0, 2)], Assignment.MEMBERS, [0, -1, -1, -1]),
        ([(0, 0, 9), (1, 0, 2)], Assignment.FREE, [0, 0, -1, -1]),
        # ... but may have a person of its own.
        ([(0, 0, 9), (1, 0, 2), (1, 1, 1)], Assignment.MEMBERS, [0, 1, -1, -1]),
        ([(0, 0, 9), (1, 0, 8), (1, 1, 7)], Assignment.ONE_TO_ONE, [0, 1, -1, -1]),
        ([(0, 0, 5), (1, 1, 5), (0, 1, 5)], Assignment.ONE_TO_ONE, [0, 1, -1, -1]),
    ],
)
def test_assign(pairs: list[Triple], how: Assignment, rows: list[int]) -> None:
    assert rows_of(run(pairs, how), pairs) == rows


def test_sharing_is_told_on_both_records() -> None:
    shared = run([(0, 0, 9), (1, 0, 8), (2, 1, 9)], Assignment.MEMBERS).shared
    assert shared.tolist() == [True, True, False, False]


triples = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.floats(-5, 20), max_size=16
).map(lambda found: [(i, j, weight) for (i, j), weight in found.items()])


@given(triples, st.sampled_from(Assignment))
def test_links_are_pairs_worth_linking(pairs: list[Triple], how: Assignment) -> None:
    given_weights = {(i, j): weight for i, j, weight in pairs}
    rows = rows_of(run(pairs, how), pairs)
    linked = [(i, j) for i, j in enumerate(rows) if j != NONE]
    assert all(given_weights[pair] >= 0 for pair in linked)
    if how is Assignment.ONE_TO_ONE:
        assert len({j for _, j in linked}) == len(linked)


@given(triples, st.sampled_from(Assignment))
def test_no_record_stays_alone_beside_a_person_nobody_has(
    pairs: list[Triple], how: Assignment
) -> None:
    rows = rows_of(run(pairs, how), pairs)
    for i, j, weight in pairs:
        assert weight < 0 or rows[i] != NONE or j in rows
