"""Rows of a query a piece at a time, so that memory stays bounded."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select
from sqlalchemy.orm import Session

PIECE = 10_000  # rows read at a time
Pieces: TypeAlias = Iterator[list[dict[str, Any]]]


def pieces(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """Yield the rows of a query without keeping those before in memory."""
    yield from session.execute(query.execution_options(yield_per=PIECE)).partitions()
