"""Time the import of a registry, the look-up of one person in it, and fifty people typing.

`python -m tests.benchmarks.bench_registry [persons [sqlite] [postgresql]]`: an invented registry,
written to CSV and imported with index and keys as the worker does; then people of a survey of it,
with the noise of real lists, are asked for in the service and over HTTP.
"""

import csv
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter, thread_time

import pyarrow.parquet as pq
from flask import Flask
from sqlalchemy import select

from jps.app import create_app
from jps.areas.services import load_areas
from jps.config import DATA, Settings
from jps.db import EVERYWHERE, db, reading, set_scope
from jps.identity.lookup import look_up
from jps.identity.matchers import current_matcher, store_model, use_model
from jps.jobs.models import Job
from jps.matching import link
from jps.migrations import bring_up_to_date
from jps.registry.index import stored_index
from jps.registry.models import RegistryPerson
from jps.registry.queries import needed_snapshot
from jps.registry.services import start_import, take_file
from jps.worker import run_now
from tests.benchmarks import typists
from tests.benchmarks.people import Setting, make
from tests.databases import postgres_server

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HEADER = (
    "NIK", "NO_KK", "NAMA_LGKP", "JENIS_KLMIN", "TGL_LHR", "TMPT_LHR", "NAMA_LGKP_IBU",
    "KODE_WILAYAH", "ALAMAT", "STATUS",
)  # fmt: skip
ASKED = 1_000  # persons looked up


def main(persons: int, database: str) -> None:
    """Write, import, ask; `database` is sqlite or postgresql."""
    with tempfile.TemporaryDirectory(prefix="jps-bench-") as folder:
        home = Path(folder)
        here = [sys.executable, "-m", "tests.benchmarks.bench_registry"]
        subprocess.run([*here, "lists", folder, str(persons)], check=True)
        if database == "sqlite":
            measure(home, "", persons)
            return
        with postgres_server() as server:
            measure(home, server, persons)


def measure(home: Path, url: str, persons: int) -> None:
    """Import into the database at `url` and ask it."""
    settings = Settings(home=home, database_url=url, worker=False, log_level="ERROR")
    app = create_app(settings)
    with app.app_context():
        bring_up_to_date()
        set_scope(db.session(), EVERYWHERE)
        areas = (DATA / "areas" / "gorontalo.csv").read_bytes()
        load_areas(db.session(), areas, by="bench", at=NOW)
        db.session.commit()
        import_registry(app, home, persons)
        asked = train(home, home)
        ask(asked)
        typists.enter(db.session())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    typists.measure(settings, [record for record, _ in asked])


