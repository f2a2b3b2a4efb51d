"""Village meetings: the list to take along, the decisions, the minutes, closing, reopening."""

import uuid
from collections.abc import Mapping
from datetime import date

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.db import db
from jps.errors import Conflict, InvalidData, NotFound
from jps.filestore import keep, path_of
from jps.households.attachments import BEGINNINGS, MAX_BYTES, TooLarge, WrongKind
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.meetings.closing import close_meeting, reopen_meeting
from jps.meetings.models import Meeting, MeetingItem
from jps.meetings.queries import get_meeting, list_meetings, listed
from jps.meetings.rules import (
    DECISION_NAMES,
    MAX_REASON,
    REASON_NAMES,
    Decision,
    Facts,
    Reason,
    Verdict,
    closing_problems,
)
from jps.meetings.services import (
    Minutes,
    agree_to_rest,
    attach_minutes,
    change_meeting,
    decision_counts,
    load_open,
    open_meeting,
    propose_verified,
    strike,
    write_verdicts,
)
from jps.text import N_, one_line
from jps.web.accounts import full_names
from jps.web.drafts import author
from jps.web.places import choices_of_village, full_name, village_name

bp = Blueprint("meetings", __name__, url_prefix="/meetings")

SIZE = 100  # households of one page
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
CHANGED = N_("Putusan ini diubah orang lain sejak halaman dibuka. Periksa, lalu simpan lagi.")


@bp.get("/")
@requires(Can.HOLD_MEETINGS)
def index() -> ResponseReturnValue:
    """List the meetings of one's areas."""
    return render_template(
        "meetings/index.html",
        meetings=list_meetings(db.session()),
        villages=names_at(db.session(), Level.DESA),
        districts=names_at(db.session(), Level.KECAMATAN),
    )


@bp.get("/new")
@requires(Can.HOLD_MEETINGS)
def ask() -> ResponseReturnValue:
    """Ask for village and date of a meeting."""
    return _new({}, {})


@bp.post("/new")
@requires(Can.HOLD_MEETINGS)
@saves
def create() -> ResponseReturnValue:
    """Begin a meeting's record with the verified households on its list."""
    area = request.form.get("area_code", "")
    try:
        meeting = open_meeting(db.session(), area, read_facts(request.form), by=author(), at=now())
    except InvalidData as error:
        problems = {name: [gettext(text) for text in m] for name, m in error.problems.items()}
        return _new(request.form, problems), error.status
    return redirect(url_for(".show", meeting_id=meeting.id), 303)


