"""The index of the registry: saved, opened, refined where keys are too common."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from jps.errors import InvalidData, NotFound
from jps.matching import Person, RegistryIndex, StaleIndex, link, record_keys
from jps.matching.blocking import BlockingReport, find_pairs
from jps.matching.normalise import Normaliser, default_normaliser
from jps.matching.variants import Variants
from tests.matching import records
from tests.matching.people import make_town


def test_saved_index_finds_the_same(tmp_path: Path) -> None:
    registry, survey = make_town(registry=400, survey=150).tables
    built = RegistryIndex.build(registry)
    built.save(tmp_path / "index")
    built.save(tmp_path / "index")
    opened = RegistryIndex.load(tmp_path / "index")
    assert link(survey, opened).table().equals(link(survey, built).table())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index"]


def test_large_columns_are_memory_mapped(tmp_path: Path) -> None:
    registry, _ = make_town(registry=9_000, survey=0).tables
    RegistryIndex.build(registry).save(tmp_path / "index")
    assert isinstance(RegistryIndex.load(tmp_path / "index").people["nik"], np.memmap)


def test_no_index_and_an_old_index_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        RegistryIndex.load(tmp_path)
    RegistryIndex.build(records.table([])).save(tmp_path / "index")
    known = default_normaliser().variants
    other = Variants(known.variant, known.leading, known.titles, known.aliases, {}, "other")
    with pytest.raises(StaleIndex):
        RegistryIndex.load(tmp_path / "index", Normaliser(other))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData) as caught:
        RegistryIndex.build(records.table([]).drop_columns(["mother"]))
    assert str(caught.value) == "Kolom mother tidak ada"


def test_postings_hold_the_keys_of_every_person() -> None:
    registry, _ = make_town(registry=300, survey=0).tables
    index = RegistryIndex.build(registry)
    found: dict[int, set[int]] = {}
    for keys, rows in index.postings():
        for key, row in zip(keys.tolist(), rows.tolist(), strict=True):
            found.setdefault(key, set()).add(row)
    for row, record in enumerate(registry.to_pylist()):
        assert any(row in found.get(key, ()) for key in record_keys(Person.read(record)).values())


def test_a_common_key_is_refined_and_what_stays_too_common_is_reported() -> None:
    names = ("ADAM", "BUDI", "CICI", "DODI", "EKA")
    crowd = [
        {"id": str(row), "name": f"{names[row % 5]} UNO", "birth_date": "1990-01-01", "sex": "1"}
        for row in range(2_000)
    ]
    index = RegistryIndex.build(records.table(crowd))
    report = BlockingReport.of(index)
    asked = records.people([{"name": "ADAM UNO", "birth_date": "1990-01-01", "sex": "1"}])
    i, _j = find_pairs(asked, index, np.arange(1), report)
    count = report.recipes["birth_initial"]
    assert len(i) == 0
    assert count.refined > 0
    assert count.dropped_keys + count.dropped_people > 0
    assert report.recipes["name"].unreached + report.recipes["name_birth"].unreached > 0


def test_a_spike_on_one_birth_date_still_finds_people() -> None:
    town = make_town(registry=3_000, survey=600, seed=3)
    registry, survey = (_with_spike(table) for table in town.tables)
    links = link(survey, RegistryIndex.build(registry))
    right = sum(one.person in truth for one, truth in zip(links, town.truth, strict=True) if truth)
    known = sum(bool(truth) for truth in town.truth)
    assert right / known > 0.97
    assert links.report.blocking.pairs < 200 * len(survey)


def _with_spike(table: pa.Table) -> pa.Table:
    rows = table.to_pylist()
    for row in rows:
        if row["birth_date"][5:7] in {"01", "02", "03", "04"}:
            row["birth_date"] = "1980-07-01"
    return records.table(rows)
