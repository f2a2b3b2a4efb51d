"""Pages of change requests: who sees what, and what the forms send."""

import re
import uuid
from http import HTTPStatus
from io import BytesIO

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.changes.models import ChangeRequest
from jps.changes.rules import Kind, RequestState
from jps.db import EVERYWHERE, db, set_scope
from tests.changes.village import ELSEWHERE, newborn, office
from tests.conftest import SignIn
from tests.households.conftest import schema as schema
from tests.households.conftest import session as session

SENT = {
    "go": "send",
    "effective_on": "2026-11-01",
    "document_number": "470/12/2026",
    "reason": "Laporan kepala dusun",
}


def requests(app: Flask) -> list[ChangeRequest]:
    """Return all requests."""
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        return list(db.session().scalars(select(ChangeRequest)))


def test_a_request_is_listed_and_decided(app: Flask, sign_in: SignIn) -> None:
    with office(app) as village:
        home = village.settle()
        key, child = home.id, village.ids(home)[2]
    client = sign_in(Role.ENUMERATOR, "75.01")
    answer = client.post(
        f"/households/{key}/changes/new/death", data={**SENT, "member": child, "id": uuid.uuid4()}
    )
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    page = answer.location
    assert client.post(page + "/approve").status_code == HTTPStatus.FORBIDDEN
    desk = sign_in(Role.OPERATOR, "75.01")
    assert "Kematian" in desk.get("/changes/").text
    assert "Nurul" in desk.get(page).text
    answer = desk.post(page + "/approve", data={f"seen.{key}": "2"})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert [one.state for one in requests(app)] == [RequestState.APPROVED]


def test_people_from_elsewhere_are_placed_by_who_decides_there(app: Flask, sign_in: SignIn) -> None:
    with office(app) as village:
        home = village.settle()
        other = village.settle(area_code=ELSEWHERE, gps=None)
        key, target, child = home.id, other.id, village.ids(home)[2]
    client = sign_in(Role.ENUMERATOR, "75.01")
    sent = {**SENT, "member": child, "target": ELSEWHERE, "hint": "Rumah neneknya"}
    answer = client.post(f"/households/{key}/changes/new/move", data=sent)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    page = answer.location
    assert sign_in(Role.OPERATOR, "75.71").get(page).status_code == HTTPStatus.NOT_FOUND
    own = sign_in(Role.OPERATOR, "75.01").get(page).text
    assert "Setujui" not in own
    desk = sign_in(Role.OPERATOR, "75.02")
    seen = desk.get(page).text
    assert "Nurul ABcontoh" in seen
    assert "Hasan ABcontoh" not in seen
    assert "Rumah neneknya" in seen
    picked = {"find": "Jalan Contoh", "household": target, f"relation.{child}": "5"}
    assert "Cucu" in desk.post(page + "/target", data=picked).text
    versions = {f"seen.{key}": "2", f"seen.{target}": "2"}
    answer = desk.post(page + "/approve", data={**picked, **versions})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert "Nurul ABcontoh" in desk.get(f"/households/{target}").text
    timeline = desk.get(f"/households/members/{child}/timeline").text
    assert "Rumah tangga di wilayah lain" in timeline
    assert "Hasan ABcontoh" not in timeline


def test_a_changed_household_is_looked_at_again(app: Flask, sign_in: SignIn) -> None:
    with office(app) as village:
        home = village.settle()
        birth = village.propose(home, Kind.BIRTH, newcomers=[newborn()]).id
        village.change(home, Kind.CORRECTION, answers={"floor_area": "77"})
        key = home.id
    desk = sign_in(Role.OPERATOR, "75.01")
    page = desk.get(f"/changes/{birth}").text
    assert "Data berubah sejak permohonan ini diusulkan" in page
    assert ">77<" in page
    answer = desk.post(f"/changes/{birth}/approve", data={f"seen.{key}": "2"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Periksa lagi" in answer.text
    assert "permohonan perubahan menunggu" in desk.get("/identity/queue").text


def test_evidence_is_kept_and_looking_recorded(app: Flask, sign_in: SignIn) -> None:
    with office(app) as village:
        home = village.settle()
        key, child = home.id, village.ids(home)[2]
    client = sign_in(Role.ENUMERATOR, "75.01")

    def send(content: bytes) -> TestResponse:
        data = {**SENT, "member": child, "document_number": ""}
        file = (BytesIO(content), "../../Hasan 7501010505809001.jpg")
        return client.post(f"/households/{key}/changes/new/death", data={**data, "evidence": file})

    wrong = send(b"<html>")
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = send(b"\xff\xd8\xff contoh")
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    name = requests(app)[0].evidence[0]
    assert re.fullmatch(r"bukti-[0-9a-f-]{36}\.jpg", name)
    desk = sign_in(Role.OPERATOR, "75.01")
    seen = desk.post(f"{answer.location}/evidence/{name}")
    assert seen.data == b"\xff\xd8\xff contoh"
    assert desk.post(f"{answer.location}/evidence/lain.jpg").status_code == HTTPStatus.NOT_FOUND
    with app.app_context():
        actions = list(db.session.scalars(select(AuditEvent.action)))
    assert actions.count("attachment-revealed") == 1


def test_only_verified_households_offer_changes(app: Flask, sign_in: SignIn) -> None:
    with office(app) as village:
        home = village.settle()
        key = home.id
    desk = sign_in(Role.OPERATOR, "75.01")
    assert "Usulkan perubahan" in desk.get(f"/households/{key}").text
    desk.post(f"/households/{key}/return", data={"version": 2, "reason": "Periksa"})
    assert "Usulkan perubahan" not in desk.get(f"/households/{key}").text
    assert desk.get(f"/households/{key}/changes/new").status_code == HTTPStatus.CONFLICT


def test_every_form_opens_and_says_what_is_missing(app: Flask, sign_in: SignIn) -> None:
    with office(app) as village:
        key = village.settle().id
    client = sign_in(Role.ENUMERATOR, "75.01")
    for kind in Kind:
        assert client.get(f"/households/{key}/changes/new/{kind}").status_code == HTTPStatus.OK
        answer = client.post(f"/households/{key}/changes/new/{kind}", data={"go": "send"})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, kind
        assert "Belum terkirim" in answer.text or kind is Kind.CORRECTION
    assert client.get(f"/households/{key}/changes/new/lain").status_code == HTTPStatus.NOT_FOUND


def test_a_correction_changes_what_was_typed_and_no_hidden_number(
    app: Flask, sign_in: SignIn
) -> None:
    with office(app) as village:
        home = village.settle()
        key, head = home.id, village.ids(home)[0]
    client = sign_in(Role.ENUMERATOR, "75.01")
    address = f"/households/{key}/changes/new/correction"
    page = client.get(f"{address}?about={head}").text
    assert "Hasan ABcontoh" in page
    assert "7501010505809010" not in page
    typed = {"name": "Hasan Basri", "nik": "", "kk": ""}
    answer = client.post(address, data={**SENT, "about": head, **typed})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert requests(app)[0].asked == {"people": {head: {"name": "Hasan Basri"}}}
