"""Every page says in the menu where the reader is: below one entry, and below no other."""

from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask

from jps.access.rules import PERMISSIONS, Role
from jps.http import permission_of
from jps.web.menu import BELOW, BESIDE, ENTRIES, entry_of
from tests.conftest import SignIn
from tests.databases import Databases
from tests.test_routes import address, may_pass, routes

NO_PAGES = ("api", "static", "vendor", "openrosa", "photos", "bundles")


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: where a page stands does not depend on the database."""
    return databases.sqlite(tmp_path / "office")


def test_every_page_is_below_an_entry_or_named_as_beside_the_menu(app: Flask) -> None:
    lost = {
        rule.endpoint
        for method, rule in routes(app)
        if method == "GET"
        and not rule.endpoint.startswith(NO_PAGES)
        and entry_of(rule.endpoint) is None
        and rule.endpoint.split(".")[0] not in BESIDE
    }
    assert not lost


def test_the_table_names_what_there_is(app: Flask) -> None:
    entries = {entry[1] for entry in ENTRIES}
    known = {*app.blueprints, *app.view_functions}
    assert set(BELOW) <= entries
    assert frozenset().union(*BELOW.values()) - known == set()
    below = [name for names in BELOW.values() for name in names]
    assert len(below) == len(set(below))


@pytest.mark.parametrize("role", Role)
def test_a_page_marks_its_entry_alone(app: Flask, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role, "75")
    needed = {entry[1]: entry[0] for entry in ENTRIES}
    for method, rule in routes(app):
        permission = permission_of(app, rule.endpoint, method)
        if method != "GET" or rule.arguments or not may_pass(role, permission):
            continue
        answer = client.get(address(app, rule))
        if answer.status_code != HTTPStatus.OK or answer.mimetype != "text/html":
            continue
        if 'id="menu"' not in answer.text:
            continue  # a part of a page
        menu = answer.text.partition('id="menu"')[2].partition("</nav>")[0]
        entry = entry_of(rule.endpoint)
        expected = entry is not None and needed[entry] in PERMISSIONS[role]
        assert menu.count("aria-current=page") == expected, rule.rule
        assert menu.count('<summary class="nav-link active"') <= 1, rule.rule
