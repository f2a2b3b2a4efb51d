"""Reading an XLSForm folder (`survey.csv`, `choices.csv`, `settings.csv`) into a `Form`.

pyxform checks the sheets and writes the XForm, whose binds give the expressions exactly as ODK
Collect will evaluate them; labels, hints and codes are read from the same rows.
"""

import copyreg
import csv
import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from lxml import etree

from jps.errors import InvalidFile
from jps.questionnaire.building import FormBuilder, InvalidSurvey, Row
from jps.questionnaire.form import Form
from jps.text import N_

ROOT = "household"  # the name of the XForm's root node
SHEETS = ("survey", "choices", "settings")
XFORMS = "{http://www.w3.org/2002/xforms}"

NOT_FOUND = N_("Berkas kuesioner {file} tidak ditemukan.")
NOT_READABLE = N_("Berkas kuesioner {file} bukan CSV UTF-8 yang utuh.")
NO_COLUMN = N_("Berkas kuesioner {file} tidak memiliki kolom {column}.")
NOT_VALID = N_("Kuesioner tidak sah: {reason}")

_LANGUAGE = re.compile(r"^label::.*\(([a-z]{2,3})\)$")


@dataclass(frozen=True, slots=True)
class Sheets:
    """The filled cells of an XLSForm; the version in `settings` carries a hash of all sheets."""

    survey: list[Row]
    choices: list[Row]
    settings: Row


def load_form(folder: Path) -> Form:
    """Return the form described by the CSV sheets in `folder`.

    The result is kept by content: asking again costs reading the files, a changed file gives a new
    form with a new version. Raises `InvalidFile` with the sheet or question at fault.
    """
    return _form(*sheet_texts(folder))


def sheet_texts(folder: Path) -> tuple[str, ...]:
    """Return the text of each of `SHEETS` in `folder`; raises `InvalidFile`."""
    return tuple(_read(folder / f"{sheet}.csv") for sheet in SHEETS)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidFile(NOT_FOUND, file=path.name) from None
    except UnicodeDecodeError:
        raise InvalidFile(NOT_READABLE, file=path.name) from None


def read_form_id(folder: Path) -> str:
    """Return the form's id from the settings alone; raises `InvalidFile`."""
    text = _read(folder / "settings.csv")
    return _rows("settings.csv", text, ("form_id", "form_title", "version"))[0]["form_id"]


def read_sheets(survey: str, choices: str, settings: str) -> Sheets:
    """Return the sheets with these texts; raises `InvalidFile`."""
    rows = _rows("survey.csv", survey, ("type", "name"))
    options = _rows("choices.csv", choices, ("list_name", "name"))
    setting = _rows("settings.csv", settings, ("form_id", "form_title", "version"))[0]
    version = _version(setting["version"], survey, choices, settings)
    return Sheets(rows, options, {**setting, "version": version})


@lru_cache(maxsize=8)
def _form(survey: str, choices: str, settings: str) -> Form:
    return _restored(survey, choices, settings, write_xform(read_sheets(survey, choices, settings)))


@lru_cache(maxsize=8)
def _restored(survey: str, choices: str, settings: str, xml: str) -> Form:
    """Return the form of sheets whose XForm is known: a tenth of the time, without pyxform."""
    sheets = read_sheets(survey, choices, settings)
    try:
        return FormBuilder(sheets.survey, sheets.choices, binds=_binds(xml), root=ROOT).build(
            id=sheets.settings["form_id"],
            version=sheets.settings["version"],
            titles=_titles(sheets.settings),
            languages=_languages(sheets.survey),
            xml=xml,
            sheets=(survey, choices, settings),
        )
    except InvalidSurvey as error:
        raise InvalidFile(NOT_VALID, reason=str(error)) from error


def _reduced(form: Form) -> tuple[Callable[..., Form], tuple[str, ...]]:
    return _restored, (*form.sheets, form.xml)


copyreg.pickle(Form, _reduced)


def _rows(file: str, text: str, columns: Sequence[str]) -> list[Row]:
    """Return the filled cells of each row that has any; raises `InvalidFile`."""
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        header = reader.fieldnames or ()
        rows = [
            {key: value.strip() for key, value in row.items() if key and value and value.strip()}
            for row in reader
        ]
    except csv.Error:
        raise InvalidFile(NOT_READABLE, file=file) from None
    for column in columns:
        if column not in header:
            raise InvalidFile(NO_COLUMN, file=file, column=column)
    filled = [row for row in rows if row]
    if not filled or (columns[0] == "form_id" and any(name not in filled[0] for name in columns)):
        raise InvalidFile(NOT_READABLE, file=file)
    return filled


def _version(given: str, *sheets: str) -> str:
    """Return the settings' version with a hash of all sheets, as in `2022.1-1f0c9a77`."""
    digest = hashlib.sha256("\x1e".join(sheets).encode()).hexdigest()
    return f"{given}-{digest[:8]}"


def _languages(rows: list[Row]) -> tuple[str, ...]:
    found = (_LANGUAGE.match(column) for row in rows for column in row)
    return tuple(dict.fromkeys(match[1] for match in found if match)) or ("id",)


def _titles(setting: Row) -> dict[str, str]:
    translated = {
        column.removeprefix("form_title_"): text
        for column, text in setting.items()
        if column.startswith("form_title_")
    }
    return {"id": setting["form_title"], **translated}


def write_xform(sheets: Sheets, *, entities: Sequence[Row] = ()) -> str:
    """Return the XForm that pyxform writes (0.25 s, and 0.6 s once for importing it).

    `entities` are the rows of the sheet of that name, for ODK Collect.
    """
    convert = import_module("pyxform.xls2xform").convert
    refusal = import_module("pyxform.errors").PyXFormError
    named = {
        "survey": sheets.survey,
        "choices": sheets.choices,
        "settings": [sheets.settings],
        "entities": list(entities),
    }
    book: dict[str, object] = {}
    for name, rows in named.items():
        if rows:
            book[name] = rows
            book[f"{name}_header"] = [dict.fromkeys(key for row in rows for key in row)]
    try:
        return str(convert(book, form_name=ROOT).xform)
    except refusal as error:
        raise InvalidFile(NOT_VALID, reason=str(error)) from error


def _binds(xml: str) -> dict[str, dict[str, str]]:
    """Return the attributes of each bind of an XForm by the node's absolute path."""
    root = etree.fromstring(xml.encode())
    return {
        str(bind.get("nodeset")): {str(key): str(value) for key, value in bind.items()}
        for bind in root.iter(f"{XFORMS}bind")
    }
