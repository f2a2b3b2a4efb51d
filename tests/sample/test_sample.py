"""The whole sample: size, shape, reach, truth, and that it comes out the same every time."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from jps.errors import InvalidData
from jps.questionnaire import Form, load_form
from jps.questionnaire.household_rules import check_household
from jps.registry.columns import FileMapping, find_columns
from jps.sample import HEADER, Sample, SampleArea, SampleHousehold, make_sample
from jps.sample.livelihood import INDICATORS, Likelihood
from jps.welfare.ppi import Scorecard
from tests.sample.conftest import DATA, NAMES, Make

ROOT = DATA.parent


@pytest.fixture(scope="module")
def form() -> Form:
    """The product's questionnaire."""
    return load_form(DATA / "questionnaire")


@pytest.fixture(scope="module")
def households(sample: Sample) -> list[SampleHousehold]:
    """The surveyed households."""
    return list(sample.households())


def fingerprint(sample: Sample) -> str:
    """Return a hash of everything in a sample."""
    digest = hashlib.sha256(json.dumps([dict(row) for row in sample.registry.rows]).encode())
    for one in sample.households():
        families = {kk: str(key) for kk, key in one.families.items()}
        members = [(str(m.id), m.person, m.niks, m.kinds) for m in one.members]
        digest.update(json.dumps([str(one.id), one.answers, families, members]).encode())
    return digest.hexdigest()


def test_the_same_arguments_give_the_same_bytes(make: Make) -> None:
    assert fingerprint(make(80, 3)) == fingerprint(make(80, 3))


def test_another_process_gives_the_same_bytes(make: Make) -> None:
    """Nothing may hang on the order of a set, which differs between processes."""
    code = (
        "from tests.sample.conftest import *\n"
        "from tests.sample.test_sample import fingerprint\n"
        "likely = poor_likelihood(Scorecard.load(DATA / 'ppi_indonesia_2022.json'), '75')\n"
        "rates = published_rates(DATA / 'poverty_rates.csv')\n"
        "print(fingerprint(make_sample(40, 5, read_sample_areas(), names=NAMES, "
        "likelihood=likely, rates=rates)))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4", "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert found.stdout.strip() == fingerprint(make(40, 5))


def test_another_seed_gives_other_people_and_ids(make: Make) -> None:
    one, other = make(40, 1), make(40, 2)
    assert {h.id for h in one.households()}.isdisjoint(h.id for h in other.households())
    assert one.registry.rows[0] != other.registry.rows[0]


def test_size_of_survey_and_registry(sample: Sample, households: list[SampleHousehold]) -> None:
    assert len(households) == 1500
    assert 4.5 * 1500 < len(sample.registry.rows) < 5.5 * 1500


def test_every_village_has_a_household(
    areas: Sequence[SampleArea], households: list[SampleHousehold]
) -> None:
    villages = {area.code for area in areas if area.code.count(".") == 3}
    assert len(villages) == 729
    assert {one.area_code for one in households} == villages


def test_ids_are_unique(households: list[SampleHousehold]) -> None:
    ids = [one.id for one in households]
    ids += [member.id for one in households for member in one.members]
    ids += [family for one in households for family in one.families.values()]
    assert len(set(ids)) == len(ids)


def test_the_gate_accepts_every_household(
    form: Form,
    sample: Sample,
    households: list[SampleHousehold],
    areas: Sequence[SampleArea],
) -> None:
    regions = {area.code.replace(".", "") for area in areas if area.code.count(".") == 2}
    for one in households:
        checked = check_household(form, one.answers, today=sample.on, regions=regions)
        found = [problem for problem in checked.problems if problem.level == "error"]
        assert not found, (found, one.answers)
        assert not checked.dropped


def test_members_and_families_follow_the_roster(households: list[SampleHousehold]) -> None:
    for one in households:
        roster = one.answers.get("members", [])
        assert isinstance(roster, list)
        assert len(roster) == len(one.members)
        assert {entry["kk"] for entry in roster if "kk" in entry} == set(one.families)


def test_poverty_rates_come_out_as_published(
    form: Form,
    sample: Sample,
    card: Scorecard,
    households: list[SampleHousehold],
) -> None:
    """Scored from the documents as the product scores them, weighted by persons."""
    poor: Counter[str] = Counter()
    persons: Counter[str] = Counter()
    for one in households:
        answers = form.check(one.answers, sample.on).answers
        if answers["visit_result"] != "1":
            continue
        responses = {key: str(answers[question]) for question, key in INDICATORS.items()}
        score = card.score({"province": "75", **responses}, "npl100")
        size = int(str(answers["household_size"]))
        poor[one.area_code[:5]] += round(score.likelihood * size * 1e6)
        persons[one.area_code[:5]] += size
    published = {"75.01": 16.43, "75.02": 17.83, "75.03": 14.80, "75.04": 17.11, "75.05": 16.86,
                 "75.71": 5.74}  # fmt: skip
    assert set(persons) == set(published)
    for regency, rate in published.items():
        reached = poor[regency] / persons[regency] / 1e4
        assert abs(reached - rate) < 1, regency
        assert sample.rates[regency].published == rate
        assert sample.rates[regency].reached == pytest.approx(reached, abs=0.01)


def test_visit_results_are_mostly_complete(households: list[SampleHousehold]) -> None:
    results = Counter(one.answers["visit_result"] for one in households)
    assert results["1"] > 0.93 * len(households)
    assert set(results) == {"1", "2", "3", "4", "5"}
    for one in households:
        assert (one.answers["consent"] == "2") == (one.answers["visit_result"] == "4")


def test_days_lie_in_the_survey_period(make: Make) -> None:
    on = date(2026, 11, 23)
    made = make(60, 9, on=on)
    assert all((on - one.day).days in range(75) for one in made.households())


def test_homes_off_their_kk_address(households: list[SampleHousehold]) -> None:
    off = sum(one.answers["address_matches_kk"] == "2" for one in households)
    assert 0.045 < off / len(households) < 0.085


def test_households_lie_near_their_village(
    areas: Sequence[SampleArea], households: list[SampleHousehold]
) -> None:
    places = {area.code: area for area in areas}
    for one in households:
        lat, lng = map(float, str(one.answers["gps"]).split()[:2])
        place = places[one.area_code]
        assert place.lat is not None
        assert place.lng is not None
        assert abs(lat - place.lat) < 0.03
        assert abs(lng - place.lng) < 0.03


def test_the_registry_file_has_headers_that_imports_know(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    sample.write_registry_csv(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [dict(row) for row in sample.registry.rows]
    assert len(find_columns(HEADER, FileMapping())) == len(HEADER)


def test_nothing_to_make_is_told(likelihood: Likelihood, make: Make) -> None:
    with pytest.raises(InvalidData, match="1 atau lebih"):
        make(0, 1)
    province = [SampleArea("75", "Gorontalo")]
    with pytest.raises(InvalidData, match="desa"):
        make_sample(5, 1, province, names=NAMES, likelihood=likelihood, rates={})


def test_areas_without_figures_still_make_a_sample(likelihood: Likelihood) -> None:
    villages = [SampleArea(f"99.01.01.200{i}", f"Desa {i}") for i in range(1, 4)]
    made = make_sample(9, 1, villages, names=NAMES, likelihood=likelihood, rates={})
    assert Counter(one.area_code for one in made.households()) == {
        area.code: 3 for area in villages
    }
    assert made.rates["99.01"].published is None
    assert not any("gps" in one.answers for one in made.households())
