"""Models, quotas by hand, comparisons, annexes and the arithmetic as asked by a browser."""

import base64
import csv
import io
import re
import uuid
import zipfile
import zlib
from datetime import date
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.assessment.models import Decile, ScoreModel
from jps.assessment.training_work import TRAINING_KIND
from jps.audit.models import AuditEvent
from jps.config import Settings
from jps.db import db
from jps.households.models import Family, Household, Member
from jps.jobs.models import Job
from jps.jobs.services import find_job
from jps.programmes.models import Decree
from jps.programmes.rules import DecreeState
from jps.targeting.models import TargetList, TargetRule
from jps.worker import run_now
from tests.conftest import SignIn
from tests.decrees.conftest import programme
from tests.figures import (
    AT,
    add_areas,
    add_boundaries,
    add_household,
    add_rich_household,
    score_all,
)
from tests.targeting.test_services import run_snapshot

ROWS = {"fact": ["npl100"], "is": [">="], "value": ["0,2"], "least": ["1"], "join": "all"}


@pytest.fixture
def manager(session: Session, office: Settings, sign_in: SignIn) -> FlaskClient:
    """A manager of the province, five poor and two rich households in each of two desa, a rule."""
    add_areas(session)
    add_boundaries(session)
    for village in ("75.01.01.2001", "75.71.01.1001"):
        for number in range(5):
            add_household(session, village, head_name=f"KEPALA {number}", address="Jl. Uji")
        for _ in range(2):
            add_rich_household(session, village, head_name="KEPALA KAYA")
    first = session.scalars(select(Household).order_by(Household.head_name)).first()
    assert first is not None
    own: dict[str, Any] = {"household_id": first.id, "area_code": first.area_code}
    family = Family(**own, position=0, valid_from=date(2026, 1, 1))
    session.add(family)
    session.flush()
    session.add(
        Member(**own, family_id=family.id, position=0, name="KEPALA 0", nik_state="missing",
               relation="1", valid_from=date(2026, 1, 1))
    )  # fmt: skip
    session.add(
        Decile(**own, family_id=family.id, source="DTSEN", period=date(2026, 7, 1), decile=3,
               loaded_by="tests", loaded_at=AT)
    )  # fmt: skip
    score_all(session)
    session.commit()
    run_snapshot(session, office.home)
    client = sign_in(Role.MANAGER, "75", username="rahma")
    assert client.post("/targeting/rules/", data={**ROWS, "name": "Miskin"}).status_code == 303
    session.rollback()
    return client


@pytest.fixture
def enter(session: Session, sign_in: SignIn) -> SignIn:
    """Return a browser signed in as somebody else; lets go of what a page before has read."""

    def sign_in_after(role: Role, *areas: str, username: str = "") -> FlaskClient:
        session.rollback()
        return sign_in(role, *areas, username=username)

    return sign_in_after


def words(text: str) -> str:
    """Return the text of a page."""
    return re.sub(r"<[^>]+>|\s+", " ", text)


def scenario(session: Session, **values: str) -> dict[str, str]:
    """Return the fields of scenario A."""
    rule = session.scalars(select(TargetRule.id)).one()
    session.rollback()
    fields = {"area": "75", "A.rule": str(rule), "A.total": "4", "A.amount": "100.000"}
    return {**fields, "A.level": "kecamatan", "letter": "A", **values}


def draw(client: FlaskClient, session: Session, name: str, **values: str) -> TargetList:
    """Draw a list and return it."""
    answer = client.post("/targeting/lists/", data=scenario(session, name=name, **values))
    assert answer.status_code == 303
    found = session.scalars(select(TargetList).where(TargetList.name == name)).one()
    session.expunge(found)
    session.rollback()
    return found


def survey(rows: int = 200) -> bytes:
    """Return a survey as CSV whose consumption follows the floor."""
    rng = np.random.default_rng(5)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["consumption_per_head", "weight", "area_code", "floor_area", "shoe_size"])
    for number in range(rows):
        floor = int(rng.integers(10, 90))
        rupiah = int(np.exp(12.4 + 0.02 * floor + 0.2 * rng.standard_normal()))
        writer.writerow([rupiah, 1 + number % 2, "75.01.01.2001", floor, 40])
    return out.getvalue().encode()


