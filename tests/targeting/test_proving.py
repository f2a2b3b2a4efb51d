"""Lists proved without their database, compared with each other, and printed."""

import dataclasses
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.errors import Conflict, InvalidData, InvalidFile
from jps.households.models import Household
from jps.households.rules import State
from jps.targeting.annex import Annex, Column, annex_pdf, wrapped
from jps.targeting.bundles import ENTRIES, INDEX, Proof, prove_bundle
from jps.targeting.differences import Cause, Differences
from jps.targeting.drawing import Standing
from jps.targeting.models import TargetEntry, TargetList, TargetRule, TargetSnapshot
from jps.targeting.quotas import Method
from jps.targeting.services import (
    compare_lists,
    definition_of,
    draw_list,
    save_rule,
    verify_list,
    write_list_bundle,
)
from tests.figures import AT, score_all
from tests.targeting.test_services import HERE, POOR_RULE, TOWN, defined, drawn, homes, run_snapshot

__all__ = ["homes"]
HASHES: set[str] = set()  # of the same list on either database


def bundled(session: Session, home: Path, total: int = 8) -> tuple[TargetList, Path]:
    """Draw a list and write its bundle."""
    run_snapshot(session, home)
    found = drawn(session, home, defined(total))
    path = home / "list.zip"
    assert write_list_bundle(session, home, found.id, path) == found.content_hash
    return found, path


def changed(path: Path, name: str, change: Any) -> Proof:
    """Prove a copy of a bundle in which one file was changed."""
    with zipfile.ZipFile(path) as bundle:
        files = {one: bundle.read(one) for one in bundle.namelist()}
    copy = path.with_suffix(".copy.zip")
    files[name] = change(files[name])
    with zipfile.ZipFile(copy, "w") as bundle:
        for one, content in files.items():
            bundle.writestr(one, content)
    return prove_bundle(copy)


@pytest.mark.usefixtures("homes")
def test_a_bundle_proves_its_list_without_the_database(session: Session, tmp_path: Path) -> None:
    found, path = bundled(session, tmp_path)
    proof = prove_bundle(path)
    assert (proof.same, proof.content_hash, proof.entries) == (True, found.content_hash, 21)
    # SQLite and PostgreSQL freeze and draw the very same list.
    HASHES.add(proof.content_hash)
    assert len(HASHES) == 1
    before = path.read_bytes()
    write_list_bundle(session, tmp_path, found.id, path)
    assert path.read_bytes() == before
    with zipfile.ZipFile(path) as bundle:
        names = bundle.namelist()
        member = next(name for name in names if ".household." in name)
        (tmp_path / "rows.parquet").write_bytes(bundle.read(member))
    assert set(pq.read_schema(tmp_path / "rows.parquet").names) == {"id", "area", "npl100"}


@pytest.mark.usefixtures("homes")
def test_whatever_is_changed_in_a_bundle_is_found(session: Session, tmp_path: Path) -> None:
    _, path = bundled(session, tmp_path)

    def with_index(**values: Any) -> Any:
        return lambda content: json.dumps(json.loads(content) | values).encode()

    def entry(content: bytes) -> bytes:
        return content.replace(b",waiting,below-quota,", b",selected,within-quota,", 1)

    def parquet(content: bytes) -> bytes:
        (tmp_path / "new.parquet").write_bytes(content)
        table = pq.read_table(tmp_path / "new.parquet")
        place = table.column_names.index("npl100")
        values = np.array(table.column("npl100").to_pylist())
        values[0] += 0.01
        fields = table.schema.field(place)
        table = table.set_column(place, fields, [values.tolist()])
        pq.write_table(table, tmp_path / "new.parquet")
        return (tmp_path / "new.parquet").read_bytes()

    with zipfile.ZipFile(path) as bundle:
        index = json.loads(bundle.read(INDEX))
        rows = next(name for name in bundle.namelist() if ".household." in name)
    more = index["definition"] | {"total": 9}
    columns = [[u, n, "0" * 64 if n == "npl100" else d] for u, n, d in index["columns"]]
    for name, change in (
        (ENTRIES, entry),
        (rows, parquet),
        (INDEX, with_index(definition=more)),
        (INDEX, with_index(list="0" * 64)),
        (INDEX, with_index(columns=columns)),
        (INDEX, with_index(columns=index["columns"][1:])),
    ):
        proof = changed(path, name, change)
        assert not proof.same, name
        assert all(str(problem) for problem in proof.problems)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04junk", b"{}"])
