"""Whatever is given, found, struck, paid or listed in a kabupaten: the next one does not see it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from jps.access.rules import PERMISSIONS, Can, Role
from jps.audit.models import AuditEvent
from jps.benefits.models import PaymentFile
from jps.benefits.rules import FileState
from jps.cases.appeals import Received, receive
from jps.cases.striking import strike
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Household
from jps.http import permission_of
from jps.identity.rules import LinkState
from jps.programmes.case_models import Finding, Letter
from jps.programmes.case_rules import AppealReason
from jps.programmes.models import Benefit, BudgetLine, Decree
from jps.programmes.rules import AppealKind, BenefitState, DecreeState
from tests.cases.conftest import how
from tests.cases.test_striking import GROUNDS, waiting_list
from tests.changes.village import office
from tests.conftest import SignIn
from tests.households.conftest import AT, TODAY
from tests.programmes.world import DESA, World

HERE, ELSEWHERE = "75.01", "75.02"
# Of what lies in one kabupaten every address that names it is refused to the other one.
SCOPED = frozenset(
    {"appeal_id", "benefit_id", "decree_id", "file_id", "finding_id", "household_id", "letter_id"}
    | {"line_id", "list_id", "recipient_id", "strike_id"}
)
BLUEPRINTS = frozenset(
    {"appeals", "benefits", "budget", "decree_columns", "decree_files", "decrees", "delivering"}
    | {"finding", "letters", "payments", "recipients", "strikes", "target_arithmetic"}
    | {"target_compare", "target_files", "target_lists"}
)
ROLES = (Role.MANAGER, Role.OPERATOR, Role.ADMINISTRATOR, Role.ANALYST)
SIGNED = {"signer": "Ir. Contoh", "title": "Kepala Desa", "office": "Kantor"}
TYPED: dict[str, Any] = {
    **SIGNED, "reason": "dead", "source": "Akta", "source_on": "2026-11-01",
    "from_on": "2026-12-01", "note": "x", "decision": "x", "verdict": "accept", "to": "withdraw",
    "why": "x", "purpose": "x", "months": "6", "visited_on": "2026-11-01", "result": "1",
    "presence": "1", "sheet": "strike", "format": "csv", "full": "1", "first": "2026-03-01",
    "count": "1", "code": "1.06.05.2.02.0003", "name": "Pos", "year": "2026",
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What lies in the first kabupaten: ids by the name of a route's part, and names of people."""

    parts: dict[str, Any]
    names: tuple[str, ...]
    household: str


@pytest.fixture
def given(app: Flask) -> Given:
    """A decree of the first kabupaten with everything that can hang on it."""
    with office(app) as village:
        world = World(village)
        home = village.settle()
        programme = world.programme("pkh")
        decree = world.decree(programme, "1/2026", area_code=HERE)
        recipient = world.enlist(decree, home, link_state=LinkState.MENINGGAL)
        benefit = Benefit(
            id=uuid.uuid4(), area_code=DESA, decree_id=decree.id, recipient_id=recipient.id,
            instalment=1, due_on=date(2026, 3, 1), amount=1, state=BenefitState.PLANNED,
            state_by="sari", state_at=AT,
        )  # fmt: skip
        line = BudgetLine(
            area_code=HERE, code="1.06.05.2.02.0001", name="Pos rahasia", year=2026,
            made_by="sari", made_at=AT,
        )  # fmt: skip
        paid = PaymentFile(
            id=uuid.uuid4(), area_code=HERE, programme_id=programme.id, decrees=[str(decree.id)],
            source="Bank", label="a.csv", file_sha256="0" * 64, state=FileState.CHECKED,
            made_by="sari", made_at=AT,
        )  # fmt: skip
        village.session.add_all([benefit, line, paid])
        world.find(decree)
        struck = strike(village.session, recipient.id, GROUNDS, how())
        asked = Received(
            AppealKind.OBJECT, AppealReason.STILL_POOR, "Atap", "Ibu Pemohon", strike_id=struck.id
        )
        appeal = receive(village.session, asked, by="meja", at=AT, today=TODAY)
        stored = waiting_list(world, [home])
        parts = {
            "appeal_id": appeal.id,
            "benefit_id": benefit.id,
            "decree_id": decree.id,
            "file_id": paid.id,
            "finding_id": village.session.scalars(select(Finding.id)).first(),
            "household_id": home.id,
            "letter_id": village.session.scalars(select(Letter.id)).first(),
            "line_id": line.id,
            "list_id": stored.id,
            "recipient_id": recipient.id,
            "strike_id": struck.id,
            "number": 1,
            "place": 0,
            "step_id": 1,
            "area": DESA,
        }
        names = (recipient.name, recipient.nik, "Pos rahasia", "Ibu Pemohon")
        return Given(parts, names, str(home.id))


