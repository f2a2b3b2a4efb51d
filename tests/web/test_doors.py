"""All that leaves by any door, put together, gives no small number away."""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from itertools import product

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
from jps.maps.periods import freeze
from jps.programmes.case_models import Finding
from jps.programmes.models import Benefit, OverlapRule, Recipient
from jps.programmes.rules import FindingKind, FindingState, Overlap, Unit
from jps.worker import utc_now
from tests.conftest import SignIn
from tests.figures import AT, add_areas, add_boundaries, add_household, score_all
from tests.maps.attack import Attack, kinds
from tests.maps.published import RANKS, TOGETHER, Published
from tests.maps.test_attack import FIGURES, MINIMUM, PROGRAMMES
from tests.maps.test_fgt import tell
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
OTHERS = (("households", ""), ("low_share", ""), ("fgt0", ""))  # indicators of other topics
AID, FINDINGS, DECILES, NIK, MODEL = range(5)
GROWN = {"75.01.01.2001": 7, "75.01.01.2003": 1, "75.01.02.2002": 5, "75.71.01.1001": 2}


@dataclass
class Truth:
    """Per desa how many households receive what, findings, families and members there are."""

    counts: tuple[dict[str, Counter[str]], ...] = field(
        default_factory=lambda: tuple({code: Counter() for code in VILLAGES} for _ in range(5))
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
    """Return what could be behind the figures, of each of the five systems."""
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
    scores = {"modelled": _is("yes"), "scored": lambda kind: kind != "unscored"}
    return [
        Attack(villages, FIGURES | together, kinds(PROGRAMMES)),
        Attack(villages, found | {"findings": lambda _: 1}, [str(kind) for kind in FOUND]),
        Attack(villages, ranks | low, [*RANKS, "unranked"]),
        Attack(villages, nik, ["no", "yes"]),
        Attack(villages, scores, ["no", "yes", "unscored"]),
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
    modelled: list[Household] = []
    for code, number in VILLAGES.items():
        for _ in range(number):
            household = _household(session, code)
            if chance.random() < 0.9:
                modelled.append(household)
            made.counts[MODEL][code]["yes" if household in modelled else "no"] += 1
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
    tell(session, modelled)
    session.commit()
    return made


def _household(session: Session, code: str) -> Household:
    return add_household(session, code, interview_date=_today().replace(day=1))


def _grow(session: Session, truth: Truth) -> Truth:
    """Add households that receive nothing, and return what there is then."""
    chance, made = random.Random(8), deepcopy(truth)
    for code, number in GROWN.items():
        for _ in range(number):
            household = _household(session, code)
            made.counts[AID][code][""] += 1
            made.counts[MODEL][code]["unscored"] += 1
            _family(session, household, made, chance)
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
        for indicator, programme in (*asked, *OTHERS):
            given = {"indicator": indicator, "level": level, "programme": programme}
            told.values(client.get("/maps/values", query_string=given).get_json(), programme)
            found = client.post("/maps/download", data={**given, "format": "csv"})
            told.csv(found.text, programme)
        given = {"indicator": "reached", "level": level}
        for kind in ("geojson", "gpkg", "parquet") if level == "desa" else ():
            found = client.post("/maps/download", data={**given, "format": kind})
            told.map_file(found.data, kind, "")
        for topic in ("poverty", "aid", "people", "consumption"):
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
    hidden = _all_attacked(told, truth)
    assert min(hidden) > 0
    assert sum(hidden) > 40


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_frozen_period_beside_now_gives_no_small_number_away(
    app: Flask, session: Session, truth: Truth, sign_in: SignIn
) -> None:
    period = freeze(session, "Dulu", on=_today(), by="tests", at=utc_now()).id
    later = _grow(session, truth)
    names = {area.name: area.code for area in session.query(Area)}
    session.rollback()
    then, now = (Published(_attacks(), names, {}) for _ in range(2))
    reader = sign_in(Role.ANALYST, "75")
    asked = (*(("reached", programme) for programme in ("", *PROGRAMMES)), *OTHERS)
    for level in ("kabkota", "kecamatan", "desa"):
        for indicator, programme in asked:
            given = {"indicator": indicator, "level": level, "programme": programme}
            frozen = reader.get("/maps/values", query_string={**given, "period": period})
            then.values(frozen.get_json(), programme)
            both = reader.get("/maps/values", query_string={**given, "compare": period}).get_json()
            now.values(both, programme)
            if indicator in ("reached", "households"):
                then.was(both, programme or indicator)
    assert min(_all_attacked(then, truth)) > 0
    _all_attacked(now, later)
    for system, (one, other) in enumerate(zip(then.attacks, now.attacks, strict=True)):
        _not_told_by_both(system, {"then": one, "now": other}, {"then": truth, "now": later})


def _not_told_by_both(
    system: int, attacks: Mapping[str, Attack], truths: Mapping[str, Truth]
) -> None:
    """Whoever subtracts a period from now, and supposes that nobody left, knows no number."""
    one = attacks["then"]
    kinds = [f"{time} {kind}" for time in ("there", "new") for kind in one.kinds]

    def counted(time: str, counts: Callable[[str], int]) -> Callable[[str], int]:
        return lambda kind: (
            counts(kind.split(" ", 1)[1]) if time == "now" or kind.startswith("there") else 0
        )

    cells = [(time, figure) for time in attacks for figure in one.figures]
    figures = {f"{time} {name}": counted(time, one.figures[name]) for time, name in cells}
    both = Attack(one.villages, figures, kinds)
    for time, attack in attacks.items():
        for (area, figure), value in attack.known.items():
            both.publish(area, f"{time} {figure}", value)
    areas = {code[: level.code_length] for code in VILLAGES for level in Level}
    for area, (time, figure) in product(sorted(areas), cells if both.known else ()):
        if 0 < truths[time].count(system, area, one.figures[figure]) < MINIMUM:
            low, high = both.bounds(area, f"{time} {figure}")
            assert high - low > 0.5, (area, time, figure, low, high)


def _all_attacked(told: Published, truth: Truth) -> list[int]:
    assert all(len(attack.known) >= 8 for attack in told.attacks if attack.known)
    return [
        _attacked(system, attack, truth) if attack.known else 0
        for system, attack in enumerate(told.attacks)
    ]


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
