"""Pages of findings, strikes, letters and appeals: who sees what, and one way from end to end."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from jps.access.rules import Role
from jps.access.throttle import ALLOWED
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Household, Member
from jps.identity.rules import LinkState
from jps.jobs.models import Job
from jps.programmes.case_models import Appeal, Letter
from jps.programmes.models import Decree, ProgrammeTerms, Recipient
from jps.programmes.rules import LetterKind, ProgrammeKind, Standing
from tests.changes.village import office
from tests.conftest import SignIn
from tests.programmes.world import World

SIGNED = {"signer": "Ir. Contoh", "title": "Kepala Desa", "office": "Kantor Desa Contoh"}


@contextmanager
def given(app: Flask) -> Iterator[World]:
    """Open a village where a decree is in force."""
    with office(app) as village:
        yield World(village)


def dead_head(app: Flask) -> tuple[uuid.UUID, uuid.UUID, str]:
    """Return finding and recipient of a head who died, and their household."""
    with given(app) as world:
        home = world.village.settle()
        decree = world.decree(world.programme("pkh"), "1/2026", area_code="75")
        recipient = world.enlist(decree, home, link_state=LinkState.MENINGGAL)
        world.find(decree)
        return world.findings()[0].id, recipient.id, str(home.id)


def stored(app: Flask, kind: Any) -> list[Any]:
    """Return all rows of a table."""
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        rows = list(db.session().scalars(select(kind)))
        db.session.expunge_all()
        return rows


def sent(client: FlaskClient, address: str, **values: Any) -> str:
    """Post a form and return where it leads."""
    answer = client.post(address, data=values, content_type="multipart/form-data")
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    return str(answer.location)


def test_from_finding_to_notice_objection_and_back(app: Flask, sign_in: SignIn) -> None:
    finding, recipient, home = dead_head(app)
    desk = sign_in(Role.OPERATOR, "75.01", username="meja")
    manager = sign_in(Role.MANAGER, "75.01", username="sari")
    decider = sign_in(Role.MANAGER, "75", username="budi")
    page = f"/findings/{finding}"
    listed = desk.get("/findings/?kind=dead").text
    assert "Rp2.400.000" in listed
    assert "Hasan" in listed
    sent(desk, "/findings/assign", pick=str(finding), to="meja", due_on="2099-01-01")
    visit = {"visited_on": "2026-11-20", "result": "1", "presence": "2", "note": "Akta ada"}
    photo = (BytesIO(b"\xff\xd8\xff contoh"), "akta.jpg")
    sent(desk, f"{page}/visit", **visit, photo=photo)
    assert desk.post(f"{page}/confirm", data={"note": "x"}).status_code == HTTPStatus.FORBIDDEN
    refused = manager.post(f"{page}/confirm", data={"note": " ", "which": "confirm"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    sent(manager, f"{page}/confirm", note="Akta kematian")
    form = f"/strikes/new/{recipient}?finding={finding}"
    assert 'value="dead" selected' in manager.get(form).text
    typed = {"finding": str(finding), "reason": "dead", "from_on": "2026-12-01", **SIGNED}
    missing = manager.post(f"/strikes/new/{recipient}", data={**typed, "source": ""})
    assert missing.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="Kantor Desa Contoh"' in missing.text
    typed |= {"source": "Akta kematian", "source_on": "2026-11-01"}
    strike = sent(manager, f"/strikes/new/{recipient}", **typed)
    [notice] = stored(app, Letter)
    assert notice.facts["address"] == f"http://localhost/check/{notice.check}"
    paper = desk.post(f"/letters/{notice.id}/paper")
    assert paper.mimetype == "application/pdf"
    assert paper.data == desk.post(f"/letters/{notice.id}/paper").data
    assert "7501" not in paper.headers["Content-Disposition"]
    about = strike.rpartition("/")[2]
    asked = {"kind": "object", "about": about, "reason": "still-here", "appellant": "Fatma"}
    appeal = sent(desk, "/appeals/new", **asked)
    assert "KEBERATAN-" in desk.get(appeal).text
    sent(desk, f"{appeal}/check", visited_on="2026-11-21", result="1", presence="1", note="Ada")
    word = {"verdict": "accept", "decision": "Masih hidup", **SIGNED}
    assert "Orang lain yang memutuskan" in manager.get(appeal).text
    assert manager.post(f"{appeal}/decide", data=word).status_code == HTTPStatus.FORBIDDEN
    sent(decider, f"{appeal}/decide", **word)
    [row] = stored(app, Recipient)
    assert (row.standing, row.struck_reason, row.struck_at) == (Standing.LISTED, "", None)
    assert "tercantum lagi" in desk.get(appeal).text
    with given(app) as world:
        terms = world.session.scalars(select(ProgrammeTerms)).one()
        head = world.session.get_one(Member, row.member_id)
        head.calculated = {**head.calculated, "age": "71"}
        terms.components = [{"code": "lansia", "name": "Lanjut usia", "amount": 600_000, "most": 1}]
    household = desk.get(f"/households/{home}").text
    assert "Bantuan dan temuan" in household
    assert "PKH" in household
    assert "Rp600.000 per penyaluran, Rp7.200.000 setahun" in household


def test_a_decree_that_is_one_over_says_so_until_somebody_decides(
    app: Flask, sign_in: SignIn
) -> None:
    _, recipient, _ = dead_head(app)
    manager = sign_in(Role.MANAGER, "75.01", username="sari")
    grounds = {"source": "Akta", "source_on": "2026-11-01", "from_on": "2026-12-01"}
    typed = {"reason": "dead", **grounds, **SIGNED}
    wrong = manager.post(f"/strikes/new/{recipient}", data={**typed, "reason": "place-returned"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "hanya untuk pengganti" in wrong.text
    strike = sent(manager, f"/strikes/new/{recipient}", **typed)
    with given(app) as world:
        decree = world.session.scalars(select(Recipient.decree_id)).one()
        world.rows[decree] = 2
        world.enlist(
            world.session.get_one(Decree, decree), world.village.settle(),
            standing=Standing.REPLACEMENT, replaces=recipient,
        )  # fmt: skip
    sent(manager, f"{strike}/undo", reason="Masih hidup")
    assert "1 penerima di atas kuota" in manager.get(f"/decrees/{decree}").text
    assert "satu di atas kuota" in manager.get(strike).text
    [came] = [one.id for one in stored(app, Recipient) if one.replaces]
    assert 'value="place-returned" selected' in manager.get(f"/strikes/new/{came}").text
    silent = manager.post(f"{strike}/keep", data={"reason": ""})
    assert silent.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    sent(manager, f"{strike}/keep", reason="Sisa anggaran")
    assert "di atas kuota" not in manager.get(f"/decrees/{decree}").text
    assert "Sisa anggaran" in manager.get(strike).text


def test_anybody_checks_a_letter_and_learns_no_name(app: Flask, sign_in: SignIn) -> None:
    _, _, home = dead_head(app)
    desk = sign_in(Role.OPERATOR, "75.01")
    with given(app) as world:
        person = world.members(world.session.get_one(Household, uuid.UUID(home)))
        member, nik, name = str(person[0].id), person[0].nik, person[0].name
    wish = {"member": member, "purpose": "Sekolah", "months": "6", **SIGNED}
    refused = desk.post(f"/letters/sktm/{home}", data=wish)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "memerlukan putusan" in refused.text
    wish |= {"decision": "Miskin", "decision_number": "BA/1", "decision_on": "2026-10-01"}
    page = sent(desk, f"/letters/sktm/{home}", **wish)
    [letter] = [one for one in stored(app, Letter) if one.kind == LetterKind.SKTM]
    stranger = app.test_client()
    seen = stranger.get(f"/check/{letter.check}")
    assert seen.status_code == HTTPStatus.OK
    for part in ("Asli dan berlaku", letter.number, letter.facts["initials"]):
        assert part in seen.text
    assert name not in seen.text
    assert nik not in seen.text
    assert seen.headers["X-Robots-Tag"] == "noindex"
    found = stranger.get("/check/", query_string={"code": letter.check.upper()})
    assert found.location.endswith(f"/check/{letter.check}")
    wrong = stranger.get("/check/aaaa-bbbb-cccc-dddd")
    assert wrong.status_code == HTTPStatus.NOT_FOUND
    assert "Kode ini tidak dikenal" in wrong.text
    for _ in range(ALLOWED - 1):
        assert stranger.get("/check/zzzz").status_code == HTTPStatus.NOT_FOUND
    tired = stranger.get("/check/zzzz")
    assert tired.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert tired.headers["Retry-After"] == "60"
    assert "Tunggu satu menit" in tired.text
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert stranger.get("/check/zzzz", environ_base=elsewhere).status_code == HTTPStatus.NOT_FOUND
    # What was right lately is answered, whatever others at the same address try.
    assert stranger.get(f"/check/{letter.check}").status_code == HTTPStatus.OK
    manager = sign_in(Role.MANAGER, "75.01")  # may not see numbers
    assert manager.post(f"{page}/paper").status_code == HTTPStatus.FORBIDDEN
    sent(desk, f"{page}/revoke", reason="Salah nama")
    assert "Dicabut" in stranger.get(f"/check/{letter.check}").text


def test_who_contests_is_seen_by_those_who_decide_alone(app: Flask, sign_in: SignIn) -> None:
    _, recipient, _ = dead_head(app)
    desk, manager = sign_in(Role.OPERATOR, "75.01"), sign_in(Role.MANAGER, "75.01")
    found = desk.post("/appeals/find", data={"kind": "contest", "find": "hasan"})
    assert f"about={recipient}" in found.text
    asked = {"kind": "contest", "about": str(recipient), "reason": "dead"}
    evidence = (BytesIO(b"\x89PNG\r\n\x1a\n"), "x.png")
    page = sent(desk, "/appeals/new", **asked, appellant="Tetangga Rahasia", evidence=evidence)
    assert "Tetangga Rahasia" not in desk.get(page).text
    assert "Tetangga Rahasia" in manager.get(page).text
    assert desk.post(f"{page}/evidence").status_code == HTTPStatus.NOT_FOUND
    assert manager.post(f"{page}/evidence").status_code == HTTPStatus.OK
    assert sign_in(Role.OPERATOR, "75.02").get(page).status_code == HTTPStatus.NOT_FOUND


def test_nobody_is_proposed_for_what_excludes(app: Flask, sign_in: SignIn) -> None:
    with given(app) as world:
        home = world.village.settle().id
        pkh, flag = world.programme("pkh").id, world.programme("asn", kind=ProgrammeKind.FLAG).id
    desk = sign_in(Role.OPERATOR, "75.01")
    form = desk.get("/appeals/new", query_string={"kind": "propose", "about": str(home)}).text
    assert f'<option value="{pkh}"' in form
    assert f'<option value="{flag}"' not in form
    asked = {"kind": "propose", "about": str(home), "reason": "poor", "appellant": "X"}
    refused = desk.post("/appeals/new", data={**asked, "programme": str(flag)})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Pilih program yang diusulkan" in refused.text
    assert stored(app, Appeal) == []


def test_appeals_past_their_day_are_told_in_words(app: Flask, sign_in: SignIn) -> None:
    _, recipient, _ = dead_head(app)
    desk = sign_in(Role.OPERATOR, "75.01")
    asked = {"kind": "contest", "about": str(recipient), "reason": "dead", "appellant": "X"}
    sent(desk, "/appeals/new", **asked)
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        appeal = db.session().scalars(select(Appeal)).one()
        appeal.due_on = appeal.received_at.date().replace(year=2020)
        db.session.commit()
    page = desk.get("/appeals/").text
    assert re.search(r"lewat [\d.]+ hari", page)
    assert "1 permohonan sudah lewat batas waktu" in page
    assert "text-danger-emphasis" in page


def test_an_analyst_sees_counts_and_no_names(app: Flask, sign_in: SignIn) -> None:
    finding, _, _ = dead_head(app)
    analyst = sign_in(Role.ANALYST, "75")
    page = analyst.get("/findings/").text
    assert "Rp2.400.000" in page
    assert "Hasan" not in page
    assert analyst.get(f"/findings/{finding}").status_code == HTTPStatus.FORBIDDEN


def test_findings_of_other_areas_are_not_there(app: Flask, sign_in: SignIn) -> None:
    finding, recipient, _ = dead_head(app)
    other = sign_in(Role.MANAGER, "75.02")
    assert "Hasan" not in other.get("/findings/").text
    for address in (f"/findings/{finding}", f"/strikes/new/{recipient}"):
        assert other.get(address).status_code == HTTPStatus.NOT_FOUND


def test_findings_are_found_anew_as_a_job(app: Flask, sign_in: SignIn) -> None:
    dead_head(app)
    manager = sign_in(Role.MANAGER, "75")
    assert manager.post("/findings/renew").status_code == HTTPStatus.SEE_OTHER
    assert [job.kind for job in stored(app, Job)] == ["findings"]
