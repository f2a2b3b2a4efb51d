"""All cores for work on columns: numpy and Arrow let go of Python's lock, so threads suffice."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return the function's results in the order of the items; with one core one by one."""
    work = list(items)
    if cores() == 1 or len(work) < 2:
        return [function(item) for item in work]
    with ThreadPoolExecutor(max_workers=cores(), thread_name_prefix="columns") as threads:
        return list(threads.map(function, work))
