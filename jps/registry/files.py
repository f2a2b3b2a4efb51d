"""Registry files: tables of persons, opened by the columns that a registry needs."""

from pathlib import Path

from jps.registry.columns import FileMapping, find_columns
from jps.tables import files
from jps.tables.files import FileFormat, Row, Source, by_columns

__all__ = ["FileFormat", "Row", "Source", "open_source"]


def open_source(path: Path, mapping: FileMapping) -> Source:
    """Look through the file at `path` and find its columns.

    Raises InvalidFile when it is no table of persons, with what to do about it.
    """
    return files.open_source(path, by_columns(lambda headers: find_columns(headers, mapping)))
