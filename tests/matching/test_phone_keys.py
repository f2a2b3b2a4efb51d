"""Keys for phones: what one person is told apart by, and an index that gives back what it was."""

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.matching.phone_keys import (
    UNKNOWN,
    Hit,
    key_of,
    keys_of,
    open_index,
    sound_of,
    texts_of,
    words_of,
    write_index,
)

SECRET = bytes(range(32))
HASAN = {
    "nik": "7501010505809001",
    "kk": "7501012301159001",
    "name": "Hasan Contoh",
    "birth_date": "1980-05-05",
    "mother_name": "Ramla Contoh",
}
OTHER = {"nik": "7501014909829002", "name": "Fatma", "birth_date": "1982-09-09"}
HOME = uuid.UUID(int=7)


def found(person: dict[str, str], **changed: str) -> list[Hit]:
    """Return where a person is known who was written a little differently."""
    index = open_index(write_index(SECRET, keys_of(SECRET, [person]), [(HOME, [person])]))
    return index.find(person | changed)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": "Fatma", "birth_date": ""}, "the NIK is the same"),
        ({"nik": "", "birth_date": "1981-05-05"}, "the KK and the first name"),
        ({"nik": "", "kk": "", "mother_name": ""}, "the birth date and the name"),
        ({"nik": "", "kk": "", "name": "CONTOH, HASSAN"}, "the words of a name in another order"),
        ({"nik": "", "kk": "", "name": "Drs. H. Hasan Contoh, S.Pd"}, "titles"),
        ({"nik": "", "kk": "", "birth_date": "1980"}, "the year and the mother"),
        ({"nik": "75 0101-050580.9001", "kk": "", "name": "", "mother_name": ""}, "separators"),
    ],
)
def test_the_same_person_is_recognised(changed: dict[str, str], why: str) -> None:
    assert found(HASAN, **changed) == [Hit("registry"), Hit("household", HOME)], why


@pytest.mark.parametrize(
    "changed",
    [
        OTHER,
        {"nik": "", "kk": "", "birth_date": "1980-05-06", "mother_name": ""},
        {"nik": "", "kk": "", "name": "Karim Contoh"},
        dict.fromkeys(HASAN, ""),
    ],
)
def test_somebody_else_is_not(changed: dict[str, str]) -> None:
    asked = {**dict.fromkeys(HASAN, ""), **changed} if changed is OTHER else changed
    assert found(HASAN, **asked) == []


def test_spelling_habits_do_not_count() -> None:
    assert sound_of("DJOEMADI") == sound_of("JUMADI") == sound_of("YUMADI")
    assert sound_of("FATIMAH") == sound_of("PATIMA")
    assert sound_of("H") == "H"
    assert words_of("Hj. Nur'ain, S.Pd") == ["NURAIN"]
    assert words_of("Ir. H.") == ["IR", "H"]


def test_a_household_elsewhere_is_not_named() -> None:
    data = write_index(SECRET, keys_of(SECRET, []), [(UNKNOWN, [HASAN]), (HOME, [OTHER])])
    assert open_index(data).find(HASAN) == [Hit("household", None)]


def test_nothing_of_a_person_is_in_an_index() -> None:
    data = write_index(SECRET, keys_of(SECRET, [HASAN]), [(HOME, [HASAN])])
    for text in (*HASAN.values(), "HASAN", "HSN", HASAN["nik"][4:]):
        assert text.encode() not in data


def test_another_secret_gives_other_keys() -> None:
    assert not set(keys_of(SECRET, [HASAN])) & set(keys_of(bytes(32), [HASAN]))


@given(st.lists(st.integers(0, 2**32 - 1), max_size=60, unique=True))
def test_keys_come_back_as_they_were(keys: list[int]) -> None:
    registry = np.array(sorted(keys), np.uint32)
    opened = open_index(write_index(SECRET, registry, []))
    assert opened.registry == frozenset(keys)


@given(st.dictionaries(st.sampled_from(sorted(HASAN)), st.text(max_size=20)))
def test_whatever_is_typed_gives_keys(person: dict[str, str]) -> None:
    assert all(0 <= key_of(SECRET, text) < 2**32 for text in texts_of(person))


@pytest.mark.parametrize("data", [b"", b"JPSK", b"x" * 60, b"JPSK\2" + bytes(60)])
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="index"):
        open_index(data)
