"""Signing in: who gets in, who rests, what is remembered."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from tests.conftest import PASSWORD, SignIn


def test_stranger_is_sent_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/account")
    assert answer.status_code == 302
    assert answer.location == "/login?next=/account"


def test_signed_in_person_sees_their_account(sign_in: SignIn) -> None:
    page = sign_in(Role.OPERATOR, "75.01").get("/account")
    assert page.status_code == 200
    assert "Operator" in page.text


def test_sign_in_is_recorded(sign_in: SignIn, session: Session) -> None:
    sign_in(Role.OPERATOR, "75.01")
    actions = session.scalars(select(AuditEvent.action)).all()
    assert "signed-in" in actions


@pytest.mark.parametrize("password", ["", "salah-sekali-12345", PASSWORD.upper()])
def test_wrong_password_is_refused(
    client: FlaskClient, make_user: Callable[..., str], password: str
) -> None:
    name = make_user(Role.ANALYST)
    answer = client.post("/login", data={"username": name, "password": password})
    assert answer.status_code == 401
    assert "tidak cocok" in answer.text


def test_account_rests_after_too_many_wrong_passwords(
    app: Flask, client: FlaskClient, make_user: Callable[..., str]
) -> None:
    name = make_user(Role.ANALYST)
    for _ in range(app.config["JPS"].sign_in_attempts):
        client.post("/login", data={"username": name, "password": "salah"})
    answer = client.post("/login", data={"username": name, "password": PASSWORD})
    assert answer.status_code == 401
    assert "Terlalu banyak" in answer.text


def test_next_leads_only_inside(client: FlaskClient, make_user: Callable[..., str]) -> None:
    name = make_user(Role.ANALYST)
    form = {"username": name, "password": PASSWORD, "next": "//example.org/x"}
    assert client.post("/login", data=form).location == "/"


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    browser = sign_in(Role.ANALYST)
    browser.post("/logout")
    assert browser.get("/account").status_code == 302
