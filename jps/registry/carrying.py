"""A file of changes: what it says nothing of is taken over from the snapshot in force.

A row takes the place of whoever had its NIK. Where several people had it, only of the one with the
same name or birth date: the others stay, and all are marked as sharing the number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.registry.models import RegistryPerson
from jps.registry.pieces import PERSON

_NAMES = (*PERSON.names, "id", "nik_shared")


@dataclass(frozen=True)
class Carried:
    """A piece of the snapshot before.

    `people` (columns of `PERSON`) stay, `shared` says who of them shares a NIK; `rivals` are ids of
    new persons who turn out to share theirs. `last` is the id of the last person looked at, `seen`
    their number.
    """

    people: pa.Table
    shared: npt.NDArray[np.bool_]
    rivals: tuple[int, ...]
    last: int
    seen: int


class Given:
    """The people of a file of changes, by NIK."""

    def __init__(self, people: pa.Table) -> None:
        """Take the columns of `queries.PERSON_TABLE`."""
        self._by_nik: dict[str, list[tuple[int, str, str]]] = {}
        columns = (people.column(name).to_pylist() for name in ("nik", "id", "name", "birth_date"))
        for nik, number, name, birth in zip(*columns, strict=True):
            self._by_nik.setdefault(nik, []).append((number, name, birth))

    def replaces(self, nik: str, name: str, birth: str, *, shared: bool) -> bool:
        """Whether one of them takes the place of this person; `shared`: others have the NIK too."""
        mine = self._by_nik.get(nik, ())
        return bool(mine) and (not shared or any(name == n or birth == b for _, n, b in mine))

    def ids(self, nik: str) -> Iterator[int]:
        """Yield the ids of those with a NIK."""
        return (number for number, _, _ in self._by_nik.get(nik, ()))


def carry(session: Session, base: int, given: Given, *, after: int, limit: int) -> Carried:
    """Return what stays of the next `limit` persons of the snapshot `base`, by id."""
    one = RegistryPerson
    columns = [getattr(one, name) for name in _NAMES]
    query = select(*columns).where(one.snapshot_id == base, one.id > after)
    rows = session.execute(query.order_by(one.id).limit(limit)).all()
    stay = [
        row
        for row in rows
        if not given.replaces(row.nik, row.name, row.birth_date, shared=row.nik_shared)
    ]
    rivals = (number for row in stay if row.nik_shared for number in given.ids(row.nik))
    values = list(zip(*stay, strict=True)) or [()] * len(_NAMES)
    arrays = [pa.array(cells, kind.type) for cells, kind in zip(values, PERSON, strict=False)]
    return Carried(
        people=pa.Table.from_arrays(arrays, schema=PERSON),
        shared=np.array(values[-1], bool),
        rivals=tuple(sorted(set(rivals))),
        last=rows[-1].id if rows else after,
        seen=len(rows),
    )
