"""Engines by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jps.engines.base import ENGINES, Engine
from jps.engines.local import LocalEngine
from jps.engines.session import running_spark
from jps.engines.spark import SparkEngine
from jps.errors import InvalidData
from jps.text import N_


@contextmanager
def open_engine(
    name: str, *, master: str = "local[*]", memory: str = "2g", work: Path | None = None
) -> Iterator[Engine]:
    """Give an engine of this name for as long as the block lasts.

    For Spark: `master` is its address (local[2]: two cores of this machine), `memory` what the
    Java process of the driver may take, `work` a folder that all machines see, by default the
    system's for temporary files. Raises InvalidData for another name, NotFound where Spark or Java
    is missing.
    """
    if name == "local":
        yield LocalEngine()
    elif name == "spark":
        with running_spark(master, memory, work) as spark:
            yield SparkEngine(spark)
    else:
        raise InvalidData(
            N_("Mesin pemadanan {name} tidak dikenal. Pilihan: {names}."),
            name=name,
            names=", ".join(ENGINES),
        )
