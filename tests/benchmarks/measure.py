"""Run a program by itself and measure it: wall clock, processor time, peak memory."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

_LOOK = 0.1  # seconds between two looks at the memory of all processes
_KIB = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts in, bytes


@dataclass(frozen=True)
class Measured:
    """One run: seconds of wall clock and of processor, peak memory in MiB, what it printed last."""

    wall: float
    cpu: float
    peak: float
    code: int
    last: str = ""


@dataclass(frozen=True)
class Spread:
    """Median of several runs, and the least and the most of the wall clock."""

    wall: float
    least: float
    most: float
    cpu: float
    peak: float

    @classmethod
    def of(cls, runs: Sequence[Measured]) -> "Spread":
        walls = [run.wall for run in runs]
        cpu, peak = median(run.cpu for run in runs), max(run.peak for run in runs)
        return cls(median(walls), min(walls), max(walls), cpu, peak)


def measure(command: Sequence[str], *, most: float) -> Measured:
    """Run a command for at most `most` seconds; peak memory counts its processes together."""
    begun = perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    watched = _Watch(process.pid, most)
    watched.start()
    said = process.stderr.read() if process.stderr else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    watched.done.set()
    watched.join()
    return Measured(
        wall=perf_counter() - begun,
        cpu=used.ru_utime + used.ru_stime,
        peak=(watched.peak or used.ru_maxrss * _KIB) / 2**20,
        code=process.returncode,
        last=next((line for line in reversed(said.splitlines()) if line.strip()), ""),
    )


class _Watch(threading.Thread):
    """Looks at the memory of a process and its children (Linux), and ends it after its time."""

    def __init__(self, pid: int, most: float) -> None:
        super().__init__(daemon=True)
        self.pid, self.most, self.peak = pid, most, 0
        self.done = threading.Event()

    def run(self) -> None:
        begun = perf_counter()
        while not self.done.wait(_LOOK):
            family = _family(self.pid)
            # Not ru_maxrss: it counts what the parent had when it started the process.
            alone = _memory(self.pid, "status", "VmHWM:")
            together = sum(_memory(pid, "smaps_rollup", "Pss:") for pid in family[1:] and family)
            self.peak = max(self.peak, alone, together)
            if perf_counter() - begun > self.most:
                for pid in reversed(family):
                    _end(pid)


def _family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    found = [pid]
    for parent in found:
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in path.read_text().split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def _memory(pid: int, file: str, label: str) -> int:
    """Return the bytes that a line of /proc says; 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return 1024 * next((int(line.split()[1]) for line in lines if line.startswith(label)), 0)


def _end(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return
