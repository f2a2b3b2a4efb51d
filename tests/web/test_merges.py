"""Pages about merging: who sees what, and what is refused."""

import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from jps.access.rules import Role
from jps.assessment.acceptance import follow_up
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Merge
from jps.identity.group_models import GroupPair
from tests.conftest import SignIn
from tests.databases import Databases
from tests.offices import NewHousehold, areas, household

__all__ = ["areas", "household"]

Twins = tuple[str, str]


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: the services are tested on both databases."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture
def twins(app: Flask, household: NewHousehold) -> Twins:
    """One household entered in two kabupaten."""
    ids = household("ani"), household("budi", area_code="75.02.01.2001")
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        for one in ids:
            follow_up(db.session(), uuid.UUID(one), at=datetime.now(UTC))
        db.session.commit()
    return ids


def pair(app: Flask) -> uuid.UUID:
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        query = select(GroupPair.id).where(GroupPair.kind == "household")
        return db.session.scalars(query).one()


def acts(app: Flask) -> int:
    with app.app_context():
        return len(set(db.session.scalars(select(Merge.act_id))))


def send(client: FlaskClient, address: str, **form: str) -> int:
    return client.post(address, data=form).status_code


def test_an_operator_of_one_area_learns_who_decides(
    app: Flask, twins: Twins, sign_in: SignIn
) -> None:
    client = sign_in(Role.OPERATOR, "75.01")
    one, two = twins
    page = client.get(f"/identity/doubles/groups/{pair(app)}").text
    assert "di luar wilayah Anda" in page
    assert two not in page
    address = f"/identity/merges/households/{one}/{two}"
    assert "bukan wewenang Anda" in client.get(address).text
    assert send(client, address) == HTTPStatus.FORBIDDEN
    assert acts(app) == 0
    stranger = sign_in(Role.OPERATOR, "75.71")
    assert stranger.get(address).status_code == HTTPStatus.NOT_FOUND
    assert stranger.get(f"/identity/doubles/groups/{pair(app)}").status_code == HTTPStatus.NOT_FOUND


def test_the_wider_operator_merges_and_both_areas_see_it(
    app: Flask, twins: Twins, sign_in: SignIn
) -> None:
    client = sign_in(Role.OPERATOR, "75")
    one, two = twins
    assert send(client, f"/identity/doubles/groups/{pair(app)}", verdict="unsure") == 422
    assert send(client, f"/identity/doubles/groups/{pair(app)}", verdict="same") == 303
    address = f"/identity/merges/households/{one}/{two}"
    assert "Jumlah rumah tangga berkurang satu" in client.get(address).text
    crossed = {f"person.{uuid.uuid4()}": str(uuid.uuid4())}
    assert send(client, address, **crossed) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert send(client, address, **{"person.x": "y"}) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert send(client, address, act="look") == HTTPStatus.OK
    assert acts(app) == 0
    assert send(client, address, reason="Didata dua kali") == HTTPStatus.SEE_OTHER
    assert send(client, address) == HTTPStatus.CONFLICT
    for area in ("75.01", "75.02"):
        ledger = sign_in(Role.OPERATOR, area).get("/identity/merges/").text
        assert "Hasan Contoh" in ledger
        assert "di luar wilayah Anda" in ledger
    assert "Belum ada" in sign_in(Role.OPERATOR, "75.71").get("/identity/merges/").text
    answer = client.get(f"/api/v1/households/{two}").get_json()
    assert answer["merged_into"] == one
    assert client.get("/api/v1/households").get_json()["total"] == 1


def test_a_manager_reads_and_does_not_merge(app: Flask, twins: Twins, sign_in: SignIn) -> None:
    client = sign_in(Role.MANAGER, "75")
    assert client.get("/identity/doubles/?kind=household&area=75.01").status_code == HTTPStatus.OK
    address = "/identity/merges/households/{}/{}".format(*twins)
    assert client.get(address).status_code == HTTPStatus.FORBIDDEN
    assert client.get(f"/identity/merges/{uuid.uuid4()}").status_code == HTTPStatus.NOT_FOUND


def test_two_members_merge_after_a_preview(app: Flask, twins: Twins, sign_in: SignIn) -> None:
    client = sign_in(Role.OPERATOR, "75")
    page = client.get("/identity/doubles/")
    link = page.text.partition('class="stretched" href="')[2].partition('"')[0]
    assert send(client, link, verdict="same") == HTTPStatus.SEE_OTHER
    shown = client.get(link).text
    address = "/identity/merges/members/" + shown.partition("/identity/merges/members/")[2][:73]
    assert "dihitung sekali" in client.get(address).text
    assert send(client, address, reason="x" * 501) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert send(client, address) == HTTPStatus.SEE_OTHER
    assert "sudah digabungkan" in client.get(link).text
    assert send(client, link, verdict="different") == HTTPStatus.CONFLICT
    pages = [client.get(f"/households/{one}").text for one in twins]
    assert sum("mewakili juga" in one for one in pages) == 1
    assert sum("Digabungkan" in one for one in pages) == 1
