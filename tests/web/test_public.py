"""What anybody may know, without an account."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.figures import add_areas, add_boundaries, add_household, score_all


@pytest.fixture
def people(session: Session) -> None:
    """A small province with twenty households in each desa."""
    add_areas(session)
    add_boundaries(session)
    for village in ("75.01.01.2001", "75.01.02.2001", "75.71.01.1001"):
        for _ in range(20):
            add_household(session, village)
    score_all(session)
    session.commit()


def test_the_page_needs_no_account_and_tells_kecamatan_only(
    people: None, client: FlaskClient
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
