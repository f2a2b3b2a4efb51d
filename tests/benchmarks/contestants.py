"""Who takes part: the command of each in its own environment, and its default threshold."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import log2
from pathlib import Path

from tests.benchmarks.sets import Kind, Set

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
LIKELY = log2(0.95 / 0.05)  # bits of p = .95, what splink's guides link from


@dataclass(frozen=True)
class Contestant:
    """A name for the table, what it can do, its command line, the bits it links from."""

    name: str
    kinds: tuple[Kind, ...]
    arguments: Callable[[Set, Path], list[str]]
    least: float
    suffix: str = "parquet"
    before: Callable[[Set, Path], list[str]] | None = None  # run once, not measured

    def takes(self, one: Set) -> bool:
        """Say whether it can do this set."""
        return one.kind in self.kinds

    def out(self, one: Set) -> Path:
        """Return where its links of a set go."""
        return one.folder / f"{self.name.replace(' ', '-')}.{self.suffix}"

    def command(self, one: Set) -> list[str]:
        """Return what to run."""
        return self.arguments(one, self.out(one))


def _peer(environment: str, script: str) -> Callable[[Set, Path], list[str]]:
    def arguments(one: Set, out: Path) -> list[str]:
        python = REPOSITORY / environment / "bin" / "python"
        options = ["--many"] if one.twice and one.kind is Kind.PEOPLE else []
        return [
            str(python),
            "-W",
            "ignore",
            str(HERE / "peers" / script),
            str(one.folder),
            str(out),
            *options,
        ]

    return arguments


def _jps(module: str, *options: str) -> Callable[[Set, Path], list[str]]:
    def arguments(one: Set, out: Path) -> list[str]:
        return [
            sys.executable,
            "-m",
            f"tests.benchmarks.peers.{module}",
            str(one.folder),
            str(out),
            *options,
        ]

    return arguments


_FEBRL = (Kind.TWO_LISTS, Kind.ONE_LIST)
CONTESTANTS = (
    Contestant("JPS", (Kind.PEOPLE,), _jps("jps_people"), 0.0),
    Contestant(
        "JPS, stored index",
        (Kind.PEOPLE,),
        _jps("jps_people", "--stored"),
        0.0,
        before=_jps("jps_people", "--build"),
    ),
    Contestant("JPS", _FEBRL, _jps("jps_febrl"), 0.0, "csv"),
    *(
        contestant
        for version in ("4", "5")
        for contestant in (
            Contestant(
                f"splink {version}",
                (Kind.PEOPLE,),
                _peer(f".venv-splink{version}", "splink_people.py"),
                LIKELY,
            ),
            Contestant(
                f"splink {version}",
                _FEBRL,
                _peer(f".venv-splink{version}", "splink_febrl.py"),
                LIKELY,
                "csv",
            ),
        )
    ),
    Contestant("recordlinkage", _FEBRL, _peer(".venv-peers", "recordlinkage_febrl.py"), 0.0, "csv"),
    Contestant("dedupe", _FEBRL, _peer(".venv-peers", "dedupe_febrl.py"), 0.0, "csv"),
)
