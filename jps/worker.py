"""The worker: runs waiting jobs one after another. The `job` table is the truth, huey wakes it.

The queue holds no work, only "look at the table", so a lost or doubled message does no harm.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, TypeAlias, cast

from flask import Flask, current_app
from huey import SqliteHuey, crontab
from huey.consumer import Consumer
from huey.serializer import SignedSerializer

from jps.config import Settings, read_key
from jps.db import db, everywhere, writers_turn
from jps.jobs.models import Job
from jps.jobs.rules import STALE_AFTER, JobState
from jps.jobs.runner import Step, Task, Work, run_job
from jps.jobs.services import find_job, waiting_jobs

log = logging.getLogger(__name__)

BEAT_FILE = "queue/alive"  # touched while a worker lives
BEAT_EVERY = 10.0  # seconds
SILENT_AFTER = 60.0  # seconds: without a beat for so long, no worker lives
FOLLOW_UP_AT_ONCE = 5  # households in one transaction, so that phones hardly wait for it
CHORES_EVERY = 2.0  # seconds between two looks when nobody calls: another process may have received
SOON = 4  # seconds, more than households wait for quiet
# While phones send, a chore waits for a quiet moment, at most so long: it always goes on.
QUIET, LONGEST_WAIT = 0.3, 3.0  # seconds
STOP_WAIT = 10.0  # seconds that a stopping server waits for the running job's step

WorkTable: TypeAlias = Mapping[str, str]

# What the table's `kind` means: module and function, imported when first needed (heavy libraries).
WORK: WorkTable = {
    "areas-boundaries": "jps.areas.work:import_boundaries_work",
    "registry-import": "jps.registry.work:import_registry_work",
    "intake-stage": "jps.intake.staging:stage_work",
    "intake-check": "jps.intake.trial:check_work",
    "intake-accept": "jps.intake.accepting:accept_work",
    "intake-undo": "jps.intake.undoing:undo_work",
    "match": "jps.identity.work:match_work",
    "batch": "jps.batches.work:batch_work",
    "assess": "jps.assessment.work:assess_work",
    "consumption": "jps.assessment.consumption:consumption_work",
    "model-training": "jps.assessment.training_work:training_work",
    "export": "jps.exports.work:export_work",
    "target-snapshot": "jps.targeting.taking:snapshot_work",
    "deciles": "jps.assessment.decile_work:decile_work",
    "findings": "jps.programmes.finding_work:findings_work",
    "figures-freeze": "jps.maps.work:freeze_work",
    "fieldwork": "jps.fieldwork.work:fieldwork_work",
    "benefit-plan": "jps.benefits.planning:plan_work",
    "payments-check": "jps.benefits.payment_work:check_work",
    "payments-write": "jps.benefits.payment_work:write_work",
    "payments-undo": "jps.benefits.payment_work:undo_work",
    "decree": "jps.decrees.work:decree_work",
}

# What waits as rows of its own and cannot wait for a long job: module and function.
CHORES = ("jps.odk.work:accept_waiting", "jps.fieldwork.work:refresh_counts")


def work_of(kind: str) -> Work:
    """Return the function that does jobs of `kind`."""
    module, name = WORK[kind].split(":")
    work: Work = getattr(import_module(module), name)
    return work


def utc_now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


def run_now(app: Flask, job: Job, *, on_step: Callable[[Job], None] = lambda job: None) -> JobState:
    """Run a committed job in this process, as the command line does, and return how it ended."""
    kind = job.kind

    def work(task: Task) -> Iterator[Step]:
        return work_of(kind)(task)  # an unknown kind fails this job and stops no other

    with everywhere(db.session()):
        return run_job(
            db.session(),
            job.id,
            work,
            home=app.config["JPS"].home,
            clock=utc_now,
            on_step=on_step,
        )


def settle_waiting(
    app: Flask,
    *,
    stopping: threading.Event | None = None,
    pause: Callable[[], None] = lambda: None,
) -> int:
    """Follow up the households that were accepted and wait for it; return how many were.

    `pause` is called before each few.
    """
    stopping = stopping or threading.Event()
    count = 0
    # Imported when there is a worker: matching is heavy.
    acceptance = import_module("jps.assessment.acceptance")
    with app.app_context(), everywhere(db.session()):
        while not stopping.is_set():
            pause()
            with writers_turn(db.session()):
                if not acceptance.may_follow_up(db.session(), at=utc_now()):
                    break
                db.session.rollback()
                count += acceptance.settle_follow_ups(
                    db.session(), limit=FOLLOW_UP_AT_ONCE, at=utc_now()
                )
                db.session.commit()
        db.session.rollback()
    return count


def run_waiting(app: Flask, *, stopping: threading.Event | None = None) -> int:
    """Run every job that waits or whose process died; return how many were run.

    When `stopping` is set, the running job ends its step, is queued again, and no other begins.
    """
    stopping = stopping or threading.Event()

    def leave(_job: Job) -> None:
        if stopping.is_set():
            raise SystemExit

    count = 0
    with app.app_context():
        for job_id in waiting_jobs(db.session(), now=utc_now()):
            if stopping.is_set():
                break
            try:
                state = run_now(app, find_job(db.session(), job_id), on_step=leave)
            except SystemExit:
                log.info("job interrupted", extra={"job": str(job_id)})
                break
            log.info("job ended", extra={"job": str(job_id), "state": str(state)})
            count += 1
    return count


def work_off(
    app: Flask,
    *,
    stopping: threading.Event | None = None,
    pause: Callable[[], None] = lambda: None,
) -> None:
    """Do everything that waits: first what just came in, then long work, then what came since."""
    settle_waiting(app, stopping=stopping, pause=pause)
    if run_waiting(app, stopping=stopping):
        settle_waiting(app, stopping=stopping, pause=pause)


def run_chores(
    app: Flask,
    *,
    stopping: threading.Event | None = None,
    pause: Callable[[], None] = lambda: None,
) -> int:
    """Do all that waits besides jobs; return how many steps were taken.

    `pause` is called before each of them: it may wait for a better moment.
    """
    stopping = stopping or threading.Event()
    settings: Settings = app.config["JPS"]
    steps = 0
    with app.app_context():
        for chore in CHORES:
            module, name = chore.split(":")
            work = getattr(import_module(module), name)
            steps += work(
                db.session(),
                settings.home,
                settings.timezone,
                clock=utc_now,
                stopping=stopping.is_set,
                pause=pause,
            )
    return steps + settle_waiting(app, stopping=stopping, pause=pause)


def make_queue(settings: Settings) -> SqliteHuey:
    """Return the queue of this office. Messages are signed: the default format can run code."""
    key = read_key(settings, "queue")
    queue = settings.folder("queue") / "wake.db"
    return SqliteHuey(
        "jps", filename=str(queue), serializer=SignedSerializer(secret=key), results=False
    )


def this_app() -> Flask:
    """Return the application itself, not its proxy, which other threads cannot use."""
    return cast(Flask, cast(Any, current_app)._get_current_object())


def the_worker(app: Flask) -> "Worker":
    """Return the worker of this application, made on first use; it runs only when started."""
    if "jps-worker" not in app.extensions:
        app.extensions["jps-worker"] = Worker(app)
    worker: Worker = app.extensions["jps-worker"]
    return worker


def is_alive(settings: Settings, *, at: datetime) -> bool:
    """Whether a worker of this office, in whatever process, gave a sign of life of late."""
    path = settings.home / BEAT_FILE
    return path.exists() and at.timestamp() - path.stat().st_mtime < SILENT_AFTER


class Worker:
    """Waits for a wake-up in threads of this process."""

    def __init__(self, app: Flask) -> None:
        self._queue = make_queue(app.config["JPS"])
        self._beat_file = app.config["JPS"].home / BEAT_FILE
        self._consumer: Consumer | None = None
        self._stopping = threading.Event()
        self._called = threading.Event()
        self._received = 0.0  # when something was received last
        self._app = app

        def wake() -> None:
            work_off(app, stopping=self._stopping, pause=self._let_phones_go_first)

        def look() -> None:
            work_off(app, stopping=self._stopping, pause=self._let_phones_go_first)

        self._wake = self._queue.task()(wake)
        self._queue.periodic_task(crontab(minute="*"))(look)

    def wake(self) -> None:
        """Say that there is something to do; a worker anywhere on this queue will look."""
        self._wake()

    def hurry(self) -> None:
        """Say that something was received; the thread for chores looks at once."""
        self._received = time.monotonic()
        self._called.set()

    def wake_soon(self) -> None:
        """Say that there will be something to do when the phones that send now are done."""
        self._wake.schedule(delay=SOON)

    def start(self) -> None:
        """Start the threads, and look at once and when dead processes' jobs have become free."""
        self._stopping.clear()
        consumer = Consumer(
            self._queue,
            workers=1,
            periodic=True,
            initial_delay=0.1,
            max_delay=1,
            shutdown_timeout=STOP_WAIT,
        )
        # Signals belong to the server whose process this is.
        consumer._set_signal_handlers = lambda: None
        consumer.start()
        self._consumer = consumer
        threading.Thread(target=self._beat, args=(consumer,), daemon=True, name="beat").start()
        threading.Thread(target=self._do_chores, daemon=True, name="chores").start()
        self.wake()
        self._wake.schedule(delay=STALE_AFTER.total_seconds() + 1)

    def stop(self) -> None:
        """Stop the threads. A running job ends its step, if that takes no longer than
        `STOP_WAIT` seconds, and goes on at the next start; a longer step is done again.
        """
        self._stopping.set()
        self._called.set()
        if self._consumer is not None:
            self._consumer.stop(graceful=True)
            self._consumer = None

    def _beat(self, consumer: Consumer) -> None:
        """Show every few seconds that the threads live, and replace one that died."""
        while True:
            consumer.check_worker_health()
            self._beat_file.touch(mode=0o600)
            if self._stopping.wait(BEAT_EVERY):
                return

    def _do_chores(self) -> None:
        """Do what waits, when called and every few seconds, beside whatever job is running."""
        while not self._stopping.is_set():
            self._called.clear()
            try:
                run_chores(self._app, stopping=self._stopping, pause=self._let_phones_go_first)
            except Exception as error:  # the next look may be luckier; the rows still wait
                log.exception("chores failed", extra={"error": type(error).__name__})
            self._called.wait(CHORES_EVERY)

    def _let_phones_go_first(self) -> None:
        """Wait until nothing came in for a moment: whoever sends waits for an answer."""
        end = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < end and not self._stopping.is_set():
            left = self._received + QUIET - time.monotonic()
            if left <= 0:
                return
            self._stopping.wait(left)
