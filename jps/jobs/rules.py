"""States of long work and its arithmetic."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jps.text import N_

STALE_AFTER = timedelta(seconds=30)  # without a heartbeat: the process that ran it is gone


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PROBLEMS = "problems"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({JobState.DONE, JobState.PROBLEMS, JobState.FAILED, JobState.CANCELLED})

STATE_NAMES: dict[JobState, str] = {
    JobState.QUEUED: N_("Menunggu"),
    JobState.RUNNING: N_("Berjalan"),
    JobState.DONE: N_("Selesai"),
    JobState.PROBLEMS: N_("Selesai, ada masalah pada data"),
    JobState.FAILED: N_("Gagal"),
    JobState.CANCELLED: N_("Dibatalkan"),
}


@dataclass(frozen=True)
class Pace:
    """How fast a job goes. `speed` in units per second, `left` the time still needed."""

    share: float | None
    speed: float | None
    left: timedelta | None


def pace(
    done: int, total: int | None, started_at: datetime | None, now: datetime, *, before: int = 0
) -> Pace:
    """Return the share done (0-1), the mean speed since the start, and the time left.

    `before` was done by earlier attempts, before `started_at`. Each is None where it cannot be
    known yet.
    """
    share = min(1.0, done / total) if total else None
    seconds = (now - started_at).total_seconds() if started_at else 0.0
    speed = (done - before) / seconds if done > before and seconds > 0 else None
    left = timedelta(seconds=max(0, total - done) / speed) if total and speed else None
    return Pace(share, speed, left)


def is_stale(state: JobState, heartbeat_at: datetime | None, now: datetime) -> bool:
    """Whether a running job's process stopped telling that it lives."""
    return state == JobState.RUNNING and (heartbeat_at is None or now - heartbeat_at > STALE_AFTER)
