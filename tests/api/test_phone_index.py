"""The index that a phone takes along: who is known in its areas, and nothing about them."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from jps.access.rules import Role
from jps.matching.phone_keys import PhoneIndex, open_index
from tests.api.test_phone import Phone, record
from tests.conftest import SignIn
from tests.databases import Databases
from tests.registries import HASAN, Import, changed, csv_bytes

ASKED = {"nik": HASAN[0]}
STRANGER = {"name": "Darwis Napu", "birth_date": "1970-01-01", "mother_name": "Citra Uno"}


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: the same queries run on PostgreSQL for the pages."""
    return databases.sqlite(tmp_path / "office")


def index_of(client: FlaskClient) -> PhoneIndex:
    """Read and open the index of a phone."""
    answer = client.get("/api/v1/phone/index")
    assert answer.status_code == 200
    assert answer.mimetype == "application/octet-stream"
    return open_index(answer.data)


def test_phones_recognise_whom_their_areas_know(import_file: Import, sign_in: SignIn) -> None:
    elsewhere = changed(HASAN, NIK="7502010505809001", KODE_WILAYAH="75.02.01.2001")
    import_file(csv_bytes([HASAN, elsewhere]))
    ani = Phone(sign_in(Role.ENUMERATOR, "75.01.01.2001", username="ani"))
    neighbour = Phone(sign_in(Role.ENUMERATOR, "75.01.01.2002", username="dewi"))
    far = Phone(sign_in(Role.ENUMERATOR, "75.02", username="citra"))
    key = ani.one(record())["id"]
    draft = {"name": STRANGER["name"], "birth_date": "1970-01-01", "mother_name": "Citra Uno"}
    ani.one(
        {
            "id": "00000000-0000-4000-8000-000000000077",
            "document": {"area_code": "75.01.01.2001", "members": [draft]},
        }
    )

    hits = index_of(ani.client).find(ASKED)
    assert [(hit.kind, str(hit.household)) for hit in hits] == [
        ("registry", "None"),
        ("household", key),
    ]
    (typed,) = index_of(ani.client).find(STRANGER)
    assert str(typed.household).endswith("77")
    near = index_of(neighbour.client).find(ASKED)
    assert [(hit.kind, hit.household) for hit in near] == [("household", None)]
    assert index_of(far.client).find(ASKED) == []
    assert [hit.kind for hit in index_of(far.client).find({"nik": elsewhere[0]})] == ["registry"]


def test_an_index_is_sent_once(sign_in: SignIn, areas: None) -> None:
    client = sign_in(Role.ENUMERATOR, "75.01")
    first = client.get("/api/v1/phone/index")
    again = client.get("/api/v1/phone/index", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_phones_of_the_same_areas_share_one(sign_in: SignIn, areas: None) -> None:
    one, other, third = (
        index_of(sign_in(Role.ENUMERATOR, area, username=f"user-{place}")).secret
        for place, area in enumerate(("75.01", "75.01", "75.02"))
    )
    assert one == other != third
