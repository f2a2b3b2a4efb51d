"""Keep rules, draw lists, take them through two pairs of eyes, and prove that they are what they
say."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.audit.services import Event, record, take_turn
from jps.bulk import write_rows
from jps.db import scope_of
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.targeting.bundles import write_bundle
from jps.targeting.conditions import Truth
from jps.targeting.differences import Differences, Side, compare
from jps.targeting.drawing import Standing
from jps.targeting.frozen import facts, frozen_facts, listed_from, newest_snapshot, opened
from jps.targeting.gathering import programmes_of
from jps.targeting.models import TargetEntry, TargetList, TargetRule, TargetSnapshot
from jps.targeting.quotas import Method
from jps.targeting.reading import read_condition, rule_problems
from jps.targeting.rules import (
    Definition,
    Listed,
    ListState,
    inside,
    list_bytes,
    list_hash,
    list_rows,
    rule_facts,
)
from jps.targeting.scores import Score
from jps.targeting.taking import FOLDER
from jps.text import N_, one_line

STALE = N_("Daftar ini sudah berubah sejak Anda membukanya. Muat ulang, lalu coba lagi.")


@dataclass(frozen=True)
class Checked:
    """What came of drawing a list again: both hashes, and how many entries are not the same."""

    same: bool
    content_hash: str
    drawn_hash: str
    entries_differ: int


def checked_tree(session: Session, tree: object) -> dict[str, Any]:
    """Return a rule as it may be stored; raises `InvalidData` that says where it is wrong."""
    areas = frozenset(session.scalars(select(Area.code)))
    with rule_problems():
        read_condition(tree, facts(programmes=programmes_of(session)), areas=areas)
    return dict(tree) if isinstance(tree, Mapping) else {}


def save_rule(
    session: Session, name: str, tree: object, *, note: str = "", by: str, at: datetime
) -> TargetRule:
    """Store a rule under a name; a content that differs from the last version is the next one."""
    name = one_line(name)[:120]
    if not name:
        raise InvalidData(N_("Beri aturan ini nama."), {"name": [N_("Nama wajib diisi.")]})
    checked = checked_tree(session, tree)
    take_turn(session)
    newest = select(TargetRule).where(TargetRule.name == name).order_by(TargetRule.version.desc())
    last = session.scalars(newest.limit(1)).one_or_none()
    if last is not None and last.tree == checked and last.note == note:
        return last
    version = 1 if last is None else last.version + 1
    rule = TargetRule(name=name, version=version, tree=checked, note=note, made_by=by, made_at=at)
    session.add(rule)
    session.flush()
    event = Event("target-rule-saved", "target-rule", str(rule.id), details={"version": version})
    record(session, event, by=by, at=at)
    return rule


def definition_of(rule: TargetRule, found: TargetList) -> Definition:
    """Return the definition of a stored list."""
    return Definition(
        tree=rule.tree,
        area=found.area_code,
        method=Method(found.method),
        level=Level(found.level),
        total=found.total,
        seed=found.seed,
        by_hand=found.quotas if found.method == Method.BY_HAND else {},
        score=Score(found.score),
        weights=found.weights or {},
        areas=tuple(found.areas or ()),
    )


def draw_list(
    session: Session,
    home: Path,
    rule: TargetRule,
    definition: Definition,
    *,
    name: str,
    programme: str = "",
    amount: int,
    by: str,
    at: datetime,
) -> TargetList:
    """Draw a list from the newest snapshot and store it with everybody on it, and why."""
    name = one_line(name)[:120]
    if not name:
        raise InvalidData(N_("Beri daftar ini nama."), {"name": [N_("Nama wajib diisi.")]})
    if not scope_of(session).covers(definition.area):
        raise NotAllowed(N_("Wilayah ini di luar wilayah kerja Anda."))
    snapshot = newest_snapshot(session)
    listed = listed_from(home, snapshot.content_hash, definition)
    counts = listed.counts()
    require_somebody(listed)
    stored = TargetList(
        id=uuid.uuid4(),
        area_code=definition.area,
        areas=list(definition.areas) or None,
        name=name,
        programme=one_line(programme)[:120],
        rule_id=rule.id,
        snapshot_id=snapshot.id,
        method=definition.method,
        level=definition.level,
        total=definition.total,
        amount=amount,
        seed=definition.seed,
        score=definition.score,
        weights=dict(definition.weights),
        quotas=dict(listed.quotas),
        content_hash=list_hash(definition, snapshot.content_hash, list_bytes(listed)),
        counts=counts,
        state=ListState.DRAWN,
        state_by=by,
        state_at=at,
        drawn_by=by,
        drawn_at=at,
    )
    session.add(stored)
    session.flush()
    _store_entries(session, stored.id, listed)
    _record(session, stored, "target-list-drawn", by=by, at=at)
    return stored


def require_somebody(listed: Listed) -> None:
    """Raise `InvalidData` for a list on which nobody is selected."""
    if not listed.drawn.standing(Standing.SELECTED).any():
        raise InvalidData(
            N_("Tidak ada yang terpilih: periksa syarat dan kuotanya. Tidak ada yang disimpan.")
        )


def _store_entries(session: Session, list_id: uuid.UUID, listed: Listed) -> None:
    columns = ("list_id", "household_id", "area_code", "standing", "reason", "rank", "score")
    scores = listed.scores.tolist()
    rows = (
        (list_id, uuid.UUID(key), area, standing, reason, rank, None if p != p else p)
        for (key, area, standing, reason, rank, _), p in zip(list_rows(listed), scores, strict=True)
    )
    write_rows(session, TargetEntry, columns, rows)


def get_list(session: Session, list_id: uuid.UUID) -> TargetList:
    """Return a list of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(TargetList).where(TargetList.id == list_id)).one_or_none()
    if found is None:
        raise NotFound(N_("Daftar ini tidak ada."))
    return found


