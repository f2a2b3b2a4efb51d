"""Code tables and word lists from `data/layouts`, read whole and checked against the form."""

import csv
from collections.abc import Mapping
from pathlib import Path

from jps.errors import InvalidFile
from jps.layouts.cells import word_key
from jps.layouts.codes import CodeTable, Doubt, Item, Translation
from jps.questionnaire import Form
from jps.text import N_

NOT_A_CODE = N_("{file}, baris {line}: kode {code} tidak ada pada pertanyaan {question}.")
NO_QUESTION = N_("{file}, baris {line}: pertanyaan {question} tidak ada.")
_LEVELS: Mapping[str, Doubt] = {"": "warning", "warning": "warning", "suggestion": "suggestion"}


def read_systems(folder: Path, form: Form) -> dict[str, CodeTable]:
    """Return the code systems that can be translated, by name: one CSV each in `folder`.

    A file is called like the system (`pbdt2015`) or like an older version of our questionnaire
    (`2021.1`). Columns: item, code, meaning, question, to, when (`power=1 2;closet=4`), likely,
    level, reason_id, reason_en, source; rows of one code are tried from the top.
    """
    files = (path for path in sorted(folder.glob("*.csv")) if path.name != "words.csv")
    return {path.stem: _system(path, form) for path in files}


def _system(path: Path, form: Form) -> CodeTable:
    items: dict[str, dict[str, list[Translation]]] = {}
    for line, row in enumerate(read_rows(path), start=2):
        _check(path.name, line, row, form)
        codes = items.setdefault(row["item"], {})
        codes.setdefault(row["code"], []).append(_translation(row))
    multiple = {question.name for question in form if question.type == "select_multiple"}
    return CodeTable(
        path.stem,
        {
            name: Item(name, {c: tuple(found) for c, found in codes.items()}, name in multiple)
            for name, codes in items.items()
        },
    )


def _check(file: str, line: int, row: Mapping[str, str], form: Form) -> None:
    question = form.plan.questions.get(row["question"])
    if question is None:
        raise InvalidFile(NO_QUESTION, file=file, line=line, question=row["question"])
    for code in filter(None, (row["to"], row["likely"])):
        if question.choice(code) is None:
            raise InvalidFile(NOT_A_CODE, file=file, line=line, code=code, question=question.name)


def _translation(row: Mapping[str, str]) -> Translation:
    parts = (part.partition("=") for part in row["when"].split(";") if part)
    reasons = {"id": row["reason_id"], "en": row["reason_en"]} if row["reason_id"] else {}
    return Translation(
        question=row["question"],
        to=row["to"],
        when={name: frozenset(codes.split()) for name, _, codes in parts},
        likely=row["likely"],
        level=_LEVELS[row["level"]],
        reasons=reasons,
    )


def ambiguous_questions(systems: Mapping[str, CodeTable], form: Form) -> frozenset[str]:
    """Return the questions of which some code of ours means another thing in another system."""
    return frozenset(
        name
        for table in systems.values()
        for name, item in table.items.items()
        if name in form.plan.questions
        and any(
            form.question(name).choice(code) is not None and {one.to for one in found} != {code}
            for code, found in item.codes.items()
        )
    )


def read_spellings(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the headers under which people write a question: `question,headers` (`|` between)."""
    return {row["question"]: tuple(row["headers"].split("|")) for row in read_rows(path)}


def read_words(path: Path) -> dict[str, dict[str, str]]:
    """Return list of choices -> word as compared -> code: `list_name,code,words` (`|` between)."""
    found: dict[str, dict[str, str]] = {}
    for row in read_rows(path):
        words = found.setdefault(row["list_name"], {})
        words.update(dict.fromkeys(map(word_key, row["words"].split("|")), row["code"]))
    return found


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV by column, blanks as empty text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [{key: value or "" for key, value in row.items()} for row in csv.DictReader(stream)]
