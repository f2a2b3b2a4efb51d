"""What every answer has, whoever asks: refusals, headers, tokens against forgery, plain errors."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.test import TestResponse

from jps.access.rules import Role
from jps.app import create_app
from jps.config import Settings
from jps.errors import Conflict, InvalidData
from jps.http import Door, own_path, requires, saves
from jps.text import N_
from tests.apps import FAST
from tests.conftest import PASSWORD, SignIn
from tests.databases import Databases

NONCE = re.compile(r"'nonce-([\w-]{20,})'")


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """An application that may get routes."""
    return own_app


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: none of this depends on the database."""
    return databases.sqlite(tmp_path / "office")


def policy(answer: TestResponse) -> dict[str, str]:
    """Return the directives of the Content-Security-Policy."""
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_pages_run_only_our_scripts_and_leave_no_copy(client: FlaskClient) -> None:
    first, second = client.get("/login"), client.get("/login")
    nonces = [NONCE.findall(policy(page)["script-src"]) for page in (first, second)]
    assert nonces[0] != nonces[1]
    rules = policy(first)
    assert rules["default-src"] == "'self'"
    assert "unsafe" not in rules["script-src"] + rules["style-src"]
    assert rules["frame-ancestors"] == "'self'"
    assert rules["object-src"] == "'none'"
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Referrer-Policy"] == "same-origin"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert "Strict-Transport-Security" not in first.headers


def test_no_page_carries_script_in_its_tags(sign_in: SignIn) -> None:
    browser = sign_in(Role.ADMINISTRATOR)
    for path in ("/login", "/users/", "/users/new", "/audit/", "/jobs/", "/account", "/nowhere"):
        page = browser.get(path).text
        assert not re.findall(r"<[^>]+\son\w+\s*=", page), path
        assert not re.findall(r"<script(?![^>]*(?:src|nonce))", page), path


