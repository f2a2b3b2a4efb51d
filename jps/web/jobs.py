"""Long work in the browser: progress by polling, cancel, try again, problem file."""

import uuid

from flask import (
    Blueprint,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from jps.access.rules import Can
from jps.assessment.rules import OUTCOME_NAMES
from jps.audit.services import Event, record
from jps.db import db
from jps.errors import NotAllowed, NotFound
from jps.http import actor, now, requires, saves, settings, told
from jps.identity.rules import STATE_NAMES as LINK_NAMES
from jps.identity.run_rules import WHY_NAMES, Why
from jps.jobs.models import Job
from jps.jobs.rules import ENDED, STATE_NAMES, JobState, pace
from jps.jobs.services import ask_cancel, find_job, list_jobs, start_single, try_again
from jps.text import N_
from jps.web.wake import wake_worker
from jps.worker import is_alive

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

SHOWN = 100  # jobs in the list

KIND_NAMES = {
    "areas-boundaries": N_("Impor batas wilayah"),
    "registry-import": N_("Impor data kependudukan"),
    "intake-stage": N_("Membaca daftar"),
    "decree": N_("Pemeriksaan SK"),
    "intake-check": N_("Memeriksa daftar"),
    "intake-accept": N_("Menyimpan daftar"),
    "intake-undo": N_("Membatalkan daftar"),
    "match": N_("Pemadanan dengan data kependudukan"),
    "assess": N_("Penilaian kemiskinan"),
    "consumption": N_("Menanyai model PMT tentang rumah tangga"),
    "model-training": N_("Melatih model skor"),
    "export": N_("Ekspor rumah tangga"),
    "target-snapshot": N_("Potret data untuk daftar sasaran"),
    "deciles": N_("Impor desil"),
    "fieldwork": N_("Mutu pendataan"),
    "findings": N_("Mencari temuan tentang penerima"),
    "figures-freeze": N_("Membekukan angka wilayah"),
    "batch": N_("Tindakan untuk banyak rumah tangga"),
    "benefit-plan": N_("Menyusun rencana penyaluran"),
    "payments-check": N_("Memeriksa berkas pembayaran"),
    "payments-write": N_("Mencatat pembayaran"),
    "payments-undo": N_("Membatalkan catatan pembayaran"),
}
# What may be started here: it is about all households and needs no file.
STARTABLE = {
    "match": N_("Jalankan pemadanan"),
    "assess": N_("Hitung skor kemiskinan"),
}
STATE_ICONS = {
    JobState.QUEUED: "hourglass",
    JobState.RUNNING: "arrow-repeat",
    JobState.DONE: "check-circle",
    JobState.PROBLEMS: "exclamation-triangle",
    JobState.FAILED: "x-octagon",
    JobState.CANCELLED: "slash-circle",
}
# Results whose names are codes; the others are told in words by the work itself.
RESULT_NAMES: dict[str, str] = {
    **{str(outcome): name for outcome, name in OUTCOME_NAMES.items()},
    **{str(state): name for state, name in LINK_NAMES.items()},
    "interviews": N_("Wawancara seluruhnya"),
    "new": N_("Wawancara yang dihitung baru"),
    "done": N_("Rumah tangga selesai"),
    "members": N_("Anggota seluruhnya"),
    "findings": N_("Temuan seluruhnya"),
    "fresh": N_("Temuan baru"),
    "gone": N_("Temuan yang tidak ditemukan lagi"),
    "searched": N_("Anggota yang dicari"),
    "written": N_("Tautan yang ditulis"),
    "households": N_("Rumah tangga"),
    "predicted": N_("Rumah tangga dengan taksiran"),
}


# Where the result of a job is looked at: endpoint, its parameter, the name of the result.
RESULT_PAGES = {
    "model-training": ("score_models.show", "model_id", "model"),
    "target-snapshot": ("targeting.simulation", "", "snapshot"),
    "figures-freeze": ("maps.index", "compare", "period"),
}
LINKED = {name for _, _, name in RESULT_PAGES.values()}  # keys: they lead on and say nothing


@bp.get("/")
@requires(Can.SEE_JOBS)
def index() -> ResponseReturnValue:
    """List the latest jobs; the list renews itself while one of them runs."""
    jobs = [job_view(job) for job in list_jobs(db.session(), limit=SHOWN)]
    busy = any(not job["ended"] for job in jobs)
    return render_template(
        "jobs/index.html",
        jobs=jobs,
        busy=busy,
        idle=busy and not _worker(),
        startable=STARTABLE if actor().can(Can.RUN_MATCHING) else {},
    )


@bp.post("/")
@requires(Can.RUN_MATCHING)
@saves
def start() -> ResponseReturnValue:
    """Queue matching or scoring of all households and show its progress."""
    kind = request.form.get("kind", "")
    if kind not in STARTABLE:
        raise NotFound(N_("Pekerjaan ini tidak ada."))
    where = {"engine": settings().match_engine, "master": settings().spark_master}
    params = where if kind == "match" else {}
    job = start_single(db.session(), kind, params, by=actor().username, at=now())
    wake_worker()
    return redirect(url_for(".show", job_id=job.id), 303)


@bp.get("/<uuid:job_id>")
@requires(Can.SEE_JOBS)
def show(job_id: uuid.UUID) -> ResponseReturnValue:
    """Show one job; its progress part renews itself every second while it runs."""
    return render_template("jobs/show.html", **job_view(find_job(db.session(), job_id)))


@bp.get("/<uuid:job_id>/progress")
@requires(Can.SEE_JOBS)
def progress(job_id: uuid.UUID) -> ResponseReturnValue:
    """Answer with the progress part alone; at the end the page renews itself with its buttons."""
    job = find_job(db.session(), job_id)
    if job.state in ENDED:
        return make_response("", 200, {"HX-Refresh": "true"})
    return render_template("jobs/_progress.html", **job_view(job))


@bp.post("/<uuid:job_id>/cancel")
@requires(Can.SEE_JOBS)
@saves
def cancel(job_id: uuid.UUID) -> ResponseReturnValue:
    """Ask a job to stop after its current step."""
    ask_cancel(db.session(), _own(job_id), by=actor().username, at=now())
    return redirect(url_for(".show", job_id=job_id), 303)


@bp.post("/<uuid:job_id>/retry")
@requires(Can.SEE_JOBS)
@saves
def retry(job_id: uuid.UUID) -> ResponseReturnValue:
    """Queue a failed or cancelled job again."""
    try_again(db.session(), _own(job_id), by=actor().username, at=now())
    wake_worker()
    return redirect(url_for(".show", job_id=job_id), 303)


@bp.post("/<uuid:job_id>/problems")
@requires(Can.IMPORT_REGISTRY)
@saves
def problems(job_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the file of rows that could not be taken, and record it: it may show persons."""
    job = find_job(db.session(), job_id)
    path = settings().home / (job.problem_file or "")
    if not path.is_file():
        raise NotFound(N_("Pekerjaan ini tidak mempunyai berkas masalah."))
    record(
        db.session(), Event("problems-exported", "job", str(job.id)), by=actor().username, at=now()
    )
    name = f"masalah-{str(job.id)[:8]}{path.suffix}"
    return send_file(path, as_attachment=True, download_name=name)


def _own(job_id: uuid.UUID) -> Job:
    """Return a job that the reader may stop or repeat: their own, or any for who loads data."""
    job = find_job(db.session(), job_id)
    if not _may_change(job):
        raise NotAllowed(N_("Hanya yang memulai pekerjaan ini atau administrator yang boleh."))
    return job


def _may_change(job: Job) -> bool:
    return job.started_by == actor().username or actor().can(Can.IMPORT_REGISTRY)


def _leads_to(job: Job) -> str | None:
    endpoint, parameter, name = RESULT_PAGES.get(job.kind, ("", "", ""))
    if name not in job.result or not actor().can(Can.SEE_TARGETING):
        return None
    return url_for(endpoint, **({parameter: job.result[name]} if parameter else {}))


def _worker() -> bool:
    return is_alive(settings(), at=now())


def job_view(job: Job) -> dict[str, object]:
    """Return what the templates of a job show."""
    ended = job.state in ENDED
    until = job.ended_at or now()
    return {
        "job": job,
        "kind": KIND_NAMES.get(job.kind, job.kind),
        "state": STATE_NAMES[job.state],
        "icon": STATE_ICONS[job.state],
        "ended": ended,
        "idle": not ended and not _worker(),
        "may_change": _may_change(job),
        "error": told(job.message, job.message_params) if job.message else None,
        "results": [
            (RESULT_NAMES.get(name, name), value)
            for name, value in job.result.items()
            if name not in LINKED
        ],
        "leads_to": _leads_to(job),
        "why": WHY_NAMES[Why(job.result["why"])] if "why" in job.result else None,
        "pace": pace(job.done, job.total, job.started_at, until, before=job.done_before),
    }
