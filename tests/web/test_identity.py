"""The queue, a member beside the registry, decisions, the check while typing, scope and masking."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.db import EVERYWHERE, db, everywhere, set_scope
from jps.households.models import Member
from jps.identity.models import Decision, Duplicate, Link
from jps.identity.services import propose_links
from tests.conftest import NOW, SignIn
from tests.households_examples import member_document
from tests.offices import NewHousehold
from tests.registries import (
    FATMA,
    HASAN,
    NURUL,
    Import,
    RunJob,
    changed,
    csv_bytes,
    home,
    import_file,
    match_all,
    strangers,
)

__all__ = ["home", "import_file", "match_all"]

CROWD = strangers(300)
MemberId = Callable[[str], uuid.UUID]
Read = Callable[[Select[Any]], list[Any]]
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def matched(household: NewHousehold, import_file: Import, match_all: RunJob) -> None:
    """A family. Hasan is found; Fatma is in another kabupaten; of Nurul only little agrees."""
    household("ani")
    elsewhere = changed(FATMA, KODE_WILAYAH="75.02.01.2001", NAMA_LGKP="FATMAH CONTOH")
    doubtful = changed(
        NURUL, NIK="7501015208169777", NAMA_LGKP="NURUL HUDA", NO_KK="", TGL_LHR="2021",
        NAMA_LGKP_IBU="",
    )  # fmt: skip
    import_file(csv_bytes([HASAN, elsewhere, doubtful, *CROWD]))
    match_all()


@pytest.fixture
def read(app: Flask) -> Read:
    """Read single values from the database, in a context of its own."""

    def run(query: Select[Any]) -> list[Any]:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            return list(db.session.scalars(query))

    return run


@pytest.fixture
def member_id(read: Read) -> MemberId:
    """The id of a member by the beginning of the name."""

    def find(name: str) -> uuid.UUID:
        (found,) = read(select(Member.id).where(Member.name.ilike(f"{name}%")))
        return uuid.UUID(str(found))

    return find


@pytest.fixture
def operator(matched: None, sign_in: SignIn) -> FlaskClient:
    """An operator of the family's kabupaten."""
    return sign_in(Role.OPERATOR, "75.01", username="budi")


def link(read: Read, member_id: uuid.UUID) -> Link:
    (found,) = read(select(Link).where(Link.member_id == member_id))
    assert isinstance(found, Link)
    return found


def decide(client: FlaskClient, read: Read, member_id: uuid.UUID, verdict: str, **more: str) -> str:
    """Send a decision about the best candidate and return where the page goes."""
    person = link(read, member_id).candidate_id
    data = {"person": person, "verdict": verdict, **more}
    answer = client.post(f"/members/{member_id}/identity", data=data)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_queue_counts_states_and_filters(operator: FlaskClient) -> None:
    page = operator.get("/identity/queue?state=padan")
    assert page.status_code == 200
    assert "Hasan Contoh" in page.text
    assert "Nurul" not in page.text
    assert "Hasan" not in operator.get("/identity/queue?state=padan&area=75.01.01.2002").text
    assert operator.get("/identity/queue?state=entah&page=abc&area=<x>").status_code == 200
    assert operator.get("/identity/queue?page=99999").status_code == 200


def test_other_areas_are_empty(matched: None, sign_in: SignIn, member_id: MemberId) -> None:
    other = sign_in(Role.OPERATOR, "75.02", username="citra")
    assert "Hasan" not in other.get("/identity/queue?state=padan").text
    assert other.get(f"/members/{member_id('Hasan')}/identity").status_code == 404


@pytest.mark.parametrize(
    ("role", "sees", "decides"),
    [(Role.ENUMERATOR, 403, 403), (Role.MANAGER, 200, 403), (Role.ADMINISTRATOR, 403, 403)],
)
def test_who_may_see_and_decide(
    matched: None, sign_in: SignIn, member_id: MemberId, role: Role, sees: int, decides: int
) -> None:
    client, address = sign_in(role, "75", username="dedi"), f"/members/{member_id('Hasan')}"
    assert client.get("/identity/queue").status_code == sees
    assert client.get(f"{address}/identity").status_code == sees
    assert client.post(f"{address}/identity", data={"verdict": "same"}).status_code == decides
    assert client.post(f"{address}/identity/numbers", data={}).status_code == 403


def test_a_member_beside_the_registry(operator: FlaskClient, member_id: MemberId) -> None:
    page = operator.get(f"/members/{member_id('Hasan')}/identity").text
    for text in ("HASAN CONTOH", "NIK sama", "hampir pasti orang yang sama", "7501**********01"):
        assert text in page
    assert HASAN[0] not in page
    assert "Fatma Contoh" in page  # the household around


def test_a_person_elsewhere_is_compared_but_not_shown(
    operator: FlaskClient, member_id: MemberId, sign_in: SignIn
) -> None:
    page = operator.get(f"/members/{member_id('Fatma')}/identity").text
    assert "FATMAH" not in page
    assert "di luar wilayah Anda" in page
    assert "Tanggal lahir sama" in page
    whole = sign_in(Role.OPERATOR, "75", username="citra")
    assert "FATMAH CONTOH" in whole.get(f"/members/{member_id('Fatma')}/identity").text


