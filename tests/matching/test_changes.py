"""A search of what changed finds what a search of everything finds, whatever changed and how."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from jps.matching import Model, People, RegistryIndex, link
from jps.matching.changes import Search
from jps.matching.columns import of_texts
from jps.matching.memory import Memory, hash_texts, rules_version
from jps.matching.search import Lists
from tests.matching.people import make_town

Row = dict[str, str]
SURE = 6.0
# One day and village around the cap of 200, one name around its cap of 30, one NIK under 3 names.
CROWDED = {"birth_date": "1980-07-01", "village": "75.01.01.2001"}
COMMON = {"name": "SITI AMINAH"}
# One person who stands in the registry as often as the cap of 50 allows; records that have this NIK
# and nothing else find them until it is passed.
COPIED = {"nik": "7501012209809500", "name": "ZULAIHA DAUD", "birth_date": "1980-09-22"}


@dataclass
class World:
    """Two lists that change."""

    survey: list[Row]
    registry: list[Row]
    model: Model
    rng: Random
    made: int = 0

    def search(self, memory: Memory | None) -> Search:
        index = RegistryIndex.build(pa.Table.from_pylist(self.registry))
        lists = Lists.of(People.read(pa.Table.from_pylist(self.survey)), index)
        search = Search(lists, self.model, sure=SURE, basis="tests", memory=memory)
        assert list(search.run())[-1] == len(search.changes.whole)
        return search

    def new_id(self) -> str:
        self.made += 1
        return f"new-{self.made}"

    def one_of(self, rows: list[Row]) -> Row:
        return rows[self.rng.randrange(len(rows))]


def change_names(world: World) -> None:
    for _ in range(3):
        world.one_of(world.survey)["name"] = world.one_of(world.registry)["name"]
        world.one_of(world.survey)["nik"] = ""


def take_numbers(world: World) -> None:
    """One NIK under more and more names, until it is nobody's."""
    number = world.registry[0]["nik"]
    for rows in (world.survey, world.registry):
        world.one_of(rows)["nik"] = number
        world.one_of(rows)["kk"] = world.registry[5]["kk"]


def enter_people(world: World) -> None:
    for _ in range(4):
        person = world.one_of(world.registry)
        world.survey.append({**person, "id": world.new_id(), "mother": ""})


def lose_people(world: World) -> None:
    for rows in (world.survey, world.registry):
        del rows[world.rng.randrange(len(rows))]


def renew_registry(world: World) -> None:
    """A new snapshot: other ids, another order, some people new, changed, twice or gone."""
    rows = [{**row, "id": world.new_id()} for row in world.registry]
    world.rng.shuffle(rows)
    rows = rows[5:]
    for _ in range(3):
        rows.append({**world.one_of(rows), "id": world.new_id()})
        rows.append({**world.one_of(world.survey), "id": world.new_id()})
        world.one_of(rows)["name"] = world.one_of(rows)["name"]
        world.one_of(rows)["birth_date"] = "1999-09-09"
    world.registry = rows


def crowd(world: World) -> None:
    for _ in range(3):
        world.one_of(world.registry).update(CROWDED)
        world.one_of(world.registry).update(COMMON)
        world.one_of(world.survey).update(CROWDED)
        world.one_of(world.survey).update(COMMON)
        world.registry.append({**world.registry[-1], **COPIED, "id": world.new_id()})


def disperse(world: World) -> None:
    for common in (CROWDED, COMMON, COPIED):
        same = [row for row in world.registry if common.items() <= row.items()]
        for row in same[: world.rng.randrange(6)]:
            row.update({name: world.one_of(world.registry)[name] for name in common})


def nothing(world: World) -> None:
    """The next run finds everything as it was."""


EDITS = (
    change_names, take_numbers, enter_people, lose_people, renew_registry, crowd, disperse, nothing,
)  # fmt: skip


def make_world(seed: int) -> World:
    town = make_town(registry=700, survey=250, seed=seed)
    registry, survey = (table.to_pylist() for table in town.tables)
    for number, row in enumerate(registry):
        row.update(CROWDED if number < 199 else {})
        row.update(COMMON if 300 <= number < 330 else {})
        row.update(COPIED if 400 <= number < 449 else {})
        row["nik"] = registry[0]["nik"] if number in {1, 2} else row["nik"]
    for row in survey[:2]:
        row.update({**dict.fromkeys(row, ""), "id": row["id"], "nik": COPIED["nik"]})
    model = link(town.tables[1], RegistryIndex.build(town.tables[0])).model
    return World(survey, registry, model, Random(seed))


def same(found: Search, wanted: Search) -> None:
    """Hold that two searches say the same."""
    a, b = found.found.pairs, wanted.found.pairs
    assert a.i.tolist() == b.i.tolist()
    assert a.j.tolist() == b.j.tolist()
    assert a.weights.tolist() == b.weights.tolist()
    assert all(np.array_equal(a.levels[name], b.levels[name]) for name in b.levels)
    assert found.found.settled.tolist() == wanted.found.settled.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_what_changed_and_everything_give_the_same(seed: int) -> None:
    world = make_world(seed)
    memory: Memory | None = None
    saved = 0
    for _ in range(8):
        for edit in world.rng.sample(EDITS, world.rng.randrange(1, 4)):
            edit(world)
        found = world.search(memory)
        same(found, world.search(None))
        memory = found.memory
        saved += len(world.survey) - len(found.changes.whole)
    assert saved > 4 * 250  # most records are not searched again


def test_a_saved_memory_is_the_same_and_a_foreign_or_torn_one_is_none(tmp_path: Path) -> None:
    world = make_world(0)
    memory = world.search(None).memory
    path = tmp_path / "indexes" / "memory.npz"
    memory.save(path)
    again = Memory.load(path, "tests")
    assert again is not None
    search = world.search(again)
    assert (len(search.changes.whole), len(search.changes.partly)) == (0, 0)
    same(search, world.search(None))
    assert Memory.load(path, "other rules") is None
    path.write_bytes(path.read_bytes()[:-2000])
    assert Memory.load(path, "tests") is None
    assert Memory.load(tmp_path / "nowhere.npz", "tests") is None


def test_empty_lists_are_remembered_too(tmp_path: Path) -> None:
    world = make_world(0)
    survey, world.survey = world.survey, []
    columns = pa.table({name: pa.array([], pa.string()) for name in survey[0]})
    index = RegistryIndex.build(pa.Table.from_pylist(world.registry))
    lists = Lists.of(People.read(columns), index)
    search = Search(lists, world.model, sure=SURE, basis="tests")
    assert list(search.run()) == [0]
    search.memory.save(tmp_path / "memory.npz")
    world.survey = survey
    found = world.search(Memory.load(tmp_path / "memory.npz", "tests"))
    assert len(found.changes.whole) == len(survey)
    same(found, world.search(None))


def test_texts_have_a_hash_of_their_own_wherever_they_stand() -> None:
    texts = ["", "A", "AB", "BA", "SITI", "SITI ", "É", "B"]
    hashes = hash_texts(of_texts(texts)).tolist()
    assert len(set(hashes)) == len(texts)
    assert hash_texts(of_texts(["X", *texts[2:5]]).slice(1, 2)).tolist() == hashes[2:4]
    assert hash_texts(of_texts([])).tolist() == []
    assert hash_texts(of_texts([""])).tolist() == hashes[:1]
    assert rules_version() == rules_version()
