"""Codes of both systems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.areas.rules import (
    Level,
    ancestor,
    bps_code,
    bps_level,
    dotted,
    is_code,
    level_of,
    lineage,
    parent_of,
)

codes = st.from_regex(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("75", "75"),
        ("75.01.01.2001", "75.01.01.2001"),
        ("7501012001", "75.01.01.2001"),
        (" 750101 ", "75.01.01"),
        ("7501.0", "75.01"),  # a number column
        ("75.0", "75"),
        ("7501010", None),  # seven digits are BPS
        ("75.1", None),  # 75.10 that a spreadsheet took for a number
        ("75.1.1", None),
        ("75.01.01.201", None),
        ("75-01", None),
        ("\u0667\u0665", None),  # digits, but not these
        ("", None),
        ("Boalemo", None),
    ],
)
def test_codes_are_read_however_they_were_written(text: str, expected: str | None) -> None:
    assert dotted(text) == expected


@given(codes)
def test_a_code_survives_without_its_dots(code: str) -> None:
    assert dotted(code) == code
    assert dotted(code.replace(".", "")) == code
    assert is_code(code)


@given(codes)
def test_the_lineage_leads_from_the_province_to_the_code(code: str) -> None:
    line = lineage(code)
    assert line[-1] == code
    assert [level_of(step) for step in line] == list(Level)[: len(line)]
    assert [parent_of(step) for step in line] == [None, *line[:-1]]
    assert all(ancestor(code, level_of(step)) == step for step in line)


def test_levels_know_their_neighbours() -> None:
    assert Level.PROVINSI.above is None
    assert Level.DESA.below is None
    assert Level.KABKOTA.below is Level.KECAMATAN
    assert Level.KECAMATAN.above is Level.KABKOTA


def test_a_code_of_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="not an area code"):
        level_of("75.0")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("75", Level.PROVINSI),
        ("7502", Level.KABKOTA),
        ("7502070", Level.KECAMATAN),
        ("7502070001", Level.DESA),
        ("750207", None),
        ("x", None),
    ],
)
def test_bps_codes_tell_their_level_by_length(text: str, level: Level | None) -> None:
    assert bps_level(text) is level
    assert bps_code(text) == (text if level else None)
