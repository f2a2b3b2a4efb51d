"""The recipients of a decree made from an approved target list, as a list like any other."""

import csv
import uuid
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import chunks
from jps.households.models import Household, Member
from jps.targeting.drawing import Standing
from jps.targeting.models import TargetEntry, TargetList

HEADER = (
    "Nama Penerima", "NIK", "No KK", "L/P", "Tempat Lahir", "Tanggal Lahir", "Nama Ibu Kandung",
    "Alamat", "Kode Desa", "Jumlah (Rp)",
)  # fmt: skip
HEAD = "1"  # code of `relation`: the head of the household
_AT_ONCE = 1_000  # households in one statement
_SEX = {"1": "L", "2": "P"}


def write_recipients(session: Session, found: TargetList, path: Path) -> int:
    """Write who is selected, the head for each household, as CSV; return how many rows."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in selected_heads(session, found):
            writer.writerow(row)
            rows += 1
    return rows


def selected_heads(session: Session, found: TargetList) -> Iterator[tuple[str, ...]]:
    """Yield a row under `HEADER` for each selected household, in the order of the list."""
    entry = TargetEntry
    query = (
        select(entry.household_id, entry.area_code)
        .where(entry.list_id == found.id, entry.standing == Standing.SELECTED)
        .order_by(entry.area_code, entry.rank, entry.household_id)
    )
    amount = str(found.amount) if found.amount else ""
    for piece in chunks(session.execute(query).all(), _AT_ONCE):
        heads = _heads(session, [row.household_id for row in piece])
        for household_id, area in piece:
            if household_id in heads:
                one, address = heads[household_id]
                yield (
                    one.name, one.nik, one.kk, _SEX.get(one.sex, ""), one.birth_place,
                    one.birth_date, one.mother_name, address, area, amount,
                )  # fmt: skip


def _heads(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[Member, str]]:
    """Return the head of each household with its address; the first member where there is none."""
    query = (
        select(Member, Household.address)
        .join(Household, Household.id == Member.household_id)
        .where(Member.household_id.in_(ids), Member.valid_to.is_(None))
        .order_by(Member.household_id, Member.position)
    )
    found: dict[uuid.UUID, tuple[Member, str]] = {}
    for member, address in session.execute(query):
        if member.household_id not in found or (
            member.relation == HEAD and found[member.household_id][0].relation != HEAD
        ):
            found[member.household_id] = member, address
    return found