@bp.get("/<uuid:meeting_id>")
@requires(Can.HOLD_MEETINGS)
def show(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Show a meeting with its list."""
    return _page(meeting_id)


@bp.post("/<uuid:meeting_id>")
@requires(Can.HOLD_MEETINGS)
@saves
def change(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Change date, place, chair, number of people, number of the minutes."""
    try:
        change_meeting(db.session(), meeting_id, read_facts(request.form), by=author(), at=now())
    except InvalidData as error:
        return _page(meeting_id, error, request.form), error.status
    flash(gettext("Data musyawarah tersimpan."), "success")
    return _back(meeting_id)


@bp.post("/<uuid:meeting_id>/decisions")
@requires(Can.HOLD_MEETINGS)
@saves
def decide(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Note the decisions of one page of the list, or that the meeting agreed to all the others."""
    get_meeting(db.session(), meeting_id)
    try:
        changed = write_verdicts(
            db.session(), meeting_id, _verdicts(meeting_id, request.form), by=author(), at=now()
        )
    except InvalidData as error:
        return _page(meeting_id, error, request.form), error.status
    if request.form.get("rest") == "agreed":
        changed += agree_to_rest(db.session(), meeting_id, by=author(), at=now())
    flash(ngettext("%(num)s putusan tersimpan.", "%(num)s putusan tersimpan.", changed), "success")
    return _back(meeting_id)


@bp.post("/<uuid:meeting_id>/list")
@requires(Can.HOLD_MEETINGS)
@saves
def renew(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Take in what was verified since, or strike a household off."""
    meeting = load_open(db.session(), meeting_id)
    if gone := request.form.get("strike", type=uuid.UUID):
        strike(db.session(), meeting_id, gone)
        flash(gettext("Dikeluarkan dari daftar musyawarah."), "success")
    else:
        added = propose_verified(db.session(), meeting, by=author())
        text = ngettext(
            "%(num)s rumah tangga ditambahkan.", "%(num)s rumah tangga ditambahkan.", added
        )
        flash(text, "success")
    return _back(meeting_id)


@bp.post("/<uuid:meeting_id>/minutes")
@requires(Can.HOLD_MEETINGS)
@saves
def upload(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the signed minutes."""
    get_meeting(db.session(), meeting_id)
    file = request.files.get("minutes")
    content = b"" if file is None else file.stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge(N_("Berkas ini terlalu besar: paling banyak {limit} MB."), limit=10)
    kind = next((k for k, begin in BEGINNINGS.items() if content.startswith(begin)), "")
    if not kind:
        raise WrongKind(N_("Unggah berita acara sebagai PDF, atau foto JPEG atau PNG."))
    minutes = Minutes(keep(settings().home, content), kind)
    attach_minutes(db.session(), meeting_id, minutes, by=author(), at=now())
    flash(gettext("Berita acara tersimpan."), "success")
    return _back(meeting_id)


@bp.get("/<uuid:meeting_id>/minutes")
@requires(Can.HOLD_MEETINGS)
def minutes(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Give the minutes as they were uploaded."""
    meeting = get_meeting(db.session(), meeting_id)
    if meeting.minutes_sha256 is None or meeting.minutes_type is None:
        raise NotFound()
    name = f"berita-acara-{meeting.area_code}-{meeting.held_on}.{ENDINGS[meeting.minutes_type]}"
    path = path_of(settings().home, meeting.minutes_sha256)
    return send_file(path, mimetype=meeting.minutes_type, as_attachment=True, download_name=name)


@bp.post("/<uuid:meeting_id>/close")
@requires(Can.HOLD_MEETINGS)
@saves
def close(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Close the record: the decisions count from now on."""
    get_meeting(db.session(), meeting_id)
    try:
        applied = close_meeting(db.session(), meeting_id, today=today(), by=author(), at=now())
    except InvalidData as error:
        return _page(meeting_id, error), error.status
    text = gettext("Musyawarah ditutup. %(count)s putusan berlaku.", count=applied.done)
    flash(text, "success")
    if applied.left:
        flash(
            gettext("%(count)s rumah tangga dilewati: statusnya berubah.", count=len(applied.left))
        )
    return _back(meeting_id)


@bp.post("/<uuid:meeting_id>/reopen")
@requires(Can.CONFIRM_HOUSEHOLDS)
@saves
def reopen(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Open a closed record again, for the kabupaten."""
    get_meeting(db.session(), meeting_id)
    reason = request.form.get("reason", "")
    applied = reopen_meeting(db.session(), meeting_id, reason, by=author(), at=now())
    text = gettext("Musyawarah dibuka lagi. %(count)s putusan ditarik.", count=applied.done)
    flash(text, "success")
    if applied.left:
        text = gettext(
            "%(count)s rumah tangga tetap: sudah ditindaklanjuti.", count=len(applied.left)
        )
        flash(text)
    return _back(meeting_id)


@bp.get("/<uuid:meeting_id>/print")
@requires(Can.HOLD_MEETINGS)
def paper(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Show the list as a page to print and take along: names and addresses, no numbers."""
    meeting = get_meeting(db.session(), meeting_id)
    return render_template(
        "meetings/print.html",
        meeting=meeting,
        village=village_name(db.session(), meeting.area_code),
        items=listed(db.session(), meeting_id),
        reasons=REASON_NAMES,
    )


def read_facts(posted: Mapping[str, str]) -> Facts:
    """Return the head of the minutes as it was typed."""
    people = posted.get("participants", "").strip()
    try:
        held_on = date.fromisoformat(posted.get("held_on", ""))
    except ValueError:
        held_on = None
    return Facts(
        held_on,
        posted.get("place", ""),
        posted.get("chair", ""),
        (int(people) if people.isascii() and people.isdigit() else -1) if people else None,
        posted.get("number", ""),
    )


def _verdicts(meeting_id: uuid.UUID, posted: Mapping[str, str]) -> dict[uuid.UUID, Verdict | None]:
    """Return what was changed on the page; raises `Conflict` where somebody else decided since."""
    stored = {one.id: one.item for one in listed(db.session(), meeting_id)}
    found: dict[uuid.UUID, Verdict | None] = {}
    for key, choice in posted.items():
        if not key.startswith("d."):
            continue
        try:
            item = stored.get(uuid.UUID(key[2:]))
        except ValueError:
            continue
        if item is None:
            continue
        text = one_line(posted.get(f"t.{key[2:]}", ""))[: MAX_REASON + 1]
        before = choice_of(item)
        was = posted.get(f"was.{key[2:]}", "")
        if (choice, text) == (before, item.reason_text):
            continue
        if before != was:
            raise Conflict(CHANGED)
        found[item.household_id] = _verdict(choice, text)
    return found


def _verdict(choice: str, text: str) -> Verdict | None:
    if choice == Decision.AGREED:
        return Verdict(Decision.AGREED)
    if choice in set(Reason):
        return Verdict(Decision.REJECTED, Reason(choice), text)
    return None


def choice_of(item: MeetingItem) -> str:
    """Return what the drop-down of a household shows: a reason means that it was rejected."""
    return str(item.reason or item.decision or "")


def _back(meeting_id: uuid.UUID) -> ResponseReturnValue:
    page = request.form.get("page", type=int)
    return redirect(url_for(".show", meeting_id=meeting_id, page=page), 303)


def _new(typed: Mapping[str, str], problems: Mapping[str, list[str]]) -> str:
    inside = request.args.get("in", "")
    level, groups = choices_of_village(db.session(), actor().scope, inside)
    return render_template(
        "meetings/new.html",
        typed=typed,
        problems=problems,
        groups=groups,
        picks_village=level == Level.DESA,
        full_name=full_name,
        today=today(),
    )


def _page(
    meeting_id: uuid.UUID,
    error: InvalidData | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    meeting = get_meeting(db.session(), meeting_id)
    counts = decision_counts(db.session(), meeting_id)
    page = max(1, request.values.get("page", 1, type=int))
    total = sum(counts.values())
    problems = {} if error is None else error.problems
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        village=village_name(db.session(), meeting.area_code),
        counts=counts,
        total=total,
        items=listed(db.session(), meeting_id, page=page, size=SIZE),
        page=page,
        last=max(1, -(-total // SIZE)),
        typed=typed or {},
        problem="" if error is None else error_text(error),
        problems={path: [gettext(text) for text in texts] for path, texts in problems.items()},
        missing=_missing(meeting, counts),
        names=full_names(db.session(), [meeting.opened_by, meeting.closed_by, meeting.reopened_by]),
        Decision=Decision,
        decision_names=DECISION_NAMES,
        reason_names=REASON_NAMES,
        choice_of=choice_of,
        may_reopen=actor().can(Can.CONFIRM_HOUSEHOLDS)
        and author().is_of_kabupaten(meeting.area_code),
    )


def _missing(meeting: Meeting, counts: Mapping[Decision | None, int]) -> list[str]:
    has_minutes = meeting.minutes_sha256 is not None
    found = closing_problems(meeting.facts, counts, has_minutes=has_minutes, today=today())
    return [gettext(text) for text in found]
