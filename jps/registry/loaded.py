"""The persons of the snapshot that is being imported: stored, and kept at hand for its index.

An import that was interrupted has only a part at hand, and reads all of them from the database.
"""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy.orm import Session

from jps.bulk import reserve_ids, write_columns
from jps.db import reading
from jps.registry.models import RegistryPerson
from jps.registry.queries import PERSON_TABLE, person_table


class Loaded:
    """Persons of one snapshot; `stored` of them came from an earlier attempt."""

    def __init__(self, snapshot_id: int, *, stored: int) -> None:
        self._snapshot_id = snapshot_id
        self._kept: list[pa.Table] | None = None if stored else []

    def add(
        self, session: Session, people: pa.Table, shared: npt.NDArray[np.bool_] | None = None
    ) -> None:
        """Store persons, the columns of `pieces.PERSON`, in the session's transaction.

        `shared`: who of them is known to share a NIK with others; default nobody.
        """
        count = len(people)
        if not count:
            return
        ids = pa.array(reserve_ids(session, RegistryPerson, count), pa.int64())
        whole = people.append_column("id", ids)
        owner = pa.array(np.full(count, self._snapshot_id))
        flags = pa.array(np.zeros(count, bool) if shared is None else shared)
        columns = whole.append_column("snapshot_id", owner).append_column("nik_shared", flags)
        write_columns(session, RegistryPerson, columns)
        if self._kept is not None:
            self._kept.append(whole.select(PERSON_TABLE.names))

    def drop(self, ids: Collection[int]) -> None:
        """Forget persons at hand; deleting them is the caller's."""
        if self._kept is not None and ids:
            gone = np.isin(self.table_at_hand.column("id").to_numpy(), list(ids))
            self._kept = [self.table_at_hand.filter(pa.array(~gone))]

    @property
    def table_at_hand(self) -> pa.Table:
        """What `add` stored so far."""
        return pa.concat_tables([PERSON_TABLE.empty_table(), *(self._kept or [])])

    def give_up(self, session: Session) -> pa.Table:
        """Return `table` and keep nothing at hand."""
        people = self.table(session)
        self._kept = None
        return people

    def table(self, session: Session) -> pa.Table:
        """Return all persons of the snapshot, the columns of `PERSON_TABLE`; ends what was read."""
        if self._kept is not None:
            return self.table_at_hand
        with reading():
            people = person_table(session, self._snapshot_id)
            session.rollback()
        return people
