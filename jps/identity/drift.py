"""Check a new registry snapshot before anybody is linked to it: it waits for a person if it is odd.

Nothing is ever held silently: the job says so, the pages of matching and of the registry say so,
and one button with a reason lets the matching go on.
"""

from datetime import datetime

import numpy as np
import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.errors import Conflict
from jps.identity.drift_rules import EDGES, Finding, Profile, compare_profiles
from jps.identity.quality_models import SnapshotCheck
from jps.identity.runs import last_run
from jps.identity.thresholds import checked_reason, need_whole_office
from jps.matching import FIELDS
from jps.matching.numbers import Number
from jps.registry.queries import current_snapshot
from jps.text import N_

HELD = N_(
    "Periksa dulu: data kependudukan ini berperilaku lain daripada yang sebelumnya. Padanan lama "
    "tetap berlaku. Lihat temuannya pada halaman Mutu, lalu terima datanya atau impor berkas yang "
    "benar."
)


def profile_of(table: pa.Table, frame: pa.Table) -> dict[str, Profile]:
    """Return the profile of what was found, by kabupaten of the member.

    `table` has a row per member with `weight`, `person`, `candidate` and `level_<field>`; `frame`
    has the members' `village` in the same order.
    """
    codes = [(village or "")[:5] for village in frame.column("village").to_pylist()]
    names, place = np.unique(np.array(codes, str), return_inverse=True)
    weights = table.column("weight").to_numpy()
    steps = np.where(np.isnan(weights), 0, 1 + np.searchsorted(EDGES, weights, side="right"))
    counts = np.zeros((len(names), len(EDGES) + 2), np.int64)
    np.add.at(counts, (place, steps), 1)
    facts = {
        fact: np.bincount(place, which, minlength=len(names)).astype(int)
        for fact, which in _facts(table).items()
    }
    return {
        str(name): Profile(
            members=int(counts[row].sum()),
            weights=counts[row].tolist(),
            shares={fact: int(number[row]) for fact, number in facts.items()},
        )
        for row, name in enumerate(names)
    }


def _facts(table: pa.Table) -> dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return which members something holds of: linked, the same NIK, a field missing."""
    there = table.column("candidate").is_valid().to_numpy()
    facts = {"linked": table.column("person").is_valid().to_numpy()}
    for field in FIELDS:
        levels = table.column(f"level_{field.name}").to_numpy()
        facts[f"missing_{field.name}"] = there & (levels == 0)
        if field.name == "nik":
            facts["nik"] = there & (levels == Number.SAME)
    return facts


def check_snapshot(
    session: Session, snapshot_id: int, table: pa.Table, frame: pa.Table, *, at: datetime
) -> SnapshotCheck:
    """Compare what a matching of all members found with the snapshot before, and keep the result.

    A snapshot that was accepted, or that members are linked to already, stays as it was judged.
    """
    check = session.get(SnapshotCheck, snapshot_id)
    if check is None:
        check = SnapshotCheck(snapshot_id=snapshot_id, findings=[], held=False)
    profile = profile_of(table, frame)
    run = last_run(session)
    if check.accepted_at is None and (run is None or run.snapshot_id != snapshot_id):
        before = _before(session, snapshot_id)
        earlier = {} if before is None else before.profile
        found = compare_profiles({area: Profile(**one) for area, one in earlier.items()}, profile)
        check.before_id = before.snapshot_id if before is not None else None
        check.findings = [one.to_json() for one in found]
        check.held = any(one.grave for one in found)
    check.profile = {area: one.to_json() for area, one in profile.items()}
    check.checked_at = at
    session.add(check)
    session.flush()
    return check


def _before(session: Session, snapshot_id: int) -> SnapshotCheck | None:
    """Return the newest earlier snapshot that members were linked to."""
    query = select(SnapshotCheck).where(
        SnapshotCheck.snapshot_id < snapshot_id,
        SnapshotCheck.held.is_(False) | SnapshotCheck.accepted_at.is_not(None),
    )
    newest = query.order_by(SnapshotCheck.snapshot_id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def is_waiting(check: SnapshotCheck | None) -> bool:
    """Whether somebody has to look at a snapshot before members are linked to it."""
    return check is not None and check.held and check.accepted_at is None


def current_check(session: Session) -> SnapshotCheck | None:
    """Return the check of the snapshot in force, None before the first matching with it."""
    snapshot = current_snapshot(session)
    return None if snapshot is None else session.get(SnapshotCheck, snapshot.id)


def findings_of(check: SnapshotCheck) -> list[Finding]:
    """Return what was found, the gravest first."""
    return [Finding(**one) for one in check.findings]


def accept_snapshot(session: Session, *, reason: str, by: str, at: datetime) -> SnapshotCheck:
    """Let the matching go on with the snapshot in force although it behaves unlike the last.

    Raises Conflict when nothing waits, InvalidData without a reason, NotAllowed for whom the office
    is not wholly theirs.
    """
    need_whole_office(session)
    check = current_check(session)
    if check is None or not is_waiting(check):
        raise Conflict(N_("Tidak ada data kependudukan yang menunggu pemeriksaan."))
    check.accepted_by, check.accepted_at, check.reason = by, at, checked_reason(reason)
    details = {"reason": check.reason}
    subject = str(check.snapshot_id)
    event = Event("snapshot-accepted", "registry-snapshot", subject, details=details)
    record(session, event, by=by, at=at)
    session.flush()
    return check
