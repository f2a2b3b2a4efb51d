"""What a family is entitled to: the components of PKH, counted from answers about its members."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.programmes.entitlement import counted, entitlement
from jps.programmes.terms import Component

PKH = (
    Component("hamil", "Ibu hamil", 750_000, 2),
    Component("usia-dini", "Anak usia dini", 750_000, 2),
    Component("sd", "Anak SD", 225_000),
    Component("smp", "Anak SMP", 375_000),
    Component("sma", "Anak SMA", 500_000),
    Component("lansia", "Lanjut usia", 600_000, 1),
    Component("disabilitas", "Disabilitas berat", 600_000, 1),
    Component("ham", "Korban pelanggaran HAM", 2_700_000),
)
SMALL, OLD = {"age": "3"}, {"age": "71"}
MOTHER = {"age": "30", "sex": "2", "pregnant": "1"}
UNABLE = {"age": "70", "difficulty_walking": "1"}
NOBODY: list[dict[str, Any]] = [
    {},
    {"age": "x"},
    {"age": "30", "pregnant": "1", "sex": "1"},
    {"age": "12", "school_participation": "3", "education_level": "3"},
    {"age": "22", "school_participation": "2", "education_level": "13"},
    {"age": "40", "difficulty_seeing": "2"},
]


def pupil(age: int, level: str) -> dict[str, Any]:
    """Return somebody who attends school."""
    return {"age": str(age), "school_participation": "2", "education_level": level}


@pytest.mark.parametrize(
    ("members", "paid", "amount"),
    [
        (NOBODY, {}, 0),
        ([SMALL, SMALL, SMALL], {"usia-dini": (3, 2)}, 1_500_000),
        ([pupil(6, "3")], {"usia-dini": (1, 1)}, 750_000),  # counts once, as the dearer
        ([SMALL, SMALL, pupil(6, "3")], {"usia-dini": (2, 2), "sd": (1, 1)}, 1_725_000),
        ([OLD, UNABLE], {"lansia": (1, 1), "disabilitas": (1, 1)}, 1_200_000),
        ([UNABLE], {"disabilitas": (1, 1)}, 600_000),
        (
            [MOTHER, SMALL, OLD, pupil(8, "4"), pupil(14, "9"), pupil(17, "15")],
            {
                "hamil": (1, 1), "usia-dini": (1, 1), "lansia": (1, 1), "sma": (1, 1),
                "sd": (1, 0), "smp": (1, 0),
            },
            2_600_000,
        ),
    ],
)  # fmt: skip
def test_a_family_of_pkh_gets(
    members: list[dict[str, Any]], paid: dict[str, tuple[int, int]], amount: int
) -> None:
    found = entitlement(PKH, members, 4)
    assert {one.component.code: (one.persons, one.paid) for one in found.lines} == paid
    assert found.amount == amount
    assert [one.code for one in found.unasked] == ["ham"]


@given(st.lists(st.sampled_from([SMALL, OLD, MOTHER, UNABLE, pupil(6, "3"), *NOBODY]), max_size=8))
def test_everybody_counts_at_most_once(members: list[dict[str, Any]]) -> None:
    known = PKH[:-1]
    whole = counted(known, members)
    assert sum(whole.values()) == sum(sum(counted(known, [one]).values()) for one in members)
