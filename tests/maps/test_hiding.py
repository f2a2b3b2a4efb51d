"""Small numbers are hidden, and subtracting does not bring them back."""

from hypothesis import given
from hypothesis import strategies as st

from jps.maps.hiding import EVERYTHING, Hidden, hide

MINIMUM = 5


def _counts(**villages: int) -> dict[str, int]:
    """Counts of desa `75.01.01.200x` and of all areas above them."""
    counts: dict[str, int] = {}
    for name, number in villages.items():
        code = name.replace("_", ".")[1:]
        for length in (2, 5, 8, 13):
            counts[code[:length]] = counts.get(code[:length], 0) + number
    return counts


def test_enough_households_everywhere_hides_nothing() -> None:
    assert hide(_counts(v75_01_01_2001=5, v75_01_01_2002=9), minimum=MINIMUM) == {}


def test_a_small_area_takes_its_smallest_neighbour_with_it() -> None:
    counts = _counts(v75_01_01_2001=2, v75_01_01_2002=9, v75_01_01_2003=7)
    assert hide(counts, minimum=MINIMUM) == {
        "75.01.01.2001": Hidden.FEW,
        "75.01.01.2003": Hidden.COMPLEMENT,
    }


def test_several_small_areas_cover_each_other() -> None:
    counts = _counts(v75_01_01_2001=2, v75_01_01_2002=3, v75_01_01_2003=7)
    assert set(hide(counts, minimum=MINIMUM)) == {"75.01.01.2001", "75.01.01.2002"}


def test_two_small_areas_that_are_few_together_need_a_third() -> None:
    counts = _counts(v75_01_01_2001=1, v75_01_01_2002=1, v75_01_01_2003=7, v75_01_01_2004=8)
    assert hide(counts, minimum=MINIMUM)["75.01.01.2003"] is Hidden.COMPLEMENT


def test_a_small_area_hides_its_parts_and_some_of_its_neighbours() -> None:
    counts = _counts(v75_01_01_2001=3, v75_01_02_2001=12, v75_01_02_2002=8, v75_01_03_2001=30)
    assert hide(counts, minimum=MINIMUM) == {
        "75.01.01": Hidden.FEW,
        "75.01.01.2001": Hidden.INSIDE,
        "75.01.02": Hidden.COMPLEMENT,
        "75.01.02.2002": Hidden.COMPLEMENT,
    }


def test_an_area_without_households_has_nothing_to_hide_and_protects_nobody() -> None:
    counts = _counts(v75_01_01_2001=0, v75_01_01_2002=2, v75_01_01_2003=9)
    assert set(hide(counts, minimum=MINIMUM)) == {"75.01.01.2002", "75.01.01.2003"}


def test_a_reader_with_too_few_households_sees_none() -> None:
    counts = {"75.01.01.2001": 2, "75.01.01.2002": 1}
    assert hide(counts, minimum=MINIMUM) == {
        EVERYTHING: Hidden.FEW,
        "75.01.01.2001": Hidden.INSIDE,
        "75.01.01.2002": Hidden.INSIDE,
    }


def test_the_total_of_a_readers_villages_does_not_give_one_away() -> None:
    counts = {"75.01.01.2001": 2, "75.71.01.1001": 9}
    assert set(hide(counts, minimum=MINIMUM)) == set(counts)


villages = st.dictionaries(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4)).map(
        lambda place: f"75.0{place[0]}.0{place[1]}.200{place[2]}"
    ),
    st.integers(0, 12),
    max_size=25,
)


def _above(households: dict[str, int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for code, number in households.items():
        for length in (2, 5, 8, 13):
            counts[code[:length]] = counts.get(code[:length], 0) + number
    return counts


def _shown_in(code: str, counts: dict[str, int], hidden: dict[str, Hidden]) -> int:
    """Return the households of the largest shown areas inside `code`."""
    parts = [part for part in counts if part.rpartition(".")[0] == code]
    return sum(
        _shown_in(part, counts, hidden) if part in hidden else counts[part] for part in parts
    )


@given(villages, st.integers(1, 10))
def test_subtracting_all_that_is_shown_leaves_none_or_at_least_the_minimum(
    households: dict[str, int], minimum: int
) -> None:
    counts = _above(households)
    hidden = hide(counts, minimum=minimum)
    for code, number in counts.items():
        assert code in hidden or number == 0 or number >= minimum
        if code not in hidden and len(code) < 13:
            missing = number - _shown_in(code, counts, hidden)
            assert missing == 0 or missing >= minimum, (code, missing)


@given(villages, st.integers(1, 10))
def test_what_lies_in_a_small_area_is_hidden(households: dict[str, int], minimum: int) -> None:
    counts = _above(households)
    hidden = hide(counts, minimum=minimum)
    for code, number in counts.items():
        if number and hidden.get(code.rpartition(".")[0]) in (Hidden.FEW, Hidden.INSIDE):
            assert hidden[code] is Hidden.INSIDE
