"""The pages of quality: figures, thresholds, the blind sample, versions of the model."""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.db import EVERYWHERE, db, set_scope
from jps.identity.models import MatchModel
from jps.identity.quality_models import MatchThreshold, ModelChoice, SampleItem
from jps.identity.quality_rules import Answer
from tests.conftest import SignIn
from tests.offices import NewHousehold, areas, household
from tests.registries import (
    FAMILY,
    FATMA,
    Import,
    RunJob,
    csv_bytes,
    home,
    import_file,
    match_all,
    strangers,
)

__all__ = ["areas", "home", "household", "import_file", "match_all"]

HTMX = {"HX-Request": "true"}
Read = Callable[[Select[Any]], list[Any]]


@pytest.fixture
def read(app: Flask) -> Read:
    """Read single values from the database, in a context of its own."""

    def run(query: Select[Any]) -> list[Any]:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            return list(db.session.scalars(query))

    return run


@pytest.fixture
def manager(
    household: NewHousehold, import_file: Import, match_all: RunJob, sign_in: SignIn
) -> FlaskClient:
    """A manager of an office with seven families of the same three people."""
    for n in range(7):
        household("ani", address=f"Jalan {n}")
    import_file(csv_bytes([*FAMILY, *strangers(60)]))
    match_all()
    return sign_in(Role.MANAGER, "75")


def test_thresholds_are_tried_moved_and_taken_back(
    manager: FlaskClient, read: Read, sign_in: SignIn
) -> None:
    page = manager.get("/matching/quality/")
    assert page.status_code == HTTPStatus.OK
    assert "belum ada sampel" in page.text
    part = manager.get("/matching/quality/?link=2&sure=30", headers=HTMX).text
    assert "<html" not in part
    assert "+21" in part
    assert "paling banyak 30" in part
    bad = manager.get("/matching/quality/?link=7&sure=2", headers=HTMX).text
    assert "tidak boleh di bawah" in bad
    sent = {"link": "2", "sure": "30"}
    assert manager.post("/matching/quality/thresholds", data=sent).status_code == 422
    sent["reason"] = "Lebih hati-hati"
    moved = manager.post("/matching/quality/thresholds", data=sent)
    assert moved.status_code == HTTPStatus.SEE_OTHER
    assert "/jobs/" in moved.location
    assert read(select(MatchThreshold.sure)) == [30.0]
    page = manager.get("/matching/quality/")
    assert "masih dari pemadanan terakhir" in page.text
    undo = re.search(r"/matching/quality/thresholds/\d+/undo", page.text)
    assert undo is not None
    part_only = sign_in(Role.MANAGER, "75.01")
    assert part_only.post(undo[0]).status_code == HTTPStatus.FORBIDDEN
    assert manager.post(undo[0]).status_code == HTTPStatus.SEE_OTHER
    assert read(select(MatchThreshold.sure).order_by(MatchThreshold.id)) == [30.0, 5.0]


def test_the_figures_name_nobody(manager: FlaskClient, read: Read) -> None:
    answer = manager.post("/matching/quality/figures", data={"area": "75.01"})
    found = json.loads(answer.text)
    assert found["members"] == 21
    assert list(found["areas"]) == ["75.01.01"]
    assert "contoh" not in answer.text.lower()
    told = select(AuditEvent.area_code).where(AuditEvent.action == "figures-exported")
    assert read(told) == ["75.01"]


def test_who_looks_a_member_up_is_not_led(
    manager: FlaskClient, read: Read, sign_in: SignIn
) -> None:
    assert manager.post("/matching/sample/", data={"size": "3"}).status_code == 422
    drawn = manager.post("/matching/sample/", data={"size": "20", "seed": "4"})
    assert drawn.status_code == HTTPStatus.SEE_OTHER
    assert "0 dari 20 terjawab" in manager.get("/matching/sample/").text
    other = sign_in(Role.OPERATOR, "75.02")
    assert other.get("/matching/sample/next").location.endswith("/matching/sample/")
    operator = sign_in(Role.OPERATOR, "75.01")
    address = operator.get("/matching/sample/next").location
    page = operator.get(address)
    assert page.status_code == HTTPStatus.OK
    for word in ("bit", "Padan", "Keyakinan", "Nama sama", "peluang"):
        assert not re.search(rf"\b{word}\b", page.text.partition("<main")[2]), word
    assert FATMA[0] not in page.text
    assert other.get(address).status_code == HTTPStatus.NOT_FOUND
    search = address.partition("?")[0] + "/search"
    hits = operator.post(search, data={"name": "fatm"}, headers=HTMX).text
    assert "FATMA CONTOH" in hits
    assert "paling sedikit 3 huruf" in operator.post(search, data={"name": "f"}).text
    assert "Tidak ada yang cocok" in operator.post(search, data={"name": "zzz"}).text
    assert "FATMA" in operator.post(search, data={"nik": FATMA[0]}, headers=HTMX).text
    here = address.partition("?")[0]
    assert operator.post(here, data={"answer": "nonsense"}).status_code == 422
    assert operator.post(here, data={"answer": "same"}).status_code == HTTPStatus.SEE_OTHER
    answered = select(SampleItem.answer).where(SampleItem.answer.is_not(None))
    assert read(answered) == [Answer.SAME]
    assert "1 dari 20 terjawab" in manager.get("/matching/sample/").text
    second = sign_in(Role.OPERATOR, "75.01.01")
    assert second.post(here, data={"answer": "absent"}).status_code == HTTPStatus.CONFLICT


def test_models_are_shown_compared_and_chosen(manager: FlaskClient, read: Read) -> None:
    (number,) = read(select(MatchModel.id))
    assert f"/matching/models/{number}" in manager.get("/matching/models/").text
    page = manager.get(f"/matching/models/{number}")
    assert "Tanggal lahir sama" in page.text
    assert manager.get("/matching/models/999").status_code == HTTPStatus.NOT_FOUND
    found = manager.get(f"/matching/models/compare?first={number}&second={number}")
    assert "Tidak ada yang berganti keadaan" in found.text
    refused = manager.post("/matching/models/use", data={"model": number, "reason": ""})
    assert refused.status_code == 422
    used = manager.post("/matching/models/use", data={"model": number, "reason": "Terbukti"})
    assert used.status_code == HTTPStatus.SEE_OTHER
    assert read(select(ModelChoice.model_id)) == [number]
    assert "dipakai terus" in manager.get("/matching/models/").text


def test_an_odd_registry_is_announced_and_accepted(
    manager: FlaskClient,
    import_file: Import,
    match_all: RunJob,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jps.identity.drift_rules.FEWEST", 1)
    import_file(csv_bytes(strangers(60)))
    assert match_all().state == "failed"
    for path in ("/matching/quality/", "/identity/queue"):
        page = manager.get(path).text
        assert "Periksa dulu." in page
        assert "NIK yang persis sama dari 100,0" in page
        assert "Terima dan padankan" in page
    assert "Periksa dulu." in sign_in(Role.ADMINISTRATOR, "75").get("/registry/").text
    elsewhere = sign_in(Role.OPERATOR, "75.02").get("/matching/quality/").text
    assert "Periksa dulu." in elsewhere
    assert "Terima dan padankan" not in elsewhere
    refused = manager.post("/matching/quality/snapshot", data={"reason": " "})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    accepted = manager.post("/matching/quality/snapshot", data={"reason": "Dicek ke Dukcapil"})
    assert accepted.status_code == HTTPStatus.SEE_OTHER
    assert "Perlu diperhatikan." in manager.get("/matching/quality/").text
