"""What passed the gate, as rows ready for the database: pure, made to run in many processes."""

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import Dialect

from jps.bulk import Ready, ready_rows
from jps.db import engine_options
from jps.households import roster
from jps.households.drafting import clean_draft, draft_rows
from jps.households.forms import HouseholdForm
from jps.households.rules import Source
from jps.households.storing import SENT, new_rows
from jps.intake.frozen import thaw
from jps.intake.models import IntakeOrigin
from jps.intake.rules import Fate
from jps.keys import new_key
from jps.matching.normalise import default_normaliser

DRAFT_OPENED = "household-draft-opened"


@dataclass(frozen=True, slots=True)
class Setup:
    """What rows are made for: a database, a list, who acts and when."""

    url: str
    kind: str
    source: str
    batch_id: uuid.UUID
    by: str
    at: datetime

    def preparer(self) -> Callable[[], Callable[[Sequence["New"]], "Prepared"]]:
        """Return what makes the function, in whatever process."""
        return partial(_preparer, self)


@dataclass(frozen=True, slots=True)
class New:
    """A household to be stored: its place in the list, and what passed the gate (JSON).

    `expected` is the version over which one that is there already may be stored.
    """

    place: int
    key: str
    digest: str
    area_code: str
    household_id: uuid.UUID | None
    form: str
    fate: Fate
    expected: int | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows by table in the order in which to insert them; `stored` tells id and event of each."""

    tables: tuple[Ready, ...]
    stored: tuple[tuple[int, uuid.UUID, str, str], ...]  # place, id, area, event


def _preparer(setup: Setup) -> Callable[[Sequence[New]], Prepared]:
    default_normaliser()
    engine = create_engine(setup.url, **engine_options(setup.url))  # connects to nothing
    return partial(prepare, setup, engine.dialect)


def prepare(setup: Setup, dialect: Dialect, found: Iterable[New]) -> Prepared:
    """Return the rows of new households and of their origins."""
    forms: list[HouseholdForm] = []
    drafts: list[tuple[uuid.UUID, str, dict[str, Any]]] = []
    stored: list[tuple[int, uuid.UUID, str, str]] = []
    origins: list[dict[str, Any]] = []
    for one in found:
        key = one.household_id or new_key()
        if (draft := draft_in(one.form)) is not None:
            drafts.append((key, one.area_code, clean_draft(draft)))
            event = DRAFT_OPENED
        else:
            forms.append(roster.with_own_ids(thaw(one.form), key, ()))
            event = SENT
        stored.append((one.place, key, one.area_code, event))
        origins.append(
            {
                "kind": setup.kind,
                "source": setup.source,
                "key": one.key,
                "household_id": key,
                "batch_id": setup.batch_id,
                "digest": one.digest,
                "version": 1,
            }
        )
    tables: list[Ready] = []
    for rows in (
        new_rows(forms, by=setup.by, source=Source.IMPORT, at=setup.at),
        draft_rows(drafts, by=setup.by, source=Source.IMPORT, at=setup.at),
        {IntakeOrigin: origins},
    ):
        tables += [ready_rows(table, some, dialect) for table, some in rows.items() if some]
    return Prepared(tuple(tables), tuple(stored))


def draft_in(form: str) -> dict[str, Any] | None:
    """Return the document of a frozen draft, None for a frozen form."""
    if not form.startswith('{"draft":'):
        return None
    found: dict[str, Any] = json.loads(form)["draft"]
    return found
