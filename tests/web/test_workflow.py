"""The pages of the workflow: returning, meetings, deadlines, many at once, progress."""

import csv
import io
import re
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from jps.access.rules import Role
from jps.batches.models import Batch
from jps.db import db
from jps.deadlines.models import Deadline
from jps.households.rules import State
from tests.databases import Databases
from tests.offices import NewHousehold, Stored
from tests.web.conftest import NewVisitor, Visitor

PDF = b"%PDF-1.4\nberita acara contoh"
HERE = "75.01.01.2001"


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: the services are tested on both."""
    return databases.sqlite(tmp_path / "office")


def step(visitor: Visitor, identity: str, name: str, version: int, **fields: str) -> int:
    """Press a button of the household's page."""
    data = {"version": version, **fields}
    return visitor.client.post(f"/households/{identity}/{name}", data=data).status_code


class TestReturning:
    def test_every_answer_has_room_and_numbers_are_masked(
        self, budi: Visitor, household: NewHousehold, stored: Stored
    ) -> None:
        identity = household("ani")
        page = budi.get(f"/households/{identity}/return").text
        member = stored(identity).members[0].id
        assert f'name="remark.{member}.nik"' in page
        assert 'name="remark.household.floor_material"' in page
        assert "7501010505809001" not in page

    def test_what_was_typed_stays_when_the_reason_is_missing(
        self, budi: Visitor, household: NewHousehold, stored: Stored
    ) -> None:
        identity = household("ani")
        data = {"version": stored(identity).version, "remark.household.floor_area": "Ukur lagi"}
        answer = budi.client.post(f"/households/{identity}/return", data=data)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert 'value="Ukur lagi"' in answer.text
        assert stored(identity).state == State.SUBMITTED

    def test_the_enumerator_sees_them_at_the_field(
        self, ani: Visitor, budi: Visitor, household: NewHousehold, stored: Stored
    ) -> None:
        identity = household("ani")
        data = {"version": stored(identity).version, "reason": "Periksa"}
        data |= {"remark.household.floor_area": "Ukur lagi", "remark.x.nik": "?", "remark.": "?"}
        answer = budi.client.post(f"/households/{identity}/return", data=data)
        assert answer.status_code == HTTPStatus.SEE_OTHER
        assert ani.get(f"/entry/{identity}").location.endswith("/review")
        assert "Ukur lagi" in ani.get(f"/entry/{identity}/review").text
        assert "Ukur lagi" in ani.get(f"/entry/{identity}/dwelling").text
        assert "Ukur lagi" not in ani.get(f"/entry/{identity}/assets").text


class TestLevels:
    def test_a_village_operator_has_no_step_of_the_kabupaten(
        self, person: NewVisitor, household: NewHousehold
    ) -> None:
        identity = household("ani")
        desa = person("desa", Role.OPERATOR, HERE)
        assert step(desa, identity, "confirm", 1) == HTTPStatus.FORBIDDEN
        assert step(desa, identity, "finalise", 1, letter="SK") == HTTPStatus.FORBIDDEN
        assert desa.get("/deadlines/").status_code == HTTPStatus.FORBIDDEN
        assert desa.get("/meetings/").status_code == HTTPStatus.OK

    def test_of_a_larger_area_they_are_there(
        self, budi: Visitor, household: NewHousehold, stored: Stored
    ) -> None:
        identity = household("ani")
        version = stored(identity).version
        assert step(budi, identity, "confirm", version) == HTTPStatus.CONFLICT
        assert step(budi, identity, "verify", version) == HTTPStatus.SEE_OTHER
        page = budi.get(f"/households/{identity}").text
        assert f"/households/{identity}/withdraw" in page
        assert step(budi, identity, "withdraw", version + 1) == HTTPStatus.SEE_OTHER
        assert stored(identity).state == State.SUBMITTED


