"""The look-up table of our own list, kept by every matching: all of it, or what changed."""

import uuid
from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import delete
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.db import chunks
from jps.identity.models import MemberKey
from jps.identity.records import add_keys, member_person, members_by_id
from jps.matching import RegistryIndex
from jps.registry.index import KeySlice, key_slices

_SHARE = 0.05  # of members new, changed or gone, above which the whole table is written anew
_AT_ONCE = 500  # members whose keys are added in one transaction


def renews_all(members: int, changed: int) -> bool:
    """Whether so many of the members changed that the whole table is written anew."""
    return changed > _SHARE * members


def renew_all_keys(session: Session, index: RegistryIndex) -> Iterator[KeySlice]:
    """Rewrite the keys of all members slice by slice, yielding after each.

    `index` is of the members; keys of people who left go with the slice they are in.
    """
    owners = [uuid.UUID(text) for text in index.people.ids.to_pylist()]
    places = np.arange(len(owners))
    for one in key_slices(index, places):
        session.execute(
            delete(MemberKey).where(MemberKey.k.between(one.low, one.high)),
            execution_options={"synchronize_session": False},
        )
        rows = ((key, owners[place]) for key, place in zip(one.keys, one.owners, strict=True))
        write_rows(session, MemberKey, ("k", "member_id"), rows)
        yield one


def renew_some_keys(
    session: Session, fresh: Sequence[uuid.UUID], gone: Sequence[uuid.UUID]
) -> Iterator[int]:
    """Add the keys of new and changed members, drop those of members who left; yield in pieces.

    Keys that a changed member has no longer stay: whoever they find is compared as they are now.
    """
    for piece in chunks(gone, _AT_ONCE):
        session.execute(
            delete(MemberKey).where(MemberKey.member_id.in_(piece)),
            execution_options={"synchronize_session": False},
        )
        yield len(piece)
    for piece in chunks(fresh, _AT_ONCE):
        members = members_by_id(session, piece)
        add_keys(session, [(one.id, member_person(one)) for one in members.values()])
        yield len(piece)
