"""What every engine takes and gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jps.errors import InvalidFile, NotFound
from jps.matching import (
    COLUMNS,
    Assignment,
    LinkReport,
    Links,
    Model,
    Records,
    RegistryIndex,
    Thresholds,
    bits_of,
)
from jps.matching.hashing import Ints
from jps.matching.linker import linked
from jps.matching.search import Found, Lists
from jps.text import N_

ENGINES = ("local", "spark")

# A table with the text columns of `matching.COLUMNS`, or a Parquet file (or folder of them) with
# these columns. A registry may also be an index that was built before.
Source: TypeAlias = pa.Table | Path
Registry: TypeAlias = RegistryIndex | Source


@dataclass(frozen=True)
class Matched:
    """Who is who: `table` has one row per record, the model that weighed them and the counts.

    The columns are those of `Links.table()` and, after the level of every field, what it adds to
    the weight: `bits_start`, `bits_<field>` and `bits_family` sum to `weight`.
    """

    table: pa.Table
    model: Model
    report: LinkReport

    @classmethod
    def of(cls, links: Links, people: Records) -> "Matched":
        """Put the columns together; `people` are those that `links.candidate` counts."""
        table = links.table()
        for name, bits in bits_of(links, people).items():
            table = table.append_column(f"bits_{name}", pa.array(np.round(bits, 2)))
        return cls(table, links.model, links.report)


class Engine(Protocol):
    """A place to match in. Get one from `open_engine`, which also closes it.

    `at_once` is how many records one call of `find` is worth; fewer only show progress sooner.
    """

    @property
    def at_once(self) -> int: ...

    def find(
        self,
        lists: Lists,
        model: Model | None = None,
        *,
        sure: float,
        seed: int = 0,
        rows: Ints | None = None,
    ) -> Found:
        """Return what `matching.search.find_all` returns for the same arguments."""

    def match(
        self,
        survey: Source,
        registry: Registry,
        *,
        model: Model | None = None,
        how: Assignment | None = None,
        thresholds: Thresholds | None = None,
        seed: int = 0,
    ) -> Matched:
        """Link every record of `survey`; without a model, learn one from the two lists.

        The records stand in the order of the table; those of files read by many machines in the
        order of reading. Raises InvalidData for a missing column, NotFound or InvalidFile for a
        file.
        """


Find = Callable[..., Found]


def match_index(
    find: Find,
    survey: Source,
    index: RegistryIndex,
    *,
    model: Model | None,
    how: Assignment | None,
    thresholds: Thresholds,
    seed: int,
) -> Matched:
    """Link to an index in the memory of this machine, with pairs from `Engine.find`."""
    spec = index.people.spec
    lists = Lists.of(Records.read(read_source(survey), spec=spec), index)
    found = find(lists, model, sure=thresholds.sure, seed=seed)
    links = linked(lists, found, how=how or spec.how, thresholds=thresholds)
    return Matched.of(links, index.people)


def read_source(source: Source) -> pa.Table:
    """Return a table, read from Parquet where a path is given. Raises NotFound or InvalidFile."""
    if isinstance(source, pa.Table):
        return source
    # ParquetFile, unlike pq.read_table, does without pandas.
    opened = parquet_files(source)
    wanted = [[name for name in COLUMNS if name in one.schema_arrow.names] for one in opened]
    return pa.concat_tables(
        [one.read(columns=names) for one, names in zip(opened, wanted, strict=True)]
    )


def parquet_files(path: Path) -> list[pq.ParquetFile]:
    """Return the file, or the files of a folder, opened. Raises NotFound or InvalidFile."""
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise NotFound(N_("Berkas {file} tidak ditemukan."), file=path.name)
    try:
        return [pq.ParquetFile(file) for file in files]
    except pa.ArrowInvalid as problem:
        raise InvalidFile(
            N_("{file} bukan berkas Parquet yang dapat dibaca."), file=path.name
        ) from problem
