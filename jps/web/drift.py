"""The warning that a new registry behaves unlike the last, in words."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.db import scope_of
from jps.identity.drift import findings_of, is_waiting
from jps.identity.drift_rules import FACTS, PSI_LIMIT, Finding
from jps.identity.quality_models import SnapshotCheck
from jps.identity.thresholds import holds_whole_office
from jps.registry.models import RegistrySnapshot
from jps.web.formats import number, percent


@dataclass(frozen=True)
class ShownCheck:
    """What a page says of the check of a snapshot; `waits`: nobody is linked to it yet."""

    check: SnapshotCheck
    as_of: date
    before: date | None
    waits: bool
    may_accept: bool
    lines: tuple[str, ...]


def shown_check(session: Session, check: SnapshotCheck | None) -> ShownCheck | None:
    """Return the warning for the reader's areas, None when there is nothing to say."""
    if check is None:
        return None
    scope = scope_of(session)
    found = [one for one in findings_of(check) if not one.area or scope.covers(one.area)]
    if not found and not is_waiting(check):
        return None
    names = names_at(session, Level.KABKOTA)
    snapshot = session.get_one(RegistrySnapshot, check.snapshot_id)
    before = None
    if check.before_id is not None:
        before = session.get_one(RegistrySnapshot, check.before_id).as_of
    return ShownCheck(
        check=check,
        as_of=snapshot.as_of,
        before=before,
        waits=is_waiting(check),
        may_accept=holds_whole_office(session),
        lines=tuple(_line(one, names) for one in found),
    )


def _line(one: Finding, names: dict[str, str]) -> str:
    where = names.get(one.area, one.area) or gettext("Semua wilayah")
    what = gettext(FACTS[one.what])
    if one.before is None or one.after is None:
        return gettext(
            "%(where)s: %(what)s bergeser (indeks kestabilan %(index)s, batas %(limit)s).",
            where=where,
            what=what,
            index=number(one.size, 2),
            limit=number(PSI_LIMIT, 2),
        )
    return gettext(
        "%(where)s: %(what)s dari %(before)s menjadi %(after)s.",
        where=where,
        what=what,
        before=percent(one.before),
        after=percent(one.after),
    )
