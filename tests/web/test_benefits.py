"""Plans, deliveries, payment files and realisation as asked by a browser, on both databases."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.benefits.models import PaymentFile
from jps.benefits.realisation import shared
from jps.programmes.models import Benefit, BudgetLine, Decree
from jps.worker import run_waiting
from tests.benefits.decrees import AT, VILLAGE, add_decree, add_programme, add_recipient
from tests.conftest import SignIn
from tests.figures import add_areas

JPEG = b"\xff\xd8\xff\xe0 foto"


@pytest.fixture
def decree(session: Session) -> Decree:
    """A decree of three recipients, with a budget line."""
    add_areas(session)
    programme = add_programme(session)
    line = BudgetLine(
        area_code="75",
        code="1.06.05.1.02.0003",
        name="Fasilitasi Bantuan Sosial",
        owner="Dinas Sosial",
        year=2026,
        ceiling=5_000_000,
        programme_id=programme.id,
        made_by="tests",
        made_at=AT,
    )
    session.add(line)
    session.flush()
    found = add_decree(session, programme, budget_line_id=line.id)
    for row in range(2, 5):
        add_recipient(session, found, row)
    session.commit()
    return found


@pytest.fixture
def operator(app: Flask, decree: Decree, sign_in: SignIn) -> FlaskClient:
    """An operator of the kabupaten, after the deliveries were planned."""
    client = sign_in(Role.OPERATOR, "75.01", username="ani")
    schedule = {"first": "2026-01-01", "count": "2", "months": "1"}
    looked = client.post(f"/benefits/{decree.id}/plan", data=schedule)
    assert "3 penerima, 6 penyaluran, seluruhnya Rp1.800.000" in looked.text
    refused = client.post(
        f"/benefits/{decree.id}/plan", data={**schedule, "go": "plan", "count": ""}
    )
    assert refused.status_code == 422
    assert "Isi 1 sampai 60 kali." in refused.text
    answer = client.post(f"/benefits/{decree.id}/plan", data={**schedule, "go": "plan"})
    assert answer.status_code == 303
    assert run_waiting(app) == 1
    return client


def shown(text: str) -> str:
    """Return what a page says, without its tags."""
    return re.sub(r"<[^>]+>|\s+", " ", text)


def picks(client: FlaskClient, address: str) -> list[str]:
    """Return the recipients of a village's page, as their boxes name them."""
    return re.findall(r'name="pick" value="([^"]+)"', client.get(address).text)


def test_deliveries_are_recorded_on_a_phone(
    session: Session, decree: Decree, operator: FlaskClient
) -> None:
    address = f"/benefits/{decree.id}/1/{VILLAGE}"
    page = operator.get(f"/benefits/{decree.id}?in=75.01.01")
    assert address in page.text
    first, second, third = picks(operator, address)
    page = operator.get(address)
    assert "7501**********02" in page.text
    assert "750101410190" not in page.text
    photo = {"act": "deliver", "pick": first, "on": "2026-01-05", "proof": "signature"}
    answer = operator.post(address, data={**photo, "file": (io.BytesIO(JPEG), "x.jpg")})
    assert answer.status_code == 303
    wrong = operator.post(address, data={**photo, "pick": second, "amount": "dua"})
    assert wrong.status_code == 422
    assert f'value="{second}" checked' in wrong.text
    bad = operator.post(address, data={**photo, "pick": second, "file": (io.BytesIO(b"x"), "x")})
    assert bad.status_code == 415
    late = operator.post(address, data={**photo, "pick": first})
    assert late.status_code == 409
    none = operator.post(address, data={"act": "not-deliver", "pick": third})
    assert "Pilih alasannya." in none.text
    operator.post(address, data={"act": "not-deliver", "pick": third, "why": "absent"})
    rest = {"act": "deliver", "all": "1", "on": "2026-01-05", "amount": "Rp250.000"}
    operator.post(address, data=rest)
    states = session.scalars(
        select(Benefit.state).where(Benefit.instalment == 1).order_by(Benefit.state)
    )
    assert list(states) == ["delivered", "delivered", "not-delivered"]
    kept = session.scalars(select(Benefit).where(Benefit.proof_sha256.is_not(None))).one()
    session.rollback()
    proof = operator.post(f"/benefits/proof/{kept.id}")
    assert proof.data == JPEG
    proof.close()
    seen = select(AuditEvent).where(AuditEvent.action == "benefit-proof-seen")
    assert session.scalars(seen).one().actor == "ani"
    text = shown(operator.get(f"{address}?state=delivered").text)
    assert "diterima Rp250.000" in text
    assert "Tanda terima" in text
    for nobody in ("75.01.01", "x", "75.71.01.1001"):
        said = operator.get(f"/benefits/{decree.id}/1/{nobody}")
        assert (said.status_code, "Penerima 2" in said.text) in ((404, False), (200, False))


