"""The record of what happened, as the administrator reads it."""

import ast
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from jps.access.rules import Role
from jps.audit.services import Event, record_many
from jps.db import db
from jps.households.rules import TRANSITIONS
from jps.web.audit import PAGE
from jps.web.audit_names import ACTIONS
from tests.conftest import NOW, SignIn
from tests.repository import modules

ACTION_OF = {"Event": 0, "audit": 2}  # which argument of these calls names the action
SUBJECT = "00000000-0000-0000-0000-000000000007"


@pytest.fixture
def admin(app: Flask, sign_in: SignIn) -> FlaskClient:
    """An administrator's browser, in an office where much happened."""
    browser = sign_in(Role.ADMINISTRATOR, username="admin")
    events = [
        Event("nik-revealed", "member", SUBJECT, "75.01", {"reason": "cek <b>kartu</b>"}),
        *(Event("job-started", "job", str(number)) for number in range(PAGE)),
    ]
    with app.app_context():
        record_many(db.session(), events, by="system", at=NOW)
        db.session.commit()
    return browser


def test_pages_of_events(admin: FlaskClient) -> None:
    first = admin.get("/audit/").text
    assert first.count("<tr>") == PAGE + 1
    assert "Lebih lama" in first
    second = admin.get("/audit/?before=4").text
    assert "NIK lengkap dilihat" in second
    assert "Masuk" in second
    assert "cek &lt;b&gt;kartu&lt;/b&gt;" in second


FILTERS: tuple[tuple[dict[str, str], int], ...] = (
    ({"action": "nik-revealed"}, 1),
    ({"who": "system", "action": "nik-revealed"}, 1),
    ({"who": "unknown"}, 0),
    ({"of": SUBJECT}, 1),
    ({"from": "2026-11-23", "to": "2026-11-23", "action": "nik-revealed"}, 1),
    ({"from": "2026-11-24", "who": "system"}, 0),
    ({"to": "2026-11-22", "who": "system"}, 0),
    ({"action": "nonsense", "of": "x", "from": "soon", "before": "y"}, PAGE),
)


def test_filters(admin: FlaskClient) -> None:
    for query, rows in FILTERS:
        page = admin.get("/audit/", query_string=query)
        assert page.status_code == 200, query
        assert page.text.count("<tr>") == (rows + 1 if rows else 0), query


def test_filter_by_person_has_no_name_in_the_address(admin: FlaskClient) -> None:
    user_id = re.findall(r'<option value="([0-9a-f-]{36})"[^>]*>admin<', admin.get("/audit/").text)
    found = admin.get("/audit/", query_string={"who": user_id[0]}).text
    assert found.count("<tr>") == 2
    assert "who=admin" not in found


def test_chain_is_checked_on_the_page(admin: FlaskClient) -> None:
    page = admin.get("/audit/check", headers={"HX-Request": "true"})
    assert "Rantai utuh" in page.text


def test_every_action_has_a_name() -> None:
    recorded = {
        argument.value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in ACTION_OF
        for argument in node.args[ACTION_OF[node.func.id] :][:1]
        if isinstance(argument, ast.Constant)
    }
    recorded |= {transition.event for transition in TRANSITIONS.values()}
    assert recorded - set(ACTIONS) == set()
