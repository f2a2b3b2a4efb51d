"""Samples made from the product's own tables."""

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from jps.sample import (
    SURVEY_DAY,
    Sample,
    SampleArea,
    make_sample,
    poor_likelihood,
    published_rates,
)
from jps.sample.livelihood import Likelihood
from jps.sample.places import Village, villages_of
from jps.welfare.ppi import Scorecard

DATA = Path(__file__).parents[2] / "data"
NAMES = DATA / "sample"
Make = Callable[..., Sample]


def read_sample_areas() -> list[SampleArea]:
    """Return the official areas of Gorontalo."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    with (DATA / "areas" / "gorontalo.csv").open(encoding="utf-8", newline="") as file:
        return [
            SampleArea(
                code=row["code"],
                name=row["name"],
                lat=number(row["lat"]),
                lng=number(row["lon"]),
                population=int(row["population"]) if row["population"] else None,
            )
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="session")
def areas() -> Sequence[SampleArea]:
    """All areas of the province."""
    return read_sample_areas()


@pytest.fixture(scope="session")
def villages(areas: Sequence[SampleArea]) -> list[Village]:
    """All villages of the province."""
    return villages_of(areas)


@pytest.fixture(scope="session")
def card() -> Scorecard:
    """The published scorecard."""
    return Scorecard.load(DATA / "ppi_indonesia_2022.json")


@pytest.fixture(scope="session")
def likelihood(card: Scorecard) -> Likelihood:
    """The probability of being poor in Gorontalo."""
    return poor_likelihood(card, "75")


@pytest.fixture(scope="session")
def make(areas: Sequence[SampleArea], likelihood: Likelihood) -> Make:
    """Make a sample from the product's tables."""

    def make_one(households: int, seed: int, *, on: date = SURVEY_DAY) -> Sample:
        rates = published_rates(DATA / "poverty_rates.csv")
        return make_sample(
            households, seed, areas, names=NAMES, likelihood=likelihood, rates=rates, on=on
        )

    return make_one


@pytest.fixture(scope="session")
def sample(make: Make) -> Sample:
    """A sample with at least one household in every village."""
    return make(1500, 7)
