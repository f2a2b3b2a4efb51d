"""Pairs of programmes, and rules about them that cannot stand; SIPD codes in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.programmes.matrix import Clash, PairRule, clashes
from jps.programmes.rules import Overlap
from jps.programmes.sipd import normalise

KNOWN = {"pkh", "sembako", "blt-dd"}


def test_rules_that_cannot_stand_are_named_by_their_place() -> None:
    rules = [
        PairRule("pkh", "blt-dd", Overlap.FORBIDDEN),
        PairRule("blt-dd", "pkh", Overlap.FORBIDDEN),  # the same again
        PairRule("blt-dd", "pkh", Overlap.ALLOWED),
        PairRule("pkh", "pkh", Overlap.FORBIDDEN),
        PairRule("pkh", "bst", Overlap.FORBIDDEN),
    ]
    found = [(one.place, one.clash) for one in clashes(rules, KNOWN)]
    assert found == [(2, Clash.CONTRADICTED), (3, Clash.ITSELF), (4, Clash.UNKNOWN)]


@pytest.mark.parametrize(
    "text",
    [
        "1.06.05.2.02.0003",
        "1.06.05.02.02.0003",
        "1.06.05.202.0003",
        "1.6.5.2.2.0003",
        " 01.06.05.2.02.0003 ",
        "1-06-05-2.02-0003",
        "106052020003",
    ],
)
def test_one_line_has_one_code(text: str) -> None:
    assert normalise(text) == "1.06.05.2.02.0003"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.06.05", "1.06.05"),
        ("1.06.05.2.02", "1.06.05.2.02"),
        ("1.06.05.202", "1.06.05.2.02"),
        ("1.06.05.1.02.03", "1.06.05.1.02.03"),
        ("", None),
        ("1.06", None),
        ("1.06.05.2", None),
        ("1.06.05.3.02", None),
        ("1.06.05.2.02.003", None),
        ("1.06.00.2.02", None),
        ("12.06.05.2.02", None),
        ("5.1.02.03.01.0001", None),
        ("x.06.05", None),
        ("¹.06.05", None),
    ],
)
def test_other_codes(text: str, expected: str | None) -> None:
    assert normalise(text) == expected


@given(st.text(alphabet="0123456789. -x", max_size=20))
def test_a_code_in_the_one_spelling_stays(text: str) -> None:
    found = normalise(text)
    assert found is None or normalise(found) == found
