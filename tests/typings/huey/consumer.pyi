from collections.abc import Callable

from huey import SqliteHuey

class Consumer:
    _set_signal_handlers: Callable[[], None]
    def __init__(
        self,
        huey: SqliteHuey,
        workers: int = ...,
        periodic: bool = ...,
        initial_delay: float = ...,
        max_delay: float = ...,
        shutdown_timeout: float | None = ...,
    ) -> None: ...
    def check_worker_health(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self, graceful: bool = ...) -> None: ...
