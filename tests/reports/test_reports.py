"""Figures of dashboard and reports equal the database's by queries that know nothing of JPS."""

import io
import re
import uuid
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.programmes.case_models import Finding
from jps.programmes.models import Benefit, OverlapRule
from jps.programmes.rules import FindingKind, FindingState, Overlap, Registered
from jps.reports.charts import class_words, intervals
from jps.reports.drawing import Drawing, Text, svg
from jps.worker import utc_now
from tests.benefits.decrees import AT, add_decree, add_programme, add_recipient
from tests.conftest import SignIn
from tests.figures import add_areas, add_boundaries, add_household, add_rich_household, score_all

VILLAGES = ("75.01.01.2001", "75.01.01.2002", "75.01.02.2001", "75.71.01.1001")
THIS_YEAR = utc_now().year


def fill(session: Session) -> None:
    """Store villages, one of them small, with two programmes that exclude each other."""
    add_areas(session)
    add_boundaries(session)
    first = add_programme(session, "blt")
    second = add_programme(session, "pkh")
    rule = OverlapRule(
        first_id=first.id, second_id=second.id, verdict=Overlap.FORBIDDEN, made_by="x", made_at=AT
    )
    session.add(rule)
    whole_year = {"period_from": date(THIS_YEAR, 1, 1), "period_to": date(THIS_YEAR, 12, 31)}
    decrees = [add_decree(session, one, area_code="75", **whole_year) for one in (first, second)]
    row = 2
    for place, village in enumerate(VILLAGES):
        for number in range(2 if place == 1 else 30):
            make = add_rich_household if number % 3 else add_household
            home = make(session, village)
            for decree in decrees[: 2 if number < 8 else int(number < 18)]:
                who = add_recipient(
                    session,
                    decree,
                    row,
                    area_code=village,
                    household_id=home.id,
                    registered=Registered.YES,
                )
                row += 1
                _benefit(session, who.id, decree.id, village, given=number % 4 != 0)
                if number < 7:
                    _finding(session, who.id, decree.id, village, FindingKind.OVERLAP)
    score_all(session)
    session.commit()


def _benefit(
    session: Session, who: uuid.UUID, decree: uuid.UUID, village: str, *, given: bool
) -> None:
    day = date(THIS_YEAR, 1, 5)
    session.add(
        Benefit(
            area_code=village, decree_id=decree, recipient_id=who, instalment=1, due_on=day,
            amount=300_000, contents="", state="delivered" if given else "planned",
            delivered_on=day if given else None, delivered_amount=299_999 if given else None,
            proof="", reason="", note="", taker="", reference="", state_by="x", state_at=AT,
        )
    )  # fmt: skip


def _finding(
    session: Session, who: uuid.UUID, decree: uuid.UUID, village: str, kind: FindingKind
) -> None:
    session.add(
        Finding(
            area_code=village, key=str(uuid.uuid4()), kind=kind, level="person", decree_id=decree,
            recipient_id=who, stake=1, state=FindingState.OPEN, found_at=AT, changed_at=AT,
        )
    )  # fmt: skip


@pytest.fixture
def manager(session: Session, sign_in: SignIn) -> FlaskClient:
    """A manager of the province."""
    fill(session)
    return sign_in(Role.MANAGER, "75", username="rahma")


def sheets(client: FlaskClient, inside: str) -> dict[str, dict[str, list[Any]]]:
    """Return the tables of the workbook of an area: by title, rows by their names."""
    answer = client.post("/dashboard/report", data={"in": inside, "format": "xlsx"})
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return {
        name[2:]: {str(row[0]): row for row in book.get_sheet_by_name(name).to_python()}
        for name in book.sheet_names[1:]
    }


PLAIN = {
    "households": "SELECT {area}, count(*) FROM household h GROUP BY 1",
    "poor": "SELECT {area}, sum(a.npl100 * a.persons) FROM household h "
    "JOIN assessment a ON a.household_id = h.id GROUP BY 1",
    "rate": "SELECT {area}, sum(a.npl100 * a.persons) / sum(1.0 * a.persons) FROM household h "
    "JOIN assessment a ON a.household_id = h.id GROUP BY 1",
    "reached": "SELECT {area}, count(DISTINCT h.id) FROM household h "
    "JOIN recipient r ON r.household_id = h.id GROUP BY 1",
    "unreached": "SELECT {area}, sum(a.npl100) FROM household h JOIN assessment a "
    "ON a.household_id = h.id WHERE NOT EXISTS "
    "(SELECT 1 FROM recipient r WHERE r.household_id = h.id) GROUP BY 1",
    "overlaps": "SELECT {area}, count(*) FROM household h WHERE (SELECT count(DISTINCT "
    "r.decree_id) FROM recipient r WHERE r.household_id = h.id) = 2 GROUP BY 1",
    "findings": "SELECT {area}, count(*) FROM finding h GROUP BY 1",
}
PLACES = {
    "households": 1, "rate": 3, "poor": 5, "reached": 6, "unreached": 8, "overlaps": 9,
    "findings": 10,
}  # fmt: skip


