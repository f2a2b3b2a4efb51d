"""Numbers, dates, places and names: reading them, and how two agree, one by one and in columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.matching.columns import of_texts
from jps.matching.compare import compare, compare_one
from jps.matching.dates import Birth, Dates, birth_level, read_date
from jps.matching.names import Likeness, name_level
from jps.matching.normalise import default_normaliser
from jps.matching.numbers import Number, number_level, read_number, read_numbers
from jps.matching.person import FIELDS
from jps.matching.places import Place, place_level, read_place
from jps.matching.records import Record
from tests.matching import records

NIK = 7501010101909001


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("7501010101909001", NIK),
        (" 7501-0101.0190 9001\u00a0", NIK),
        ("750101010190900", NIK // 10),
        ("", 0),
        ("0", 0),
        ("0000000000000000", 0),
        ("7777777777777777", 0),
        ("1234567890123456", 0),
        ("7501010000000000", 0),
        ("75010101", 0),
        ("7.50101E+15", 0),
        ("75O1010101909001", 0),
        ("\u0667501010101909001", 0),
    ],
)
def test_read_number(written: str, number: int) -> None:
    assert read_number(written) == number
    assert read_numbers(of_texts([written])).tolist() == [number]


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        (NIK, NIK, Number.SAME),
        (NIK, 0, Number.MISSING),
        (0, 0, Number.MISSING),
        (NIK, NIK + 1, Number.NEAR),
        (NIK, 7501010110909001, Number.NEAR),
        (NIK, NIK // 10, Number.NEAR),
        (NIK, 7571020202719002, Number.DIFFERENT),
        (NIK, NIK + 999, Number.DIFFERENT),
    ],
)
def test_numbers_agree(a: int, b: int, level: Number) -> None:
    assert number_level(a, b) == number_level(b, a) == level


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("1980-02-03", "1980-02-03", Birth.SAME),
        ("1980-02-03", "1980-03-02", Birth.SWAPPED),
        ("1980-02-13", "1980-03-12", Birth.SAME_YEAR),
        ("1980-02-03", "1980-02-08", Birth.ONE_DIGIT),
        ("1980-02-03", "1990-02-03", Birth.ONE_DIGIT),
        ("1980-02-13", "1980-13-02", Birth.SAME_YEAR_DAY_UNKNOWN),
        ("1980-02-13", "1980", Birth.SAME_YEAR_DAY_UNKNOWN),
        ("1980", "1980", Birth.SAME_YEAR_DAY_UNKNOWN),
        ("1980-05-17", "1980-07-01", Birth.SAME_YEAR_DAY_UNKNOWN),
        ("1981", "1980-02-13", Birth.NEAR_YEAR_DAY_UNKNOWN),
        ("1970", "1980-02-13", Birth.DIFFERENT),
        ("1981-05-17", "1980-02-13", Birth.DIFFERENT),
        ("", "1980", Birth.MISSING),
        ("0001-01-01", "0001-01-01", Birth.MISSING),
        ("salah", "1980", Birth.MISSING),
    ],
)
def test_births_agree(a: str, b: str, level: Birth) -> None:
    assert birth_level(read_date(a), read_date(b)) == level
    assert birth_level(read_date(b), read_date(a)) == level


@given(st.lists(records.dates, max_size=6))
def test_dates_in_columns(written: list[str]) -> None:
    dates = Dates().read_all(of_texts(written), default_normaliser())
    assert dates.tolist() == [read_date(one, "ymd") for one in written]


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("75.01.01.2001", "75.01.01.2001", Place.SAME),
        ("75.01.01.2001", "75.01.01.2002", Place.SAME_DISTRICT),
        ("75.01.01.2001", "75.01.02.2001", Place.SAME_REGENCY),
        ("75.01.01.2001", "75.71.01.2001", Place.ELSEWHERE),
        ("75.01.01.2001", "", Place.MISSING),
        ("75.01", "75.01", Place.MISSING),
    ],
)
def test_places_agree(a: str, b: str, level: Place) -> None:
    assert place_level(read_place(a), read_place(b)) == level


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("SITI AMINAH", "AMINAH SITI", Likeness.SAME),
        ("MOH RIZAL", "MUHAMMAD RIZAL", Likeness.SAME),
        ("JUSUF LALU", "YUSUF LALU", Likeness.SAME_SOUND),
        ("SAIPUL MBUINGA", "SAIPUL AHMAD MBUINGA", Likeness.CONTAINED),
        ("SAIPUL A. MBUINGA", "SAIPUL AHMAD MBUINGA", Likeness.NEARLY_SAME),
        ("SUHARTO", "SUHARTONO", Likeness.NEARLY_SAME),
        ("SITI", "SITI AMINAH", Likeness.PARTLY_ALIKE),
        ("SITI", "NUR AMINAH", Likeness.DIFFERENT),
        ("ALI ALI", "ZAINAL YUSUF ALI", Likeness.PARTLY_ALIKE),
        ("", "", Likeness.MISSING),
        ("SITI", "", Likeness.MISSING),
    ],
)
def test_names_agree(a: str, b: str, level: Likeness) -> None:
    name = default_normaliser().name
    assert name_level(name(a), name(b)) == name_level(name(b), name(a)) == level


@given(st.lists(records.records, min_size=1, max_size=5), st.lists(records.records, max_size=5))
def test_columns_agree_as_single_pairs_do(
    left: list[records.Record], right: list[records.Record]
) -> None:
    i, j = (side.ravel() for side in np.indices((len(left), len(right)), np.int64))
    many = compare(records.people(left), records.people(right), i, j)
    for pair, (a, b) in enumerate(zip(i, j, strict=True)):
        one = compare_one(Record.read(left[a]), Record.read(right[b]))
        assert {field.name: int(many[field.name][pair]) for field in FIELDS} == one


@given(records.records)
def test_blanks_agree_with_nobody(record: records.Record) -> None:
    levels = compare_one(Record.read({}), Record.read(record))
    assert set(levels.values()) == {0}


@given(records.records, records.records)
def test_agreement_is_symmetric(a: records.Record, b: records.Record) -> None:
    one, other = Record.read(a), Record.read(b)
    assert compare_one(one, other) == compare_one(other, one)
