"""Keys that lead to nobody, and columns that can be asked for."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.analysis.columns import Column, Kind, cell_maker
from jps.analysis.frames import Frame, columns_of
from jps.analysis.rules import Pseudonyms, chosen_columns
from jps.config import DATA
from jps.errors import InvalidData
from jps.exports.orders import IDENTIFYING
from jps.questionnaire import load_form

OFFICE, ANI, BUDI = "f" * 64, uuid.UUID(int=1), uuid.UUID(int=2)
KEYS = Pseudonyms(OFFICE, ANI, "map")


def test_a_key_stays_within_a_project() -> None:
    again = Pseudonyms(OFFICE, ANI, "map")
    assert KEYS.of("household", "x") == again.of("household", "x")


@pytest.mark.parametrize(
    "other",
    [
        Pseudonyms(OFFICE, ANI, "another project"),
        Pseudonyms(OFFICE, BUDI, "map"),
        Pseudonyms("e" * 64, ANI, "map"),
    ],
)
def test_another_project_person_or_office_has_other_keys(other: Pseudonyms) -> None:
    assert KEYS.of("household", "x") != other.of("household", "x")


def test_a_member_and_a_household_with_one_id_have_two_keys() -> None:
    assert KEYS.of("household", "x") != KEYS.of("member", "x")


@given(st.sets(st.uuids(), max_size=30))
def test_keys_tell_records_apart_and_hide_them(ids: set[uuid.UUID]) -> None:
    made = {KEYS.of("member", one) for one in ids}
    assert len(made) == len(ids)
    assert all(len(key) == 16 and key not in str(ids) for key in made)


def test_columns_come_in_the_order_of_the_frame() -> None:
    assert chosen_columns(("b", "a"), ("a", "b", "c")) == ("a", "b")
    assert chosen_columns((), ("a", "b")) == ("a", "b")


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(InvalidData, match="umur"):
        chosen_columns(("umur",), ("age",))


@pytest.mark.parametrize("frame", Frame)
def test_no_frame_identifies_anybody_unless_asked(frame: Frame) -> None:
    form = load_form(DATA / "questionnaire")
    plain = {column.name for column in columns_of(frame, form)}
    whole = {column.name for column in columns_of(frame, form, identified=True)}
    hidden = IDENTIFYING | {"lat", "lon", "household_id", "member_id", "head_name"}
    if frame is not Frame.PROGRAMMES and frame is not Frame.LISTS and frame is not Frame.AREAS:
        assert not plain & hidden
    assert plain <= whole
    assert len(whole) == len(columns_of(frame, form, identified=True))


@pytest.mark.parametrize(
    ("kind", "stored", "cell"),
    [
        (Kind.COUNT, "12", 12),
        (Kind.COUNT, "abc", None),
        (Kind.CODE, "", None),
        (Kind.CODES, ["1", "4"], "1 4"),
        (Kind.MASKED, "7501010505809001", "7501**********01"),
        (Kind.FLAG, False, False),
        (Kind.DATE, "2024-03-99", None),
    ],
)
def test_what_is_stored_becomes_a_cell(kind: Kind, stored: object, cell: object) -> None:
    assert cell_maker(Column("x", kind, ""), KEYS)(stored) == cell
