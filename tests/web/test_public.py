"""What anybody may know, and that nothing hidden leaves by any door."""

import csv
import io
import random
from collections import Counter

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.areas.models import Area
from jps.areas.rules import Level, level_of
from jps.households.models import Household
from jps.maps.aid import key_of
from jps.programmes.models import OverlapRule
from jps.programmes.rules import Overlap
from tests.conftest import SignIn
from tests.figures import AT, add_areas, add_boundaries, add_household, score_all
from tests.maps.attack import Attack, kinds
from tests.maps.test_attack import FIGURES, MINIMUM, PROGRAMMES
from tests.programmes_examples import add_decree, add_programme, add_recipients

VILLAGES = {
    "75.01.01.2001": "",
    "75.01.01.2002": "",
    "75.01.01.2003": "Desa Tiga",
    "75.01.02.2001": "",
    "75.01.02.2002": "Desa Lima",
    "75.71.01.1001": "",
}
KINDS = kinds(PROGRAMMES)


@pytest.fixture
def truth(session: Session) -> dict[str, Counter[str]]:
    """A province with households that receive at random; per desa how many receive what."""
    add_areas(session)
    for code, name in VILLAGES.items():
        if name:
            parent = code.rpartition(".")[0]
            session.add(
                Area(code=code, level=level_of(code), name=name, type="desa", parent_code=parent)
            )
    add_boundaries(session)
    chance = random.Random(5)
    received: dict[str, list[Household]] = {name: [] for name in PROGRAMMES}
    counts: dict[str, Counter[str]] = {code: Counter() for code in VILLAGES}
    for code, number in zip(VILLAGES, (14, 9, 3, 12, 7, 16), strict=True):
        for _ in range(number):
            household = add_household(session, code)
            mine = [name for name in PROGRAMMES if chance.random() < 0.3]
            counts[code][key_of(mine)] += 1
            for name in mine:
                received[name].append(household)
    made = {name: add_programme(session, name) for name in PROGRAMMES}
    for name, households in received.items():
        add_recipients(session, add_decree(session, made[name]), households)
    session.add(
        OverlapRule(
            first_id=made["bpnt"].id,
            second_id=made["rice"].id,
            verdict=Overlap.FORBIDDEN,
            made_by="tests",
            made_at=AT,
        )
    )
    score_all(session)
    session.commit()
    return counts


def _map_figures(client: FlaskClient, attack: Attack) -> None:
    """Take note of all that the map's JSON and downloads tell, for each programme and level."""
    for level in ("kabkota", "kecamatan", "desa"):
        for programme in ("", *PROGRAMMES):
            given = {"indicator": "reached", "level": level, "programme": programme}
            view = client.get("/maps/values", query_string=given).get_json()
            rows = [dict(zip(view["columns"], row, strict=True)) for row in view["rows"]]
            total = dict(zip(view["columns"], view["total"], strict=True))
            for row in [*rows, total]:
                _note(attack, row, "reached", programme or "reached")
                _note(attack, row, "overlaps", "+overlap")
            given["format"] = "csv"
            _file_figures(client.post("/maps/download", data=given).text, attack, programme)
        view = client.get("/maps/values", query_string={"level": level}).get_json()
        for values in view["rows"]:
            _note(attack, dict(zip(view["columns"], values, strict=True)), "households")


def _note(attack: Attack, row: dict[str, object], column: str, figure: str = "") -> None:
    value = row[column]
    if isinstance(value, int | float):
        attack.publish(str(row["code"]), figure or column, value)


def _file_figures(text: str, attack: Attack, programme: str) -> None:
    for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff"))):
        for column, figure in (
            ("households", "households"),
            ("reached", programme or "reached"),
            ("overlaps", "+overlap"),
        ):
            if row.get(column):
                attack.publish(row["code"], figure, float(row[column]))


def test_all_doors_together_give_no_small_number_away(
    session: Session, truth: dict[str, Counter[str]], sign_in: SignIn, client: FlaskClient
) -> None:
    attack = Attack(sorted(truth), FIGURES, KINDS)
    for area in ("75", "75.01", "75.71.01"):
        session.rollback()
        _map_figures(sign_in(Role.ANALYST, area), attack)
    _file_figures(client.get("/public/data.csv").text, attack, "")
    assert len(attack.known) >= 15
    small = 0
    for length in (level.code_length for level in Level):
        for area in sorted({code[:length] for code in truth}):
            for figure, counted in FIGURES.items():
                value = sum(
                    n
                    for code, counts in truth.items()
                    if code.startswith(area)
                    for kind, n in counts.items()
                    if counted(kind)
                )
                if (area, figure) in attack.known:
                    assert attack.known[area, figure] == value
                if 0 < value < MINIMUM:
                    small += 1
                    assert (area, figure) not in attack.known
                    low, high = attack.bounds(area, figure)
                    assert high - low >= MINIMUM - 1e-6, (area, figure, low, high)
    assert small > 10


def test_the_page_needs_no_account_and_tells_kecamatan_only(
    truth: dict[str, Counter[str]], client: FlaskClient
) -> None:
    page = client.get("/public/")
    assert page.status_code == 200
    assert "Limboto" in page.text
    assert "<path" in page.text
    assert "Kayubulan" not in page.text
    text = client.get("/public/data.csv").text.lstrip("\ufeff")
    assert {row["code"].count(".") for row in csv.DictReader(io.StringIO(text))} == {2}


def test_an_empty_office_says_so(session: Session, client: FlaskClient) -> None:
    page = client.get("/public/")
    assert page.status_code == 200
    assert "Belum ada data untuk ditampilkan." in page.text
    assert client.get("/public/data.csv").status_code == 404
