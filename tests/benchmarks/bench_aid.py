"""Time decrees, findings, figures and frames at a province's size, on SQLite.

`python -m tests.benchmarks.bench_aid [households [folder [pages]]]`: 300,000 households of
1,080,000 members, a registry of 1,200,000, a decree of 84,181 recipients beside five others. In a
folder that is named the office stays, and is measured again without being made; `pages` after it
measures pages and frames alone. In brackets: seconds of processor.
"""

import sys
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.models import User
from jps.access.rules import Role
from jps.access.services import create_user
from jps.access.tokens import create_api_token
from jps.analysis.frames import Frame
from jps.analysis.opening import LocalSource
from jps.analysis.rules import Ask
from jps.app import create_app
from jps.areas.in_force import draw_schematic
from jps.areas.models import Area
from jps.areas.rules import Level
from jps.areas.services import load_areas, load_population
from jps.assessment.deciles import start_deciles
from jps.benefits import payments
from jps.benefits.planning import start_plan
from jps.benefits.rules import Schedule
from jps.config import DATA, Settings
from jps.db import EVERYWHERE, db, everywhere
from jps.decrees import services
from jps.decrees.services import Head
from jps.households.models import Household
from jps.intake.services import propose_mapping
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import find_job, start_job
from jps.migrations import bring_up_to_date
from jps.programmes.loading import load_programmes
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import DecreeState
from jps.registry.services import start_import, take_file
from jps.worker import run_now, utc_now
from tests.benchmarks import province
from tests.benchmarks.asking import ask, forget_peak, peak, say, take, timed
from tests.benchmarks.bench_registry import write_registry

