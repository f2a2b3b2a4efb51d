"""Households in the office: found without names in addresses, shown masked, moved by two people."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.db import EVERYWHERE, db, set_scope
from jps.households.rules import Source, State, verification_problem
from jps.households.saving import Author, StaleHousehold
from jps.households.services import save_draft
from tests.households_examples import member_document
from tests.offices import NewHousehold, Stored
from tests.web.conftest import NewVisitor, Visitor

NIK = "7501010505809001"


def events(app: Flask, action: str) -> list[AuditEvent]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_an_empty_list_says_what_to_do_first(ani: Visitor, person: NewVisitor) -> None:
    assert "Mulai dengan mendata rumah tangga pertama" in ani.get("/households/").text
    manager = person("mira", Role.MANAGER, "75")
    page = manager.get("/households/").text
    assert "setelah pendata mengirim" in page
    assert "Rumah tangga baru" not in page


def test_the_list_shows_the_readers_areas_only(
    ani: Visitor, person: NewVisitor, household: NewHousehold
) -> None:
    household("ani")
    assert "Hasan Contoh" in ani.get("/households/").text
    elsewhere = person("citra", Role.OPERATOR, "75.02").get("/households/").text
    assert "Hasan Contoh" not in elsewhere


@pytest.mark.parametrize(
    ("text", "found"),
    [("hasan", True), ("Jalan Contoh", True), ("9001", True), ("Zulkifli", False)],
)
def test_search_finds_by_name_address_and_last_digits(
    budi: Visitor, household: NewHousehold, text: str, found: bool
) -> None:
    household("ani")
    answer = budi.client.post("/households/search", data={"text": text})
    assert answer.status_code == 200
    assert ("Hasan Contoh" in answer.text) is found
    if not found:
        assert "Tidak ada rumah tangga yang cocok" in answer.text


def test_what_is_searched_stays_out_of_addresses(budi: Visitor, household: NewHousehold) -> None:
    household("ani")
    answer = budi.client.post("/households/search", data={"text": "hasan", "desa": "75.01.01.2001"})
    addresses = re.findall(r'(?:href|action|hx-post)="([^"]*)"', answer.text)
    assert addresses
    assert not [address for address in addresses if "hasan" in address.lower()]
    blank = budi.client.post("/households/search", data={"kabkota": "75.01", "state": "draft"})
    assert blank.status_code == 303
    assert blank.location == "/households/?area=75.01&state=draft"


def test_a_search_too_short_says_so(budi: Visitor, household: NewHousehold) -> None:
    household("ani")
    page = budi.client.post("/households/search", data={"text": "a"}).text
    assert "Ketik paling sedikit dua huruf" in page
    assert "Hasan Contoh" in page, "the list stays"


def test_filters_by_area_and_state(budi: Visitor, household: NewHousehold) -> None:
    household("ani", area_code="75.01.01.2001")
    household("ani", area_code="75.01.01.2002", address="Jalan Lain 9")
    both = budi.get("/households/").text
    one = budi.get("/households/?area=75.01.01.2002").text
    assert "Jalan Contoh 1" in both
    assert "Jalan Contoh 1" not in one
    assert "Jalan Lain 9" in one
    assert "Jalan Contoh 1" not in budi.get("/households/?state=verified").text
    fragment = budi.client.post(
        "/households/search", data={"desa": "75.01.01.2001"}, headers={"HX-Request": "true"}
    )
    assert "<html" not in fragment.text
    assert "Jalan Contoh 1" in fragment.text


@pytest.mark.parametrize(
    "query",
    ["?area=%00&state=x&page=-1", "?page=99999999999999999999", "?area=75.01.01.2001.1", "?page=²"],
)
def test_odd_filters_are_no_filters(budi: Visitor, household: NewHousehold, query: str) -> None:
    household("ani")
    assert budi.get("/households/" + query).status_code == 200


def test_junk_searches_never_break(budi: Visitor, household: NewHousehold) -> None:
    household("ani")
    for text in ("%", "'; --", "\x00", "x" * 9000, "<b>", "=1+1", "\u202e", "____", "0" * 60):
        for page in ("1", "-5", "x", "999999"):
            data = {"text": text, "page": page, "state": text, "kabkota": text, "desa": text}
            answer = budi.client.post("/households/search", data=data)
            assert answer.status_code in {200, 303}, text
            assert "<b>" not in answer.text


def test_the_page_shows_labels_and_masks_numbers(ani: Visitor, household: NewHousehold) -> None:
    page = ani.get(f"/households/{household('ani')}").text
    for text in ("Hasan Contoh", "Semen/bata merah", "Istri/suami", "Desa Contoh Satu", "Terkirim"):
        assert text in page
    assert "7501**********01" in page
    assert NIK not in page
    assert "7501012301159001" not in page
    assert "Peluang miskin" in page
    assert "Tampilkan" not in page, "an enumerator may not see numbers in full"


def test_numbers_are_shown_for_a_reason_that_is_recorded(
    app: Flask, budi: Visitor, household: NewHousehold, stored: Stored
) -> None:
    identity = household("ani")
    member = stored(identity).members[0].id
    path = f"/households/{identity}/members/{member}/numbers"
    assert budi.client.post(path, data={"reason": "  "}).status_code == 422
    assert not events(app, "nik-revealed")
    answer = budi.client.post(path, data={"reason": "Mencocokkan KTP"})
    assert NIK in answer.text
    assert events(app, "nik-revealed")[0].details == {"reason": "Mencocokkan KTP"}
    fragment = budi.client.post(path, data={"reason": "x"}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    wrong = path.replace(str(member), str(uuid.uuid4()))
    assert budi.client.post(wrong, data={"reason": "x"}).status_code == 404


def test_an_enumerator_may_not_ask_for_numbers(
    ani: Visitor, household: NewHousehold, stored: Stored
) -> None:
    identity = household("ani")
    member = stored(identity).members[0].id
    path = f"/households/{identity}/members/{member}/numbers"
    assert ani.client.post(path, data={"reason": "x"}).status_code == 403


def test_who_entered_cannot_verify(budi: Visitor, household: NewHousehold, stored: Stored) -> None:
    identity = household("budi")
    page = budi.get(f"/households/{identity}").text
    refusal = verification_problem("budi", entered_by="budi", edited_by="budi", has_draft=False)
    assert refusal is not None
    assert refusal in page
    assert f"/households/{identity}/verify" not in page
    data = {"version": stored(identity).version}
    assert budi.client.post(f"/households/{identity}/verify", data=data).status_code == 403
    assert stored(identity).state == State.SUBMITTED


def test_verify_return_and_archive(
    ani: Visitor, budi: Visitor, household: NewHousehold, stored: Stored
) -> None:
    identity = household("ani")

    def step(name: str, **data: Any) -> int:
        fields = {"version": stored(identity).version, **data}
        return budi.client.post(f"/households/{identity}/{name}", data=fields).status_code

    assert step("verify", version=0) == 409
    assert step("verify") == 303
    assert step("verify") == 409
    assert step("return", reason=" ") == 422
    assert step("return", reason="Luas lantai belum benar") == 303
    assert "Luas lantai belum benar" in ani.get("/work").text
    assert "Luas lantai belum benar" in ani.get(f"/households/{identity}").text
    assert step("archive", reason="Tercatat dua kali") == 303
    assert "Hasan Contoh" not in budi.get("/households/").text
    assert "Hasan Contoh" in budi.get("/households/?state=archived").text
    assert step("restore") == 303
    assert stored(identity).state == State.SUBMITTED
    for name in ("verify", "return", "archive"):
        assert step(name, version="x" * 50, reason="y" * 9000) in {409, 422}


def test_an_enumerator_may_not_verify(ani: Visitor, household: NewHousehold) -> None:
    identity = household("ani")
    for name in ("verify", "return", "archive", "restore"):
        assert ani.client.post(f"/households/{identity}/{name}").status_code == 403


def test_history_tells_old_and_new_and_masks(
    ani: Visitor, household: NewHousehold, stored: Stored
) -> None:
    identity = household("ani")
    form = f"/entry/{identity}"
    member = stored(identity).members[0].id
    ani.send(f"{form}/dwelling", floor_material="8")
    ani.send(f"{form}/members/{member}", nik="7501010505809007")
    answer = ani.client.post(f"{form}/send", data={"version": stored(identity).version})
    assert answer.location == "/work"
    page = ani.get(f"/households/{identity}/history").text
    assert "Semen/bata merah" in page
    assert "Tanah" in page
    assert "7501**********07" in page
    assert "7501010505809007" not in page


def test_a_household_with_html_in_it_shows_it_as_text(
    budi: Visitor, household: NewHousehold
) -> None:
    address = "<img src=x onerror=alert(1)>"
    identity = household("ani", address=address)
    for path in (f"/households/{identity}", "/households/", f"/households/{identity}/history"):
        page = budi.get(path).text
        assert "<img src=x" not in page
        assert "&lt;img" in page or "history" in path


def test_late_saves_are_compared_field_by_field(
    app: Flask, ani: Visitor, household: NewHousehold, stored: Stored
) -> None:
    identity = household("ani")
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        author = Author("citra", EVERYWHERE, Source.API)
        late = {"address": "Alamat terlambat", "members": [member_document(name="Hasan Lain")]}
        with pytest.raises(StaleHousehold) as refused:
            save_draft(
                db.session(), uuid.UUID(identity), late, version=0, by=author, at=datetime.now(UTC)
            )
        db.session.commit()
    path = f"/households/{identity}/conflicts/{refused.value.conflict_id}"
    assert path in ani.get(f"/households/{identity}").text
    assert "Alamat terlambat" in ani.get(path).text
    junk = {"version": stored(identity).version, "pick.address": "nobody", "pick.": "refused"}
    assert ani.client.post(path, data={"version": "x"}).status_code == 409
    assert ani.client.post(path, data=junk | {"pick.address": "refused"}).status_code == 303
    draft = stored(identity).draft
    assert draft is not None
    assert draft["address"] == "Alamat terlambat"
    assert draft["respondent_name"] == "Hasan Contoh", "what was not chosen stays"


def test_late_saves_wait_in_the_operator_s_queue(
    app: Flask, budi: Visitor, ani: Visitor, household: NewHousehold, stored: Stored
) -> None:
    assert "Tidak ada yang menunggu." in budi.get("/households/conflicts").text
    assert ani.get("/households/conflicts").status_code == 403
    identity, elsewhere = household("ani"), household("citra", area_code="75.02.01.2001")
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        for key in (identity, elsewhere):
            author = Author("ani", EVERYWHERE, Source.PHONE)
            late = {"address": "Alamat terlambat", "floor_area": 7}
            at = datetime.now(UTC) - timedelta(days=3)
            with pytest.raises(StaleHousehold) as refused:
                save_draft(db.session(), uuid.UUID(key), late, version=0, by=author, at=at)
            db.session.commit()
    page = budi.get("/households/conflicts").text
    assert f"/households/{identity}/conflicts/" in page
    assert elsewhere not in page
    assert "3 hari" in page
    assert "HP pendata" in page
    assert "Alamat tempat tinggal" in page
    assert "1 rumah tangga disimpan oleh dua orang" in budi.get("/identity/queue").text
    assert str(refused.value.conflict_id) not in page


def test_unknown_households_are_not_found(budi: Visitor) -> None:
    identity = uuid.uuid4()
    for path in ("", "/history", f"/conflicts/{identity}"):
        assert budi.get(f"/households/{identity}{path}").status_code == 404
    for path in ("/verify", "/return", "/archive", "/restore", "/edit"):
        assert budi.client.post(f"/households/{identity}{path}").status_code == 404
