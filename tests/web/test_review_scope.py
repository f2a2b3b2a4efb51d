"""People who try ids of other areas, and posts by hand, learn and change nothing."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, select

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Member
from jps.identity.models import Decision, Link, ReviewCase
from jps.registry.models import RegistryPerson
from tests.conftest import SignIn
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

CROWD = strangers(60)
STRANGER = CROWD[5]  # of another kabupaten, nobody's candidate
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
def operator(
    household: NewHousehold, import_file: Import, match_all: RunJob, sign_in: SignIn
) -> FlaskClient:
    """An operator of the family's kabupaten; Fatma is registered in another one, and dead."""
    household("ani")
    elsewhere = changed(
        FATMA, KODE_WILAYAH="75.02.01.2001", NAMA_LGKP="FATMAH CONTOH", STATUS="MENINGGAL",
        TMPT_LHR="TILAMUTA", ALAMAT="JALAN RAHASIA",
    )  # fmt: skip
    import_file(csv_bytes([HASAN, elsewhere, NURUL, *CROWD]))
    match_all()
    return sign_in(Role.OPERATOR, "75.01", username="budi")


def member(read: Read, name: str) -> uuid.UUID:
    (found,) = read(select(Member.id).where(Member.name.ilike(f"{name}%")))
    return uuid.UUID(str(found))


def person(read: Read, nik: str) -> int:
    (found,) = read(select(RegistryPerson.id).where(RegistryPerson.nik == nik))
    return int(found)


def say(client: FlaskClient, who: uuid.UUID, about: int, verdict: str, reason: str = "Cek") -> int:
    data = {"person": about, "verdict": verdict, "reason": reason}
    return client.post(f"/members/{who}/identity", data=data).status_code


def test_registers_of_other_areas_cannot_be_walked_through(
    operator: FlaskClient, read: Read
) -> None:
    hasan, stranger = member(read, "Hasan"), person(read, STRANGER[0])
    page = operator.get(f"/members/{hasan}/identity?person={stranger}").text
    nobody = operator.get(f"/members/{hasan}/identity?person=999999999").text
    assert "Perbandingan" not in page
    for text in (STRANGER[2], "Tanggal lahir", "Nama berbeda"):
        assert text not in page.replace("Hasan", "")
    assert page.count("bi-") == nobody.count("bi-")  # no other answer than for nobody at all
    for verdict in ("same", "different", "unsure"):
        assert say(operator, hasan, stranger, verdict) == say(operator, hasan, 999_999_999, verdict)
    numbers = {"person": stranger, "reason": "Cek KTP"}
    assert operator.post(f"/members/{hasan}/identity/numbers", data=numbers).status_code == 404
    assert read(select(Decision.id)) == []


def test_a_candidate_elsewhere_is_weighed_but_not_shown(operator: FlaskClient, read: Read) -> None:
    fatma = member(read, "Fatma")
    address = f"/members/{fatma}/identity"
    assert say(operator, fatma, person(read, FATMA[0]), "different") == 303
    for page in (operator.get(address), operator.get("/identity/ledger/")):
        for text in ("FATMAH", "RAHASIA", "TILAMUTA", FATMA[0], "7501**********02, "):
            assert text not in page.text
    assert "orang di wilayah lain" in operator.get(address).text
    numbers = {"person": person(read, FATMA[0]), "reason": "Cek KTP"}
    assert operator.post(f"{address}/numbers", data=numbers).status_code in {403, 404}


