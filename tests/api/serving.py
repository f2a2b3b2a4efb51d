"""A server in a process of its own that can be killed at any moment and stands again at once.

`python -m tests.api.serving HOME` makes the application once and then forks a server for each line
of its input: `PORT` or `PORT PAGES BYTES`, the most pages of the database and bytes of a file (0:
no limit), as on a full disk. It answers with the server's process id when the address is its own.
"""

import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy import event

from jps.access.rules import Role
from jps.access.services import create_user
from jps.app import create_app
from jps.areas.models import Area
from jps.config import Settings
from jps.db import db
from tests.apps import FAST
from tests.conftest import NOW, PASSWORD
from tests.databases import Databases
from tests.households.conftest import AREAS
from tests.households_examples import household_document
from tests.repository import ROOT

PATIENCE = 30.0  # seconds; the machine of the tests may be busy

Answer = tuple[int, dict[str, Any]]


@dataclass
class Server:
    """The office's server."""

    zygote: "subprocess.Popen[str]"
    home: Path
    port: int = 0
    pid: int = 0

    def start(self, *, pages: int = 0, file_bytes: int = 0) -> None:
        """Start a server on a fresh port."""
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write(f"{pages} {file_bytes}\n")
        self.zygote.stdin.flush()
        self.port, self.pid = map(int, self.zygote.stdout.readline().split())

    def kill(self) -> None:
        """Kill the server as the kernel does when memory is out."""
        os.kill(self.pid, signal.SIGKILL)


@dataclass
class HttpPhone:
    """A phone: a cookie, a forgery token, a name of its own."""

    server: Server
    username: str
    device: str
    cookie: str = ""
    csrf: str = ""
    key: str = field(default="", repr=False)

    def sign_in(self) -> None:
        """Sign in through the page, and read what the phone needs."""
        status, headers, page = self.raw("GET", "/login")
        assert status == 200, page
        self._keep(headers)
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        form = {"username": self.username, "password": PASSWORD, "csrf_token": token}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, headers, page = self.raw("POST", "/login", urlencode(form).encode(), kind)
        assert status == 303, page
        self._keep(headers)
        status, headers, page = self.raw("GET", "/api/v1/phone/session")
        assert status == 200, page
        self._keep(headers)
        body = json.loads(page)
        self.csrf, self.key = body["csrf"], body["key"]

    def raw(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Send a request; raises OSError or HTTPException when no answer comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            sent = {"Cookie": self.cookie, "X-CSRFToken": self.csrf, **(headers or {})}
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read().decode()
        finally:
            connection.close()

    def json(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send JSON and return status and body."""
        kind = {"Accept": "application/json"}
        if body is not None:
            kind["Content-Type"] = "application/json"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = b"" if body is None else json.dumps(body).encode()
        status, _headers, text = self.raw(method, "/api/v1" + path, data, kind | named)
        return status, json.loads(text) if text else {}

    def sync(self, *records: dict[str, Any]) -> Answer:
        """Send a batch; comes again as told while the server is busy."""
        for _turn in range(60):
            body = {"device": self.device, "records": list(records)}
            status, answer = self.json("POST", "/phone/sync", body)
            if status != 429:
                break
            time.sleep(0.1)
        return status, answer

    def send_unheard(self, *records: dict[str, Any]) -> None:
        """Send a batch whole, and go away before an answer can come."""
        body = json.dumps({"device": self.device, "records": list(records)}).encode()
        head = (
            "POST /api/v1/phone/sync HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Cookie: {self.cookie}\r\nX-CSRFToken: {self.csrf}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.server.port)) as line:
            line.sendall(head.encode() + body)

    def _keep(self, headers: dict[str, str]) -> None:
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]


PEOPLE = (
    ("ani", Role.ENUMERATOR, "75.01"),
    ("budi", Role.OPERATOR, "75.01"),
    ("citra", Role.ENUMERATOR, "75.02"),
)


def field_office(databases: Databases, home: Path) -> Iterator[Flask]:
    """Yield the application of a new office with a few areas and people."""
    databases.sqlite(home)
    app = create_app(Settings(home=home, worker=False, log_level="ERROR"), FAST)
    with app.app_context():
        for code, level, parent in AREAS:
            db.session.add(Area(code=code, level=level, name=code, type=level, parent_code=parent))
            db.session.flush()
        for username, role, area in PEOPLE:
            create_user(
                db.session(),
                username=username,
                full_name=f"Contoh {username}",
                password=PASSWORD,
                role=role,
                areas=(area,),
                hash_password=hash_password,
                by="tests",
                at=NOW,
            )
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def new_record(**overrides: Any) -> dict[str, Any]:
    """Return a new household as a phone sends it, its members with ids of their own."""
    document = household_document(**overrides)
    for member in document["members"]:
        member["id"] = str(uuid.uuid4())
    return {"id": str(uuid.uuid4()), "base": None, "submit": True, "document": document}


def free_port() -> int:
    """Return a port that nobody uses just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """Yield a server of the office in `home`, not started yet; at the end none is left."""
    command = [sys.executable, "-m", "tests.api.serving", str(home)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as zygote:
        yield Server(zygote, home)
        assert zygote.stdin is not None
        zygote.stdin.close()  # it then kills the servers that it made


def main(home: Path) -> None:
    """Fork servers until the input ends."""
    app = create_app(Settings(home=home, worker=False, log_level="ERROR"))
    app.test_client().get("/login")  # what is imported and compiled at first
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    children = []
    for line in sys.stdin:
        pages, file_bytes = map(int, line.split())
        door = socket.create_server(("127.0.0.1", 0))  # who comes before it serves waits
        child = os.fork()
        if not child:
            _serve(app, door, pages, file_bytes)
        port = door.getsockname()[1]
        door.close()
        children.append(child)
        sys.stdout.write(f"{port} {child}\n")
        sys.stdout.flush()
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(app: Flask, door: socket.socket, pages: int, file_bytes: int) -> None:
    from waitress.server import create_server

    if file_bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if pages:
        with app.app_context():
            event.listen(
                db.engine,
                "connect",
                lambda line, _record: line.execute(f"PRAGMA max_page_count={pages}"),
            )
    create_server(app, sockets=[door], threads=8).run()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
