"""Rules, simulation and lists as asked by a browser, on both databases."""

import csv
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.config import Settings
from jps.households.models import Household
from jps.targeting.models import TargetList, TargetRule
from tests.conftest import SignIn
from tests.figures import add_areas, add_household, add_rich_household, score_all
from tests.targeting.test_services import run_snapshot

VILLAGES = ("75.01.01.2001", "75.01.02.2001", "75.71.01.1001")
ROWS = {"fact": ["npl100"], "is": [">="], "value": ["0,2"], "least": ["1"], "join": "all"}


@pytest.fixture
def manager(session: Session, office: Settings, sign_in: SignIn) -> FlaskClient:
    """A manager of the province, with five poor and two rich households in each of three desa."""
    add_areas(session)
    for village in VILLAGES:
        for number in range(5):
            add_household(session, village, head_name=f"=KEPALA {number}", address="Jl. <b>Uji</b>")
        for _ in range(2):
            add_rich_household(session, village)
    score_all(session)
    session.commit()
    run_snapshot(session, office.home)
    return sign_in(Role.MANAGER, "75", username="rahma")


def rule_of(client: FlaskClient, session: Session) -> int:
    """Save the rule of `ROWS` and return its id."""
    answer = client.post("/targeting/rules/", data={**ROWS, "name": "Miskin"})
    assert answer.status_code == 303, answer.text
    found = session.scalars(select(TargetRule.id)).one()
    session.rollback()  # lets go of the write lock
    return found


def scenario(rule: int, **values: str) -> dict[str, str]:
    """Return the fields of scenario A."""
    fields = {"area": "75", "A.rule": str(rule), "A.total": "6", "A.amount": "178.150"}
    return {**fields, "A.method": "expected-poor", "A.level": "desa", **values}


def drawn(client: FlaskClient, session: Session, rule: int) -> TargetList:
    """Draw a list of scenario A and return it."""
    answer = client.post("/targeting/lists/", data=scenario(rule, name="JPS 2026", letter="A"))
    assert answer.status_code == 303
    found = session.scalars(select(TargetList)).one()
    session.expunge(found)
    session.rollback()  # lets go of the write lock
    return found


def test_areas_picked_on_the_map_are_simulated_and_listed_alone(
    manager: FlaskClient, session: Session
) -> None:
    rule = rule_of(manager, session)
    picked = [VILLAGES[0], VILLAGES[2]]
    page = manager.get("/targeting/simulate", query_string={"pick": [*picked, VILLAGES[0]]}).text
    assert f'name="areas" value="{" ".join(picked)}"' in page
    assert "2 wilayah yang dipilih" in page
    fields = scenario(rule, areas=" ".join(picked))
    assert manager.post("/targeting/simulate", data=fields).status_code == 200
    answer = manager.post("/targeting/lists/", data={**fields, "name": "Dua desa", "letter": "A"})
    assert answer.status_code == 303
    found = session.scalars(select(TargetList)).one()
    assert (found.area_code, found.areas, sum(found.counts.values())) == ("75", picked, 14)
    session.rollback()
    assert "Dua desa" in manager.get(answer.location).text
    one = manager.get("/targeting/simulate", query_string={"pick": "75.01"}).text
    assert 'name="areas"' not in one
    outside = manager.post("/targeting/simulate", data=scenario(rule, area="75.01", areas="75.71"))
    assert "Pilih wilayahnya" in outside.text


