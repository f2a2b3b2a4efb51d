"""The pages of the monitor and of back-checks, from counting to a returned household."""

import re
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask
from sqlalchemy import select

from jps.access.rules import Role
from jps.db import EVERYWHERE, db, set_scope
from jps.fieldwork.models import BackCheckItem
from tests.conftest import SignIn
from tests.fieldwork.conftest import Counted, Fill, areas, count, fill

__all__ = ["areas", "count", "fill"]


def test_from_the_monitor_to_a_back_check(
    app: Flask, fill: Fill, count: Counted, sign_in: SignIn, make_user: Callable[..., str]
) -> None:
    make_user(Role.ENUMERATOR, "75.01", username="ani")
    fill("ani", 22, lambda n: {"address": f"Jalan {n}"})
    operator = sign_in(Role.OPERATOR, "75.01", username="dewi")
    assert "Belum pernah dihitung" in operator.get("/monitor/").text
    assert operator.post("/monitor/count").status_code == HTTPStatus.SEE_OTHER
    count()
    text = operator.get("/monitor/").text
    link = re.search(r'href="(/monitor/enumerators/[0-9a-f]+)"', text)
    assert link is not None
    assert "rekan yang dapat dibandingkan terlalu sedikit" in operator.get(link[1]).text
    assert "22 rumah tangga" in operator.get(f"{link[1]}/one-spot").text
    assert operator.get(f"{link[1]}/nothing").status_code == HTTPStatus.NOT_FOUND
    assert "75.01.01.2001" in operator.get("/monitor/?by=villages").text
    assert operator.get("/monitor/villages/75.01.01.2001").status_code == HTTPStatus.OK
    assert operator.get("/monitor/villages/75.02.01.2001").status_code == HTTPStatus.NOT_FOUND
    assert "one-spot,22,22" in operator.post("/monitor/download").text

    given = {"share": "10", "least": "1", "seed": "7", "questions": ["tenure"]}
    made = operator.post("/backcheck/", data=given)
    assert made.status_code == HTTPStatus.SEE_OTHER, made.text
    assert operator.post("/backcheck/", data={**given, "share": "0"}).status_code == 422
    assert "Belum ditanya" in operator.get(made.location).text
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        item = db.session.scalars(select(BackCheckItem.id)).first()
    assert "Jalan" in operator.get("/backcheck/mine").text
    ask = f"/backcheck/items/{item}/ask"
    questions = operator.get(ask).text.partition("</fieldset>")[2]
    assert 'name="q-tenure"' in questions
    assert " checked" not in questions  # nothing of the first answers
    assert operator.post(ask, data={"state": "done"}).status_code == 422
    answer = operator.post(ask, data={"state": "done", "q-tenure": "2"})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    page = f"/backcheck/items/{item}"
    assert "Salah catat" in operator.get(page).text
    sent = operator.post(f"{page}/kinds", data={"kind-tenure": "error"})
    assert sent.status_code == HTTPStatus.SEE_OTHER
    back = operator.post(f"{page}/return", data={"reason": "Jawaban berbeda."})
    assert back.status_code == HTTPStatus.SEE_OTHER
    assert "Dikembalikan kepada pendata" in operator.get(page).text
    assert operator.get("/backcheck/").status_code == HTTPStatus.OK


def test_enumerators_do_not_see_the_monitor(fill: Fill, sign_in: SignIn) -> None:
    enumerator = sign_in(Role.ENUMERATOR, "75.01")
    assert enumerator.get("/monitor/").status_code == HTTPStatus.FORBIDDEN
    assert enumerator.get("/backcheck/").status_code == HTTPStatus.FORBIDDEN
    assert enumerator.get("/backcheck/mine").status_code == HTTPStatus.OK
