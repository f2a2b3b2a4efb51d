"""One page of the field form: what it sent is kept, and what follows from it is told.

A page is sent as a whole by its buttons, and by the form's script after each change; both meet
`save`, which answers a script with JSON and a browser with the next page.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from jps.db import db
from jps.errors import InvalidData
from jps.households.documents import ROSTER, Document
from jps.households.services import save_draft
from jps.http import error_text, now, problem
from jps.questionnaire import Problem
from jps.text import N_
from jps.web.comparing import chosen, compare_page
from jps.web.drafts import REVIEW, Draft, Screen, author
from jps.web.fields import field_groups, language, notes_as_json, read_fields
from jps.web.formats import clock
from jps.web.known import known_part
from jps.web.merging import Marks, Merge, Typed, marks_of, merge, read_marks, written
from jps.web.places import place_notes, village_name
from jps.web.remarks import texts_by_field
from jps.web.steps import steps_of

STALE = N_("Isian ini sudah diubah dari tempat lain. Bandingkan keduanya, lalu pilih.")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a page sent: the answers, the mark of what it had shown, and where to go next."""

    typed: Typed
    base: Marks
    go: str
    use: str

    @property
    def is_script(self) -> bool:
        """Did the form's script send it?"""
        return request.accept_mimetypes.best == "application/json"


def read_sent(screen: Screen, posted: MultiDict[str, str]) -> Sent:
    """Return what a page sent; anything missing is empty."""
    return Sent(
        read_fields(screen.questions, posted),
        read_marks(posted.get("base", "")),
        posted.get("go", "stay"),
        posted.get("use", ""),
    )


def save(draft: Draft, screen: Screen) -> ResponseReturnValue:
    """Keep what a page sent, and answer with what follows from it."""
    sent = read_sent(screen, request.form)
    found = merge(screen, draft.document, sent.typed, sent.base)
    if found.conflicts:
        return _stale(draft, screen, sent, found)
    typed = chosen(found.typed, request.form) if sent.go == "chosen" else found.typed
    if sent.use:
        typed = typed | _suggestion(draft, screen, typed, sent.use)
    try:
        after = store(draft, screen.put(draft.document, typed))
    except InvalidData as error:
        return _refused(draft, screen, sent, error)
    new = after.shown(screen) - draft.shown(screen)
    opened = [question.name for question in screen.questions if question.name in new]
    return _answer(after, screen, sent, opened, found.held)


def store(draft: Draft, document: Document) -> Draft:
    """Keep the document and return the draft after it."""
    household = save_draft(
        db.session(),
        draft.household.id,
        document,
        version=draft.household.version,
        by=author(),
        at=now(),
    )
    return draft.with_document(household, document)


def _suggestion(draft: Draft, screen: Screen, typed: Typed, name: str) -> Typed:
    """Return the value that the checks suggest for the question `name` once `typed` is in."""
    seen = draft.with_document(draft.household, screen.put(draft.document, typed))
    offers = seen.notes(screen, all_of_them=False).get(name, [])
    value = next((offer.suggested for offer in offers if offer.suggested), None)
    return {} if value is None else {name: value}


def _answer(
    draft: Draft, screen: Screen, sent: Sent, opened: list[str], held: Marks
) -> ResponseReturnValue:
    """Go on where the button said, unless the answers just opened new questions on this page."""
    target = "" if opened or sent.use else next_url(draft, screen, sent.go)
    if sent.is_script:
        notes = _notes(draft, screen)
        return {
            "saved": clock(now()),
            "base": written(marks_of(screen, draft.document) | held),
            "version": draft.household.version,
            "shown": sorted(draft.shown(screen)),
            "notes": notes_as_json(screen.questions, notes),
            "opened": opened,
            "next": target,
        }
    here = own_url(draft, screen) + (f"#f-{opened[0]}" if opened else "")
    return redirect(target or here, 303)


def _stale(draft: Draft, screen: Screen, sent: Sent, found: Merge) -> ResponseReturnValue:
    """Show both versions, or tell the script what is stored: it may be its own lost save."""
    if not sent.is_script or sent.go == "compare":
        return compare_page(draft, screen, sent.typed, found, own_url(draft, screen))
    stored = screen.stored(draft.document)
    now_stored = marks_of(screen, draft.document)
    base = sent.base | {question.name: now_stored[question.name] for question in found.conflicts}
    return problem(
        409,
        "stale",
        gettext(STALE),
        base=written(base),
        stored={q.name: list(screen.texts(stored, q)) for q in found.conflicts},
    )


