"""Time a list on its way: `python -m tests.benchmarks.bench_field_import [households]`.

What it does stands in `bringing`: the processes of a job import the program that runs, as they
import the server's small script, and are not to be slowed by what only a benchmark needs.
"""

import sys
from importlib import import_module

if __name__ == "__main__":
    bringing = import_module("tests.benchmarks.bringing")
    bringing.main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
