"""The demo's accounts: one of each role, and enumerators of whom two are careless."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from random import Random

from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.access.services import create_user, find_user
from jps.areas.rules import Level
from jps.audit.services import SYSTEM
from jps.config import DATA
from jps.sample import SampleHousehold
from jps.worker import utc_now

DEMO_PASSWORD = "contoh-jps-2026"
WITA = timezone(timedelta(hours=8))
INTERVIEWS = 40  # of one enumerator, where there are enough
FEWEST, MOST = 2, 6  # enumerators of a kecamatan
CARELESS = 2  # of all: the first of the two largest kecamatan


@dataclass(frozen=True)
class DemoUser:
    """An account of the demo, and what to try with it."""

    username: str
    full_name: str
    role: Role
    area: str
    purpose: str = ""


DEMO_USERS = (
    DemoUser("pengelola", "Rahma Contoh", Role.MANAGER, "75", "programme manager: the map"),
    DemoUser("pengelola-dua", "Nurdin Contoh", Role.MANAGER, "75", "second manager: approves"),
    DemoUser("operator", "Yusuf Contoh", Role.OPERATOR, "75.01", "operator: pairs to decide"),
    DemoUser("pendata", "Siti Contoh", Role.ENUMERATOR, "75.01.02", "enumerator: the form"),
    DemoUser("analis", "Ismail Contoh", Role.ANALYST, "75", "analyst: codebook and figures"),
    DemoUser("admin", "Nur Contoh", Role.ADMINISTRATOR, "75", "administrator: users, registry"),
)
OWN = next(user for user in DEMO_USERS if user.role == Role.ENUMERATOR)


def make_users(session: Session, users: Iterable[DemoUser] = DEMO_USERS) -> None:
    """Make the accounts that are missing, all with the demo's password."""
    hashed = hash_password(DEMO_PASSWORD)
    for user in users:
        if find_user(session, user.username) is None:
            create_user(
                session,
                username=user.username,
                full_name=user.full_name,
                password=DEMO_PASSWORD,
                role=user.role,
                areas=[user.area],
                hash_password=lambda _: hashed,
                by=SYSTEM,
                at=utc_now(),
            )
    session.commit()


class Fieldwork:
    """Who visited which household, and how the interview went. The same for the same sample."""

    def __init__(self, households: Sequence[SampleHousehold]) -> None:
        sizes = Counter(_kecamatan(one.area_code) for one in households)
        names = _names()
        self._by_area: dict[str, list[DemoUser]] = {}
        for code, size in sorted(sizes.items()):
            wanted = min(MOST, max(FEWEST, size // INTERVIEWS))
            self._by_area[code] = [OWN] if code == OWN.area else []
            while len(self._by_area[code]) < wanted:
                username = f"pendata-{code.replace('.', '')}-{len(self._by_area[code]) + 1}"
                self._by_area[code].append(DemoUser(username, next(names), Role.ENUMERATOR, code))
        largest = [code for code, _ in sizes.most_common() if code != OWN.area][:CARELESS]
        self._careless = {self._by_area[code][0].username for code in largest}

    @property
    def people(self) -> list[DemoUser]:
        """All enumerators."""
        return [one for people in self._by_area.values() for one in people]

    def visit(self, household: SampleHousehold) -> tuple[str, dict[str, object]]:
        """Return who came, and the answers that tell when and where it was.

        Careless people are done in minutes, late, and always at the same place.
        """
        rng = Random(household.id.int)
        people = self._by_area[_kecamatan(household.area_code)]
        who = people[rng.randrange(len(people))].username
        answers: dict[str, object] = {}
        if not (said := str(household.answers.get("interview_date", ""))):
            return who, answers
        hasty = who in self._careless
        minutes = rng.uniform(3, 6) if hasty else rng.lognormvariate(3.4, 0.25)
        hour = rng.uniform(20, 21.5) if hasty else rng.uniform(8, 16)
        day = datetime.combine(datetime.fromisoformat(said).date(), time(), WITA)
        start = day + timedelta(seconds=round(hour * 3600))
        end = start + timedelta(seconds=round(minutes * 60))
        answers |= {"interview_start": start.isoformat(), "interview_end": end.isoformat()}
        if hasty and "gps" in household.answers:
            answers["gps"] = "0.5400 123.0600 0 8"
        return who, answers


def _kecamatan(code: str) -> str:
    return code[: Level.KECAMATAN.code_length]


def _names() -> Iterator[str]:
    """Yield invented names, without end."""
    with (DATA / "sample" / "given_names.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        tokens = [row["token"].title() for row in rows if len(row["token"]) > 3]
    turn = 0
    while True:
        turn += 1
        for token in Random(turn).sample(tokens, len(tokens)):
            yield f"{token} Contoh"
