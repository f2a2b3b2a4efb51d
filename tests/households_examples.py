"""Answers documents of invented households that pass every check, to be varied by tests.

NIK and KK numbers use serials 9000-9999, which no real person has here.
"""

from typing import Any

VILLAGE = "75.01.01.2001"
INTERVIEW_DATE = "2024-03-05"

_DIFFICULTIES = (
    "difficulty_seeing",
    "difficulty_hearing",
    "difficulty_walking",
    "difficulty_hands",
    "difficulty_learning",
    "difficulty_behaviour",
    "difficulty_speech",
    "difficulty_self_care",
    "difficulty_memory",
)
_ASSETS = (
    "asset_gas_cylinder",
    "asset_refrigerator",
    "asset_air_conditioner",
    "asset_water_heater",
    "asset_landline",
    "asset_television",
    "asset_gold",
    "asset_computer",
    "asset_motorcycle",
    "asset_bicycle",
    "asset_car",
    "asset_boat",
    "asset_motor_boat",
    "asset_smartphone",
    "asset_land",
    "asset_house",
)
_AIDS = (
    "aid_bpnt",
    "aid_pkh",
    "aid_blt_dd",
    "aid_electricity",
    "aid_local",
    "aid_fertiliser",
    "aid_lpg",
)
_ADULT: dict[str, Any] = {
    "school_participation": "3",
    "education_level": "3",
    "education_class": "8",
    "education_certificate": "3",
    "worked": "1",
    "work_hours": 40,
    "work_sector": "4",
    "work_status": "1",
    **dict.fromkeys(_DIFFICULTIES, "4"),
    "sadness": "4",
    "chronic_illness": "1",
    "health_insurance": ["1"],
    "job_insurance": ["0"],
}


def _without_blanks(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


def member_document(**overrides: Any) -> dict[str, Any]:
    """Return a man of 43 who heads the household; None as an override leaves a question out."""
    return _without_blanks(
        {
            "presence": "1",
            "name": "Hasan Contoh",
            "nik": "7501010505809001",
            "kk": "7501012301159001",
            "sex": "1",
            "birth_precision": "full",
            "birth_date": "1980-05-05",
            "birth_place": "Limboto",
            "mother_name": "Ramla Contoh",
            "relation": "1",
            "marital_status": "2",
            "id_documents": ["4"],
            **_ADULT,
            **overrides,
        }
    )


def spouse_document(**overrides: Any) -> dict[str, Any]:
    """Return the wife of `member_document`, 41 years old."""
    return member_document(
        **{
            "name": "Fatma Contoh",
            "nik": "7501014909829002",
            "sex": "2",
            "birth_date": "1982-09-09",
            "mother_name": "Salma Contoh",
            "relation": "2",
            "worked": "2",
            "work_hours": None,
            "work_sector": None,
            "work_status": None,
            "pregnant": "2",
            **overrides,
        }
    )


def child_document(**overrides: Any) -> dict[str, Any]:
    """Return their daughter of 3, too young for questions on school, work and difficulties."""
    return _without_blanks(
        {
            "presence": "1",
            "name": "Nurul Contoh",
            "nik": "7501015101219003",
            "kk": "7501012301159001",
            "sex": "2",
            "birth_precision": "full",
            "birth_date": "2021-01-11",
            "birth_place": "Limboto",
            "mother_name": "Fatma Contoh",
            "relation": "3",
            "marital_status": "1",
            "id_documents": ["1", "2"],
            "child_nutrition": "3",
            "chronic_illness": "1",
            "health_insurance": ["1"],
            **overrides,
        }
    )


def household_document(**overrides: Any) -> dict[str, Any]:
    """Return a complete document of a family of three in a village of Limboto.

    None as an override leaves a question out; `members` replaces the roster.
    """
    return _without_blanks(
        {
            "area_code": VILLAGE,
            "address": "Jalan Contoh 1",
            "dusun": "Dusun Contoh",
            "rt": "001",
            "rw": "002",
            "gps": "0.63 122.98 20 5",
            "address_matches_kk": "1",
            "legal_basis": "public_task",
            "consent": "1",
            "interview_date": INTERVIEW_DATE,
            "visit_result": "1",
            "kk_status": "0",
            "respondent_name": "Hasan Contoh",
            "members": [member_document(), spouse_document(), child_document()],
            "tenure": "1",
            "land_certificate": "6",
            "floor_area": 36,
            "floor_material": "6",
            "wall_material": "3",
            "roof_material": "3",
            "water_source": "5",
            "water_distance": "2",
            "lighting": "1",
            "power": "1",
            "cooking_fuel": "4",
            "toilet": "1",
            "closet": "1",
            "disposal": "1",
            **dict.fromkeys(_ASSETS, "2"),
            "asset_motorcycle": "1",
            "asset_smartphone": "1",
            "livestock_goat": 2,
            "internet": "3",
            "active_account": "4",
            **dict.fromkeys(_AIDS, "2"),
            "aid_bpnt": "1",
            "aid_bpnt_last": "2024-02-01",
            "ppi_savings_account": "2",
            "ppi_ate_meat": "2",
            "ppi_ate_prepared_rice": "1",
            "ppi_bought_clothing_care": "1",
            "ppi_bought_gasoline": "1",
            **overrides,
        }
    )
