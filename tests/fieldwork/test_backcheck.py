"""Back-checks as services, on both databases: drawn, asked blind, compared, returned."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.config import DATA
from jps.db import EVERYWHERE, AreaScope, db, scoped_to, set_scope
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.fieldwork.asking import answer_item, compared, return_item, say_kinds
from jps.fieldwork.backcheck import Wish, assign_item, draw_back_check
from jps.fieldwork.backcheck_queries import back_checks, get_item, own_items, results
from jps.fieldwork.models import BackCheck, BackCheckItem
from jps.fieldwork.rules import REFUSED, SIZE, Agreement, CheckState, Kind
from jps.households.models import Household
from jps.households.remarks import open_remarks
from jps.households.rules import Source, State
from jps.households.saving import Author
from jps.questionnaire import load_form
from tests.conftest import NOW
from tests.fieldwork.conftest import Fill

FORM = load_form(DATA / "questionnaire")
QUESTIONS = ("tenure", SIZE, "floor_area", "aid_pkh")
MakeUser = Callable[..., str]


WISH = Wish(area="", share=0.1, least=2, questions=QUESTIONS, seed=7)


@pytest.fixture
def office(app: Flask, fill: Fill, make_user: MakeUser) -> Iterator[Session]:
    """Two enumerators with thirty interviews each, a third of another kabupaten, an operator."""
    for name, area in (("ani", "75.01"), ("budi", "75.01"), ("citra", "75.02")):
        make_user(Role.ENUMERATOR, area, username=name)
    make_user(Role.OPERATOR, "75.01", username="dewi")
    fill("ani", 30, lambda n: {"address": f"Jalan A {n}"})
    fill("budi", 30, lambda n: {"address": f"Jalan B {n}"})
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        yield db.session()
        db.session.remove()


def drawn(session: Session, **changes: Any) -> list[BackCheckItem]:
    made = draw_back_check(session, FORM, replace(WISH, **changes), by="dewi", at=NOW)
    query = select(BackCheckItem).where(BackCheckItem.back_check_id == made.id)
    return list(session.scalars(query.order_by(BackCheckItem.enumerator, BackCheckItem.id)))


def asked(session: Session, item: BackCheckItem, **answers: str) -> None:
    given = {"tenure": "1", SIZE: "3", "floor_area": "36", "aid_pkh": "2"} | answers
    by = item.assigned_to or ""
    answer_item(session, FORM, item, CheckState.DONE, given, by=by, at=NOW)


def test_a_draw_takes_some_of_everybody_and_gives_them_to_others(office: Session) -> None:
    items = drawn(office)
    assert [item.enumerator for item in items].count("ani") == 3
    assert [item.enumerator for item in items].count("budi") == 3
    assert all(item.assigned_to not in {item.enumerator, "citra", None} for item in items)
    assert len({item.assigned_to for item in items}) == 3
    assert set(items[0].first) == set(QUESTIONS)
    made = office.scalars(select(BackCheck)).one()
    assert made.area_code == "75.01.01.2001"
    event = office.scalars(select(AuditEvent).where(AuditEvent.action == "back-check-drawn")).one()
    assert event.details == {"households": 6, "seed": 7, "share": 0.1}


def test_the_same_seed_draws_the_same(office: Session) -> None:
    first = {item.household_id for item in drawn(office)}
    office.rollback()
    set_scope(office, EVERYWHERE)
    assert {item.household_id for item in drawn(office)} == first
    office.rollback()
    set_scope(office, EVERYWHERE)
    assert {item.household_id for item in drawn(office, seed=8)} != first


def test_who_waits_already_is_not_drawn_again(office: Session) -> None:
    first = {item.household_id for item in drawn(office)}
    assert not first & {item.household_id for item in drawn(office)}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"share": 0.0}, "share"),
        ({"share": 1.5}, "share"),
        ({"least": -1}, "least"),
        ({"seed": -1}, "seed"),
        ({"questions": ()}, "questions"),
        ({"questions": ("name",)}, "questions"),
        ({"questions": ("gps",)}, "questions"),
        ({"questions": ("nobody",)}, "questions"),
    ],
)
def test_wishes_out_of_bounds(office: Session, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidData) as caught:
        drawn(office, **changes)
    assert field in caught.value.problems


def test_nobody_draws_elsewhere(office: Session) -> None:
    with scoped_to(office, AreaScope(codes=("75.02",))):
        with pytest.raises(NotAllowed):
            drawn(office, area="75.01")
        with pytest.raises(InvalidData):
            drawn(office)


def test_only_who_was_told_answers_and_only_once(office: Session) -> None:
    item = drawn(office)[0]
    with pytest.raises(NotAllowed):
        answer_item(office, FORM, item, CheckState.DONE, {}, by=item.enumerator, at=NOW)
    with pytest.raises(InvalidData) as caught:
        asked(office, item, tenure="", **{SIZE: "banyak"})
    assert set(caught.value.problems) == {"tenure", SIZE}
    with pytest.raises(InvalidData):
        answer_item(office, FORM, item, CheckState.OPEN, {}, by=item.assigned_to or "", at=NOW)
    asked(office, item)
    with pytest.raises(Conflict):
        asked(office, item)
    assert item.id not in {found.id for found, _ in own_items(office, item.assigned_to or "")}


def test_an_item_is_never_given_to_its_own_enumerator(office: Session) -> None:
    item = drawn(office)[0]
    for person in (item.enumerator, "citra", "nobody", ""):
        with pytest.raises(InvalidData):
            assign_item(office, item, person, by="dewi", at=NOW)
    assign_item(office, item, "dewi", by="dewi", at=NOW)
    assert item.assigned_to == "dewi"


def test_answers_are_compared_judged_and_returned(office: Session) -> None:
    items = drawn(office)
    first, second = items[0], items[1]
    asked(office, first, tenure="2", floor_area="40", aid_pkh=REFUSED, **{SIZE: "5"})
    asked(office, second)
    kinds = {one.question: (one.agrees, one.kind) for one in compared(first)}
    assert kinds == {
        "tenure": (False, Kind.ERROR),
        SIZE: (False, Kind.ERROR),
        "floor_area": (True, None),
        "aid_pkh": (None, Kind.REFUSED),
    }
    say_kinds(office, first, {SIZE: Kind.CHANGED, "floor_area": Kind.ERROR}, by="dewi", at=NOW)
    assert first.kinds == {SIZE: "changed"}
    found = results(office)
    share = found.enumerators["ani"]
    assert share.agree == share.of - 1
    assert found.questions[SIZE] == Agreement(2, 2)
    assert found.kinds[Kind.REFUSED] == 1
    author = Author("dewi", EVERYWHERE, Source.FORM)
    return_item(office, first, "Jawaban berbeda.", by=author, at=NOW)
    household = office.get(Household, first.household_id)
    assert household is not None
    assert household.state == State.RETURNED
    remarks = open_remarks(office, [household.id])[household.id]
    assert [one.field for one in remarks] == ["tenure"]
    assert "2" not in remarks[0].text  # the second answer is not told
    with pytest.raises(Conflict):
        return_item(office, second, "Tidak ada.", by=author, at=NOW)
    progress = back_checks(office)[0]
    assert (progress.items, progress.open, progress.unassigned) == (6, 4, 0)
    assert get_item(office, first.id).returned_at == NOW