def test_over_https_cookies_are_secure_and_browsers_remember(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path, https=True, log_level="ERROR"), FAST)
    page = app.test_client().get("/login", base_url="https://localhost")
    assert "max-age" in page.headers["Strict-Transport-Security"]
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SESSION_COOKIE_HTTPONLY"]
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_two_offices_on_one_machine_do_not_share_a_session(app: Flask, tmp_path: Path) -> None:
    other = create_app(Settings(home=tmp_path / "second", log_level="ERROR"), FAST)
    assert app.config["SESSION_COOKIE_NAME"] != other.config["SESSION_COOKIE_NAME"]
    assert app.config["SECRET_KEY"] != other.config["SECRET_KEY"]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/jobs/", "/jobs/"),
        ("/", "/"),
        ("", "/"),
        ("//example.org", "/"),
        ("/\\example.org", "/"),
        ("/\t/example.org", "/"),
        ("https://example.org", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_nobody_is_sent_elsewhere(path: str, kept: str) -> None:
    assert own_path(path) == kept


def test_language_stays_on_the_device(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "en", "back": "//example.org"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert 'lang="en"' in client.get("/login").text
    client.post("/language", data={"language": "xx"})
    assert 'lang="en"' in client.get("/login").text
    client.post("/language", data={"language": "id"})
    assert 'lang="id"' in client.get("/login").text


def test_unknown_language_in_a_cookie_is_indonesian(client: FlaskClient) -> None:
    client.set_cookie("language", "../../etc")
    assert 'lang="id"' in client.get("/login").text


@pytest.fixture
def strict(office: Settings) -> FlaskClient:
    """A browser of an application that checks tokens against forgery, as a real one does."""
    return create_app(office, FAST | {"WTF_CSRF_ENABLED": True}).test_client()


def token(page: TestResponse) -> str:
    """Return the token in a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_forms_need_the_token_of_the_page(
    strict: FlaskClient, make_user: Callable[..., str]
) -> None:
    name = make_user(Role.ADMINISTRATOR)
    form = {"username": name, "password": PASSWORD}
    refused = strict.post("/login", data=form)
    assert (refused.status_code, refused.location) == (303, "/login")
    page = strict.get("/login")
    assert "kedaluwarsa" in page.text
    assert strict.post("/login", data=form | {"csrf_token": token(page)}).status_code == 303
    assert strict.post("/logout").status_code == 400
    assert "Muat ulang" in strict.post("/users/", data={}).text
    assert (
        strict.post("/logout", data={"csrf_token": token(strict.get("/account"))}).status_code
        == 303
    )


def test_a_session_that_ended_leads_to_sign_in(strict: FlaskClient) -> None:
    answer = strict.post("/users/", data={"csrf_token": "old"})
    assert (answer.status_code, answer.location) == (302, "/login")
    part = strict.post("/users/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/login")
    program = strict.get("/api/v1/households")
    assert (program.status_code, program.json and program.json["code"]) == (401, "sign-in-required")


def test_a_form_of_an_ended_session_is_not_lost(
    strict: FlaskClient, make_user: Callable[..., str]
) -> None:
    form = {"csrf_token": "old", "full_name": "Ibu <b>Contoh</b>", "areas": ["75", "75.01"]}
    home = {"Origin": "http://localhost"}
    late = strict.post("/users/?x=1", data=form | {"password": "rahasia"}, headers=home)
    assert late.status_code == 401
    assert 'action="/users/?x=1"' in late.text
    assert 'name="full_name" value="Ibu &lt;b&gt;Contoh&lt;/b&gt;"' in late.text
    assert late.text.count('name="areas"') == 2
    assert "rahasia" not in late.text
    name = make_user(Role.ADMINISTRATOR)
    login = {"username": name, "password": PASSWORD, "csrf_token": token(strict.get("/login"))}
    assert strict.post("/login", data=login).status_code == 303
    again = strict.post("/users/", data=form, headers=home)
    assert again.status_code == 400
    fresh = form | {"csrf_token": token(again)}
    answer = strict.post("/users/", data=fresh, headers=home)
    assert answer.status_code == 422  # the form itself, with what is still missing
    assert 'value="Ibu &lt;b&gt;Contoh&lt;/b&gt;"' in answer.text


@pytest.mark.parametrize("origin", ["http://example.org", "null", "http://localhost:1", "http://["])
def test_forms_of_other_sites_are_not_offered(strict: FlaskClient, origin: str) -> None:
    answer = strict.post("/users/", data={"full_name": "X"}, headers={"Origin": origin})
    assert (answer.status_code, answer.location) == (302, "/login")


def test_a_reason_that_came_to_nothing_is_given_back(sign_in: SignIn) -> None:
    page = sign_in(Role.OPERATOR).post(
        f"/households/{uuid.uuid4()}/return", data={"version": "1", "reason": "KK <lama>"}
    )
    assert page.status_code == 404
    assert "KK &lt;lama&gt;</textarea>" in page.text


@pytest.fixture
def trouble(app: Flask) -> FlaskClient:
    """A browser of an office with pages that fail in every way."""
    errors: dict[str, Exception] = {
        "conflict": Conflict(N_("Sudah ada {what}."), what="itu"),
        "invalid": InvalidData(N_("Periksa."), {"name": [N_("Pilih peran.")]}),
        "twice": IntegrityError("INSERT 7501014101909001", {}, ValueError("Siti")),
        "busy": OperationalError("SELECT", {}, ValueError("database is locked")),
        "bug": RuntimeError("Siti 7501014101909001"),
    }

    @requires(Door.OPEN)
    @saves
    def fail(name: str) -> str:
        raise errors[name]

    app.add_url_rule("/fail/<name>", view_func=fail)
    app.add_url_rule("/api/fail/<name>", endpoint="api_fail", view_func=fail)
    return app.test_client()


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("conflict", 409, "Sudah ada itu."),
        ("invalid", 422, "Pilih peran."),
        ("twice", 409, "Tidak ada yang disimpan"),
        ("busy", 503, "coba lagi"),
        ("bug", 500, "Terjadi kesalahan"),
    ],
)
def test_errors_say_what_happened_and_never_what_was_typed(
    trouble: FlaskClient, name: str, status: int, said: str
) -> None:
    page = trouble.get(f"/fail/{name}")
    part = trouble.get(f"/fail/{name}", headers={"HX-Request": "true"})
    program = trouble.get(f"/api/fail/{name}")
    assert {page.status_code, part.status_code, program.status_code} == {status}
    assert program.mimetype == "application/problem+json"
    assert program.json is not None
    assert program.json["instance"] == program.headers["X-Request-Id"]
    assert "<html" in page.text
    assert "<html" not in part.text
    assert page.headers["X-Request-Id"] in page.text
    for answer in (page, part, program):
        assert said in answer.text
        assert "Siti" not in answer.text
        assert "7501014101909001" not in answer.text


def test_no_page_and_no_such_way(client: FlaskClient) -> None:
    assert client.get("/nowhere").status_code == 404
    wrong = client.delete("/login")
    assert wrong.status_code == 405
    assert {"GET", "POST"} <= set(wrong.headers["Allow"].split(", "))


def test_error_page_when_the_database_is_gone(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(Role.ANALYST)
    database = app.config["JPS"].home / "jps.db"
    for path in database.parent.glob("jps.db*"):
        path.write_bytes(b"nothing of a database" * 200)
    page = browser.get("/account")
    assert page.status_code >= 500
    assert "Nomor permintaan" in page.text


def test_large_requests_are_refused(office: Settings, tmp_path: Path) -> None:
    app = create_app(office, FAST | {"MAX_CONTENT_LENGTH": 2000})
    page = app.test_client().post("/login", data={"username": "x" * 5000, "password": "y"})
    assert page.status_code == 413
    assert "terlalu besar" in page.text


def test_proxies_are_believed_only_when_told(tmp_path: Path) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "jps.example"}
    for proxies, expected in ((0, "http://localhost"), (1, "https://jps.example")):
        home = tmp_path / str(proxies)
        app = create_app(Settings(home=home, proxies=proxies, log_level="ERROR"), FAST)
        seen: list[str] = []

        @requires(Door.OPEN)
        def where(seen: list[str] = seen) -> str:
            seen.append(url_for("where", _external=True))
            return ""

        app.add_url_rule("/where", view_func=where)
        app.test_client().get("/where", headers=headers)
        assert seen == [f"{expected}/where"]
