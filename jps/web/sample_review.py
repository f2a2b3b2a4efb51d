"""The random sample in the browser: drawing it, and looking members up without our own opinion.

The pages show no weight, no state and no suggestion: whoever answers must not be led.
"""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.db import db, scope_of
from jps.errors import InvalidData, JpsError
from jps.http import actor, error_text, is_fragment, now, reads, requires, saves
from jps.identity.hand_search import HandQuery, search_by_hand
from jps.identity.labels import answer_item, find_item, newest_sample, next_item, progress_of
from jps.identity.quality import cells_of
from jps.identity.quality_models import SampleItem
from jps.identity.quality_rules import ANSWER_NAMES, Answer
from jps.identity.queries import find_person, household_of
from jps.identity.sampling import FEWEST, MOST, draw_sample, offers
from jps.identity.services import find_member
from jps.identity.thresholds import thresholds_in_force
from jps.registry.models import RegistryPerson
from jps.registry.queries import current_snapshot
from jps.text import N_
from jps.web.blind import Hit, blind_rows, hits_of, household_lines
from jps.web.household_list import cascade
from jps.web.places import village_name
from jps.web.quality import read_area

bp = Blueprint("sample", __name__, url_prefix="/matching/sample")

_SEEDS = 2**31


@bp.get("/")
@requires(Can.SEE_QUALITY)
def index() -> ResponseReturnValue:
    """Show the sample that counts, how far it is, and the form for a new one."""
    return _index_page({})


@bp.post("/")
@requires(Can.RUN_MATCHING)
@saves
def draw() -> ResponseReturnValue:
    """Draw a new sample."""
    size, seed = (request.form.get(name, type=int) for name in ("size", "seed"))
    by, at = actor().username, now()
    if seed is None:
        seed = uuid.uuid4().int % _SEEDS
    try:
        if not 0 <= seed < _SEEDS:
            text = [N_("Isi bilangan bulat dari 0.")]
            raise InvalidData(N_("Periksa benih acak."), {"seed": text})
        area = read_area(request.form)
        sample = draw_sample(db.session(), size=size or 0, seed=seed, area=area, by=by, at=at)
    except InvalidData as error:
        problems = {name: gettext(texts[0]) for name, texts in error.problems.items()}
        return _index_page(problems or {"size": error_text(error)}), error.status
    flash(gettext("Sampel ditarik: %(n)s anggota menunggu dicari.", n=sample.size), "success")
    return redirect(url_for(".index"), 303)


@bp.get("/next")
@requires(Can.DECIDE_LINKS)
def go_on() -> ResponseReturnValue:
    """Go to the reader's next item of the sample."""
    sample = newest_sample(db.session())
    found = None
    if sample is not None:
        found = next_item(db.session(), sample.id, person=actor().username)
    if found is None:
        flash(gettext("Tidak ada lagi anggota sampel yang menunggu di wilayah Anda."))
        return redirect(url_for(".index"))
    return redirect(url_for(".show", item_id=found, after=request.args.get("after")))


@bp.get("/items/<uuid:item_id>")
@requires(Can.DECIDE_LINKS)
def show(item_id: uuid.UUID) -> ResponseReturnValue:
    """Show a member beside somebody of the registry, and nothing of what we think."""
    return _item_page(find_item(db.session(), item_id))


@bp.post("/items/<uuid:item_id>")
@requires(Can.DECIDE_LINKS)
@saves
def answer(item_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the answer and go on with the next item."""
    item = find_item(db.session(), item_id)
    try:
        given = _given_answer()
        answer_item(db.session(), item, given, _chosen(), by=actor().username, at=now())
    except JpsError as error:
        text = error_text(error)
        db.session.rollback()
        return _item_page(find_item(db.session(), item_id), text), error.status
    return redirect(url_for(".go_on", after=item_id), 303)


@bp.post("/items/<uuid:item_id>/search")
@requires(Can.DECIDE_LINKS)
@reads
def search(item_id: uuid.UUID) -> ResponseReturnValue:
    """Look for the member's person by hand."""
    item = find_item(db.session(), item_id)
    names = ("nik", "kk", "name", "mother", "year")
    typed = {name: request.form.get(name, "").strip()[:120] for name in names}
    snapshot = current_snapshot(db.session())
    hits: list[Hit] = []
    problem = ""
    try:
        if snapshot is not None:
            people = search_by_hand(db.session(), snapshot.id, HandQuery(**typed))
            hits = hits_of(db.session(), people)
    except InvalidData as error:
        problem = error_text(error)
    if is_fragment():
        return render_template("matching/_hits.html", item=item, hits=hits, problem=problem)
    return _item_page(item, problem, typed=typed, hits=hits)


def _given_answer() -> Answer:
    if request.form.get("person"):
        return Answer.OTHER
    try:
        return Answer(request.form.get("answer", ""))
    except ValueError:
        raise InvalidData(N_("Pilih jawaban.")) from None


def _chosen() -> RegistryPerson | None:
    person_id = request.form.get("person", type=int)
    return None if person_id is None else find_person(db.session(), person_id)


def _index_page(problems: dict[str, str]) -> str:
    session, area = db.session(), read_area(request.values)
    sample = newest_sample(session, area)
    return render_template(
        "matching/sample.html",
        sample=sample,
        progress=progress_of(session, sample.id) if sample is not None else None,
        place=names_at(session, Level.KABKOTA).get(sample.area_code) if sample else None,
        offers=offers(cells_of(session, area), thresholds_in_force(session)),
        cascade=cascade(session, scope_of(session), area)[:2],
        problems=problems,
        typed=request.form,
        bounds=(FEWEST, MOST),
    )


def _item_page(
    item: SampleItem,
    problem: str = "",
    *,
    typed: dict[str, str] | None = None,
    hits: list[Hit] | None = None,
) -> str:
    session = db.session()
    member = find_member(session, item.member_id)
    household, members = household_of(session, member)
    return render_template(
        "matching/item.html",
        item=item,
        member=member,
        village=village_name(session, member.area_code),
        address=household.address,
        rows=blind_rows(session, member, item.person),
        relatives=household_lines(members, member),
        progress=progress_of(session, item.sample_id),
        after=request.args.get("after", type=uuid.UUID),
        answers=ANSWER_NAMES,
        Answer=Answer,
        problem=problem,
        typed=typed or {},
        hits=hits,
        mine=item.by == actor().username,
    )
