"""What the page of a decree shows: its head, its columns, counts per area, one page of people."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.areas.queries import names_of, path
from jps.areas.rules import is_code
from jps.cases.over_quota import over_quota
from jps.decrees import services
from jps.decrees.budget import lines_for
from jps.decrees.money import deliveries_of, money
from jps.decrees.queries import Listed, decile_counts, page_of, rows_of, touches_of
from jps.decrees.report import ANSWER_NAMES, Answer, area_counts, condition, counted, inside
from jps.decrees.sheets import SHEET_NAMES, SHEET_WORDS, Sheet, reasons_of, sheet_counts
from jps.http import actor, told
from jps.identity.rules import STATE_NAMES
from jps.intake.headings import has_headings
from jps.intake.models import IntakeBatch
from jps.intake.queries import first_rows, problem_kinds
from jps.intake.rules import BatchState
from jps.intake.services import propose_mapping
from jps.intake.staging import read_cells
from jps.jobs.models import Job
from jps.jobs.rules import ENDED, JobState
from jps.layouts import ColumnMapping
from jps.programmes.finding_rules import FIND
from jps.programmes.models import Decree, Recipient
from jps.programmes.queries import terms_of_decree
from jps.programmes.rules import DecreeState, Registered
from jps.tables.cells import plain
from jps.text import N_, mask_nik
from jps.web.jobs import job_view
from jps.web.places import full_name

PAGE = 25
SAMPLES = 3
XLSX_ROWS = 20_000  # rows of a workbook; more would take long
_SHORT = 32
_NUMBERS = frozenset({"nik", "kk", "account"})
_LONG = re.compile(r"\d{10,}")
REGISTERED_NAMES = {
    Registered.YES: N_("terdata"),
    Registered.DOUBTFUL: N_("mungkin terdata"),
    Registered.NO: N_("belum terdata"),
}
# What a column of a list may be, in the order of the drop-down.
TARGETS: Mapping[str, str] = {
    "name": N_("Nama penerima"),
    "nik": N_("NIK"),
    "kk": N_("Nomor KK"),
    "sex": N_("Jenis kelamin"),
    "birth_date": N_("Tanggal lahir"),
    "birth_place": N_("Tempat lahir"),
    "born": N_("Tempat dan tanggal lahir"),
    "mother_name": N_("Nama ibu kandung"),
    "address": N_("Alamat"),
    "area_code": N_("Kode desa"),
    "area_desa": N_("Desa/kelurahan"),
    "area_kecamatan": N_("Kecamatan"),
    "area_kabupaten": N_("Kabupaten/kota"),
    "area_province": N_("Provinsi"),
    "account": N_("Nomor rekening atau kartu"),
    "component": N_("Komponen"),
    "status": N_("Status kepesertaan"),
    "amount": N_("Jumlah (rupiah)"),
}


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of the list: its input, header, sample values, and what it is taken for."""

    field: str
    header: str
    samples: tuple[str, ...]
    target: str


def decree_page(session: Session, listed: Listed) -> dict[str, Any]:
    """Return what the template shows."""
    decree, programme = listed.decree, listed.programme
    batch = session.get(IntakeBatch, decree.batch_id) if decree.batch_id else None
    job = session.get(Job, decree.job_id) if decree.job_id else None
    going = job is not None and job.state not in ENDED
    is_failed = job is not None and job.state in {JobState.FAILED, JobState.CANCELLED}
    working = job if going or is_failed else None
    looking = _finding_anew(session, decree) if working is None else None
    working = working or looking
    matched = decree.matched_at is not None and not going and decree.state != DecreeState.DRAFT
    mappable = batch is not None and batch.state == BatchState.STAGED and not going
    changeable = decree.state in {DecreeState.DRAFT, DecreeState.LOADED} and listed.whole
    open_columns = mappable and changeable and actor().can(Can.LOAD_DECREES)
    return {
        "decree": decree,
        "programme": programme,
        "whole": listed.whole,
        "batch": batch,
        "going": going,
        "failed": is_failed,
        "matched": matched,
        "tables": tables_of(session, batch) if open_columns and batch else [],
        "has_headings": batch is None or has_headings(batch),
        "targets": TARGETS,
        "area_name": names_of(session, [decree.area_code]).get(decree.area_code, decree.area_code),
        "kinds": problem_kinds(session, batch.id) if batch and matched and listed.whole else [],
        "told": told,
        "looking": looking is not None,
        "lines": lines_for(session, decree),
        **(job_view(working) if working is not None else {}),
        **(_report(session, listed) if matched else {}),
    }


def _finding_anew(session: Session, decree: Decree) -> Job | None:
    """Return the job that finds anew what is wrong about a decree, while it waits or runs."""
    query = select(Job).where(Job.kind == FIND, Job.state.not_in(ENDED))
    jobs = session.scalars(query.order_by(Job.created_at))
    return next((job for job in jobs if str(decree.id) in (job.params.get("decrees") or ())), None)