def write_lists(folder: Path, persons: int) -> None:
    """Write an invented registry as CSV, with a survey of it and the truth beside it."""
    lists = make(Setting(registry=persons, survey=max(ASKED * 2, persons // 20)))
    lists.save(folder)
    columns = ("nik", "kk", "name", "sex", "birth_date", "mother", "village")
    texts = [lists.registry.column(name).to_pylist() for name in columns]
    with (folder / "registry.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n, (nik, kk, name, sex, birth, mother, village) in enumerate(zip(*texts, strict=True)):
            writer.writerow((
                nik, kk, name, sex, birth, "GORONTALO", mother, village,
                f"DUSUN {n % 8 + 1} RT 00{n % 7 + 1}", "AKTIF",
            ))  # fmt: skip


def write_registry(path: Path, persons: int) -> None:
    """Write invented people, families of four, village by village."""
    rng = Random(75)
    given, family = (_words(f"sample/{name}_names.csv") for name in ("given", "family"))
    villages = [row["code"] for row in _rows("areas/gorontalo.csv") if row["level"] == "desa"]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(persons):
            village = villages[n * len(villages) // persons]
            born = date.fromordinal(rng.randrange(date(1940, 1, 1).toordinal(), NOW.toordinal()))
            district = village.replace(".", "")[:6]
            sex = rng.choice("LP")
            day = born.day + (40 if sex == "P" else 0)
            writer.writerow((
                f"{district}{day:02}{born:%m%y}{rng.randrange(9000, 10000)}",
                f"{district}010110{n // 4 % 1000 + 9000}",
                f"{rng.choice(given)} {rng.choice(given)} {rng.choice(family)}",
                sex, born.isoformat(), "GORONTALO",
                f"{rng.choice(given)} {rng.choice(family)}",
                village, f"DUSUN {rng.randrange(1, 9)} RT 00{rng.randrange(1, 9)}", "AKTIF",
            ))  # fmt: skip


def import_registry(app: Flask, home: Path, persons: int) -> None:
    """Import the file as the worker does, timing its phases."""
    begun, phases = perf_counter(), dict[str, float]()
    delivery = take_file(home / "registry.csv", home=home, today=NOW.date())
    job = start_import(db.session(), delivery, by="bench", at=NOW).job
    db.session.commit()

    def note(job: Job) -> None:
        phases[job.cursor["phase"]] = perf_counter() - begun

    run_now(app, job, on_step=note)
    took = perf_counter() - begun
    say(f"import {persons} persons", f"{took:.1f} s, {persons / took:.0f} persons/s")
    say("  rows checked and stored after", f"{phases['rows']:.1f} s")
    say("  index and keys after", f"{phases['done']:.1f} s")
    say("  peak memory", f"{peak():.0f} MiB")
    if not app.config["JPS"].database_url:
        say("  database", f"{(home / 'jps.db').stat().st_size / 2**20:.0f} MiB")


def train(home: Path, folder: Path) -> list[tuple[dict[str, str], set[int]]]:
    """Put a model of the surveyed in force; return some of them with the rows that are right."""
    session = db.session()
    snapshot = needed_snapshot(session).id
    rows = {
        one.row: one.id for one in session.execute(select(RegistryPerson.row, RegistryPerson.id))
    }
    survey = pq.ParquetFile(folder / "survey.parquet").read()
    links = link(survey, stored_index(session, home, snapshot))
    model = store_model(session, links.model, snapshot, again=8.0, by="bench", at=NOW)
    use_model(session, model.id)
    session.commit()
    who: dict[int, set[int]] = {}
    people = pq.ParquetFile(folder / "registry_truth.parquet").read().column("person")
    for row, person in enumerate(people.to_numpy().tolist(), start=2):
        who.setdefault(person, set()).add(rows.get(row, -1))
    truth = pq.ParquetFile(folder / "truth.parquet").read().column("person").to_pylist()
    asked = zip(survey.to_pylist(), truth, strict=True)
    known = [(record, who[person]) for record, person in asked if person in who]
    return Random(7).sample(known, ASKED)


def ask(asked: Sequence[tuple[dict[str, str], set[int]]]) -> None:
    """Look surveyed people up in the service, with their NIK and without, once warm."""
    with reading():
        session = db.session()
        matcher = current_matcher(session)
        for hidden in (("warm",), (), ("nik",), ("nik", "kk")):
            times, spent, right = [], [], 0
            for record, who in asked:
                known = {key: text for key, text in record.items() if key not in hidden}
                begun, used = perf_counter(), thread_time()
                found = look_up(session, known, matcher, least=0.0)
                times.append((perf_counter() - begun) * 1000)
                spent.append((thread_time() - used) * 1000)
                right += bool(found.registry) and found.registry[0].row.id in who
            if hidden != ("warm",):
                title = " and ".join(hidden).upper()
                what = f"look up {len(asked)} persons" + (f" without {title}" if title else "")
                share = f"the right one first {right / len(asked):.4f}"
                say(what, f"{cuts(times)}; of the core {cuts(spent)}; {share}")
        session.rollback()


def cuts(times: Sequence[float]) -> str:
    """Return the middle and the 99th percentile of milliseconds in words."""
    found = quantiles(times, n=100)
    return f"p50 {found[49]:.1f} p99 {found[98]:.1f} ms"


def peak() -> float:
    """Return the most memory that this process had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**10 if _LINUX else 2**20)


_LINUX = sys.platform != "darwin"


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def _words(name: str) -> list[str]:
    return [row["token"] for row in _rows(name)]


def say(what: str, figure: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{what:<44} {figure}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["lists"]:
        write_lists(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        size, *kinds = sys.argv[1:] or ["100000", "sqlite", "postgresql"]
        for kind in kinds or ["sqlite"]:
            say(kind, "")
            main(int(size), kind)
