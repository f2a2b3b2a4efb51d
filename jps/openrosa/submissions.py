"""Sending: the question before it, and one part of a submission after another."""

from http import HTTPStatus
from io import BytesIO

from flask import Response, request
from flask_babel import gettext
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

from jps.config import DATA
from jps.db import db, writers_turn
from jps.errors import JpsError
from jps.http import Door, now, reads, requires, settings
from jps.odk.instance import Instance, read_instance
from jps.odk.rules import MAX_FILES, MAX_XML, is_file_name, media_type_of
from jps.odk.services import OTHER_ANSWERS, Upload, receive
from jps.openrosa import answers
from jps.openrosa.doors import begin_writing, bp, by_token, sender
from jps.questionnaire.reading import read_form_id
from jps.text import N_
from jps.worker import the_worker, this_app

XML_PART = "xml_submission_file"
INCOMPLETE = "*isIncomplete*"  # of every part but the last
_MORE_FIELDS = 20  # fields of a part besides its files


class BadPart(JpsError):
    """A request that is no part of a submission."""

    code = "bad-part"


class WrongKind(JpsError):
    """Something that is not taken, whatever its name says."""

    status, code = 415, "wrong-kind"


class UnknownForm(JpsError):
    """Answers of a form that this office does not have."""

    status, code = 404, "unknown-form"


@bp.route("/<token>/submission", methods=["HEAD"])
@requires(Door.OPEN)
@by_token
def ask(token: str) -> Response:
    """Say that submissions are taken here, and how large a part may be (in the headers)."""
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.post("/<token>/submission")
@requires(Door.OPEN)
@reads  # until the body was read and understood: nobody else waits for that
@by_token
def send(token: str) -> Response:
    """Keep a part on the disk, then answer 201; the checks come afterwards."""
    xml, files, complete = _read_part()
    instance = read_instance(xml)
    if instance.form_id != read_form_id(DATA / "questionnaire"):
        raise UnknownForm(N_("Formulir ini tidak dikenal di server ini. Unduh formulir JPS."))
    with writers_turn(db.session()):
        begin_writing()
        collides = _store(xml, instance, files, complete=complete)
    if collides:
        return answers.message(HTTPStatus.CONFLICT, gettext(OTHER_ANSWERS))
    the_worker(this_app()).hurry()
    if complete:
        return answers.message(HTTPStatus.CREATED, gettext("Kiriman tersimpan di server."))
    text = gettext("Bagian ini tersimpan di server; bagian berikutnya ditunggu.")
    return answers.message(HTTPStatus.CREATED, text)


def _store(xml: bytes, instance: Instance, files: list[Upload], *, complete: bool) -> bool:
    """Store and commit; whether the number was taken by other answers, which are kept as well."""
    received = receive(
        db.session(),
        settings().home,
        xml,
        instance,
        files,
        complete=complete,
        sender=sender(),
        at=now(),
    )
    collides = received.collides
    db.session.commit()
    return collides


def _read_part() -> tuple[bytes, list[Upload], bool]:
    """Return the answers, the files and whether it is the last part; raises what is wrong."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise WrongKind(N_("Kiriman yang dimampatkan tidak diterima."))
    if request.mimetype != "multipart/form-data":
        raise WrongKind(N_("Kiriman harus berupa multipart/form-data, seperti dari ODK Collect."))
    form, files = _parse()
    texts = [text.encode() for text in form.getlist(XML_PART)]
    parts = [file.read() for file in files.getlist(XML_PART)] + texts
    if len(parts) != 1:
        raise BadPart(N_("Kiriman harus memuat tepat satu isian formulir (xml_submission_file)."))
    uploads = [_upload(part, file) for part, file in files.items(multi=True) if part != XML_PART]
    return parts[0], uploads, form.get(INCOMPLETE, "").lower() != "yes"


def _parse() -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    """Return fields and files, all in memory: a part is bounded, and read whole in any case."""
    request.max_content_length = answers.accept_length()
    parser = FormDataParser(
        stream_factory=lambda *_args, **_kwargs: BytesIO(),
        max_form_memory_size=MAX_XML + 2**16,
        max_form_parts=MAX_FILES + _MORE_FIELDS,
        silent=False,
    )
    try:
        _, form, files = parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params
        )
    except ValueError:
        raise BadPart(N_("Kiriman ini terpotong atau rusak. Tidak ada yang disimpan.")) from None
    return form, files


def _upload(part: str, file: FileStorage) -> Upload:
    name = file.filename or part
    if not is_file_name(name):
        raise BadPart(N_("Ada berkas yang namanya tidak dapat dipakai."))
    content = file.read()
    media_type = media_type_of(name, content)
    if media_type is None:
        raise WrongKind(N_("Ada berkas yang bukan foto JPEG atau PNG, PDF, atau CSV."))
    return Upload(name, media_type, content)
