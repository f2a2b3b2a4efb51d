"""Writers of the makes of file: each takes pieces of households and tells how many are written."""

import csv
import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jps.exports.orders import Field, Format, Order, Rows, fields_of
from jps.exports.records import Exported, Record
from jps.exports.workbook import SHEET_ROWS, HouseholdBook, Translate
from jps.layouts import HOUSEHOLD_KEY, VERSION
from jps.questionnaire import Form
from jps.text import csv_safe

if TYPE_CHECKING:
    import pyarrow as pa

Pieces = Iterator[Sequence[Exported]]
BOM = "\ufeff"  # lets Excel read UTF-8
DELIMITER = ";"  # Excel splits at it where the comma is the decimal sign, as in Indonesia
MOST_ROWS = SHEET_ROWS - 2  # members of a workbook

# Keys that stand on the sheet of members too, so that each sheet can be read alone.
_JOINING = (HOUSEHOLD_KEY, VERSION)


def write_file(
    path: Path,
    pieces: Pieces,
    *,
    form: Form,
    order: Order,
    translate: Translate,
    language: str = "id",
    expected: int = 0,
) -> Iterator[int]:
    """Write the file of an order to `path`, and yield how many households it holds so far.

    `expected` households let a workbook give its drop-downs to all rows.
    """
    fields = {scope: fields_of(form, order, scope) for scope in ("household", "member")}
    if order.format is Format.XLSX:
        sheets = {
            "household": fields["household"],
            "member": (*(Field(name, "household") for name in _JOINING), *fields["member"]),
        }
        book = HouseholdBook(
            path, form, sheets, language=language, translate=translate, filled=8 * expected
        )
        yield from _fill(book, pieces)
        return
    flat = fields["household"]
    if order.rows is Rows.MEMBERS:
        flat = (*flat, *fields["member"])
    yield from _FLAT[order.format](path, pieces, flat, order)


def columns_of(form: Form, order: Order) -> list[str]:
    """Return the names of the columns of an order, for the record of the hand-out."""
    scopes = ["household", "member"]
    if order.format is not Format.XLSX and order.rows is Rows.HOUSEHOLDS:
        scopes = ["household"]
    found = [fields_of(form, order, "household" if s == "household" else "member") for s in scopes]
    return [field.name for fields in found for field in fields]


def _fill(book: HouseholdBook, pieces: Pieces) -> Iterator[int]:
    done = 0
    try:
        for piece in pieces:
            for one in piece:
                book.add("household", one.household)
                joining = {name: one.household[name] for name in _JOINING}
                for member in one.members:
                    book.add("member", {**joining, **member})
            done += len(piece)
            yield done
    finally:
        book.close()


def _flat_rows(piece: Sequence[Exported], order: Order) -> Iterator[Record]:
    """Yield the rows of a flat file; a household without members has one row of its own."""
    for one in piece:
        if order.rows is Rows.HOUSEHOLDS or not one.members:
            yield one.household
        else:
            yield from ({**one.household, **member} for member in one.members)


def _write_csv(path: Path, pieces: Pieces, fields: Sequence[Field], order: Order) -> Iterator[int]:
    done = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(BOM)
        writer = csv.writer(stream, delimiter=DELIMITER, lineterminator="\r\n")
        writer.writerow([field.name for field in fields])
        for piece in pieces:
            for row in _flat_rows(piece, order):
                writer.writerow([csv_safe(cell_text(row.get(field.name))) for field in fields])
            done += len(piece)
            yield done


def cell_text(value: object) -> str:
    """Return an answer as a cell of text: several codes with spaces between, nothing as empty."""
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _write_parquet(
    path: Path, pieces: Pieces, fields: Sequence[Field], order: Order
) -> Iterator[int]:
    yield from _write_arrow(path, pieces, order, _arrow_columns(fields), {})


def _write_geoparquet(
    path: Path, pieces: Pieces, fields: Sequence[Field], order: Order
) -> Iterator[int]:
    """Write points in degrees of WGS84 as GeoParquet 1.1 (geoparquet.org/releases/v1.1.0)."""
    import pyarrow as pa

    columns = _arrow_columns(fields)
    columns["geometry"] = (pa.binary(), _point)
    about = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    yield from _write_arrow(path, pieces, order, columns, {b"geo": json.dumps(about).encode()})


ArrowColumns = dict[str, tuple["pa.DataType", Callable[[Record], Any]]]


def _arrow_columns(fields: Sequence[Field]) -> ArrowColumns:
    import pyarrow as pa

    return {
        field.name: (
            (pa.int64(), _getter(field.name))
            if field.is_count
            else (pa.string(), _text_getter(field.name))
        )
        for field in fields
    }


def _getter(name: str) -> Callable[[Record], Any]:
    return lambda record: record.get(name)


def _text_getter(name: str) -> Callable[[Record], Any]:
    return lambda record: cell_text(record.get(name)) or None


def _write_arrow(
    path: Path,
    pieces: Pieces,
    order: Order,
    columns: ArrowColumns,
    metadata: dict[bytes | str, bytes | str],
) -> Iterator[int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, kind) for name, (kind, _) in columns.items()], metadata or None)
    done = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for piece in pieces:
            rows = list(_flat_rows(piece, order))
            arrays = {name: [get(row) for row in rows] for name, (_, get) in columns.items()}
            writer.write_table(pa.Table.from_pydict(arrays, schema=schema))
            done += len(piece)
            yield done


def _point(record: Record) -> bytes | None:
    """Return the household's point as WKB, None where none was measured."""
    parts = str(record.get("gps") or "").split()
    if len(parts) < 2:
        return None
    return struct.pack("<BIdd", 1, 1, float(parts[1]), float(parts[0]))


_FLAT: Mapping[Format, Callable[[Path, Pieces, Sequence[Field], Order], Iterator[int]]] = {
    Format.CSV: _write_csv,
    Format.PARQUET: _write_parquet,
    Format.GEOPARQUET: _write_geoparquet,
}
