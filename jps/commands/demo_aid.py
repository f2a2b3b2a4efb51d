"""The demo's aid: five invented lists of recipients as decrees in force, looked up and compared."""

import csv
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.commands.decrees import bring, today
from jps.decrees.services import Head
from jps.programmes.models import Decree, Programme
from jps.sample import LISTS, RECIPIENT_HEADER, Sample, recipient_rows


def bring_decrees(
    session: Session, home: Path, sample: Sample, province: str, *, quiet: bool
) -> None:
    """Bring a decree for each invented list, unless the office has a decree already."""
    if session.scalar(select(Decree.id).limit(1)) is not None:
        return
    known = set(session.scalars(select(Programme.code)))
    session.rollback()
    year = today().year
    for number, (code, kind) in enumerate(LISTS.items(), start=1):
        if code not in known:
            continue
        path = home / "demo" / f"list-{code}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(RECIPIENT_HEADER)
            writer.writerows(recipient_rows(sample, kind))
        path.chmod(0o600)
        first, last = date(year, 1, 1), date(year, 12, 31)
        head = Head(code, f"CONTOH/{number}/{year}", first, first, last, province)
        bring(path, head, in_force=True, quiet=quiet)
