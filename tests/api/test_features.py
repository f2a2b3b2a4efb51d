"""The map's figures as OGC API - Features: core, paged, boxed, hidden as on the page."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from tests.conftest import SignIn
from tests.figures import add_areas, add_boundaries, add_household, score_all

ROOT = "/api/v1/features"
ITEMS = f"{ROOT}/collections/desa-poverty/items"


@pytest.fixture
def analyst(session: Session, sign_in: SignIn) -> FlaskClient:
    """An analyst of a province where one desa has too few households."""
    add_areas(session)
    add_boundaries(session)
    for village, number in (
        ("75.01.01.2001", 6),
        ("75.01.01.2002", 7),
        ("75.01.02.2001", 6),
        ("75.71.01.1001", 2),
    ):
        for _ in range(number):
            add_household(session, village)
    score_all(session)
    session.commit()
    return sign_in(Role.ANALYST, "75")


def test_a_client_finds_its_way(analyst: FlaskClient) -> None:
    landing = analyst.get(f"{ROOT}/").get_json()
    links = {link["rel"]: link["href"] for link in landing["links"]}
    assert {"self", "conformance", "data", "service-desc"} <= set(links)
    assert any("core" in one for one in analyst.get(links["conformance"]).get_json()["conformsTo"])
    found = analyst.get(links["data"]).get_json()["collections"]
    assert len(found) == 12
    items = next(link["href"] for link in found[0]["links"] if link["rel"] == "items")
    assert analyst.get(items).mimetype == "application/geo+json"


def test_pages_follow_each_other_and_the_first_is_recorded(
    session: Session, analyst: FlaskClient
) -> None:
    page = analyst.get(f"{ITEMS}?limit=3").get_json(force=True)
    assert (page["numberMatched"], page["numberReturned"]) == (4, 3)
    address = next(link["href"] for link in page["links"] if link["rel"] == "next")
    rest = analyst.get(address).get_json(force=True)
    codes = [feature["id"] for feature in (*page["features"], *rest["features"])]
    assert len(set(codes)) == 4
    assert "next" not in {link["rel"] for link in rest["links"]}
    query = select(AuditEvent).where(AuditEvent.action == "figures-exported")
    assert len(session.scalars(query).all()) == 1


def test_small_numbers_and_what_covers_them_are_hidden(analyst: FlaskClient) -> None:
    page = analyst.get(ITEMS).get_json(force=True)
    rows = {feature["id"]: feature["properties"] for feature in page["features"]}
    assert rows["75.71.01.1001"]["poverty_rate"] is None
    assert rows["75.71.01.1001"]["poverty_state"] == "hidden-few"
    assert rows["75.71.01.1001"]["households"] is None
    assert sum(row["poverty_rate"] is not None for row in rows.values()) >= 1


def test_a_box_narrows(analyst: FlaskClient) -> None:
    found = analyst.get(f"{ITEMS}?bbox=122.1,0.1,122.9,0.9").get_json(force=True)
    assert [feature["id"] for feature in found["features"]] == ["75.01.01.2001"]
    one = analyst.get(f"{ITEMS}/75.01.01.2001").get_json(force=True)
    assert one == found["features"][0]


@pytest.mark.parametrize(
    "query", ["bbox=1,2,3", "bbox=a,b,c,d", "bbox=5,0,1,1", "limit=0", "limit=x", "offset=-1"]
)
def test_odd_questions_are_told(analyst: FlaskClient, query: str) -> None:
    assert analyst.get(f"{ITEMS}?{query}").status_code == 422


def test_unknown_things_and_other_people(analyst: FlaskClient, client: FlaskClient) -> None:
    for path in ("collections/desa-luck/items", "collections/planet-poverty", "collections/x"):
        assert analyst.get(f"{ROOT}/{path}").status_code == 404
    assert analyst.get(f"{ITEMS}/75.99").status_code == 404
