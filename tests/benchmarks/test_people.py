"""The invented lists are what they say they are, and judging counts right."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.benchmarks.judge import judge
from tests.benchmarks.noise import USABLE
from tests.benchmarks.people import Lists, Setting, make
from tests.benchmarks.population import SPIKE

SMALL = Setting(registry=3_000, survey=900)


@pytest.fixture(scope="module")
def lists() -> Lists:
    return make(SMALL)


def test_the_same_setting_gives_the_same_lists(lists: Lists) -> None:
    again = make(SMALL)
    assert again.survey.equals(lists.survey)
    assert again.registry.equals(lists.registry)


def test_sizes_and_noise_are_those_asked_for(lists: Lists) -> None:
    assert (len(lists.registry), len(lists.survey)) == (3_000, 900)
    usable = np.array([one == USABLE for one in lists.nik])
    assert 0.66 < usable.mean() < 0.78
    assert 0.90 < lists.known.mean() < 0.98


def test_serials_are_those_of_invented_people(lists: Lists) -> None:
    niks = lists.registry["nik"].to_pylist()
    assert all(one is not None and len(one) == 16 and one[12] == "9" for one in niks)
    assert len(set(niks)) == len(niks)


def test_variants_of_the_lists() -> None:
    spiked = make(replace(SMALL, spike=1 / 3)).registry["birth_date"].to_pylist()
    date = f"{SPIKE // 10_000}-{SPIKE // 100 % 100}-{SPIKE % 100}"
    assert 0.28 < np.mean([one == date for one in spiked]) < 0.38
    assert set(make(replace(SMALL, no_nik=True)).survey["nik"].to_pylist()) == {""}
    twice = make(replace(SMALL, twice=0.1)).survey_person
    assert 0.05 < 1 - len(np.unique(twice)) / len(twice) < 0.20
    assert len(make(replace(SMALL, culture="islands")).survey) == 900


def test_judging_links_against_the_truth(lists: Lists, tmp_path: Path) -> None:
    lists.save(tmp_path)
    row_of = {person: row for row, person in enumerate(lists.registry_person.tolist())}
    known = np.flatnonzero(lists.known)
    persons = [f"r{row_of[lists.survey_person[row]]}" for row in known]
    persons[0], persons[1] = persons[1], persons[0]  # two wrong links
    records = pa.array([f"s{row}" for row in known])
    weights = pa.array([5.0] * (len(known) - 1) + [-1.0])
    links = pa.table({"record": records, "person": pa.array(persons), "weight": weights})
    pq.write_table(links, tmp_path / "links.parquet")
    judged = judge(tmp_path, tmp_path / "links.parquet")
    assert judged.default.recall == pytest.approx((len(known) - 3) / len(known))
    assert judged.default.precision == pytest.approx((len(known) - 3) / (len(known) - 1))
    assert judged.outsiders == 0.0
