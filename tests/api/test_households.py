"""One household: create, read, replace, history, full numbers."""

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.db import db, everywhere
from jps.households.models import Household, HouseholdConflict
from tests.api.conftest import NewProgram, Program, created, place
from tests.households_examples import household_document

MASKED = "7501**********01"


class TestCreate:
    def test_answers_with_the_household(self, ani: Program) -> None:
        answer = ani.post("/households", household_document())
        body = answer.get_json()
        assert answer.status_code == 201
        assert answer.headers["ETag"] == '"1"'
        assert answer.headers["Location"].endswith(body["id"])
        assert (body["state"], body["version"], body["head_name"]) == (
            "submitted",
            1,
            "Hasan Contoh",
        )
        assert (body["entered_by"], body["source"]) == ("ani", "api")
        assert body["document"]["members"][0]["nik"] == MASKED
        assert body["families"][0]["kk"] == MASKED
        assert len(body["families"][0]["members"]) == 3
        assert body["calculated"]["ppi_household_size"] == "2"

    def test_sent_twice_is_one(self, ani: Program) -> None:
        document = household_document(id=str(uuid.uuid4()))
        answers = [ani.post("/households", document) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 200]
        assert answers[0].get_json()["id"] == answers[1].get_json()["id"]

    def test_same_id_other_content_is_409_and_kept(self, app: Flask, ani: Program) -> None:
        document = household_document(id=str(uuid.uuid4()))
        ani.post("/households", document)
        answer = ani.post("/households", {**document, "floor_area": 99})
        assert answer.status_code == 409
        assert answer.mimetype == "application/problem+json"
        with app.app_context(), everywhere(db.session()):
            kept = db.session.scalars(select(HouseholdConflict)).one()
            assert str(kept.id) == answer.get_json()["conflict"]

    def test_problems_stand_at_their_paths(self, ani: Program) -> None:
        document = household_document(floor_area="banyak", nonsense="1")
        document["members"][1]["nik"] = "123"
        del document["tenure"]
        answer = ani.post("/households", document)
        body = answer.get_json()
        assert answer.status_code == 422
        assert body["code"] == "invalid-household"
        assert set(body["errors"]) >= {"floor_area", "nonsense", "members[1].nik", "tenure"}

    def test_warnings_do_not_refuse(self, ani: Program) -> None:
        document = household_document()
        document["members"][0]["birth_date"] = "1980-05-06"
        document["members"][0]["nik"] = "7501010505809001"
        body = ani.post("/households", document).get_json()
        assert [found["path"] for found in body["warnings"]] == ["members[0].birth_date"]

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"address": "x" * 5_000_000}, "address"),
            ({"members": "Hasan"}, "members"),
            ({"members": [7]}, "members[0]"),
            ({"id": "7"}, "id"),
            ({"id": 7}, "id"),
            ({"gps": [1, 2]}, "gps"),
            ({"floor_area": {"a": 1}}, "floor_area"),
            ({"floor_area": True}, "floor_area"),
            ({"floor_area": 10**400}, "floor_area"),
            ({"address": "\ud800"}, "address"),
            ({"address": "a\x00"}, "address"),
            ({"area_code": "75"}, "area_code"),
        ],
    )
    def test_any_wrong_value_is_refused_at_its_path(
        self, ani: Program, change: dict[str, Any], path: str
    ) -> None:
        answer = ani.post("/households", household_document(**change))
        assert answer.status_code == 422, answer.text
        assert path in answer.get_json()["errors"]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 400),
            (b"{", 400),
            (b"[]", 400),
            (b"[" * 200_000, 400),
            (b'{"floor_area": ' + b"9" * 5000 + b"}", 400),
            (b"null", 400),
            (b'{"a": "' + b"x" * 17_000_000 + b'"}', 413),
            (b"\xff\xfe", 400),
        ],
    )
    def test_what_is_not_json_is_refused(self, ani: Program, body: bytes, status: int) -> None:
        answer = ani.send(
            "POST", "/households", data=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == status, answer.text
        assert answer.mimetype == "application/problem+json"

    def test_html_and_formulas_are_data(self, ani: Program) -> None:
        text = '=HYPERLINK("http://x") <script>alert(1)</script>'
        body = created(ani, address=text)
        assert ani.get(place(body)).get_json()["document"]["address"] == text

    def test_another_area_is_refused(self, ani: Program) -> None:
        answer = ani.post("/households", household_document(area_code="75.02.01.2001"))
        assert (answer.status_code, answer.get_json()["code"]) == (403, "outside-area")

    def test_an_unknown_village_is_refused(self, ani: Program) -> None:
        answer = ani.post("/households", household_document(area_code="75.01.01.2999"))
        assert answer.status_code == 422
        assert list(answer.get_json()["errors"]) == ["area_code"]


class TestRead:
    def test_unchanged_is_304(self, ani: Program) -> None:
        body = created(ani)
        for etag in ('"1"', 'W/"1"', "*"):
            answer = ani.get(place(body), headers={"If-None-Match": etag})
            assert answer.status_code == 304
            assert answer.headers["ETag"] == '"1"'
        assert ani.get(place(body), headers={"If-None-Match": '"2"'}).status_code == 200

    def test_outside_ones_area_there_is_nothing(self, program: NewProgram, ani: Program) -> None:
        body = created(ani)
        citra = program(Role.ENUMERATOR, "75.02", username="citra")
        assert citra.get(place(body)).status_code == 404
        assert citra.get(place(body) + "/history").status_code == 404
        assert citra.get("/households").get_json()["total"] == 0

    def test_what_does_not_exist_is_404(self, ani: Program) -> None:
        assert ani.get(f"/households/{uuid.uuid4()}").status_code == 404
        assert ani.get("/households/7").status_code == 404

    def test_full_numbers_need_a_right_and_a_reason(
        self, app: Flask, ani: Program, budi: Program
    ) -> None:
        body = created(ani)
        assert ani.post(place(body) + "/reveal", {"reason": "Cek"}).status_code == 403
        assert budi.post(place(body) + "/reveal", {}).status_code == 422
        assert budi.post(place(body) + "/reveal", {"reason": " "}).status_code == 422
        answer = budi.post(place(body) + "/reveal", {"reason": "Cek KTP"})
        assert answer.get_json()["document"]["members"][0]["nik"] == "7501010505809001"
        with app.app_context():
            event = db.session.scalars(
                select(AuditEvent).where(AuditEvent.action == "nik-revealed")
            ).one()
            assert (event.actor, event.details) == ("budi", {"reason": "Cek KTP"})

    def test_history_masks_numbers(self, ani: Program) -> None:
        body = created(ani)
        items = ani.get(place(body) + "/history").get_json()["items"]
        numbers = [item["new"] for item in items if item["field"] == "nik"]
        assert len(numbers) == 3
        assert all("*" in number for number in numbers)


class TestReplace:
    def test_needs_the_version_it_is_based_on(self, ani: Program) -> None:
        body = created(ani)
        document = household_document(floor_area=40)
        assert ani.put(place(body), document).status_code == 428
        for wrong in ("*", '"x"', '"1", "2"'):
            answer = ani.put(place(body), document, headers={"If-Match": wrong})
            assert answer.status_code in {412, 428}
        answer = ani.put(place(body), document, if_match=1)
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"2"'
        assert answer.get_json()["document"]["floor_area"] == 40

    def test_weak_tags_count(self, ani: Program) -> None:
        body = created(ani)
        document = household_document(floor_area=40)
        answer = ani.put(place(body), document, headers={"If-Match": 'W/"1"'})
        assert answer.status_code == 200

    def test_what_was_read_can_be_sent_back(self, app: Flask, ani: Program) -> None:
        body = created(ani)
        document = body["document"] | {"floor_area": 41}
        answer = ani.put(place(body), document, if_match=1)
        assert answer.status_code == 200, answer.text
        keys = {item["key"] for item in ani.get(place(body) + "/history").get_json()["items"][:1]}
        assert keys == {"floor_area"}

    def test_a_mask_of_another_number_is_refused(self, ani: Program) -> None:
        body = created(ani)
        document = body["document"]
        document["members"][0]["nik"] = "7501**********99"
        document["members"][1]["id"] = str(uuid.uuid4())
        answer = ani.put(place(body), document, if_match=1)
        assert answer.status_code == 422
        assert set(answer.get_json()["errors"]) == {
            "members[0].nik",
            "members[1].nik",
            "members[1].kk",
        }

    def test_too_late_is_412_and_kept(self, ani: Program, budi: Program) -> None:
        body = created(ani)
        ani.put(place(body), household_document(floor_area=40), if_match=1)
        answer = budi.put(place(body), household_document(floor_area=50), if_match=1)
        problem = answer.get_json()
        assert (answer.status_code, problem["current_version"]) == (412, 2)
        conflict = budi.get(f"/conflicts/{problem['conflict']}").get_json()
        assert [(d["key"], d["old"], d["new"]) for d in conflict["differences"]] == [
            ("floor_area", 40, 50)
        ]
        assert len(budi.get("/conflicts").get_json()["items"]) == 1
        chosen = {"choices": {"floor_area": "refused"}}
        path = f"/conflicts/{problem['conflict']}/resolution"
        assert budi.post(path, chosen).status_code == 428
        assert budi.post(path, {"choices": {"a": "b"}}, if_match=2).status_code == 422
        assert budi.post(path, chosen, if_match=2).status_code == 200
        answer = budi.post(place(body) + "/submission", if_match=3)
        assert answer.get_json()["document"]["floor_area"] == 50
        assert budi.get("/conflicts").get_json()["items"] == []

    def test_the_id_in_the_address_counts(self, ani: Program) -> None:
        body = created(ani)
        document = household_document(id=str(uuid.uuid4()), floor_area=40)
        assert ani.put(place(body), document, if_match=1).get_json()["id"] == body["id"]


def test_nothing_is_stored_when_something_is_wrong(app: Flask, ani: Program) -> None:
    ani.post("/households", household_document(floor_area=-1))
    with app.app_context(), everywhere(db.session()):
        assert db.session.scalar(select(func.count()).select_from(Household)) == 0
