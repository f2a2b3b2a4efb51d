"""Back-checks in the browser: drawing, asking again without the first answers, results."""

import uuid
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.access.services import list_users
from jps.areas.queries import names_of
from jps.assessment.acceptance import follow_up
from jps.db import db, scope_of
from jps.errors import InvalidData, JpsError
from jps.fieldwork.asking import answer_item, compared, return_item, say_kinds
from jps.fieldwork.backcheck import (
    MOST,
    Wish,
    assign_item,
    draw_back_check,
    people_who_ask,
)
from jps.fieldwork.backcheck_queries import (
    back_checks,
    count_items,
    get_back_check,
    get_item,
    items_of,
    own_items,
    results,
)
from jps.fieldwork.models import BackCheckItem
from jps.fieldwork.rules import (
    CHECK_STATE_NAMES,
    DEFAULT_QUESTIONS,
    KIND_NAMES,
    REFUSED,
    SIZE,
    CheckState,
    Kind,
    can_be_asked,
)
from jps.households.models import Household
from jps.http import actor, error_text, now, requires, saves
from jps.questionnaire import Question
from jps.web.codebook import form_in_force
from jps.web.drafts import author
from jps.web.fields import language
from jps.web.household_list import cascade
from jps.web.places import village_name
from jps.web.quality import read_area

bp = Blueprint("backcheck", __name__, url_prefix="/backcheck")

_SEEDS = 2**31
PAGE = 25  # households; each row offers everybody who may ask


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is asked again: choices (code, label) or a number to type."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    given: str
    problem: str


@bp.get("/")
@requires(Can.DRAW_BACKCHECKS)
def index() -> ResponseReturnValue:
    """List the back-checks with what they showed, and the form for a new one."""
    return _index_page({})


@bp.post("/")
@requires(Can.DRAW_BACKCHECKS)
@saves
def draw() -> ResponseReturnValue:
    """Draw households at random and give each to somebody else."""
    values = request.form
    seed = values.get("seed", type=int)
    wish = Wish(
        area=read_area(values),
        share=(values.get("share", type=float) or 0) / 100,
        least=values.get("least", -1, type=int),
        questions=tuple(dict.fromkeys(values.getlist("questions"))),
        seed=uuid.uuid4().int % _SEEDS if seed is None and not values.get("seed") else seed or -1,
    )
    try:
        made = draw_back_check(db.session(), form_in_force(), wish, by=actor().username, at=now())
    except InvalidData as error:
        db.session.rollback()
        problems = {name: gettext(texts[0]) for name, texts in error.problems.items()}
        return _index_page(problems or {"share": error_text(error)}), error.status
    return redirect(url_for(".show", check_id=made.id), HTTPStatus.SEE_OTHER)


