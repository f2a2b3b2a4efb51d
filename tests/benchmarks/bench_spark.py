"""Spark beside one machine: `python -m tests.benchmarks.bench_spark [people records ...]`.

Matches invented lists in Parquet files on this machine and on Spark with two cores of it, each in a
process of its own from beginning to end (start of Java included), and prints seconds, CPU seconds
and peak memory with all child processes, shuffled bytes, and F1.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import pyarrow.parquet as pq

from jps.engines import ENGINES, open_engine
from jps.engines.session import missing
from tests.matching.people import make_town

MASTER = "local[2]"
HEAD = "| registry | survey | engine | s | start s | CPU s | MiB | Python MiB | MB shuffled | F1 |"
_EVENTS = "spark.eventLog.enabled true\nspark.eventLog.compress false\nspark.eventLog.dir {}\n"


@dataclass(frozen=True)
class Measured:
    """One run. Memory in MiB with all child processes, of those Python's alone, shuffled in MB."""

    seconds: float
    start: float
    cpu: float
    memory: float
    python: float
    shuffled: float
    f1: float


def main(sizes: list[tuple[int, int]]) -> None:
    """Measure every size on every engine."""
    if missing():
        say(f"Not measured: {missing()}")
        return
    say(HEAD)
    say("|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    for people, records in sizes:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), people, records)
            for engine in ENGINES:
                one = measured(Path(folder), engine)
                say(
                    f"| {people:,} | {records:,} | {engine} | {one.seconds:.1f} | {one.start:.1f} "
                    f"| {one.cpu:.1f} | {one.memory:.0f} | {one.python:.0f} "
                    f"| {one.shuffled / 1e6:.0f} | {one.f1:.5f} |"
                )


def make(folder: Path, people: int, records: int) -> None:
    """Write invented lists, and who is who, to a folder."""
    town = make_town(registry=people, survey=records, seed=11)
    for name, table in zip(("registry", "survey"), town.tables, strict=True):
        pq.write_table(table, folder / f"{name}.parquet", row_group_size=50_000)
    truth = [sorted(one) for one in town.truth]
    (folder / "truth.json").write_text(json.dumps(truth))


def measured(folder: Path, engine: str) -> Measured:
    """Match in a process of its own."""
    events = folder / "events"
    (events / "conf").mkdir(parents=True, exist_ok=True)
    (events / "conf" / "spark-defaults.conf").write_text(_EVENTS.format(events.as_uri()))
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_spark", "--one", str(folder), engine],
        env={**os.environ, "SPARK_CONF_DIR": str(events / "conf")},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    one = Measured(**json.loads(done.stdout.splitlines()[-1]))
    return Measured(**{**asdict(one), "shuffled": shuffled(events) if engine == "spark" else 0.0})


def shuffled(events: Path) -> float:
    """Return the bytes that Spark wrote to be sent between its tasks."""
    total = 0.0
    for path in events.rglob("events_*"):
        for line in path.read_text().splitlines():
            metrics = json.loads(line).get("Task Metrics") or {}
            written = metrics.get("Shuffle Write Metrics", {})
            total += written.get("Shuffle Bytes Written", 0)
    return total


def one_run(folder: Path, name: str) -> Measured:
    """Match the lists of a folder in this process."""
    peak = Peak()
    threading.Thread(target=peak.watch, daemon=True).start()
    begun = time.perf_counter()
    with open_engine(name, master=MASTER, memory="3g") as engine:
        started = time.perf_counter()
        table = engine.match(folder / "survey.parquet", folder / "registry.parquet").table
    seconds = time.perf_counter() - begun
    used = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    truth: list[list[str]] = json.loads((folder / "truth.json").read_text())
    pairs = zip(table.column("record").to_pylist(), table.column("person").to_pylist(), strict=True)
    linked = [(int(str(record)[1:]), str(person)) for record, person in pairs if person]
    right = sum(person in truth[record] for record, person in linked)
    f1 = 2 * right / (len(linked) + sum(bool(one) for one in truth))
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    start = started - begun
    return Measured(seconds, start, cpu, peak.whole / 2**20, peak.python / 2**20, 0.0, f1)


class Peak:
    """The most memory that this process and its children had at one time, in bytes."""

    whole = python = 0

    def watch(self) -> None:
        """Look twice a second, for ever."""
        while True:
            sizes = [(kind, size) for kind, size in family(os.getpid())]
            self.whole = max(self.whole, sum(size for _, size in sizes))
            mine = sum(size for kind, size in sizes if "java" not in kind)
            self.python = max(self.python, mine)
            time.sleep(0.5)


def family(root: int) -> list[tuple[str, int]]:
    """Return name and proportional memory (bytes) of a process and all its descendants."""
    parents, names = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = path.read_text().rpartition(")")
        except OSError:  # it ended meanwhile
            continue
        pid = int(path.parent.name)
        parents[pid], names[pid] = int(rest.split()[1]), head.partition("(")[2]
    mine, found = {root}, []
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    for pid in mine:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        sizes = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
        found.append((names.get(pid, ""), 1024 * sum(sizes)))
    return found


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        say(json.dumps(asdict(one_run(Path(sys.argv[2]), sys.argv[3]))))
    else:
        numbers = [int(size) for size in sys.argv[1:]] or [30_000, 10_000]
        main(list(zip(numbers[::2], numbers[1::2], strict=True)))
