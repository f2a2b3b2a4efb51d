"""Fixtures of the page tests: people in browsers without a browser."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from jps.access.rules import Role
from jps.db import EVERYWHERE, db, set_scope
from jps.households.queries import get_household
from jps.households.services import current_document
from tests.conftest import SignIn

VILLAGE = "75.01.01.2001"
SCRIPT = {"Accept": "application/json", "HX-Request": "true"}


@dataclass(frozen=True)
class Visitor:
    """Somebody in a browser."""

    client: FlaskClient
    username: str

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def send(self, path: str, script: bool = False, **fields: Any) -> TestResponse:
        """Press a button of the page at `path`, with the mark that the page carries.

        Dots in names of fields are written `__`.
        """
        data = {name.replace("__", "."): value for name, value in fields.items()}
        data.setdefault("base", self.base(path))
        return self.client.post(path, data=data, headers=SCRIPT if script else None)

    def base(self, path: str) -> str:
        """Return the mark of what the page at `path` shows now."""
        found = re.search(r'name="base" value="([^"]*)"', self.get(path).text)
        return found[1] if found else ""

    def begin(self, village: str = VILLAGE) -> str:
        """Begin a household; return the address of its form."""
        answer = self.client.post("/entry/new", data={"area_code": village, "id": uuid.uuid4()})
        assert answer.status_code == 303, answer.text
        return answer.location.rpartition("/")[0]


NewVisitor = Callable[..., Visitor]


@pytest.fixture
def person(areas: None, sign_in: SignIn) -> NewVisitor:
    """Sign somebody in: `person("ani", Role.ENUMERATOR, "75.01")`."""

    def enter(username: str, role: Role = Role.ENUMERATOR, *codes: str) -> Visitor:
        return Visitor(sign_in(role, *(codes or ("75.01",)), username=username), username)

    return enter


@pytest.fixture
def ani(person: NewVisitor) -> Visitor:
    """An enumerator of the first kabupaten."""
    return person("ani")


@pytest.fixture
def budi(person: NewVisitor) -> Visitor:
    """An operator of the first kabupaten."""
    return person("budi", Role.OPERATOR)


@pytest.fixture
def document(app: Flask) -> Callable[[str], dict[str, Any]]:
    """Read what the form of a household shows."""

    def read(address: str) -> dict[str, Any]:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            found = get_household(db.session(), uuid.UUID(address.rpartition("/")[2]))
            return current_document(db.session(), found)

    return read
