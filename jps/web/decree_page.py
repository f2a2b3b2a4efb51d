"""What the page of a decree shows: its head, its columns, counts per area, one page of people."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.areas.models import Area
from jps.areas.queries import names_of, path
from jps.areas.rules import is_code
from jps.decrees import services
from jps.decrees.report import ANSWER_NAMES, Answer, area_counts, condition, counted, inside, stake
from jps.http import actor
from jps.identity.rules import STATE_NAMES
from jps.intake.models import IntakeBatch
from jps.intake.queries import first_rows, problem_kinds
from jps.intake.rules import BatchState
from jps.intake.services import propose_mapping
from jps.intake.staging import read_cells
from jps.jobs.models import Job
from jps.jobs.rules import ENDED
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import DecreeState, Registered
from jps.tables.cells import plain
from jps.text import N_, mask_nik
from jps.web.jobs import job_view

PAGE = 50
SAMPLES = 3
_SHORT = 32
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


def decree_page(session: Session, decree: Decree) -> dict[str, Any]:
    """Return what the template shows."""
    programme = session.get_one(Programme, decree.programme_id)
    batch = session.get(IntakeBatch, decree.batch_id) if decree.batch_id else None
    job = session.get(Job, decree.job_id) if decree.job_id else None
    going = job is not None and job.state not in ENDED
    is_failed = job is not None and job.state in ENDED and job.message is not None
    matched = decree.matched_at is not None and not going and decree.state != DecreeState.DRAFT
    mappable = batch is not None and batch.state == BatchState.STAGED and not going
    open_columns = mappable and decree.state in {DecreeState.DRAFT, DecreeState.LOADED}
    return {
        "decree": decree,
        "programme": programme,
        "batch": batch,
        "going": going,
        "failed": is_failed,
        "matched": matched,
        "columns": list(columns_of(session, batch)) if open_columns and batch else [],
        "targets": TARGETS,
        "area_name": names_of(session, [decree.area_code]).get(decree.area_code, decree.area_code),
        "kinds": problem_kinds(session, batch.id) if batch and matched else [],
        **(job_view(job) if job is not None and (going or is_failed) else {}),
        **(_report(session, decree) if matched else {}),
    }


def columns_of(session: Session, batch: IntakeBatch) -> Sequence[FileColumn]:
    """Return the columns of a list beside what they are taken for."""
    mapping, _ = propose_mapping(session, batch, services.known_layouts())
    samples = _samples(session, batch)
    return [
        FileColumn(f"c{place}-{number}", header, samples.get((place, number), ()), target)
        for place, (table, headers) in enumerate(services.headers_of_list(batch).items())
        for number, (header, target) in enumerate(zip(headers, mapping.tables[table], strict=True))
        if header
    ]


def _samples(session: Session, batch: IntakeBatch) -> dict[tuple[int, int], tuple[str, ...]]:
    """Return a few different values by table and column, long numbers masked."""
    found: dict[tuple[int, int], dict[str, None]] = {}
    for place, _ in enumerate(batch.tables):
        for cells in first_rows(session, batch, place):
            for number, cell in enumerate(read_cells(cells) or ()):
                values = found.setdefault((place, number), {})
                text = plain(cell)[:_SHORT]
                if text and len(values) < SAMPLES:
                    values[mask_nik(text) if text.isdigit() and len(text) > 9 else text] = None
    return {key: tuple(values) for key, values in found.items()}


def asked_area(decree: Decree) -> str:
    """Return the area that the reader looks at, inside the decree's; empty for all of it."""
    area = request.args.get("area", "")
    inner = area.startswith(decree.area_code + ".") and is_code(area)
    return area if inner and actor().scope.covers(area) else ""


def asked_answer() -> Answer:
    """Return the answer that the reader looks at."""
    asked = request.args.get("answer", "")
    return Answer(asked) if asked in set(Answer) else Answer.ALL


def _report(session: Session, decree: Decree) -> dict[str, Any]:
    area, answer = asked_area(decree), asked_answer()
    counts = counted(session, decree.id, area)
    page = max(1, request.args.get("page", 1, type=int))
    pages = max(1, -(-counts[answer] // PAGE))
    shown = actor().can(Can.SEE_HOUSEHOLDS)
    people = _people(session, decree.id, area, answer, page) if shown else []
    return {
        "answers": [(one, ANSWER_NAMES[one], counts[one]) for one in Answer if _worth(one, counts)],
        "answer": answer,
        "area": area,
        "trail": _trail(session, decree, area),
        "by_area": area_counts(session, decree, area, answer),
        "stake": stake(session, decree, area, answer),
        "people": people,
        "villages": names_of(session, {one.area_code for one in people}),
        "page": page,
        "pages": pages,
        "shown": shown,
        "link_states": STATE_NAMES,
        "registered": REGISTERED_NAMES,
        "Registered": Registered,
    }


def _worth(one: Answer, counts: Mapping[Answer, int]) -> bool:
    """Whether an answer is shown: the usual ones always, the others when there is anybody."""
    rare = {Answer.INACTIVE, Answer.STRUCK, Answer.EXCLUDED, Answer.NOT_RANKED, Answer.DOUBTFUL}
    return one not in rare or counts[one] > 0


def _trail(session: Session, decree: Decree, area: str) -> list[tuple[str, str]]:
    """Return address and name of each area from the decree's down to the one looked at."""
    steps: list[Area] = [
        one for one in path(session, area or decree.area_code) if one.code >= decree.area_code
    ]
    return [
        (url_for("decrees.show", decree_id=decree.id, area=one.code), one.name) for one in steps
    ]


def _people(
    session: Session, decree_id: uuid.UUID, area: str, answer: Answer, page: int
) -> Sequence[Recipient]:
    query = (
        select(Recipient)
        .where(Recipient.decree_id == decree_id, inside(area), condition(answer))
        .order_by(Recipient.row)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return session.scalars(query).all()
