"""Cells become persons, or reasons: dates, numbers, sexes, mappings."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.errors import InvalidFile
from jps.layouts.dates import read_birth_date
from jps.registry.cells import read_number
from jps.registry.checks import RowChecker
from jps.registry.columns import FileMapping, find_columns, read_mapping
from jps.registry.places import AreaBook
from jps.registry.rules import RegistryStatus, is_acceptable
from jps.tables.cells import plain
from jps.text import one_line
from tests.registries import HASAN, HEADER

TODAY = date(2026, 11, 23)
checker = RowChecker(find_columns(HEADER, FileMapping()), AreaBook([]), FileMapping(), latest=TODAY)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1965-08-17", "1965-08-17"),
        ("17-08-1965", "1965-08-17"),
        ("17/8/1965", "1965-08-17"),
        ("7.8.1965", "1965-08-07"),
        ("17 Agustus 1965", "1965-08-17"),
        ("17-AGT-1965", "1965-08-17"),
        ("17 Pebruari 1965", "1965-02-17"),
        ("19650817", "1965-08-17"),
        ("17081965", "1965-08-17"),
        ("20101965", "1965-10-20"),
        ("1965-08-17 00:00:00", "1965-08-17"),
        ("1965-08-17T00:00:00.000Z", "1965-08-17"),
        (datetime(1965, 8, 17, tzinfo=UTC), "1965-08-17"),
        (date(1965, 8, 17), "1965-08-17"),
        ("1965", "1965"),
        (1965.0, "1965"),
        ("00-00-1965", "1965"),
        ("1965-00-00", "1965"),
        ("1965-08", "1965"),
        ("", ""),
        ("-", ""),
        ("00-00-0000", ""),
        ("31-02-1990", None),
        ("29-02-1991", None),
        ("32-01-1990", None),
        ("1-13-1990", None),
        ("17-08-65", None),
        ("2027-01-01", None),
        ("1799-01-01", None),
        ("kemarin", None),
        ("17 Foo 1990", None),
        ("\u0661\u0662-\u0661\u0662-\u0661\u0669\u0669\u0660", "1990-12-12"),
    ],
)
def test_birth_dates(written: object, read: str | None) -> None:
    assert read_birth_date(written, latest=TODAY) == read


def test_month_first_is_a_choice() -> None:
    assert read_birth_date("08/17/1965", latest=TODAY) is None
    assert read_birth_date("08/17/1965", latest=TODAY, month_first=True) == "1965-08-17"


@given(st.text())
def test_any_text_is_a_date_or_not(text: str) -> None:
    found = read_birth_date(text, latest=TODAY)
    assert found is None or found == "" or len(found) in {4, 10}


@given(st.dates(date(1880, 1, 1), TODAY))
def test_iso_dates_are_themselves(day: date) -> None:
    assert read_birth_date(day.isoformat(), latest=TODAY) == day.isoformat()


@pytest.mark.parametrize(
    ("cell", "number", "wrong"),
    [
        ("7501010505809001", "7501010505809001", False),
        ("7501.0105.0580.9001", "7501010505809001", False),
        (" 7501 0105 0580 9001\u00a0", "7501010505809001", False),
        ("'7501010505809001", "7501010505809001", False),
        (7501010505809001, "7501010505809001", False),
        (7501010505809001.0, "", True),
        ("7,50101E+15", "", True),
        ("750101050580900", "", True),
        ("75010105058O9001", "", True),
        ("0000000000000000", "", True),
        ("1111111111111111", "", True),
        ("0", "", True),
        ("-", "", False),
        ("", "", False),
        (None, "", False),
    ],
)
def test_numbers(cell: object, number: str, wrong: bool) -> None:
    found, reason, _ = read_number(cell)
    assert (found, bool(reason)) == (number, wrong)


def test_a_letter_typed_for_a_digit_is_suggested() -> None:
    assert read_number("75010105058O9001")[2] == "7501**********01"


@given(st.text())
def test_plain_is_one_line(text: str) -> None:
    assert plain(text) == one_line(text)


@given(st.lists(st.one_of(st.text(), st.floats(), st.none(), st.integers(), st.booleans())))
def test_any_row_is_a_person_or_refused_with_a_reason(cells: list[object]) -> None:
    checked = checker.check(cells)
    assert (checked.person is not None) or checked.problems


@pytest.mark.parametrize(
    ("cell", "code"), [("L", "1"), ("Laki-Laki", "1"), ("1", "1"), (2.0, "2"), ("PEREMPUAN", "2")]
)
def test_sexes(cell: object, code: str) -> None:
    person = checker.check([*HASAN[:3], cell, *HASAN[4:]]).person
    assert person is not None
    assert person["sex"] == code


def test_an_unknown_sex_is_left_empty_and_told() -> None:
    checked = checker.check([*HASAN[:3], "X", *HASAN[4:]])
    assert checked.person is not None
    assert checked.person["sex"] == ""
    assert [problem.column for problem in checked.problems] == ["sex"]


@pytest.mark.parametrize("name", ["", "-", "12345", "X" * 200])
def test_a_row_without_a_usable_name_is_refused(name: str) -> None:
    assert checker.check([*HASAN[:2], name, *HASAN[3:]]).person is None


def test_a_mapping_in_toml() -> None:
    mapping = read_mapping(
        "peta.toml",
        b'date_order = "mdy"\n[columns]\n"No Induk" = "nik"\n[status]\n"Sudah wafat" = "dead"\n',
    )
    assert mapping.columns == {"No Induk": "nik"}
    assert mapping.status == {"SUDAHWAFAT": RegistryStatus.DEAD}
    assert mapping.month_first
    assert FileMapping.from_json(mapping.as_json()) == mapping


def test_a_mapping_in_csv() -> None:
    mapping = read_mapping("peta.csv", b"column;field\nNo Induk;nik\n")
    assert mapping.columns == {"No Induk": "nik"}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.toml", b"[columns", "bukan TOML"),
        ("a.toml", b'[columns]\nX = "umur"', "umur"),
        ("a.toml", b'[status]\nX = "entah"', "entah"),
        ("a.toml", b'columns = "nik"', "tabel"),
        ("a.toml", b'date_order = "ymd"', "date_order"),
        ("a.csv", b"kolom,isian\n", "column dan field"),
        ("a.toml", b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_mapping_that_is_wrong(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_mapping(name, content)
    assert reason in str(caught.value)


def test_a_mapped_column_must_be_there() -> None:
    with pytest.raises(InvalidFile, match="berkas pemetaan"):
        find_columns(["NIK", "NAMA"], FileMapping(columns={"Induk": "nik"}))


def test_a_mapping_settles_two_columns_of_one_field() -> None:
    found = find_columns(["NIK", "NO_NIK", "NAMA"], FileMapping(columns={"NO_NIK": "nik"}))
    assert found == {"nik": 1, "name": 2}


@pytest.mark.parametrize(
    ("rows", "refused", "fine"), [(10, 0, True), (10, 5, True), (10, 6, False), (0, 0, False)]
)
def test_how_many_rows_may_be_lost(rows: int, refused: int, fine: bool) -> None:
    assert is_acceptable(rows, refused) is fine
