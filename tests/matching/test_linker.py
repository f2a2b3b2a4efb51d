"""The whole way from two tables to links, and how many of them are right."""

from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jps.matching import Assignment, RegistryIndex, link
from tests.matching import records
from tests.matching.people import make_town
from tests.matching.quality import quality


def rows(table: pa.Table) -> list[records.Record]:
    return list(table.to_pylist())


@pytest.mark.parametrize("seed", [1, 2])
def test_gate_on_the_noise_of_real_lists(seed: int) -> None:
    town = make_town(registry=6_000, survey=2_000, seed=seed)
    registry, survey = town.tables
    links = link(survey, RegistryIndex.build(registry))
    f1, precision, recall = quality(links, town)
    assert f1 >= 0.99
    assert precision >= 0.99
    assert recall >= 0.99
    sure = quality(links, town, least=6.0)
    assert sure[1] >= 0.998
    assert sure[2] >= 0.97
    strangers = [one for one, truth in zip(links, town.truth, strict=True) if not truth]
    assert len(strangers) > 50
    assert sum(one.person is not None for one in strangers) <= 0.02 * len(strangers) + 1


@pytest.mark.parametrize(
    ("gone", "least"),
    [
        (("nik",), 0.99),
        (("kk",), 0.99),
        (("mother",), 0.99),
        (("village",), 0.99),
        (("nik", "kk"), 0.985),
        (("birth_date",), 0.98),
        (("nik", "kk", "mother", "village", "sex"), 0.90),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else None,
)
def test_without_a_field(gone: tuple[str, ...], least: float) -> None:
    town = make_town(registry=3_000, survey=1_000, seed=5)
    registry, survey = town.tables
    blanked = records.table([{**row, **dict.fromkeys(gone, "")} for row in survey.to_pylist()])
    assert quality(link(blanked, RegistryIndex.build(registry)), town)[0] >= least


def test_members_entered_twice_keep_their_link() -> None:
    town = make_town(registry=3_000, survey=1_000, seed=4, twice=0.1)
    registry, survey = town.tables
    index = RegistryIndex.build(registry)
    assert quality(link(survey, index), town)[0] >= 0.99
    assert quality(link(survey, index, how=Assignment.ONE_TO_ONE), town)[2] < 0.95


def test_how_often_members_are_entered_twice_is_learnt() -> None:
    bits = []
    for twice in (0.0, 0.1, 0.3):
        registry, survey = make_town(registry=3_000, survey=1_000, seed=4, twice=twice).tables
        bits.append(link(survey, RegistryIndex.build(registry)).report.again)
    assert bits[0] > 6
    assert 3 < bits[1] < 4.5
    assert 1.5 < bits[2] < 2.8


def test_the_same_person_twice_in_the_registry_is_second_with_a_small_margin() -> None:
    town = make_town(registry=2_000, survey=1_000, seed=6)
    registry, survey = town.tables
    links = link(survey, RegistryIndex.build(registry))
    twice = [
        one for one, truth in zip(links, town.truth, strict=True) if len(truth) == 2 and one.person
    ]
    assert len(twice) > 3
    found = [one for one in twice if one.second is not None]
    assert len(found) >= 0.8 * len(twice)


BUDI = {
    "id": "b",
    "nik": "7501010101909001",
    "kk": "7501010101109001",
    "name": "BUDI LALU",
    "birth_date": "1990-01-01",
    "sex": "1",
    "mother": "SITI UNO",
    "village": "75.01.01.2001",
}
BLANK = dict.fromkeys(BUDI, "")


@pytest.mark.parametrize(
    ("survey", "registry"),
    [
        ([], []),
        ([BUDI], []),
        ([], [BUDI]),
        ([BLANK], [BLANK]),
        ([BLANK] * 50, [BLANK] * 300),
        ([BUDI] * 50, [BUDI] * 300),
        ([BUDI, BLANK], [BLANK, BUDI]),
        ([BUDI], [{**BLANK, "id": "x", "name": "ANI"}]),
    ],
)
def test_odd_inputs_end_cleanly(
    survey: list[records.Record], registry: list[records.Record]
) -> None:
    links = link(records.table(survey), RegistryIndex.build(records.table(registry)))
    assert len(links) == len(survey) == links.table().num_rows
    for row, one in zip(survey, links, strict=True):
        assert one.person is None or (row is BUDI and one.levels["nik"] == 1)
        assert one.probability <= 1
        assert links.report.records == len(survey)


def test_a_tiny_registry_finds_its_person_without_training_data() -> None:
    ani = {**BUDI, "id": "a", "nik": "7501014505929002", "name": "ANI POU", "sex": "2"}
    index = RegistryIndex.build(records.table([{**ani, "birth_date": "1992-05-05"}, BUDI]))
    (found,) = link(records.table([{**BUDI, "nik": "", "birth_date": "1990"}]), index)
    assert found.person == "b"


def test_placeholder_and_shared_numbers_link_nobody() -> None:
    shared = "7501010101909005"
    crowd = [
        {
            **BLANK,
            "id": name,
            "name": name,
            "nik": shared,
            "sex": "1",
            "birth_date": f"19{80 + age}",
        }
        for age, name in enumerate(("ADAM", "BUDI", "EKO", "FERI", "GUNTUR", "HARIS"))
    ]
    index = RegistryIndex.build(records.table(crowd))
    stranger = {**BLANK, "name": "RUSLI", "nik": shared, "sex": "1", "birth_date": "1950"}
    links = link(records.table([stranger, {**stranger, "nik": "9999999999999999"}]), index)
    assert [one.person for one in links] == [None, None]
    assert links.report.shared["nik"] == 1


def test_an_exact_nik_is_no_proof() -> None:
    town = make_town(registry=1_000, survey=300, seed=8)
    registry, survey = town.tables
    members = survey.to_pylist()
    owner = next(row for row in registry.to_pylist() if row["sex"] == "1" and " " in row["name"])
    borrowed = {**BLANK, "id": "x", "nik": owner["nik"], "name": "ZZIL OTHNIEL", "sex": "2"}
    borrowed |= {"birth_date": "1931-09-23", "mother": "QORI BAKTI", "village": "75.71.01.2001"}
    links = link(records.table([*members, borrowed]), RegistryIndex.build(registry))
    last = links[len(links) - 1]
    assert last.person is None
    assert last.levels["nik"] in {0, 1}


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(random: Random) -> None:
    registry, survey = (rows(table) for table in make_town(registry=300, survey=100).tables)
    model = link(records.table(survey), RegistryIndex.build(records.table(registry))).model

    def linked() -> dict[str, tuple[str | None, float | None]]:
        index = RegistryIndex.build(records.table(registry))
        found = link(records.table(survey), index, model=model)
        return {one.record: (one.person, one.weight) for one in found}

    before = linked()
    random.shuffle(registry)
    random.shuffle(survey)
    assert linked() == before
