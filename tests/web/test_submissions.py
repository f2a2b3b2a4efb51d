"""What came from ODK Collect on the pages of the office, and phones that are connected there."""

import base64
import json
import re
import uuid
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from jps.access.models import DeviceToken
from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.db import db
from jps.openrosa.answers import XML
from jps.web.devices import settings_text
from jps.worker import run_chores
from tests.conftest import PASSWORD, SignIn
from tests.databases import Databases
from tests.households_examples import household_document, member_document
from tests.openrosa.collect import server_of
from tests.openrosa.conftest import connect
from tests.openrosa.filling import fill

SENT = Callable[..., str]
BOUNDARY = "uji"


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: what is read and written here is tested on both elsewhere."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture
def sent(app: Flask, areas: None, make_user: Callable[..., str]) -> SENT:
    """Send a form as `ani` of the first kabupaten and return the address of its page."""
    make_user(Role.ENUMERATOR, "75.01", username="ani")
    token = connect(app, "ani")

    def send(**answers: object) -> str:
        xml = fill(household_document(**answers))
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; '
        body = head.encode() + b'filename="i.xml"\r\n\r\n' + xml
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        client = app.test_client()
        answer = client.post(
            f"/odk/{token}/submission",
            data=body + f"\r\n--{BOUNDARY}--\r\n".encode(),
            content_type=kind,
        )
        assert (answer.status_code, answer.content_type) == (201, XML)
        run_chores(app)
        admin = app.test_client()
        assert admin.post("/login", data={"username": "ani", "password": PASSWORD}).status_code
        found = re.search(r"/submissions/[0-9a-f-]{36}", admin.get("/submissions/").text)
        assert found is not None
        return found[0]

    return send


def test_who_sees_which_submissions(sent: SENT, sign_in: SignIn) -> None:
    page = sent()
    near, far = sign_in(Role.OPERATOR, "75.01"), sign_in(Role.OPERATOR, "75.02", username="far")
    other = sign_in(Role.ENUMERATOR, "75.01", username="budi")
    assert "Menjadi data" in near.get("/submissions/").text
    assert page in near.get("/submissions/?state=accepted").text
    assert page not in near.get("/submissions/?state=refused").text
    for client in (far, other):
        assert page not in client.get("/submissions/").text
        assert client.get(page).status_code == 404
        assert client.post(f"{page}/retry").status_code == 404


def test_a_page_tells_what_was_sent_with_numbers_masked(sent: SENT, sign_in: SignIn) -> None:
    page = sign_in(Role.OPERATOR, "75.01").get(sent()).text
    assert "Hasan Contoh" in page
    assert "7501010505809001" not in page
    assert "7501**********01" in page
    assert "Buka rumah tangga" in page


def test_the_administrator_sees_what_became_of_it_and_no_answers(
    sent: SENT, sign_in: SignIn
) -> None:
    page = sign_in(Role.ADMINISTRATOR, "75").get(sent()).text
    assert "Menjadi data" in page
    assert "Hasan Contoh" not in page
    assert "Buka rumah tangga" not in page


def test_a_draft_tells_its_enumerator_what_to_put_right(app: Flask, sent: SENT) -> None:
    page = sent(floor_area=9_999, members=[member_document(name="X")])
    ani = app.test_client()
    ani.post("/login", data={"username": "ani", "password": PASSWORD})
    text = ani.get(page).text
    assert "tersimpan sebagai draf" in text
    assert "Luas lantai (m2)" in text
    assert "Anggota 1: Nama lengkap" in text
    assert "Periksa ulang" not in text
    assert "/entry/" in ani.get("/work").text


def test_only_what_is_held_is_checked_again(sent: SENT, sign_in: SignIn) -> None:
    operator = sign_in(Role.OPERATOR, "75.01")
    done, held = sent(), sent(area_code="75.02.01.2001")
    assert "Tertahan" in operator.get(held).text
    assert operator.post(f"{done}/retry").status_code == 409
    assert operator.post(f"{done}/draft").status_code == 409
    assert operator.post(f"{held}/draft").status_code == 303
    assert "Menjadi draf" in operator.get(held).text