@bp.get("/<uuid:check_id>")
@requires(Can.DRAW_BACKCHECKS)
def show(check_id: uuid.UUID) -> ResponseReturnValue:
    """Show a back-check: who asks whom, how far it is, and where answers differ."""
    session, made = db.session(), get_back_check(db.session(), check_id)
    pages = max(1, -(-count_items(session, check_id) // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    found = items_of(session, check_id, limit=PAGE, skip=(page - 1) * PAGE)
    people = people_who_ask(session)
    return render_template(
        "backcheck/show.html",
        made=made,
        items=[(item, household, compared(item)) for item, household in found],
        villages=names_of(session, {item.area_code for item, _ in found}),
        names={user.username: user.full_name for user in list_users(session)},
        people=people,
        labels={one.name: _label(one) for one in _questions()},
        results=results(session, check_id),
        page=page,
        pages=pages,
        states=CHECK_STATE_NAMES,
        CheckState=CheckState,
    )


@bp.post("/items/<uuid:item_id>/assign")
@requires(Can.DRAW_BACKCHECKS)
@saves
def assign(item_id: uuid.UUID) -> ResponseReturnValue:
    """Give a household to somebody else to ask."""
    item = get_item(db.session(), item_id)
    person = request.form.get("person", "")
    try:
        assign_item(db.session(), item, person, by=actor().username, at=now())
    except JpsError as error:
        flash(error_text(error), "danger")
    return redirect(url_for(".show", check_id=item.back_check_id), HTTPStatus.SEE_OTHER)


@bp.get("/mine")
@requires(Can.ASK_AGAIN)
def mine() -> ResponseReturnValue:
    """List the households that the reader is to ask again."""
    found = own_items(db.session(), actor().username)
    villages = names_of(db.session(), {item.area_code for item, _ in found})
    return render_template("backcheck/mine.html", found=found, villages=villages)


@bp.get("/items/<uuid:item_id>/ask")
@requires(Can.ASK_AGAIN)
def ask(item_id: uuid.UUID) -> ResponseReturnValue:
    """Show the few questions, and nothing of what was answered first."""
    return _ask_page(get_item(db.session(), item_id), {})


@bp.post("/items/<uuid:item_id>/ask")
@requires(Can.ASK_AGAIN)
@saves
def answer(item_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the second answers."""
    session, item, values = db.session(), get_item(db.session(), item_id), request.form
    given = {name: values.get(f"q-{name}", "") for name in item.first}
    state = values.get("state", "")
    try:
        answer_item(
            session,
            form_in_force(),
            item,
            CheckState(state) if state in set(CheckState) else CheckState.OPEN,
            given,
            note=values.get("note", ""),
            by=actor().username,
            at=now(),
        )
    except InvalidData as error:
        session.rollback()
        problems = {name: gettext(texts[0]) for name, texts in error.problems.items()}
        return _ask_page(get_item(session, item_id), problems, error_text(error)), error.status
    flash(gettext("Jawaban tersimpan. Terima kasih."), "success")
    return redirect(url_for(".mine"), HTTPStatus.SEE_OTHER)


@bp.get("/items/<uuid:item_id>")
@requires(Can.DRAW_BACKCHECKS)
def compare(item_id: uuid.UUID) -> ResponseReturnValue:
    """Show both answers side by side, once the second were given."""
    return _compare_page(get_item(db.session(), item_id))


@bp.post("/items/<uuid:item_id>/kinds")
@requires(Can.DRAW_BACKCHECKS)
@saves
def kinds(item_id: uuid.UUID) -> ResponseReturnValue:
    """Keep why answers differ."""
    item, values = get_item(db.session(), item_id), request.form
    chosen = {
        name: Kind(values[f"kind-{name}"])
        for name in item.first
        if values.get(f"kind-{name}") in {Kind.ERROR, Kind.CHANGED}
    }
    say_kinds(db.session(), item, chosen, by=actor().username, at=now())
    flash(gettext("Penilaian tersimpan."), "success")
    return redirect(url_for(".compare", item_id=item_id), HTTPStatus.SEE_OTHER)


@bp.post("/items/<uuid:item_id>/return")
@requires(Can.VERIFY_HOUSEHOLDS)
@saves
def send_back(item_id: uuid.UUID) -> ResponseReturnValue:
    """Return the household to its enumerator with a remark at every wrong answer."""
    session, item = db.session(), get_item(db.session(), item_id)
    try:
        return_item(session, item, request.form.get("reason", ""), by=author(), at=now())
    except JpsError as error:
        session.rollback()
        return _compare_page(get_item(session, item_id), error_text(error)), error.status
    follow_up(session, item.household_id, at=now())
    flash(gettext("Data dikembalikan kepada pendata."), "success")
    return redirect(url_for(".show", check_id=item.back_check_id), HTTPStatus.SEE_OTHER)


def _index_page(problems: dict[str, str]) -> str:
    session, values = db.session(), request.form
    area, chosen = read_area(values), values.getlist("questions") or list(DEFAULT_QUESTIONS)
    return render_template(
        "backcheck/index.html",
        checks=back_checks(session),
        results=results(session),
        names={user.username: user.full_name for user in list_users(session)},
        labels={one.name: _label(one) for one in _questions()},
        questions=[(one.name, _label(one)) for one in _questions()],
        chosen=chosen,
        values=values,
        problems=problems,
        kinds=KIND_NAMES,
        cascade=cascade(session, scope_of(session), area),
        most=MOST,
    )


def _ask_page(item: BackCheckItem, problems: dict[str, str], text: str = "") -> str:
    session, values = db.session(), request.form
    household = session.get(Household, item.household_id)
    form, tongue = form_in_force(), language()
    asked = [
        Asked(
            name,
            _label(form.question(name)),
            tuple((c.code, c.label(tongue)) for c in form.question(name).choices),
            values.get(f"q-{name}", ""),
            problems.get(name, ""),
        )
        for name in item.first
    ]
    return render_template(
        "backcheck/ask.html",
        item=item,
        household=household,
        village=village_name(session, item.area_code),
        asked=asked,
        state=values.get("state", ""),
        states={key: text for key, text in CHECK_STATE_NAMES.items() if key != CheckState.OPEN},
        mine=item.assigned_to == actor().username and item.state == CheckState.OPEN,
        text=text,
        problems=problems,
        CheckState=CheckState,
        REFUSED=REFUSED,
    )


def _compare_page(item: BackCheckItem, problem: str = "") -> str:
    session, form, tongue = db.session(), form_in_force(), language()
    household = session.get(Household, item.household_id)
    lines = [
        (
            one,
            _label(form.question(one.question)),
            form.question(one.question).answer_label(one.first, tongue),
            form.question(one.question).answer_label(one.second, tongue),
        )
        for one in compared(item)
    ]
    return render_template(
        "backcheck/compare.html",
        item=item,
        household=household,
        village=village_name(session, item.area_code),
        lines=lines,
        names={user.username: user.full_name for user in list_users(session)},
        states=CHECK_STATE_NAMES,
        kinds=KIND_NAMES,
        may_return=actor().can(Can.VERIFY_HOUSEHOLDS) and item.returned_at is None,
        wrong=any(one.kind is Kind.ERROR for one, *_ in lines),
        problem=problem,
        Kind=Kind,
        CheckState=CheckState,
    )


def _questions() -> list[Question]:
    return [question for question in form_in_force() if can_be_asked(question)]


def _label(question: Question) -> str:
    if question.name == SIZE:
        return gettext("Berapa orang yang tinggal bersama di rumah ini?")
    return question.label(language())
