"""Answers about dwelling, assets, livestock, connections and programmes, following the index."""

from collections.abc import Mapping
from datetime import date
from random import Random
from statistics import NormalDist

from jps.sample.livelihood import CERAMIC, TILED, YES, Living
from jps.sample.livelihood import NO as _NO

_GRANITE_FROM = 2.2  # index
_USUAL_INDEX = 0.6  # about the mean after the shift to published rates
_NORMAL = NormalDist()
_WEIGHT, _REST = 0.6, 0.8  # of the index and of chance in everything that is not scored

# Question -> share that says yes at an index of 0. Invented.
_ASSETS: Mapping[str, float] = {
    "asset_gas_cylinder": 0.06,
    "asset_air_conditioner": 0.04,
    "asset_water_heater": 0.01,
    "asset_landline": 0.01,
    "asset_television": 0.70,
    "asset_gold": 0.10,
    "asset_computer": 0.13,
    "asset_smartphone": 0.80,
    "asset_house": 0.05,
}
_CUTS = {question: -_NORMAL.inv_cdf(share) for question, share in _ASSETS.items()}
_PROTECTED_SOURCES = frozenset("45678")  # those whose distance to a septic tank is asked


def dwelling_answers(
    living: Living, size: int, rng: Random, *, is_urban: bool
) -> dict[str, object]:
    """Return the answers of the section on the dwelling."""
    index = living.index
    tenure = rng.choices(("1", "2", "3", "4"), (80, 11 if is_urban else 3, 15, 1))[0]
    answers: dict[str, object] = {
        "tenure": tenure,
        "floor_area": min(max(int(rng.gauss(46 + 14 * index + 2.5 * size, 14)), 9), 420),
        "floor_material": _floor(living, rng),
    }
    if tenure == "1":
        titled = rng.random() < 0.42 + 0.16 * index
        answers["land_certificate"] = "1" if titled else rng.choices("23456", (4, 3, 5, 32, 18))[0]
    answers.update(_shell(_level(index, rng), rng))
    answers.update(_water(_level(index, rng), rng, is_urban=is_urban))
    answers.update(_energy(_level(index, rng), rng))
    answers.update(_toilet(_level(index, rng), rng))
    return answers


def _level(index: float, rng: Random) -> float:
    return index * _WEIGHT + rng.gauss(0, _REST)


def _floor(living: Living, rng: Random) -> str:
    floor = living.answers["ppi_floor_material"]
    if floor == CERAMIC:
        return "1" if living.index > _GRANITE_FROM else "2"
    if floor == TILED:
        return rng.choices("34", (35, 65))[0]
    if living.index < -1.2:
        return rng.choices("56789", (26, 46, 8, 19, 1))[0]
    return rng.choices("5678", (18, 77, 2, 3))[0]


def _shell(level: float, rng: Random) -> dict[str, object]:
    if level > -0.45:
        wall = rng.choices("13", (93, 7))[0]
    else:
        wall = rng.choices("123456", (22, 8, 42, 14, 3, 11))[0]
    roof = rng.choices("1234", (3, 3, 91, 3))[0] if level > -1.1 else rng.choices("37", (62, 38))[0]
    return {"wall_material": wall, "roof_material": roof}


def _water(level: float, rng: Random, *, is_urban: bool) -> dict[str, object]:
    codes = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
    if is_urban:
        weights = (4, 46, 16, 16, 15, 2, 1, 0, 0, 0)
    elif level > -0.5:
        weights = (2, 34, 8, 18, 26, 3, 7, 2, 0, 0)
    else:
        weights = (0, 12, 5, 12, 30, 14, 11, 9, 6, 1)
    source = rng.choices(codes, weights)[0]
    answers: dict[str, object] = {"water_source": source}
    if source in _PROTECTED_SOURCES:
        answers["water_distance"] = rng.choices("123", (34, 56, 10))[0]
    return answers


def _energy(level: float, rng: Random) -> dict[str, object]:
    if level > -1.2:
        lighting = rng.choices("12", (96, 4))[0]
    else:
        lighting = rng.choices("1234", (66, 22, 5, 7))[0]
    answers: dict[str, object] = {"lighting": lighting}
    if lighting == "1":
        bounds = ((1.9, "4"), (0.95, "3"), (0.1, "2"))
        answers["power"] = next((code for least, code in bounds if level > least), "1")
    if level > 1.3:
        answers["cooking_fuel"] = rng.choices("1234", (4, 22, 14, 60))[0]
    elif level > -0.5:
        answers["cooking_fuel"] = rng.choices(("4", "7", "10", "12"), (84, 2, 12, 2))[0]
    else:
        answers["cooking_fuel"] = rng.choices(("4", "7", "9", "10"), (38, 3, 2, 57))[0]
    return answers


