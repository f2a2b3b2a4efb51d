"""Two people at once about one recipient, one waiting list or one decree: one of them is told."""

import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from jps.cases.appeals import Received, receive
from jps.cases.finding_steps import take_step, undo_step
from jps.cases.replacing import replace_struck
from jps.cases.striking import strike
from jps.db import EVERYWHERE, db
from jps.decrees.services import Head, bring_decree, get_decree, move_decree, take_recipients
from jps.identity.rules import LinkState
from jps.programmes.case_models import Appeal, Finding, Strike
from jps.programmes.case_rules import Action, AppealReason
from jps.programmes.findings import find_anew
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import AppealKind, DecreeState, FindingState, Standing
from tests.cases.conftest import how
from tests.cases.test_striking import GROUNDS, waiting_list
from tests.changes.test_races import together
from tests.changes.village import Village, office
from tests.households.conftest import AT, TODAY
from tests.programmes.world import World

AT_ONCE = 4
BY: dict[str, Any] = {"by": "sari", "at": AT}


def test_nobody_comes_in_for_two(app: Flask) -> None:
    with office(app) as village:
        world = World(village)
        decree = world.decree(world.programme("pkh"), "1/2026")
        people = [world.enlist(decree, village.settle()) for _ in range(AT_ONCE)]
        struck = [strike(village.session, one.id, GROUNDS, how()).id for one in people]
        stored = waiting_list(world, [village.settle() for _ in struck]).id

    def replacing(strike_id: uuid.UUID) -> Callable[[], str]:
        def act() -> str:
            replace_struck(db.session(), strike_id, stored, seen=None, **BY)
            return "replaced"

        return act

    assert together(app, [replacing(one) for one in struck]) == ["replaced"] * AT_ONCE
    with office(app) as after:
        came = select(Recipient.household_id).where(Recipient.standing == Standing.REPLACEMENT)
        found = after.session.scalars(came).all()
        assert len(found) == len(set(found)) == AT_ONCE


def test_an_objection_sent_twice_is_taken_once(app: Flask) -> None:
    with office(app) as village:
        world = World(village)
        decree = world.decree(world.programme("pkh"), "1/2026")
        recipient = world.enlist(decree, village.settle())
        strike_id = strike(village.session, recipient.id, GROUNDS, how()).id
    asked = Received(
        AppealKind.OBJECT, AppealReason.STILL_POOR, "Rumah bocor", "Ibu", strike_id=strike_id
    )

    def act() -> str:
        receive(db.session(), asked, by="desk", at=AT, today=TODAY)
        return "taken"

    assert sorted(together(app, [act] * AT_ONCE)) == ["conflict"] * (AT_ONCE - 1) + ["taken"]
    with office(app) as after:
        assert after.session.scalar(select(func.count()).select_from(Appeal)) == 1


def test_a_strike_stands_on_a_finding_that_was_not_taken_back(app: Flask) -> None:
    with office(app) as village:
        world = World(village)
        decree = world.decree(world.programme("pkh"), "1/2026")
        found = [
            world.enlist(decree, village.settle(), link_state=LinkState.MENINGGAL).id
            for _ in range(AT_ONCE)
        ]
        world.find(decree)
        cases = [(one.id, one.recipient_id) for one in world.findings()]
        for finding_id, _ in cases:
            take_step(village.session, finding_id, Action.CONFIRM, "Akta", **BY)
    assert {recipient for _, recipient in cases} == set(found)

    def striking(finding_id: uuid.UUID, recipient_id: uuid.UUID) -> Callable[[], str]:
        def act() -> str:
            strike(db.session(), recipient_id, GROUNDS, how(), finding_id=finding_id)
            return "struck"

        return act

    def undoing(finding_id: uuid.UUID) -> Callable[[], str]:
        def act() -> str:
            undo_step(db.session(), finding_id, may_all=True, **BY)
            return "undone"

        return act

    acts = [act for one in cases for act in (striking(*one), undoing(one[0]))]
    said = together(app, acts)
    assert len(said) == 2 * AT_ONCE
    with office(app) as after:
        states = select(Finding.state).join(Strike, Strike.finding_id == Finding.id)
        assert set(after.session.scalars(states)) <= {FindingState.CONFIRMED}


def test_a_pair_is_found_once_though_both_decrees_are_looked_at(app: Flask) -> None:
    with office(app) as village:
        world = World(village)
        decrees = [world.decree(world.programme(code), code) for code in ("pkh", "blt")]
        first, second = (programme_of(village, one) for one in decrees)
        world.clash(first, second)
        for _ in range(10):
            home = village.settle()
            for decree in decrees:
                world.enlist(decree, home)
        keys = [decree.id for decree in decrees]

    def finding(key: uuid.UUID) -> Callable[[], str]:
        def act() -> str:
            return str(find_anew(db.session(), key, at=AT, today=TODAY).found)

        return act

    assert together(app, [finding(key) for key in keys * 2]) == ["10"] * 4
    with office(app) as after:
        assert after.session.scalar(select(func.count()).select_from(Finding)) == 10


def programme_of(village: Village, decree: Decree) -> Programme:
    """Return the programme of a decree."""
    return village.session.get_one(Programme, decree.programme_id)


def test_a_decree_comes_in_force_once(app: Flask) -> None:
    with office(app) as village:
        world = World(village)
        decree = world.decree(world.programme("pkh"), "1/2026", state=DecreeState.LOADED)
        key = decree.id

    def moving(to: DecreeState) -> Callable[[], str]:
        def act() -> str:
            session = db.session()
            move_decree(session, get_decree(session, key), to, "Salah", today=TODAY, **BY)
            return str(to)

        return act

    said = together(app, [moving(DecreeState.IN_FORCE)] * AT_ONCE)
    assert sorted(said) == ["conflict"] * (AT_ONCE - 1) + ["in-force"]


def test_a_decree_sent_twice_is_kept_once(app: Flask, tmp_path: Path) -> None:
    with office(app) as village:
        World(village).programme("pkh")
    path = tmp_path / "list.csv"
    path.write_text("Nama,NIK\nIbu Contoh,7501014101909001\n")
    delivery = take_recipients(path, home=app.config["JPS"].home)
    head = Head("pkh", "1/2026", TODAY, date(2026, 1, 1), None, "75.01")

    def act() -> str:
        bring_decree(
            db.session(), head, delivery, label="a.csv", scope=EVERYWHERE, today=TODAY, **BY
        )
        return "brought"

    said = together(app, [act] * AT_ONCE)
    assert sorted(said) == ["brought"] + ["invalid-data"] * (AT_ONCE - 1)
    with office(app) as after:
        assert after.session.scalar(select(func.count()).select_from(Decree)) == 1
