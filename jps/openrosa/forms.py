"""What a phone downloads: the list of forms, the form, and the lists that belong to it."""

import uuid
from hashlib import md5

from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest, NotFound

from jps.config import DATA
from jps.db import db
from jps.http import Door, requires
from jps.odk.lists import FILES, gone
from jps.openrosa import answers
from jps.openrosa.doors import bp, by_token, sender
from jps.questionnaire.collect import HOUSEHOLDS, CollectForm, collect_form

MAX_ASKED = 1_000  # households of one question whether they are gone


@bp.get("/<token>/formList")
@requires(Door.OPEN)
@by_token
def form_list(token: str) -> Response:
    """List the forms: one, or none when another one is asked for."""
    form = _form()
    wanted = request.args.get("formID", form.id) == form.id
    fields = {
        "formID": form.id,
        "name": form.title,
        "version": form.version,
        "hash": _hash(form.xml),
        "downloadUrl": _url("form", token, form_id=form.id),
        "manifestUrl": _url("manifest", token, form_id=form.id),
    }
    items: list[tuple[answers.Fields, answers.Fields]] = [({}, fields)] if wanted else []
    return answers.body(answers.listing("xforms", "xform", answers.FORM_LIST, items))


@bp.get("/<token>/forms/<form_id>")
@requires(Door.OPEN)
@by_token
def form(token: str, form_id: str) -> Response:
    """Give the form, exactly the bytes whose hash was listed."""
    return answers.body(_form(form_id).xml)


@bp.get("/<token>/forms/<form_id>/manifest")
@requires(Door.OPEN)
@by_token
def manifest(token: str, form_id: str) -> Response:
    """List the files of the form: the same bytes as long as no file changed."""
    _form(form_id)
    items: list[tuple[answers.Fields, answers.Fields]] = []
    for name, make in sorted(FILES.items()):
        content = make(db.session(), sender().scope, sender().username)
        is_list = name == f"{HOUSEHOLDS}.csv"
        fields = {
            "filename": name,
            "hash": _hash(content),
            "downloadUrl": _url("media", token, name=name),
        }
        if is_list:
            fields["integrityUrl"] = _url("integrity", token)
        items.append(({"type": "entityList"} if is_list else {}, fields))
    return answers.body(answers.listing("manifest", "mediaFile", answers.MANIFEST, items))


@bp.get("/<token>/media/<name>")
@requires(Door.OPEN)
@by_token
def media(token: str, name: str) -> Response:
    """Give one of the person's lists."""
    if name not in FILES:
        raise NotFound
    content = FILES[name](db.session(), sender().scope, sender().username)
    return answers.body(content, "text/csv; charset=utf-8")


@bp.get("/<token>/integrity")
@requires(Door.OPEN)
@by_token
def integrity(token: str) -> Response:
    """Say which households of the phone are no longer to be visited."""
    asked = [text for text in request.args.get("id", "").split(",") if text]
    if len(asked) > MAX_ASKED or not all(text.isprintable() for text in asked):
        raise BadRequest
    ids = {text: _uuid(text) for text in asked}
    states = gone(db.session(), [one for one in ids.values() if one], sender().username)
    found = [(text, states[one] if one else False) for text, one in ids.items()]
    return answers.body(answers.integrity(found))


def _form(form_id: str | None = None) -> CollectForm:
    form = collect_form(DATA / "questionnaire")
    if form_id not in {None, form.id}:
        raise NotFound
    return form


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _hash(content: bytes) -> str:
    """Return the hash by which Collect sees what is new; it protects nothing."""
    return f"md5:{md5(content, usedforsecurity=False).hexdigest()}"


def _url(endpoint: str, token: str, **values: str) -> str:
    return url_for(f"openrosa.{endpoint}", token=token, _external=True, **values)
