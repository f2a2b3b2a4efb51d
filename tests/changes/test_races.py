"""Two people at once: a request is applied once, and nobody ends up in two households."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import select

from jps.changes import services
from jps.changes.models import ChangeRequest
from jps.changes.rules import Kind, RequestState
from jps.db import EVERYWHERE, db, set_scope
from jps.errors import JpsError
from jps.households.models import Member
from tests.changes.village import Village, newborn, office
from tests.households.conftest import AT, BUDI, TODAY

AT_ONCE = 4


def together(app: Flask, acts: list[Callable[[], str]]) -> list[str]:
    """Run these acts in threads with sessions of their own; return what each says."""

    def run(act: Callable[[], str]) -> str:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            try:
                said = act()
                db.session.commit()
            except JpsError as error:
                db.session.rollback()
                said = error.code
            finally:
                db.session.remove()
            return said

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def approval(village: Village, request_id: uuid.UUID, seen: dict[str, int]) -> Callable[[], str]:
    """Return the act of approving a request on what was seen."""

    def act() -> str:
        request = db.session().get(ChangeRequest, request_id)
        assert request is not None
        services.approve(
            db.session(), request, village.gate, seen=seen, by=BUDI, at=AT, today=TODAY
        )
        return "approved"

    return act


def test_two_approvals_at_once_apply_once(app: Flask) -> None:
    with office(app) as village:
        home = village.settle()
        request = village.propose(home, Kind.BIRTH, newcomers=[newborn()])
        key, seen = request.id, village.versions(request)
    said = together(app, [approval(village, key, seen)] * AT_ONCE)
    assert sorted(said) == ["approved"] + ["wrong-state"] * (AT_ONCE - 1)
    with office(app) as after:
        names = list(after.session.scalars(select(Member.name).where(Member.name == "Bayi Contoh")))
        assert len(names) == 1


def test_a_household_is_split_while_somebody_moves_out_of_it(app: Flask) -> None:
    with office(app) as village:
        home, other = village.settle(), village.settle()
        wife, child = village.ids(home)[1:]
        people = {wife: {"relation": "1"}}
        split = village.propose(home, Kind.SPLIT, members=[wife, child], people=people)
        move = village.propose(home, Kind.MOVE, members=[child], household=str(other.id))
        acts = [approval(village, one.id, village.versions(one)) for one in (split, move)]
        person = uuid.UUID(child)
    said = together(app, acts)
    # Who came second looks again: the child is not (any more) where the request says.
    assert said.count("approved") == 1
    assert set(said) - {"approved"} <= {"changed-since", "invalid-data", "invalid-change"}
    with office(app) as after:
        assert len(after.homes(person, TODAY)) == 1
        states = set(after.session.scalars(select(ChangeRequest.state)))
        assert states == {RequestState.APPROVED, RequestState.PROPOSED}
