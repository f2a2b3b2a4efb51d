"""Accounts: the pages of the administrator, and what they do to the person's session."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Executable, select

from jps.access.models import SignInFailure, User, UserArea
from jps.access.rules import Role
from jps.areas.services import load_areas
from jps.audit.models import AuditEvent
from jps.db import db
from tests.conftest import NOW, PASSWORD, SignIn

AREAS = """code,name,type
75,Gorontalo,provinsi
75.01,Gorontalo,kabupaten
75.01.02,Limboto,kecamatan
75.01.02.2003,Hunggaluwa,desa
75.02,Boalemo,kabupaten
75.03,Bone Bolango,kabupaten
"""
FORM: dict[str, str | list[str]] = {
    "username": "Ibu.Contoh",
    "full_name": " Contoh   Pendata ",
    "password": "sebelas-huruf",
    "role": "enumerator",
    "areas": ["75.01.02.2003", "75.02"],
}


@pytest.fixture
def admin(app: Flask, sign_in: SignIn) -> FlaskClient:
    """An administrator's browser in an office that knows its areas."""
    with app.app_context():
        load_areas(db.session(), AREAS.encode(), by="tests", at=NOW)
        db.session.commit()
    return sign_in(Role.ADMINISTRATOR, username="admin")


Look = Callable[[Executable], list[Any]]


@pytest.fixture
def look(app: Flask) -> Look:
    """Ask the database beside the pages, which have contexts of their own as in a server."""

    def ask(query: Executable) -> list[Any]:
        with app.app_context():
            return list(db.session.execute(query).scalars())

    return ask


def account(look: Look, username: str = "ibu.contoh") -> User:
    """Return the account as it is in the database."""
    user: User = look(select(User).where(User.username == username))[0]
    return user


def test_create(admin: FlaskClient, look: Look) -> None:
    answer = admin.post("/users/", data=FORM)
    assert (answer.status_code, answer.location) == (303, "/users/")
    user = account(look)
    assert (user.username, user.full_name, user.role) == (
        "ibu.contoh",
        "Contoh Pendata",
        "enumerator",
    )
    assert user.scope.codes == ("75.01.02.2003", "75.02")
    assert PASSWORD not in user.password
    page = admin.get("/users/").text
    assert "Akun ibu.contoh dibuat" in page
    assert "Contoh Pendata" in page


def test_without_a_password_a_random_one_is_shown_once(admin: FlaskClient, app: Flask) -> None:
    page = admin.post("/users/", data=FORM | {"password": ""})
    made = re.search(r"<code>([\w-]{12})</code>", page.text)
    assert made is not None
    assert page.headers["Cache-Control"] == "no-store"
    form = {"username": "ibu.contoh", "password": made[1]}
    assert app.test_client().post("/login", data=form).status_code == 303
    assert made[1] not in admin.get("/users/").text


BAD: tuple[tuple[str, str | list[str], str], ...] = (
    ("username", "", "3 sampai 64"),
    ("username", "ada spasi", "hanya boleh memuat"),
    ("username", "x" * 65, "3 sampai 64"),
    ("username", "<script>", "hanya boleh memuat"),
    ("full_name", " \u200b ", "wajib diisi"),
    ("full_name", "x" * 200, "120 karakter"),
    ("password", "pendek", "10 karakter"),
    ("password", "x" * 129, "128 karakter"),
    ("password", "ibu.contoh-1", "tidak boleh memuat"),
    ("role", "king", "Pilih peran"),
    ("role", "", "Pilih peran"),
    ("areas", [], "satu wilayah"),
    ("areas", ["75.99"], "tidak dikenal"),
    ("areas", ["75.01", "' OR 1=1"], "tidak dikenal"),
)


def test_bad_input_is_said_at_the_field_and_nothing_is_lost(admin: FlaskClient, look: Look) -> None:
    kept = {"username": "Ibu.Contoh", "full_name": "Contoh   Pendata"}
    for field, value, said in BAD:
        page = admin.post("/users/", data=FORM | {field: value})
        assert page.status_code == 422, f"{field}={value}"
        assert said in page.text, f"{field}={value}"
        assert all(text in page.text for name, text in kept.items() if name != field)
        assert "sebelas-huruf" not in page.text
    assert look(select(User.username)) == ["admin"]


def test_all_problems_are_said_at_once(admin: FlaskClient) -> None:
    bad = {"username": "x", "full_name": "", "password": "y", "role": "z", "areas": []}
    page = admin.post("/users/", data=bad)
    assert page.text.count("invalid-feedback") == 5


def test_a_name_is_taken_whatever_its_case(admin: FlaskClient) -> None:
    admin.post("/users/", data=FORM)
    page = admin.post("/users/", data=FORM | {"username": "IBU.CONTOH"})
    assert page.status_code == 409
    assert "sudah dipakai" in page.text


