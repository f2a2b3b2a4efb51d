"""The shell of the offline form: small, without anybody's data, one version of all of its files."""

import gzip
import json
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from jps.access.rules import Role
from jps.web import phone
from jps.web.icons import PNG_ICONS
from tests.conftest import SignIn
from tests.databases import Databases
from tests.repository import texts

STYLE_BYTES = 15_000
FIRST_LOAD_BYTES = 200_000  # gzipped
LONGEST = 250  # lines of a script


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: the shell hardly reads the database."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture
def shell(app: Flask) -> phone.Shell:
    """The shell in force."""
    with app.test_request_context():
        return phone.shell()


def test_the_first_load_is_small(shell: phone.Shell, client: FlaskClient) -> None:
    page = client.get("/phone/").data
    parts = [page, *shell.files.values()]
    assert sum(len(gzip.compress(part, 5)) for part in parts) < FIRST_LOAD_BYTES
    styles = [content for name, content in shell.files.items() if name.endswith(".css")]
    assert sum(map(len, styles)) < STYLE_BYTES


def test_everything_opens_without_an_account(shell: phone.Shell, client: FlaskClient) -> None:
    assert client.get("/phone/").status_code == HTTPStatus.OK
    for name, content in shell.files.items():
        answer = client.get(f"/phone/{shell.version}/{name}", headers={"Accept-Encoding": "gzip"})
        assert "immutable" in answer.headers["Cache-Control"]
        data = answer.data
        packed = answer.headers.get("Content-Encoding") == "gzip"
        assert (gzip.decompress(data) if packed else data) == content
        assert packed or len(content) < 1_000


def test_another_version_is_not_mixed_in(client: FlaskClient) -> None:
    assert client.get("/phone/0123456789ab/app.js").status_code == HTTPStatus.NOT_FOUND


def test_the_worker_names_what_it_keeps(shell: phone.Shell, client: FlaskClient) -> None:
    worker = client.get("/phone/worker.js")
    assert worker.headers["Cache-Control"] == "no-cache"
    assert json.dumps(shell.version) in worker.text
    assert all(f"/phone/{shell.version}/{name}" in worker.text for name in shell.files)
    assert shell.version in client.get("/phone/").text
    assert "import " not in worker.text, "browsers without modules in workers"
    assert f"/phone/{shell.version}/sync.js" in client.get("/phone/worker.js?sends").text


def test_what_changes_makes_another_version(
    app: Flask, shell: phone.Shell, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("areas")
    with app.test_request_context():  # now there are districts, which the form knows
        assert phone.shell().version != shell.version
        assert json.loads(phone.shell().files["form.json"])["regions"] == ["750101", "750201"]


def test_it_can_be_installed(client: FlaskClient) -> None:
    about = client.get("/phone/manifest.webmanifest").get_json()
    assert (about["start_url"], about["scope"], about["display"]) == (
        "/phone/",
        "/phone/",
        "standalone",
    )
    assert client.get(about["icons"][0]["src"]).mimetype == "image/svg+xml"
    purposes = {(icon["sizes"], icon["purpose"]) for icon in about["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= purposes


@pytest.mark.parametrize("name", PNG_ICONS)
def test_its_icons_are_the_drawing_as_png(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/phone/icons/{name}")
    pixels, cut = PNG_ICONS[name]
    with Image.open(BytesIO(answer.data)) as image:
        image.load()
        assert (answer.mimetype, image.format, image.size) == ("image/png", "PNG", (pixels, pixels))
        corner, middle = image.getpixel((0, 0)), image.getpixel((pixels // 2, pixels // 8))
        roof = image.getpixel((pixels // 2, round(pixels * (0.5 - (0.25 if cut else 0.3125)))))
    assert corner == ((11, 93, 91, 255) if cut else (11, 93, 91, 0))  # a mask cuts it, or air
    assert (middle, roof) == ((11, 93, 91, 255), (255, 255, 255, 255))


def test_there_is_no_other_icon(client: FlaskClient) -> None:
    assert client.get("/phone/icons/icon-64.png").status_code == 404


def test_every_text_comes_in_english_too(shell: phone.Shell) -> None:
    english = json.loads(shell.files["form.json"])["english"]
    assert len(english) > 100
    assert english["Tersimpan di HP"] == "Saved on the phone"
    assert "Nomor hanya boleh berisi angka." in english  # of the checks


def test_the_day_of_an_enumerator_leads_there(sign_in: SignIn, areas: None) -> None:
    page = sign_in(Role.ENUMERATOR, "75.01").get("/work").text
    assert 'href="/phone/"' in page
    assert "leaving.js" in page


def test_scripts_stay_readable() -> None:
    for name, text in texts("jps/static/phone", endings=(".js",)):
        assert '"use strict";' in text, name
        assert text.count("\n") <= LONGEST, name
        assert text.startswith("//"), name  # says what it is for


def test_who_enters_nothing_loads_nothing(sign_in: SignIn) -> None:
    assert "leaving.js" not in sign_in(Role.ANALYST).get("/account").text
