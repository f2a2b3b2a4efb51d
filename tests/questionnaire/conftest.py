"""The questionnaire of the product, and small ones made for a test."""

from datetime import date
from pathlib import Path

import pytest

from jps.questionnaire import Form, load_form

FOLDER = Path(__file__).parents[2] / "data" / "questionnaire"
TODAY = date(2024, 6, 1)

_ROSTER = (
    "begin_repeat,members,Members,,,\n"
    "begin_group,person,Person,,,\n"
    "text,name,Name,,,\n"
    "end_group,,,,,\n"
    "end_repeat,,,,,\n"
)


@pytest.fixture(scope="session")
def form() -> Form:
    """The questionnaire in data/."""
    return load_form(FOLDER)


def write_form(folder: Path, rows: str, *, roster: str = _ROSTER, before: str = "") -> None:
    """Write a form with a roster between `before` and `rows` (type, name, label, relevant,
    constraint, calculation)."""
    header = "type,name,label::Indonesia (id),relevant,constraint,calculation\n"
    (folder / "survey.csv").write_text(header + before + roster + rows)
    (folder / "choices.csv").write_text("list_name,name,label::Indonesia (id)\nyes,1,Ya\n")
    (folder / "settings.csv").write_text("form_id,form_title,version\nsmall,Kecil,1\n")
