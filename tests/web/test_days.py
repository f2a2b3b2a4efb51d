"""Days shown to people are the office's: a morning in Gorontalo is still yesterday in UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, g
from sqlalchemy.orm import Session

from jps.answers import told
from jps.benefits.payments import KNOWN
from jps.households.models import HouseholdHistory
from jps.households.rules import Source
from jps.reports.overview import trends
from jps.web.case_forms import source_day, source_text
from jps.web.days import days_since
from tests.figures import add_areas, add_household

MORNING = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # half past seven of 1 December in Gorontalo


def test_moments_are_said_as_days_of_the_office(app: Flask) -> None:
    with app.test_request_context():
        g.now = MORNING
        assert [days_since(MORNING - timedelta(hours=hours)) for hours in (7, 8, 32)] == [0, 1, 2]
        assert "pada 1 Des 2026 dan" in told(KNOWN, {"day": MORNING})
        source = f"list:{MORNING.isoformat()}"
        assert source_text(source) == "Daftar pada SK, dicocokkan 1 Des 2026"
        assert source_day(source) == date(2026, 12, 1)
        assert source_text("registry:2026-11-30") == "Data kependudukan per 30 Nov 2026"
        assert (source_text("x"), source_day("list:x")) == ("x", None)


def test_a_month_of_a_report_begins_at_midnight_of_the_office(session: Session) -> None:
    add_areas(session)
    home = add_household(session, "75.01.01.2001")
    for version, at in enumerate((MORNING, MORNING - timedelta(hours=8)), start=2):
        session.add(
            HouseholdHistory(
                household_id=home.id, version=version, at=at, by="ani", source=Source.FORM,
                action="household-verified", area_code=home.area_code, changes=[],
            )
        )  # fmt: skip
    session.flush()
    zone, all_told = ZoneInfo("Asia/Makassar"), (True, True, True)
    months = trends(session, "", date(2026, 12, 1), zone, all_told)
    assert [one.name for one in months][-2:] == ["11/26", "12/26"]
    assert [one.values[1] for one in months][-2:] == [1, 1]