RECIPIENTS = 84_181 / 300_000  # of a household: Sembako/BPNT in Gorontalo
OTHERS = {"pkh": 0.15, "blt-dd": 0.04, "jps": 0.08, "pbi-jk": 0.4, "upah-ump": 0.05}
PASSWORD = "sandi-tolok-ukur"
BY, AT = "bench", datetime(2026, 11, 23, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
TODAY = AT.date()


def main(households: int, folder: Path, *, jobs: bool = True) -> None:
    """Make the office where it is not there, and measure."""
    fresh = not (folder / "jps.db").exists()
    settings = Settings(home=folder, worker=False, log_level="ERROR")
    app = create_app(settings, {"WTF_CSRF_ENABLED": False})
    with app.app_context(), everywhere(db.session()):
        office = Office(app, db.session(), folder)
        if fresh:
            bring_up_to_date()
            office.make(households)
        if jobs:
            office.jobs()
        db.session.remove()
    with app.app_context(), everywhere(db.session()):
        places = Places.of(db.session())
        db.session.remove()
    Pages(app, places).measure()
    with app.app_context():
        frames(settings)
        db.session.remove()
        db.engine.dispose()


@dataclass
class Office:
    """An office in a folder of its own."""

    app: Flask
    session: Session
    home: Path

    def make(self, households: int) -> None:
        """Fill it: areas, people, aid as it was given before the first measure."""
        session, areas = self.session, DATA / "areas"
        load_areas(session, (areas / "gorontalo.csv").read_bytes(), by=BY, at=AT)
        load_population(session, (areas / "gorontalo_population.csv").read_bytes(), by=BY, at=AT)
        draw_schematic(session, by=BY, at=AT)
        load_programmes(session, DATA / "programmes", by=BY, at=AT)
        for role in (Role.MANAGER, Role.ANALYST):
            create_user(
                session, username=role, full_name="Contoh", password=PASSWORD, role=role,
                areas=["75"], hash_password=hash_password, by=BY, at=AT,
            )  # fmt: skip
        session.commit()
        path = self.home / "registry.csv"
        write_registry(path, households * province.EACH)
        delivery = take_file(path, home=self.home, today=TODAY)
        self.run("import the registry", start_import(session, delivery, by=BY, at=AT).job)
        timed("households, members, links, scores, deciles", lambda: self._settle(path, households))
        self.session.connection().exec_driver_sql("ANALYZE")
        session.commit()

    def _settle(self, path: Path, households: int) -> None:
        homes = province.settle(self.session, path, households)
        province.know_members(self.session)
        rows = int(households * RECIPIENTS)
        province.write_list(self.home / "sembako.csv", homes, rows, seed=1)
        province.write_deciles(self.home / "deciles.csv", homes)
        for seed, (code, share) in enumerate(OTHERS.items(), start=2):
            decree = self._decree(code)
            province.write_recipients(
                self.session, decree, homes, int(households * share), seed=seed
            )
            self.session.commit()

    def _decree(self, code: str) -> uuid.UUID:
        programme = select(Programme.id).where(Programme.code == code)
        decree = Decree(
            id=uuid.uuid4(), area_code="75", programme_id=self.session.scalars(programme).one(),
            number=f"{code}/2026", dated=FIRST, period_from=FIRST, period_to=LAST,
            state=DecreeState.IN_FORCE, state_by=BY, state_at=AT, matched_at=AT, made_by=BY,
            made_at=AT,
        )  # fmt: skip
        self.session.add(decree)
        self.session.flush()
        return decree.id

    def jobs(self) -> None:
        """Load and look up the large decree, find what is wrong, plan, pay, rank."""
        session = self.session
        self.run("find anew for all decrees", self._job("findings", {"today": str(TODAY)}))
        decree = self._load(self.home / "sembako.csv")
        self._enforce(decree)
        self.run("find anew for all decrees", self._job("findings", {"today": str(TODAY)}))
        schedule = Schedule(FIRST, 3, 4)
        self.run("plan four deliveries each", start_plan(session, decree, schedule, by=BY, at=AT))
        self._pay(decree)
        ranked = start_deciles(
            session, self.home, self.home / "deciles.csv", source="DTSEN",
            period=date(2026, 10, 1), scope=EVERYWHERE, today=TODAY, by=BY, at=AT,
        )  # fmt: skip
        self.run("import deciles of all families", ranked)

    def _load(self, path: Path) -> uuid.UUID:
        session = self.session
        number = f"SEMBAKO/{perf_counter():.0f}/2026"
        head = Head("sembako", number, FIRST, FIRST, LAST, "75")
        delivery = services.take_recipients(path, home=self.home)
        decree = services.bring_decree(
            session, head, delivery, label=path.name, scope=EVERYWHERE, by=BY, at=AT, today=TODAY
        )
        key, job = decree.id, decree.job_id
        assert job is not None
        self.run("read the list of a decree", find_job(session, job))
        decree = services.get_decree(session, key)
        batch = services.batch_of_decree(session, decree)
        mapping, _ = propose_mapping(session, batch, services.known_layouts())
        found = services.look_up(session, decree, mapping, by=BY, at=AT, today=TODAY)
        self.run("look its recipients up, report", found)
        say(f"  {services.get_decree(session, key).counts}")
        return key

    def _enforce(self, decree: uuid.UUID) -> None:
        found = services.get_decree(self.session, decree)
        job = services.move_decree(
            self.session, found, DecreeState.IN_FORCE, "", by=BY, at=AT, today=TODAY
        )
        self.session.commit()
        if job is not None:
            self.run("put it in force: find anew about it", job)

    def _pay(self, decree: uuid.UUID) -> None:
        session, path = self.session, self.home / "payments.csv"
        query = select(Recipient.nik).where(Recipient.decree_id == decree, Recipient.nik != "")
        niks = session.scalars(query.where(Recipient.same_as.is_(None)).order_by(Recipient.row))
        province.write_payments(path, [(nik, 200_000) for nik in niks])
        programme = services.get_decree(session, decree).programme_id
        about = payments.About(
            programme, decree, "Bank Contoh", "bayar", FIRST, date(2026, 3, 1), FIRST
        )
        brought = payments.bring(path, self.home)
        file = payments.take_file(session, brought, about, today=TODAY, by=BY, at=AT)
        key = file.id
        self.run("check the bank's file", find_job(session, _some(file.job_id)))
        payments.confirm(session, key, with_differing=True, with_missing=True, by=BY, at=AT)
        job = payments.get_file(session, key).job_id
        self.run("record what it says", find_job(session, _some(job)))

    def _job(self, kind: str, params: Mapping[str, object]) -> Job:
        return start_job(self.session, kind, params, by=BY, at=AT)

    def run(self, what: str, job: Job) -> None:
        """Run a job, and print how long it took, its longest silence, and its memory."""
        self.session.commit()
        key, begun, last, silent = job.id, perf_counter(), perf_counter(), 0.0
        used = process_time()
        forget_peak()

        def note(_job: Job) -> None:
            nonlocal last, silent
            silent, last = max(silent, perf_counter() - last), perf_counter()

        state = run_now(self.app, job, on_step=note)
        self.session.expire_all()
        done = find_job(self.session, key)
        say(
            f"{perf_counter() - begun:8.1f} s ({process_time() - used:.1f}) {peak():6.0f} MiB  "
            f"{what}: {state}, {done.done} of {done.total}, longest step {silent:.1f} s"
        )
        if state not in {JobState.DONE, JobState.PROBLEMS}:
            raise SystemExit(f"{what}: {done.message}")
        self.session.rollback()


def _some(key: uuid.UUID | None) -> uuid.UUID:
    assert key is not None
    return key


@dataclass(frozen=True)
class Places:
    """What pages are about."""

    decree: uuid.UUID
    household: uuid.UUID
    village: str

    @classmethod
    def of(cls, session: Session) -> "Places":
        decree = (
            select(Decree.id).join(Programme, Programme.id == Decree.programme_id)
            .where(Programme.code == "sembako", Decree.state == DecreeState.IN_FORCE)
        )  # fmt: skip
        key = session.scalars(decree.order_by(Decree.made_at.desc()).limit(1)).one()
        home = select(Household.id).join(Recipient, Recipient.household_id == Household.id)
        village = select(Area.code).where(Area.level == Level.DESA).order_by(Area.code)
        return cls(
            key,
            session.scalars(home.where(Recipient.decree_id == key).limit(1)).one(),
            session.scalars(village.limit(1)).one(),
        )


@dataclass
class Pages:
    """Pages and downloads, first and warm, for a manager of the whole province."""

    app: Flask
    places: Places

    def measure(self) -> None:
        """Ask for each: a first look, and later ones."""
        client = self.app.test_client()
        client.post("/login", data={"username": Role.MANAGER, "password": PASSWORD})
        decree, village = self.places.decree, self.places.village
        district, regency = village[:8], village[:5]
        for path in (
            "/dashboard/", f"/dashboard/?in={regency}", "/decrees/", f"/decrees/{decree}",
            f"/decrees/{decree}?answer=overlap", f"/decrees/{decree}?area={district}",
            "/findings/", "/findings/?kind=overlap", f"/findings/?area={regency}",
            "/findings/?page=400", "/overlaps/", "/memberships/",
            "/maps/values?level=desa&indicator=reached",
            "/maps/values?level=desa&indicator=overlaps",
            "/maps/values?level=kabkota&indicator=poor_unreached",
            f"/maps/values?level=desa&indicator=findings&in={regency}",
            "/maps/values?level=desa&indicator=low_share", "/maps/",
            "/maps/families/?indicator=overlaps&area=" + district,
            "/realisation/", "/realisation/?by=budget", "/realisation/?by=area&level=desa",
            "/benefits/", f"/benefits/{decree}", "/payments/",
            "/programmes/", "/programmes/sembako", "/deciles/", "/budget-lines/",
            "/deciles/compare?source=DTSEN&first=2026-07-01&second=2026-10-01",
            "/households/", f"/households/?area={village}", "/households/?state=verified",
            "/households/?page=400", f"/households/{self.places.household}",
        ):  # fmt: skip
            ask(client, path)
        self._downloads(client)

    def _downloads(self, client: FlaskClient) -> None:
        decree = self.places.decree
        for sheet in ("all", "propose", "check", "strike"):
            take(client, f"/decrees/{decree}/file", {"sheet": sheet, "format": "csv"})
        for kind in ("pdf", "xlsx"):
            take(client, "/dashboard/report", {"format": kind, "in": self.places.village[:5]})
            take(client, "/dashboard/report", {"format": kind})
        take(client, "/realisation/file", {"format": "xlsx", "by": "area", "level": "desa"})
        take(client, "/realisation/sipd", {"year": "2027"})
        take(client, "/maps/download", {"level": "desa", "indicator": "reached", "format": "csv"})


def frames(settings: Settings) -> None:
    """Read frames of all households and members with an analyst's token."""
    session = db.session()
    with everywhere(session):
        user = session.scalars(select(User).where(User.username == Role.ANALYST)).one()
        token = create_api_token(session, user, name="bench", days=1, by=BY, at=utc_now())
        session.commit()
    source = LocalSource(settings, token)
    for frame in (Frame.HOUSEHOLDS, Frame.MEMBERS, Frame.RECIPIENTS):
        read = partial(source.fetch, {frame: Ask()}, purpose="bench")
        timed(f"frame {frame}", read)


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    if len(sys.argv) > 2:
        main(number, Path(sys.argv[2]), jobs="pages" not in sys.argv[3:])
    else:
        with tempfile.TemporaryDirectory(prefix="jps-bench-") as made:
            main(number, Path(made))
