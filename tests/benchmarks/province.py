"""An invented province as rows of the tables: registry, households with links, scores and deciles.

300,000 households of 1,080,000 members are written in minutes, because nobody types them: groups of
four of an invented registry live together, of whom three or all were met.
"""

import csv
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment, Decile
from jps.assessment.rules import Outcome
from jps.assessment.services import PPI_FILE, current_scorecard, score_model
from jps.bulk import write_rows
from jps.config import DATA
from jps.db import Base
from jps.households.models import Family, Household, HouseholdHistory, Member
from jps.identity.member_keys import renew_all_keys
from jps.identity.models import Link
from jps.identity.rules import LinkState
from jps.matching import COLUMNS, RegistryIndex
from jps.programmes.models import Recipient
from jps.programmes.rules import Registered, Standing
from jps.questionnaire import load_form
from jps.registry.models import RegistryPerson
from jps.welfare.reading import read_table

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EACH = 4  # persons of the registry who live together
MET_BY_ALL = 0.6  # share of households in which the fourth was met as well
LINKED = 0.93  # share of members whom a matching found
AT_ONCE = 2_500  # households written together
HEADING = (
    "No", "Nama Penerima", "NIK", "No KK", "L/P", "Tempat Lahir", "Tanggal Lahir", "Alamat",
    "Kode Desa", "No Rekening", "Jumlah (Rp)",
)  # fmt: skip
NIK, KK, NAME, SEX, BORN, PLACE, MOTHER, VILLAGE, ADDRESS = range(9)  # of the registry's file

T = TypeVar("T")
Person = Sequence[str]
Row = dict[str, object]


@dataclass(frozen=True)
class Home:
    """A household: the ids of it and of its head, and the people of the registry who live there."""

    id: uuid.UUID
    family: uuid.UUID
    head: uuid.UUID
    person: int  # whom the head is linked to
    people: tuple[Person, ...]

    @property
    def area(self) -> str:
        """The village."""
        return self.people[0][VILLAGE]


def people(path: Path, households: int) -> Iterator[tuple[Person, ...]]:
    """Yield who lives together, by the registry's file."""
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from islice(_groups(map(tuple, rows), EACH), households)


