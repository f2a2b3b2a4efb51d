"""Time matchings of all members: the first, everything again, and only what changed, on SQLite.

`python -m tests.benchmarks.bench_identity [registry persons] [members]`: invented people, imported
as the worker does, entered as members with the noise of a survey, then matched after each change.
"""

import csv
import sys
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

from flask import Flask
from sqlalchemy import select

from jps.app import create_app
from jps.areas.services import load_areas
from jps.bulk import write_rows
from jps.config import DATA, Settings
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Family, Household, Member
from jps.households.rules import Source, State
from jps.jobs.models import Job
from jps.jobs.services import find_job, start_job
from jps.migrations import bring_up_to_date
from jps.registry.services import start_import, take_file
from jps.worker import run_now, utc_now
from tests.benchmarks.bench_registry import write_registry

EACH = 4  # members of a household
CHANGED = 0.01  # share of members, and of registry persons, that each change touches
AT = datetime(2026, 11, 1, tzinfo=UTC)
Row = dict[str, str]


@dataclass
class Office:
    """An office in a folder of its own."""

    app: Flask
    home: Path
    rng: Random

    def take(self, rows: Sequence[Row]) -> None:
        """Import these people as the registry."""
        path = self.home / "registry.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        delivery = take_file(path, home=self.home, today=utc_now().date())
        job = start_import(db.session(), delivery, by="bench", at=utc_now()).job
        db.session.commit()
        run_now(self.app, job)

    def enter(self, people: Sequence[Row]) -> None:
        """Enter people as members, EACH to a household, some fields wrong or missing."""
        day = date(2026, 11, 1)
        groups = [people[start : start + EACH] for start in range(0, len(people), EACH)]
        homes = [(uuid.uuid4(), uuid.uuid4(), group) for group in groups]
        same = {
            "version": 1, "state": State.SUBMITTED, "state_by": "bench", "state_at": AT,
            "source": Source.FORM, "entered_by": "bench", "entered_at": AT, "changed_at": AT,
            "warnings": [], "answers": {}, "calculated": {}, "address": "", "head_name": "",
            "words": "",
        }  # fmt: skip
        rows = ((home, group[0]["KODE_WILAYAH"], *same.values()) for home, _, group in homes)
        write_rows(db.session(), Household, ("id", "area_code", *same), rows)
        families = (
            (family, home, group[0]["KODE_WILAYAH"], group[0]["NO_KK"], 0, day)
            for home, family, group in homes
        )
        columns = ("id", "household_id", "area_code", "kk", "position", "valid_from")
        write_rows(db.session(), Family, columns, families)
        members = [
            self._member(home, family, place, person, day)
            for home, family, group in homes
            for place, person in enumerate(group)
        ]
        write_rows(db.session(), Member, list(members[0]), (tuple(one.values()) for one in members))
        db.session.commit()

    def _member(
        self, home: uuid.UUID, family: uuid.UUID, place: int, person: Row, day: date
    ) -> dict[str, object]:
        rng = self.rng
        name = person["NAMA_LGKP"]
        return {
            "id": uuid.uuid4(),
            "household_id": home,
            "family_id": family,
            "area_code": person["KODE_WILAYAH"],
            "position": place,
            "presence": "1",
            "name": name if rng.random() < 0.8 else name.replace("A", "O", 1),
            "kk": person["NO_KK"],
            "nik": person["NIK"] if rng.random() < 0.72 else "",
            "nik_state": "valid",
            "nik_reason": "",
            "sex": "1" if person["JENIS_KLMIN"] == "L" else "2",
            "birth_date": person["TGL_LHR"] if rng.random() < 0.9 else person["TGL_LHR"][:4],
            "birth_precision": "full",
            "birth_place": "",
            "mother_name": person["NAMA_LGKP_IBU"] if rng.random() < 0.8 else "",
            "relation": "1",
            "marital_status": "1",
            "answers": {},
            "calculated": {},
            "valid_from": day,
        }

    def rename_some(self) -> None:
        """Let a share of the members have another name."""
        ids = db.session.scalars(select(Member.id)).all()
        for one in self.rng.sample(ids, int(len(ids) * CHANGED)):
            db.session.get_one(Member, one).name += " BARU"
        db.session.commit()

    def match(self, what: str, **params: object) -> None:
        """Match and print how long it took and what it did."""
        begun = perf_counter()
        job = start_job(db.session(), "match", params, by="bench", at=utc_now())
        db.session.commit()
        job_id, phases = job.id, dict[str, float]()

        def note(now: Job) -> None:
            phases[str(now.cursor["phase"])] = perf_counter() - begun

        run_now(self.app, job, on_step=note)
        took = perf_counter() - begun
        db.session.expire_all()
        result = find_job(db.session(), job_id).result
        found = f"searched {result['searched']}, written {result['written']}, {result['why']}"
        ends = ", ".join(f"{name} {at:.1f}" for name, at in phases.items())
        say(f"{took:8.1f} s  {what}: {found} (until {ends})")
        db.session.rollback()


def main(persons: int, members: int) -> None:
    """Import, enter, and match after each change."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        app = create_app(Settings(home=home, worker=False, log_level="ERROR"))
        with app.app_context():
            bring_up_to_date()
            set_scope(db.session(), EVERYWHERE)
            areas = (DATA / "areas" / "gorontalo.csv").read_bytes()
            load_areas(db.session(), areas, by="bench", at=AT)
            db.session.commit()
            run(Office(app, home, Random(75)), persons, members)
            db.session.remove()
            db.engine.dispose()
    peak = getrusage(RUSAGE_SELF).ru_maxrss / (2**10 if sys.platform != "darwin" else 2**20)
    say(f"{persons} registry persons, {members} members, peak memory {peak:.0f} MiB")


def run(office: Office, persons: int, members: int) -> None:
    """Go through what happens to an office."""
    path = office.home / "people.csv"
    write_registry(path, persons)
    with path.open(newline="") as file:
        people = list(csv.DictReader(file))
    office.take(people)
    some = office.rng.sample(people, members)
    office.enter(some)
    office.match("the first run, with a new model")
    office.match("nothing changed")
    office.rename_some()
    office.match(f"{CHANGED:.0%} of the members changed")
    office.enter(office.rng.sample(people, EACH))
    office.match("one new household")
    changed = int(persons * CHANGED)
    for row in office.rng.sample(people, changed):
        row["NAMA_LGKP"] += " BARU"
    office.take(people[changed:])
    office.match(f"a snapshot with {CHANGED:.0%} changed and {CHANGED:.0%} gone")
    office.match("everything again under the same model", full=True)


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sizes = [int(size) for size in sys.argv[1:]] or [60_000, 20_000]
    main(*sizes)
