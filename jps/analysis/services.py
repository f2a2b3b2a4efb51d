"""Read a frame for somebody and record that it was read."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.access.models import User
from jps.access.rules import Can, narrowed
from jps.analysis.columns import Column, Kind, arrow_type, cell_maker
from jps.analysis.frames import FRAMES, Frame, columns_of
from jps.analysis.rows import rows_of
from jps.analysis.rules import NOTICE, Ask, Pseudonyms, chosen_columns
from jps.areas.queries import get_area
from jps.areas.rules import is_code
from jps.assessment.consumption import model_in_force
from jps.assessment.services import current_scorecard
from jps.audit.services import Event, record
from jps.config import DATA
from jps.db import AreaScope, scope_of, scoped_to
from jps.errors import NotAllowed, NotFound
from jps.households.counting import surviving
from jps.households.models import Household
from jps.identity.runs import last_run
from jps.questionnaire import Form, load_form
from jps.registry.queries import current_snapshot
from jps.text import N_

if TYPE_CHECKING:
    import pyarrow as pa

OUTSIDE = N_("Wilayah ini di luar wilayah kerja Anda.")
NO_NAMES = N_("Nama, alamat, dan titik hanya untuk yang boleh melihat rumah tangga.")
NO_AREA = N_("Wilayah ini tidak ada. Tulis kode Kemendagri, misalnya 75.01.")
NO_FRAME = N_("Tidak ada tabel dengan nama ini.")
META = b"jps"  # key of the facts in the metadata of an Arrow schema


@dataclass(frozen=True)
class Analyst:
    """Who reads: their account, and the keys of their project."""

    user: User
    keys: Pseudonyms

    def may(self, permission: Can) -> bool:
        """Whether the person may do something."""
        return self.user.can(permission)


def analyst_of(user: User, project: str, *, secret: str) -> Analyst:
    """Return a person as a reader of frames; `secret` is the office's. Raises `NotAllowed`."""
    if not user.can(Can.USE_ANALYSIS):
        raise NotAllowed()
    return Analyst(user, Pseudonyms(secret, user.id, project))


@dataclass(frozen=True)
class Reading:
    """A frame being read: its columns, its schema with the facts, and its rows in batches."""

    frame: Frame
    ask: Ask
    columns: tuple[Column, ...]
    schema: "pa.Schema"
    batches: Iterator["pa.RecordBatch"]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def find_frame(name: str) -> Frame:
    """Return the frame of this name; NotFound when there is none."""
    if name not in set(Frame):
        raise NotFound(NO_FRAME)
    return Frame(name)


def frames_for(analyst: Analyst) -> list[Frame]:
    """Return the frames that somebody may read."""
    return [frame for frame, kind in FRAMES.items() if analyst.may(kind.permission)]


def read_frame(
    session: Session, analyst: Analyst, frame: Frame, ask: Ask, *, on: date, at: datetime
) -> Reading:
    """Return a frame of the session's areas, to be read in its transaction.

    The session must be scoped to the person's areas. Raises `NotAllowed` for a frame, an area or
    names that are not theirs, `InvalidData` for a column that is not there.
    """
    if not analyst.may(FRAMES[frame].permission):
        raise NotAllowed()
    if ask.identified and not analyst.may(Can.SEE_HOUSEHOLDS):
        raise NotAllowed(NO_NAMES)
    scope = _scope(session, ask.area)
    columns = frame_columns(frame, ask)
    facts = facts_of(session, on=on) | {
        "frame": str(frame),
        "area": ask.area,
        "areas": list(scope.codes),
        "identified": ask.identified,
        "read_at": at.isoformat(),
    }
    schema = _schema(columns, facts)
    return Reading(
        frame, ask, columns, schema, _batches(session, scope, frame, columns, schema, analyst, on)
    )


def frame_columns(frame: Frame, ask: Ask) -> tuple[Column, ...]:
    """Return the columns that are given; InvalidData for one that is not there."""
    known = columns_of(frame, _form(), identified=ask.identified)
    chosen = set(chosen_columns(ask.columns, [column.name for column in known]))
    return tuple(column for column in known if column.name in chosen)


def record_read(
    session: Session,
    analyst: Analyst,
    reading: Reading,
    rows: int,
    *,
    purpose: str = "",
    at: datetime,
) -> None:
    """Record which frame was read: rows, columns, area, and for what project."""
    ask = reading.ask
    details: dict[str, Any] = {
        "rows": rows,
        "columns": list(reading.names),
        "names": ask.identified,
        "project": analyst.keys.project,
    }
    if purpose:
        details["purpose"] = purpose
    areas = ask.area or " ".join(analyst.user.scope.codes)
    event = Event(
        "frame-read", "frame", str(reading.frame), ask.area or None, details | {"area": areas}
    )
    record(session, event, by=analyst.user.username, at=at)


def facts_of(session: Session, *, on: date) -> dict[str, Any]:
    """Return what a frame is of: as of when, and the versions behind it."""
    changed = session.scalar(select(func.max(Household.changed_at)))
    trained = model_in_force(session)
    run, registry = last_run(session), current_snapshot(session)
    return {
        "on": on.isoformat(),
        "data_changed_at": changed and changed.isoformat(),
        "questionnaire": _form().version,
        "score_model": current_scorecard().version,
        "trained_model": trained and trained.version,
        "matched_at": run and run.at.isoformat(),
        "registry_as_of": registry and registry.as_of.isoformat(),
        "notice": NOTICE,
    }


def _form() -> Form:
    return load_form(DATA / "questionnaire")


def _scope(session: Session, area: str) -> AreaScope:
    own = scope_of(session)
    if not area:
        return own
    if not is_code(area):
        raise NotFound(NO_AREA)
    get_area(session, area)
    if not own.covers(area):
        raise NotAllowed(OUTSIDE)
    return AreaScope((area,) if own.whole else narrowed([area], own.codes))


def _schema(columns: tuple[Column, ...], facts: Mapping[str, Any]) -> "pa.Schema":
    import pyarrow as pa

    metadata: dict[bytes | str, bytes | str] = {META: json.dumps(facts).encode()}
    shapes = {
        column.name: {"encoding": "WKB", "geometry_types": ["Polygon", "MultiPolygon"]}
        for column in columns
        if column.kind is Kind.SHAPE
    }
    if shapes:  # geoparquet.org/releases/v1.1.0; degrees of WGS84 are its default
        about = {"version": "1.1.0", "primary_column": next(iter(shapes)), "columns": shapes}
        metadata[b"geo"] = json.dumps(about).encode()
    fields = [pa.field(column.name, arrow_type(column.kind)) for column in columns]
    return pa.schema(fields, metadata)


def _batches(
    session: Session,
    scope: AreaScope,
    frame: Frame,
    columns: tuple[Column, ...],
    schema: "pa.Schema",
    analyst: Analyst,
    on: date,
) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa

    makers = [(column.name, _maker(session, column, analyst.keys)) for column in columns]
    with scoped_to(session, scope):
        for records in rows_of(frame, session, on=on):
            arrays = [
                pa.array([make(row.get(name)) for row in records], schema.field(name).type)
                for name, make in makers
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _maker(session: Session, column: Column, keys: Pseudonyms) -> Callable[[Any], Any]:
    """Return the maker of a column's cells; a household that counts as another has its key."""
    make = cell_maker(column, keys)
    if column.kind is not Kind.KEY or column.of != "household":
        return make
    roots = surviving(session)
    return lambda value: make(roots.get(value, value))
