"""Tasks for processes: they must be found by name."""

import os
import time
from collections.abc import Callable


def own_number() -> Callable[[int], int]:
    """Make a task that tells in which process it is done."""

    def task(_: int) -> int:
        return os.getpid()

    return task


def slowest_first() -> Callable[[int], int]:
    """Make a task that takes the longer the earlier it comes, and that fails below zero."""

    def task(number: int) -> int:
        if number < 0:
            raise ValueError("below zero")
        time.sleep((7 - number) / 200)
        return number

    return task