def by_area(session: Session, what: str, length: int) -> dict[str, float]:
    """Return a figure per area by SQL of its own."""
    sql = PLAIN[what].format(area=f"substr(h.area_code, 1, {length})")
    found = {row[0]: float(row[1]) for row in session.execute(text(sql))}
    session.rollback()
    return found


def test_figures_in_reports_equal_the_databases(session: Session, manager: FlaskClient) -> None:
    book = sheets(manager, "75")
    names = {"75.01": "Kabupaten Gorontalo", "75.71": "Kota Gorontalo"}
    table = book["Angka per kabupatenkota"]
    for what, place in PLACES.items():
        expected = by_area(session, what, 5)
        shown = {code: table[name][place] for code, name in names.items()}
        assert shown == pytest.approx(expected), what
        if what != "rate":
            assert table["Seluruhnya"][place] == pytest.approx(sum(expected.values())), what
    districts = book["Angka per kecamatan"]
    expected = by_area(session, "households", 8)
    assert districts["Telaga"][1] == expected["75.01.02"]
    desa = book["Angka per desakelurahan"]
    expected = by_area(session, "poor", 13)
    assert desa["Luhu (Telaga)"][5] == pytest.approx(expected["75.01.02.2001"])
    small, beside = desa["Hutuo (Limboto)"], desa["Kayubulan <b> (Limboto)"]
    assert {small[1], beside[1], small[5], beside[5]} == {"disembunyikan"}
    sql = "SELECT sum(amount), sum(delivered_amount), count(*) FROM benefit"
    planned, given_, count = session.execute(text(sql)).one()
    session.rollback()
    row = book[f"Realisasi penyaluran {THIS_YEAR}"]["Seluruhnya"]
    assert row[1] == count
    assert (row[4], row[5]) == (planned, given_)
    assert row[7] + row[8] == given_
    sql = "SELECT kind, count(*) FROM finding GROUP BY kind"
    ((_, findings),) = session.execute(text(sql)).all()
    session.rollback()
    assert book["Temuan terbuka"]["Tumpang tindih bantuan"][1] == findings
    sql = (
        "SELECT count(DISTINCT h.id) FROM household h JOIN recipient r ON r.household_id = h.id "
        "JOIN decree d ON d.id = r.decree_id JOIN programme p ON p.id = d.programme_id "
        "WHERE p.code = 'pkh'"
    )
    reached = session.execute(text(sql)).scalar_one()
    session.rollback()
    reach = next(rows for title, rows in book.items() if title.startswith("Rumah tangga yang"))
    assert reach["Program pkh"][3] == reached


def test_a_report_is_the_same_bytes_and_recorded(session: Session, manager: FlaskClient) -> None:
    for kind, begin in (("pdf", b"%PDF-1."), ("xlsx", b"PK")):
        asked = {"in": "75.01", "format": kind}
        first, second = (manager.post("/dashboard/report", data=asked) for _ in range(2))
        assert first.data[: len(begin)] == begin
        assert first.data == second.data
    assert manager.post("/dashboard/report", data={"format": "exe"}).status_code == 422
    outside = manager.post("/dashboard/report", data={"in": "76", "format": "pdf"})
    assert outside.status_code == 404
    session.rollback()
    events = session.query(AuditEvent).filter_by(action="report-exported").all()
    assert [event.area_code for event in events] == ["75.01"] * 4


def test_the_dashboard_shows_the_same_figures(
    session: Session, manager: FlaskClient, sign_in: SignIn
) -> None:
    page = manager.get("/dashboard/")
    plain = re.sub(r"<[^>]+>|\s+", " ", page.text)
    households = sum(by_area(session, "households", 2).values())
    assert f"Rumah tangga terdata {households:.0f} " in re.sub(r" +", " ", plain)
    assert page.text.count("<svg") >= 5
    assert "<b>" not in page.text
    assert 'href="/maps/?indicator=overlaps&amp;inside=75"' in page.text
    assert manager.get("/dashboard/?in=76").status_code == 404
    session.rollback()
    analyst = sign_in(Role.ANALYST, "75.71")
    other = analyst.get("/dashboard/")
    assert "Kota Gorontalo" in other.text
    assert "Kabupaten Gorontalo" not in other.text
    session.rollback()
    assert sign_in(Role.ENUMERATOR, "75.01").get("/dashboard/").status_code == 403


def test_an_empty_office_has_a_dashboard(app: Flask, session: Session, sign_in: SignIn) -> None:
    add_areas(session)
    session.commit()
    manager = sign_in(Role.MANAGER, "75")
    assert manager.get("/dashboard/").status_code == 200
    answer = manager.post("/dashboard/report", data={"in": "75", "format": "pdf"})
    assert answer.data[:4] == b"%PDF"


def test_drawings_are_escaped() -> None:
    drawn = svg(Drawing(10, 10, (Text(1, 2.5, "<b>"),), 'a "b"'))
    assert "&lt;b&gt;" in drawn
    assert 'aria-label="a &quot;b&quot;"' in drawn
    assert intervals([], 100, "x", str).parts
    assert class_words([1, 2], str) == ["< 1", "1 – 2", "≥ 2"]
