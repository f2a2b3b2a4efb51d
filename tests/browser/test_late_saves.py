"""The queue of late saves on the operator's screens."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from jps.access.rules import Role
from jps.db import EVERYWHERE, db, set_scope
from jps.households.rules import Source
from jps.households.saving import Author, StaleHousehold
from jps.households.services import save_draft
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.offices import NewHousehold


def test_an_operator_compares_a_late_save(
    app: Flask, make_user: Callable[..., str], household: NewHousehold, visit: Visitor
) -> None:
    make_user(Role.ENUMERATOR, "75.01", username="ani")
    make_user(Role.OPERATOR, "75.01", username="budi")
    key = household("ani")
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        author = Author("ani", EVERYWHERE, Source.PHONE)
        late = {"address": "Jalan Terlambat 5", "floor_area": 7}
        with pytest.raises(StaleHousehold):
            save_draft(
                db.session(), uuid.UUID(key), late, version=0, by=author, at=datetime.now(UTC)
            )
        db.session.commit()
    for size in (PHONE, DESK):
        one = visit(size)
        one.sign_in("budi")
        page = one.go("/households/conflicts")
        one.check_width()
        one.check_access()
        page.get_by_role("link", name="Bandingkan").click()
        page.get_by_text("Jalan Terlambat 5").wait_for()
        one.check_width()
