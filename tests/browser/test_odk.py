"""Phones with ODK Collect in the browser: connect one, see what it sent, make a draft of it."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from jps.access.rules import Role
from jps.worker import run_chores
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.households_examples import household_document
from tests.openrosa.collect import Collect, Filled
from tests.openrosa.filling import fill

ELSEWHERE = "75.02.01.2001"


def test_a_phone_is_connected_sends_and_is_cut_off(
    app: Flask, areas: None, make_user: Callable[..., str], visit: Visitor, tmp_path: Path
) -> None:
    make_user(Role.ENUMERATOR, "75.01", username="ani")
    make_user(Role.OPERATOR, "75.01", username="budi")
    ani = visit(PHONE)
    page = ani.sign_in("ani")
    ani.go("/devices/")
    page.click("text=Hubungkan HP")
    page.fill("#name", "Redmi hitam")
    ani.check_access()
    page.click("text=Tampilkan kode QR")
    page.wait_for_selector("svg.qr")
    ani.check_access()
    ani.check_width()
    ani.shot(tmp_path, "qr")
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert box["width"] > 250, "large enough for a camera"
    found = re.search(r"<code>(http[^<]+)</code>", page.content())
    assert found is not None
    phone = Collect(found[1])
    assert phone.refresh()
    assert phone.send(Filled(fill(household_document()))).ok
    assert phone.send(Filled(fill(household_document(area_code=ELSEWHERE)))).ok
    assert phone.send(Filled(fill(household_document(floor_area=9_999)))).ok
    run_chores(app)
    ani.go("/submissions/")
    ani.check_width()
    ani.check_access()
    ani.shot(tmp_path, "submissions-phone")

    budi = visit(DESK)
    office = budi.sign_in("budi")
    budi.go("/submissions/")
    budi.check_access()
    budi.shot(tmp_path, "submissions")
    budi.go("/submissions/?state=refused")
    office.click("tbody a")
    budi.settle()
    budi.check_access()
    budi.shot(tmp_path, "submission")
    office.click("text=Jadikan draf pendata")
    office.wait_for_selector("text=Dijadikan draf pendata")
    budi.go("/devices/")
    budi.check_access()
    budi.shot(tmp_path, "devices")
    office.on("dialog", lambda dialog: dialog.accept())
    office.click("text=Putuskan")
    office.wait_for_selector("text=Diputuskan")
    assert phone.get(f"{phone.server}/formList").status == 401
