"""The field form: everything typed is kept, and the server says what follows from it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from jps.access.rules import Role
from jps.assessment.models import Assessment
from jps.audit.models import AuditEvent
from jps.db import EVERYWHERE, db, set_scope
from jps.households.rules import State
from tests.households_examples import household_document
from tests.offices import NewHousehold, Stored
from tests.web.conftest import SCRIPT, NewVisitor, Visitor

Document = Callable[[str], dict[str, Any]]


def test_a_household_begins_in_an_own_village(ani: Visitor, stored: Stored) -> None:
    page = ani.get("/entry/new").text
    assert "Contoh Satu" in page
    assert "Contoh Tiga" not in page
    form = ani.begin()
    household = stored(form)
    assert household.state == State.DRAFT
    assert household.area_code == "75.01.01.2001"
    assert household.draft is not None
    assert household.draft["legal_basis"] == "public_task"


def test_the_same_page_sent_twice_begins_one_household(ani: Visitor) -> None:
    data = {"area_code": "75.01.01.2001", "id": "0b6c2ad6-0b6d-4a43-8f2e-6a4f3a2f1c11"}
    first, second = (ani.client.post("/entry/new", data=data) for _ in range(2))
    assert first.location == second.location
    assert ani.get("/work").text.count('class="row" href="/entry/') == 1


@pytest.mark.parametrize("village", ["75.02.01.2001", "75.01", "", "x" * 5000, "75.01.01.9999"])
def test_a_village_of_others_is_refused(ani: Visitor, village: str) -> None:
    answer = ani.client.post("/entry/new", data={"area_code": village})
    assert answer.status_code == 403
    assert "Pilih salah satu desa" in answer.text


def test_a_section_is_kept_and_the_next_one_comes(ani: Visitor, document: Document) -> None:
    form = ani.begin()
    answer = ani.send(f"{form}/location", address="Jalan Contoh 7", rt="1a", go="next")
    assert answer.status_code == 303
    assert answer.location == f"{form}/consent_section"
    assert document(form)["address"] == "Jalan Contoh 7"
    page = ani.get(f"{form}/location").text
    assert 'value="1a"' in page, "what was typed stays, also when it is wrong"
    assert "1 sampai 3 angka." in page


def test_the_script_is_told_what_to_show(ani: Visitor) -> None:
    form = ani.begin()
    answer = ani.send(f"{form}/location", script=True, rt="1a", address_matches_kk="2")
    reply = answer.json
    assert reply is not None
    assert "kk_address" in reply["shown"]
    assert reply["notes"]["rt"][0]["level"] == "error"
    assert "address" not in reply["notes"], "a missing answer is not scolded while typing"
    assert len(reply["saved"]) == 5
    assert reply["base"] == ani.base(f"{form}/location")


def test_questions_that_open_keep_the_page(ani: Visitor) -> None:
    form = ani.begin()
    first = ani.send(f"{form}/location", address_matches_kk="2", go="next")
    assert first.location == f"{form}/location#f-kk_address"
    second = ani.send(f"{form}/location", address_matches_kk="2", go="next")
    assert second.location == f"{form}/consent_section"


def test_sections_that_are_not_asked_are_skipped(ani: Visitor) -> None:
    form = ani.begin()
    ani.send(f"{form}/consent_section", consent="2")
    answer = ani.send(f"{form}/visit", visit_result="4", go="next")
    assert answer.location == f"{form}/review"


def test_two_tabs_show_both_versions_and_lose_none(ani: Visitor, document: Document) -> None:
    form = ani.begin()
    base = ani.base(f"{form}/location")
    ani.send(f"{form}/location", address="Dari tab satu")
    late = ani.send(f"{form}/location", base=base, address="Dari tab dua", go="next")
    assert late.status_code == 200
    assert "Dari tab satu" in late.text
    assert "Dari tab dua" in late.text
    assert document(form)["address"] == "Dari tab satu"
    script = ani.send(f"{form}/location", script=True, base=base, address="Dari tab dua")
    assert script.status_code == 409
    assert script.json is not None
    assert script.json["code"] == "stale"
    assert script.json["stored"] == {"address": ["Dari tab satu"]}
    for pick, kept in (("stored", "Dari tab satu"), ("mine", "Dari tab dua")):
        sent = ani.send(f"{form}/location", address="Dari tab dua", pick__address=pick, go="chosen")
        assert sent.status_code == 303
        assert document(form)["address"] == kept


def test_what_one_side_changed_needs_nobody(ani: Visitor, document: Document) -> None:
    form = ani.begin()
    before: dict[str, Any] = {"address": "Lama", "rt": "001", "rw": "002"}
    ani.send(f"{form}/location", **before)
    base = ani.base(f"{form}/location")
    ani.send(f"{form}/location", **{**before, "address": "Dari tab satu"})
    late = {**before, "rt": "009"}
    reply = ani.send(f"{form}/location", script=True, base=base, **late).json
    assert reply is not None
    again = ani.send(f"{form}/location", script=True, base=reply["base"], **{**late, "rw": "008"})
    assert again.status_code == 200
    kept = document(form)
    assert (kept["address"], kept["rt"], kept["rw"]) == ("Dari tab satu", "009", "008")


def test_what_goes_along_with_a_choice_is_kept(ani: Visitor, document: Document) -> None:
    form = ani.begin()
    base = ani.base(f"{form}/location")
    ani.send(f"{form}/location", address="Dari tab satu")
    page = ani.send(f"{form}/location", base=base, address="Dari tab dua", rt="007", go="next").text
    assert page.count("<fieldset") == 1
    hidden = dict(re.findall(r'type="hidden" name="(rt|base)" value="([^"]*)"', page))
    choice = {"address": "Dari tab dua", "pick__address": "mine", "rt": hidden["rt"]}
    ani.send(f"{form}/location", base=hidden["base"], go="chosen", **choice)
    assert document(form)["address"] == "Dari tab dua"
    assert document(form)["rt"] == "007"


def test_a_lost_answer_is_no_conflict(ani: Visitor) -> None:
    form = ani.begin()
    base = ani.base(f"{form}/location")
    for _ in range(2):  # the same again with the old mark, as a phone does without an answer
        answer = ani.send(f"{form}/location", script=True, base=base, address="Jalan Contoh 7")
        assert answer.status_code == 200


def test_other_sections_do_not_conflict(ani: Visitor, document: Document) -> None:
    form = ani.begin()
    base = ani.base(f"{form}/location")
    ani.send(f"{form}/consent_section", consent="1")
    assert ani.send(f"{form}/location", base=base, address="A").status_code == 303
    assert document(form)["consent"] == "1"


def test_members_are_added_changed_and_taken_out(ani: Visitor, document: Document) -> None:
    form = ani.begin()
    ani.send(f"{form}/visit", visit_result="1")
    first = ani.client.post(f"{form}/members").location
    ani.send(first, name="Hasan Contoh", kk="7501012301159001", go="next")
    second = ani.client.post(f"{form}/members").location
    assert document(form)["members"][1]["kk"] == "7501012301159001"
    page = ani.get(f"{form}/members").text
    assert "Hasan Contoh" in page
    assert "Tanpa nama" in page
    assert "Ya, keluarkan" in ani.get(f"{second}/remove").text
    assert ani.client.post(f"{second}/remove").status_code == 303
    assert [member["name"] for member in document(form)["members"]] == ["Hasan Contoh"]
    assert ani.get(second).status_code == 404
    assert ani.client.post(second, data={"name": "X"}).status_code == 404


def test_birth_and_sex_are_offered_from_the_nik(ani: Visitor, document: Document) -> None:
    form = ani.begin()
    ani.send(f"{form}/visit", visit_result="1")
    member = ani.client.post(f"{form}/members").location
    reply = ani.send(member, script=True, name="Fatma Contoh", nik="7501014909829002").json
    assert reply is not None
    assert reply["notes"]["birth_date"][0]["suggested"] == "1982-09-09"
    assert reply["notes"]["sex"][0]["suggested_text"] == "Perempuan"
    ani.send(member, use="birth_date")
    ani.send(member, use="sex")
    stored = document(form)["members"][0]
    assert (stored["birth_date"], stored["sex"]) == ("1982-09-09", "2")


def test_review_names_what_is_missing_and_refuses(ani: Visitor, stored: Stored) -> None:
    form = ani.begin()
    page = ani.get(f"{form}/review").text
    assert "Harus diperbaiki" in page
    assert f'href="{form}/location?all=1#f-address"' in page
    assert "Wajib diisi." in ani.get(f"{form}/location?all=1").text
    version = stored(form).version
    answer = ani.client.post(f"{form}/send", data={"version": version})
    assert answer.status_code == 422
    assert stored(form).state == State.DRAFT


def test_a_whole_household_is_sent_and_scored(
    app: Flask, ani: Visitor, household: NewHousehold, stored: Stored
) -> None:
    form = f"/entry/{household('ani', sent=False)}"
    page = ani.get(f"{form}/review").text
    assert "Semua isian wajib sudah terisi" in page
    assert ani.client.post(f"{form}/send", data={"version": 99}).location == f"{form}/review"
    answer = ani.client.post(f"{form}/send", data={"version": stored(form).version})
    assert answer.location == "/work"
    assert stored(form).state == State.SUBMITTED
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        assert db.session.scalars(select(Assessment)).one().npl100 is not None


def test_every_screen_of_a_whole_household_opens(ani: Visitor, household: NewHousehold) -> None:
    form = f"/entry/{household('ani', sent=False)}"
    sections = ("location", "consent_section", "visit", "dwelling", "assets", "livestock")
    for name in (*sections, "connection", "programmes", "ppi", "members", "village", "review"):
        assert ani.get(f"{form}/{name}").status_code == 200, name
    assert ani.get(form).location == f"{form}/review"
    assert ani.get(f"{form}/nothing").status_code == 404
    assert ani.get(f"{form}/members/{form.rpartition('/')[2]}").status_code == 404


def test_sending_a_page_without_change_changes_nothing(
    ani: Visitor, household: NewHousehold, stored: Stored, document: Document
) -> None:
    form = f"/entry/{household('ani', sent=False)}"
    before, version = document(form), stored(form).version
    ani.send(f"{form}/dwelling", floor_area="36", tenure="1", floor_material="6", go="next")
    ani.send(f"{form}/programmes", aid_bpnt_last__month="2", aid_bpnt_last__year="2024")
    assert document(form) == before
    assert stored(form).version == version


def test_the_form_of_another_is_opened_with_a_record(
    app: Flask, budi: Visitor, household: NewHousehold
) -> None:
    identity = household("ani")
    assert budi.get(f"/entry/{identity}/members").status_code == 403
    assert "tombol Ubah" in budi.get(f"/entry/{identity}/location").text
    assert budi.client.post(f"/households/{identity}/edit").status_code == 303
    assert budi.get(f"/entry/{identity}/members").status_code == 200
    with app.app_context():
        events = db.session.scalars(select(AuditEvent.action)).all()
    assert "household-form-opened" in events


def test_a_draft_sent_by_a_program_opens_no_numbers(
    budi: Visitor, household: NewHousehold, document: Document
) -> None:
    identity = household("ani")
    sent = document(f"/entry/{identity}") | {"address": "Lain"}
    tag = budi.client.get(f"/api/v1/households/{identity}").headers["ETag"]
    path = f"/api/v1/households/{identity}/draft"
    assert budi.client.put(path, json=sent, headers={"If-Match": tag}).status_code == 200
    assert budi.get(f"/entry/{identity}/members").status_code == 403


def test_a_household_of_elsewhere_is_not_found(person: NewVisitor, household: NewHousehold) -> None:
    identity = household("ani")
    citra = person("citra", Role.OPERATOR, "75.02")
    for path in ("location", "members", "review", "village"):
        assert citra.get(f"/entry/{identity}/{path}").status_code == 404
    for path in ("location", "members", "send", "village"):
        answer = citra.client.post(f"/entry/{identity}/{path}", data={"address": "X"})
        assert answer.status_code in {403, 404}, path


def test_a_verified_household_is_not_opened(
    ani: Visitor, budi: Visitor, household: NewHousehold, stored: Stored
) -> None:
    identity = household("ani")
    data = {"version": stored(identity).version}
    assert budi.client.post(f"/households/{identity}/verify", data=data).status_code == 303
    assert ani.get(f"/entry/{identity}/location").status_code == 409


def test_the_village_can_be_changed(ani: Visitor, stored: Stored) -> None:
    form = ani.begin()
    answer = ani.client.post(f"{form}/village", data={"area_code": "75.01.01.2002"})
    assert answer.status_code == 303
    assert stored(form).area_code == "75.01.01.2002"


JUNK: tuple[dict[str, Any], ...] = (
    {},
    {"base": "x", "go": "nowhere", "use": "nik"},
    {"base": "\x00", "address": "\x00", "name": "\x00"},
    {"address": "<script>alert(1)</script>", "name": "=1+1", "visit_result": "<b>"},
    {"address": "x" * 20_000, "name": "y" * 20_000},
    {"gps": "nan nan", "floor_area": "1e999", "birth_date.day": "-", "birth_date.year": "9" * 400},
    {"gps": "91 181", "tenure": ["1", "2", ""], "id_documents": ["0", "4", "x" * 50]},
    {"version": "9" * 40, "reason": "\u202e", "pick.address": "both", "area_code": "%00"},
    {"id": "not-a-uuid", "members": "[]", "members[0].nik": "1", "__proto__": "1"},
)


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_never_breaks_the_form(ani: Visitor, junk: dict[str, Any]) -> None:
    form = ani.begin()
    ani.send(f"{form}/visit", visit_result="1")
    member = ani.client.post(f"{form}/members").location
    pages = ("location", "visit", "dwelling", "programmes", "nothing", "send", "village", "members")
    for path in (*(f"{form}/{page}" for page in pages), member, "/entry/new"):
        base = ani.base(path) if path.count("/") > 2 else ""
        for mark, headers in (({}, None), ({"base": base}, None), ({"base": base}, SCRIPT)):
            answer = ani.client.post(path, data={**junk, **mark}, headers=headers)
            assert answer.status_code < 500, (path, answer.text[:200])
            assert "<script>alert" not in answer.text
    for path in (
        f"{form}/location",
        f"{form}/dwelling",
        f"{form}/review",
        f"{form}/members",
        member,
    ):
        page = ani.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_too_long_text_stays_on_the_page(ani: Visitor, document: Document) -> None:
    form = ani.begin()
    text = "panjang " * 2000
    answer = ani.send(f"{form}/location", address=text, rt="001")
    assert answer.status_code == 422
    assert text.strip() in answer.text
    assert "terlalu panjang" in answer.text
    assert "address" not in document(form)
    script = ani.send(f"{form}/location", script=True, address=text)
    assert script.status_code == 422
    assert script.json is not None
    assert "Alamat" in script.json["detail"]


def test_the_page_is_light(ani: Visitor, app: Flask) -> None:
    form = ani.begin()
    page = ani.get(f"{form}/location").text
    assert "bootstrap" not in page
    with ani.get("/static/entry/entry.css") as style:
        assert len(style.data) < 15_000
    assert household_document()["address"] not in page