def write_list_bundle(session: Session, home: Path, list_id: uuid.UUID, path: Path) -> str:
    """Write what proves a list without this database; return its hash. Conflict where the stored
    list is not what it says."""
    stored = get_list(session, list_id)
    if not verify_list(session, home, list_id).same:
        raise Conflict(N_("Daftar ini tidak sama dengan hasil buat ulang: tidak dapat dibuktikan."))
    rule = session.get_one(TargetRule, stored.rule_id)
    snapshot = session.get_one(TargetSnapshot, stored.snapshot_id)
    digest = snapshot.content_hash
    known = frozen_facts(home, digest)
    definition = definition_of(rule, stored)
    return write_bundle(path, home / FOLDER, digest, definition, known, name=stored.name)


def compare_lists(
    session: Session, home: Path, before_id: uuid.UUID, after_id: uuid.UUID
) -> Differences:
    """Return who came in and who went out between two lists, and why."""
    sides = []
    for list_id in (before_id, after_id):
        stored = get_list(session, list_id)
        rule = session.get_one(TargetRule, stored.rule_id)
        snapshot = session.get_one(TargetSnapshot, stored.snapshot_id)
        sides.append((snapshot.content_hash, definition_of(rule, stored).as_json()))
    return _compared(home, *sides[0], *sides[1])


@lru_cache(maxsize=4)
def _compared(home: Path, old: str, before: str, new: str, after: str) -> Differences:
    sides = [
        _side(home, digest, Definition.of_json(json.loads(definition)))
        for digest, definition in ((old, before), (new, after))
    ]
    later = _truth(home, old, sides[1].definition.tree, sides[0].definition)
    return compare(sides[0], sides[1], later.yes)


def _side(home: Path, digest: str, definition: Definition) -> Side:
    listed = listed_from(home, digest, definition)
    return Side(definition, listed, _truth(home, digest, definition.tree, definition))


def _truth(home: Path, digest: str, tree: object, definition: Definition) -> Truth:
    """Return whom a rule lets in among the people of a list."""
    known = frozen_facts(home, digest)
    with rule_problems():
        rule = read_condition(tree, known)
        names = (fact.name for fact in rule_facts(tree, known))
        return rule.judge(inside(opened(home, digest, names), definition.places))


def verify_list(session: Session, home: Path, list_id: uuid.UUID) -> Checked:
    """Draw the list again from what it was drawn from, and compare every entry and the hash."""
    stored = get_list(session, list_id)
    rule = session.get_one(TargetRule, stored.rule_id)
    snapshot = session.get_one(TargetSnapshot, stored.snapshot_id)
    definition = definition_of(rule, stored)
    listed = listed_from(home, snapshot.content_hash, definition)
    again = list_hash(definition, snapshot.content_hash, list_bytes(listed))
    kept = {
        row.household_id: (row.area_code, row.standing, row.reason, row.rank)
        for row in session.execute(
            select(
                TargetEntry.household_id,
                TargetEntry.area_code,
                TargetEntry.standing,
                TargetEntry.reason,
                TargetEntry.rank,
            ).where(TargetEntry.list_id == list_id)
        )
    }
    drawn = {uuid.UUID(row[0]): row[1:5] for row in list_rows(listed)}
    differ = sum(kept.get(key) != row for key, row in drawn.items())
    differ += len(kept.keys() - drawn.keys())
    same = again == stored.content_hash and not differ
    return Checked(same, stored.content_hash, again, differ)


def move_list(
    session: Session,
    list_id: uuid.UUID,
    target: ListState,
    *,
    reason: str = "",
    by: str,
    at: datetime,
) -> TargetList:
    """Propose, approve, refuse or withdraw a list. Two people: nobody approves what they proposed
    or drew."""
    locked = select(TargetList).where(TargetList.id == list_id).with_for_update()
    stored = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if stored is None:
        raise NotFound(N_("Daftar ini tidak ada."))
    if ListState(stored.state) not in _FROM[target]:
        raise Conflict(STALE)
    if target is ListState.APPROVED and by in {stored.proposed_by, stored.drawn_by}:
        raise NotAllowed(
            N_("Daftar disetujui oleh orang lain daripada yang membuat atau mengusulkan.")
        )
    if target in {ListState.REFUSED, ListState.WITHDRAWN} and not one_line(reason):
        raise InvalidData(N_("Tuliskan alasannya."), {"reason": [N_("Alasan wajib diisi.")]})
    stored.state, stored.state_by, stored.state_at = target, by, at
    stored.state_reason = one_line(reason)[:500]
    if target is ListState.PROPOSED:
        stored.proposed_by = by
    session.flush()
    _record(session, stored, f"target-list-{target}", by=by, at=at)
    return stored


_FROM: Mapping[ListState, frozenset[ListState]] = {
    ListState.DRAWN: frozenset(),
    ListState.PROPOSED: frozenset({ListState.DRAWN, ListState.REFUSED}),
    ListState.APPROVED: frozenset({ListState.PROPOSED}),
    ListState.REFUSED: frozenset({ListState.PROPOSED}),
    ListState.WITHDRAWN: frozenset({ListState.DRAWN, ListState.PROPOSED, ListState.APPROVED}),
}


def _record(session: Session, stored: TargetList, action: str, *, by: str, at: datetime) -> None:
    details = {"hash": stored.content_hash, **stored.counts}
    event = Event(action, "target-list", str(stored.id), stored.area_code, details)
    record(session, event, by=by, at=at)
