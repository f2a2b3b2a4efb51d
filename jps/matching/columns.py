"""The one place where Arrow tables become text columns and text becomes integers."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jps.errors import InvalidData
from jps.matching.hashing import Ints
from jps.text import N_

Codes = npt.NDArray[np.int32]


def text_column(table: pa.Table, name: str) -> pa.StringArray:
    """Return a column as text without nulls. Raises InvalidData when absent or not text-like."""
    if name not in table.column_names:
        raise InvalidData(N_("Kolom {column} tidak ada"), column=name)
    column = table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        raise InvalidData(
            N_("Kolom {column} berisi bilangan pecahan; baca sebagai teks."), column=name
        )
    return strings(pc.fill_null(strings(column.cast(pa.string())), pa.scalar("")))


def strings(values: object) -> pa.StringArray:
    """Return a text column as one array; raise TypeError for anything else."""
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else of_texts([])
    if not isinstance(values, pa.StringArray):
        raise TypeError(f"not a text column: {type(values)}")
    return values


def of_texts(texts: Sequence[str]) -> pa.StringArray:
    """Return texts as a column."""
    return strings(pa.array(texts, pa.string()))


def to_texts(values: pa.StringArray) -> list[str]:
    """Return a column without nulls as texts."""
    texts: list[str] = values.to_numpy(zero_copy_only=False).tolist()
    return texts


def take(values: pa.StringArray, rows: Ints) -> pa.StringArray:
    """Return the texts of these rows."""
    return strings(values.take(rows))


def distinct(values: pa.StringArray) -> tuple[pa.StringArray, Codes]:
    """Return the distinct values and, per row, the position of its value among them."""
    encoded = values.dictionary_encode()
    return strings(encoded.dictionary), encoded.indices.to_numpy().astype(np.int32)


def numbers_where(values: pa.StringArray, pattern: str) -> Ints:
    """Return each text that is wholly `pattern` (digits only) as an integer, 0 elsewhere."""
    matches = pc.match_substring_regex(values, f"^(?:{pattern})$")
    digits = strings(pc.if_else(matches, values, pa.scalar("0")))
    return np.asarray(digits.cast(pa.int64()).to_numpy(), np.int64)


def map_distinct(values: pa.StringArray, function: Callable[[str], int]) -> Ints:
    """Apply a function of one text to every row, calling it once per distinct text."""
    texts, codes = distinct(values)
    results = np.fromiter((function(text) for text in to_texts(texts)), np.int64, len(texts))
    return results[codes]