def test_what_is_no_bundle_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(InvalidFile):
        prove_bundle(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as bundle:
        bundle.writestr("../../list.json", content)
        bundle.writestr(INDEX, b'{"format": 1, "definition": {}}')
    with pytest.raises(InvalidFile):
        prove_bundle(tmp_path / "x.zip")


@pytest.mark.usefixtures("homes")
def test_no_bundle_is_written_of_a_list_that_was_tampered_with(
    session: Session, tmp_path: Path
) -> None:
    found, path = bundled(session, tmp_path)
    waiting = select(TargetEntry).where(TargetEntry.standing == Standing.WAITING).limit(1)
    session.scalars(waiting).one().standing = Standing.SELECTED
    session.flush()
    with pytest.raises(Conflict):
        write_list_bundle(session, tmp_path, found.id, path)


@pytest.mark.usefixtures("homes")
def test_quotas_by_hand_are_used_and_impossible_ones_are_refused(
    session: Session, tmp_path: Path
) -> None:
    run_snapshot(session, tmp_path)
    hand = {"75.01.01": 2, "75.71.01": 1}
    found = drawn(session, tmp_path, defined(3, method=Method.BY_HAND, by_hand=hand))
    assert found.counts["within-quota"] == 3
    assert verify_list(session, tmp_path, found.id).same
    for code, quota, said in (
        ("75.01.01", 9, "hanya ada 8 rumah tangga"),
        ("75.02.01", 1, "75.02.01"),
        ("75.01", 1, "75.01"),
    ):
        wrong = defined(3, method=Method.BY_HAND, by_hand={code: quota})
        with pytest.raises(InvalidData, match=said):
            drawn(session, tmp_path, wrong)


def compared(session: Session, home: Path, one: TargetList, two: TargetList) -> Differences:
    """Compare two lists; who differs must be who the entries say."""
    found = compare_lists(session, home, one.id, two.id)
    chosen = []
    for stored in (one, two):
        query = select(TargetEntry.household_id).where(
            TargetEntry.list_id == stored.id, TargetEntry.standing == Standing.SELECTED
        )
        chosen.append({str(key) for key in session.scalars(query)})
    came = {one.household for one in found.changes if one.came_in}
    went = {one.household for one in found.changes if not one.came_in}
    assert (came, went) == (chosen[1] - chosen[0], chosen[0] - chosen[1])
    assert found.stayed == len(chosen[0] & chosen[1])
    return found


def by_rule(session: Session, home: Path, tree: dict[str, Any], total: int) -> TargetList:
    """Draw a list by another rule from the newest snapshot."""
    rule = save_rule(session, "lain", tree, by="ani", at=AT)
    definition = dataclasses.replace(defined(total), tree=rule.tree)
    return draw_list(session, home, rule, definition, name="Lain", amount=1, by="ani", at=AT)


@pytest.mark.usefixtures("homes")
def test_each_difference_has_its_cause(session: Session, tmp_path: Path) -> None:
    run_snapshot(session, tmp_path)
    first = drawn(session, tmp_path, defined(8))
    assert not compared(session, tmp_path, first, first).changes
    more = compared(session, tmp_path, first, drawn(session, tmp_path, defined(11)))
    assert {one.cause for one in more.changes} == {Cause.QUOTA}
    lots = compared(session, tmp_path, first, drawn(session, tmp_path, defined(8, seed="2")))
    assert {one.cause for one in lots.changes} == {Cause.RANKING}
    ruled = by_rule(session, tmp_path, {"all": [POOR_RULE, {"area": [HERE]}]}, 8)
    found = compared(session, tmp_path, first, ruled)
    assert {one.cause for one in found.changes if not one.came_in} == {Cause.RULE}
    narrow = drawn(session, tmp_path, defined(4, area="75.01"))
    found = compared(session, tmp_path, first, narrow)
    gone = [one for one in found.changes if one.area == TOWN]
    assert {one.cause for one in gone} == {Cause.GONE}
    assert all(one.after is None for one in gone)


@pytest.mark.usefixtures("homes")
def test_data_that_changed_are_told_from_a_rule_that_changed(
    session: Session, tmp_path: Path
) -> None:
    run_snapshot(session, tmp_path)
    first = drawn(session, tmp_path, defined(8))
    selected = select(TargetEntry).where(
        TargetEntry.list_id == first.id, TargetEntry.standing == Standing.SELECTED
    )
    mine = session.scalars(selected.order_by(TargetEntry.area_code, TargetEntry.rank)).all()
    richer, gone = (session.get_one(Household, one.household_id) for one in (mine[0], mine[-1]))
    richer.answers = dict.fromkeys(richer.answers, "1")
    richer.calculated = {**dict.fromkeys(richer.calculated, "1"), "ppi_household_size": "3"}
    gone.state = State.ARCHIVED
    score_all(session)
    session.commit()
    run_snapshot(session, tmp_path)
    second = drawn(session, tmp_path, defined(8))
    causes = {
        one.household: one.cause for one in compared(session, tmp_path, first, second).changes
    }
    assert causes[str(richer.id)] is Cause.DATA
    assert causes[str(gone.id)] is Cause.GONE
    assert set(causes.values()) <= {Cause.DATA, Cause.GONE, Cause.QUOTA, Cause.OTHERS}
    rule = session.get_one(TargetRule, first.rule_id)
    assert definition_of(rule, first).as_json() == defined(8).as_json()
    assert len(session.scalars(select(TargetSnapshot)).all()) == 2


def annex(rows: int, **values: Any) -> Annex:
    """Return an annex with rows of every kind of text."""
    told: dict[str, Any] = {
        "title": "Lampiran: JPS 2026",
        "subtitle": "rumah tangga",
        "facts": [("Aturan", "miskin " * 60), ("Kuota", "8")],
        "columns": [Column("No.", 0.1, number=True), Column("Nama", 0.4), Column("Alamat", 0.5)],
        "rows": [(str(n), f"ABDUL {n} " * (n % 9), "Jl. Žižek 日本 " * 20) for n in range(rows)],
        "foot": "JPS",
        "page": "Halaman {page} dari {pages}",
        "closing": ("Ditetapkan di",),
    }
    return Annex(**{**told, **values})


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_an_annex_is_the_same_bytes_each_time(rows: int) -> None:
    one, two = annex_pdf(annex(rows)), annex_pdf(annex(rows))
    assert one == two
    assert one.startswith(b"%PDF-")
    assert annex_pdf(annex(rows, draft="RANCANGAN")) != one


def test_texts_are_cut_to_their_column() -> None:
    lines = wrapped("kata " * 100, 60, "Helvetica", 8)
    assert len(lines) == 3
    assert lines[-1].endswith("...")
    (long,) = wrapped("x" * 500, 60, "Helvetica", 8)
    assert long.endswith("...")
    assert len(long) < 30
