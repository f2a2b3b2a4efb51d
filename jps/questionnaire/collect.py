"""The questionnaire as ODK Collect gets it: the same XLSForm with what a phone needs around it.

The village is picked from a list instead of typed, a household can be picked from the enumerator's
list and fills in where it lies, and every answer sheet says which household it makes or changes.
Both lists are files of the person's own (`VILLAGES`, `HOUSEHOLDS`), so the form is one for all.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from jps.questionnaire.building import Row
from jps.questionnaire.reading import Sheets, read_sheets, sheet_texts, write_xform

HOUSEHOLDS = "households"  # the list of households to visit: a list of entities in ODK's words
VILLAGES = "villages"
KEPT = ("area_code", "address", "dusun", "rt", "rw")  # filled in from the list, and kept in it
FIRST_GROUP = "location"  # the household is picked at the beginning of it

_ITEM = "root/item"  # of a list, by which Collect reads a file of choices
_CHOSEN = f"instance('{HOUSEHOLDS}')/{_ITEM}[name=${{visited}}]"
_ID, _EN = "Bahasa Indonesia (id)", "English (en)"
_ADDED: tuple[Row, ...] = (
    {
        "type": f"select_one_from_file {HOUSEHOLDS}.csv",
        "name": "visited",
        f"label::{_ID}": "Rumah tangga dari daftar kunjungan",
        f"label::{_EN}": "Household of the list of visits",
        f"hint::{_ID}": "Kosongkan untuk rumah tangga baru. Setelah dipilih, isi lagi seluruhnya.",
        f"hint::{_EN}": "Leave empty for a new household. Once chosen, answer everything again.",
        "appearance": "minimal autocomplete",
    },
    {"type": "calculate", "name": "new_household", "calculation": "once(uuid())"},
    {
        "type": "calculate",
        "name": "return_reason",
        "calculation": f"if(${{visited}} = '', '', {_CHOSEN}/reason)",
    },
    {
        "type": "note",
        "name": "return_note",
        f"label::{_ID}": "Dikembalikan, dengan alasan: ${return_reason}",
        f"label::{_EN}": "Returned, because: ${return_reason}",
        "relevant": "${return_reason} != ''",
    },
)
ADDED = frozenset(row["name"] for row in _ADDED)  # nodes that are no questions of ours
_ENTITY: Row = {
    "list_name": HOUSEHOLDS,
    "entity_id": "coalesce(${visited}, ${new_household})",
    "create_if": "${visited} = ''",
    "update_if": "${visited} != ''",
    "label": "concat(${respondent_name}, ' · ', ${address})",
}


@dataclass(frozen=True, slots=True)
class CollectForm:
    """What a phone downloads: the XForm as bytes, with the id, version and title of its list."""

    id: str
    version: str
    title: str
    xml: bytes


def collect_form(folder: Path) -> CollectForm:
    """Return the form for ODK Collect made from the sheets in `folder`; raises `InvalidFile`.

    Kept by content, as `load_form` does.
    """
    return _form(*sheet_texts(folder))


@lru_cache(maxsize=8)
def _form(survey: str, choices: str, settings: str) -> CollectForm:
    sheets = read_sheets(survey, choices, settings)
    setting = sheets.settings
    xml = write_xform(_for_a_phone(sheets), entities=(_ENTITY,)).encode()
    return CollectForm(setting["form_id"], setting["version"], setting["form_title"], xml)


def _for_a_phone(sheets: Sheets) -> Sheets:
    survey: list[Row] = []
    for row in sheets.survey:
        survey.append(_filled_in(row) if row.get("name") in KEPT else row)
        if row.get("type") == "begin_group" and row.get("name") == FIRST_GROUP:
            survey.extend(_ADDED)
    return replace(sheets, survey=survey)


def _filled_in(row: Row) -> Row:
    """Return a question that the chosen household answers; the village becomes a choice."""
    name = row["name"]
    filled = {"save_to": name, "trigger": "${visited}", "calculation": f"{_CHOSEN}/{name}"}
    if name != "area_code":
        return {**row, **filled}
    typed = {key: text for key, text in row.items() if not key.startswith(("constraint", "hint"))}
    picked = {"type": f"select_one_from_file {VILLAGES}.csv", "appearance": "minimal autocomplete"}
    return {**typed, **picked, **filled}
