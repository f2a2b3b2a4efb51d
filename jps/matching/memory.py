"""What a search remembers: enough for the next one to search only what changed since.

A memory is a cache and nothing else. It names what it rests on (`basis`) and what it saw of every
row (a hash of all that keys and comparisons read); whatever does not agree is searched anew, so
that a lost, old or foreign memory costs time and never a link.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jps.matching.columns import of_texts, to_texts
from jps.matching.hashing import Ints, hash_text, mix_arrays
from jps.matching.index import RegistryIndex
from jps.matching.normalise import default_normaliser
from jps.matching.pairs import Pairs
from jps.matching.records import Records
from jps.matching.search import Lists

Texts = pa.StringArray
_TEXTS_AT_ONCE = 100_000  # hashed at once: about 50 MB


@dataclass(frozen=True)
class Memory:
    """What one search saw and found.

    `ids` and `records` (hashes) are of our list, `people` (hashes) of the registry's rows;
    `settled` says which records their NIK settled; `oversize` has, by recipe, the keys above its
    cap at every step. `pairs` are all pairs worth a look, rows of both lists as they were.
    """

    basis: str
    ids: Texts
    records: Ints
    people: Ints
    settled: npt.NDArray[np.bool_]
    oversize: Mapping[str, tuple[Ints, ...]]
    pairs: Pairs

    def save(self, path: Path) -> None:
        """Write it; a memory already there is replaced in one step."""
        pairs = self.pairs
        arrays: dict[str, Any] = {
            "basis": np.frombuffer(self.basis.encode(), np.uint8),
            "ids": np.frombuffer("\n".join(to_texts(self.ids)).encode(), np.uint8),
            "records": self.records,
            "people": self.people,
            "settled": self.settled,
            "i": pairs.i,
            "j": pairs.j,
            "term_bits": pairs.term_bits,
            "weights": pairs.weights,
        }
        arrays |= {f"level {name}": levels for name, levels in pairs.levels.items()}
        for recipe, steps in self.oversize.items():
            arrays |= {f"oversize {recipe} {depth}": keys for depth, keys in enumerate(steps)}
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(path.name + ".new")
        with fresh.open("wb") as file:
            np.savez(file, **arrays)
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path, basis: str) -> "Memory | None":
        """Return what stands at `path`, None when nothing does that rests on `basis`."""
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                if file["basis"].tobytes().decode() != basis:
                    return None
                return cls._read(basis, {name: file[name] for name in file.files})
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    @classmethod
    def _read(cls, basis: str, arrays: Mapping[str, "npt.NDArray[np.generic]"]) -> "Memory":
        oversize: dict[str, list[Ints]] = {}
        levels = {}
        for name, values in arrays.items():
            kind, *rest = name.split(" ")
            if kind == "oversize":
                oversize.setdefault(rest[0], []).append(values.astype(np.int64))
            elif kind == "level":
                levels[rest[0]] = values.astype(np.int8)
        ints = {name: arrays[name].astype(np.int64) for name in ("records", "people", "i", "j")}
        terms, weights = (arrays[name].astype(np.float64) for name in ("term_bits", "weights"))
        text = arrays["ids"].tobytes().decode()
        return cls(
            basis=basis,
            ids=of_texts(text.split("\n") if text else []),
            records=ints["records"],
            people=ints["people"],
            settled=arrays["settled"].astype(np.bool_),
            oversize={recipe: tuple(steps) for recipe, steps in oversize.items()},
            pairs=Pairs(ints["i"], ints["j"], levels, terms, weights),
        )


def rules_version() -> str:
    """Return what tells this code and its data from any other: a memory of other rules is void."""
    digest = sha256(default_normaliser().version.encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def oversize_keys(index: RegistryIndex) -> dict[str, tuple[Ints, ...]]:
    """Return, by recipe, the keys of every step that are above its cap."""
    return {
        name: tuple(np.asarray(level.oversize, np.int64) for level in block.levels)
        for name, block in index.blocks.items()
    }


def seen(lists: Lists) -> tuple[Ints, Ints]:
    """Return a hash per record of our list and per row of the registry of all that is compared."""
    return (
        _seen(lists.left, lists.left_compared),
        _seen(lists.index.people, lists.right_compared),
    )


def _seen(records: Records, compared: Records) -> Ints:
    columns: list[Ints] = []
    for column in records.own_columns().values():
        if isinstance(column, np.ndarray):
            columns.append(np.asarray(column, np.int64))
            continue
        parts = (getattr(column, part.name) for part in fields(column))
        columns += [hash_texts(one)[column.codes] for one in parts if isinstance(one, Texts)]
    # Numbers that may be hidden from comparison.
    guarded = [field.name for field in records.spec.fields if field.owners]
    hidden = [records.feature(name) != compared.feature(name) for name in guarded]
    return mix_arrays(hash_text("seen"), *columns, *(one.astype(np.int64) for one in hidden))


def hash_texts(texts: Texts) -> Ints:
    """Return a 63-bit hash per text: the sum of its bytes, each times a number of its place."""
    pieces = [
        _hash_piece(texts.slice(start, _TEXTS_AT_ONCE))
        for start in range(0, len(texts), _TEXTS_AT_ONCE)
    ]
    return np.concatenate(pieces) if pieces else np.empty(0, np.int64)


def _hash_piece(texts: Texts) -> Ints:
    text = "".join(to_texts(texts))
    lengths = pc.binary_length(texts).to_numpy().astype(np.int64)
    ends = np.concatenate(([0], np.cumsum(lengths)))
    raw = np.frombuffer(text.encode(), np.uint8).astype(np.uint64)
    places = np.arange(len(raw)) - np.repeat(ends[:-1], lengths)
    factors = mix_arrays(hash_text("place"), np.arange(lengths.max(initial=0))).astype(np.uint64)
    total = np.zeros(len(raw) + 1, np.uint64)
    np.cumsum(raw * factors[places], out=total[1:])
    sums = (total[ends[1:]] - total[ends[:-1]]).astype(np.int64)
    return mix_arrays(hash_text("text"), sums, lengths)
