"""A hundred phones that find signal at once: `python -m tests.benchmarks.bench_field_sync [N]`.

Each sends 20 households in one batch over HTTP to the real server (`flask serve`, its worker
running), comes again when it is told to, and stops when all are stored. Prints, for SQLite and for
PostgreSQL where there is one: the answer times of batches that were taken, how often a phone was
told to come later, when all were stored, and when all were linked and scored. Fails on a 5xx, on a
household that is missing or doubled, and when 95 of 100 batches take longer than 3 s.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy import func, select

from jps.access.rules import Role
from jps.access.services import create_user
from jps.app import create_app
from jps.assessment.models import FollowUp
from jps.audit.services import verify_chain
from jps.commands.demo_office import document_of, invent, load_reference
from jps.config import Settings
from jps.db import db, everywhere
from jps.households.documents import roster_of
from jps.households.models import Household, HouseholdHistory
from jps.migrations import bring_up_to_date
from jps.worker import utc_now
from tests.api.serving import free_port
from tests.apps import FAST
from tests.conftest import PASSWORD
from tests.databases import Databases, postgres_server
from tests.repository import ROOT

EACH = 20  # households of one phone
LIMIT = 3.0  # seconds: 95 of 100 batches are answered sooner
PATIENCE = 600.0  # seconds until a benchmark gives up

Document = dict[str, object]


@dataclass
class Sender:
    """One phone: signs in, sends its households until they are taken, and counts."""

    port: int
    username: str
    documents: list[Document]
    cookie: str = ""
    csrf: str = ""
    answers: list[float] = field(default_factory=list)  # seconds of batches that were taken
    later: int = 0
    failed: list[int] = field(default_factory=list)
    stored_after: float = 0.0

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send one request on a connection of its own, as a phone on a bad line does."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.csrf}
        try:
            line.request(method, path, body, headers | ({"Content-Type": kind} if kind else {}))
            answer = line.getresponse()
            if found := answer.headers.get("Set-Cookie"):
                self.cookie = found.partition(";")[0]
            return answer.status, answer.headers, answer.read()
        finally:
            line.close()

    def sign_in(self) -> None:
        """Sign in through the page."""
        page = self.ask("GET", "/login")[2].decode()
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        form = {"username": self.username, "password": PASSWORD, "csrf_token": token}
        body = urllib.parse.urlencode(form).encode()
        assert self.ask("POST", "/login", body, "application/x-www-form-urlencoded")[0] == 303
        self.csrf = json.loads(self.ask("GET", "/api/v1/phone/session")[2])["csrf"]

    def send(self, begun: float) -> None:
        """Send everything in one batch; come again when told to."""
        records = [
            {"id": document["id"], "base": None, "submit": True, "document": document}
            for document in self.documents
        ]
        body = json.dumps({"device": self.username, "records": records}).encode()
        while True:
            asked = time.perf_counter()
            status, headers, answer = self.ask(
                "POST", "/api/v1/phone/sync", body, "application/json"
            )
            took = time.perf_counter() - asked
            if status == 429:
                self.later += 1
                time.sleep(float(headers["Retry-After"]) * random.uniform(0.8, 1.2))
                continue
            if status != 200:
                self.failed.append(status)
                return
            results = json.loads(answer)["results"]
            assert {one["outcome"] for one in results} == {"created"}, results
            self.answers.append(took)
            self.stored_after = time.perf_counter() - begun
            return


def main(phones: int) -> int:
    """Run on every database there is; return 1 when a target was missed."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code = run("SQLite", folder / "sqlite", "", phones)
        try:
            server = stack.enter_context(postgres_server())
        except RuntimeError as error:
            say(f"PostgreSQL: {error}")
            return code
        databases = Databases(folder / "databases")
        databases.use_server(server)
        return max(code, run("PostgreSQL", folder / "pg", databases.empty(), phones))


