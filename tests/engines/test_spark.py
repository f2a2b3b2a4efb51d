"""Spark gives what one machine gives: the same keys, pairs, model and links."""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jps.engines import Matched, open_engine
from jps.engines.parts import PACKETS, Batches, Reader, as_batch, payloads
from jps.engines.session import Spark, missing
from jps.engines.spark import SparkEngine
from jps.errors import Conflict, InvalidData, NotFound
from jps.matching import COLUMNS, PERSON, Records, RegistryIndex
from jps.matching.keys import all_keys
from jps.matching.packets import Packet, bytes_tables, tables_bytes
from jps.matching.search import Lists, find_all
from tests.matching import records
from tests.matching.people import Town, make_town

pytestmark = pytest.mark.slow
TOWN = make_town(registry=1_500, survey=500, seed=3, twice=0.1)
# Everybody born on one day: keys are refined.
SPIKE = make_town(registry=3_000, survey=300, seed=9)
for people in (SPIKE.registry, SPIKE.survey):
    people[:] = [replace(one, birth_date="1980-01-01") for one in people]


def lists(registry: pa.Table, survey: pa.Table) -> Lists:
    return Lists.of(Records.read(survey), RegistryIndex.build(registry))


def store(folder: Path, table: pa.Table, pieces: int) -> Path:
    """Write a table as a folder of Parquet files."""
    folder.mkdir()
    rows = -(-len(table) // pieces)
    for piece in range(pieces):
        pq.write_table(table.slice(piece * rows, rows), folder / f"{piece}.parquet")
    return folder


def assert_same(one: Matched, other: Matched) -> None:
    a, b = (matched.table.sort_by("record") for matched in (one, other))
    assert a.column_names == b.column_names
    for name in a.column_names:
        if pa.types.is_floating(a.column(name).type):
            x, y = (one.column(name).to_numpy() for one in (a, b))
            assert np.allclose(x, y, atol=1e-6, equal_nan=True), name
        else:
            assert a.column(name).equals(b.column(name)), name


@pytest.mark.parametrize("town", [TOWN, SPIKE], ids=["town", "spike"])
def test_finds_the_same_pairs_and_learns_the_same_model(engine: SparkEngine, town: Town) -> None:
    both = lists(*town.tables)
    here, there = find_all(both, None, sure=6.0), engine.find(both, sure=6.0)
    assert there.model.to_json() == here.model.to_json()
    for column in ("i", "j", "weights"):
        assert np.array_equal(getattr(there.pairs, column), getattr(here.pairs, column))
    assert np.array_equal(there.settled, here.settled)
    refined = sum(count.refined for count in there.report.recipes.values())
    assert (refined > 0) == (town is SPIKE)


def test_searches_chosen_records_with_a_model(engine: SparkEngine) -> None:
    both = lists(*TOWN.tables)
    model = find_all(both, None, sure=6.0).model
    rows = np.arange(0, len(both.left), 3)
    here = find_all(both, model, sure=6.0, rows=rows)
    there = engine.find(both, model, sure=6.0, rows=rows)
    assert np.array_equal(there.pairs.j, here.pairs.j)
    assert np.array_equal(there.pairs.i, here.pairs.i)


def test_links_files_that_no_machine_reads_whole(engine: SparkEngine, tmp_path: Path) -> None:
    registry, survey = TOWN.tables
    files = store(tmp_path / "survey", survey, 2), store(tmp_path / "registry", registry, 3)
    there = engine.match(*files)
    with open_engine("local") as local:
        learnt = local.match(*files)
        here = local.match(*files, model=there.model)
    assert_same(engine.match(*files, model=there.model), here)
    assert there.report.people == len(registry)
    assert there.report.settled == here.report.settled
    # Strangers are drawn at random, and the rows stand in another order.
    people = (one.table.sort_by("record").column("person").to_pylist() for one in (there, learnt))
    assert sum(a != b for a, b in zip(*people, strict=True)) <= 2


def test_links_tables_and_ends_cleanly_on_empty_ones(engine: SparkEngine, tmp_path: Path) -> None:
    registry, survey = TOWN.tables
    nobody = registry.slice(0, 0)
    assert len(engine.match(nobody, registry).table) == 0
    assert engine.match(survey, nobody).table.column("person").null_count == len(survey)
    none = store(tmp_path / "none", nobody, 1)
    assert len(engine.match(none, store(tmp_path / "registry", registry, 1)).table) == 0


def test_says_what_is_wrong_with_a_file(engine: SparkEngine, tmp_path: Path) -> None:
    registry, survey = TOWN.tables
    fine = store(tmp_path / "fine", registry, 1)
    with pytest.raises(NotFound, match="absent"):
        engine.match(tmp_path / "absent", fine)
    with pytest.raises(InvalidData, match="mother"):
        engine.match(store(tmp_path / "bad", survey.drop_columns("mother"), 1), fine)
    floats = survey.set_column(1, "nik", pa.array([0.5] * len(survey)))
    with pytest.raises(InvalidData, match="nik"):
        engine.match(store(tmp_path / "floats", floats, 1), fine)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(records.records, min_size=1, max_size=40))
def test_keys_on_a_machine_of_spark_are_those_of_here(
    spark: Spark, rows: list[records.Record]
) -> None:
    def keys(batches: Batches) -> Batches:
        for batch in batches:
            for packed in payloads(batch):
                found = Packet.unpack([packed], PERSON).records
                columns = {name: pa.array(one) for name, one in all_keys(found).items()}
                yield as_batch([tables_bytes([pa.table(columns)])])

    table = records.table(rows)
    path = spark.work / "keys.parquet"
    pq.write_table(table, path)
    texts = spark.read(path, ", ".join(f"{column} string" for column in COLUMNS))
    sent = spark.by_partition(texts, Reader(PERSON), PACKETS)
    answer = payloads(spark.mapped(sent, keys, PACKETS).toArrow())
    there = pa.concat_tables([bytes_tables(one)[0] for one in answer])
    here = all_keys(Records.read(table))
    assert there.column_names == list(here)
    assert all(np.array_equal(there.column(name).to_numpy(), here[name]) for name in here)


def test_one_process_runs_one_spark(engine: SparkEngine) -> None:
    with pytest.raises(Conflict), open_engine("spark"):
        pass


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "PySpark" in missing() or "Java 17" in missing()
    with pytest.raises(NotFound), open_engine("spark"):
        pass
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o700)
    assert subprocess.run([java], check=True).returncode == 0
    assert missing()
