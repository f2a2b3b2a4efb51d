"""A list on its way, timed: see `bench_field_import`.

An invented list in our own template (CSV, one row per member) is staged, tried and stored (SQLite),
as jobs with their processes. Prints households per second, and what this process used itself and
with all below it.
"""

import csv
import gc
import os
import resource
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from jps.app import create_app
from jps.commands.demo_office import document_of, invent, load_reference
from jps.config import DATA, Settings
from jps.db import EVERYWHERE, db, set_scope
from jps.intake import services
from jps.intake.queries import batch_of
from jps.intake.rules import Part
from jps.intake.services import Where
from jps.jobs.models import Job
from jps.jobs.services import find_job
from jps.layouts import layouts
from jps.migrations import bring_up_to_date
from jps.questionnaire import load_form
from jps.worker import run_now, this_app, utc_now
from tests.benchmarks.bench_field_gate import say

SOURCE = "bench"


def main(households: int) -> None:
    """Invent so many households, write them as a list, and bring it in."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(home=Path(folder) / "office", log_level="ERROR"))
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            bring_up_to_date()
            load_reference(db.session())
            db.session.commit()
            path = Path(folder) / "list.csv"
            sample = invent(db.session(), households, 5)
            members = write_list(path, map(document_of, sample.households()))
            db.session.rollback()
            sys.stdout.write(f"{households:,} households, {members:,} members\n")
            gc.freeze()
            bring(path, households, Where(sample.on, "75", {}))
            db.engine.dispose()


def write_list(path: Path, documents: Iterable[Mapping[str, Any]]) -> int:
    """Write one row per member and return how many there are."""
    form = load_form(DATA / "questionnaire")
    questions = [one.name for one in form if not one.is_calculated]
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["household_id", "questionnaire_version", *questions])
        for number, document in enumerate(documents):
            for member in document.get("members", [{}]):
                count += 1
                row = {**document, **member}
                cells = [cell_of(row.get(name)) for name in questions]
                writer.writerow([f"RT-{number:07}", form.version, *cells])
    return count


def cell_of(value: object) -> object:
    """Return an answer as a cell."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else value


def bring(path: Path, households: int, where: Where) -> None:
    """Take, stage, try and store the list."""
    session, form = db.session(), load_form(DATA / "questionnaire")
    known = layouts(form, DATA / "layouts")
    begun, used = perf_counter(), process_time()
    delivery = services.take_list(path, home=this_app().config["JPS"].home, known=known)
    say("look through", households, begun, used)
    batch = services.begin_batch(
        session,
        delivery,
        source=SOURCE,
        label="bench",
        partial=False,
        scope=EVERYWHERE,
        by="bench",
        at=utc_now(),
    )
    key, whole, used = batch.id, perf_counter(), process_time()
    run("stage", households, batch.job_id)
    batch = batch_of(session, key)
    mapping, _ = services.propose_mapping(session, batch, known)
    services.start_check(session, batch, mapping, where=where, by="bench", at=utc_now())
    checked, since = perf_counter(), process_time()
    run("dry run", households, batch.job_id)
    batch = batch_of(session, key)
    sys.stdout.write(f"{batch.counts}\n")
    stored = services.count_wanted(session, batch, Part.ALL)
    services.accept(
        session, batch, Part.ALL, version=form.version, where=where, by="bench", at=utc_now()
    )
    run("store what the dry run found good", stored, batch.job_id)
    say("dry run and store", households, checked, since)
    say("stage, dry run and store", households, whole, used)


def run(what: str, households: int, job_id: object) -> None:
    """Run one job, and say how long it took and when it first told its progress."""
    session = db.session()
    session.commit()
    job = session.get_one(Job, job_id)
    first: list[float] = []
    begun, used, before = perf_counter(), process_time(), of_processes()
    run_now(this_app(), job, on_step=lambda _: first.append(perf_counter() - begun))
    set_scope(session, EVERYWHERE)
    say(what, households, begun, used)
    ended = find_job(session, job.id)
    all_used = (process_time() - used + of_processes() - before) / households * 1e6
    told = f"  {ended.state}; progress after {first[0]:.2f} s; with its processes {all_used:.0f} us"
    sys.stdout.write(f"{told}\n")


def of_processes() -> float:
    """Return the seconds of processor of all processes below this one, living and ended."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            fields = path.read_text().rpartition(")")[2].split()
            process = int(path.parent.name)
            parents[process] = int(fields[1])
            used[process] = sum(map(int, fields[11:15]))  # its own and its ended children's
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    below = sum(ticks for process, ticks in used.items() if is_below(process, parents))
    return found.ru_utime + found.ru_stime + below / os.sysconf("SC_CLK_TCK")


def is_below(process: int, parents: Mapping[int, int]) -> bool:
    """Whether a process was started by this one, or by one below it."""
    while (process := parents.get(process, 0)) > 1:
        if process == os.getpid():
            return True
    return False