def run(name: str, home: Path, url: str, phones: int) -> int:
    """Measure on one database."""
    app = create_app(Settings(home=home, database_url=url, log_level="ERROR"), FAST)
    with app.app_context(), everywhere(db.session()):
        bring_up_to_date()
        load_reference(db.session())
        senders = make_senders(phones)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    port = free_port()
    environment = {**os.environ, "JPS_HOME": str(home), "JPS_PORT": str(port)}
    environment |= {"JPS_DATABASE_URL": url, "JPS_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            return measure(name, app, port, senders)
        finally:
            server.terminate()


def make_senders(phones: int) -> list[Sender]:
    """Make an account per phone, in the regency of its households, and their documents."""
    sample = invent(db.session(), phones * EACH, 11)
    documents = (document_of(one) for one in sample.households())
    senders = []
    for place in range(phones):
        mine = [{**one, "id": str(uuid.uuid4())} for one in islice(documents, EACH)]
        for document in mine:
            for member in roster_of(document):
                member["id"] = str(uuid.uuid4())
        create_user(  # with a cheap hash: a hundred passwords are not what is measured
            db.session(),
            username=f"phone-{place:03}",
            full_name=f"Contoh {place}",
            password=PASSWORD,
            role=Role.ENUMERATOR,
            areas=sorted({str(document["area_code"])[:5] for document in mine}),
            hash_password=hash_password,
            by="bench",
            at=utc_now(),
        )
        senders.append(Sender(0, f"phone-{place:03}", mine))
    return senders


def measure(name: str, app: Flask, port: int, senders: list[Sender]) -> int:
    """Let all phones send at once and print what came of it."""
    for sender in senders:
        sender.port = port
    wait_for(port)
    for sender in senders:
        sender.sign_in()
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(senders)) as pool:
        list(pool.map(lambda sender: sender.send(begun), senders))
    answers = [took for sender in senders for took in sender.answers]
    failed = [status for sender in senders for status in sender.failed]
    stored = sorted(sender.stored_after for sender in senders)
    slow = quantiles(answers, n=20)[-1]
    say(
        f"{name}: {len(senders)} phones with {EACH} households each: {len(answers)} batches taken, "
        f"answer median {median(answers):.2f} s, p95 {slow:.2f} s, longest {max(answers):.2f} s; "
        f"told {sum(sender.later for sender in senders)} times to come later; "
        f"half of the phones done after {median(stored):.1f} s, all after {stored[-1]:.1f} s; "
        f"{len(failed)} failed {sorted(set(failed))}"
    )
    say(f"{name}: all linked and scored {follow_ups_done(app):.1f} s after that")
    problems = check(app, senders)
    say(f"{name}: {problems or 'each household once, with its history; the record is whole'}")
    return int(bool(failed or problems or slow > LIMIT))


def follow_ups_done(app: Flask) -> float:
    """Wait until the worker has followed up everything; return the seconds."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < PATIENCE:
        with app.app_context():
            left = db.session.scalar(select(func.count()).select_from(FollowUp))
            db.session.remove()
        if not left:
            break
        time.sleep(0.5)
    return time.perf_counter() - begun


def check(app: Flask, senders: list[Sender]) -> str:
    """Return what is wrong with what was stored, empty when nothing is."""
    with app.app_context(), everywhere(db.session()):
        ids = {str(key) for key in db.session.scalars(select(Household.id))}
        history = db.session.scalar(select(func.count()).select_from(HouseholdHistory))
        broken = verify_chain(db.session()).broken_at
        db.session.remove()
        db.engine.dispose()
    sent = {str(document["id"]) for sender in senders for document in sender.documents}
    if ids != sent:
        return f"{len(sent - ids)} missing, {len(ids - sent)} too many"
    return f"{history} rows of history, record broken at {broken}" * (
        history != len(sent) or broken is not None
    )


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    for _turn in range(600):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            line.getresponse().read()
            line.close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
