"""Change requests through the REST interface."""

import uuid
from http import HTTPStatus
from typing import Any

from flask import Flask

from jps.access.rules import Role
from tests.api.conftest import NewProgram
from tests.changes.village import ELSEWHERE, newborn, office

NIK = "7501010505809010"


def body(home: uuid.UUID, kind: str, **asked: Any) -> dict[str, Any]:
    """Return a proposal."""
    return {
        "household_id": str(home),
        "kind": kind,
        "effective_on": "2026-11-01",
        "reason": "Laporan kepala dusun",
        "document_number": "470/12/2026",
        "asked": asked,
    }


def test_a_request_goes_its_way(app: Flask, program: NewProgram) -> None:
    with office(app) as village:
        home = village.settle().id
    ani, budi = program(Role.ENUMERATOR, "75.01"), program(Role.OPERATOR, "75.01")
    sent = body(home, "birth", newcomers=[newborn(relation="3")]) | {"id": str(uuid.uuid4())}
    made = ani.post("/changes", sent)
    assert made.status_code == HTTPStatus.CREATED, made.text
    assert made.get_json()["id"] == sent["id"] == ani.post("/changes", sent).get_json()["id"]
    place = f"/changes/{sent['id']}"
    assert {one["household"] for one in made.get_json()["changes"]} == {str(home)}
    assert ani.post(f"{place}/approval", {"versions": {}}).status_code == HTTPStatus.FORBIDDEN
    old = budi.post(f"{place}/approval", {"versions": {str(home): 1}})
    assert (old.status_code, old.get_json()["code"]) == (HTTPStatus.CONFLICT, "changed-since")
    done = budi.post(f"{place}/approval", {"versions": budi.get(place).get_json()["versions"]})
    assert (done.status_code, done.get_json()["state"]) == (HTTPStatus.OK, "approved")
    assert budi.get(f"/households/{home}").get_json()["household_size"] == 4
    undone = budi.post(f"{place}/undoing", {"reason": "Salah rumah"})
    assert undone.get_json()["state"] == "undone"
    assert budi.get(f"/households/{home}").get_json()["household_size"] == 3


def test_what_is_wrong_is_said_at_its_place(app: Flask, program: NewProgram) -> None:
    with office(app) as village:
        first = village.settle()
        home, head = first.id, village.ids(first)[0]
    ani = program(Role.ENUMERATOR, "75.01")
    answer = ani.post("/changes", body(home, "death", members=[head]))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    found = answer.get_json()
    assert (found["code"], list(found["errors"])) == ("invalid-change", ["members"])
    assert ani.post("/changes", body(home, "eclipse")).status_code == 422
    unknown = body(home, "birth", newcomers=[newborn()]) | {"evidence": ["tidak-ada.jpg"]}
    assert ani.post("/changes", unknown).status_code == HTTPStatus.NOT_FOUND


def test_numbers_are_masked_and_other_areas_silent(app: Flask, program: NewProgram) -> None:
    with office(app) as village:
        first, second = village.settle(), village.settle(area_code=ELSEWHERE, gps=None)
        home, (head, wife, child) = first.id, village.ids(first)
        other = second.id
    ani, citra = program(Role.ENUMERATOR, "75.01"), program(Role.OPERATOR, "75.02")
    people = {head: {"nik": "7501010505809099"}}
    made = ani.post("/changes", body(home, "correction", people=people))
    assert "7501010505809099" not in made.text
    assert NIK not in made.text
    assert citra.get(f"/changes/{made.get_json()['id']}").status_code == HTTPStatus.NOT_FOUND
    assert citra.post("/changes", body(other, "join", household=str(home))).status_code == 404
    asked = {"members": [child], "area_code": ELSEWHERE, "hint": "Rumah neneknya"}
    away = ani.post("/changes", body(home, "move", **asked)).get_json()
    seen = citra.get(f"/changes/{away['id']}")
    assert (seen.status_code, seen.get_json()["changes"]) == (HTTPStatus.OK, [])
    listed = citra.get("/changes?state=proposed").get_json()["items"]
    assert [one["id"] for one in listed] == [away["id"]]
    assert wife not in seen.text