def test_change_counts_from_the_next_request(admin: FlaskClient, app: Flask, look: Look) -> None:
    admin.post("/users/", data=FORM)
    person = app.test_client()
    person.post("/login", data={"username": "ibu.contoh", "password": "sebelas-huruf"})
    assert person.get("/jobs/").status_code == 403
    user = account(look)
    changed = {"full_name": "Contoh Operator", "role": "operator", "areas": ["75.03", "75.02"]}
    assert "75.01.02.2003" in admin.get(f"/users/{user.id}").text
    assert admin.post(f"/users/{user.id}", data=changed).status_code == 303
    assert person.get("/jobs/").status_code == 200
    assert account(look).scope.codes == ("75.02", "75.03")
    actions = look(select(AuditEvent.action).order_by(AuditEvent.seq))
    assert actions[-1] == "user-changed"


def test_bad_changes_change_nothing(admin: FlaskClient, look: Look) -> None:
    admin.post("/users/", data=FORM)
    user = account(look)
    answer = admin.post(f"/users/{user.id}", data={"full_name": "", "role": "operator"})
    assert answer.status_code == 422
    assert account(look).role == Role.ENUMERATOR
    assert len(look(select(UserArea).where(UserArea.user_id == user.id))) == 2


def test_deactivating_ends_the_session(admin: FlaskClient, app: Flask, look: Look) -> None:
    admin.post("/users/", data=FORM)
    person = app.test_client()
    form = {"username": "ibu.contoh", "password": "sebelas-huruf"}
    person.post("/login", data=form)
    assert person.get("/account").status_code == 200
    user = account(look)
    assert admin.post(f"/users/{user.id}/active", data={"active": "0"}).status_code == 303
    assert person.get("/account").status_code == 302
    assert person.post("/login", data=form).status_code == 401
    admin.post(f"/users/{user.id}/active", data={"active": "1"})
    assert person.get("/account").status_code == 302  # the old session stays ended
    assert person.post("/login", data=form).status_code == 303


def test_nobody_locks_themselves_out(admin: FlaskClient, look: Look) -> None:
    me = account(look, "admin")
    assert admin.post(f"/users/{me.id}/active", data={"active": "0"}).status_code == 409
    changed = {"full_name": "Admin", "role": "analyst", "areas": ["75"]}
    page = admin.post(f"/users/{me.id}", data=changed)
    assert page.status_code == 409
    assert "peran Anda sendiri" in page.text


def test_new_password_ends_sessions_and_rest(admin: FlaskClient, app: Flask, look: Look) -> None:
    admin.post("/users/", data=FORM)
    person, user = app.test_client(), account(look)
    for _ in range(app.config["JPS"].sign_in_attempts):
        person.post("/login", data={"username": "ibu.contoh", "password": "salah"})
    page = admin.post(f"/users/{user.id}/password")
    made = re.search(r"<code>([\w-]{12})</code>", page.text)
    assert made is not None
    form = {"username": "ibu.contoh", "password": made[1]}
    assert person.post("/login", data=form).status_code == 303


@pytest.mark.parametrize("what", ["", "/active", "/password"])
def test_accounts_that_are_not_there(admin: FlaskClient, what: str) -> None:
    assert admin.post(f"/users/{uuid.uuid4()}{what}").status_code == 404
    assert admin.post(f"/users/x{what}").status_code == 404


def test_areas_are_found_by_name_and_code(admin: FlaskClient) -> None:
    expected = {
        "": "Provinsi",
        "limboto": "Limboto",
        "75.02": "Boalemo",
        "<b>": "Tidak ada wilayah",
    }
    for asked, first in expected.items():
        page = admin.get("/users/areas", query_string={"q": asked}, headers={"HX-Request": "true"})
        assert page.status_code == 200
        assert first in page.text, asked
        assert "<b>" not in page.text


def test_wrong_names_are_not_kept_as_typed(client: FlaskClient, app: Flask, look: Look) -> None:
    for _ in range(app.config["JPS"].sign_in_attempts):
        client.post("/login", data={"username": "Rahasia-Saya-123", "password": "x"})
    (kept,) = look(select(SignInFailure.name_hash))
    assert "rahasia" not in kept
    (event,) = look(select(AuditEvent))
    assert (event.action, event.actor, event.subject_id) == ("sign-in-locked", "unknown", "unknown")


def test_own_password(sign_in: SignIn) -> None:
    browser = sign_in(Role.ANALYST, username="ana")
    wrong = browser.post("/account/password", data={"old": "salah", "new": "kata-sandi-lain"})
    assert wrong.status_code == 422
    assert "tidak cocok" in wrong.text
    weak = browser.post("/account/password", data={"old": PASSWORD, "new": "pendek"})
    assert weak.status_code == 422
    assert "10 karakter" in weak.text
    done = browser.post("/account/password", data={"old": PASSWORD, "new": "kata-sandi-lain"})
    assert done.status_code == 303
    assert browser.get("/account").status_code == 200