def test_picks_beyond_ones_areas_are_refused_in_words(
    manager: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    rule_of(manager, session)
    town = sign_in(Role.MANAGER, "75.71", username="tuti")
    page = town.get("/targeting/simulate", query_string={"pick": [VILLAGES[0], VILLAGES[2]]}).text
    assert "tidak terletak bersama" in page
    assert 'name="areas"' not in page


def test_a_rule_is_previewed_in_words_and_numbers(manager: FlaskClient) -> None:
    answer = manager.post("/targeting/rules/preview", data={**ROWS, "area": "75"})
    text = re.sub(r"<[^>]+>|\s+", " ", answer.text)
    assert "Peluang miskin (PPI, garis nasional) paling sedikit 0,2" in text
    assert re.search(r"15\s+dari 21 rumah tangga", text)
    wrong = manager.post("/targeting/rules/preview", data={"tree": '{"all": [{"fact": "x"}]}'})
    assert "Fakta x tidak dikenal" in wrong.text
    assert "rule.all[0].fact" in wrong.text
    for broken in ("{", "[" * 5_000, '"x"', "1e999"):
        said = manager.post("/targeting/rules/preview", data={"tree": broken})
        assert said.status_code == 200
        assert "problem" in said.text


def test_what_was_typed_stays_when_a_rule_cannot_be_saved(
    manager: FlaskClient, session: Session
) -> None:
    answer = manager.post("/targeting/rules/", data={**ROWS, "value": ["abc"], "name": "Miskin"})
    assert answer.status_code == 422
    assert 'value="abc"' in answer.text
    assert session.scalar(select(func.count()).select_from(TargetRule)) == 0


def test_scenarios_beside_each_other(manager: FlaskClient, session: Session) -> None:
    rule = rule_of(manager, session)
    more = {"B.on": "1", "B.rule": str(rule), "B.total": "12", "B.amount": "100.000"}
    answer = manager.post("/targeting/simulate", data={**scenario(rule), **more})
    text = re.sub(r"<[^>]+>|\s+", " ", answer.text)
    assert "A · Miskin" in text
    assert "B · Miskin" in text
    assert "Rp1.068.900" in text
    assert "Rp1.200.000" in text
    for field, value in (("A.total", "banyak"), ("A.total", "0"), ("area", "76"), ("area", "x"),
                         ("A.rule", "9")):  # fmt: skip
        wrong = manager.post("/targeting/simulate", data=scenario(rule, **{field: value}))
        assert wrong.status_code == 200
        assert "problem" in wrong.text


def test_a_list_from_drawing_to_approval_and_file(
    manager: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    found = drawn(manager, session, rule_of(manager, session))
    page = f"/targeting/lists/{found.id}"
    shown = manager.get(page)
    assert "=KEPALA" in shown.text
    assert "Jl. &lt;b&gt;Uji" in shown.text
    assert found.content_hash in shown.text
    assert "Terbukti" in manager.post(page + "/verify", follow_redirects=True).text
    manager.post(page + "/propose")
    assert manager.post(page + "/approve").status_code == 403
    session.rollback()  # the request's session is this one
    other = sign_in(Role.MANAGER, "75", username="budi")
    assert "Ditolak" not in other.post(page + "/refuse", follow_redirects=True).text
    assert "Disetujui" in other.post(page + "/approve", follow_redirects=True).text
    answer = manager.post(page + "/file", data={"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 15
    assert {row["status"] for row in rows} == {"Terpilih", "Daftar tunggu"}
    assert all(row["kepala rumah tangga"].startswith("'=KEPALA") for row in rows)
    assert "KEPALA" not in answer.headers["Content-Disposition"]
    assert manager.post(page + "/file", data={"format": "xlsx"}).data[:2] == b"PK"
    actions = set(session.scalars(select(AuditEvent.action)))
    assert {"target-list-exported", "target-list-verified", "target-list-approved"} <= actions


def test_analysts_see_no_names_and_draw_nothing(
    manager: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    found = drawn(manager, session, rule_of(manager, session))
    analyst = sign_in(Role.ANALYST, "75")
    shown = analyst.get(f"/targeting/lists/{found.id}")
    assert shown.status_code == 200
    assert "KEPALA" not in shown.text
    file = analyst.post(f"/targeting/lists/{found.id}/file", data={"format": "csv"})
    assert b"KEPALA" not in file.data
    assert analyst.post("/targeting/lists/", data={}).status_code == 403


def test_people_of_other_areas_find_no_list(
    manager: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    rule = rule_of(manager, session)
    found = drawn(manager, session, rule)
    town = sign_in(Role.MANAGER, "75.71")
    for path in ("", "/verify", "/propose", "/file"):
        ask = town.get if not path else town.post
        assert ask(f"/targeting/lists/{found.id}{path}").status_code == 404
    outside = town.post("/targeting/simulate", data=scenario(rule))
    assert "di luar wilayah kerja" in outside.text
    inside = town.post("/targeting/simulate", data=scenario(rule, area="75.71"))
    assert "Rumah tangga terpilih" in inside.text


def test_pages_with_nothing_yet_say_what_to_do(session: Session, sign_in: SignIn) -> None:
    client = sign_in(Role.MANAGER, "75")
    assert "Ambil potret data" in client.get("/targeting/").text
    assert "lebih dahulu" in client.get("/targeting/simulate").text
    said = client.post("/targeting/rules/preview", data={**ROWS, "area": "75"})
    assert said.status_code == 200


def test_lost_files_of_a_snapshot_are_said(
    manager: FlaskClient, session: Session, office: Settings
) -> None:
    found = drawn(manager, session, rule_of(manager, session))
    for file in Path(office.home / "targeting").iterdir():
        file.unlink()
    answer = manager.post(f"/targeting/lists/{found.id}/verify")
    assert answer.status_code == 404
    assert "Berkas potret data ini tidak ada" in answer.text
    assert session.scalar(select(func.count()).select_from(Household)) == 21
