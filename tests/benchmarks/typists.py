"""Fifty people who type names into the entry form at once, over HTTP on this machine."""

import http.client
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from statistics import quantiles
from urllib.parse import urlencode

from flask_security.utils import hash_password
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.access.services import create_user
from jps.config import ROOT, Settings

PEOPLE = 50
SECONDS = 20.0
PAUSE = (1.0, 3.0)  # seconds between two questions of one person, evenly spread
PORT = 8765
NAME, PASSWORD = "pengetik", "rahasia-contoh-2026"
# What has been typed when the form asks.
STAGES = (("name", "birth_date"), ("kk",), ("mother", "sex"), ("nik",))
FIELDS = {"mother": "mother_name"}


def enter(session: Session) -> None:
    """Make the account of the people who type."""
    create_user(
        session,
        username=NAME,
        full_name="Contoh Pengetik",
        password=PASSWORD,
        role=Role.ENUMERATOR,
        areas=("75",),
        hash_password=hash_password,
        by="bench",
        at=datetime.now(UTC),
    )


def measure(settings: Settings, records: Sequence[Mapping[str, str]]) -> None:
    """Serve the office in a process of its own and print how long answers take."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
        cwd=ROOT,
        env={
            **os.environ,
            "JPS_HOME": str(settings.home),
            "JPS_DATABASE_URL": settings.database_url,
            "JPS_PORT": str(PORT),
            "JPS_WORKER": "0",
            "JPS_LOG_LEVEL": "ERROR",
        },
        stderr=subprocess.DEVNULL,
    )
    try:
        cookie, token = _sign_in()
        _type(cookie, token, records[:8], 2.0)  # warm
        times = _type(cookie, token, records, SECONDS)
    finally:
        process.terminate()
        process.wait()
    found = quantiles(times, n=100)
    sys.stdout.write(
        f"{PEOPLE} people typing over HTTP, {len(times) / SECONDS:.0f} questions a second: "
        f"p50 {found[49]:.1f} p95 {found[94]:.1f} p99 {found[98]:.1f} ms\n"
    )


def _sign_in() -> tuple[str, str]:
    """Return cookie and forgery token of a new session; waits until the server answers."""
    for _ in range(300):
        try:
            page, cookie = _fetch("GET", "/login", "")
            break
        except OSError:
            time.sleep(0.2)
    else:
        raise RuntimeError("the server does not answer")
    form = {"username": NAME, "password": PASSWORD, "csrf_token": _token(page)}
    _, cookie = _fetch("POST", "/login", cookie, urlencode(form))
    page, newer = _fetch("GET", "/households/", cookie)
    return newer or cookie, _token(page)


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("a page without a forgery token")
    return found[1]


def _fetch(method: str, path: str, cookie: str, body: str = "") -> tuple[str, str]:
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    line.request(method, path, body, headers)
    answer = line.getresponse()
    text, given = answer.read().decode(), answer.headers.get_all("Set-Cookie") or []
    line.close()
    return text, "; ".join(one.partition(";")[0] for one in given) or cookie


def _type(
    cookie: str, token: str, records: Sequence[Mapping[str, str]], seconds: float
) -> list[float]:
    """Let everybody type for so long; return milliseconds per question."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    people = [
        threading.Thread(target=_person, args=(number, cookie, token, records, end, times))
        for number in range(PEOPLE)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return times


def _person(
    number: int,
    cookie: str,
    token: str,
    records: Sequence[Mapping[str, str]],
    end: float,
    times: list[float],
) -> None:
    rng = Random(number)
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    headers = {
        "Cookie": cookie,
        "Content-Type": "application/x-www-form-urlencoded",
        "HX-Request": "true",
    }
    time.sleep(rng.uniform(0, PAUSE[1]))
    while True:
        record, typed = rng.choice(records), {"csrf_token": token}
        for stage in STAGES:
            typed |= {FIELDS.get(name, name): record[name] for name in stage}
            if time.perf_counter() > end:
                return
            begun = time.perf_counter()
            line.request(
                "POST", f"/identity/check?area={record['village']}", urlencode(typed), headers
            )
            answer = line.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"answer {answer.status}")
            times.append((time.perf_counter() - begun) * 1000)
            time.sleep(rng.uniform(*PAUSE))