def test_a_payment_file_is_confirmed_in_the_browser(
    app: Flask, session: Session, decree: Decree, operator: FlaskClient
) -> None:
    assert "Belum ada berkas." in operator.get("/payments/").text
    content = "Rekening;Jumlah;Tanggal;Ref\n1002;300000;2026-01-05;A\n1003;1;2026-01-05;B\n"
    sent = {"of": str(decree.id), "source": "Bank", "due_to": "2026-01-31"}
    wrong = operator.post(
        "/payments/", data={**sent, "file": (io.BytesIO(b"Rekening;Tanggal\n1;2\n"), "x.csv")}
    )
    assert wrong.status_code == 422
    assert "Kolom Jumlah tidak ada" in wrong.text
    assert 'value="Bank"' in wrong.text
    for missing in ({**sent, "of": "9"}, {**sent, "source": ""}, sent):
        upload = (io.BytesIO(b"" if missing is sent else content.encode()), "x.csv")
        assert operator.post("/payments/", data={**missing, "file": upload}).status_code == 422
    answer = operator.post(
        "/payments/", data={**sent, "file": (io.BytesIO(content.encode()), "bank.csv")}
    )
    assert answer.status_code == 303, answer.text
    assert operator.get(answer.location).status_code == 200
    assert run_waiting(app) == 1
    session.rollback()  # what the client reads next is as the job left it
    text = shown(operator.get(answer.location).text)
    assert "1 pembayaran yang cocok" in text
    assert "Catat 1 penerima yang tidak dibayar menurut berkas" in text
    file = operator.post(f"{answer.location}/file", data={"format": "csv", "outcome": "missing"})
    assert "Penerima 4" in file.text
    assert "750101410190" not in file.text
    full = operator.post(f"{answer.location}/file", data={"format": "xlsx", "full": "1"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(full.data)).get_sheet_by_index(0)
    assert sorted(row[3] for row in sheet.to_python()[1:]) == ["1002", "1003", "1004"]
    assert operator.post(f"{answer.location}/confirm", data={"missing": "1"}).status_code == 303
    running = session.scalars(select(PaymentFile.job_id)).one()
    session.rollback()
    assert "Pencatatan berhenti" not in operator.get(answer.location).text
    assert operator.post(f"/jobs/{running}/cancel").status_code == 303
    stopped = operator.get(answer.location).text
    assert "Pencatatan berhenti: 0 dari" in stopped
    assert f'action="{answer.location}/undo"' in stopped
    assert operator.post(f"{answer.location}/continue").status_code == 303
    assert run_waiting(app) == 1
    assert session.scalars(select(PaymentFile.state)).one() == "written"
    session.rollback()
    assert "Tercatat" in operator.get("/payments/").text
    assert operator.post(f"{answer.location}/undo", data={"reason": ""}).status_code == 422
    operator.post(f"{answer.location}/undo", data={"reason": "salah"})
    assert run_waiting(app) == 1
    assert set(session.scalars(select(Benefit.state))) == {"planned"}


def test_realisation_and_targets_for_the_budget(
    session: Session, decree: Decree, operator: FlaskClient, sign_in: SignIn
) -> None:
    address = f"/benefits/{decree.id}/1/{VILLAGE}"
    operator.post(address, data={"act": "deliver", "all": "1", "on": "2026-01-05"})
    manager = sign_in(Role.MANAGER, "75", username="rahma")
    text = shown(manager.get("/realisation/?year=2026&by=budget").text)
    assert "Fasilitasi Bantuan Sosial" in text
    assert "Rp5.000.000" in text
    assert "Provinsi" in text
    assert "Rp540.000" in text
    assert "Rp360.000" in text
    decree.budget_line_id = None  # the only line of the programme in its area is meant
    session.commit()
    alone = shown(manager.get("/realisation/?year=2026&by=budget").text)
    assert "Rp5.000.000" in alone
    for by, name in (("area", "Kabupaten Gorontalo"), ("programme", "Program blt")):
        text = shown(manager.get(f"/realisation/?year=2026&by={by}&in=75.01&level=kabkota").text)
        assert name in text
        assert "50 %" in text
    csv = manager.post("/realisation/file", data={"year": "2026", "by": "area", "level": "desa"})
    assert csv.text.splitlines()[1].split(",")[:9] == [
        VILLAGE, "Kayubulan <b>", "", "6", "3", "0", "3", "1800000", "900000",
    ]  # fmt: skip
    file = manager.post("/realisation/sipd", data={"year": "2027", "level": "kecamatan"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(file.data)).get_sheet_by_index(0)
    (row,) = sheet.to_python()[1:]
    assert row == [
        "1.06.05.1.02.0003", "Fasilitasi Bantuan Sosial", "Dinas Sosial", "Program blt",
        "12/SK/2026", "75.01.01", "Limboto", 3.0, "keluarga", 3.0, 900_000.0, 2_700_000.0,
    ]  # fmt: skip
    again = manager.post("/realisation/sipd", data={"year": "2027", "level": "kecamatan"})
    assert again.data == file.data
    assert (
        sign_in(Role.MANAGER, "75.71").get("/realisation/?year=2026").text.count("Rp900.000") == 0
    )


@pytest.mark.parametrize(
    ("amount", "shares", "expected"),
    [
        (100, [("P", 60), ("K", 40)], {"P": 60, "K": 40}),
        (101, [("P", 33.3), ("K", 33.3), ("D", 33.4)], {"P": 34, "K": 33, "D": 34}),
        (1_000, [("P", 33.3), ("K", 66.7)], {"P": 333, "K": 667}),
        (100, [("P", 60)], {"P": 60, "": 40}),
        (100, [], {"": 100}),
        (0, [("P", 100)], {}),
    ],
)
def test_shares_add_up(
    amount: int, shares: list[tuple[str, float]], expected: dict[str, int]
) -> None:
    found = shared(amount, [{"payer": payer, "percent": percent} for payer, percent in shares])
    assert found == expected
    assert sum(found.values()) == amount


def test_pages_of_an_empty_office_say_what_to_do(session: Session, sign_in: SignIn) -> None:
    add_areas(session)
    session.commit()
    manager = sign_in(Role.MANAGER, "75")
    assert "Belum ada SK bantuan" in manager.get("/benefits/").text
    assert "Belum ada penyaluran" in manager.get("/realisation/").text