def sent(content: bytes, **values: str) -> dict[str, Any]:
    """Return the form that trains a model."""
    file = (io.BytesIO(content), "survei.csv")
    return {"file": file, "name": "PMT uji", "line": "480.000", "by": "none", **values}


def trained(app: Flask, session: Session, manager: FlaskClient, content: bytes) -> str:
    """Send a survey, run its training, and return the page of the job."""
    answer = manager.post("/targeting/models/", data=sent(content))
    assert answer.status_code == 303, words(answer.text)
    assert "hx-trigger" in manager.get("/targeting/models/").text
    session.rollback()
    with app.app_context():
        job = find_job(db.session(), uuid.UUID(answer.location.rpartition("/")[2]))
        run_now(app, job)
        db.session.remove()
    session.rollback()
    return str(answer.location)


def test_a_model_from_survey_to_score(
    app: Flask, manager: FlaskClient, session: Session, enter: SignIn
) -> None:
    for content, said, values in (
        (b"floor_area\n1\n", "consumption_per_head", {}),
        (b"", "Berkas kosong", {}),
        (survey().replace(b"floor_area", b"luas"), "Tidak ada kolom", {}),
        (survey(), "Beri model ini nama", {"name": " "}),
        (survey(), "bilangan bulat", {"line": "x"}),
    ):
        answer = manager.post("/targeting/models/", data=sent(content, **values))
        assert answer.status_code in {400, 422}
        assert said in words(answer.text)
        assert values or "PMT uji" in answer.text
    assert not session.scalars(select(Job).where(Job.kind == TRAINING_KIND)).all()
    session.rollback()
    for content, said in (
        (survey(20), "Terlalu sedikit baris"),
        (survey().replace(b"75.01.01.2001", b"entah", 1), "periksa baris 2"),
    ):
        failed = trained(app, session, manager, content)
        assert said in words(manager.get(failed).text)
        assert said in words(manager.get("/targeting/models/").text)
        session.rollback()
    done = manager.get(trained(app, session, manager, survey()))
    assert "Lihat hasilnya" in done.text
    answer = manager.get(re.findall(r"/targeting/models/\d+", done.text)[0])
    assert "Kartu model" in answer.text
    assert "Luas lantai" in answer.text
    session.rollback()
    model = session.scalars(select(ScoreModel.id).where(ScoreModel.kind == "pmt")).one()
    session.rollback()
    page = f"/targeting/models/{model}"
    assert manager.post(f"{page}/approve").status_code == 403
    assert enter(Role.ANALYST, "75").post(f"{page}/approve").status_code == 403
    other = enter(Role.MANAGER, "75", username="budi")
    session.rollback()
    assert "Disetujui" in other.post(f"{page}/approve", follow_redirects=True).text
    assert session.scalars(select(Job.kind).where(Job.kind == "consumption")).all()
    session.rollback()
    said = words(manager.get("/targeting/models/").text)
    assert "dipakai sekarang" in said
    household = session.scalars(select(Household.id)).first()
    session.rollback()
    shown = words(manager.get(f"/targeting/households/{household}").text)
    assert "Belum dapat ditaksir: belum ada jawaban untuk Luas lantai" in shown
    session.rollback()
    assert other.post(f"{page}/withdraw", data={"reason": ""}).status_code == 303
    session.rollback()
    other.post(f"{page}/withdraw", data={"reason": "Garis lama"})
    assert "Garis lama" in manager.get(page).text


def test_the_arithmetic_of_a_household_on_a_list(
    manager: FlaskClient, session: Session, enter: SignIn
) -> None:
    mix = {"A.score": "mix-ranks", "A.w.npl100": "3", "A.w.decile": "1"}
    found = draw(manager, session, "Gabungan", **mix)
    query = select(Decile.household_id)
    household = session.scalars(query).one()
    session.rollback()
    shown = words(manager.get(f"/targeting/households/{household}?list={found.id}").text)
    assert "Urutan 1 di wilayahnya" in shown
    assert "Jumlah" in shown
    assert re.search(r"desil 3", shown)
    assert re.search(r"Desil resmi\s+3\s+0,800\s+1 ", shown)
    assert "Belum ada model PMT yang disetujui" in shown
    linked = f"/targeting/households/{household}"
    assert linked in manager.get(f"/households/{household}").text
    assert linked in manager.get(f"/targeting/lists/{found.id}").text
    session.rollback()
    assert enter(Role.ANALYST, "75").get(linked).status_code == 403
    assert enter(Role.MANAGER, "75.71").get(linked).status_code in {200, 404}


