"""The engine of one machine gives what the kernel gives, from tables, files and an index."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jps.engines import Matched, open_engine
from jps.errors import InvalidData, InvalidFile, NotFound
from jps.matching import RegistryIndex, link
from tests.matching.people import make_town


@pytest.fixture(scope="module")
def tables() -> tuple[pa.Table, pa.Table]:
    """(registry, survey)"""
    return make_town(registry=600, survey=200).tables


def match(survey: pa.Table | Path, registry: pa.Table | Path | RegistryIndex) -> Matched:
    with open_engine("local") as engine:
        return engine.match(survey, registry)


def test_gives_what_the_kernel_gives(tables: tuple[pa.Table, pa.Table]) -> None:
    registry, survey = tables
    matched = match(survey, registry)
    links = link(survey, RegistryIndex.build(registry))
    assert matched.table.select(links.table().column_names).equals(links.table())
    assert matched.report == links.report
    assert matched.model.to_json() == links.model.to_json()


def test_the_bits_of_a_record_add_up_to_its_weight(tables: tuple[pa.Table, pa.Table]) -> None:
    registry, survey = tables
    table = match(survey, RegistryIndex.build(registry)).table
    found = table.filter(table.column("candidate").is_valid())
    names = [name for name in found.column_names if name.startswith("bits_")]
    total = sum(found.column(name).to_numpy() for name in names)
    assert np.allclose(total, found.column("weight").to_numpy(), atol=0.1)


def test_reads_parquet_files_and_folders(tables: tuple[pa.Table, pa.Table], tmp_path: Path) -> None:
    registry, survey = tables
    (tmp_path / "registry").mkdir()
    pq.write_table(registry.slice(0, 300), tmp_path / "registry" / "a.parquet")
    pq.write_table(registry.slice(300), tmp_path / "registry" / "b.parquet")
    pq.write_table(survey, tmp_path / "survey.parquet")
    matched = match(tmp_path / "survey.parquet", tmp_path / "registry")
    assert matched.table.equals(match(survey, registry).table)


def test_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    empty = pa.table({"id": pa.array([], pa.string())})
    (tmp_path / "text.parquet").write_text("id,nik")
    with pytest.raises(NotFound, match=r"none\.parquet"):
        match(empty, tmp_path / "none.parquet")
    with pytest.raises(InvalidFile, match=r"text\.parquet"):
        match(empty, tmp_path / "text.parquet")
    with pytest.raises(InvalidData, match="Kolom"):
        match(empty, empty)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InvalidData, match="local, spark"), open_engine("abacus"):
        pass