def test_a_decision_is_kept_and_can_be_undone(
    operator: FlaskClient, read: Read, member_id: MemberId
) -> None:
    hasan = member_id("Hasan")
    address = decide(operator, read, hasan, "different", state="padan")
    assert link(read, hasan).person_id is None
    page = operator.get(address)
    assert "Urungkan keputusan tadi" in page.text
    (made,) = read(select(Decision.id))
    answer = operator.post(f"/identity/decisions/{made}/undo", data={"state": "padan"})
    assert answer.status_code == 303
    assert link(read, hasan).state == "padan"
    assert "tidak berlaku lagi" in operator.get(f"/members/{hasan}/identity").text
    assert operator.post(f"/identity/decisions/{made}/undo").status_code == 409


def test_after_a_decision_comes_the_next_member_of_the_queue(
    operator: FlaskClient, read: Read, member_id: MemberId
) -> None:
    states = {name: link(read, member_id(name)).state for name in ("Hasan", "Fatma", "Nurul")}
    assert len(set(states.values())) > 1
    hasan = member_id("Hasan")
    address = decide(operator, read, hasan, "same", state=states["Fatma"])
    assert f"/members/{member_id('Fatma')}/" in address
    assert decide(operator, read, hasan, "same", state="ganda").startswith("/identity/queue?")


def test_being_unsure_asks_for_a_reason_and_keeps_what_was_typed(
    operator: FlaskClient, read: Read, member_id: MemberId
) -> None:
    hasan = member_id("Hasan")
    person = link(read, hasan).candidate_id
    answer = operator.post(
        f"/members/{hasan}/identity",
        data={"person": person, "verdict": "unsure", "reason": "x" * 501},
    )
    assert answer.status_code == 422
    assert "Alasan wajib diisi" in answer.text
    assert "x" * 501 in answer.text
    assert read(select(Decision.id)) == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 404),
        ({"person": "abc", "verdict": "same"}, 404),
        ({"person": "99999999", "verdict": "same"}, 404),
        ({"person": "9" * 30, "verdict": "same"}, 404),
        ({"person": "-1", "verdict": "same"}, 404),
    ],
)
def test_a_decision_about_nobody_is_refused(
    operator: FlaskClient, member_id: MemberId, data: dict[str, str], status: int
) -> None:
    answer = operator.post(f"/members/{member_id('Hasan')}/identity", data=data)
    assert answer.status_code == status


def test_a_decision_that_is_none_is_refused(
    operator: FlaskClient, read: Read, member_id: MemberId
) -> None:
    person = link(read, member_id("Hasan")).candidate_id
    data = {"person": person, "verdict": "perhaps"}
    assert operator.post(f"/members/{member_id('Hasan')}/identity", data=data).status_code == 422


def test_full_numbers_need_a_reason_and_are_recorded(
    operator: FlaskClient, read: Read, member_id: MemberId
) -> None:
    hasan = member_id("Hasan")
    address, person = f"/members/{hasan}/identity/numbers", link(read, hasan).candidate_id
    assert operator.post(address, data={"person": person, "reason": ""}).status_code == 422
    page = operator.post(address, data={"person": person, "reason": "Cek KTP"})
    assert HASAN[0] in page.text
    part = operator.post(address, data={"person": person, "reason": "Cek KTP"}, headers=FRAGMENT)
    assert HASAN[0] in part.text
    assert "<html" not in part.text
    events = read(select(AuditEvent).where(AuditEvent.action == "nik-revealed"))
    assert [event.actor for event in events] == ["budi", "budi"]
    fatma = link(read, member_id("Fatma")).candidate_id
    data = {"person": fatma, "reason": "Cek KTP"}
    answer = operator.post(f"/members/{member_id('Fatma')}/identity/numbers", data=data)
    assert answer.status_code == 403


def test_names_are_shown_as_text(
    household: NewHousehold, import_file: Import, match_all: RunJob, sign_in: SignIn,
    member_id: MemberId,
) -> None:  # fmt: skip
    household("ani")
    import_file(csv_bytes([changed(HASAN, NAMA_LGKP="HASAN <img src=x onerror=alert(1)>")]))
    match_all()
    page = sign_in(Role.OPERATOR, "75").get(f"/members/{member_id('Hasan')}/identity").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_members_entered_twice(
    matched: None,
    household: NewHousehold,
    app: Flask,
    read: Read,
    sign_in: SignIn,
) -> None:
    alone = member_document(nik=None, nik_reason="4", marital_status="1")
    second = household("budi", members=[alone], household_size=1, address="Jalan Lain")
    with app.app_context(), everywhere(db.session()):
        propose_links(db.session(), [uuid.UUID(second)], at=NOW)
        db.session.commit()
    operator = sign_in(Role.OPERATOR, "75.01", username="citra")
    listing = operator.get("/identity/doubles/")
    (address,) = set(re.findall(r"/identity/doubles/[0-9a-f-]{36}", listing.text))
    page = operator.get(address)
    assert page.status_code == 200
    assert "Tanggal lahir sama" in page.text
    assert operator.post(address, data={"verdict": "unsure"}).status_code == 422
    assert operator.post(address, data={"verdict": "different"}).status_code == 303
    assert read(select(Duplicate.verdict)) == ["different"]
    (made,) = read(select(Decision.id))
    assert operator.post(f"{address}/decisions/{made}/undo").status_code == 303
    assert read(select(Duplicate.verdict)) == [None]
    other = sign_in(Role.OPERATOR, "75.02", username="dedi")
    assert other.get(address).status_code == 404
    assert other.post(f"{address}/decisions/{made}/undo").status_code == 404


