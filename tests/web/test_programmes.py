"""Pages of programmes."""

import pytest
from flask import Flask

from jps.access.rules import Role
from jps.commands.programmes import load_folder
from jps.db import EVERYWHERE, db, set_scope
from tests.conftest import SignIn


@pytest.fixture
def loaded(app: Flask, areas: None) -> None:
    """The programmes that come with JPS."""
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        load_folder(db.session())
        db.session.commit()


def test_a_programme_tells_what_it_gives_and_to_whom(loaded: None, sign_in: SignIn) -> None:
    analyst = sign_in(Role.ANALYST)
    page = analyst.get("/programmes/").text
    assert "Rp200.000" in page
    assert "menurut komponen" in page
    assert page.count("Belum dipastikan") >= 10
    assert 'href="/programmes/jps"' in page
    old = analyst.get("/programmes/jps").text
    assert "Tidak ada ketentuan yang berlaku hari ini." in old
    assert "APBD Provinsi Gorontalo 60 %" in old
    assert "Rp320.670" in old  # 60 per cent of three packages
    pkh = analyst.get("/programmes/pkh").text
    assert "Paling banyak 4 komponen per keluarga" in pkh
    assert "Sedang hamil?" in pkh  # the rule in words
    assert "tidak boleh" in pkh
    assert analyst.get("/programmes/tidak-ada").status_code == 404
    assert sign_in(Role.ENUMERATOR, "75.01").get("/programmes/").status_code == 403
