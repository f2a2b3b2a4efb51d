"""From weighted pairs to clusters, and the prior and threshold behind the weights."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.matching.clusters import ABSENT, Clusters, cluster, components, pairs_to_complete
from jps.matching.prior import best_cut, chances, prior_bits

Triple = tuple[int, int, float]
Two = tuple[int, int]

SIZE = 8


def run(
    pairs: list[Triple], same: list[Two] | None = None, different: list[Two] | None = None
) -> Clusters:
    i, j = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    bits = np.array([pair[2] for pair in pairs], float)
    return cluster(SIZE, i, j, bits, same=same or (), different=different or ())


@pytest.mark.parametrize(
    ("pairs", "groups"),
    [
        ([], []),
        ([(0, 1, -0.1)], []),
        ([(1, 0, 0.1)], [[0, 1]]),
        # All three speak for one another.
        ([(0, 1, 5), (1, 2, 5), (0, 2, 5)], [[0, 1, 2]]),
        # A weak chain: 0 and 2 were never compared, the stronger pair stays.
        ([(0, 1, 5), (1, 2, 6)], [[1, 2]]),
        # One pair speaks against, the others outweigh it.
        ([(0, 1, 15), (1, 2, 12), (0, 2, -4)], [[0, 1, 2]]),
        ([(0, 1, 15), (1, 2, 3), (0, 2, -12)], [[0, 1]]),
        # Two pairs of twins, one bridge between.
        ([(0, 1, 9), (2, 3, 9), (1, 2, 8)], [[0, 1], [2, 3]]),
    ],
)
def test_cluster(pairs: list[Triple], groups: list[list[int]]) -> None:
    assert run(pairs).groups() == groups


@pytest.mark.parametrize(
    ("same", "different", "groups", "conflicts"),
    [
        ([(0, 5)], [], [[0, 5], [1, 2]], ()),
        ([], [(1, 2)], [[0, 1]], ()),
        # Different through a chain: 1 is 0, and 0 is not 2.
        ([(1, 0)], [(2, 0)], [[0, 1]], ()),
        # Contradicting words: what is said to be the same holds, somebody has to look.
        ([(0, 1), (1, 3)], [(3, 0)], [[0, 1, 3]], ((0, 3),)),
    ],
)
def test_what_people_said(
    same: list[Two], different: list[Two], groups: list[list[int]], conflicts: tuple[Two, ...]
) -> None:
    found = run([(0, 1, 5), (1, 2, 6)], same, different)
    assert (found.groups(), found.conflicts) == (groups, conflicts)


def test_a_weight_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        run([(0, 1, float("nan"))])


def test_all_alike_is_one_cluster_quickly() -> None:
    i, j = np.triu_indices(400, 1)
    found = cluster(400, i.astype(np.int64), j.astype(np.int64), np.full(len(i), 3.0))
    assert not found.labels.any()


def test_pairs_of_clusters() -> None:
    i, j = run([(0, 3, 5), (3, 5, 5), (0, 5, 5), (1, 2, 1)]).pairs()
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [(0, 3), (0, 5), (1, 2), (3, 5)]


def test_what_was_not_compared_inside_a_component_is_named() -> None:
    i, j, bits = np.array([0, 1, 4]), np.array([1, 2, 5]), np.array([5.0, 6.0, -1.0])
    first, other = pairs_to_complete(SIZE, i, j, bits)
    assert (first.tolist(), other.tolist()) == ([0], [2])
    assert not len(pairs_to_complete(SIZE, i, j, bits, most=2)[0])


rows = st.integers(0, SIZE - 1)
twos = st.tuples(rows, rows).filter(lambda two: two[0] != two[1])
weights = st.floats(-30, 30)
pair_lists = st.dictionaries(st.sampled_from(list(combinations(range(SIZE), 2))), weights).map(
    lambda found: [(i, j, weight) for (i, j), weight in found.items()]
)
words = st.lists(twos, max_size=6)


@given(pair_lists, words, words)
def test_words_of_people_hold_or_are_reported(
    pairs: list[Triple], same: list[Two], different: list[Two]
) -> None:
    found = run(pairs, same, different)
    labels = found.labels
    assert all(labels[i] == labels[j] for i, j in same)
    broken = {(min(two), max(two)) for two in different if labels[two[0]] == labels[two[1]]}
    assert broken == set(found.conflicts)
    said = components(SIZE, *np.array(same, np.int64).reshape(-1, 2).T)
    assert all(said[i] == said[j] for i, j in found.conflicts)


@given(pair_lists, words, words, st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_direction_of_pairs_matters(
    pairs: list[Triple], same: list[Two], different: list[Two], random: object
) -> None:
    turned = [(j, i, weight) for i, j, weight in reversed(pairs)]
    backwards = [two[::-1] for two in reversed(different)]
    one, other = run(pairs, same, different), run(turned, same[::-1], backwards)
    assert one.labels.tolist() == other.labels.tolist()
    assert one.conflicts == other.conflicts


four = list(combinations(range(4), 2))


@given(st.lists(st.sampled_from([-16.0, 0.0, 16.0]), min_size=6, max_size=6), st.permutations(four))
def test_numbering_the_records_anew_changes_no_cluster(bits: list[float], new: list[Two]) -> None:
    # No two means are equal: powers of 5 in sums of at most four terms. Numbers would decide those.
    weights = [weight + 5**place / 1024 for place, weight in enumerate(bits)]
    for numbers in permutations(range(4)):
        pairs = [
            (numbers[i], numbers[j], weight) for (i, j), weight in zip(new, weights, strict=True)
        ]
        columns = (np.array([pair[side] for pair in pairs]) for side in range(3))
        groups = cluster(4, *columns, absent=-16.0).groups()
        back = sorted(sorted(numbers.index(row) for row in group) for group in groups)
        if numbers == (0, 1, 2, 3):
            first = back
        assert back == first


@given(pair_lists)
def test_clusters_speak_for_themselves(pairs: list[Triple]) -> None:
    known = {(i, j): max(min(weight, 20.0), -20.0) for i, j, weight in pairs}
    for group in run(pairs).groups():
        # The last two parts joined had a positive mean; so somewhere a cut of the cluster has.
        assert any(
            _mean(known, set(part), set(group) - set(part)) > 0
            for size in range(1, len(group))
            for part in combinations(group, size)
        )


@given(st.lists(st.floats(0.1, 9.9), min_size=1, max_size=SIZE - 1))
def test_a_chain_of_weak_pairs_joins_no_three(bits: list[float]) -> None:
    chain = [(row, row + 1, weight) for row, weight in enumerate(bits)]
    assert max(map(len, run(chain).groups())) == 2


def _mean(known: dict[Two, float], one: set[int], other: set[int]) -> float:
    bits = [known.get((min(a, b), max(a, b)), ABSENT) for a in one for b in other]
    return sum(bits) / len(bits) + 0.002  # weights are rounded to 1/1024 bit


@pytest.mark.parametrize("share", [0.0005, 0.02])
def test_the_prior_is_found_whatever_it_starts_from(share: float) -> None:
    rng = np.random.default_rng(7)
    pairs = 200_000
    is_match = rng.random(pairs) < share
    # Two normal parts of unit variance 12 nats apart in ratio: log ratios are true by construction.
    nats = np.where(is_match, 18.0, -18.0) + rng.normal(0, 6.0, pairs)
    ratios = nats / np.log(2)
    truth = np.log2(is_match.sum() / (pairs - is_match.sum()))
    for start in (-20.0, 0.0):
        found = prior_bits(ratios + start, start=start, pairs=pairs)
        assert found == pytest.approx(truth, abs=0.2)


def test_without_pairs_the_prior_is_less_than_one_match() -> None:
    assert prior_bits(np.empty(0), start=-10.0, pairs=1000) == pytest.approx(-11, abs=0.1)


@given(st.lists(st.floats(-20, 20), max_size=30))
def test_no_other_threshold_promises_more(bits: list[float]) -> None:
    values = np.array(bits, float)
    cut, chance = best_cut(values), chances(values)
    assert cut.bits <= 0
    if chance.sum() < 0.5:
        return
    for threshold in bits:
        taken = values >= threshold
        assert 2 * chance[taken].sum() / (taken.sum() + chance.sum()) <= cut.f1 + 1e-9