def test_quotas_by_hand(manager: FlaskClient, session: Session) -> None:
    hand = {"A.method": "by-hand"}
    asked = manager.post("/targeting/quotas/A", data=scenario(session, **hand))
    assert 'name="A.q.75.01.01"' in asked.text
    assert "5 memenuhi" in words(asked.text)
    assert not manager.post("/targeting/quotas/A", data=scenario(session)).text.strip()
    for quotas, said in (
        ({}, "Isi kuota"),
        ({"A.q.75.01.01": "8"}, "hanya ada 7 rumah tangga"),
        ({"A.q.75.01.02": "1"}, "tidak punya rumah tangga"),
        ({"A.q.75.01.01": "x"}, "bilangan bulat"),
    ):
        figures = manager.post("/targeting/simulate", data=scenario(session, **hand, **quotas))
        assert said in words(figures.text)
        answer = manager.post(
            "/targeting/lists/", data=scenario(session, name="X", **hand, **quotas)
        )
        assert answer.status_code == 422
        assert said in words(answer.text)
        assert 'value="X"' in answer.text
        for name, quota in quotas.items():
            assert f'name="{name}" value="{quota}"' in answer.text
    above = scenario(session, **hand, **{"A.q.75.01.01": "8"})
    figures = manager.post("/targeting/simulate", data=above)
    assert "Skenario A: Kuota wilayah Kec. Limboto adalah 8" in words(figures.text)
    assert session.scalars(select(TargetList)).all() == []
    session.rollback()
    found = draw(manager, session, "Tangan", **hand, **{"A.q.75.01.01": "6", "A.q.75.71.01": ""})
    assert (found.total, found.counts["within-quota"]) == (6, 5)
    shown = words(manager.get(f"/targeting/lists/{found.id}").text)
    assert "Kuota 6, terpilih 5: 1 tidak terisi" in shown


def test_scenarios_on_maps_and_by_any_measure(manager: FlaskClient, session: Session) -> None:
    two = {"B.on": "1", "B.rule": scenario(session)["A.rule"], "B.total": "9", "B.amount": "1"}
    for measure in ("coverage", "selected", "cost", "per_poor", "x"):
        figures = manager.post("/targeting/simulate", data=scenario(session, show=measure, **two))
        assert figures.text.count("<figure") == 2
        assert figures.text.count("<path") == 4
        assert "Kabupaten Gorontalo" in figures.text
    wrong = manager.post("/targeting/simulate", data=scenario(session, **{"A.score": "mix"}))
    assert "Gabungan perlu bobot" in wrong.text
    wrong = manager.post("/targeting/simulate", data=scenario(session, **{"A.score": "pmt"}))
    assert "Setujui satu model PMT" in wrong.text


def test_two_lists_are_compared(manager: FlaskClient, session: Session, enter: SignIn) -> None:
    one = draw(manager, session, "Satu")
    session.get_one(TargetList, one.id).drawn_at = AT  # tests' requests share one moment
    session.commit()
    two = draw(manager, session, "Dua", **{"A.total": "6"})
    page = f"/targeting/lists/{two.id}/compare"
    shown = words(manager.get(page, query_string={"with": str(one.id)}).text)
    assert "2 masuk" in shown
    assert "4 tetap terpilih" in shown
    assert "Kuota wilayahnya berubah" in shown
    assert "KEPALA" in shown
    session.rollback()
    analyst = enter(Role.ANALYST, "75")
    hidden = analyst.get(page, query_string={"with": str(one.id), "cause": "quota"})
    assert "KEPALA" not in hidden.text
    session.rollback()
    answer = manager.post(page, data={"with": str(one.id)})
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["perubahan"] for row in rows] == ["masuk", "masuk"]
    assert b"KEPALA" not in analyst.post(page, data={"with": str(one.id)}).data
    for other in ("", "x", "0" * 32):
        assert manager.get(page, query_string={"with": other}).status_code == 404
    same = manager.get(page, query_string={"with": str(two.id)})
    assert "Tidak ada beda" in same.text
    assert "target-list-compared" in session.scalars(select(AuditEvent.action)).all()


