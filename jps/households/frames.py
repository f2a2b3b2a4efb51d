"""Households as Arrow tables, for matching and for scoring. Archived households are left out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from jps.households.counting import household_counts, member_counts
from jps.households.models import Household, Member
from jps.households.rules import IN_FORCE

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 20_000  # rows read at a time: about 30 MB

_MEMBER_COLUMNS = ("id", "nik", "kk", "name", "birth_date", "sex", "mother", "village")


def member_frame(session: Session, *, with_merged: bool = True) -> "pa.Table":
    """Return the people in households, one row each, columns of text, "" for unknown.

    Matching compares all records; `with_merged=False` leaves out those that count as another one.

    `id` (UUID of the member), `nik`, `kk`, `name`, `birth_date` (YYYY-MM-DD, YYYY or ""), `sex`
    ("1", "2", ""), `mother`, `village` (Kemendagri code): what `jps.matching` reads. Ordered by id.
    """
    import pyarrow as pa

    query = (
        select(
            Member.id,
            Member.nik,
            Member.kk,
            Member.name,
            Member.birth_date,
            Member.sex,
            Member.mother_name,
            Member.area_code,
        )
        .join(Household, Household.id == Member.household_id)
        .where(Member.valid_to.is_(None), Household.state.in_(IN_FORCE))
        .order_by(Member.id)
    )
    if not with_merged:
        query = query.where(member_counts())
    schema = pa.schema([(name, pa.string()) for name in _MEMBER_COLUMNS])
    batches = [
        pa.RecordBatch.from_arrays(
            [
                pa.array([str(value) for value in column], pa.string())
                for column in zip(*rows, strict=True)
            ],
            schema=schema,
        )
        for rows in _chunks(session, query)
    ]
    return pa.Table.from_batches(batches, schema=schema)


def answer_frame(session: Session, questions: Sequence[str]) -> "pa.Table":
    """Return one row per household that counts, with the answers to `questions` as text.

    Answers were given or calculated. Columns before them: `id`, `area_code`, `household_size`
    (int64), `interview_date` (date32). Null where nothing was answered; several codes stand with
    spaces between.
    """
    import pyarrow as pa

    query = (
        select(
            Household.id,
            Household.area_code,
            Household.household_size,
            Household.interview_date,
            Household.answers,
            Household.calculated,
        )
        .where(Household.state.in_(IN_FORCE), household_counts())
        .order_by(Household.id)
    )
    fields: list[tuple[str, pa.DataType]] = [
        ("id", pa.string()),
        ("area_code", pa.string()),
        ("household_size", pa.int64()),
        ("interview_date", pa.date32()),
        *((name, pa.string()) for name in questions),
    ]
    schema = pa.schema(fields)
    batches = []
    for rows in _chunks(session, query):
        columns: dict[str, list[Any]] = {name: [] for name, _ in fields}
        for row in rows:
            columns["id"].append(str(row.id))
            columns["area_code"].append(row.area_code)
            columns["household_size"].append(row.household_size)
            columns["interview_date"].append(row.interview_date)
            for name in questions:
                columns[name].append(_text(row.answers, row.calculated, name))
        batches.append(pa.RecordBatch.from_pydict(columns, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def _text(answers: Mapping[str, Any], calculated: Mapping[str, Any], name: str) -> str | None:
    value = answers.get(name, calculated.get(name))
    if value is None or value == "":
        return None
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _chunks(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    """Yield the rows in chunks without keeping those before in memory."""
    result = session.execute(query.execution_options(yield_per=CHUNK))
    yield from result.partitions()
