"""The analyst's pages: frames, their columns, and one's own tokens."""

import re
from pathlib import Path

import pytest

from jps.access.rules import Role
from jps.web.data import NOTEBOOKS
from tests.conftest import PASSWORD
from tests.databases import Databases
from tests.web.conftest import NewVisitor, Visitor

TOKEN = re.compile(r"jps_[0-9a-f]{8}_[\w-]{40,}")


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: what these pages show does not depend on the database."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture
def ina(person: NewVisitor) -> Visitor:
    """An analyst of the first kabupaten."""
    return person("ina", Role.ANALYST, "75.01")


def test_an_analyst_lands_on_the_data(ina: Visitor) -> None:
    assert ina.get("/").location == "/data/"
    page = ina.get("/data/").text
    assert 'href="/data/households"' in page
    assert 'href="/api/v1/analysis/households"' in page
    assert "gabungkan wilayah" in page
    assert all(one.file in page for one in NOTEBOOKS)


def test_a_frame_explains_its_columns(ina: Visitor) -> None:
    page = ina.get("/data/members").text
    assert "arti kode" in page
    assert "mother_name" not in page
    assert ina.get("/data/nothing").status_code == 404


def test_a_manager_sees_which_columns_must_be_asked_for(person: NewVisitor) -> None:
    page = person("rahma", Role.MANAGER, "75").get("/data/members").text
    assert "mother_name" in page
    assert "hanya bila diminta" in page


def test_a_token_is_shown_once_works_and_is_revoked(ina: Visitor) -> None:
    fields = {"name": "Peta kemiskinan", "days": "30", "password": PASSWORD}
    made = TOKEN.search(ina.client.post("/account/tokens/", data=fields).text)
    assert made is not None
    page = ina.get("/account/tokens/").text
    assert "Peta kemiskinan" in page
    assert made[0] not in page
    program = ina.client.application.test_client()
    headers = {"Authorization": f"Bearer {made[0]}"}
    assert program.get("/api/v1/analysis/", headers=headers).status_code == 200
    prefix = made[0].split("_")[1]
    assert ina.client.post(f"/account/tokens/{prefix}/revoke").status_code == 303
    assert program.get("/api/v1/analysis/", headers=headers).status_code == 401
    assert "Dicabut" in ina.get("/account/tokens/").text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("password", "salah", "Kata sandi tidak cocok"),
        ("name", " ", "Beri nama token"),
        ("days", "367", "1 sampai 366 hari"),
        ("days", "²", "1 sampai 366 hari"),
    ],
)
def test_a_form_that_is_wrong_says_where_and_keeps_what_was_typed(
    ina: Visitor, field: str, value: str, told: str
) -> None:
    fields = {"name": "Peta", "days": "30", "password": PASSWORD, field: value}
    answer = ina.client.post("/account/tokens/", data=fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{fields["name"]}"' in answer.text
    assert "Belum ada token" in answer.text


def test_nobody_revokes_the_token_of_another(ina: Visitor, person: NewVisitor) -> None:
    fields = {"name": "Peta", "days": "30", "password": PASSWORD}
    made = TOKEN.search(ina.client.post("/account/tokens/", data=fields).text)
    assert made is not None
    other = person("rahma", Role.MANAGER, "75")
    path = f"/account/tokens/{made[0].split('_')[1]}/revoke"
    assert other.client.post(path).status_code == 404
    assert "Berlaku" in ina.get("/account/tokens/").text


def test_who_may_not_use_frames_makes_no_token(person: NewVisitor) -> None:
    operator = person("budi", Role.OPERATOR, "75.01")
    assert "Token baru dibuat oleh administrator" in operator.get("/account/tokens/").text
    assert operator.client.post("/account/tokens/").status_code == 403
    assert operator.get("/data/").status_code == 403
