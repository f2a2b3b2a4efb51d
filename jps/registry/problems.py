"""The file of rows that could not be taken whole: row, column, reason, suggestion."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jps.registry.checks import Problem
from jps.text import csv_safe

HEADER = ("baris", "kolom", "alasan", "saran", "isi")
MAX_BYTES = 64 << 20  # after that a file is wrong as a whole, and more lines help nobody


@dataclass(frozen=True)
class ProblemFile:
    """A CSV that grows piece by piece. `size` bytes of it belong to work that was committed."""

    path: Path
    size: int = 0

    def add(self, problems: Iterable[tuple[int, Problem]]) -> "ProblemFile":
        """Write problems by row after the committed part; return the file with its new size.

        What a crashed process wrote behind that part is cut off first.
        """
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        if not self.size:
            writer.writerow(HEADER)
        for row, problem in problems:
            cells = (problem.column, problem.reason, problem.suggestion, problem.shown)
            writer.writerow([row, *map(csv_safe, cells)])
        text = lines.getvalue().encode("utf-8-sig" if not self.size else "utf-8")
        if self.size >= MAX_BYTES:
            return self
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.open("r+b" if self.path.exists() else "w+b") as stream:
            stream.truncate(self.size)
            stream.seek(self.size)
            stream.write(text)
        return ProblemFile(self.path, self.size + len(text))
