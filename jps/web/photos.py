"""Photos of a household: shown to those who may see it; family cards only for a recorded reason."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.db import db
from jps.errors import InvalidData, NotAllowed, NotFound
from jps.filestore import path_of
from jps.households.attachments import (
    attachments_of,
    get_attachment,
    reveal_attachment,
    shows_numbers,
)
from jps.households.models import Attachment, Household
from jps.households.queries import get_household
from jps.households.services import current_document
from jps.http import actor, now, requires, saves, settings
from jps.questionnaire import Form
from jps.text import N_, one_line
from jps.web.fields import language

bp = Blueprint("photos", __name__, url_prefix="/households")

MAX_REASON = 500  # characters
GONE = N_("Berkas foto ini tidak ada di folder kantor. Pulihkan dari cadangan.")


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as the household's page shows it; `row` is None until the phone has sent it."""

    name: str
    label: str
    row: Attachment | None
    shows_numbers: bool


def photos_of(session: Session, household: Household, form: Form) -> list[Photo]:
    """Return the pictures that answer questions, then the other files of the household."""
    answers = household.answers
    rows = {row.name: row for row in attachments_of(session, household.id)}
    asked = [(q, answers[q.name]) for q in form if q.type == "image" and answers.get(q.name)]
    found = [
        Photo(name, question.label(language()), rows.pop(name, None), shows_numbers(name, answers))
        for question, name in asked
    ]
    return found + [Photo(name, gettext("Berkas lain"), row, True) for name, row in rows.items()]


@bp.get("/<uuid:household_id>/photos/<name>")
@requires(Can.SEE_HOUSEHOLDS)
def show(household_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Show a picture without numbers on it."""
    household = get_household(db.session(), household_id)
    found = get_attachment(db.session(), household_id, name)
    shown = (household.answers, current_document(db.session(), household))
    if all(shows_numbers(name, answers) for answers in shown):
        raise NotAllowed(N_("Foto ini dapat memuat NIK. Buka dari halaman rumah tangganya."))
    return file_answer(found)


@bp.post("/<uuid:household_id>/photos/<name>")
@requires(Can.REVEAL_NIK)
@saves
def reveal(household_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Show a picture that may hold numbers, for a reason that is recorded."""
    found = get_attachment(db.session(), household_id, name)
    reason = one_line(request.form.get("reason", ""))
    if not 0 < len(reason) <= MAX_REASON:
        raise InvalidData(
            N_("Tuliskan alasannya."),
            {"reason": [N_("Alasan wajib diisi, paling banyak 500 karakter.")]},
        )
    answer = file_answer(found)
    reveal_attachment(db.session(), found, reason, by=actor().username, at=now())
    return answer


def file_answer(found: Attachment) -> Response:
    """Answer with the file, which no browser may keep or take for something else."""
    path = path_of(settings().home, found.sha256)
    if not path.is_file():
        raise NotFound(GONE)
    answer = Response(path.read_bytes(), mimetype=found.media_type)
    how = "inline" if found.media_type.startswith("image/") else "attachment"
    answer.headers["Content-Disposition"] = f"{how}; filename={found.name}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