class TestMeetings:
    def begin(self, visitor: Visitor) -> str:
        """Begin a meeting; return its address."""
        data = {"area_code": HERE, "held_on": "2026-11-01"}
        answer = visitor.client.post("/meetings/new", data=data)
        assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
        return str(answer.location)

    def test_minutes_are_a_picture_or_a_paper(self, budi: Visitor, household: NewHousehold) -> None:
        household("ani")
        path = self.begin(budi)
        for content, expected in (
            (b"<script>alert(1)</script>", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
            (b"", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
            (b"%PDF-" + b"x" * (10 * 2**20), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            (PDF, HTTPStatus.SEE_OTHER),
        ):
            head = 'Content-Disposition: form-data; name="minutes"; filename="ba.pdf"'
            body = b"--x\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n--x--\r\n"
            kind = "multipart/form-data; boundary=x"
            answer = budi.client.post(path + "/minutes", data=body, content_type=kind)
            assert answer.status_code == expected
        with budi.get(path + "/minutes") as minutes:
            assert minutes.data == PDF
            assert minutes.headers["Content-Disposition"].startswith("attachment")

    def test_a_decision_of_somebody_else_is_not_overwritten(
        self, budi: Visitor, household: NewHousehold, stored: Stored
    ) -> None:
        identity = household("ani")
        step(budi, identity, "verify", stored(identity).version)
        path = self.begin(budi)

        def decide(choice: str, was: str) -> int:
            data = {f"d.{identity}": choice, f"was.{identity}": was, f"t.{identity}": ""}
            return budi.client.post(path + "/decisions", data=data).status_code

        assert decide("agreed", "") == HTTPStatus.SEE_OTHER
        assert decide("moved", "") == HTTPStatus.CONFLICT
        assert decide("other", "agreed") == HTTPStatus.UNPROCESSABLE_ENTITY
        assert decide("moved", "agreed") == HTTPStatus.SEE_OTHER
        assert "Pindah" in budi.get(path + "/print").text
        assert "7501010505809001" not in budi.get(path + "/print").text
        assert budi.client.post(path + "/close").status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    def test_a_manager_holds_none(self, person: NewVisitor) -> None:
        manager = person("mira", Role.MANAGER)
        assert manager.get("/meetings/").status_code == HTTPStatus.FORBIDDEN


class TestManyAtOnce:
    def create(self, visitor: Visitor, **fields: str) -> tuple[int, str]:
        answer = visitor.client.post("/batches/", data=fields)
        return answer.status_code, str(answer.location)

    def test_all_of_the_filter(
        self, budi: Visitor, household: NewHousehold, stored: Stored
    ) -> None:
        inside = [household("ani", area_code="75.01.01.2002") for _ in range(2)]
        outside = household("ani")
        status, path = self.create(budi, act="verify", all="1", area="75.01.01.2002")
        assert status == HTTPStatus.SEE_OTHER
        assert "Jalankan untuk 2 rumah tangga" in budi.get(path).text
        assert {stored(key).state for key in inside} == {State.SUBMITTED}, "nothing happened yet"
        assert budi.client.post(path + "/run").status_code == HTTPStatus.SEE_OTHER
        assert {stored(key).state for key in inside} == {State.VERIFIED}
        assert stored(outside).state == State.SUBMITTED
        assert budi.client.post(path + "/run").status_code == HTTPStatus.CONFLICT
        rows = list(csv.reader(io.StringIO(budi.get(path + "/results.csv").text)))
        assert [row[2] for row in rows[1:]] == ["done", "done"]

    def test_only_what_one_may(
        self, ani: Visitor, budi: Visitor, person: NewVisitor, household: NewHousehold
    ) -> None:
        identity = household("ani")
        pick = f"{identity}:2"
        assert self.create(ani, act="verify", pick=pick)[0] == HTTPStatus.FORBIDDEN
        assert self.create(budi, act="drop", pick=pick)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
        assert self.create(budi, act="verify", pick="x")[0] == HTTPStatus.UNPROCESSABLE_ENTITY
        _, path = self.create(budi, act="verify", pick=pick)
        other = person("citra", Role.OPERATOR)
        assert other.get(path).status_code == HTTPStatus.NOT_FOUND
        assert other.client.post(path + "/run").status_code == HTTPStatus.NOT_FOUND

    def test_a_reason_is_asked_for(
        self, app: Flask, budi: Visitor, household: NewHousehold
    ) -> None:
        _, path = self.create(budi, act="return", pick=f"{household('ani')}:2")
        answer = budi.client.post(path + "/run", data={"reason": " "})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        with app.app_context():
            assert db.session.scalars(select(Batch)).one().started_at is None


class TestDeadlinesAndProgress:
    def test_days_mean_the_offices_days(self, app: Flask, budi: Visitor) -> None:
        data = {"stage": "collection", "area_code": "75.01", "closes_on": "2026-11-30"}
        assert budi.client.post("/deadlines/", data=data).status_code == HTTPStatus.SEE_OTHER
        with app.app_context():
            row = db.session.scalars(select(Deadline)).one()
        assert row.closes_at.isoformat() == "2026-11-30T16:00:00+00:00"  # midnight in Gorontalo
        again = budi.client.post("/deadlines/", data=data)
        assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "Tuliskan mengapa" in again.text
        elsewhere = {**data, "area_code": "75.02"}
        assert budi.client.post("/deadlines/", data=elsewhere).status_code == HTTPStatus.FORBIDDEN
        wrong = {"stage": "nothing", "area_code": "x", "closes_on": "soon"}
        answer = budi.client.post("/deadlines/", data=wrong)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    def test_progress_drills_down_sorts_and_downloads(
        self, budi: Visitor, household: NewHousehold
    ) -> None:
        household("ani")
        household("ani", sent=False, area_code="75.01.01.2002")
        page = budi.get("/progress?by=desa&sort=draft&down=1").text
        names = re.findall(r"Contoh (?:Satu|Dua)", page)
        assert names == ["Contoh Dua", "Contoh Satu"]
        assert 'aria-sort="descending"' in page
        assert "ani" in budi.get(f"/progress?area={HERE}").text
        answer = budi.client.post("/progress.csv", data={"by": "desa", "area": "75.01"})
        rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
        assert [(row["code"], row["draft"], row["submitted"]) for row in rows] == [
            ("75.01.01.2002", "1", "0"),
            (HERE, "0", "1"),
        ]
        assert budi.get("/progress?area=75.02").status_code == HTTPStatus.FORBIDDEN
        for odd in ("sort=x&by=y&page=z", "page=999", "area=75.01&by=provinsi"):
            assert budi.get(f"/progress?{odd}").status_code == HTTPStatus.OK
