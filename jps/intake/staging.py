"""Put every row of a list aside as given, with all its cells."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from jps.bulk import write_rows
from jps.errors import InvalidFile
from jps.intake.models import IntakeBatch, IntakeRow
from jps.intake.opening import TOO_LONG, reopened
from jps.intake.queries import batch_of
from jps.intake.rules import MAX_ROWS, BatchState
from jps.jobs.runner import Step, Task
from jps.tables.files import FileFormat, Row
from jps.text import N_, csv_safe

ROWS_AT_ONCE = 5_000
UPLOADS = "uploads"
MARK = "Masalah (JPS)"  # header of the problems in a file to correct
UNREADABLE = "null"  # cells of a row that cannot be read

_dump = json.JSONEncoder(separators=(",", ":"), default=lambda value: _plain(value)).encode


def stage_work(task: Task) -> Iterator[Step]:
    """Stage the rows of the batch named by `task.params`."""
    batch = batch_of(task.session, task.params["batch"])
    tables, key = list(batch.tables), batch.id
    total = sum(table["total"] for table in tables)
    path = task.home / UPLOADS / Path(batch.file).name
    place, read = task.cursor.get("place", 0), task.cursor.get("read", 0)
    done, kept = task.cursor.get("done", 0), task.cursor.get("kept", 0)
    yield Step(done, max(total, done), dict(task.cursor))
    for table in range(place, len(tables)):
        source = reopened(path, tables[table])
        is_ours = source.format is FileFormat.CSV and MARK in source.headers
        read_row = partial(_cells, unsafe=is_ours)
        rows = source.rows(skip=read if table == place else 0)
        seen = read if table == place else 0
        while piece := list(islice(rows, ROWS_AT_ONCE)):
            seen, done = seen + len(piece), done + len(piece)
            ready = [(key, table, row.number, text) for row in piece if (text := read_row(row))]
            kept += len(ready)
            if kept > MAX_ROWS:
                raise InvalidFile(TOO_LONG, rows=kept, limit=MAX_ROWS)
            write_rows(task.session, IntakeRow, ("batch_id", "place", "number", "cells"), ready)
            cursor = {"place": table, "read": seen, "done": done, "kept": kept}
            yield Step(done, max(total, done), cursor)
    batch = task.session.get_one(IntakeBatch, key)
    if not kept:
        raise InvalidFile(N_("Berkas tidak berisi satu baris pun."))
    batch.rows, batch.state = kept, BatchState.STAGED
    cursor = {"place": len(tables), "read": 0, "done": done, "kept": kept}
    yield Step(done, max(done, 1), cursor, {N_("Baris disimpan apa adanya"): kept})


def _cells(row: Row, *, unsafe: bool) -> str:
    """Return the cells as JSON, empty for a row that holds nothing.

    `unsafe` takes off the apostrophes that `csv_safe` put before formulas.
    """
    if row.cells is None:
        return UNREADABLE
    if not any(cell not in ("", None) for cell in row.cells):
        return ""
    return _dump([_unsafe(cell) for cell in row.cells] if unsafe else list(row.cells))


def _unsafe(cell: object) -> object:
    if isinstance(cell, str) and cell[:1] == "'" and csv_safe(cell[1:]) == cell:
        return cell[1:]
    return cell


def read_cells(text: str) -> Sequence[Any] | None:
    """Return the cells that were staged; None for a row that cannot be read."""
    cells: list[Any] | None = json.loads(text)
    return cells


def _plain(value: object) -> str:
    """Return a value that JSON does not know as people write it."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