def addresses(app: Flask, parts: dict[str, Any]) -> Iterator[tuple[str, str, Can]]:
    """Yield method, address and permission of every route that names something of an area."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] not in BLUEPRINTS or not rule.arguments & SCOPED:
            continue
        address = adapter.build(rule.endpoint, {name: parts[name] for name in rule.arguments})
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            permission = permission_of(app, rule.endpoint, method)
            assert isinstance(permission, Can)
            yield method, address, permission


def test_what_is_of_one_kabupaten_is_refused_to_another(
    app: Flask, given: Given, sign_in: SignIn
) -> None:
    people = {role: sign_in(role, ELSEWHERE) for role in ROLES}
    wrong, asked = [], 0
    for method, address, permission in addresses(app, given.parts):
        role = next(one for one in ROLES if permission in PERMISSIONS[one])
        answer = people[role].open(address, method=method, data=TYPED if method == "POST" else None)
        asked += 1
        if answer.status_code not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            wrong.append((method, address, answer.status_code))
        assert not any(name in answer.text for name in given.names), address
    assert wrong == []
    assert asked > 45


@pytest.mark.parametrize(
    "address",
    [
        "/appeals/?state=all", "/benefits/", "/budget-lines/?year=2026", "/decrees/", "/findings/",
        "/letters/", "/memberships/", "/payments/", "/realisation/?year=2026", "/targeting/lists/",
        "/overlaps/", "/dashboard/",
    ],
)  # fmt: skip
def test_lists_of_another_kabupaten_name_nobody(
    given: Given, sign_in: SignIn, address: str
) -> None:
    manager = sign_in(Role.MANAGER, ELSEWHERE)
    for asked in (address, f"{address}{'&' if '?' in address else '?'}area={HERE}"):
        answer = manager.get(asked)
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, asked
        assert not any(name in answer.text for name in (*given.names, "1/2026", "Daftar 2026")), (
            asked
        )


def test_nothing_is_begun_about_another_kabupaten(
    app: Flask, given: Given, sign_in: SignIn
) -> None:
    manager = sign_in(Role.MANAGER, ELSEWHERE)
    before = events(app)
    ids = {name: str(value) for name, value in given.parts.items()}
    for address, values in (
        ("/findings/assign", {"pick": ids["finding_id"], "to": "x", "due_on": "2099-01-01"}),
        ("/appeals/new", {"kind": "object", "about": ids["strike_id"], "reason": "still-poor"}),
        ("/appeals/new", {"kind": "contest", "about": ids["recipient_id"], "reason": "able"}),
        ("/appeals/new", {"kind": "propose", "about": ids["household_id"], "reason": "poor"}),
        ("/budget-lines/", {"area": HERE, "area_code": HERE, "code": TYPED["code"]}),
        ("/payments/", {"programme": "1", "decree": ids["decree_id"], "source": "Bank"}),
    ):
        values = {**TYPED, "appellant": "Ibu", "text": "x", **values}
        answer = manager.post(address, data=values, content_type="multipart/form-data")
        assert answer.status_code != HTTPStatus.SEE_OTHER, address
        assert not any(name in answer.text for name in given.names), address
    assert events(app) == before


def events(app: Flask) -> int:
    """Return how many acts were recorded, signing in aside."""
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        query = select(func.count()).where(AuditEvent.action.not_like("sign%"))
        count = db.session().scalar(query.select_from(AuditEvent))
        db.session.remove()
        return count or 0


def test_of_a_decree_of_the_province_each_sees_their_own(app: Flask, sign_in: SignIn) -> None:
    with office(app) as village:
        world = World(village)
        decree = world.decree(world.programme("pkh"), "7/2026", area_code="75")
        mine = world.enlist(decree, name="Orang Kita", area_code="75.02.01.2001")
        theirs = world.enlist(decree, name="Orang Sana", nik="7501014101909001")
        key, mine_id, theirs_id = decree.id, mine.id, theirs.id
        assert village.session.scalar(select(func.count()).select_from(Household)) == 0
    manager = sign_in(Role.MANAGER, ELSEWHERE)
    for address in (
        f"/decrees/{key}",
        f"/decrees/{key}?area={HERE}",
        f"/decrees/{key}?area={DESA}",
    ):
        answer = manager.get(address)
        assert "Orang Sana" not in answer.text, address
        assert "7501014101909001" not in answer.text, address
    assert manager.get(f"/decrees/recipients/{mine_id}").status_code == HTTPStatus.OK
    assert manager.get(f"/decrees/recipients/{theirs_id}").status_code == HTTPStatus.NOT_FOUND
    for sheet in ("propose", "check", "strike", "replace"):
        values = {"sheet": sheet, "area": HERE, "answer": "all", "full": "1", "reason": "x"}
        told = manager.post(f"/decrees/{key}/file", data={**values, "format": "csv"})
        assert "Orang Sana" not in told.text
    manager.post(f"/decrees/{key}/move", data={"to": "withdraw", "reason": "x"})
    with office(app) as after:
        assert after.session.get_one(Decree, key).state == DecreeState.IN_FORCE