def qr_server(page: str) -> str:
    """Return the server's address that the page shows beside the code."""
    found = re.search(r"<code>(http[^<]+)</code>", page)
    assert found is not None
    return found[1]


def test_a_phone_is_connected_once_and_cut_off(app: Flask, areas: None, sign_in: SignIn) -> None:
    ani = sign_in(Role.ENUMERATOR, "75.01", username="ani")
    page = ani.post("/devices/", data={"name": "Redmi", "days": 30})
    assert page.status_code == 200
    assert "<svg" in page.text
    server = qr_server(page.text)
    address = "/odk/" + server.rpartition("/odk/")[2]
    assert app.test_client().get(f"{address}/formList").status_code == 200
    token = address.rpartition("/")[2]
    assert token not in ani.get("/devices/").text
    with app.app_context():
        kept = db.session.scalars(select(DeviceToken)).one()
        assert token not in f"{kept.sha256} {kept.prefix}"
        kept_id = kept.id
    assert ani.post(f"/devices/{kept_id}/revoke").status_code == 303
    assert app.test_client().get(f"{address}/formList").status_code == 401
    with app.app_context():
        events = db.session.scalars(select(AuditEvent.action)).all()
        assert {"device-connected", "device-revoked"} <= set(events)


def test_the_code_holds_the_settings_of_collect() -> None:
    text = settings_text("https://contoh.go.id/odk/jpsd_x")
    assert server_of(text) == "https://contoh.go.id/odk/jpsd_x"
    settings = json.loads(zlib.decompress(base64.b64decode(text)))
    assert settings["general"]["form_update_mode"] == "match_exactly"


def test_who_connects_phones_for_whom(
    app: Flask, areas: None, make_user: Callable[..., str], sign_in: SignIn
) -> None:
    make_user(Role.ENUMERATOR, "75.01.01.2001", username="dekat")
    make_user(Role.ENUMERATOR, "75.02", username="jauh")
    make_user(Role.ENUMERATOR, "75.01", "75.02", username="luas")
    operator, admin = sign_in(Role.OPERATOR, "75.01"), sign_in(Role.ADMINISTRATOR, "75")
    shown = operator.get("/devices/").text
    assert "(dekat)" in shown
    assert "(jauh)" not in shown
    assert "(luas)" not in shown
    everybody = admin.get("/devices/").text
    ids = dict(re.findall(r'<option value="([^"]+)">[^(]*\((\w+)\)', everybody))
    by_name = {name: user for user, name in ids.items()}
    assert {"dekat", "jauh", "luas"} <= by_name.keys()
    data = {"user": by_name["jauh"], "name": "HP", "days": 7}
    assert operator.post("/devices/", data=data).status_code == 404
    assert admin.post("/devices/", data=data).status_code == 200
    with app.app_context():
        token = db.session.scalars(select(DeviceToken)).one().id
    assert operator.post(f"/devices/{token}/revoke").status_code == 404
    assert admin.post(f"/devices/{token}/revoke").status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("days", "0"), ("days", "x"), ("areas", "75.02"), ("areas", "75")],
)
def test_a_phone_gets_no_more_than_its_enumerator_has(
    areas: None, sign_in: SignIn, field: str, value: str
) -> None:
    ani = sign_in(Role.ENUMERATOR, "75.01", username="ani")
    answer = ani.post("/devices/", data={"name": "HP", "days": 7, field: value})
    assert answer.status_code == 422
    assert "periksa isian yang ditandai" in answer.text
    unknown = ani.post("/devices/", data={"name": "HP", "days": 7, "user": uuid.uuid4()})
    assert unknown.status_code == 404
