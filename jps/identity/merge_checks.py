"""What must hold before two records are merged; every refusal says what to do."""

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from jps.db import AreaScope, everywhere
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.households.counting import merges_in_force
from jps.households.models import Merge
from jps.identity.group_models import GroupDecision
from jps.identity.models import Decision
from jps.identity.rules import Verdict
from jps.text import N_, one_line

MAX_REASON = 500  # characters


@dataclass(frozen=True)
class Effect:
    """What a merge means for something that hangs on the two households.

    `kept` and `other` say what each has now (a share 0-1, a text, or None for nothing), `outcome`
    what will be; texts are to be translated. `blocks`: as long as it stands so, no merge.
    """

    label: str
    kept: float | str | None
    other: float | str | None
    outcome: str
    blocks: bool = False


# Tells what a merge of household `other` into `kept` touches: (session, kept, other) -> effects.
# A capability that hangs something on households adds its own to `jps.web.merge_effects`.
EffectsOf: TypeAlias = Callable[[Session, uuid.UUID, uuid.UUID], Sequence[Effect]]


class OutsideScope(NotAllowed):
    """One of the records lies in an area of somebody else."""

    code = "merge-outside-area"


class NotMergeable(Conflict):
    """These two records cannot be merged as they stand now."""

    code = "not-mergeable"


def require_scope(scope: AreaScope, areas: Collection[str]) -> None:
    """Both records must be the person's own; else somebody of a wider area decides."""
    if not all(scope.covers(code) for code in areas):
        raise OutsideScope(
            N_(
                "Salah satu data berada di luar wilayah Anda. Penggabungan ini diputuskan operator"
                " yang wilayahnya mencakup keduanya."
            )
        )


def require_unblocked(effects: Iterable[Sequence[Effect]]) -> None:
    """Raise where something that hangs on the households forbids the merge."""
    for effect in (one for told in effects for one in told):
        if effect.blocks:
            raise NotMergeable(effect.outcome)


def require_roots(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """Only records that count themselves are merged; so no two ever count as each other."""
    if len(set(ids)) < len(ids):
        raise NotMergeable(N_("Pilih dua data yang berbeda."))
    away = select(Merge.record_id).where(Merge.record_id.in_(ids), Merge.undone_at.is_(None))
    if session.scalars(away.limit(1)).first() is not None:
        raise NotMergeable(
            N_("Salah satu data sudah digabungkan dengan data lain. Buka data yang berlaku.")
        )


def require_apart(session: Session, one: uuid.UUID, other: uuid.UUID) -> None:
    """Raise Conflict when two records are merged with each other: their merge says they are one."""
    both = {one, other}
    if any({row.record_id, row.kept_id} == both for row in merges_in_force(session, (one, other))):
        raise Conflict(N_("Kedua data ini sudah digabungkan. Batalkan penggabungan lebih dahulu."))


def require_not_different(
    session: Session,
    decided: Select[Any, Any],
    pairs: Sequence[tuple[uuid.UUID, uuid.UUID]],
) -> None:
    """Raise when people said that some of these pairs are different."""
    with everywhere(session):
        found = {frozenset(row) for row in session.execute(decided)}
    if any(frozenset(pair) in found for pair in pairs):
        raise NotMergeable(
            N_("Kedua data ini sudah diputuskan berbeda. Urungkan keputusan itu lebih dahulu.")
        )


def different_groups(ids: Sequence[uuid.UUID]) -> Select[uuid.UUID, uuid.UUID]:
    """Return the households or families that people said to be different, first of these."""
    one = GroupDecision
    query = select(one.first_id, one.other_id).where(one.first_id.in_(ids))
    return query.where(one.verdict == Verdict.DIFFERENT, one.undone_at.is_(None))


def different_people(ids: Sequence[uuid.UUID]) -> Select[uuid.UUID, uuid.UUID | None]:
    """Return the pairs that people said to be different, the first of whom is one of these."""
    return _decided_people(ids, Verdict.DIFFERENT)


def same_people(ids: Sequence[uuid.UUID]) -> Select[uuid.UUID, uuid.UUID | None]:
    """Return the pairs that people said to be the same, the first of whom is one of these."""
    return _decided_people(ids, Verdict.SAME)


def _decided_people(
    ids: Sequence[uuid.UUID], verdict: Verdict
) -> Select[uuid.UUID, uuid.UUID | None]:
    one = Decision
    query = select(one.member_id, one.other_id).where(one.member_id.in_(ids))
    return query.where(one.other_id.is_not(None), one.verdict == verdict, one.undone_at.is_(None))


def checked_reason(reason: str) -> str:
    """Return a reason in one line; InvalidData when it is too long."""
    clean = one_line(reason)
    if len(clean) > MAX_REASON:
        message = N_("Alasan paling banyak 500 karakter.")
        raise InvalidData(message, {"reason": [message]})
    return clean
