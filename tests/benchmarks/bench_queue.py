"""The review queue with 100,000 links, a tenth of them cases: pages, followers, counts.

    python -m tests.benchmarks queue

Prints medians in milliseconds, on SQLite and on a PostgreSQL server of its own.
"""

import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy.orm import Session

from jps.app import create_app
from jps.bulk import write_rows
from jps.config import Settings
from jps.db import AreaScope, Base, db, everywhere, scoped_to
from jps.households.models import Family, Household, Member
from jps.identity.cases import renew_cases, set_stakes
from jps.identity.models import Link
from jps.identity.queue import (
    Asked,
    Order,
    Reader,
    count_areas,
    count_places,
    next_member,
    read_page,
)
from jps.identity.rules import LinkState
from jps.jobs.services import start_job
from jps.registry.models import RegistrySnapshot
from tests.databases import Databases, postgres_server

MEMBERS, PER_HOUSEHOLD, PART_OF_CASES = 100_000, 4, 0.1
NOW = datetime(2026, 11, 23, tzinfo=UTC)
AREAS = [
    f"75.{regency:02}.{district:02}.{2000 + village}"
    for regency in range(1, 7)
    for district in range(1, 14)
    for village in range(1, 10)
]


def main() -> None:
    """Measure on both databases."""
    with TemporaryDirectory() as folder, postgres_server() as server:
        databases = Databases(Path(folder))
        databases.use_server(server)
        for name in ("sqlite", "postgresql"):
            home = Path(folder) / f"office-{name}"
            url: str = getattr(databases, name)(home)
            settings = Settings(home=home, database_url=url, worker=False, log_level="ERROR")
            app = create_app(settings)
            with app.app_context():
                measure(name, db.session())
                db.session.remove()
                db.engine.dispose()


def measure(name: str, session: Session) -> None:
    """Fill a database and print how long the queue takes."""
    with everywhere(session):
        households = fill(session)
        begun = perf_counter()
        set_stakes(session, {one: n % 100 / 100 for n, one in enumerate(households)})
        renew_cases(session, at=NOW)
        session.commit()
        say(f"{name}: cases made in {perf_counter() - begun:.1f} s")
    for scope in (AreaScope(("75",)), AreaScope(("75.01",)), AreaScope((AREAS[70],))):
        with scoped_to(session, scope):
            reader = Reader("ani", scope)
            for step, work in steps(session, reader):
                say(f"{name}: {scope.codes[0]}: {step}: {timed(work):.1f} ms")


def steps(session: Session, reader: Reader) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what is measured."""
    for asked in (*(Asked(order=order) for order in Order), Asked(LinkState.PADAN)):
        read = partial(read_page, session, reader, asked, now=NOW)
        name = f"{asked.place} by {asked.order if asked.is_case else Order.AREA}"
        yield f"first page, {name}", read
        if (after := read().after) is not None:
            yield f"next page, {name}", partial(read, after=after)
    first = read_page(session, reader, Asked(), now=NOW).rows[0].member.id
    yield "who comes next", partial(next_member, session, reader, Asked(), first, now=NOW)
    yield "counts of all parts", partial(count_places, session, reader, now=NOW)
    yield "counts by kabupaten", partial(count_areas, session, reader, Asked(), length=5, now=NOW)


def fill(session: Session) -> list[uuid.UUID]:
    """Write households with members and links; return the households."""
    chance = Random(1)
    snapshot = _snapshot(session)
    households = [uuid.UUID(int=chance.getrandbits(128)) for _ in range(MEMBERS // PER_HOUSEHOLD)]
    kept: list[tuple[type[Base], dict[str, object]]] = []
    for place, household in enumerate(households):
        area, family = AREAS[place % len(AREAS)], uuid.UUID(int=chance.getrandbits(128))
        kept.append((Household, _household(household, area)))
        same = {"household_id": household, "area_code": area, "valid_from": date(2026, 1, 1)}
        kept.append((Family, {"id": family, "position": 0, "kk": "", **same}))
        for position in range(PER_HOUSEHOLD):
            member = uuid.UUID(int=chance.getrandbits(128))
            person = {"id": member, "family_id": family, "position": position, **_PERSON, **same}
            kept.append((Member, person))
            kept.append((Link, _link(member, area, snapshot, chance)))
    for table in (Household, Family, Member, Link):
        rows = [row for one, row in kept if one is table]
        write_rows(session, table, list(rows[0]), [tuple(row.values()) for row in rows])
    session.commit()
    session.connection().exec_driver_sql("ANALYZE")
    session.commit()
    return households


def _snapshot(session: Session) -> int:
    job = start_job(session, "registry-import", {}, by="bench", at=NOW)
    snapshot = RegistrySnapshot(
        as_of=date(2026, 1, 1), format="csv", fingerprint="x", state="current", rows=1, persons=1,
        refused=0, job_id=job.id, created_by="bench", created_at=NOW, current_at=NOW,
    )  # fmt: skip
    session.add(snapshot)
    session.flush()
    return snapshot.id


def _household(household: uuid.UUID, area: str) -> dict[str, object]:
    return {
        "id": household, "area_code": area, "version": 1, "state": "submitted", "state_by": "bench",
        "state_at": NOW, "source": "form", "address": "", "head_name": "", "entered_by": "bench",
        "entered_at": NOW, "changed_at": NOW, "words": "", "warnings": [],
        "answers": {"x": "y" * 500}, "calculated": {},
    }  # fmt: skip


_PERSON: dict[str, object] = {
    "presence": "1", "name": "Orang Contoh", "kk": "", "nik": "", "nik_state": "missing",
    "nik_reason": "", "sex": "1", "birth_date": "1980-01-01", "birth_precision": "",
    "birth_place": "", "mother_name": "", "relation": "", "marital_status": "",
    "answers": {"x": "y" * 300}, "calculated": {},
}  # fmt: skip


def _link(member: uuid.UUID, area: str, snapshot: int, chance: Random) -> dict[str, object]:
    waits = chance.random() < PART_OF_CASES
    return {
        "member_id": member, "area_code": area, "probability": 0.5, "shared": False,
        "state": LinkState.PERLU_DITINJAU if waits else LinkState.PADAN,
        "weight": chance.gauss(1, 3) if waits else 20.0, "snapshot_id": snapshot,
        "linked_at": NOW, "evidence": {},
    }  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    """Return the median of ten runs in milliseconds."""
    took = []
    for _ in range(10):
        begun = perf_counter()
        work()
        took.append((perf_counter() - begun) * 1000)
    return median(took)


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
