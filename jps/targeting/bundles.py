"""A list that proves itself elsewhere: what it was drawn from and what came out, in one ZIP.

It holds the definition, the entries, the columns that were read for everybody the snapshot holds
(ids and answers, no names), and one hash for each column of the snapshot. From these anybody can
draw the list again without this office's database; the hashes of the columns that are not there
still give the snapshot's.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from jps.errors import InvalidFile, JpsError
from jps.targeting.facts import Catalogue, Fact, Unit
from jps.targeting.reading import rule_problems
from jps.targeting.rules import (
    Definition,
    list_bytes,
    list_hash,
    make_list,
    needed_facts,
    require_quotas,
)
from jps.targeting.snapshots import (
    FIXED,
    column_heading,
    facts_in,
    open_snapshot,
    raw_column,
    schema_of,
    snapshot_file,
)
from jps.text import N_

FORMAT = 1
INDEX, ENTRIES = "list.json", "entries.csv"
LARGEST = 4 << 30  # bytes that a bundle may unpack to
_EPOCH = (1980, 1, 1, 0, 0, 0)  # files carry no time: the same list, the same bytes

NOT_ONE = N_("Berkas ini bukan berkas bukti daftar, atau tidak utuh.")
COLUMN = N_("Kolom {name} berbeda dari sidiknya.")
SNAPSHOT = N_("Sidik kolom tidak menghasilkan sidik potret data.")
DRAWN = N_("Daftar yang dibuat ulang berbeda dari isi berkas: {n} baris.")
HASH = N_("Sidik daftar berbeda.")
UNREADABLE = N_("Daftar tidak dapat dibuat ulang dari berkas ini: {why}")


@dataclass(frozen=True)
class Problem:
    """Something that is not as the bundle says: a template with what fills it."""

    text: str
    params: Mapping[str, object]

    def __str__(self) -> str:
        return self.text.format(**self.params)


@dataclass(frozen=True)
class Proof:
    """What came of proving a bundle: the list's hash, and whatever is not as it says."""

    name: str
    content_hash: str
    entries: int
    problems: tuple[Problem, ...]

    @property
    def same(self) -> bool:
        """Whether the list is what it says."""
        return not self.problems


def write_bundle(
    path: Path,
    folder: Path,
    snapshot: str,
    definition: Definition,
    known: Catalogue,
    *,
    name: str,
) -> str:
    """Write the bundle of a list drawn from a snapshot in `folder`; return the list's hash."""
    needed = needed_facts(definition, known)
    people = open_snapshot(folder, snapshot, needed)
    content = list_bytes(make_list(definition, people, known))
    found = list_hash(definition, snapshot, content)
    columns = column_hashes(folder, snapshot, known)
    index = {
        "format": FORMAT,
        "name": name,
        "definition": json.loads(definition.as_json()),
        "snapshot": snapshot,
        "list": found,
        "columns": columns,
    }
    with TemporaryDirectory() as draft, zipfile.ZipFile(path, "w") as bundle:
        text = json.dumps(index, ensure_ascii=False, indent=1).encode()
        _add(bundle, INDEX, text)
        _add(bundle, ENTRIES, content)
        for unit in Unit:
            source = snapshot_file(folder, snapshot, unit)
            if not source.exists():
                continue
            facts = [fact for fact in needed if fact.unit is unit]
            schema = schema_of(unit, facts)
            table = pq.ParquetFile(source).read(columns=schema.names)
            copy = snapshot_file(Path(draft), snapshot, unit)
            pq.write_table(table.select(schema.names).cast(schema), copy)
            _add(bundle, copy.name, copy.read_bytes())
    return found


def column_hashes(folder: Path, snapshot: str, known: Catalogue) -> list[tuple[str, str, str]]:
    """Return unit, name and hash of each column of a snapshot, in their order."""
    found = []
    for unit in Unit:
        path = snapshot_file(folder, snapshot, unit)
        for name in pq.read_schema(path).names if path.exists() else ():
            found.append((str(unit), name, _column_hash(path, unit, name, known.get(name))))
    return found


def prove_bundle(path: Path) -> Proof:
    """Draw the list of a bundle again and compare everything; InvalidFile for what is no bundle."""
    with _unpacked(path) as folder:
        try:
            index = json.loads((folder / INDEX).read_bytes())
            definition = Definition.of_json(index["definition"])
            snapshot, columns = str(index["snapshot"]), index["columns"]
            told, name = str(index["list"]), str(index["name"])
            content = (folder / ENTRIES).read_bytes()
            if index["format"] != FORMAT or len(snapshot) != 64:
                raise InvalidFile(NOT_ONE)
            problems = list(_column_problems(folder, snapshot, columns))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidFile(NOT_ONE) from error
        try:
            drawn = _drawn(folder, snapshot, definition)
        except (JpsError, LookupError, ValueError, TypeError) as error:
            problems.append(Problem(UNREADABLE, {"why": str(error)}))
            return Proof(name, told, 0, tuple(problems))
        if drawn != content:
            ours, theirs = drawn.splitlines(), content.splitlines()
            differ = len(set(ours) ^ set(theirs))
            problems.append(Problem(DRAWN, {"n": max(differ, 1)}))
        if list_hash(definition, snapshot, drawn) != told:
            problems.append(Problem(HASH, {}))
        return Proof(name, told, drawn.count(b"\n") - 1, tuple(problems))


def _column_problems(folder: Path, snapshot: str, columns: Any) -> Iterator[Problem]:
    """Compare the columns that are there with their hashes, and all hashes with the snapshot's."""
    known = facts_in(folder, snapshot)
    parts = b""
    listed: set[tuple[Unit, str]] = set()
    for unit, name, digest in columns:
        parts += bytes.fromhex(digest)
        listed.add((Unit(unit), name))
        path = snapshot_file(folder, snapshot, Unit(unit))
        here = path.exists() and name in pq.read_schema(path).names
        if here and _column_hash(path, Unit(unit), name, known.get(name)) != digest:
            yield Problem(COLUMN, {"name": name})
    for fact in known.values():
        if (fact.unit, fact.name) not in listed:
            yield Problem(COLUMN, {"name": fact.name})
    if sha256(parts).hexdigest() != snapshot:
        yield Problem(SNAPSHOT, {})


def _drawn(folder: Path, snapshot: str, definition: Definition) -> bytes:
    known = facts_in(folder, snapshot)
    with rule_problems():
        people = open_snapshot(folder, snapshot, needed_facts(definition, known))
        listed = make_list(definition, people, known)
    require_quotas(definition, listed)
    return list_bytes(listed)


def _column_hash(path: Path, unit: Unit, name: str, fact: Fact | None) -> str:
    digest = sha256(column_heading(unit, name, None if name in FIXED[unit] else fact))
    digest.update(raw_column(pq.ParquetFile(path).read(columns=[name]).column(name)))
    return digest.hexdigest()


def _add(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    bundle.writestr(entry, content)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Yield a folder with the bundle's files: those of its own names only."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(path) as bundle:
                files = [one for one in bundle.infolist() if "/" not in one.filename]
                if sum(one.file_size for one in files) > LARGEST:
                    raise InvalidFile(NOT_ONE)
                for one in files:
                    if one.filename in {INDEX, ENTRIES} or one.filename.endswith(".parquet"):
                        bundle.extract(one, folder)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise InvalidFile(NOT_ONE) from error
        yield folder
