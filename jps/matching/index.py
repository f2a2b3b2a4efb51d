"""The registry ready to be searched: people and sorted keys per recipe; saved, memory-mapped."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jps.errors import Conflict, NotFound
from jps.matching.columns import strings
from jps.matching.frequencies import Frequencies
from jps.matching.hashing import Ints
from jps.matching.normalise import Normaliser, default_normaliser
from jps.matching.parallel import in_parallel
from jps.matching.person import PERSON
from jps.matching.recipes import NO_KEY, Recipe
from jps.matching.records import Records
from jps.matching.spec import Field, Spec
from jps.text import N_

Rows = npt.NDArray[np.signedinteger[Any]]  # 32 bits suffice for one list

_META = "index.json"
_SMALL = 65_536  # bytes


@dataclass(frozen=True)
class Block:
    """Registry rows by one step of a recipe: `keys` sorted, `rows` beside them.

    Keys above the recipe's cap are in `oversize` only; their rows are in `finer` by the next step.
    Without a further step they are left out: `dropped` counts rows reached by no key of the recipe.
    """

    keys: Ints
    rows: Rows
    oversize: Ints
    dropped: int
    finer: "Block | None"

    @classmethod
    def build(cls, people: Records, recipe: Recipe, depth: int, rows: Rows) -> "Block":
        """Index `rows` of people by step `depth` of the recipe."""
        column = recipe.steps[depth].of_all(people.feature)[rows]
        order = np.argsort(column, kind="stable")
        keys, sorted_rows = column[order], rows[order]
        start = int(np.searchsorted(keys, NO_KEY, side="right"))
        keys, sorted_rows = keys[start:], sorted_rows[start:]
        starts = np.flatnonzero(np.diff(keys, prepend=NO_KEY))
        values, counts = keys[starts], np.diff(starts, append=len(keys))
        above = counts > recipe.cap
        if not above.any():
            return cls(keys, sorted_rows, values[:0], 0, None)
        large = np.repeat(above, counts)
        finer, held = None, sorted_rows[large]
        if depth + 1 < len(recipe.steps):
            finer = cls.build(people, recipe, depth + 1, np.sort(held))
        lost = 0 if finer else len(held)
        return cls(keys[~large], sorted_rows[~large], values[above], lost, finer)

    @property
    def levels(self) -> Iterator["Block"]:
        """This block and its refinements, coarse to fine."""
        yield self
        if self.finer is not None:
            yield from self.finer.levels


@dataclass(frozen=True)
class RegistryIndex:
    """Records of a registry snapshot with their keys, value frequencies and shared numbers."""

    people: Records
    blocks: dict[str, Block]
    frequencies: dict[str, Frequencies]
    version: str

    @classmethod
    def build(
        cls, table: pa.Table, normaliser: Normaliser | None = None, spec: Spec = PERSON
    ) -> "RegistryIndex":
        """Index a table with the text columns of the specification, one row per registry person.

        Records who died, moved or appear twice belong in it: what a status means is decided after
        matching. Raises InvalidData for a missing column.
        """
        return cls.of(Records.read(table, normaliser, spec), normaliser)

    @classmethod
    def of(cls, people: Records, normaliser: Normaliser | None = None) -> "RegistryIndex":
        """Index records that were read by this normaliser."""
        spec = people.spec
        rows = np.arange(len(people), dtype=np.int32)
        blocks = in_parallel(lambda recipe: Block.build(people, recipe, 0, rows), spec.recipes)
        counted = [field.name for field in spec.fields if field.kind.counted]
        frequencies = in_parallel(lambda name: Frequencies.of(people.feature(name)), counted)
        return cls(
            people,
            {recipe.name: block for recipe, block in zip(spec.recipes, blocks, strict=True)},
            dict(zip(counted, frequencies, strict=True)),
            index_version(normaliser or default_normaliser(), spec),
        )

    def __len__(self) -> int:
        return len(self.people)

    def postings(self) -> Iterator[tuple[Ints, Rows]]:
        """Yield (keys, rows) of every searchable key: what an online look-up table holds."""
        for block in self.blocks.values():
            for level in block.levels:
                yield level.keys, level.rows

    def save(self, folder: Path) -> None:
        """Write the index; an index already there is replaced only when the new one is complete."""
        fresh = folder.with_name(folder.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _save_people(self.people, fresh)
        depths = {name: _save_block(block, fresh, name) for name, block in self.blocks.items()}
        meta = {
            "version": self.version,
            "people": len(self),
            "blocks": depths,
            "frequencies": {name: one.to_json() for name, one in self.frequencies.items()},
        }
        (fresh / _META).write_text(json.dumps(meta))
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)

    @classmethod
    def load(
        cls, folder: Path, normaliser: Normaliser | None = None, spec: Spec = PERSON
    ) -> "RegistryIndex":
        """Open a saved index, memory-mapped. Raises NotFound, or StaleIndex for other rules."""
        if not (folder / _META).is_file():
            raise NotFound(N_("Indeks data kependudukan belum dibuat."))
        meta = json.loads((folder / _META).read_text())
        version = index_version(normaliser or default_normaliser(), spec)
        if meta["version"] != version:
            raise StaleIndex(N_("Indeks data kependudukan dibuat dengan aturan lama; buat ulang."))
        blocks = {
            name: _load_block(folder, name, dropped) for name, dropped in meta["blocks"].items()
        }
        frequencies = {n: Frequencies.from_json(one) for n, one in meta["frequencies"].items()}
        return cls(_load_people(folder, spec), blocks, frequencies, version)


class StaleIndex(Conflict):
    """The index was built by other rules for names or keys and must be built again."""

    code = "stale-index"


def index_version(normaliser: Normaliser, spec: Spec = PERSON) -> str:
    """Return what an index depends on besides its people: rules for names, keys and caps."""
    return f"{normaliser.version}-{spec.version}"


def _save_people(people: Records, folder: Path) -> None:
    for name, column in people.own_columns().items():
        for part, value in _parts(column).items():
            path = folder / f"{name}{part}"
            if isinstance(value, pa.Array):
                _save_texts(path.with_name(f"{path.name}.arrow"), texts=strings(value))
            else:
                np.save(path.with_name(f"{path.name}.npy"), value)
    _save_texts(folder / "ids.arrow", texts=people.ids)


def _parts(column: Any) -> dict[str, Any]:
    """Return what a column consists of, arrays of numbers or texts, by suffix of the file."""
    if not is_dataclass(column):
        return {"": column}
    return {f".{part.name}": getattr(column, part.name) for part in fields(column)}


def _load_people(folder: Path, spec: Spec) -> Records:
    columns = {
        field.name: _load_column(folder, field) for field in spec.fields if not field.kind.made_of
    }
    return Records.of(_load_texts(folder / "ids.arrow"), columns, spec)


def _load_column(folder: Path, field: Field) -> Any:
    make = field.kind.column
    names = [part.name for part in fields(make)] if is_dataclass(make) else []
    if not names:
        return _load(folder / f"{field.name}.npy")
    parts = {}
    for name in names:
        path = folder / f"{field.name}.{name}.npy"
        texts = path.with_suffix(".arrow")
        parts[name] = _load(path) if path.exists() else _load_texts(texts)
    return make(**parts)


def _save_block(block: Block, folder: Path, name: str) -> list[int]:
    dropped = []
    for depth, level in enumerate(block.levels):
        for part in ("keys", "rows", "oversize"):
            np.save(folder / f"key.{name}.{depth}.{part}.npy", getattr(level, part))
        dropped.append(level.dropped)
    return dropped


def _load_block(folder: Path, name: str, dropped: list[int]) -> Block:
    block: Block | None = None
    for depth in reversed(range(len(dropped))):
        keys, rows, oversize = (
            _load(folder / f"key.{name}.{depth}.{part}.npy")
            for part in ("keys", "rows", "oversize")
        )
        block = Block(keys, rows, oversize, dropped[depth], block)
    assert block is not None
    return block


def _load(path: Path) -> Any:
    # An empty file cannot be mapped, and a small one need not be.
    return np.load(path, mmap_mode="r" if path.stat().st_size > _SMALL else None)


def _save_texts(path: Path, *, texts: pa.StringArray) -> None:
    table = pa.table({"texts": texts})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _load_texts(path: Path) -> pa.StringArray:
    return strings(pa.ipc.open_file(pa.memory_map(str(path))).read_all().column("texts"))
