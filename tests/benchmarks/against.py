"""Measure JPS against its peers: `python -m tests.benchmarks.against [--sets ...] [--repeats N]`.

Every peer works in a process of its own, from files to a file, in turn with the others; a set is
repeated and the median shown with its spread. Environments are made by `make bench-matching`.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import sets
from tests.benchmarks.__main__ import machine, say
from tests.benchmarks.contestants import CONTESTANTS, Contestant
from tests.benchmarks.measure import Measured, Spread, measure

_PATIENCE = 900.0  # seconds for one run


def main(arguments: Sequence[str]) -> int:
    """Run the chosen sets and print a table of each; return 1 if somebody failed."""
    options = _options().parse_args(arguments)
    say(machine())
    say(f"Sets {', '.join(options.sets)}; {options.repeats} runs each, in turn.")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets:
            made = sets.make(name, Path(options.keep or folder) / name)
            failed |= _run(made, options.peers, options.repeats)
    return int(failed)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="against", description=__doc__)
    parser.add_argument("--sets", nargs="+", default=sets.USUAL, choices=sets.NAMES, metavar="SET")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", nargs="+", default=[one.name for one in CONTESTANTS])
    parser.add_argument("--keep", help="folder for the lists; default is a temporary one")
    return parser


def _run(one: sets.Set, peers: Sequence[str], repeats: int) -> bool:
    say(f"\n### {one.name}: {one.described}\n")
    taking = [peer for peer in CONTESTANTS if peer.name in peers and peer.takes(one)]
    for peer in taking:
        if peer.before is not None:
            measure(peer.before(one, peer.out(one)), most=_PATIENCE)
    runs: dict[str, list[Measured]] = {peer.name: [] for peer in taking}
    for _ in range(repeats):
        for peer in taking:
            runs[peer.name].append(measure(peer.command(one), most=_PATIENCE))
    say(one.header)
    shown = [_show(one, peer, runs[peer.name]) for peer in taking]
    return any(shown)


def _show(one: sets.Set, peer: Contestant, runs: Sequence[Measured]) -> bool:
    """Print the line of one peer; return whether a run failed."""
    if broken := [run for run in runs if run.code]:
        say(f"| {peer.name} | failed: {broken[0].last[:80]} |")
        return True
    spread = Spread.of(runs)
    time = f"{spread.wall:.1f} ({spread.least:.1f}-{spread.most:.1f}) | {spread.cpu:.1f}"
    say(f"| {peer.name} | {time} | {spread.peak:.0f} | {one.judged(peer.out(one), peer.least)} |")
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