def test_a_pair_across_areas_is_shown_to_both_without_the_other_side(
    matched: None, household: NewHousehold, app: Flask, sign_in: SignIn
) -> None:
    alone = member_document(name="HASAN DJAUH CONTOH", marital_status="1", relation="1")
    second = household(
        "budi", members=[alone], household_size=1, area_code="75.02.01.2001", address="Jauh"
    )
    with app.app_context(), everywhere(db.session()):
        propose_links(db.session(), [uuid.UUID(second)], at=NOW)
        db.session.commit()
    for area, mine, theirs in (("75.01", "Hasan Contoh", "DJAUH"), ("75.02", "DJAUH", "Hasan C")):
        operator = sign_in(Role.OPERATOR, area, username=f"op-{area[-1]}")
        listing = operator.get("/identity/doubles/").text
        assert mine in listing
        assert theirs not in listing
        (address,) = set(re.findall(r"/identity/doubles/[0-9a-f-]{36}", listing))
        page = operator.get(address).text
        assert mine in page
        assert theirs not in page
        assert "NIK sama" in page
        assert operator.post(address, data={"verdict": "different"}).status_code == 303
        page = operator.get(address).text
        (decision,) = set(re.findall(r"decisions/([0-9a-f-]{36})/undo", page))
        assert operator.post(f"{address}/decisions/{decision}/undo").status_code == 303


def test_a_newer_registry_asks_for_matching(
    matched: None, import_file: Import, match_all: RunJob, sign_in: SignIn, member_id: MemberId
) -> None:
    manager = sign_in(Role.MANAGER, "75", username="citra")
    assert "Jalankan pemadanan" not in manager.get("/identity/queue").text
    import_file(csv_bytes([*CROWD, HASAN]))
    assert "Jalankan pemadanan" in manager.get("/identity/queue").text
    page = manager.get(f"/members/{member_id('Hasan')}/identity").text
    assert "HASAN CONTOH" in page  # looked up in the new one
    first = manager.post("/identity/match")
    assert first.status_code == 303
    assert manager.post("/identity/match").location == first.location
    match_all()
    assert "Jalankan pemadanan" not in manager.get("/identity/queue").text


@pytest.fixture
def enumerator(matched: None, sign_in: SignIn) -> FlaskClient:
    """An enumerator of the family's kabupaten."""
    return sign_in(Role.ENUMERATOR, "75.01", username="edi")


def check(client: FlaskClient, **typed: str) -> str:
    answer = client.post("/identity/check?area=75.01.01.2001", data=typed, headers=FRAGMENT)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_while_typing_both_lists_are_asked(enumerator: FlaskClient) -> None:
    part = check(
        enumerator,
        name="hasan conto",
        sex="1",
        **{"birth_date.year": "1980", "birth_date.month": "5", "birth_date.day": "5"},
    )
    assert "Mungkin sudah tercatat pada data kita" in part
    assert "Mungkin ada pada data kependudukan" in part
    assert "HASAN CONTOH" in part
    assert HASAN[0] not in part


def test_while_typing_people_elsewhere_are_only_known_to_exist(enumerator: FlaskClient) -> None:
    part = check(enumerator, nik=FATMA[0])
    assert "Tercatat sebagai penduduk di wilayah lain" in part
    assert "FATMAH" not in part


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name": "Hasan"},
        {"nik": "0"},
        {"name": "x" * 100_000, "birth_date": "not a date", "nik": "7" * 5000},
        {"name": "\x00<b>", "birth_date.year": "19", "sex": "9", "kk": "-"},
    ],
)
def test_while_typing_anything_may_be_typed(enumerator: FlaskClient, typed: dict[str, str]) -> None:
    assert "HASAN CONTOH" not in check(enumerator, **typed)


def test_ones_own_entry_is_not_a_double(enumerator: FlaskClient, member_id: MemberId) -> None:
    hasan = member_id("Hasan")
    answer = enumerator.post(f"/identity/check?member={hasan}", data={"nik": HASAN[0]})
    assert "sudah tercatat pada data kita" not in answer.text
    assert "HASAN CONTOH" in answer.text
