"""How long pages, files and steps take: wall clock, processor, peak memory of each (Linux)."""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time

from flask.testing import FlaskClient

ROUNDS = 20
MOST = 10.0  # seconds for one page
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def ask(client: FlaskClient, path: str) -> None:
    """Get a page again and again: the first, its processor, the median and 95 % of the others."""
    took: list[float] = []
    cpu, status, size = 0.0, 0, 0
    while len(took) < ROUNDS and (len(took) < 3 or sum(took) < MOST):
        begun, used = perf_counter(), process_time()
        found = client.get(path, headers={"Accept-Encoding": "gzip"})
        took.append(perf_counter() - begun)
        cpu = cpu or process_time() - used
        status, size = found.status_code, len(found.data)
    rest = sorted(took[1:])
    middle, most = rest[len(rest) // 2], rest[int(len(rest) * 0.95)]
    shown = f"{took[0]:8.2f} ({cpu:.2f}) {middle:8.3f} {most:8.3f} s {size // 1024:6} KiB {status}"
    say(f"{shown}  GET {_ID.sub(':id', path)}")


def take(client: FlaskClient, path: str, data: Mapping[str, str]) -> None:
    """Take a file once."""
    with_size: dict[str, object] = {}

    def post() -> None:
        found = client.post(path, data=dict(data))
        with_size.update(KiB=len(found.data) // 1024, status=found.status_code)

    timed(f"POST {_ID.sub(':id', path)} {dict(data)}", post)
    say(f"{'':12}{with_size}")


def timed(what: str, work: Callable[[], object]) -> None:
    """Do `work` and print its seconds and its peak memory."""
    forget_peak()
    begun, used = perf_counter(), process_time()
    work()
    took, cpu = perf_counter() - begun, process_time() - used
    say(f"{took:8.1f} s ({cpu:.1f}) {peak():6.0f} MiB  {what}")


def forget_peak() -> None:
    """Let the peak of memory begin anew (Linux)."""
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5")


def peak() -> float:
    """Return the peak of memory since then, MiB; 0 where the system does not tell."""
    path = Path("/proc/self/status")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
