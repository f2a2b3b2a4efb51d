"""The hidden index: calibrated, and everything visible follows it."""

import pytest

from jps.sample import Sample, SampleHousehold
from jps.sample.livelihood import INDICATORS, ITEMS, Likelihood, live
from jps.welfare.ppi import Scorecard


@pytest.fixture(scope="module")
def households(sample: Sample) -> list[SampleHousehold]:
    """The surveyed households."""
    return list(sample.households())


def share(sample: Sample, households: list[SampleHousehold], question: str, code: str) -> float:
    """Return how much more often the better half of complete homes gives an answer."""
    pairs = [
        (living.index, one.answers.get(question) == code)
        for living, one in zip(sample.livings, households, strict=True)
        if one.answers["visit_result"] == "1"
    ]
    pairs.sort(key=lambda pair: pair[0])
    half = len(pairs) // 2
    poor, rich = pairs[:half], pairs[half:]
    return sum(yes for _, yes in rich) / len(rich) - sum(yes for _, yes in poor) / len(poor)


def test_the_score_covers_every_published_rate(likelihood: Likelihood, card: Scorecard) -> None:
    """The calibration can reach rates from under 1 to over 40 percent."""
    worst = dict.fromkeys(ITEMS, "2")
    best = dict.fromkeys(ITEMS, "1")
    for size in ("1", "2", "3", "4"):
        poor = likelihood({**worst, "ppi_floor_material": "3", "ppi_household_size": size})
        rich = likelihood({**best, "ppi_floor_material": "1", "ppi_household_size": size})
        assert rich < 0.006
        assert poor > 0.17
    assert set(INDICATORS.values()) == {one.key for one in card.indicators} - {"province"}


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("asset_refrigerator", "1"),
        ("asset_car", "1"),
        ("asset_smartphone", "1"),
        ("asset_computer", "1"),
        ("toilet", "1"),
        ("wall_material", "1"),
        ("floor_material", "2"),
    ],
)
def test_better_homes_have_more(
    sample: Sample, households: list[SampleHousehold], question: str, code: str
) -> None:
    assert share(sample, households, question, code) > 0.03


@pytest.mark.parametrize("question", ["aid_pkh", "aid_bpnt"])
def test_worse_homes_get_more_aid(
    sample: Sample, households: list[SampleHousehold], question: str
) -> None:
    assert share(sample, households, question, "1") < -0.05


@pytest.mark.parametrize("target", [2.0, 15.0, 35.0])
def test_any_rate_is_met(sample: Sample, likelihood: Likelihood, target: float) -> None:
    rates = dict.fromkeys(sample.rates, target)
    _, reached = live(sample.visits, likelihood, rates, seed=1)
    for rate in reached.values():
        assert rate.reached == pytest.approx(target, abs=0.5)


def test_a_rate_out_of_reach_ends_at_the_nearest(sample: Sample, likelihood: Likelihood) -> None:
    _, reached = live(sample.visits, likelihood, {"75.01": 99.0}, seed=1)
    assert 50 < reached["75.01"].reached < 85
    assert reached["75.02"].published is None