def test_members_decisions_and_books_of_other_areas_are_closed(
    operator: FlaskClient, read: Read, sign_in: SignIn
) -> None:
    hasan, known = member(read, "Hasan"), person(read, HASAN[0])
    assert say(operator, hasan, known, "unsure") == 303
    (made,) = read(select(Decision.id))
    other = sign_in(Role.OPERATOR, "75.02", username="citra")
    assert other.get(f"/members/{hasan}/identity").status_code == 404
    assert say(other, hasan, known, "same") == 404
    assert other.get(f"/members/{hasan}/identity/later").status_code in {302, 303}
    assert other.post(f"/identity/decisions/{made}/undo").status_code == 404
    assert other.get(f"/identity/ledger/?member={hasan}").status_code == 404
    for path in ("/identity/ledger/", "/identity/queue?state=pendapat_kedua&area=75.01"):
        assert "Hasan" not in other.get(path).text
    book = other.post("/identity/ledger/export", data={"format": "csv", "area": "75.01"})
    assert book.text.count("\n") == 1  # the heading
    assert read(select(Decision.undone_at)) == [None]


def test_nobody_answers_their_own_doubt_by_hand(
    operator: FlaskClient, read: Read, sign_in: SignIn
) -> None:
    hasan, known = member(read, "Hasan"), person(read, HASAN[0])
    assert say(operator, hasan, known, "unsure", "Nama ibu lain") == 303
    for verdict in ("same", "different", "unsure"):
        assert say(operator, hasan, known, verdict) == 409
    page = operator.get(f"/members/{hasan}/identity").text
    assert "menunggu pendapat orang lain" in page
    assert 'value="same"' not in page
    assert "Hasan" in operator.get("/identity/queue?state=menunggu_orang_lain").text
    assert "Hasan" not in operator.get("/identity/queue?state=pendapat_kedua").text
    second = sign_in(Role.OPERATOR, "75.01.01.2001", username="dewi")
    page = second.get("/identity/queue?state=pendapat_kedua").text
    assert "Hasan" in page
    assert "Nama ibu lain" in second.get(f"/members/{hasan}/identity").text
    assert say(second, hasan, known, "same") == 303
    assert say(operator, hasan, known, "different") == 409
    assert read(select(ReviewCase.member_id).where(ReviewCase.member_id == hasan)) == []
    assert read(select(Link.state).where(Link.member_id == hasan)) == ["padan"]


def test_the_book_filters_masks_and_records_its_downloads(
    operator: FlaskClient, read: Read, sign_in: SignIn
) -> None:
    hasan, known = member(read, "Hasan"), person(read, HASAN[0])
    assert say(operator, hasan, known, "different", "=HYPERLINK(1)") == 303
    assert say(operator, hasan, known, "same", "+Dikonfirmasi") == 303
    page = operator.get("/identity/ledger/").text
    assert "tidak berlaku lagi" in page
    for query, there in (
        ("verdict=same", True), ("verdict=unsure", False), ("area=75.01.01.2002", False),
        ("from=2001-01-01", True), ("to=2001-01-01", False), (f"member={hasan}", True),
        ("who=x&verdict=x&from=x&to=9999-12-31&member=x&after=x&area=x", True),
    ):  # fmt: skip
        found = "Hasan" in operator.get(f"/identity/ledger/?{query}").text
        assert found is there, query
    book = operator.post("/identity/ledger/export", data={"format": "csv"})
    assert "'=HYPERLINK(1)" in book.text
    assert "'+Dikonfirmasi" in book.text
    assert "7501**********01" in book.text
    assert HASAN[0] not in book.text
    without = operator.post("/identity/ledger/export", data={"format": "csv", "full": "1"})
    assert without.status_code == 422
    full = operator.post(
        "/identity/ledger/export", data={"format": "xlsx", "full": "1", "reason": "Pemeriksaan"}
    )
    assert full.data[:2] == b"PK"
    manager = sign_in(Role.MANAGER, "75", username="dedi")
    data = {"format": "csv", "full": "1", "reason": "x"}
    assert manager.post("/identity/ledger/export", data=data).status_code == 403
    assert manager.post("/identity/ledger/export", data={"format": "csv"}).status_code == 200
    exports = select(AuditEvent).where(AuditEvent.action == "decisions-exported")
    events = read(exports.order_by(AuditEvent.seq))
    assert [(one.actor, one.details["full"], one.details["rows"]) for one in events] == [
        ("budi", False, 2),
        ("budi", True, 2),
        ("dedi", False, 2),
    ]
