"""What the pages of findings, letters and appeals read from forms, and say in the same words."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from jps.access.models import User
from jps.access.rules import Can
from jps.cases.finding_steps import Photo
from jps.cases.letter_rules import Signatory
from jps.cases.letters import PLACE, Issue, last_signatory
from jps.errors import InvalidData
from jps.filestore import keep
from jps.http import actor, now, settings, today
from jps.programmes.case_rules import SOON, Presence, Visit, VisitResult, days_left
from jps.programmes.finding_rules import SOURCE_NAMES
from jps.programmes.rules import LetterKind
from jps.text import N_, one_line
from jps.web.change_evidence import sent_papers
from jps.web.days import office_day
from jps.web.formats import day

MAX_LINE = 120  # characters of a name, a title, an office
_NO_DAY = N_("Isi tanggal yang benar.")


@dataclass(frozen=True, slots=True)
class Clock:
    """A last day in words: how many days are left, and how it looks."""

    text: str
    look: str  # "", "soon" or "overdue"
    icon: str


def clock_of(due_on: date | None, *, running: bool) -> Clock | None:
    """Return how a last day is shown; None where there is none or nobody waits any more."""
    if due_on is None or not running:
        return None
    left = days_left(due_on, today())
    if left < 0:
        return Clock(gettext("lewat %(n)s hari", n=-left), "overdue", "exclamation-octagon")
    if left == 0:
        return Clock(gettext("hari terakhir"), "soon", "alarm")
    text = gettext("%(n)s hari lagi", n=left)
    return Clock(text, "soon", "alarm") if left <= SOON else Clock(text, "", "calendar-check")


def source_text(source: str) -> str:
    """Return what says that something is so: `Data kependudukan per 1 Nov 2026`."""
    code, _, told = source.partition(":")
    if code not in SOURCE_NAMES:
        return source
    found = source_day(source)
    return gettext(SOURCE_NAMES[code]).format(day=day(found) if found else told)


def source_day(source: str) -> date | None:
    """Return the office's day of a source, None where it tells none."""
    told = source.partition(":")[2]
    try:
        return (
            date.fromisoformat(told)
            if len(told) == 10
            else office_day(datetime.fromisoformat(told))
        )
    except ValueError:
        return None


def source_name(source: str) -> str:
    """Return what says so without its day, as a letter names it: `Data kependudukan`."""
    return re.sub(r",? \w+ \{day\}$", "", SOURCE_NAMES.get(source.partition(":")[0], source))


def read_day(values: MultiDict[str, str], name: str) -> date | None:
    """Return a day that was typed, None for an empty field; raises `InvalidData` for no date."""
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidData(_NO_DAY, {name: [_NO_DAY]}) from None
    if not 1900 < found.year < 2200:
        raise InvalidData(_NO_DAY, {name: [_NO_DAY]})
    return found


def read_visit(values: MultiDict[str, str]) -> Visit:
    """Return a visit as it was typed; raises `InvalidData` that says what is missing."""
    result, presence = values.get("result", ""), values.get("presence", "")
    problems: dict[str, list[str]] = {}
    if result not in set(VisitResult):
        problems["result"] = [N_("Pilih hasil kunjungannya.")]
    on = read_day(values, "visited_on")
    if on is None:
        problems["visited_on"] = [N_("Isi tanggal kunjungan.")]
    elif on > today():
        problems["visited_on"] = [N_("Tanggal kunjungan tidak boleh setelah hari ini.")]
    if problems or on is None:
        raise InvalidData(N_("Kunjungan belum tersimpan. Lengkapi isiannya."), problems)
    found = Presence(presence) if presence in set(Presence) else None
    return Visit(VisitResult(result), found, on, one_line(values.get("point", ""))[:60])


def sent_photo(file: FileStorage | None) -> Photo | None:
    """Keep a photo or paper that was sent; raises `InvalidData` for anything else."""
    papers = sent_papers([file]) if file is not None else []
    if not papers:
        return None
    return Photo(keep(settings().home, papers[0].content), papers[0].media_type)


def read_signatory(values: MultiDict[str, str]) -> Signatory:
    """Return who signs, as typed."""

    def line(name: str) -> str:
        return one_line(values.get(name, ""))[:MAX_LINE]

    return Signatory(line("signer"), line("title"), line("office"), line("contact"))


def usual_signatory(session: Session, area_code: str, kind: LetterKind) -> Signatory:
    """Return who is offered as signatory: whoever signed last."""
    return last_signatory(session, area_code, kind) or Signatory("", "", "", "")


def issue_of(values: MultiDict[str, str]) -> Issue:
    """Return how a letter is issued by the reader today."""
    base = url_for("letter_check.ask", _external=True)
    address = f"{base.rstrip('/')}/{PLACE}"
    zone = ZoneInfo(settings().timezone)
    return Issue(read_signatory(values), address, today(), actor().username, now(), zone)


def helpers(session: Session) -> list[User]:
    """Return the active accounts that may work on findings and appeals, by full name."""
    users = session.scalars(select(User).where(User.active).order_by(User.full_name))
    return [user for user in users if user.can(Can.RECEIVE_APPEALS)]


def typed() -> dict[str, Any]:
    """Return what stands in the form that was sent, to be shown again."""
    return request.form.to_dict()