def tables_of(session: Session, batch: IntakeBatch) -> list[tuple[str, list[FileColumn]]]:
    """Return the tables of a list with their columns beside what they are taken for."""
    mapping, _ = propose_mapping(session, batch, services.known_layouts())
    samples = _samples(session, batch, mapping)
    return [
        (
            table,
            [
                FileColumn(f"c{place}-{number}", header, samples.get((place, number), ()), target)
                for number, (header, target) in enumerate(
                    zip(headers, mapping.tables[table], strict=True)
                )
                if header
            ],
        )
        for place, (table, headers) in enumerate(services.headers_of_list(batch).items())
    ]


def _samples(
    session: Session, batch: IntakeBatch, mapping: ColumnMapping
) -> dict[tuple[int, int], tuple[str, ...]]:
    """Return a few different values by table and column, numbers of persons masked."""
    found: dict[tuple[int, int], dict[str, None]] = {}
    for place, table in enumerate(batch.tables):
        targets = mapping.tables[table["sheet"]]
        for cells in first_rows(session, batch, place):
            for number, cell in enumerate(read_cells(cells) or ()):
                values = found.setdefault((place, number), {})
                text = plain(cell)[:_SHORT]
                if text and len(values) < SAMPLES and number < len(targets):
                    hidden = targets[number] in _NUMBERS or _LONG.search(text)
                    values[mask_nik(text) if hidden else text] = None
    return {key: tuple(values) for key, values in found.items()}


def asked_area(decree: Decree, values: Mapping[str, str] | None = None) -> str:
    """Return the area that the reader looks at, inside the decree's; empty for all of it."""
    area = (request.args if values is None else values).get("area", "")
    inner = is_code(area) and area.startswith(decree.area_code + ".")
    scope = actor().scope
    above = any(code.startswith(area + ".") for code in scope.codes)
    return area if inner and (scope.covers(area) or above) else ""


def asked_answer() -> Answer:
    """Return the answer that the reader looks at."""
    asked = request.args.get("answer", "")
    return Answer(asked) if asked in set(Answer) else Answer.ALL


def _report(session: Session, listed: Listed) -> dict[str, Any]:
    decree = listed.decree
    area, answer = asked_area(decree), asked_answer()
    counts = counted(session, decree.id, area)
    page = max(1, request.args.get("page", 1, type=int))
    pages = max(1, -(-counts[answer] // PAGE))
    page = min(page, pages)
    shown = actor().can(Can.SEE_HOUSEHOLDS)
    people = page_of(session, decree.id, area, answer, number=page, size=PAGE) if shown else []
    terms = terms_of_decree(session, decree)
    mine = (Recipient.decree_id == decree.id, inside(area))
    return {
        "answers": [(one, ANSWER_NAMES[one], counts[one]) for one in Answer if _worth(one, counts)],
        "counts": counts,
        "answer": answer,
        "answer_name": ANSWER_NAMES[answer],
        "area": area,
        "trail": _trail(session, decree, area),
        "by_area": area_counts(session, decree, area, answer, terms),
        "deliveries": deliveries_of(terms),
        "money": money(session, terms, *mine, condition(answer)),
        "all_money": money(session, terms, *mine, condition(Answer.ALL)),
        "deciles": (deciles := decile_counts(session, decree.id, area)),
        "has_deciles": set(deciles) - {None},
        "has_terms": counts[Answer.ELIGIBLE] + counts[Answer.NOT_ELIGIBLE] > 0,
        "people": people,
        "notes": notes_of(session, people),
        "villages": names_of(session, {one.area_code for one in people}),
        "page": page,
        "pages": pages,
        "shown": shown,
        "link_states": STATE_NAMES,
        "registered": REGISTERED_NAMES,
        "sheets": _sheets(session, decree, area),
        "limit": XLSX_ROWS,
        "over": over_quota(session, decree.id),
    }


def _sheets(session: Session, decree: Decree, area: str) -> list[tuple[Sheet, str, str, int]]:
    """Return the lists to take away, where the reader may: name, words, how many."""
    if not actor().can(Can.EXPORT_HOUSEHOLDS):
        return []
    counts = sheet_counts(session, decree, area)
    return [(one, SHEET_NAMES[one], SHEET_WORDS[one], counts[one]) for one in Sheet]


def notes_of(session: Session, people: Sequence[Recipient]) -> dict[uuid.UUID, list[str]]:
    """Return what speaks against each, in the reader's language."""
    touches = touches_of(session, [one.id for one in people])
    rows = rows_of(session, [one.same_as for one in people])
    return {
        one.id: [
            told(why.reason, why.params)
            for why in reasons_of(one, Sheet.STRIKE, touches.get(one.id, ()), rows)
        ]
        for one in people
    }


def _worth(one: Answer, counts: Mapping[Answer, int]) -> bool:
    """Whether an answer is shown: the usual ones always, the others when there is anybody."""
    rare = {Answer.INACTIVE, Answer.STRUCK, Answer.EXCLUDED, Answer.NOT_RANKED, Answer.DOUBTFUL}
    return one not in rare or counts[one] > 0


def _trail(session: Session, decree: Decree, area: str) -> list[tuple[str, str]]:
    """Return code and name of each area from the decree's down to the one looked at.

    The decree's own area has no code: the whole decree is looked at there.
    """
    steps = [one for one in path(session, area or decree.area_code) if one.code >= decree.area_code]
    return [("" if one.code == decree.area_code else one.code, full_name(one)) for one in steps]
