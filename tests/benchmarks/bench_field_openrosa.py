"""Fifty phones with ODK Collect: `python -m tests.benchmarks.bench_field_openrosa [phones]`.

They send to the real server (`flask serve`, its worker running, SQLite), which makes households of
what arrives meanwhile. Measured at the phone, from the first byte sent to the last of the answer.
Twice: every phone sends a form each five seconds, then each sends the next one as soon as the last
was answered. Fails on an answer that is not 201, on a form that is missing or doubled, and when 95
of 100 paced answers take longer than 200 ms.
"""

import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from flask import Flask
from flask_security.utils import hash_password
from sqlalchemy import func, select

from jps.access.devices import create_device_token
from jps.access.rules import Role
from jps.access.services import create_user
from jps.app import create_app
from jps.commands.demo_office import invent, load_reference
from jps.config import Settings
from jps.db import db, everywhere
from jps.migrations import bring_up_to_date
from jps.odk.models import Submission
from jps.worker import utc_now
from tests.openrosa.filling import fill
from tests.repository import ROOT

PHONES = 50
EACH = 6  # forms of one phone in one run
PACE = 5.0  # seconds between two forms of a phone
LIMIT = 0.2  # seconds: 95 of 100 answers come sooner
PATIENCE = 600.0  # seconds until the benchmark gives up
BOUNDARY = "bench"
HEADERS = {
    "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    "X-OpenRosa-Version": "1.0",
}
CHEAP = {
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__time_cost": 1,
        "argon2__memory_cost": 64,
        "argon2__parallelism": 1,
    }
}


@dataclass
class Phone:
    """One phone on one open connection, as Collect's library keeps it."""

    port: int
    token: str
    seconds: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def send_all(self, forms: Sequence[bytes], pace: float) -> None:
        """Send forms, one every `pace` seconds or one after another (0)."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        address = f"/odk/{self.token}/submission?deviceID=collect:{self.token[5:13]}"
        time.sleep(random.random() * pace)
        line.request("HEAD", address, headers=HEADERS)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 204, answer.status
        for xml in forms:
            begun = perf_counter()
            line.request("POST", address, body_of(xml), HEADERS)
            answer = line.getresponse()
            answer.read()
            took = perf_counter() - begun
            self.seconds.append(took)
            self.statuses.add(answer.status)
            time.sleep(max(0.0, pace - took))
        line.close()


def main(phones: int) -> int:
    """Measure and print; return the exit code."""
    with tempfile.TemporaryDirectory(prefix="jps-bench-") as name:
        settings = Settings(home=Path(name), port=free_port(), log_level="WARNING")
        app = create_app(settings, CHEAP)
        tokens, (first, *forms) = prepare(app, phones, 1 + 2 * phones * EACH)
        with serving(settings):
            half = len(forms) // 2
            Phone(settings.port, tokens[0]).send_all([first], pace=0.0)
            wait_until_done(app, 1)  # what the server reads once, it has read
            paced = measure(settings.port, tokens, forms[:half], pace=PACE)
            wait_until_done(app, 1 + half)
            rushed = measure(settings.port, tokens, forms[half:], pace=0.0)
            begun = perf_counter()
            wait_until_done(app, 1 + len(forms))
            say(f"the last household stood {perf_counter() - begun:.1f} s after the last answer")
        with app.app_context():
            db.engine.dispose()
    say(line_of(f"a form each {PACE:g} s", paced))
    say(line_of("one after another", rushed))
    good = all(phone.statuses == {201} for phone in (*paced, *rushed))
    return 0 if good and p95_of(paced) <= LIMIT else 1


def prepare(app: Flask, phones: int, count: int) -> tuple[list[str], list[bytes]]:
    """Make an office with an enumerator and a token for each phone, and filled-in forms."""
    with app.app_context():
        bring_up_to_date()
        session = db.session()
        load_reference(session)
        tokens = []
        for number in range(phones):
            user = create_user(
                session,
                username=f"pendata-{number}",
                full_name="Contoh",
                password="sandi-tolok-ukur",
                role=Role.ENUMERATOR,
                areas=["75"],
                hash_password=hash_password,
                by="bench",
                at=utc_now(),
            )
            token = create_device_token(
                session, user, name="HP", areas=(), days=9, by=user, at=utc_now()
            )
            tokens.append(token)
        session.commit()
        made = islice(invent(session, count, 7).households(), count)
        forms = [fill(household.answers) for household in made]
        session.rollback()
    return tokens, forms


def measure(port: int, tokens: list[str], forms: list[bytes], *, pace: float) -> list[Phone]:
    """Let all phones send at once and return what each saw."""
    phones = [Phone(port, token) for token in tokens]
    with ThreadPoolExecutor(len(phones)) as pool:
        jobs = [
            pool.submit(phone.send_all, forms[number * EACH : (number + 1) * EACH], pace)
            for number, phone in enumerate(phones)
        ]
        begun = perf_counter()
        for job in jobs:
            job.result()
    count = sum(len(phone.seconds) for phone in phones)
    say(f"{count} forms in {perf_counter() - begun:.1f} s")
    return phones


def wait_until_done(app: Flask, count: int) -> None:
    """Wait until the worker looked at every form, each of which is there once."""
    end = time.monotonic() + PATIENCE
    while True:
        with app.app_context(), everywhere(db.session()):
            there = db.session.scalar(select(func.count()).select_from(Submission))
            waiting = db.session.scalar(
                select(func.count()).select_from(Submission).where(Submission.due.is_not(None))
            )
            states = db.session.execute(
                select(Submission.state, func.count()).group_by(Submission.state)
            ).all()
            db.session.rollback()
        assert there == count, f"{there} of {count} forms"
        if not waiting:
            say(", ".join(f"{state} {number}" for state, number in states))
            return
        assert time.monotonic() < end, "the worker did not come to an end"
        time.sleep(0.5)


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Run `flask serve` in a process of its own until the end of the block."""
    environ = {
        **os.environ,
        "JPS_HOME": str(settings.home),
        "JPS_PORT": str(settings.port),
        "JPS_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        while True:
            try:
                line = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=30)
                line.request("GET", "/readyz")
                line.getresponse().read()
                break
            except OSError:
                assert process.poll() is None, "the server did not start"
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def body_of(xml: bytes) -> bytes:
    """Return the body of a submission without files."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; '
        'filename="instance.xml"\r\nContent-Type: text/xml\r\n\r\n'
    )
    return head.encode() + xml + f"\r\n--{BOUNDARY}--\r\n".encode()


def p95_of(phones: Sequence[Phone]) -> float:
    """Return the time below which 95 of 100 answers lie."""
    return quantiles([one for phone in phones for one in phone.seconds], n=20)[18]


def line_of(what: str, phones: Sequence[Phone]) -> str:
    """Return one line of the table."""
    times = [one for phone in phones for one in phone.seconds]
    return (
        f"{what:<22}{len(times):>6} answers  p50 {median(times) * 1000:>6.0f} ms  "
        f"p95 {p95_of(phones) * 1000:>6.0f} ms  longest {max(times) * 1000:>6.0f} ms"
    )


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else PHONES))
