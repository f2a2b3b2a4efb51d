"""What goes wrong between a phone and the office: always told in OpenRosa XML, never 500."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree

from jps.access.devices import create_device_token, list_device_tokens, revoke_device_token
from jps.access.services import find_user, set_active
from jps.access.throttle import ALLOWED
from jps.db import db
from jps.odk.rules import MAX_BODY, MAX_XML
from tests.conftest import NOW
from tests.databases import Databases
from tests.households_examples import household_document
from tests.openrosa.collect import RESPONSE, Answer, Collect, Filled
from tests.openrosa.conftest import Arrived, NewPhone
from tests.openrosa.filling import JPEG, fill

BOUNDARY = "grenze"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
END = f"--{BOUNDARY}--\r\n".encode()
GOOD = fill(household_document())
META = "<meta><instanceID>uuid:1</instanceID></meta>"


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: hardly anything of this reaches the database."""
    return databases.sqlite(tmp_path / "office")


def part(content: bytes, name: str = "xml_submission_file", file: str = "i.xml") -> bytes:
    """Return one part of a multipart body."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
    return head.encode() + b"Content-Type: text/xml\r\n\r\n" + content + b"\r\n"


def xml(body: str, head: str = "") -> bytes:
    """Return answers with `body` in them."""
    return f'{head}<household id="jps_household">{META}{body}</household>'.encode()


def refused(answer: Answer, status: int, *, told: str = "") -> None:
    """Check that a phone understands the refusal."""
    assert answer.status == status, (told, answer)
    assert answer.headers["x-openrosa-version"] == "1.0"
    assert "text/xml" in answer.headers["content-type"]
    message = etree.fromstring(answer.body).find(f"{RESPONSE}message")
    assert message is not None
    assert message.get("nature") == "submit_error"
    assert message.text


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
BODIES: dict[str, tuple[int, bytes]] = {
    "outside file": (
        400,
        xml("<a>&x;</a>", '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    ),
    "outside network": (
        400,
        xml("<a>&x;</a>", '<!DOCTYPE d [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>'),
    ),
    "billion laughs": (400, xml("<a>&l9;</a>", f"<!DOCTYPE d [{_LAUGHS}]>")),
    "outside type": (400, xml("", '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">')),
    "no xml": (400, b"hello"),
    "nothing": (400, b""),
    "half": (400, GOOD[: len(GOOD) // 2]),
    "packed": (400, gzip.compress(GOOD)),
    "wrong charset": (400, GOOD.replace(b"Jalan Contoh", b"Jal\xe9n Contoh")),
    "unknown charset": (400, GOOD.replace(b"UTF-8", b"UTF-99", 1)),
    "control character": (400, xml("<a>&#0;</a>")),
    "too deep": (400, xml("<a>" * 5_000 + "</a>" * 5_000)),
    "too wide": (400, xml("<a/>" * 30_000)),
    "too large": (413, xml("<a>" + "x" * (MAX_XML + 1) + "</a>")),
    "no number": (400, b'<household id="jps_household"><meta/></household>'),
    "long number": (400, GOOD.replace(b"uuid:", b"uuid:" + b"9" * 300)),
    "other form": (404, fill(household_document(), form_id="census")),
}


def test_bad_answers_are_refused(phone: NewPhone, arrived: Arrived) -> None:
    ani = phone()
    for name, (status, content) in BODIES.items():
        answer = ani.ask("POST", f"{ani.server}/submission", part(content) + END, MULTIPART)
        refused(answer, status, told=name)
    assert arrived() == []


REQUESTS: dict[str, tuple[int, bytes, str]] = {
    "no answers": (400, part(JPEG, "a.jpg", "a.jpg") + END, MULTIPART),
    "answers twice": (400, part(GOOD) + part(GOOD) + END, MULTIPART),
    "cut off": (400, part(GOOD), MULTIPART),
    "cut off in a file": (400, part(GOOD) + part(JPEG, "a.jpg", "a.jpg")[:-40], MULTIPART),
    "no boundary": (400, part(GOOD) + END, "multipart/form-data"),
    "other boundary": (400, part(GOOD) + END, "multipart/form-data; boundary=x"),
    "no parts": (400, END, MULTIPART),
    "json": (415, b"{}", "application/json"),
    "answers without parts": (415, GOOD, "text/xml"),
    "no type": (415, GOOD, ""),
    "too many parts": (413, b"".join(part(JPEG, f"{n}.jpg") for n in range(150)) + END, MULTIPART),
    "a program": (415, part(GOOD) + part(b"MZ", "a.exe", "a.exe") + END, MULTIPART),
    "no photo": (415, part(GOOD) + part(b"<svg/>", "a.jpg", "a.jpg") + END, MULTIPART),
}


def test_bad_requests_are_refused(phone: NewPhone, arrived: Arrived) -> None:
    ani = phone()
    for name, (status, body, content_type) in REQUESTS.items():
        answer = ani.ask("POST", f"{ani.server}/submission", body, content_type)
        refused(answer, status, told=name)
    assert arrived() == []


def test_packed_bodies_and_large_ones_are_refused(phone: NewPhone) -> None:
    ani = phone()
    address, body = f"{ani.server}/submission", part(GOOD) + END
    packed = ani.ask("POST", address, gzip.compress(body), MULTIPART, Content_Encoding="gzip")
    refused(packed, 415)
    refused(ani.ask("POST", address, b"x" * (MAX_BODY + 1), MULTIPART), 413)
    ani.chunked = True
    refused(ani.ask("POST", address, b"x" * (MAX_BODY + 1), MULTIPART), 413)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.jpg", "/etc/x.jpg", "a/b.jpg", "..\\a.jpg", ".jpg", "a" * 200 + ".jpg"],
)
def test_file_names_are_no_paths(phone: NewPhone, arrived: Arrived, name: str) -> None:
    refused(phone().post(GOOD, {name: JPEG}), 400)
    assert arrived() == []


def test_a_token_that_is_over_or_nobodys_is_401(app: Flask, phone: NewPhone) -> None:
    root = phone().server.rpartition("/")[0]
    with app.app_context():
        ani = find_user(db.session(), "ani")
        assert ani is not None
        begun = NOW - timedelta(days=2)
        old = create_device_token(
            db.session(), ani, name="lama", areas=(), days=1, by=ani, at=begun
        )
        db.session.commit()
    for token in (old, old[:-1], "jpsd_00000000_x", "x", "%00", "jpsd__", "jpsd_%C3%A9_x"):
        other = Collect(f"{root}/{token}")
        for method, address in (("HEAD", "submission"), ("GET", "formList")):
            answer = other.ask(method, f"{other.server}/{address}")
            assert answer.status == 401, token
            assert "location" not in answer.headers
            assert answer.headers["x-openrosa-version"] == "1.0"
        refused(other.post(GOOD, {}), 401)


@pytest.mark.parametrize("cut", ["revoked", "switched off"])
def test_a_phone_is_cut_off_at_once(app: Flask, phone: NewPhone, cut: str) -> None:
    ani = phone()
    assert ani.send(Filled(GOOD)).ok
    with app.app_context():
        user = find_user(db.session(), "ani")
        assert user is not None
        if cut == "revoked":
            (token,) = list_device_tokens(db.session(), user)
            revoke_device_token(db.session(), token.id, by=user, at=datetime.now(UTC))
        else:
            set_active(db.session(), user, active=False, by="admin", at=NOW)
        db.session.commit()
    result = ani.send(Filled(GOOD))
    assert (result.ok, result.last.status) == (False, 401)
    refused(ani.post(GOOD, {}), 401)


def test_an_address_that_guesses_rests_and_a_known_phone_goes_on(phone: NewPhone) -> None:
    ani = phone()
    assert ani.refresh()
    root = ani.server.rpartition("/")[0]
    guesses = [ani.get(f"{root}/jpsd_{n:08}_x/formList") for n in range(ALLOWED + 2)]
    assert [guess.status for guess in guesses] == [401] * ALLOWED + [429] * 2
    assert ani.send(Filled(GOOD)).ok


def test_whatever_else_is_asked_is_told_and_not_redirected(phone: NewPhone) -> None:
    ani = phone()
    for method, rest, status in (
        ("GET", "submission", 405),
        ("PUT", "submission", 405),
        ("POST", "formList", 405),
        ("GET", "formList/", 404),
        ("GET", "forms/other", 404),
        ("GET", "forms/other/manifest", 404),
        ("GET", "media/secret.csv", 404),
        ("GET", "", 404),
        ("GET", "integrity?id=%00", 400),
        ("GET", "integrity?id=" + "x," * 1_001, 400),
    ):
        refused(ani.ask(method, f"{ani.server}/{rest}"), status)


def test_messages_speak_the_language_of_the_phone(phone: NewPhone) -> None:
    texts = {
        language: phone("ani", language=language).post(GOOD, {}).message
        for language in ("id-ID", "in-ID", "en-GB,en;q=0.9", "fr")
    }
    assert texts["id-ID"] == texts["in-ID"] == texts["fr"] == "Kiriman tersimpan di server."
    assert texts["en-GB,en;q=0.9"] == "Stored on the server."


def test_the_log_names_no_token(phone: NewPhone, caplog: pytest.LogCaptureFixture) -> None:
    ani = phone()
    with caplog.at_level("INFO"):
        assert ani.send(Filled(GOOD)).ok
        ani.refresh()
    rules = {getattr(record, "rule", "") for record in caplog.records}
    assert "/odk/<token>/submission" in rules
    token = ani.server.rpartition("/")[2]
    assert token not in "".join(str(vars(record)) for record in caplog.records)
