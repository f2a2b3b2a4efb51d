"""The columns of a list beside our questions: proposed, shown with samples, changed by a person."""

import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.db import db
from jps.errors import Conflict, InvalidFile
from jps.http import actor, error_text, now, requires, saves, settings
from jps.intake import services
from jps.intake.headings import has_headings, turn_first_row, turns
from jps.intake.models import IntakeBatch
from jps.intake.queries import batch_of, first_rows
from jps.intake.rules import MAPPABLE, BatchState
from jps.intake.staging import MARK, read_cells
from jps.layouts import Column, ColumnMapping, Layout, layout_of
from jps.layouts.layout import VISIT
from jps.layouts.recognising import suggest
from jps.questionnaire import Question
from jps.tables.cells import plain
from jps.text import N_, mask_nik
from jps.web.codebook import form_in_force
from jps.web.fields import language
from jps.web.lists import known_layouts, where
from jps.web.wake import wake_worker

bp = Blueprint("list_mapping", __name__, url_prefix="/lists")

SAMPLES = 3  # values shown of a column
_NUMBERS = frozenset({"nik", "kk"})
_SHORT = 32  # characters of a value
_NAMED = re.compile(r"\[([a-z0-9_]+)\]\s*$")
_LONG_NUMBER = re.compile(r"\d{10,}")


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of the file as the page shows it; `field` names its input."""

    field: str
    header: str
    samples: tuple[str, ...]
    target: str  # as shown; empty when it is not mapped


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that the person may give for the whole file."""

    name: str
    label: str
    type: str
    choices: tuple[tuple[str, str], ...]
    value: str


