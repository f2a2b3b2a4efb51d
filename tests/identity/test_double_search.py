"""Doubles among all members: found by any key, bound by decisions, as common as the weights say."""

import uuid

import pyarrow as pa
import pytest

from jps.identity.double_search import DoublePair, DoublePrior, doubles_in
from jps.identity.rules import Verdict
from jps.matching import Model, RegistryIndex, link
from tests.registries import strangers

People = list[dict[str, str]]


def person(row: tuple[str, ...], number: int, **changes: str) -> dict[str, str]:
    found = {
        "id": str(uuid.UUID(int=number)),
        "nik": row[0],
        "kk": row[1],
        "name": row[2],
        "birth_date": row[4],
        "sex": "1" if row[3] == "L" else "2",
        "mother": row[6],
        "village": row[7],
    }
    return found | changes


ROWS = strangers(300)
TWICE = 12


@pytest.fixture(scope="module")
def people() -> People:
    """Three hundred people of whom twelve are entered again, without NIK or with a new name."""
    again = [
        person(row, 1_000 + place, nik="", kk="", village="75.01.01.2001")
        if place % 2
        else person(row, 1_000 + place, name=row[2] + " S", birth_date=row[4][:4], kk="")
        for place, row in enumerate(ROWS[:TWICE])
    ]
    return [person(row, place) for place, row in enumerate(ROWS)] + again


@pytest.fixture(scope="module")
def model(people: People) -> Model:
    """What is learnt from the list against a registry of the same people."""
    registry = [person(row, place) for place, row in enumerate(ROWS)]
    return link(
        pa.Table.from_pylist(people), RegistryIndex.build(pa.Table.from_pylist(registry))
    ).model


NOBODY = pa.table(
    {
        "person": pa.array([], pa.string()),
        "record": pa.array([], pa.string()),
        "shared": pa.array([], pa.bool_()),
    }
)


def search(
    people: People, model: Model, said: dict[frozenset[uuid.UUID], Verdict] | None = None
) -> tuple[set[tuple[int, int]], DoublePrior]:
    index = RegistryIndex.build(pa.Table.from_pylist(people))
    found, prior = doubles_in(index, NOBODY, model, said or {})
    assert all(isinstance(one, DoublePair) and one.first < one.other for one in found)
    return {(one.first.int, one.other.int) for one in found}, prior


TRUTH = {(place, 1_000 + place) for place in range(TWICE)}


def test_people_entered_again_are_found_and_nobody_else(people: People, model: Model) -> None:
    found, prior = search(people, model)
    assert len(found & TRUTH) >= TWICE - 1
    assert len(found - TRUTH) <= 1
    assert prior.found < 0.2  # hardly anybody has a double; in the registry nearly everybody is
    assert model.found > 0.8


def test_the_order_of_the_list_makes_no_difference(people: People, model: Model) -> None:
    assert search(people[::-1], model)[0] == search(people, model)[0]


def test_a_decision_binds_the_cluster_and_its_pair_stays_to_be_undone(
    people: People, model: Model
) -> None:
    third = person(ROWS[1], 2_001, nik="", name=ROWS[1][2], village="75.01.01.2002")
    list_of_three = [*people, third]
    three = {(1, 1_001), (1, 2_001), (1_001, 2_001)}
    assert three <= search(list_of_three, model)[0]
    different = frozenset((uuid.UUID(int=1), uuid.UUID(int=1_001)))
    found, _ = search(list_of_three, model, {different: Verdict.DIFFERENT})
    assert (1, 1_001) in found  # where people can undo what they said
    assert len(found & three) == 2  # the third is one of the two, not both


def test_a_list_without_doubles_has_none(model: Model) -> None:
    found, prior = search([person(row, place) for place, row in enumerate(ROWS)], model)
    assert found == set()
    assert prior.found < 0.01
