"""Lists of invented households in our own template, as files, for tests and benchmarks."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.households_examples import household_document, member_document, spouse_document

KEY = "household_id"
Document = Mapping[str, Any]


def invented(number: int, **overrides: Any) -> dict[str, Any]:
    """Return the document of a couple that nobody else is: `number` below 4,000."""
    kk = f"75010123{9 + number // 1000:02}15{9000 + number % 1000:04}"
    day, serial = 1 + number // 1000, 9000 + number % 1000
    first = ("Adam", "Bunga", "Citra", "Darwis", "Eka", "Farid", "Gina", "Harun", "Indah", "Jufri")
    last = ("Lahay", "Napu", "Tuli", "Isa", "Poha", "Katili", "Olii", "Musa", "Uno", "Biki")
    name = f"{first[number % 10]} {last[number // 10 % 10]}"
    head = member_document(
        name=name, kk=kk, nik=f"750101{day:02}0580{serial:04}", birth_date=f"1980-05-{day:02}"
    )
    spouse = spouse_document(
        name=f"Siti {name}",
        kk=kk,
        nik=f"750101{40 + day:02}0982{serial:04}",
        birth_date=f"1982-09-{day:02}",
    )
    found = household_document(address=f"Jalan Contoh {number}", members=[head, spouse])
    return {**found, "respondent_name": name, **overrides}


def table(documents: Iterable[Document], keys: Sequence[str] = ()) -> list[list[Any]]:
    """Return header and rows: one row per member, the household's answers repeated."""
    found = list(documents)
    names = [KEY]
    rows: list[dict[str, Any]] = []
    for number, document in enumerate(found):
        own = {name: value for name, value in document.items() if name not in ("members", "id")}
        own = {KEY: keys[number] if keys else f"RT-{number:05}", **own}
        rows += [{**own, **member} for member in document["members"]]
    names += list(dict.fromkeys(name for row in rows for name in row if name != KEY))
    return [names, *([_cell(row.get(name)) for name in names] for row in rows)]


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else value


def csv_bytes(
    rows: Iterable[Sequence[object]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> bytes:
    """Return a CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)
