"""Age groups that a list marks, beside the birth date that it gives."""

from collections.abc import Iterator, Mapping, Sequence

from jps.layouts.layout import ColumnMapping, Row, RowProblem
from jps.text import N_

SLACK = 1  # years: the day of the list is seldom the day on which ages were counted

OTHER_AGE = N_("Tanggal lahir tidak cocok dengan kelompok umur {low}-{high} tahun pada daftar.")
NO_BIRTH = N_("Tanggal lahir kosong; menurut daftar umurnya {low}-{high} tahun.")
SEVERAL = N_("Lebih dari satu kelompok umur ditandai.")


def age_problems(
    row: Row,
    member: Mapping[str, object],
    groups: Sequence[tuple[str, int, int]],
    mapping: ColumnMapping,
) -> Iterator[RowProblem]:
    """Yield where the marked group (header, from, to in years) contradicts the birth date.

    Compared on the day of the list, which the mapping tells; without it nothing is.
    """
    header, low, high = groups[0]
    if len(groups) > 1:
        yield RowProblem(row.number, header, "", SEVERAL, "", "warning", table=row.table)
        return
    year = int(mapping.as_of[:4]) if mapping.as_of else None
    born = str(member.get("birth_date") or member.get("birth_year") or "")[:4]
    params = {"low": low, "high": high}
    if not born:
        likely = ""
        if year is not None:
            likely = f"{year - high - SLACK}-{year - low}"
        yield RowProblem(
            row.number, header, "", NO_BIRTH, likely, "suggestion", params, table=row.table
        )
    elif year is not None and not low - SLACK <= year - int(born) <= high + SLACK:
        yield RowProblem(row.number, header, "", OTHER_AGE, "", "warning", params, table=row.table)
