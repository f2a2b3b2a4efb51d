"""`flask match files|duplicates`: link any two lists, or find the doubles in one. No database."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np
import pyarrow as pa
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table

from jps.commands.answers import fail_on_problems
from jps.commands.table_files import SUFFIXES, read_table, write_table
from jps.errors import InvalidData, InvalidFile
from jps.matching import PERSON, Assignment, RegistryIndex, Spec, Thresholds, link
from jps.matching.blocking import BlockingReport
from jps.matching.columns import strings, take, to_texts
from jps.matching.expected import Expected, expected_of_links
from jps.matching.hashing import Ints
from jps.matching.links import Links
from jps.matching.pairs import Pairs
from jps.matching.prior import chances
from jps.matching.specfile import SpecFile, read_spec
from jps.matching.within import Doubles, find_doubles
from jps.text import N_

Command = TypeVar("Command", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def _writable(context: click.Context, option: click.Parameter, path: Path) -> Path:
    """Refuse at once a file that could not be written in the end."""
    if path.suffix.lower() not in SUFFIXES:
        raise click.BadParameter(f"{path.name} must end in one of {', '.join(SUFFIXES)}")
    folder = path.parent
    if not folder.is_dir():
        raise click.BadParameter(f"folder {folder} does not exist")
    if not os.access(folder, os.W_OK):
        raise click.BadParameter(f"folder {folder} is not writable")
    if path.is_dir():
        raise click.BadParameter(f"{path} is a folder")
    return path


def _options(what: str) -> Callable[[Command], Command]:
    """Return the options that both commands have."""
    options = (
        click.option(
            "--spec",
            "spec_path",
            type=_FILE,
            help="TOML file that declares fields and keys; default: the Indonesian person.",
        ),
        click.option(
            "--out",
            required=True,
            type=click.Path(path_type=Path),
            callback=_writable,
            help=f"File for the {what}: .csv, .parquet or .xlsx.",
        ),
        click.option("--threshold", type=float, help="Weight in bits from which records are one."),
        click.option("--json", "as_json", is_flag=True, help="Answer as JSON."),
    )

    def with_options(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return with_options


@click.command("files")
@click.argument("left", type=_FILE)
@click.argument("right", type=_FILE)
@_options("links")
@click.option(
    "--how",
    type=click.Choice([one.value for one in Assignment]),
    help="How often a record of RIGHT may be linked; default: what the specification says.",
)
@with_appcontext
@fail_on_problems
def files(
    left: Path,
    right: Path,
    spec_path: Path | None,
    out: Path,
    threshold: float | None,
    as_json: bool,
    how: str | None,
) -> None:
    """Find for every record of LEFT the record of RIGHT that describes the same person or thing."""
    file = _spec(spec_path)
    spec = file.spec
    lists = _read(left, spec, {}), _read(right, spec, file.right)
    with Console(stderr=True, quiet=as_json).status("Matching"):
        index = RegistryIndex.build(lists[1], spec=spec)
        thresholds = Thresholds(link=threshold or 0.0)
        assignment = None if how is None else Assignment(how)
        links = link(lists[0], index, how=assignment, thresholds=thresholds)
        expected = expected_of_links(links)
    write_table(out, _link_table(links, spec))
    report = links.report
    counts = {
        "left": report.records,
        "right": report.people,
        "compared": report.blocking.pairs,
        "links": int(links.linked.sum()),
    }
    _tell(counts, expected, report.blocking, report.shared, out, as_json=as_json)


@click.command("duplicates")
@click.argument("file", type=_FILE)
@_options("pairs")
@with_appcontext
@fail_on_problems
def duplicates(
    file: Path, spec_path: Path | None, out: Path, threshold: float | None, as_json: bool
) -> None:
    """Find the records of FILE that are the same person or thing."""
    spec = _spec(spec_path).spec
    table = _read(file, spec, {})
    with Console(stderr=True, quiet=as_json).status("Matching"):
        index = RegistryIndex.build(table, spec=spec)
        doubles = find_doubles(index, least=threshold)
        expected = Expected(doubles.cut.precision, doubles.cut.recall)
    write_table(out, _double_table(doubles, spec))
    sizes = np.unique(doubles.labels, return_counts=True)[1]
    counts = {
        "records": len(doubles.ids),
        "compared": doubles.blocking.pairs,
        "pairs": int(doubles.taken.sum()),
        "clusters": int((sizes > 1).sum()),
        "largest_cluster": int(sizes.max(initial=0)),
    }
    _tell(counts, expected, doubles.blocking, doubles.shared, out, as_json=as_json)


def _spec(path: Path | None) -> SpecFile:
    return SpecFile(PERSON, {}) if path is None else read_spec(path)


def _read(path: Path, spec: Spec, renamed: Mapping[str, str]) -> pa.Table:
    """Return the columns that the specification needs, with ids of their own."""
    table = read_table(path)
    called = {column: renamed.get(column, column) for column in spec.columns}
    there = {
        column: table.column(name) for column, name in called.items() if name in table.column_names
    }
    if spec.id in there:
        _check_ids(path, to_texts(strings(there[spec.id])), called[spec.id])
    else:
        rows = [str(row) for row in range(1, table.num_rows + 1)]
        there[spec.id] = pa.chunked_array([pa.array(rows, pa.string())])
    missing = [called[column] for column in spec.columns if column not in there]
    if missing and (spec is not PERSON or len(there) == 1):
        raise InvalidData(
            N_("{file} tidak punya kolom {missing}; yang ada: {known}."),
            file=path.name,
            missing=", ".join(missing),
            known=", ".join(table.column_names),
        )
    blank = pa.chunked_array([pa.array([""] * table.num_rows, pa.string())])
    columns = [there.get(column, blank) for column in spec.columns]
    return pa.table(columns, names=list(spec.columns))


def _check_ids(path: Path, ids: list[str], column: str) -> None:
    seen: dict[str, int] = {}
    for row, text in enumerate(ids, start=1):
        if not text.strip():
            raise InvalidFile(
                N_("{file}: kolom {column} kosong pada data ke-{row}."),
                file=path.name,
                column=column,
                row=row,
            )
        if text in seen:
            raise InvalidFile(
                N_("{file}: isi kolom {column} pada data ke-{row} sama dengan data ke-{first}."),
                file=path.name,
                column=column,
                row=row,
                first=seen[text],
            )
        seen[text] = row


def _link_table(links: Links, spec: Spec) -> pa.Table:
    rows = np.flatnonzero(links.linked)
    table = links.table().take(rows)
    columns: dict[str, Any] = {
        "left": table.column("record"),
        "right": table.column("person"),
        "weight": np.round(links.weight[rows], 3),
        "probability": np.round(chances(links.weight[rows]), 6),
        "second": table.column("second"),
        "second_weight": _rounded(links.second_weight[rows]),
        "margin": _rounded(links.margin[rows]),
    }
    return pa.table(columns | _level_names(links.levels, rows, spec))


def _double_table(doubles: Doubles, spec: Spec) -> pa.Table:
    pairs: Pairs = doubles.pairs.take(doubles.taken)
    columns: dict[str, Any] = {
        "left": take(doubles.ids, pairs.i),
        "right": take(doubles.ids, pairs.j),
        "weight": np.round(pairs.weights, 3),
        "probability": np.round(chances(pairs.weights), 6),
        "cluster": take(doubles.ids, doubles.labels[pairs.i]),
    }
    return pa.table(columns | _level_names(pairs.levels, np.arange(len(pairs)), spec))


def _rounded(values: "np.ndarray[Any, np.dtype[np.float64]]") -> "pa.Array[Any]":
    return pa.array(np.round(values, 3), mask=np.isnan(values))


def _level_names(levels: Mapping[str, Any], rows: Ints, spec: Spec) -> dict[str, Any]:
    names = {field.name: np.array([one.name for one in field.levels]) for field in spec.fields}
    return {f"level_{name}": names[name][levels[name][rows]] for name in names}


def _tell(
    counts: Mapping[str, int],
    expected: Expected,
    blocking: BlockingReport,
    shared: Mapping[str, int],
    out: Path,
    *,
    as_json: bool,
) -> None:
    """Print what was found and what to expect of it."""
    keys = {
        name: {"refined": one.refined, "dropped": one.dropped_keys, "unreached": one.unreached}
        for name, one in blocking.recipes.items()
        if one.refined or one.dropped_keys
    }
    promise = {
        "precision": round(expected.precision, 5),
        "recall": round(expected.recall, 5),
    }
    if as_json:
        answer = {**counts, "expected": promise, "keys": keys, "shared_numbers": dict(shared)}
        click.echo(json.dumps({**answer, "out": str(out)}))
        return
    console = Console()
    with console.capture() as captured:
        console.print(_counted(counts, promise, shared))
        if keys:
            console.print(_keyed(keys))
    click.echo(f"{captured.get().rstrip()}\nWritten: {out}")


def _counted(
    counts: Mapping[str, int], promise: Mapping[str, float], shared: Mapping[str, int]
) -> Table:
    table = Table("Count", "Number", title="Result")
    table.columns[1].justify = "right"
    for name, number in counts.items():
        table.add_row(name.replace("_", " "), f"{number:,}")
    for name, number in shared.items():
        if number:
            table.add_row(f"{name} under many names, not used", f"{number:,}")
    for name, share in promise.items():
        table.add_row(f"{name.replace('_', ' ')}, estimated", f"{share:.2%}")
    return table


def _keyed(keys: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table("Key", "Refined", "Dropped", "Records not reached by it", title="Common keys")
    for name, counts in keys.items():
        table.add_row(name, *(f"{number:,}" for number in counts.values()))
    return table
