"""A proxy means test: coefficients that are there are found, and what is odd is said."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.errors import InvalidData, InvalidFile
from jps.welfare.pmt import By, Kind, Missing, Model, normal, prediction
from jps.welfare.pmt_judging import Survey
from jps.welfare.pmt_training import Trained, train

KINDS = {"rooms": Kind.NUMBER, "floor": Kind.CODE, "land": Kind.NUMBER}
LINES = {"": 500_000.0}
AREAS = ("75.01.01.2001", "75.01.02.2002", "75.71.01.1001")


def survey(rows: int = 600, *, chance: float = 0.2, **changes: Any) -> Survey:
    """Return households whose consumption follows a known line, with noise."""
    rng = np.random.default_rng(7)
    rooms = rng.integers(1, 6, rows)
    floor = rng.choice(["1", "2", "3"], rows, p=[0.5, 0.3, 0.2])
    land = rng.choice(["", "0", "500"], rows)
    areas = [AREAS[n % 3] for n in range(rows)]
    town = np.array([area == AREAS[2] for area in areas])
    log = 13.0 + 0.1 * rooms - 0.3 * (floor == "2") - 0.5 * (floor == "3") + 0.4 * town
    log += 0.0002 * np.array([float(one or 0) for one in land]) + chance * rng.standard_normal(rows)
    values: dict[str, Any] = {
        "answers": {
            "rooms": [str(one) for one in rooms],
            "floor": floor.tolist(),
            "land": land.tolist(),
        },
        "consumption": np.exp(log),
        "weights": rng.choice([1.0, 2.0], rows),
        "areas": areas,
        "units": [f"u{n // 10}" for n in range(rows)],
        "strata": [area[:5] for area in areas],
    }
    return Survey(**{**values, **changes})


def trained(by: By = By.URBAN, **changes: Any) -> Trained:
    """Return a model of the invented survey."""
    return train(survey(**changes), KINDS, LINES, by=by)


def test_the_coefficients_that_made_the_data_are_found() -> None:
    found = trained()
    group = found.model.groups["rural"]
    rooms, floor, land = group.coefficients
    assert group.intercept == pytest.approx(13.0, abs=0.1)
    assert rooms["x"] == pytest.approx(0.1, abs=0.02)
    assert [floor["2"], floor["3"]] == pytest.approx([-0.3, -0.5], abs=0.08)
    assert land["x"] == pytest.approx(0.0002, abs=0.0001)
    assert found.model.variables[1].reference == "1"
    assert found.model.groups["urban"].intercept == pytest.approx(13.4, abs=0.15)
    assert group.sigma == pytest.approx(0.2, abs=0.03)
    assert 0.6 < found.card["r2_left_out"] <= found.card["r2"] < 1


def test_equals_weighted_least_squares_of_the_textbook() -> None:
    data = survey(chance=0.3)
    model = train(data, {"rooms": Kind.NUMBER}, LINES).model
    x = np.array([float(one) for one in data.answers["rooms"]])
    y, w = np.log(data.consumption), data.weights
    middle, height = np.average(x, weights=w), np.average(y, weights=w)
    slope = np.sum(w * (x - middle) * (y - height)) / np.sum(w * (x - middle) ** 2)
    assert model.groups[""].coefficients[0]["x"] == pytest.approx(slope, abs=1e-6)
    assert model.groups[""].intercept == pytest.approx(height - slope * middle, abs=1e-6)


def test_the_same_data_give_the_same_model_and_card() -> None:
    one, two = trained(), trained()
    assert json.dumps([one.model.as_json(), one.card]) == json.dumps(
        [two.model.as_json(), two.card]
    )
    assert Model.of(json.loads(json.dumps(one.model.as_json()))) == one.model
    assert train(survey(), KINDS, LINES, seed="2").card != train(survey(), KINDS, LINES).card


def test_folds_never_see_the_unit_they_predict() -> None:
    """Every unit has a level of its own that no variable tells: units kept whole give no credit."""
    rng = np.random.default_rng(3)
    unit = np.arange(400) // 8
    level = rng.standard_normal(50)[unit]
    data = survey(
        400,
        consumption=np.exp(13 + level),
        answers={"own": [f"{one:.6f}" for one in rng.standard_normal(50)[unit]]},
        units=[f"u{one}" for one in unit],
    )
    assert train(data, {"own": Kind.NUMBER}, LINES).card["r2_left_out"] < 0.1


def test_errors_at_a_quota_are_those_of_counting() -> None:
    card = trained().card
    for one in card["quotas"]:
        for value, low, high in (one["exclusion"], one["inclusion"]):
            assert 0 <= low <= value <= high <= 1
    exclusions = [one["exclusion"][0] for one in card["quotas"][:4]]
    assert exclusions == sorted(exclusions, reverse=True)
    last = card["quotas"][-1]
    assert last["quota"] == pytest.approx(card["poor"], abs=1e-5)
    # As many are selected as are poor: whoever is left out, another took the place.
    assert last["exclusion"][0] == pytest.approx(last["inclusion"][0], abs=0.03)
    assert {one["code"] for one in card["areas"]} == {"75.01", "75.71"}
    assert sum(one["rows"] for one in card["areas"]) == card["rows"] == 600


@pytest.mark.parametrize(
    ("changes", "kinds", "said"),
    [
        ({"rows": 30}, KINDS, "Terlalu sedikit baris"),
        ({"consumption": np.zeros(600)}, KINDS, "consumption"),
        ({"weights": np.full(600, math.nan)}, KINDS, "weight"),
        ({"consumption": np.full(600, 9e9)}, KINDS, "Tidak ada baris di bawah garis"),
        ({"consumption": np.full(600, 10.0)}, KINDS, "Semua baris di bawah garis"),
        ({"answers": {"rooms": ["1"] * 600}}, {"rooms": Kind.NUMBER}, "Tidak ada variabel"),
        ({"answers": {"rooms": ["1", "x"] * 300}}, {"rooms": Kind.NUMBER}, "baris 3, 5"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_on_is_said(
    changes: dict[str, Any], kinds: dict[str, Kind], said: str
) -> None:
    with pytest.raises(InvalidData) as caught:
        train(survey(**changes), kinds, LINES)
    assert said in str(caught.value)


def test_constant_rare_and_dependent_columns_are_left_out_with_a_word() -> None:
    data = survey()
    rooms = data.answers["rooms"]
    answers = {
        **data.answers,
        "same": ["1"] * 600,
        "twice": [str(2 * int(one)) for one in rooms],
        "rare": ["1"] * 300 + ["2"] * 297 + ["3"] * 3,
    }
    kinds = {**KINDS, "same": Kind.CODE, "twice": Kind.NUMBER, "rare": Kind.CODE}
    found = train(survey(answers=answers), kinds, LINES, by=By.KABUPATEN)
    assert "same" not in [one.name for one in found.model.variables]
    assert found.model.variables[-1].levels == ("2",)
    notes = " ".join(note["text"].format(**note["params"]) for note in found.card["notes"])
    assert all(word in notes for word in ("same dikeluarkan", "jarang (3)", "saling menentukan"))
    predicted = found.model.predict({name: answers[name][0] for name in kinds}, AREAS[0])
    assert predicted.log == pytest.approx(float(np.log(data.consumption[0])), abs=1)


def test_a_small_group_uses_the_model_of_all() -> None:
    areas = [AREAS[2]] * 20 + [AREAS[0]] * 580
    found = train(survey(areas=areas), KINDS, LINES, by=By.URBAN)
    assert set(found.model.groups) == {"", "rural"}
    assert found.model.group_of(AREAS[2]) == ""
    assert any(note["params"].get("name") == "urban" for note in found.card["notes"])


def test_answers_that_are_missing_are_named() -> None:
    model = trained(By.NONE).model
    assert model.predict({"rooms": 2, "floor": "9", "land": ""}, AREAS[0]).chance > 0
    with pytest.raises(Missing) as caught:
        model.predict({"floor": "1"}, AREAS[0])
    assert caught.value.names == ("rooms",)
    parts = model.parts({"rooms": 2, "floor": "2", "land": "500"}, AREAS[0])
    total = model.groups[""].intercept + sum(part.adds for part in parts)
    whole = model.predict({"rooms": "2", "floor": "2", "land": "500"}, AREAS[0])
    assert total == pytest.approx(whole.log, abs=1e-12)


@pytest.mark.parametrize("broken", [{}, {"format": 2}, {"format": 1, "by": "none"}])
def test_a_model_that_is_not_whole_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(InvalidFile):
        Model.of(broken)


def test_the_nearest_line_holds() -> None:
    model = train(survey(), KINDS, {"": 500_000.0, "75.01": 450_000.0, "75.01.01": 400_000.0}).model
    assert [model.line_of(a) for a in ("75.01.01.2001", "75.01.02.2001", "75.010.01", "76")] == [
        400_000.0,
        450_000.0,
        500_000.0,
        500_000.0,
    ]


@given(st.floats(11, 15), st.floats(0.05, 1.0))
def test_gaps_are_those_of_many_draws(log: float, sigma: float) -> None:
    found = prediction(log, sigma, 500_000.0, "")
    # The mean over the quantiles of the distribution, an integral done the slow way.
    steps = np.linspace(-8, 8, 4001)
    weights = np.exp(-(steps**2) / 2)
    gap = np.maximum(0, 1 - np.exp(log + sigma * steps) / 500_000.0)
    for power, value in ((1, found.gap), (2, found.gap2)):
        assert value == pytest.approx(float(np.average(gap**power, weights=weights)), abs=2e-3)
    assert found.chance == pytest.approx(normal((math.log(500_000) - log) / sigma))
    assert 0 <= found.gap2 <= found.gap <= found.chance <= 1
