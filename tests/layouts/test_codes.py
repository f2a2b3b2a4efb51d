"""Code systems: total over what they translate, honest where there is no answer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.errors import InvalidFile
from jps.layouts.bits import bits_of
from jps.layouts.codes import translate
from jps.layouts.tables import read_systems
from tests.layouts.shared import FORM, KNOWN

PBDT = KNOWN[0].systems["pbdt2015"]
REGSOSEK = KNOWN[0].systems["regsosek2022"]
YES_NO = "1 2 3 4"
# Codes of the PBDT 2015 form, from its code lists (data/layouts/README.md).
SOURCE_CODES = {
    "sex": "1 2",
    "relation": "1 2 3 4 5 6 7 8",
    "marital_status": "1 2 3 4",
    "presence": "1 2 3 4 5 6",
    "id_documents": "0 1 2 4 8",
    "pregnant": "1 2",
    "disability": "0 1 2 3 4 5 6 7 8 9 10 11 12",
    "chronic_illness": "0 1 2 3 4 5 6 7 8 9",
    "school_participation": "0 1 2",
    "education_level": "0 1 2 3 4 5 6 7 8 9 10",
    "education_class": "1 2 3 4 5 6 7 8",
    "education_certificate": "0 1 2 3 4 5 6",
    "worked": "1 2",
    "work_sector": " ".join(map(str, range(1, 22))),
    "work_status": "1 2 3 4 5 6 7 8",
    "tenure": "1 2 3 4 5",
    "floor_material": "1 2 3 4 5 6 7 8 9 10",
    "wall_material": "1 2 3 4 5 6 7",
    "roof_material": "1 2 3 4 5 6 7 8 9 10",
    "water_source": "1 2 3 4 5 6 7 8 9 10 11 12",
    "lighting": "1 2 3",
    "power": "1 2 3 4 5 6",
    "cooking_fuel": "1 2 3 4 5 6 7 8 9",
    "toilet": "1 2 3 4",
    "closet": "1 2 3 4",
    "disposal": "1 2 3 4 5 6",
    **{
        f"asset_{name}": YES_NO
        for name in (
            "gas_cylinder", "refrigerator", "air_conditioner", "water_heater", "landline",
            "television", "gold", "computer", "bicycle", "motorcycle", "car", "boat", "land",
            "house",
        )
    },
    "pbdt_motor_boat": YES_NO,
    "pbdt_ship": YES_NO,
    "pbdt_outboard": YES_NO,
}  # fmt: skip


def told(**items: str) -> dict[str, object]:
    """Return question -> answer of what PBDT codes say; None where they say nothing for sure."""
    return {found.question: found.value for found in translate(PBDT, items)}


def test_the_table_is_total_over_its_source_codes() -> None:
    assert {name: set(item.codes) for name, item in PBDT.items.items()} == {
        name: set(codes.split()) for name, codes in SOURCE_CODES.items()
    }


@pytest.mark.parametrize("name", SOURCE_CODES)
def test_every_code_has_an_answer_or_a_reason(name: str) -> None:
    for code in SOURCE_CODES[name].split():
        found = list(translate(PBDT, {name: code}))
        assert found, code
        for one in found:
            assert one.value is not None or (one.reasons["id"] and one.reasons["en"]), code
            answers = one.value if isinstance(one.value, list) else [one.value]
            question = FORM.question(one.question)
            assert all(answer is None or question.choice(answer) for answer in answers)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ({"roof_material": "6"}, {"roof_material": "3"}),
        ({"floor_material": "9"}, {"floor_material": "8"}),
        ({"floor_material": "8"}, {"floor_material": "5"}),
        ({"water_source": "4"}, {"water_source": "3"}),
        ({"water_source": "5"}, {"water_source": "4"}),
        ({"cooking_fuel": "2"}, {"cooking_fuel": None}),
        ({"lighting": "1", "power": "2"}, {"lighting": "1", "power": "2"}),
        ({"lighting": "1", "power": "6"}, {"lighting": "2", "power": None}),
        ({"lighting": "1"}, {"lighting": None}),
        ({"lighting": "3"}, {"lighting": "4"}),
        ({"toilet": "1", "closet": "1"}, {"toilet": "1", "closet": "1"}),
        ({"toilet": "1", "closet": "4"}, {"toilet": "5", "closet": None}),
        ({"id_documents": "13"}, {"id_documents": ["1", "4"]}),
        ({"id_documents": "0"}, {"id_documents": ["0"]}),
        ({"asset_refrigerator": "3"}, {"asset_refrigerator": "1"}),
        ({"asset_refrigerator": "4"}, {"asset_refrigerator": "2"}),
        ({"pbdt_ship": "2", "pbdt_motor_boat": "4"}, {"asset_motor_boat": "2"}),
        ({"pbdt_ship": "2", "pbdt_motor_boat": "3"}, {"asset_motor_boat": "1"}),
        ({"disability": "0"}, {"difficulty_seeing": None}),
        ({"disability": "5"}, {"difficulty_hearing": None, "difficulty_speech": None}),
        ({"education_certificate": "0"}, {"education_certificate": "23"}),
    ],
)
def test_codes_are_translated_by_their_meaning(
    items: dict[str, str], expected: dict[str, object]
) -> None:
    assert told(**items) == expected


@given(st.sets(st.sampled_from([1, 2, 4, 8]), min_size=1))
def test_a_sum_is_the_codes_that_make_it(codes: set[int]) -> None:
    assert bits_of(str(sum(codes)), ["0", "1", "2", "4", "8", "99"]) == [
        str(code) for code in sorted(codes)
    ]


@pytest.mark.parametrize(
    ("total", "expected"), [("99", ["99"]), ("0", ["0"]), ("32", None), ("-1", None), ("x", None)]
)
def test_a_sum_of_other_codes_is_none(total: str, expected: list[str] | None) -> None:
    assert bits_of(total, ["0", "1", "2", "4", "8", "99"]) == expected


def test_sums_of_regsosek_become_lists() -> None:
    (found,) = translate(REGSOSEK, {"job_insurance": "22"})
    assert found.value == ["2", "4", "16"]


def test_questions_with_another_meaning_are_known_as_such() -> None:
    ambiguous = KNOWN[0].ambiguous
    assert {"roof_material", "water_source", "school_participation", "lighting"} <= ambiguous
    assert not ambiguous & {"sex", "relation", "tenure", "work_status", "wall_material"}


def test_a_code_outside_of_its_system_is_refused() -> None:
    assert not PBDT.items["work_sector"].reads("24")
    assert PBDT.items["id_documents"].reads("13")
    assert not PBDT.items["id_documents"].reads("16")
    assert not PBDT.items["roof_material"].reads("Seng")


def test_a_table_that_names_no_choice_is_refused(tmp_path: Path) -> None:
    head = "item,code,meaning,question,to,when,likely,level,reason_id,reason_en,source\n"
    (tmp_path / "wrong.csv").write_text(head + "roof_material,1,,roof_material,77,,,,,,x\n")
    with pytest.raises(InvalidFile, match="77"):
        read_systems(tmp_path, FORM)
    (tmp_path / "wrong.csv").write_text(head + "roof,1,,roof,1,,,,,,x\n")
    with pytest.raises(InvalidFile, match="roof"):
        read_systems(tmp_path, FORM)
