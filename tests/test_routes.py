"""Every way in declares who may pass, and everybody else is refused."""

import uuid
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from jps.access.rules import PERMISSIONS, Can, Role
from jps.http import Door, permission_of
from jps.web.home import LANDING
from jps.web.menu import ENTRIES
from tests.conftest import SignIn
from tests.databases import Databases

SAMPLES: dict[str, object] = {"UUIDConverter": uuid.UUID(int=9), "IntegerConverter": 9}
REFUSALS = {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """An application that may get routes."""
    return own_app


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: who may pass does not depend on the database."""
    return databases.sqlite(tmp_path / "office")


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Yield method and rule of every route."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def address(app: Flask, rule: Rule) -> str:
    """Return an address of `rule`, its parameters filled with something of the right kind."""
    values = {
        name: SAMPLES.get(type(converter).__name__, "x")
        for name, converter in rule._converters.items()
    }
    adapter = app.url_map.bind("localhost")
    return adapter.build(rule.endpoint, values, method=_method(rule))


def _method(rule: Rule) -> str:
    return sorted((rule.methods or {"GET"}) - {"HEAD", "OPTIONS"})[0]


def may_pass(role: Role, permission: Can | Door | None) -> bool:
    """Whether people of `role` get through."""
    return isinstance(permission, Door) or permission in PERMISSIONS[role]


def test_every_route_declares_a_permission(app: Flask) -> None:
    found = [
        f"{method} {rule.rule}"
        for method, rule in routes(app)
        if permission_of(app, rule.endpoint, method) is None
    ]
    assert not found, "\n".join(found)


def test_a_route_that_declares_none_is_refused(app: Flask, sign_in: SignIn) -> None:
    app.add_url_rule("/forgotten", view_func=lambda: "secret")
    for role in Role:
        answer = sign_in(role).get("/forgotten")
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "secret" not in answer.text


def test_strangers_pass_only_open_doors(app: Flask) -> None:
    client = app.test_client()
    for method, rule in routes(app):
        if permission_of(app, rule.endpoint, method) is Door.OPEN:
            continue
        answer = client.open(address(app, rule), method=method)
        inside = rule.rule.startswith("/api/")
        expected = HTTPStatus.UNAUTHORIZED if inside else HTTPStatus.FOUND
        assert answer.status_code == expected, f"{method} {rule.rule}"
        assert inside or answer.location.startswith("/login"), f"{method} {rule.rule}"


def test_open_doors_are_few(app: Flask) -> None:
    """Adding one is a decision: it is written here too."""
    found = {
        f"{method} {rule.rule}"
        for method, rule in routes(app)
        if permission_of(app, rule.endpoint, method) is Door.OPEN
    }
    below_odk = {
        f"{method} /odk/{rest}"
        for method in ("DELETE", "GET", "PATCH", "POST", "PUT")
        for rest in ("", "<path:rest>")  # whatever else is asked there is told, not redirected
    }
    assert found == below_odk | {
        "GET /api/docs",
        "GET /api/openapi.json",
        "GET /bundles/<name>/<version>.js",
        "GET /check/",
        "GET /check/<code>",
        "GET /healthz",
        "GET /login",
        # The token in the address is what lets a phone in (`jps.openrosa.doors.by_token`).
        "GET /odk/<token>/formList",
        "GET /odk/<token>/forms/<form_id>",
        "GET /odk/<token>/forms/<form_id>/manifest",
        "GET /odk/<token>/integrity",
        "GET /odk/<token>/media/<name>",
        "POST /odk/<token>/submission",
        "GET /phone/",
        "GET /phone/<version>/<name>",
        "GET /phone/icons/<name>",
        "GET /phone/manifest.webmanifest",
        "GET /phone/worker.js",
        "GET /public/",
        "GET /public/data.csv",
        "GET /readyz",
        "GET /static/<path:filename>",
        "GET /vendor/<library>/<version>/<path:name>",
        "POST /language",
        "POST /login",
    }


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_not_do_is_refused(app: Flask, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    for method, rule in routes(app):
        if not may_pass(role, permission_of(app, rule.endpoint, method)):
            answer = client.open(address(app, rule), method=method)
            assert answer.status_code in REFUSALS, f"{method} {rule.rule}: {answer.status}"


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_see_opens_in_an_empty_office(
    app: Flask, sign_in: SignIn, role: Role
) -> None:
    client = sign_in(role)
    for method, rule in routes(app):
        if method != "GET" or rule.arguments:
            continue
        if may_pass(role, permission_of(app, rule.endpoint, method)):
            answer = client.get(address(app, rule))
            assert answer.status_code not in REFUSALS, f"{rule.rule}: {answer.status}"
            assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, rule.rule


@pytest.mark.parametrize("role", Role)
def test_every_role_lands_where_it_may_be(app: Flask, role: Role) -> None:
    assert may_pass(role, permission_of(app, LANDING[role], "GET"))


def test_the_menu_leads_to_pages(app: Flask) -> None:
    for permission, endpoint, _icon, _text in ENTRIES:
        assert permission_of(app, endpoint, "GET") is permission


def test_every_permission_is_given_and_asked(app: Flask) -> None:
    asked = {permission_of(app, rule.endpoint, method) for method, rule in routes(app)}
    given = frozenset[Can]().union(*PERMISSIONS.values())
    assert set(Can) - given == set()
    assert set(Can) - asked == set()
