"""A list as a file: Excel, CSV, the PDF annex of a decree, and the bundle that proves it."""

import uuid
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from jps.access.rules import Can
from jps.audit.services import Event, record
from jps.db import db
from jps.errors import NotAllowed
from jps.http import actor, now, requires, saves, settings
from jps.targeting.drawing import Standing
from jps.targeting.models import TargetList
from jps.targeting.scores import Score
from jps.targeting.services import get_list, write_list_bundle
from jps.text import N_
from jps.web.ledger_files import as_csv, as_xlsx
from jps.web.target_annex import list_annex
from jps.web.target_people import HEADING, cells, everybody

bp = Blueprint("target_files", __name__, url_prefix="/targeting/lists")

KINDS = ("csv", "xlsx", "pdf")
WHOLE = N_("Berkas bukti memuat data seluruh provinsi: hanya untuk yang bekerja seprovinsi.")


@bp.post("/<uuid:list_id>/file")
@requires(Can.EXPORT_FIGURES)
@saves
def download(list_id: uuid.UUID) -> ResponseReturnValue:
    """Answer with the selected (and in tables the waiting); who took it is recorded.

    Names and addresses only for those who may see households.
    """
    found = get_list(db.session(), list_id)
    asked = request.form.get("format", "")
    kind = asked if asked in KINDS else KINDS[0]
    content, rows = _content(found, kind)
    details = {"format": kind, "rows": rows, "names": actor().can(Can.SEE_HOUSEHOLDS)}
    event = Event("target-list-exported", "target-list", str(list_id), found.area_code, details)
    record(db.session(), event, by=actor().username, at=now())
    name = f"daftar-{found.content_hash[:12]}.{kind}"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


@bp.post("/<uuid:list_id>/bundle")
@requires(Can.EXPORT_HOUSEHOLDS)
@saves
def bundle(list_id: uuid.UUID) -> ResponseReturnValue:
    """Answer with what proves the list on another machine: ids and answers of the whole snapshot,
    without names, for people of the whole province."""
    found = get_list(db.session(), list_id)
    if not actor().scope.covers(settings().province):
        raise NotAllowed(WHOLE)
    with TemporaryDirectory(dir=settings().folder("uploads")) as folder:
        path = Path(folder) / "list.zip"
        write_list_bundle(db.session(), settings().home, list_id, path)
        content = path.read_bytes()
    details = {"format": "bundle"}
    event = Event("target-list-exported", "target-list", str(list_id), found.area_code, details)
    record(db.session(), event, by=actor().username, at=now())
    name = f"bukti-{found.content_hash[:12]}.zip"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _content(found: TargetList, kind: str) -> tuple[bytes, int]:
    """Return a file and how many rows it has."""
    if kind == "pdf":
        names = actor().can(Can.SEE_HOUSEHOLDS)
        rows = [
            (
                one.entry.area_code,
                one.head if names else str(one.entry.household_id)[:8],
                one.address,
                one.entry.rank,
            )
            for one in everybody(found, Standing.SELECTED)
        ]
        return list_annex(found, rows, names=names), len(rows)
    people = everybody(found, Standing.SELECTED, Standing.WAITING)
    lines = [cells(person, Score(found.score)) for person in people]
    if kind == "csv":
        return as_csv(HEADING, lines), len(lines)
    return as_xlsx(HEADING, lines, found.name), len(lines)
