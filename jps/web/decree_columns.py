"""The columns of a decree's list: what each holds, as a person confirms it; then the look-up."""

import uuid
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.db import db
from jps.decrees import services
from jps.errors import InvalidData, NotFound
from jps.http import actor, now, requires, saves, today, told
from jps.intake.models import IntakeBatch
from jps.intake.queries import problem_kinds, problems_of
from jps.intake.services import headers_digest, save_mapping
from jps.layouts import ColumnMapping
from jps.programmes.models import Programme
from jps.web.decree_page import TARGETS
from jps.web.decrees import page
from jps.web.list_problems import LEVELS, PAGE, tell
from jps.web.wake import wake_worker

bp = Blueprint("decree_columns", __name__, url_prefix="/decrees")

LAYOUT = "sk"


@bp.post("/<uuid:decree_id>/columns")
@requires(Can.LOAD_DECREES)
@saves
def save(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Take the columns as chosen and queue the look-up; what cannot be taken comes back."""
    session = db.session()
    decree = services.get_decree(session, decree_id)
    batch = services.batch_of_decree(session, decree)
    mapping, unknown = _read(batch)
    if not unknown:
        try:
            services.look_up(session, decree, mapping, by=actor().username, at=now(), today=today())
        except InvalidData as error:
            db.session.rollback()
            unknown["columns"] = gettext(error.problems["columns"][0])
    if unknown:
        return page(decree_id, unknown), 422
    programme = session.get_one(Programme, decree.programme_id)
    digest = headers_digest(services.headers_of_list(batch))
    name = f"SK {programme.code} {digest[:8]}"
    save_mapping(session, batch, name, mapping, by=actor().username, at=now())
    wake_worker()
    return redirect(url_for("decrees.show", decree_id=decree_id), 303)


def _read(batch: IntakeBatch) -> tuple[ColumnMapping, dict[str, str]]:
    """Return the mapping as chosen, and by input what is none or chosen twice."""
    unknown: dict[str, str] = {}
    tables: dict[str, tuple[str, ...]] = {}
    headers = services.headers_of_list(batch)
    for place, (table, names) in enumerate(headers.items()):
        targets: list[str] = []
        for number, _ in enumerate(names):
            field = f"c{place}-{number}"
            target = request.form.get(field, "")
            if target and target not in TARGETS:
                unknown[field], target = gettext("Isian ini tidak ada."), ""
            elif target and target in targets:
                unknown[field] = gettext("Isian ini sudah dipilih untuk kolom lain.")
            targets.append(target)
        tables[table] = tuple(targets)
    return ColumnMapping(LAYOUT, tables, headers), unknown


@bp.get("/<uuid:decree_id>/problems")
@requires(Can.LOAD_DECREES)
def problems(decree_id: uuid.UUID) -> ResponseReturnValue:
    """List what was found in the rows of the list, by column and reason."""
    session = db.session()
    decree = services.get_decree(session, decree_id)
    services.require_whole(session, decree)
    batch = services.batch_of_decree(session, decree)
    asked = {name: request.args.get(name, "") for name in ("level", "column", "reason")}
    after = request.args.get("after", 0, type=int)
    if after < 0:
        raise NotFound()
    found = problems_of(session, batch.id, **asked, after=after, limit=PAGE + 1)
    return render_template(
        "decrees/problems.html",
        decree=decree,
        kinds=problem_kinds(session, batch.id),
        problems=[(one, tell(one)) for one in found[:PAGE]],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        levels=LEVELS,
        targets=TARGETS,
        asked=asked,
        told=told,
        sheets=[table["sheet"] for table in batch.tables],
        page_url=partial(url_for, ".problems", decree_id=decree.id),
    )
