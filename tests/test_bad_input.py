"""Every page and every address gets junk, on both databases: refusals, never a broken page."""

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from jps.access.rules import PERMISSIONS, Role
from jps.areas.services import load_areas
from jps.db import db
from jps.http import Door, permission_of
from jps.text import one_line
from tests.conftest import NOW, SignIn

AREAS = b"""code,name,type
75,Gorontalo,provinsi
75.01,Gorontalo,kabupaten
75.01.02,Telaga,kecamatan
75.01.02.2003,Bulila,desa
"""
# What databases refuse each in their own way, and what pages must take as text.
REFUSED = {
    "area-nul": "75.01.02.200\x00",
    "large": "9" * 30,
    "last-day": "9999-12-31",
    "long": "x" * 20_000,
}
JUNK = {
    **REFUSED,
    "nul": "\x00",
    "first-day": "0001-01-01",
    "empty": "",
    "negative": "-1",
    "html": "\u202e<script>alert(1)</script>'\"%s{x}",
    "formula": "=cmd|' /C calc'!A0",
}
# What the views read from addresses and forms, besides the names of routes' own parts.
NAMES = (
    *(
        "action",
        "active",
        "address",
        "all",
        "area",
        "area_code",
        "areas",
        "as_of",
        "base",
        "before",
    ),
    *("decided", "desa", "form", "format", "from", "full_name", "go", "id", "in", "indicator"),
    *("inside", "kabkota", "kecamatan", "kind", "language", "level", "line", "member", "name"),
    *("new", "next", "nik", "of", "old", "page", "password", "person", "q", "reason", "role"),
    *("answer", "dated", "number", "period_from", "period_to", "programme", "question", "sheet"),
    *("act", "amount", "by", "count", "first", "months", "number", "of", "on", "outcome", "pick"),
    *("proof", "source", "why", "year"),
    *("state", "text", "to", "use", "username", "verdict", "version", "who"),
    *("about", "code", "due_on", "finding", "from_on", "household", "list", "order", "owner"),
    *("pick", "presence", "programme", "recipient", "result", "source", "strike", "visited_on"),
)
# Who types: whoever comes first of those that may.
TYPISTS = tuple(dict.fromkeys((Role.OPERATOR, Role.ADMINISTRATOR, *Role)))
JSON = (
    '{"reason": "\\ud800", "text": "\\ud800", "entered_by": "\\ud800", "area": "\\u0000"}',
    '{"reason": "a\\u0000", "text": "a\\u0000bc", "entered_by": "\\u0000"}',
    '{"text": "abcd", "entered_by": "\\u0000"}',
    '{"members": [1, {"name": {}}, null], "area_code": ["x"], "id": 5, "choices": {"x": "y"}}',
    "[" * 100_000,
    "null",
    "{",
)


@pytest.fixture
def areas(app: Flask) -> None:
    """One village."""
    with app.app_context():
        load_areas(db.session(), AREAS, by="system", at=NOW)
        db.session.commit()


def addresses(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every route with an address that nothing lies at."""
    parts = {"level": "desa", "version": "1", "library": "leaflet", "filename": "x", "name": "x"}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values = {name: parts.get(name, uuid.uuid4()) for name in rule.arguments}
            _, address = rule.build(values) or ("", "")
            yield rule, address


@pytest.mark.parametrize(
    ("database_url", "junk"),
    [*(("sqlite", name) for name in JUNK), *(("postgresql", name) for name in REFUSED)],
    indirect=["database_url"],
)
@pytest.mark.usefixtures("areas")
def test_no_page_breaks(app: Flask, sign_in: SignIn, junk: str) -> None:
    """Each page gets it from somebody who may open it: everybody else is refused at the door."""
    typed = dict.fromkeys(NAMES, JUNK[junk])
    browsers = {role: sign_in(role, "75.01", username=str(role)) for role in TYPISTS}
    for rule, address in addresses(app):
        if rule.endpoint in {"session.sign_out", "health.readyz"}:
            continue
        for method in {"GET", "POST"} & (rule.methods or set()):
            browser = browsers[who_may(app, rule, method)]
            assert ask(browser, method, address, typed) < 500, (method, rule.rule)


def who_may(app: Flask, rule: Rule, method: str) -> Role:
    """Return somebody who may open a page."""
    permission = permission_of(app, rule.endpoint, method)
    is_open = isinstance(permission, Door)
    found: Role = next(r for r in TYPISTS if is_open or permission in PERMISSIONS[r])
    return found


@pytest.mark.usefixtures("areas")
def test_no_resource_breaks(app: Flask, sign_in: SignIn) -> None:
    program = sign_in(Role.OPERATOR, "75.01")
    for rule, address in addresses(app):
        if not rule.rule.startswith("/api/v1"):
            continue
        for method in (rule.methods or set()) & {"POST", "PUT", "DELETE"}:
            for body in JSON:
                headers = {"Content-Type": "application/json", "If-Match": '"1"'}
                answer = program.open(address, method=method, data=body, headers=headers)
                assert answer.status_code < 500, (method, rule.rule, body[:60])


@pytest.mark.usefixtures("areas")
def test_no_sign_in_breaks(client: FlaskClient) -> None:
    for junk in JUNK.values():
        answer = client.post("/login", data={"username": junk, "password": junk})
        assert answer.status_code == 401, junk[:20]


def test_halves_of_letters_are_dropped() -> None:
    assert one_line("a\ud800b \udfff") == "ab"


def ask(browser: FlaskClient, method: str, address: str, typed: dict[str, str]) -> int:
    """Return the status of an answer to what was typed."""
    if method == "POST":
        return browser.post(address, data=typed).status_code
    short = {name: text[:300] for name, text in typed.items()}
    return browser.get(address, query_string=short).status_code
