"""`/api/v1/analysis`: frames for analysts on another machine, as Parquet."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from flask import Response, g, jsonify, request, send_file

from jps.access.rules import Can
from jps.analysis.frames import FRAMES, Frame
from jps.analysis.rules import Ask
from jps.analysis.services import (
    Analyst,
    Reading,
    analyst_of,
    find_frame,
    frame_columns,
    frames_for,
    read_frame,
    record_read,
)
from jps.api.resources import resource
from jps.api.schemas import ProblemAnswer
from jps.config import read_key
from jps.db import db, set_reading, set_scope
from jps.http import actor, now, requires, settings, today
from jps.text import one_line

blp = resource("api-analysis", "/api/v1/analysis", "Frames for analysts")

PARQUET = "application/vnd.apache.parquet"
BROWSER = ""  # the project of who reads with the session of the browser
_LONGEST = 40  # letters of a purpose that are kept


@blp.route("/", methods=["GET"])
@requires(Can.USE_ANALYSIS)
@blp.response(HTTPStatus.OK)
def index() -> Response:
    """Tell which frames the person may read, and their columns."""
    return jsonify({"frames": [_described(frame) for frame in frames_for(analyst())]})


@blp.route("/<name>", methods=["GET"])
@requires(Can.USE_ANALYSIS)
@blp.response(HTTPStatus.OK)
@blp.alt_response(HTTPStatus.FORBIDDEN, schema=ProblemAnswer)
@blp.alt_response(HTTPStatus.NOT_FOUND, schema=ProblemAnswer)
@blp.alt_response(HTTPStatus.UNPROCESSABLE_ENTITY, schema=ProblemAnswer)
def frame(name: str) -> Response:
    """Answer with a frame as Parquet (areas as GeoParquet) and record that it was read.

    `columns` (with commas between) and `area` ask for less; `identified=1` for names, addresses
    and points, by who may see households. Keys are those of the token's project.
    """
    asked = request.args
    ask = Ask(
        tuple(filter(None, asked.get("columns", "").split(","))),
        asked.get("area", ""),
        asked.get("identified", "") == "1",
    )
    return frame_file(find_frame(name), ask, purpose=one_line(asked.get("purpose", "")[:_LONGEST]))


def analyst() -> Analyst:
    """Return who asks, as a reader of frames."""
    project = g.get("token_name", BROWSER)
    return analyst_of(actor(), project, secret=read_key(settings(), "analysis"))


def frame_file(frame: Frame, ask: Ask, *, purpose: str = "") -> Response:
    """Return a frame as a file to download; nothing is handed out before it is recorded."""
    who = analyst()
    reading = read_frame(db.session(), who, frame, ask, on=today(), at=now())
    with _written(reading) as (file, rows):
        db.session.rollback()  # the reading ends; the record is a transaction that writes
        set_reading(False)
        set_scope(db.session(), actor().scope)
        record_read(db.session(), who, reading, rows, purpose=purpose, at=now())
        db.session.commit()
        return send_file(
            file,
            mimetype=PARQUET,
            as_attachment=True,
            download_name=f"jps-{frame}-{today():%Y%m%d}.parquet",
        )


@contextmanager
def _written(reading: Reading) -> Iterator[tuple[BinaryIO, int]]:
    """Write the rows to a file as they are read, and yield it open; it is gone when closed."""
    import pyarrow.parquet as pq

    with TemporaryDirectory() as folder:
        path, rows = Path(folder) / "frame.parquet", 0
        with pq.ParquetWriter(path, reading.schema, compression="zstd") as writer:
            for batch in reading.batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        yield path.open("rb"), rows


def _described(frame: Frame) -> dict[str, object]:
    columns = frame_columns(frame, Ask())
    return {
        "name": str(frame),
        "about": FRAMES[frame].about,
        "columns": [{"name": one.name, "kind": str(one.kind)} for one in columns],
    }
