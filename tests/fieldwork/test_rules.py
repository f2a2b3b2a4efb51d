"""Back-checks: whom to draw, who asks, what agrees."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.fieldwork.rules import (
    REFUSED,
    SIZE,
    Agreement,
    Kind,
    agreement,
    answers_agree,
    assign,
    differences,
    draw,
)

GROUPS = st.dictionaries(st.text(max_size=4), st.lists(st.integers(), max_size=30, unique=True))


@given(GROUPS, st.floats(0.01, 1), st.integers(0, 10), st.integers(0, 2**31 - 1))
def test_a_draw_is_fair_within_everybody_and_can_be_repeated(
    groups: dict[str, list[int]], share: float, least: int, seed: int
) -> None:
    drawn = draw(groups, share=share, least=least, seed=seed)
    assert drawn == draw(groups, share=share, least=least, seed=seed)
    for name, items in groups.items():
        assert len(set(drawn[name])) == len(drawn[name])
        assert set(drawn[name]) <= set(items)
        assert len(drawn[name]) >= min(least, len(items))
        assert len(drawn[name]) >= share * len(items) - 1e-9
    for name in groups:
        alone = draw({name: groups[name]}, share=share, least=least, seed=seed)
        assert alone[name] == drawn[name]


def test_everybody_is_drawn_equally_often() -> None:
    times = dict.fromkeys(range(10), 0)
    for seed in range(2_000):
        for one in draw({"ani": range(10)}, share=0.2, least=0, seed=seed)["ani"]:
            times[one] += 1
    assert all(330 < count < 470 for count in times.values())  # 400 ± 4 standard deviations


@given(st.lists(st.sampled_from("abcd"), max_size=40))
def test_nobody_asks_own_households_and_work_is_shared(enumerators: list[str]) -> None:
    chosen = assign(enumerators, [["a", "b", "c", "x"]] * len(enumerators), {})
    assert all(one != enumerator for one, enumerator in zip(chosen, enumerators, strict=True))
    others = [chosen.count(person) for person in ("a", "b", "c", "x")]
    if set(enumerators) <= {"d"}:
        assert max(others) - min(others) <= 1
    assert assign(["a"], [["a"]], {}) == [None]
    assert assign(["a"], [["b", "c"]], {"b": 3}) == ["c"]


@pytest.mark.parametrize(
    ("name", "first", "second", "agree"),
    [
        ("tenure", "1", "1", True),
        ("tenure", "1", "2", False),
        (SIZE, 4, 4, True),
        (SIZE, 4, 5, False),
        ("floor_area", 40, 48, True),
        ("floor_area", 40, 51, False),
        ("floor_area", 0, 0, True),
    ],
)
def test_what_agrees(name: str, first: object, second: object, *, agree: bool) -> None:
    assert answers_agree(name, first, second) is agree
    assert answers_agree(name, second, first) is agree


FIRST: dict[str, Any] = {"tenure": "1", "toilet": "1", SIZE: 3, "aid_pkh": "1"}
SECOND: dict[str, Any] = {"tenure": "2", "toilet": "1", SIZE: 4, "aid_pkh": REFUSED}


def test_differences_and_what_the_office_says_of_them() -> None:
    found = differences(list(FIRST), FIRST, SECOND, {SIZE: "changed"})
    assert [(one.question, one.agrees, one.kind) for one in found] == [
        ("tenure", False, Kind.ERROR),
        ("toilet", True, None),
        (SIZE, False, Kind.CHANGED),
        ("aid_pkh", None, Kind.REFUSED),
    ]
    assert agreement(found) == Agreement(3, 2)


def test_agreement_has_the_interval_of_wilson() -> None:
    low, high = Agreement(10, 9).interval
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert Agreement(0, 0).interval == (0.0, 1.0)
    assert Agreement(0, 0).share is None