def printed(pdf: bytes) -> bytes:
    """Return what the pages of a PDF draw."""
    parts = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return b"".join(zlib.decompress(base64.a85decode(p.strip(), adobe=False)) for p in (
        part.strip().removesuffix(b"~>") for part in parts
    ))  # fmt: skip


def test_the_annex_of_a_decree_and_the_bundle(
    manager: FlaskClient, session: Session, enter: SignIn
) -> None:
    found = draw(manager, session, "JPS 2026")
    page = f"/targeting/lists/{found.id}"
    answer = manager.post(page + "/file", data={"format": "pdf"})
    assert answer.headers["Content-Disposition"].endswith(".pdf")
    content = printed(answer.data)
    assert b"KEPALA" in content
    assert b"RANCANGAN" in content
    assert b"Halaman 1 dari 1" in content
    assert answer.data == manager.post(page + "/file", data={"format": "pdf"}).data
    session.rollback()
    analyst = enter(Role.ANALYST, "75")
    masked = printed(analyst.post(page + "/file", data={"format": "pdf"}).data)
    assert b"KEPALA" not in masked
    assert b"Jl. Uji" not in masked
    bundle = manager.post(page + "/bundle")
    assert zipfile.ZipFile(io.BytesIO(bundle.data)).namelist()[0] == "list.json"
    session.rollback()
    town = enter(Role.MANAGER, "75.01")
    assert town.post(page + "/bundle").status_code == 404


def test_what_changed_since_is_said(manager: FlaskClient, session: Session) -> None:
    found = draw(manager, session, "Lama")
    page = f"/targeting/lists/{found.id}"
    assert "Sejak potret datanya" not in manager.get(page).text
    session.rollback()
    for household in session.scalars(select(Household)):
        household.changed_at = AT.replace(year=2027)
    session.commit()
    assert "4 rumah tangga terpilih berubah" in words(manager.get(page).text)
    assert "Terbukti" in manager.post(page + "/verify", follow_redirects=True).text


def test_a_snapshot_older_than_a_decree_says_so(manager: FlaskClient, session: Session) -> None:
    told = "1 SK dinyatakan berlaku atau ditarik"
    given = programme(session, "blt")
    late = AT.replace(year=2027)
    decree = Decree(
        id=uuid.uuid4(), area_code="75", programme_id=given.id, number="1", dated=late.date(),
        period_from=late.date(), state=DecreeState.LOADED, state_by="ani", state_at=late,
        made_by="ani", made_at=late,
    )  # fmt: skip
    session.add(decree)
    session.commit()
    assert told not in words(manager.get("/targeting/simulate").text)
    session.rollback()
    decree.state = DecreeState.IN_FORCE
    session.commit()
    for page in ("/targeting/simulate", "/targeting/"):
        assert told in words(manager.get(page).text)


def test_an_approved_list_becomes_a_draft_decree(
    manager: FlaskClient, session: Session, enter: SignIn
) -> None:
    found = draw(manager, session, "JPS 2026")
    page, form = f"/targeting/lists/{found.id}", f"/decrees/?target_list={found.id}"
    assert "Jadikan rancangan SK" not in manager.get(page).text
    assert "Dari daftar sasaran" not in manager.get(form).text
    session.rollback()
    manager.post(page + "/propose")
    enter(Role.MANAGER, "75", username="budi").post(page + "/approve")
    session.rollback()
    assert "Jadikan rancangan SK" in manager.get(page).text
    assert "Dari daftar sasaran JPS 2026" in words(manager.get(form).text)
    for other in ("", "x", "0" * 32):
        assert manager.get(f"/decrees/?target_list={other}").status_code == 200
