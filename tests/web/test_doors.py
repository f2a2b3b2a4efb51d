"""All that leaves by any door, put together, gives no small number away."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.areas.models import Area
from jps.areas.rules import Level, level_of
from jps.assessment.models import Decile
from jps.households.models import Family, Household, Member
from jps.maps.aid import key_of, parts
from jps.programmes.case_models import Finding
from jps.programmes.models import Benefit, OverlapRule, Recipient
from jps.programmes.rules import FindingKind, FindingState, Overlap, Unit
from jps.worker import utc_now
from tests.conftest import SignIn
from tests.figures import AT, add_areas, add_boundaries, add_household, score_all
from tests.maps.attack import Attack, kinds
from tests.maps.published import RANKS, TOGETHER, Published
from tests.maps.test_attack import FIGURES, MINIMUM, PROGRAMMES
from tests.programmes_examples import add_decree, add_programme, add_recipients

VILLAGES = {
    "75.01.01.2001": 31,
    "75.01.01.2002": 22,
    "75.01.01.2003": 4,
    "75.01.02.2001": 60,
    "75.01.02.2002": 9,
    "75.71.01.1001": 70,
}
NAMES = {"75.01.01.2003": "Desa Tiga", "75.01.02.2002": "Desa Lima"}
ABOVE = ("75", "75.01", "75.71", "75.01.01", "75.01.02", "75.71.01")
FOUND = (FindingKind.DEAD, FindingKind.OVERLAP, FindingKind.NOT_ELIGIBLE)
AID, FINDINGS, DECILES, NIK = range(4)


@dataclass
class Truth:
    """Per desa how many households receive what, findings, families and members there are."""

    counts: tuple[dict[str, Counter[str]], ...] = field(
        default_factory=lambda: tuple({code: Counter() for code in VILLAGES} for _ in range(4))
    )

    def count(self, system: int, area: str, counts: Callable[[str], int]) -> int:
        """Return how much of something there is in an area."""
        return sum(
            n * counts(kind)
            for code, found in self.counts[system].items()
            if code.startswith(area)
            for kind, n in found.items()
        )


def _attacks() -> list[Attack]:
    """Return what could be behind the figures, of each of the four systems."""
    villages = sorted(VILLAGES)
    together = {TOGETHER: lambda kind: len(parts(kind)) if kind else 0}
    found = {str(kind): _is(str(kind)) for kind in FOUND}
    ranks = {rank: _is(rank) for rank in (*RANKS, "unranked")}
    low = {
        "low": lambda rank: rank in RANKS[:4],
        "high": lambda rank: rank in RANKS[4:],
        "ranked": lambda rank: rank in RANKS,
    }
    nik = {"no_nik": _is("no"), "with nik": _is("yes"), "members": lambda _: 1}
    return [
        Attack(villages, FIGURES | together, kinds(PROGRAMMES)),
        Attack(villages, found | {"findings": lambda _: 1}, [str(kind) for kind in FOUND]),
        Attack(villages, ranks | low, [*RANKS, "unranked"]),
        Attack(villages, nik, ["no", "yes"]),
    ]


def _is(wanted: str) -> Callable[[str], int]:
    return lambda kind: int(kind == wanted)


@pytest.fixture
def truth(session: Session) -> Truth:
    """A province of random households: what they receive, findings, deciles and members."""
    add_areas(session)
    for code, name in NAMES.items():
        parent = code.rpartition(".")[0]
        session.add(
            Area(code=code, level=level_of(code), name=name, type="desa", parent_code=parent)
        )
    add_boundaries(session)
    chance, made = random.Random(7), Truth()
    received: dict[str, list[Household]] = {name: [] for name in PROGRAMMES}
    for code, number in VILLAGES.items():
        for _ in range(number):
            household = add_household(session, code, interview_date=_today().replace(day=1))
            mine = [name for name in PROGRAMMES if chance.random() < 0.25]
            made.counts[AID][code][key_of(mine)] += 1
            for name in mine:
                received[name].append(household)
            _family(session, household, made, chance)
    programmes = {name: add_programme(session, name) for name in PROGRAMMES}
    for name, households in received.items():
        decree = add_decree(session, programmes[name], period_from=date(_today().year, 1, 1))
        for one in add_recipients(session, decree, households):
            _delivery(session, one)
            if chance.random() < 0.5:
                _finding(session, one, made, chance)
    clash = {"first_id": programmes["bpnt"].id, "second_id": programmes["rice"].id}
    verdict = {"verdict": Overlap.FORBIDDEN, "made_by": "tests", "made_at": AT}
    session.add(OverlapRule(**clash, **verdict))
    score_all(session)
    session.commit()
    return made


def _today() -> date:
    return utc_now().date()


def _family(session: Session, household: Household, made: Truth, chance: random.Random) -> None:
    code = household.area_code
    there = {"household_id": household.id, "area_code": code, "valid_from": date(2026, 1, 1)}
    family = Family(id=uuid.uuid4(), position=0, **there)
    session.add(family)
    session.flush()
    nik = "" if chance.random() < 0.1 else f"750101010190{9000 + household.id.int % 1000}"
    made.counts[NIK][code]["yes" if nik else "no"] += 1
    session.add(Member(family_id=family.id, position=0, name="X", nik=nik, nik_state="", **there))
    decile = chance.choice([None, *range(1, 11), 1, 2, 3])
    made.counts[DECILES][code][f"d{decile}" if decile else "unranked"] += 1
    own = {"household_id": household.id, "family_id": family.id, "area_code": code}
    loaded = {"source": "DTSEN", "loaded_by": "tests", "loaded_at": AT}
    session.add(Decile(period=date(2026, 1, 1), decile=decile, **own, **loaded))


def _delivery(session: Session, one: Recipient) -> None:
    session.add(
        Benefit(
            area_code=one.area_code, decree_id=one.decree_id, recipient_id=one.id, instalment=1,
            due_on=_today().replace(day=1), amount=300_000, contents="", state="planned",
            proof="", reason="", note="", taker="", reference="", state_by="x", state_at=AT,
        )
    )  # fmt: skip


def _finding(session: Session, one: Recipient, made: Truth, chance: random.Random) -> None:
    kind = chance.choices(FOUND, (1, 20, 20))[0]
    made.counts[FINDINGS][one.area_code][str(kind)] += 1
    session.add(
        Finding(
            area_code=one.area_code, key=str(uuid.uuid4()), kind=kind, level=Unit.PERSON,
            decree_id=one.decree_id, recipient_id=one.id, state=FindingState.OPEN,
            found_at=AT, changed_at=AT,
        )
    )  # fmt: skip


def _maps(client: FlaskClient, told: Published) -> None:
    """Note the map: its values, all makes of file, and the features of the API."""
    for level in ("kabkota", "kecamatan", "desa"):
        asked = [("reached", programme) for programme in ("", *PROGRAMMES)]
        for indicator, programme in (*asked, ("households", ""), ("low_share", "")):
            given = {"indicator": indicator, "level": level, "programme": programme}
            told.values(client.get("/maps/values", query_string=given).get_json(), programme)
            found = client.post("/maps/download", data={**given, "format": "csv"})
            told.csv(found.text, programme)
        given = {"indicator": "reached", "level": level}
        for kind in ("geojson", "gpkg", "parquet") if level == "desa" else ():
            found = client.post("/maps/download", data={**given, "format": kind})
            told.map_file(found.data, kind, "")
        for topic in ("poverty", "aid", "people"):
            features = client.get(f"/api/v1/features/collections/{level}-{topic}/items")
            told.records(one["properties"] for one in features.get_json()["features"])


def _reports(client: FlaskClient, told: Published, areas: list[str]) -> None:
    """Note the dashboard and the report of each area."""
    for area in areas:
        told.page(client.get("/dashboard/", query_string={"in": area}).text, area)
        given = {"in": area, "format": "xlsx"}
        told.workbook(client.post("/dashboard/report", data=given).data, area)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_all_doors_together_give_no_small_number_away(
    app: Flask, session: Session, truth: Truth, sign_in: SignIn, client: FlaskClient
) -> None:
    names = {area.name: area.code for area in session.query(Area)}
    told = Published(_attacks(), names, {name.upper(): name for name in PROGRAMMES})
    session.rollback()
    for area in ("75", "75.01", "75.71.01"):
        reader = sign_in(Role.ANALYST, area)
        _maps(reader, told)
        mine = [code for code in (*ABOVE, *VILLAGES) if code.startswith(area)]
        _reports(reader, told, mine if area == "75" else mine[:1])
    told.csv(client.get("/public/data.csv").text)
    hidden = [0, 0, 0, 0]
    for system, attack in enumerate(told.attacks):
        assert len(attack.known) >= 8
        hidden[system] = _attacked(system, attack, truth)
    assert min(hidden) > 0
    assert sum(hidden) > 40


def _attacked(system: int, attack: Attack, truth: Truth) -> int:
    """Return how many small numbers there are; none is told or bounded closely."""
    small = 0
    areas = {code[: level.code_length] for code in VILLAGES for level in Level}
    for area in sorted(areas):
        for figure, counted in attack.figures.items():
            value = truth.count(system, area, counted)
            assert attack.known.get((area, figure), value) == value, (area, figure)
            if 0 < value < MINIMUM:
                small += 1
                assert (area, figure) not in attack.known
                low, high = attack.bounds(area, figure)
                assert high - low >= MINIMUM - 1e-6, (area, figure, low, high, value)
    return small