@bp.get("/<uuid:batch_id>/columns")
@requires(Can.IMPORT_LISTS)
def show(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Show what each column is taken for."""
    batch = _mappable(batch_id)
    mapping, saved = services.propose_mapping(db.session(), batch, known_layouts())
    if (key := request.args.get("layout", "")) and key != mapping.layout:
        layout = layout_of(key, known_layouts())
        mapping = suggest(layout, services.headers_of(batch)).mapping
    return _page(batch, mapping, saved.name if saved else "")


@bp.post("/<uuid:batch_id>/columns")
@requires(Can.IMPORT_LISTS)
@saves
def save(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Take the mapping as typed and queue the dry run; what cannot be read comes back."""
    batch = _mappable(batch_id)
    layout = layout_of(request.form.get("layout", ""), known_layouts())
    mapping, unknown = _read(batch, layout)
    if unknown:
        return _page(batch, mapping, request.form.get("name", ""), unknown), 422
    if name := request.form.get("name", "").strip():
        services.save_mapping(db.session(), batch, name, mapping, by=actor().username, at=now())
        flash(gettext("Pemetaan disimpan dan dipakai lagi untuk judul kolom yang sama."), "success")
    services.start_check(db.session(), batch, mapping, where=where(), by=actor().username, at=now())
    wake_worker()
    return redirect(url_for("lists.show", batch_id=batch_id), 303)


@bp.post("/<uuid:batch_id>/first-row")
@requires(Can.IMPORT_LISTS)
@saves
def turn(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Take the first row for what it was not taken for: headings, or data."""
    batch = _mappable(batch_id)
    try:
        turn_first_row(db.session(), batch, home=settings().home, by=actor().username, at=now())
    except InvalidFile as error:
        db.session.rollback()
        flash(error_text(error), "danger")
        return redirect(url_for(".show", batch_id=batch_id), 303)
    wake_worker()
    return redirect(url_for("lists.show", batch_id=batch_id), 303)


def _mappable(batch_id: uuid.UUID) -> IntakeBatch:
    batch = batch_of(db.session(), batch_id)
    if batch.state not in MAPPABLE | {BatchState.CHECKING}:
        raise Conflict(N_("Kolom daftar ini sekarang tidak dapat dipetakan."))
    return batch


def _read(batch: IntakeBatch, layout: Layout) -> tuple[ColumnMapping, dict[str, str]]:
    """Return the mapping as typed, and by input what names no question of ours, or one twice."""
    unknown: dict[str, str] = {}
    tables: dict[str, tuple[str, ...]] = {}
    labels = _labels(layout)
    for place, (table, headers) in enumerate(services.headers_of(batch).items()):
        targets: list[str] = []
        for number, _ in enumerate(headers):
            field = f"c{place}-{number}"
            typed = request.form.get(field, "").strip()
            target = _target(typed, labels)
            if target is None:
                unknown[field], target = gettext("Pertanyaan ini tidak ada."), ""
            elif target and target in targets and not _combines(layout, target):
                unknown[field] = gettext("Pertanyaan ini sudah diisi kolom lain.")
            targets.append(target)
        tables[table] = tuple(targets)
    given = {
        one: value
        for one in _declarable({name for targets in tables.values() for name in targets})
        if (value := request.form.get(f"given-{one}", "").strip())
    }
    mapping = ColumnMapping(
        layout.key,
        tables,
        services.headers_of(batch),
        codes=request.form.get("codes", ""),
        given=given,
    )
    return mapping, unknown


def _target(typed: str, labels: Mapping[str, str]) -> str | None:
    """Return the question that somebody chose or typed; None when there is no such."""
    if not typed:
        return ""
    found = _NAMED.search(typed)
    name = found[1] if found else typed
    if name in labels:
        return name
    same = [key for key, label in labels.items() if label.casefold() == typed.casefold()]
    return same[0] if len(same) == 1 else None


def _combines(layout: Layout, target: str) -> bool:
    column = layout.column(target)
    return column is not None and (
        bool(column.options.get("combine")) or column.reads in {"part", "keep"}
    )


def _page(
    batch: IntakeBatch,
    mapping: ColumnMapping,
    name: str,
    unknown: Mapping[str, str] | None = None,
) -> str:
    layout = layout_of(mapping.layout, known_layouts())
    labels = _labels(layout)
    filled = {target for targets in mapping.tables.values() for target in targets if target}
    return render_template(
        "lists/columns.html",
        batch=batch,
        layout=layout,
        layouts=known_layouts(),
        tables=[
            (table["sheet"], _columns(batch, place, mapping, labels))
            for place, table in enumerate(batch.tables)
        ],
        questions=[_shown(key, label) for key, label in labels.items()],
        not_mapped=len([1 for _, header in mapping.not_mapped() if header != MARK]),
        missing=_missing(layout, mapping, filled),
        systems=[*layout.systems] if layout.systems else [],
        codes=mapping.codes or layout.codes,
        needs_codes=bool(layout.ambiguous) and not (mapping.codes or layout.codes),
        given=[_given(one, mapping) for one in _declarable(filled)],
        drafts=mapping.arrives(layout) == "draft",
        name=name,
        unknown=unknown or {},
        typed=request.form,
        has_headings=has_headings(batch),
        turns=turns(batch),
        nothing_known=not filled,
    )


def _columns(
    batch: IntakeBatch, place: int, mapping: ColumnMapping, labels: Mapping[str, str]
) -> list[FileColumn]:
    table = batch.tables[place]
    rows = [read_cells(text) or () for text in first_rows(db.session(), batch, place)]
    found = []
    for number, header in enumerate(table["headers"]):
        if not header or header == MARK:
            continue
        target = mapping.tables[table["sheet"]][number]
        shown = _shown(target, labels[target]) if target in labels else ""
        samples = _samples(rows, number, hidden=target in _NUMBERS)
        found.append(FileColumn(f"c{place}-{number}", header, samples, shown))
    return found


def _samples(rows: Sequence[Sequence[object]], place: int, *, hidden: bool) -> tuple[str, ...]:
    """Return some different values of a column; long numbers are masked, `hidden` ones always."""
    values: dict[str, None] = {}
    for row in rows:
        text = plain(row[place])[:_SHORT] if place < len(row) else ""
        if text:
            masked = _LONG_NUMBER.sub(lambda digits: mask_nik(digits[0]), text)
            values[mask_nik(text) if hidden else masked] = None
        if len(values) == SAMPLES:
            break
    return tuple(values)


def _labels(layout: Layout) -> dict[str, str]:
    """Return what may be chosen for a column: name -> what people read."""
    questions = {question.name: question for question in form_in_force()}
    return {column.to: _label(column, questions) for column in layout.columns}


def _label(column: Column, questions: Mapping[str, Question]) -> str:
    question = questions.get(column.to)
    return question.label(language()) if question else gettext(column.headers[0])


def _shown(name: str, label: str) -> str:
    return f"{label} [{name}]"


def _missing(layout: Layout, mapping: ColumnMapping, filled: set[str]) -> list[str]:
    """Return the questions that every household must answer and that the file does not."""
    if mapping.arrives(layout) == "draft":
        labels = _labels(layout)
        wanted = [names.split("|") for names in layout.required]  # any of several will do
        return [
            f" {gettext('atau')} ".join(labels.get(name, name) for name in names)
            for names in wanted
            if filled.isdisjoint(names)
        ]
    told = filled | set(mapping.given) | set(layout.household) | set(layout.member)
    return [
        question.label(language())
        for question in form_in_force()
        if question.required and not question.relevant and question.name not in told
        if not question.is_calculated
    ]


def _declarable(filled: Collection[str]) -> tuple[str, ...]:
    """Return the questions about the visit that no column answers, and the village.

    A person may answer them for the whole file.
    """
    return (*sorted(VISIT - set(filled)), *(() if "area_code" in filled else ("area_code",)))


def _given(name: str, mapping: ColumnMapping) -> Given:
    question = next(one for one in form_in_force() if one.name == name)
    choices = tuple((one.code, one.label(language())) for one in question.choices)
    kind = "select" if choices else "date" if question.type == "date" else "text"
    label = question.label(language())
    return Given(name, label, kind, choices, mapping.given.get(name, ""))