def _groups(rows: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    left = iter(rows)
    while group := tuple(islice(left, size)):
        yield group


def settle(session: Session, path: Path, households: int) -> list[Home]:
    """Write the households of a registry that was imported; return them."""
    chance = random.Random(75)
    query = select(RegistryPerson.id, RegistryPerson.snapshot_id).order_by(RegistryPerson.row)
    ids = session.execute(query).all()
    model = score_model(session, current_scorecard(), at=NOW).id
    homes: list[Home] = []
    for piece in _groups(people(path, households), AT_ONCE):
        first = len(homes) * EACH
        made = [
            Home(_id(chance), _id(chance), _id(chance), ids[first + place * EACH].id, group)
            for place, group in enumerate(piece)
        ]
        _write_homes(session, made, chance, model)
        _write_members(session, made, chance, snapshot=ids[0].snapshot_id)
        session.commit()
        homes += made
    return homes


def _id(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def _write(session: Session, table: type[Base], rows: Sequence[Row]) -> None:
    write_rows(session, table, tuple(rows[0]), (tuple(row.values()) for row in rows))


def _write_homes(
    session: Session, homes: Sequence[Home], chance: random.Random, model: int
) -> None:
    households: list[Row] = []
    families: list[Row] = []
    scores: list[Row] = []
    deciles: list[Row] = []
    version = load_form(DATA / "questionnaire").version
    said = {one.key: one.responses[0].codes[0] for one in read_table(PPI_FILE).indicators}
    for home in homes:
        area, poor, there = home.area, chance.betavariate(1, 5), _met(home)
        households.append({
            "id": home.id, "area_code": area, "version": 1,
            "state": "verified" if chance.random() < 0.9 else "submitted", "state_by": "bench",
            "state_at": NOW, "source": "form", "questionnaire_version": version,
            "address": home.people[0][ADDRESS], "head_name": home.people[0][NAME],
            "household_size": there, "visit_result": "1", "entered_by": "bench",
            "interview_date": date(2026, 11, 1) - timedelta(days=chance.randint(0, 300)),
            "entered_at": NOW, "edited_by": "bench", "edited_at": NOW, "changed_at": NOW,
            "words": "", "warnings": [], "calculated": {"ppi_household_size": "2"},
            "answers": {"floor_area": str(chance.randint(12, 90)), "notes": "x" * 500},
        })  # fmt: skip
        families.append({
            "id": home.family, "household_id": home.id, "area_code": area, "position": 0,
            "kk": home.people[0][KK], "valid_from": date(2026, 1, 1),
        })  # fmt: skip
        scores.append({
            "household_id": home.id, "area_code": area, "model_id": model, "household_version": 1,
            "outcome": Outcome.SCORED, "persons": there, "npl100": poor, "ppp2017_365": poor,
            "ppp2017_685": min(1.0, 2 * poor), "ppp2011_320": poor, "ppp2011_550": poor,
            "bottom20": poor, "bottom40": min(1.0, 2 * poor), "bottom60": min(1.0, 3 * poor),
            "bottom80": min(1.0, 4 * poor), "assessed_at": NOW, "responses": said, "scores": {},
            "problems": {},
        })  # fmt: skip
        deciles += [
            {
                "area_code": area, "household_id": home.id, "family_id": home.family,
                "source": "DTSEN", "period": period, "batch_id": home.id, "loaded_by": "bench",
                "decile": chance.choice((None, *range(1, 11))), "loaded_at": NOW,
            }
            for period in (date(2026, 4, 1), date(2026, 7, 1))
        ]  # fmt: skip
    history: list[Row] = [
        {
            "household_id": home.id, "area_code": home.area, "version": 1, "source": "form",
            "at": NOW - timedelta(days=home.id.int % 300), "by": "bench", "changes": [],
            "action": "household-verified", "document": {"notes": "x" * 1_000},
        }
        for home in homes
    ]  # fmt: skip
    for table, rows in (
        (Household, households), (Family, families), (Assessment, scores), (Decile, deciles),
        (HouseholdHistory, history),
    ):  # fmt: skip
        _write(session, table, rows)


def _met(home: Home) -> int:
    """Return how many people of a household were met."""
    return EACH if home.id.int % 100 < MET_BY_ALL * 100 else EACH - 1


def _write_members(
    session: Session, homes: Sequence[Home], chance: random.Random, *, snapshot: int
) -> None:
    members: list[Row] = []
    links: list[Row] = []
    for home in homes:
        for place, one in enumerate(home.people[: _met(home)]):
            key = _id(chance) if place else home.head
            linked, nik = chance.random() < LINKED, one[NIK] if chance.random() < 0.8 else ""
            members.append({
                "id": key, "household_id": home.id, "family_id": home.family,
                "area_code": home.area, "position": place, "presence": "1", "name": one[NAME],
                "kk": one[KK], "nik": nik, "nik_state": "valid" if nik else "missing",
                "nik_reason": "", "sex": "1" if one[SEX] == "L" else "2", "birth_date": one[BORN],
                "birth_precision": "full", "birth_place": one[PLACE], "mother_name": one[MOTHER],
                "relation": "3" if place else "1", "marital_status": "1",
                "answers": {"education": "3", "notes": "x" * 200}, "calculated": {},
                "valid_from": date(2026, 1, 1),
            })  # fmt: skip
            links.append({
                "member_id": key, "area_code": home.area,
                "state": LinkState.PADAN if linked else LinkState.PERLU_DITINJAU,
                "person_id": home.person + place if linked else None,
                "candidate_id": home.person + place, "weight": 30.0 if linked else 3.0,
                "probability": 1.0 if linked else 0.6, "shared": False, "snapshot_id": snapshot,
                "linked_at": NOW, "evidence": {},
            })  # fmt: skip
    _write(session, Member, members)
    _write(session, Link, links)


def know_members(session: Session) -> None:
    """Write the keys by which a member is found while somebody types or loads a list."""
    one = Member
    query = select(
        one.id, one.nik, one.kk, one.name, one.birth_date, one.sex, one.mother_name, one.area_code
    )
    names = ("id", "nik", "kk", "name", "birth_date", "sex", "mother", "village")
    cells = zip(*session.execute(query).tuples(), strict=True)
    table = pa.table({
        name: pa.array(map(str, column), pa.string())
        for name, column in zip(names, cells, strict=True)
    })  # fmt: skip
    for _slice in renew_all_keys(session, RegistryIndex.build(table.select(list(COLUMNS)))):
        session.commit()


def write_list(path: Path, homes: Sequence[Home], rows: int, *, seed: int) -> None:
    """Write a list of recipients as an agency does: some without NIK, twice, or strangers."""
    chance = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        last: Person = homes[0].people[0]
        for number, home in enumerate(chance.sample(homes, rows), start=1):
            luck = chance.random()
            one = home.people[-1] if luck < 0.08 else last if luck > 0.994 else home.people[0]
            nik = "" if 0.1 < luck < 0.13 else one[NIK]
            writer.writerow((
                number, one[NAME], nik, one[KK], one[SEX], one[PLACE], one[BORN], one[ADDRESS],
                one[VILLAGE], f"90{number:08}", 200_000,
            ))  # fmt: skip
            last = one


def write_recipients(
    session: Session, decree: uuid.UUID, homes: Sequence[Home], rows: int, *, seed: int
) -> None:
    """Write the recipients of a decree as if they had been looked up: heads of households."""
    chance = random.Random(seed)
    found: list[Row] = [
        {
            "id": _id(chance), "area_code": home.area, "decree_id": decree, "row": number,
            "name": home.people[0][NAME], "nik": home.people[0][NIK], "kk": home.people[0][KK],
            "sex": "1", "birth_date": home.people[0][BORN], "birth_place": "", "mother_name": "",
            "address": home.people[0][ADDRESS], "account": f"91{number:08}", "component": "",
            "status": "", "amount": 250_000, "standing": Standing.LISTED,
            "link_state": LinkState.MENINGGAL if chance.random() < 0.02 else LinkState.PADAN,
            "person_id": home.person, "candidate_id": home.person, "weight": 30.0,
            "registered": Registered.YES, "member_id": home.head, "family_id": home.family,
            "household_id": home.id, "decile": chance.randint(0, 10),
            "eligible": chance.random() < 0.9, "evidence": {}, "problems": [],
            "struck_reason": "", "struck_source": "",
        }
        for number, home in enumerate(chance.sample(homes, rows), start=2)
    ]  # fmt: skip
    _write(session, Recipient, found)


def write_deciles(path: Path, homes: Sequence[Home]) -> None:
    """Write a list of deciles of all families."""
    chance = random.Random(10)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("NO_KK", "NIK", "DESIL"))
        writer.writerows(
            (home.people[0][KK], home.people[0][NIK], chance.randint(1, 10)) for home in homes
        )


def write_payments(path: Path, given: Sequence[tuple[str, int]]) -> None:
    """Write a bank's file: of a hundred recipients two are missing, one got less."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("NIK", "Jumlah", "Status"))
        for number, (nik, amount) in enumerate(given):
            if number % 50:
                writer.writerow((nik, amount - 50_000 * (number % 100 == 1), "Berhasil"))
