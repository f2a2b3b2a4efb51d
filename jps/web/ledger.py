"""Buku keputusan: who decided what about whom, when and why, and who took it back."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.models import User
from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level, is_code
from jps.db import db, scope_of
from jps.errors import InvalidData, NotAllowed
from jps.http import actor, now, requires, saves, today
from jps.identity.ledger import (
    PAGE,
    Entry,
    Mark,
    Wanted,
    deciders,
    mark_of,
    read_ledger,
    record_export,
    whole_ledger,
)
from jps.identity.queries import find_link
from jps.identity.rules import VERDICT_NAMES, Verdict
from jps.identity.services import find_member
from jps.text import N_, mask_nik
from jps.web.accounts import accounts_of, full_names
from jps.web.days import day_after, midnight
from jps.web.formats import moment
from jps.web.household_list import CASCADE, cascade
from jps.web.identity_page import whom
from jps.web.ledger_files import as_csv, as_xlsx

bp = Blueprint("ledger", __name__, url_prefix="/identity/ledger")

_SPLIT = "~"  # between the time and the decision of a page's mark
_FILTERS = ("who", "verdict", "from", "to", "member")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    N_("Waktu"),
    N_("Pemutus"),
    N_("Anggota"),
    N_("NIK anggota"),
    N_("Desa"),
    N_("Tentang"),
    N_("Keputusan"),
    N_("Alasan"),
    N_("Menjawab yang belum yakin"),
    N_("Diurungkan oleh"),
    N_("Diurungkan pada"),
    N_("Nomor keputusan"),
)


@bp.get("/")
@requires(Can.SEE_LINKS)
def index() -> ResponseReturnValue:
    """List decisions, newest first."""
    return _page(request.args)


@bp.post("/export")
@requires(Can.SEE_LINKS)
@saves
def export() -> ResponseReturnValue:
    """Hand out the decisions asked for as a file, and record it."""
    session, accounts = db.session(), accounts_of(db.session(), deciders(db.session()))
    wanted = _wanted(request.form, accounts)
    full, kind = bool(request.form.get("full")), request.form.get("format", "")
    if full and not actor().can(Can.REVEAL_NIK):
        raise NotAllowed()
    rows = _rows(list(whole_ledger(session, wanted)), full=full)
    reason = request.form.get("reason", "")
    kind = kind if kind == "xlsx" else "csv"
    try:
        record_export(
            session, wanted, kind=kind, rows=len(rows), full=full, reason=reason,
            by=actor().username, at=now(),
        )  # fmt: skip
    except InvalidData as error:
        problem = next(iter(error.problems.values()), [error.message])[0]
        return _page(request.form, problem=gettext(problem)), error.status
    heading, title = [gettext(name) for name in COLUMNS], gettext("Buku keputusan")
    content = as_xlsx(heading, rows, title) if kind == "xlsx" else as_csv(heading, rows)
    name = f"buku-keputusan-{today():%Y%m%d}.{kind}"
    mimetype = _XLSX if kind == "xlsx" else "text/csv"
    return send_file(BytesIO(content), mimetype, as_attachment=True, download_name=name)


def _page(values: Mapping[str, str], *, problem: str = "") -> str:
    session, accounts = db.session(), accounts_of(db.session(), deciders(db.session()))
    wanted = _wanted(values, accounts)
    entries = read_ledger(session, wanted, after=_mark(values.get("after", "")), limit=PAGE + 1)
    more, entries = len(entries) > PAGE, entries[:PAGE]
    asked = {name: values[name] for name in _FILTERS if values.get(name)}
    member = find_member(session, wanted.member_id) if wanted.member_id else None
    return render_template(
        "identity/ledger.html",
        entries=[(one, _about(one)) for one in entries],
        people=_people(entries),
        asked=asked,
        here=asked | ({"area": wanted.area} if wanted.area else {}),
        after=_text(entries[-1]) if more else None,
        accounts=accounts,
        cascade=cascade(session, scope_of(session), wanted.area),
        villages=names_at(session, Level.DESA),
        verdicts=VERDICT_NAMES,
        member=member,
        is_linked=member is not None and find_link(session, member.id) is not None,
        problem=problem,
    )


def _wanted(values: Mapping[str, str], accounts: Mapping[str, User]) -> Wanted:
    """Return the filter; what cannot be read counts as not given. Names stay out of addresses."""
    area = next((values[level] for level in reversed(CASCADE) if values.get(level)), "")
    area = area or values.get("area", "")
    verdict, who = values.get("verdict", ""), values.get("who", "")
    return Wanted(
        area=area if is_code(area) else "",
        who=accounts[who].username if who in accounts else "",
        verdict=Verdict(verdict) if verdict in set(Verdict) else None,
        since=midnight(values.get("from", "")),
        until=day_after(values.get("to", "")),
        member_id=_uuid(values.get("member", "")),
    )


def _about(entry: Entry) -> str:
    if entry.decision.other_id is None:
        return whom(db.session(), entry.decision)
    if entry.other is None:
        return gettext("anggota lain di luar wilayah Anda")
    return gettext("anggota lain: %(name)s", name=entry.other.name)


def _people(entries: Sequence[Entry]) -> dict[str, str]:
    names = {name for one in entries for name in (one.decision.by, one.decision.undone_by)}
    return full_names(db.session(), names)


def _rows(entries: Sequence[Entry], *, full: bool) -> list[list[str]]:
    people, villages = _people(entries), names_at(db.session(), Level.DESA)
    return [_row(one, people, villages, full=full) for one in entries]


def _row(
    entry: Entry, people: Mapping[str, str], villages: Mapping[str, str], *, full: bool
) -> list[str]:
    one, member = entry.decision, entry.member
    undone_by = one.undone_by or ""
    return [
        moment(one.at),
        people.get(one.by, one.by),
        member.name,
        member.nik if full else mask_nik(member.nik),
        villages.get(member.area_code, member.area_code),
        _about(entry),
        gettext(VERDICT_NAMES[Verdict(one.verdict)]),
        one.reason,
        gettext("ya") if one.answers else "",
        people.get(undone_by, undone_by),
        moment(one.undone_at) if one.undone_at else "",
        str(one.id),
    ]


def _text(entry: Entry) -> str:
    mark = mark_of(entry)
    return f"{mark.at.isoformat()}{_SPLIT}{mark.decision_id}"


def _mark(text: str) -> Mark | None:
    at, _, decision = text.rpartition(_SPLIT)
    try:
        found, decision_id = datetime.fromisoformat(at), uuid.UUID(decision)
    except ValueError:
        return None
    return Mark(found, decision_id) if found.tzinfo is not None else None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
