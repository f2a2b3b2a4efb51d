"""Several processes for pure work, results in the order of the tasks. Nothing outlives its parent.

A process gets one end of a pipe and nothing else of its parent, so that it meets the end of the
pipe, and stops, when the parent dies however it dies. Processes are forks of one that was started
for this alone (`forkserver`): it has no threads, imports once what the work needs, and waits for
the next list as long as its parent lives.
"""

import gc
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from queue import SimpleQueue
from typing import Any, Generic, TypeAlias, TypeVar

_COLLECT_AFTER = 100_000  # new objects; tasks leave few cycles
_PATIENCE = 2.0  # seconds
IMPORTED = ["jps.intake.checking", "jps.intake.preparing"]  # once, for all processes
AHEAD = 2  # tasks under way per process: one that it does and one that waits

Given = TypeVar("Given")
Made = TypeVar("Made")
# Makes the function that does the tasks, in the process that does them. Can be pickled.
Maker: TypeAlias = Callable[[], Callable[[Given], Made]]


class TaskFailed(RuntimeError):
    """A task raised in its process; the message says what."""


class Pool(Generic[Given, Made]):
    """`count` processes that do tasks; with none, the tasks are done here, one by one."""

    def __init__(self, maker: Maker[Given, Made], count: int) -> None:
        self._maker = maker
        self._here: Callable[[Given], Made] | None = None
        self._free: SimpleQueue[Connection] = SimpleQueue()
        self._ends: list[Connection] = []
        self._processes: list[ForkServerProcess] = []
        self._count = count
        if count:
            self._threads = ThreadPoolExecutor(count, thread_name_prefix="pool")
            for _ in range(count):
                self._start()

    def _start(self) -> None:
        context = get_context("forkserver")  # a fork of a process with threads may lock up
        context.set_forkserver_preload(IMPORTED)
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._maker), daemon=True)
        process.start()
        theirs.close()
        self._processes.append(process)
        self._ends.append(ours)
        self._free.put(ours)

    def map(self, tasks: Iterable[Given]) -> Iterator[Made]:
        """Yield the results in the order of the tasks, which are taken as they are needed."""
        if not self._count:
            function = self._here = self._here or self._maker()
            yield from map(function, tasks)
            return
        under_way: deque[Future[Made]] = deque()
        for task in tasks:
            under_way.append(self._threads.submit(self._ask, task))
            if len(under_way) >= AHEAD * self._count:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def _ask(self, task: Given) -> Made:
        end = self._free.get()
        try:
            end.send(task)
            failure, result = end.recv()
        except (EOFError, OSError) as error:
            raise TaskFailed("a process of the pool ended") from error
        finally:
            self._free.put(end)
        if failure is not None:
            raise TaskFailed(failure)
        made: Made = result
        return made

    def close(self) -> None:
        """Let the processes end."""
        if self._count:
            self._threads.shutdown(wait=False, cancel_futures=True)
        for end in self._ends:
            end.close()
        for process in self._processes:
            process.join(_PATIENCE)
            if process.is_alive():  # in the middle of a task that nobody waits for
                process.kill()
                process.join()

    def __enter__(self) -> "Pool[Given, Made]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _serve(end: Connection, maker: Maker[Any, Any]) -> None:
    """Do tasks until the other end of the pipe is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    with suppress(EOFError, OSError):
        function = maker()
        gc.freeze()  # what a task is done with is not looked through again and again
        gc.set_threshold(_COLLECT_AFTER)
        while True:
            task = end.recv()
            try:
                answer: tuple[str | None, Any] = None, function(task)
            except Exception as error:
                answer = type(error).__name__, None
            end.send(answer)