def _toilet(level: float, rng: Random) -> dict[str, object]:
    if level > -0.3:
        toilet = rng.choices("124", (92, 6, 2))[0]
    else:
        toilet = rng.choices("123456", (48, 18, 5, 8, 1, 20))[0]
    answers: dict[str, object] = {"toilet": toilet}
    if toilet in {"1", "2", "3"}:
        good = level > -0.6 or rng.random() < 0.5
        answers["closet"] = "1" if good else rng.choices("234", (25, 20, 55))[0]
        answers["disposal"] = "1" if good else rng.choices("1345", (25, 20, 45, 10))[0]
    return answers


def asset_answers(living: Living, rng: Random, *, is_urban: bool) -> dict[str, object]:
    """Return the answers on assets and livestock."""
    index = living.index
    answers: dict[str, object] = {
        question: YES if _level(index, rng) > cut else _NO for question, cut in _CUTS.items()
    }
    answers["asset_refrigerator"] = living.answers["ppi_refrigerator"]
    answers["asset_car"] = living.answers["ppi_car"]
    rides = living.answers["ppi_bought_gasoline"] == YES and rng.random() < 0.9
    answers["asset_motorcycle"] = YES if rides else _NO
    answers["asset_bicycle"] = YES if rng.random() < 0.16 else _NO
    answers["asset_boat"] = YES if not is_urban and rng.random() < 0.03 else _NO
    answers["asset_motor_boat"] = YES if not is_urban and rng.random() < 0.03 else _NO
    land = rng.random() < (0.08 if is_urban else 0.34)
    answers["asset_land"] = YES if land else _NO
    if land:
        answers["asset_land_area"] = rng.choice((250, 500, 1000, 2500, 5000, 7500, 10000, 20000))
    for animal, share, most in (("cattle", 0.16, 5), ("goat", 0.09, 8), ("pig", 0.008, 6)):
        keeps = not is_urban and rng.random() < share
        answers[f"livestock_{animal}"] = rng.randint(1, most) if keeps else 0
    answers["livestock_buffalo"] = answers["livestock_horse"] = 0
    return answers


def connection_answers(
    living: Living, assets: Mapping[str, object], rng: Random
) -> dict[str, object]:
    """Return the answers on internet and account, and the five asked questions of the PPI."""
    level = _level(living.index, rng)
    internet = "0"
    if level > 1.2:
        internet = rng.choices("123", (30, 40, 30))[0]
    elif assets["asset_smartphone"] == YES:
        internet = rng.choices("0123", (8, 1, 8, 83))[0]
    saves = living.answers["ppi_savings_account"] == YES
    account = rng.choices("1234", (4, 78, 10, 8) if saves else (1, 26, 1, 72))[0]
    asked = ("savings_account", "ate_meat", "ate_prepared_rice", "bought_clothing_care",
             "bought_gasoline")  # fmt: skip
    return {
        "internet": internet,
        "active_account": account,
        **{f"ppi_{name}": living.answers[f"ppi_{name}"] for name in asked},
    }


def programme_answers(
    living: Living,
    dwelling: Mapping[str, object],
    rng: Random,
    day: date,
    *,
    has_component: bool,
    is_urban: bool,
) -> dict[str, object]:
    """Return which programmes the home says it received; `has_component`: pupils, small children
    or elderly people as PKH asks for."""
    need = _USUAL_INDEX - living.index
    pkh = has_component and rng.random() < 0.14 + 0.17 * need
    shares = {
        "bpnt": 0.75 if pkh else 0.15 + 0.17 * need,
        "pkh": float(pkh),
        "blt_dd": 0.0 if is_urban or pkh else 0.05 + 0.06 * need,
        "electricity": 0.5 + 0.12 * need if dwelling.get("power") == "1" else 0.0,
        "local": 0.06 + 0.03 * need,
        "fertiliser": 0.0 if is_urban else 0.12,
        "lpg": 0.85 if dwelling.get("cooking_fuel") == "4" else 0.0,
    }
    answers: dict[str, object] = {}
    for name, share in shares.items():
        received = rng.random() < share
        answers[f"aid_{name}"] = YES if received else _NO
        if received:
            answers[f"aid_{name}_last"] = _month_before(day, rng.choice((0, 1, 1, 2, 3, 5, 8)))
    return answers


def _month_before(day: date, months: int) -> str:
    count = day.year * 12 + day.month - 1 - months
    return f"{count // 12:04d}-{count % 12 + 1:02d}-01"
