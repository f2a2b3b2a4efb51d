"""The layouts that JPS knows: our own template, and those described in `data/layouts`."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from jps.errors import InvalidFile
from jps.layouts.cells import READERS
from jps.layouts.codes import CodeTable
from jps.layouts.columns import (
    Words,
    key_columns,
    part_columns,
    question_column,
    question_columns,
    split_columns,
)
from jps.layouts.layout import AREA_NAMES, HOUSEHOLD_KEY, MEMBER_KEY, VERSION, Column, Layout, Scope
from jps.layouts.tables import ambiguous_questions, read_spellings, read_systems, read_words
from jps.matching.tomltable import TomlTable
from jps.questionnaire import Form
from jps.text import N_

OWN = "jps"
OWN_TITLE = N_("Templat JPS")
NOT_TOML = N_("{file} bukan TOML yang benar: {reason}")
NO_READER = N_("{file}: cara baca {reads} tidak dikenal.")
NO_PLACE = N_("{file}: {to} bukan pertanyaan, jadi harus ada scope dan reads.")

_FIELDS = (
    "key title source group head_first codes required household member columns questions paths keys"
)
_COLUMN_FIELDS = "to headers reads scope reason options"
_SCOPES: Mapping[str, Scope] = {"household": "household", "member": "member"}
_SPECIAL: Mapping[str, Scope] = {
    HOUSEHOLD_KEY: "household",
    MEMBER_KEY: "member",
    VERSION: "household",
    **dict.fromkeys(AREA_NAMES, _SCOPES["household"]),
}


@dataclass(frozen=True, slots=True)
class _Shared:
    """What every layout is made with."""

    form: Form
    words: Words
    spellings: Mapping[str, tuple[str, ...]]
    systems: Mapping[str, CodeTable]
    ambiguous: frozenset[str]
    scopes: Mapping[str, Scope]


def layouts(form: Form, folder: Path) -> tuple[Layout, ...]:
    """Return every layout, the own template first. `folder` is `data/layouts`.

    Kept by form and folder; raises `InvalidFile` with the file and entry that is wrong.
    """
    return _layouts(_ByVersion(form), folder)


def recipient_layouts(form: Form, folder: Path) -> tuple[Layout, ...]:
    """Return the layouts of lists of recipients, `recipients/` in the same folder; one row is one.

    What no question asks for is kept: `born`, `account`, `component`, `status`, `amount`.
    """
    return _recipient_layouts(_ByVersion(form), folder)


def layout_of(key: str, known: Sequence[Layout]) -> Layout:
    """Return the layout called `key`; KeyError when there is none."""
    for layout in known:
        if layout.key == key:
            return layout
    raise KeyError(key)


class _ByVersion:
    """A form as a key of the cache: two forms of one version are the same."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def __hash__(self) -> int:
        return hash(self.form.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByVersion) and other.form.version == self.form.version


@lru_cache(maxsize=8)
def _layouts(known: _ByVersion, folder: Path) -> tuple[Layout, ...]:
    shared = _shared(known.form, folder)
    described = (_described(path, shared) for path in sorted(folder.glob("*.toml")))
    return (_own(shared), *described)


@lru_cache(maxsize=8)
def _recipient_layouts(known: _ByVersion, folder: Path) -> tuple[Layout, ...]:
    shared = _shared(known.form, folder)
    return tuple(_described(path, shared) for path in sorted(folder.glob("recipients/*.toml")))


def _shared(form: Form, folder: Path) -> _Shared:
    systems = read_systems(folder / "codes", form)
    return _Shared(
        form,
        read_words(folder / "codes" / "words.csv"),
        read_spellings(folder / "headers.csv"),
        systems,
        ambiguous_questions(systems, form),
        {q.name: "member" if q.in_roster else "household" for q in form if not q.is_calculated},
    )


def _own(shared: _Shared) -> Layout:
    """Return the layout of the own template: all questions, and keys that join the two sheets.

    It serves any list whose headers are our questions, so the code system is not taken for granted:
    see `Suggestion`.
    """
    columns = (*key_columns(), *question_columns(shared.form, shared.words))
    return Layout(
        key=OWN,
        title=OWN_TITLE,
        source="data/questionnaire",
        columns=tuple(
            replace(column, headers=(*column.headers, *shared.spellings.get(column.to, ())))
            for column in columns
        ),
        group=((HOUSEHOLD_KEY,), ("kk",)),
        codes="",
        version=shared.form.version,
        carries_ids=True,
        ambiguous=shared.ambiguous,
        systems=shared.systems,
        required=("name",),
        scopes=shared.scopes,
    )


def _described(path: Path, shared: _Shared) -> Layout:
    """Return the layout that a TOML file describes; raises `InvalidFile`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidFile(NOT_TOML, file=path.name, reason=str(error)[:120]) from error
    table = TomlTable(path.name, data).only(*_FIELDS.split())
    columns = list(_columns(path.name, table, shared))
    if table.get("questions", bool, False):
        columns += _export_columns(shared)
    pairs = _pairs(table, "keys")
    if pairs:
        spellings = tuple(name for pair in pairs for name in pair)
        columns.append(Column(HOUSEHOLD_KEY, spellings, "household", "keep"))
    return Layout(
        key=table.get("key", str, ""),
        title=table.get("title", str, ""),
        source=table.get("source", str, ""),
        columns=tuple(columns),
        group=_pairs(table, "group"),
        codes=table.get("codes", str, ""),
        household=table.get("household", dict, {}),
        member=table.get("member", dict, {}),
        version=shared.form.version,
        head_first=table.get("head_first", bool, False),
        paths=table.get("paths", bool, False),
        keys=pairs,
        ambiguous=shared.ambiguous,
        systems=shared.systems,
        required=table.texts("required"),
        scopes=shared.scopes,
    )


def _export_columns(shared: _Shared) -> Iterator[Column]:
    """Yield the columns of an export of our XLSForm from another server."""
    yield from question_columns(shared.form, shared.words)
    for question in shared.form:
        yield from split_columns(question)
        yield from part_columns(question)


def _pairs(table: TomlTable, name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(str, names)) for names in table.get(name, list, []))


def _columns(file: str, table: TomlTable, shared: _Shared) -> Iterator[Column]:
    for number, values in enumerate(table.get("columns", list, []), start=1):
        yield _column(file, TomlTable(f"{file}, columns[{number}]", values), shared)


def _column(file: str, table: TomlTable, shared: _Shared) -> Column:
    table = table.only(*_COLUMN_FIELDS.split())
    to, reads = table.get("to", str, ""), table.get("reads", str, "")
    if reads and reads not in READERS:
        raise InvalidFile(NO_READER, file=table.place, reads=reads)
    headers, reason = table.texts("headers"), table.get("reason", str, "")
    options = {str(name): str(value) for name, value in table.get("options", dict, {}).items()}
    question = shared.form.plan.questions.get(to)
    if question is not None:
        column = question_column(question, shared.words)
        return replace(
            column,
            headers=headers,
            reads=reads or column.reads,
            options={**column.options, **options},
            reason=reason,
        )
    if to in _SPECIAL:
        return Column(to, headers, _SPECIAL[to], reads or "keep", options, reason)
    if reads == "age_group":
        return Column(to, headers, "member", reads, options, reason)
    scope = _SCOPES.get(table.get("scope", str, ""))
    if not reads or scope is None:
        raise InvalidFile(NO_PLACE, file=table.place, to=to)
    return Column(to, headers, scope, reads, options, reason)
