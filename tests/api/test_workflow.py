"""Drafts and states through the API."""

import uuid

from tests.api.conftest import Program, created, place
from tests.households_examples import household_document


class TestWorkflow:
    def test_drafts_are_kept_and_sent(self, ani: Program) -> None:
        path = f"/households/{uuid.uuid4()}"
        typed = {"area_code": "75.01.01.2001", "floor_area": "banyak"}
        assert ani.put(path + "/draft", typed).status_code == 428
        answer = ani.put(path + "/draft", typed, headers={"If-None-Match": "*"})
        assert answer.status_code == 200, answer.text
        assert answer.get_json()["document"]["floor_area"] == "banyak"
        assert ani.post(path + "/submission", if_match=1).status_code == 422
        answer = ani.put(path + "/draft", household_document(), if_match=1)
        assert ani.post(path + "/submission", if_match=1).status_code == 412
        answer = ani.post(path + "/submission", if_match=2)
        assert answer.get_json()["state"] == "submitted"
        assert ani.get(path + "/draft").status_code == 404

    def test_two_pairs_of_eyes(self, ani: Program, budi: Program) -> None:
        body = created(ani)
        assert ani.post(place(body) + "/verification", if_match=1).status_code == 403
        assert budi.post(place(body) + "/verification").status_code == 428
        assert budi.post(place(body) + "/verification", if_match=9).status_code == 412
        answer = budi.post(place(body) + "/verification", if_match=1)
        assert answer.get_json()["state"] == "verified"
        late = ani.put(place(body), household_document(floor_area=1), if_match=2)
        assert (late.status_code, late.get_json()["code"]) == (409, "not-editable")
        own = created(budi)
        answer = budi.post(place(own) + "/verification", if_match=1)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "own-work")

    def test_returned_archived_restored(self, ani: Program, budi: Program) -> None:
        body = created(ani)
        assert budi.post(place(body) + "/return", {}, if_match=1).status_code == 422
        answer = budi.post(place(body) + "/return", {"reason": "KK salah"}, if_match=1)
        assert answer.get_json()["state_reason"] == "KK salah"
        answer = budi.post(place(body) + "/archive", {"reason": "Ganda"}, if_match=2)
        assert answer.get_json()["state"] == "archived"
        again = budi.post(place(body) + "/archive", {"reason": "Ganda"}, if_match=3)
        assert (again.status_code, again.get_json()["code"]) == (409, "wrong-state")
        assert budi.post(place(body) + "/restoration", if_match=3).status_code == 200

    def test_remarks_are_read_and_the_last_step_taken_back(
        self, ani: Program, budi: Program
    ) -> None:
        body = created(ani)
        member = body["document"]["members"][0]["id"]
        remarks = [
            {"field": "floor_area", "text": "Ukur lagi"},
            {"field": "nik", "text": "Salah ketik", "member": member},
        ]
        wrong = {"reason": "Periksa", "remarks": [{"field": "nik", "text": " "}]}
        assert budi.post(place(body) + "/return", wrong, if_match=1).status_code == 422
        sent = {"reason": "Periksa", "remarks": remarks}
        assert budi.post(place(body) + "/return", sent, if_match=1).status_code == 200
        items = ani.get(place(body) + "/remarks").get_json()["items"]
        assert {(one["member"], one["field"], one["closed_at"]) for one in items} == {
            (None, "floor_area", None),
            (member, "nik", None),
        }
        assert ani.post(place(body) + "/withdrawal", if_match=2).status_code == 403
        answer = budi.post(place(body) + "/withdrawal", if_match=2)
        assert answer.get_json()["state"] == "submitted"

    def test_steps_of_the_kabupaten_wait_for_the_meeting(self, ani: Program, budi: Program) -> None:
        body = created(ani)
        budi.post(place(body) + "/verification", if_match=1)
        answer = budi.post(place(body) + "/confirmation", if_match=2)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "wrong-state")
        answer = budi.post(place(body) + "/finalisation", {"letter": "SK-1"}, if_match=2)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "wrong-state")
        assert budi.post(place(body) + "/finalisation", {}, if_match=2).status_code == 422

    def test_unsent_changes_are_discarded(self, ani: Program) -> None:
        body = created(ani)
        document = body["document"] | {"floor_area": "?"}
        assert ani.put(place(body) + "/draft", document, if_match=1).status_code == 200
        assert ani.get(place(body)).get_json()["has_draft"] is True
        answer = ani.send("DELETE", place(body) + "/draft", if_match=2)
        assert answer.get_json()["has_draft"] is False
