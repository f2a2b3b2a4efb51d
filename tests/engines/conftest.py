"""One Spark on two cores of this machine for all tests; its Java process ends with them."""

import os
from collections.abc import Iterator

import pytest

from jps.engines.session import Spark, missing, running_spark
from jps.engines.spark import SparkEngine


@pytest.fixture(scope="session")
def spark() -> Iterator[Spark]:
    """A running Spark. Skipped without PySpark and Java, except in continuous integration."""
    if missing() and not os.environ.get("CI"):
        pytest.skip(f"no Spark: {missing()}")
    with running_spark("local[2]", "1g", None) as running:
        yield running


@pytest.fixture
def engine(spark: Spark) -> SparkEngine:
    """An engine that has searched nothing yet."""
    return SparkEngine(spark)
