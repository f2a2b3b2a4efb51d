"""Who may use the API, and how requests with a cookie are guarded."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from jps.access.models import ApiToken, User
from jps.access.rules import Role
from jps.access.services import find_user, set_active
from jps.access.tokens import create_api_token, list_api_tokens, revoke_api_token
from jps.api.signing import MAX_BODY
from jps.db import db
from jps.errors import InvalidData, NotFound
from tests.api.conftest import NewProgram, Program
from tests.conftest import SignIn
from tests.households_examples import household_document

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_without_sign_in_it_is_401(client: FlaskClient) -> None:
    answer = client.get("/api/v1/households")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "sign-in-required")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer x", "Bearer jps_", "Bearer jps_a_b", "Basic eDp5", "Bearer \xe9"],
)
def test_a_wrong_token_is_401(client: FlaskClient, ani: Program, header: str) -> None:
    answer = client.get("/api/v1/households", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_changed_secret_is_401(ani: Program) -> None:
    changed = Program(ani.client, ani.token[:-1] + "!", ani.username)
    assert changed.get("/households").status_code == 401


def test_tokens_open_the_api_only(ani: Program) -> None:
    answer = ani.client.get("/codebook/", headers={"Authorization": f"Bearer {ani.token}"})
    assert answer.status_code == 302


def test_a_role_without_the_right_is_403(program: NewProgram) -> None:
    analyst = program(Role.ANALYST)
    assert analyst.get("/households").status_code == 403
    assert analyst.post("/households", household_document()).status_code == 403


def test_use_is_noted(app: Flask, ani: Program) -> None:
    assert ani.get("/households").status_code == 200
    with app.app_context():
        token = db.session.scalars(select(ApiToken)).one()
        assert token.last_used_at is not None
        assert token.sha256 not in ani.token


def test_expired_revoked_and_switched_off_tokens_end(app: Flask, ani: Program) -> None:
    assert ani.get("/households").status_code == 200
    prefix = ani.token.split("_")[1]
    with app.app_context():
        token = db.session.scalars(select(ApiToken)).one()
        token.expires_at = datetime.now(UTC)
        db.session.commit()
    assert ani.get("/households").status_code == 401
    with app.app_context():
        token = db.session.scalars(select(ApiToken)).one()
        token.expires_at = datetime.now(UTC) + timedelta(days=1)
        set_active(db.session(), _user(ani), active=False, by="admin", at=NOW)
        db.session.commit()
    assert ani.get("/households").status_code == 401
    with app.app_context():
        user = _user(ani)
        set_active(db.session(), user, active=True, by="admin", at=NOW)
        revoke_api_token(db.session(), user, prefix, by="admin", at=NOW)
        db.session.commit()
        assert [found.prefix for found in list_api_tokens(db.session(), user)] == [prefix]
        with pytest.raises(NotFound):
            revoke_api_token(db.session(), user, "00000000", by="admin", at=NOW)
    assert ani.get("/households").status_code == 401


@pytest.mark.parametrize(("name", "days"), [("", 5), ("x" * 81, 5), ("tests", 0), ("tests", 400)])
def test_tokens_need_a_name_and_an_end(app: Flask, ani: Program, name: str, days: int) -> None:
    with app.app_context(), pytest.raises(InvalidData):
        create_api_token(db.session(), _user(ani), name=name, days=days, by="x", at=NOW)


def test_a_cookie_needs_the_forgery_token(
    app: Flask, areas: None, sign_in: SignIn, make_user: Callable[..., str]
) -> None:
    browser = sign_in(Role.ENUMERATOR, "75.01")
    app.config["WTF_CSRF_ENABLED"] = True
    refused = browser.post("/api/v1/households", json=household_document())
    assert (refused.status_code, refused.get_json()["code"]) == (400, "csrf")
    assert browser.get("/api/v1/households").status_code == 200
    page = browser.get("/api/docs").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    answer = browser.post(
        "/api/v1/households", json=household_document(), headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 201, answer.text
    huge = browser.post(
        "/api/v1/households",
        data=b" " * MAX_BODY + b"{}",
        headers={"X-CSRFToken": token},
        content_type="application/json",
    )
    assert huge.status_code == 413


def test_a_token_needs_no_forgery_token(app: Flask, ani: Program) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert ani.post("/households", household_document()).status_code == 201


def _user(program: Program) -> User:
    user = find_user(db.session(), program.username)
    assert user is not None
    return user


def test_tokens_are_made_on_the_command_line(
    app: Flask, areas: None, make_user: Callable[..., str]
) -> None:
    name = make_user(Role.ENUMERATOR, "75.01")
    made = app.test_cli_runner().invoke(args=["users", "token", name, "--name", "tests"])
    assert made.exit_code == 0, made.output
    found = Program(app.test_client(), made.output.strip(), name)
    assert found.get("/households").status_code == 200
    refused = app.test_cli_runner().invoke(args=["users", "token", "nobody", "--name", "tests"])
    assert refused.exit_code == 1
