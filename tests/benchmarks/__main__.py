"""Run every benchmark: `python -m tests.benchmarks [name ...]`, as `make bench` does.

A benchmark is a module `bench_NAME.py` beside this one that runs by itself and prints what it
measured. Each gets a process of its own, so that its peak memory is its own.
"""

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from jps.db import sqlite_driver

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Run:
    """How one benchmark went. Peak memory in MiB."""

    name: str
    seconds: float
    peak: float
    code: int


def main(names: list[str]) -> int:
    """Run the benchmarks of these names, or all, and print a table; return the exit code."""
    found = {path.stem.removeprefix("bench_"): path.stem for path in HERE.glob("bench_*.py")}
    if unknown := sorted(set(names) - set(found)):
        say(f"No benchmark called {', '.join(unknown)}. There are: {', '.join(sorted(found))}")
        return 2
    say(machine())
    runs = [run(name, found[name]) for name in names or sorted(found)]
    say("\n| benchmark | seconds | peak memory, MiB |\n|---|---:|---:|")
    for one in runs:
        end = "" if one.code == 0 else f" (failed with {one.code})"
        say(f"| {one.name}{end} | {one.seconds:.1f} | {one.peak:.0f} |")
    return max((one.code for one in runs), default=0)


def run(name: str, module: str) -> Run:
    """Run one benchmark in a process of its own."""
    say(f"\n## {name}\n")
    begun = perf_counter()
    process = subprocess.Popen([sys.executable, "-m", f"tests.benchmarks.{module}"])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB here
    return Run(name, perf_counter() - begun, used.ru_maxrss / unit, process.returncode)


def machine() -> str:
    """Return when and on what the figures were measured."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {processor()}, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite_driver.sqlite_version}"
    )


def processor() -> str:
    """Return the processor's name, as far as the system tells."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown processor")


def say(text: str) -> None:
    """Print at once, in order with what the benchmarks print."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