def _refused(draft: Draft, screen: Screen, sent: Sent, error: InvalidData) -> ResponseReturnValue:
    """What cannot even be kept stays on the page, with the reason at its field."""
    place = draft.place(screen)
    start = "" if place is None else f"{ROSTER}[{place}]."
    reasons = {
        question.label(language()): [
            gettext(text) for text in error.problems[start + question.name]
        ]
        for question in screen.questions
        if start + question.name in error.problems
    }
    lines = [f"{label}: {texts[0]}" for label, texts in reasons.items()] or [error_text(error)]
    if sent.is_script:
        return problem(error.status, error.code, " ".join(lines), reasons)
    return screen_page(draft, screen, typed=sent.typed, refused=lines), error.status


def screen_page(
    draft: Draft,
    screen: Screen,
    *,
    typed: Typed | None = None,
    refused: list[str] | None = None,
) -> str:
    """Return the page of a screen; `typed` stands in the fields instead of what is stored."""
    own = draft.form.roster.labels if screen.member else draft.form.section(screen.name).labels
    groups = field_groups(
        screen.questions,
        {**screen.stored(draft.document), **(typed or {})},
        shown=draft.shown(screen),
        problems=_notes(draft, screen),
        heading=own,
        remarks=texts_by_field(db.session(), draft.household, member=screen.member),
    )
    return render_template(
        "entry/screen.html",
        draft=draft,
        screen=screen,
        groups=groups,
        base=written(marks_of(screen, draft.document)),
        refused=refused or [],
        action=own_url(draft, screen, everything=_everything()),
        place=draft.place(screen),
        known_url=url_for("known.check", member=screen.member, area=draft.household.area_code),
        known=_known(draft, screen),
        page=page_of(draft, screen.name),
    )


def _known(draft: Draft, screen: Screen) -> str:
    """Return who the stored member may be, so that the page says it without a script too."""
    if screen.member is None:
        return ""
    stored = screen.stored(draft.document)
    typed = {q.name: " ".join(screen.texts(stored, q)) for q in screen.questions}
    area = draft.household.area_code
    return known_part(typed, area=area, member=uuid.UUID(screen.member))


def page_of(draft: Draft, name: str) -> dict[str, object]:
    """Return what every page of the form shows around its content."""
    steps = steps_of(draft)
    names = [step.name for step in steps]
    return {
        "steps": steps,
        "here": name,
        "number": names.index(name) + 1 if name in names else len(names) + 1,
        "count": len(names) + 1,
        "village": village_name(db.session(), draft.household.area_code),
        "before": neighbour(draft, name, forward=False),
        "after": neighbour(draft, name, forward=True),
    }


def neighbour(draft: Draft, name: str, *, forward: bool) -> str:
    """Return the address of the next or the previous section that is asked."""
    steps = steps_of(draft)
    names = [step.name for step in steps]
    here = names.index(name) if name in names else len(steps)
    around = steps[here + 1 :] if forward else steps[:here][::-1]
    found = next((step.url for step in around if step.applies), None)
    if found is None and forward:
        return url_for("review.show", household_id=draft.household.id)
    return found or url_for("work.index")


def next_url(draft: Draft, screen: Screen, go: str) -> str:
    """Return where the button `go` leads, empty for staying on the page."""
    household = draft.household.id
    if go == REVIEW:
        return url_for("review.show", household_id=household)
    if screen.member is not None and go in {"next", "back"}:
        return url_for("entry.members", household_id=household)
    return neighbour(draft, screen.name, forward=go == "next") if go in {"next", "back"} else ""


def own_url(draft: Draft, screen: Screen, *, everything: bool = False) -> str:
    """Return the address of a screen; `everything` also shows what is merely not answered yet."""
    shown = "1" if everything else None
    household = draft.household.id
    if screen.member is None:
        return url_for("entry.section", household_id=household, name=screen.name, all=shown)
    return url_for("entry.member", household_id=household, member_id=screen.member, all=shown)


def _everything() -> bool:
    return request.args.get("all") == "1"


def _notes(draft: Draft, screen: Screen) -> Mapping[str, list[Problem]]:
    found = draft.notes(screen, all_of_them=_everything())
    asks_gps = any(question.name == "gps" for question in screen.questions)
    if not asks_gps or "gps" in found:
        return found
    return found | place_notes(db.session(), draft.document)
