"""The population registry in the browser: what is in force, and a new file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from jps.access.rules import Can
from jps.db import db
from jps.errors import InvalidData, InvalidFile, JpsError
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.identity.drift import current_check
from jps.identity.queries import links_are_stale
from jps.jobs.models import Job
from jps.jobs.rules import ENDED
from jps.registry.columns import SHOWN, FileMapping, read_mapping
from jps.registry.models import RegistrySnapshot
from jps.registry.queries import list_snapshots
from jps.registry.rules import SNAPSHOT_NAMES, SnapshotState
from jps.registry.services import Start, start_import, take_file
from jps.registry.template import COLUMNS, template_file
from jps.text import N_
from jps.web.drift import shown_check
from jps.web.wake import wake_worker

bp = Blueprint("registry", __name__, url_prefix="/registry")

_MAPPING_MAX = 1 << 20  # bytes; a mapping names a few columns


@bp.get("/")
@requires(Can.IMPORT_REGISTRY)
def index() -> ResponseReturnValue:
    """List the snapshots, with the form for a new file."""
    return _page({}, {})


@bp.post("/")
@requires(Can.IMPORT_REGISTRY)
@saves
def upload() -> ResponseReturnValue:
    """Take a file and go to the page of its import; on a problem the form comes back."""
    try:
        start = _start(request.files.get("file"), request.files.get("mapping"))
    except JpsError as error:
        return _page(request.form.to_dict(), _messages(error)), error.status
    if start.known is not None:
        flash(gettext("Berkas ini sudah diimpor dan sedang berlaku; tidak ada yang berubah."))
        return redirect(url_for(".index"), 303)
    wake_worker()
    return redirect(url_for("jobs.show", job_id=start.job.id), 303)


@bp.get("/template.xlsx")
@requires(Can.IMPORT_REGISTRY)
def template() -> ResponseReturnValue:
    """Answer with an empty file whose columns keep 16 digits."""
    return send_file(
        BytesIO(template_file()), as_attachment=True, download_name="data-kependudukan.xlsx"
    )


def _start(file: FileStorage | None, mapping_file: FileStorage | None) -> Start:
    """Look through the uploaded file before the database is touched: that may take seconds."""
    if file is None or not file.filename:
        raise InvalidFile(N_("Pilih berkas data kependudukan."))
    by, as_of = actor().username, _as_of(request.form.get("as_of", ""))
    db.session.rollback()  # lets go of the write lock that this request holds so far
    mapping = _mapping(mapping_file)
    with _saved(file) as path:
        delivery = take_file(
            path,
            home=settings().home,
            today=today(),
            as_of=as_of,
            mapping=mapping,
            delta="delta" in request.form,
        )
    return start_import(db.session(), delivery, by=by, at=now())


def _mapping(file: FileStorage | None) -> FileMapping:
    if file is None or not file.filename:
        return FileMapping()
    return read_mapping(file.filename, file.stream.read(_MAPPING_MAX))


def _as_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidData("", {"as_of": [N_("Tulis tanggal seperti 2026-11-23.")]}) from None


@contextmanager
def _saved(file: FileStorage) -> Iterator[Path]:
    """Keep an upload on the office's own disk while it is looked through."""
    with NamedTemporaryFile(dir=settings().folder("uploads"), prefix="new-") as copy:
        file.save(copy)
        copy.flush()
        yield Path(copy.name)


def _messages(error: JpsError) -> dict[str, list[str]]:
    if isinstance(error, InvalidData) and error.problems:
        return {path: [gettext(m) for m in ms] for path, ms in error.problems.items()}
    return {"file": [error_text(error)]}


def _page(typed: dict[str, str], problems: dict[str, list[str]]) -> str:
    snapshots = list_snapshots(db.session())
    return render_template(
        "registry/index.html",
        snapshots=snapshots,
        states=SNAPSHOT_NAMES,
        stopped=_stopped(snapshots),
        is_stale=links_are_stale(db.session()),
        check=shown_check(db.session(), current_check(db.session())),
        typed=typed,
        problems=problems,
        today=today(),
        columns=[(name, name in SHOWN.values()) for name in COLUMNS],
    )


def _stopped(snapshots: Sequence[RegistrySnapshot]) -> set[int]:
    """Return the snapshots whose import ended before they were complete."""
    loading = [one for one in snapshots if one.state == SnapshotState.LOADING]
    query = select(Job.id).where(Job.id.in_([one.job_id for one in loading]), Job.state.in_(ENDED))
    ended = set(db.session.scalars(query))
    return {one.id for one in loading if one.job_id in ended}
