"""A process that looks a decree's recipients up and is killed (SIGKILL) at a point of it.

`python -m tests.decrees.killed HOME URL POINT`, in small pieces so that every phase has several.
"""

import sys
from pathlib import Path

from jps.app import create_app
from jps.config import Settings
from jps.db import db
from jps.decrees import work
from jps.worker import run_waiting
from tests.intake.killed import die_at

# Where the process dies, and at which time it comes there: after writing, before the commit.
POINTS: dict[str, tuple[object, str, int]] = {
    "reading": (work._Run, "_store", 2),
    "looking up": (work._Run, "_write", 2),
}

if __name__ == "__main__":
    office, address, point = sys.argv[1:]
    work.ROWS_AT_ONCE = 2
    die_at(*POINTS[point])
    app = create_app(Settings(home=Path(office), database_url=address, worker=False))
    with app.app_context():
        run_waiting(app)
        db.engine.dispose()
