"""Keys: the same for a record wherever it stands."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from jps.matching import Person, record_keys
from jps.matching.keys import all_keys
from jps.matching.person import RECIPES
from jps.matching.recipes import NO_KEY
from tests.matching import records


@given(st.lists(records.records, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_same_alone_in_any_batch_and_any_order(rows: list[records.Record], random: Random) -> None:
    alone = [record_keys(Person.read(row)) for row in rows]
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    for batch in (sorted(shuffled), shuffled, shuffled[:1]):
        columns = all_keys(records.people([rows[row] for row in batch]))
        for place, row in enumerate(batch):
            keys = {step: int(column[place]) for step, column in columns.items()}
            assert {step: key for step, key in keys.items() if key != NO_KEY} == alone[row]


def test_keys_never_change_by_accident() -> None:
    person = Person.read(
        {
            "nik": "7501010101909001",
            "name": "Siti Aminah",
            "birth_date": "1990-01-01",
            "sex": "2",
            "village": "75.01.01.2001",
        }
    )
    assert record_keys(person)["birth_initial:birth+name.initial"] == 8946887270241819232
    assert record_keys(person)["nik:nik"] == 550637101869593438


@given(records.records)
def test_blanks_have_no_key(record: records.Record) -> None:
    assert record_keys(Person.read({**record, **dict.fromkeys(record, "")})) == {}


def test_steps_refine_and_have_names_of_their_own() -> None:
    steps = [step for recipe in RECIPES for step in recipe.steps]
    assert len({step.name for step in steps}) == len({step.salt for step in steps}) == len(steps)
    for recipe in RECIPES:
        for coarse, fine in zip(recipe.steps, recipe.steps[1:], strict=False):
            assert set(coarse.features) < set(fine.features)
