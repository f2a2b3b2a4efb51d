"""Quotas add up, and the same inputs draw the same list."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jps.targeting.conditions import Truth
from jps.targeting.drawing import REASONS, Drawn, Reason, Standing, draw, lots
from jps.targeting.facts import Mask, Numbers
from jps.targeting.outcomes import Outcome, Tally
from jps.targeting.quotas import largest_remainder

AREAS = st.sampled_from(["75.01", "75.02", "75.03", "75.04"])


@given(
    total=st.integers(0, 500),
    weights=st.dictionaries(AREAS, st.floats(0, 1e6, allow_subnormal=False)),
    caps=st.dictionaries(AREAS, st.integers(0, 200)),
)
def test_quotas_add_up_and_stay_below_caps(
    total: int, weights: dict[str, float], caps: dict[str, int]
) -> None:
    seats = largest_remainder(total, weights, caps)
    usable = sum(caps.get(code, 0) for code, weight in weights.items() if weight > 0)
    assert sum(seats.values()) == min(total, usable)
    assert all(0 <= number <= caps.get(code, 0) for code, number in seats.items())
    assert seats == largest_remainder(total, dict(reversed(weights.items())), caps)


def test_the_largest_remainders_get_the_rest() -> None:
    caps = dict.fromkeys("abc", 100)
    assert largest_remainder(10, {"a": 47, "b": 16, "c": 37}, caps) == {"a": 5, "b": 1, "c": 4}
    assert largest_remainder(2, {"a": 1, "b": 1, "c": 1}, caps) == {"a": 1, "b": 1, "c": 0}
    assert largest_remainder(5, {"a": 1, "b": 1}, {"a": 1, "b": 9}) == {"a": 1, "b": 4}


class Case:
    """A random eligible population."""

    def __init__(self, rows: list[tuple[int, float, str]]) -> None:
        kinds = np.array([kind for kind, _, _ in rows], dtype=np.int64)
        self.keys = [f"household-{place}" for place in range(len(rows))]
        self.truth = Truth(kinds == 1, kinds == 0)
        self.scores = np.array([score for _, score, _ in rows], dtype=np.float64)
        self.groups = np.array([group for _, _, group in rows], dtype="<U5")

    def draw(self, quotas: dict[str, int], seed: str = "a") -> Drawn:
        """Draw by these quotas."""
        return draw(self.truth, self.scores, self.groups, quotas, lots(self.keys, seed))


cases = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(st.just(math.nan), st.sampled_from([0.1, 0.5, 0.9])),
        AREAS,
    ),
    max_size=30,
).map(Case)


@given(case=cases, quotas=st.dictionaries(AREAS, st.integers(0, 6)))
def test_every_household_has_one_reason_and_quotas_hold(case: Case, quotas: dict[str, int]) -> None:
    drawn = case.draw(quotas)
    selected = drawn.standing(Standing.SELECTED)
    ranked = case.truth.yes & ~np.isnan(case.scores)
    for group in set(case.groups.tolist()):
        here = case.groups == group
        assert (selected & here).sum() == min(quotas.get(group, 0), (ranked & here).sum())
        places = np.sort(drawn.ranks[ranked & here])
        assert places.tolist() == list(range(1, len(places) + 1))
        chosen, left = selected & here, drawn.standing(Standing.WAITING) & here
        if chosen.any() and left.any():
            assert case.scores[chosen].min() >= case.scores[left].max()
    unknown = drawn.reasons == REASONS.index(Reason.UNKNOWN)
    assert unknown.tolist() == case.truth.unknown.tolist()


@given(case=cases, order=st.randoms(use_true_random=False))
def test_the_order_of_entry_decides_nothing(case: Case, order: "np.random.RandomState") -> None:
    places = list(range(len(case.keys)))
    order.shuffle(places)
    quotas = dict.fromkeys(["75.01", "75.02", "75.03", "75.04"], 2)
    before = case.draw(quotas)
    mixed = draw(
        Truth(case.truth.yes[places], case.truth.no[places]),
        case.scores[places],
        case.groups[places],
        quotas,
        lots([case.keys[place] for place in places], "a"),
    )
    assert mixed.reasons.tolist() == before.reasons[places].tolist()
    assert mixed.ranks.tolist() == before.ranks[places].tolist()


def test_another_seed_orders_equals_anew() -> None:
    case = Case([(1, 0.5, "75.01")] * 40)
    first, again, other = (case.draw({"75.01": 20}, seed) for seed in ("a", "a", "b"))
    assert first.ranks.tolist() == again.ranks.tolist() != other.ranks.tolist()


def outcome(p: Numbers, size: Numbers, selected: Mask, *, cost_each: int) -> Outcome:
    """Return what a selection achieves among all."""
    return Tally(p, size, selected, cost_each=cost_each).among()


def test_outcomes_against_a_count_by_hand() -> None:
    chances = np.array([0.5, 0.9, 0.1, math.nan])
    persons = np.array([4.0, 3.0, 2.0, math.nan])
    found = outcome(chances, persons, np.array([True, True, False, False]), cost_each=300_000)
    assert (found.households, found.selected, found.selected_persons) == (4, 2, 7)
    assert found.cost == 600_000
    assert found.coverage is not None
    assert math.isclose(found.coverage.value, 1.4 / 1.5)
    assert found.inclusion_error is not None
    assert math.isclose(found.inclusion_error.value, 0.6 / 2)
    assert found.exclusion_error is not None
    assert math.isclose(found.exclusion_error.value, 0.1 / 1.5)
    nobody = outcome(chances, persons, np.zeros(4, dtype=bool), cost_each=1)
    assert nobody.inclusion_error is None
    assert nobody.coverage is not None
    assert nobody.coverage.value == 0


@given(p=st.lists(st.floats(0.01, 0.99), min_size=2, max_size=30), cut=st.integers(0, 30))
def test_shares_are_shares(p: list[float], cut: int) -> None:
    chances = np.array(p)
    selected = np.arange(len(p)) < cut
    found = outcome(chances, np.ones(len(p)), selected, cost_each=1)
    for share in (found.coverage, found.inclusion_error, found.exclusion_error):
        if share is not None:
            assert 0 <= share.low <= share.value <= share.high <= 1
    if found.coverage is not None and found.exclusion_error is not None:
        assert math.isclose(found.coverage.value + found.exclusion_error.value, 1)


@given(p=st.lists(st.floats(0, 1), min_size=3, max_size=20), data=st.data())
def test_parts_add_up_to_the_whole(p: list[float], data: st.DataObject) -> None:
    chances = np.array(p)
    selected = np.array(data.draw(st.lists(st.booleans(), min_size=len(p), max_size=len(p))))
    cut = data.draw(st.integers(1, len(p) - 1))
    tally = Tally(chances, np.ones(len(p)), selected, cost_each=7)
    whole, parts = tally.among(), tally.runs(np.array([0, cut]))
    assert sum(part.selected for part in parts) == whole.selected
    assert sum(part.cost for part in parts) == whole.cost
    assert math.isclose(sum(part.all_poor for part in parts), whole.all_poor, abs_tol=1e-9)
    first = tally.among(np.arange(len(p)) < cut)
    assert (parts[0].selected, parts[0].cost) == (first.selected, first.cost)
    assert math.isclose(parts[0].expected_poor, first.expected_poor, abs_tol=1e-9)
