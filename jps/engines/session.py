"""The one place that knows PySpark: starting it, shipping our code to its machines, ending it."""

import logging
import os
import re
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pyarrow as pa

from jps.errors import Conflict, NotFound
from jps.text import N_

LEAST_JAVA = 17
_PACKAGE = Path(__file__).resolve().parents[1]
_DATA = _PACKAGE.parent / "data"
# Java only moves bytes here: its thorough compiler costs more than it brings in so short a life.
_QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseParallelGC"
# What the machines need of us: the kernel, its data, and what they import.
_CODE = ("__init__.py", "text.py", "errors.py", "engines/*.py", "matching/**/*.py")
_DATA_FILES = ("*.csv",)


class Frame(Protocol):
    """What we use of a Spark data frame."""

    def persist(self) -> "Frame":
        """Keep what is worked out, for all that is asked of it later."""

    def unpersist(self) -> "Frame":
        """Keep it no longer."""

    def toArrow(self) -> pa.Table:
        """Work it out and bring it to the driver."""


BatchWork = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
PartitionWork = Callable[[int, Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
GroupWork = Callable[[tuple[Any, ...], pa.Table], pa.Table]
PairWork = Callable[[tuple[Any, ...], pa.Table, pa.Table], pa.Table]


@dataclass(frozen=True)
class Spark:
    """A running Spark. `work` is a folder that all its machines see, readable by us alone."""

    session: Any
    work: Path
    cores: int

    def read(self, path: Path, schema: str) -> Frame:
        """Open these columns ("name type, ...") of a Parquet file or folder."""
        frame: Frame = self.session.read.schema(schema).parquet(str(path))
        return frame

    def by_partition(self, frame: Frame, work: PartitionWork, schema: str) -> Frame:
        """Return what `work(partition, batches)` makes of every partition."""

        def numbered(batches: Any) -> Any:
            # Known only on a machine of Spark.
            here = import_module("pyspark").TaskContext.get()
            return work(int(here.partitionId()), batches)

        return self.mapped(frame, numbered, schema)

    def mapped(self, frame: Frame, work: BatchWork, schema: str) -> Frame:
        """Return what `work(batches)` makes of every partition."""
        with _quiet():
            made: Frame = _pyspark(frame).mapInArrow(work, schema)
            return made

    def grouped(self, frame: Frame, by: str, work: GroupWork, schema: str) -> Frame:
        """Return what `work(key, rows)` makes of the rows of each key."""
        with _quiet():
            # PySpark counts the arguments of a function, not of an object that can be called.
            made: Frame = (
                _pyspark(frame).groupBy(by).applyInArrow(lambda key, rows: work(key, rows), schema)
            )
            return made

    def cogrouped(self, left: Frame, right: Frame, by: str, work: PairWork, schema: str) -> Frame:
        """Return what `work(key, left, right)` makes of the rows of each key on either side."""
        with _quiet():
            groups = _pyspark(left).groupBy(by).cogroup(_pyspark(right).groupBy(by))
            made: Frame = groups.applyInArrow(lambda key, a, b: work(key, a, b), schema)
            return made

    def cut_into(self, partitions: int) -> None:
        """Say into how many partitions grouped data is cut from now on."""
        self.session.conf.set("spark.sql.shuffle.partitions", str(partitions))


def _pyspark(frame: Frame) -> Any:
    return frame


@contextmanager
def running_spark(master: str, memory: str, work: Path | None) -> Iterator[Spark]:
    """Start Spark on `master`, end it and its Java process after the block.

    `memory` is what the driver's Java may take, also for the work of local[*]. `work` lies in the
    system's folder for temporary files if not given. Raises NotFound without PySpark or Java,
    Conflict where this process runs a Spark already.
    """
    _require()
    with TemporaryDirectory(prefix="jps-spark-", dir=work) as folder:
        session = _start(master, memory, Path(folder))
        try:
            _ship(session, Path(folder))
            yield Spark(session, Path(folder), int(session.sparkContext.defaultParallelism))
        finally:
            _stop(session)


def missing() -> str:
    """Return why Spark cannot run here, an Indonesian text; empty if it can."""
    if find_spec("pyspark") is None:
        return N_("Mesin Spark memerlukan PySpark; pasang requirements-spark.txt.")
    if _java_version() < LEAST_JAVA:
        return N_("Mesin Spark memerlukan Java 17 atau yang lebih baru.")
    return ""


def _require() -> None:
    reason = missing()
    if reason:
        raise NotFound(reason)
    if import_module("pyspark").SparkContext._active_spark_context is not None:
        raise Conflict(N_("Proses ini sudah menjalankan Spark; tunggu sampai selesai."))


def _java_version() -> int:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def _start(master: str, memory: str, work: Path) -> Any:
    settings = {
        "spark.master": master,
        "spark.app.name": "JPS",
        "spark.ui.enabled": "false",
        "spark.driver.memory": memory,
        "spark.driver.maxResultSize": "0",
        "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.adaptive.enabled": "false",
        # Packets are many people in one row.
        "spark.sql.execution.arrow.maxRecordsPerBatch": "25000",
        "spark.sql.execution.arrow.useLargeVarTypes": "true",
        "spark.sql.inMemoryColumnarStorage.compressed": "false",
    }
    if _is_local(master):
        os.environ["PYSPARK_PYTHON"] = sys.executable  # elsewhere it is the operator's to say
        loop = "127.0.0.1"
        settings |= {"spark.driver.host": loop, "spark.driver.bindAddress": loop}
        settings |= {"spark.local.dir": str(work / "local")}
        settings |= {"spark.driver.extraJavaOptions": _QUICK_START}
    logging.getLogger("py4j").setLevel(logging.WARNING)  # else it tells every closed connection
    with _quiet():
        builder = import_module("pyspark.sql").SparkSession.builder
        for name, value in settings.items():
            builder = builder.config(name, value)
        return builder.getOrCreate()


def _is_local(master: str) -> bool:
    return master.startswith("local")


@contextmanager
def _quiet() -> Iterator[None]:
    """PySpark warns of pandas 3, which we hand it nothing of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        yield


def _ship(session: Any, work: Path) -> None:
    """Give every machine our code, unpacked as files beside its own work."""
    for name, root, patterns in (("jps", _PACKAGE, _CODE), ("data", _DATA, _DATA_FILES)):
        archive = work / f"{name}.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            for pattern in patterns:
                for file in sorted(root.glob(pattern)):
                    packed.write(file, file.relative_to(root))
        session.sparkContext.addArchive(f"{archive}#{name}")


def _stop(session: Any) -> None:
    """End Spark and the Java process that PySpark would leave behind."""
    context = import_module("pyspark").SparkContext
    gateway = context._gateway
    session.stop()
    gateway.shutdown()
    process = getattr(gateway, "proc", None)
    if process is not None:
        process.stdin.close()
        process.wait(timeout=60)
    context._gateway = context._jvm = None
