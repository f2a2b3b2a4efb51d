"""Programmes as dated data: files, terms through time, pairs, budget lines; on both databases."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.commands.programmes import FOLDER, load_folder
from jps.db import EVERYWHERE, AreaScope
from jps.errors import InvalidData, InvalidFile
from jps.programmes.files import read_codes, read_overlaps, read_programmes
from jps.programmes.given import ProgrammeFacts, TermsFacts
from jps.programmes.loading import load_programmes
from jps.programmes.models import BudgetLine, Programme, ProgrammeTerms
from jps.programmes.overlaps import verdicts
from jps.programmes.queries import (
    overlap_history,
    programme_of,
    terms_of_programme,
    terms_on,
)
from jps.programmes.rules import Frequency, Overlap, ProgrammeKind, Unit
from jps.programmes.services import (
    LineFacts,
    add_terms,
    change_programme,
    correct_terms,
    create_programme,
    save_line,
    set_overlap,
)
from jps.programmes.sipd import normalise
from jps.programmes.terms import shares_of, split
from tests.conftest import NOW

FACTS = ProgrammeFacts("blt", "BLT", ProgrammeKind.AID, Unit.FAMILY)
TERMS = TermsFacts(
    date(2026, 1, 1), source="SK", amount=300_000, frequency=Frequency.MONTHLY, deliveries=3
)
DAY = timedelta(days=1)


@pytest.fixture
def province(session: Session) -> Session:
    """A session of an office that knows the areas which the files name."""
    for code, name, parent in (
        ("75", "Gorontalo", None), ("75.01", "Gorontalo", "75"), ("75.04", "Pohuwato", "75"),
    ):  # fmt: skip
        level = "kabkota" if parent else "provinsi"
        session.merge(Area(code=code, level=level, name=name, type=level, parent_code=parent))
        session.flush()
    return session


def told_of(session: Session, first: str, second: str) -> Overlap:
    """Return what holds for two programmes, whichever is named first."""
    told = verdicts(session)
    one, other = (programme_of(session, code).id for code in (first, second))
    assert told[one, other] is told[other, one]
    return told[one, other]


def test_the_programmes_of_the_files_load_once(province: Session) -> None:
    first = load_folder(province)
    assert first.added > 50
    assert first.changed == first.kept == 0
    again = load_folder(province)
    assert (again.added, again.changed, again.kept) == (0, 0, 0)
    assert told_of(province, "blt-dd", "pkh") is Overlap.FORBIDDEN
    assert told_of(province, "pbi-daerah", "pbi-jk") is Overlap.DUPLICATE
    assert told_of(province, "pkh", "sembako") is Overlap.ALLOWED
    # The figures that were published for the whole of it.
    jps = terms_on(province, programme_of(province, "jps").id, date(2020, 6, 1))
    assert jps is not None
    total = 84_181 * (jps.amount or 0) * (jps.deliveries or 0)
    own, others = split(total, shares_of(jps.shares))
    assert (round(total / 1e7), own // 10**7, others // 10**7) == (4499, 2699, 1799)
    assert all(normalise(code) == code for code in read_codes(FOLDER))


def test_what_people_stated_is_not_overruled_by_files(province: Session, tmp_path: Path) -> None:
    load_folder(province)
    pkh, blt = programme_of(province, "pkh"), programme_of(province, "blt-dd")
    (terms,) = terms_of_programme(province, pkh.id)
    facts = replace(TERMS, valid_from=terms.valid_from, amount=1)
    assert "amount" in correct_terms(province, terms, facts, by="ani", at=NOW)
    later_on = NOW + 365 * DAY  # than the load
    set_overlap(province, blt, pkh, Overlap.ALLOWED, source="SK", by="ani", at=later_on)
    later = replace(TERMS, valid_from=date(2027, 1, 1))
    add_terms(province, programme_of(province, "sembako"), later, by="ani", at=NOW)
    assert load_folder(province).kept == 2
    assert terms.amount == 1
    assert told_of(province, "blt-dd", "pkh") is Overlap.ALLOWED
    # A newer edition of the files changes what only files said.
    shutil.copytree(FOLDER, tmp_path / "new")
    path = tmp_path / "new" / "sembako.toml"
    path.write_text(path.read_text().replace("amount = 200000", "amount = 250000"))
    assert load_folder(province, tmp_path / "new").changed == 1
    sembako = terms_of_programme(province, programme_of(province, "sembako").id)
    assert [(one.amount, one.valid_to) for one in sembako] == [
        (300_000, None),
        (250_000, date(2027, 1, 1)),
    ]


def _changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = tmp_path / "changed"
    shutil.copytree(FOLDER, folder)
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("overlaps.csv", "allowed", "mungkin", "baris 2"),
        ("pkh.toml", 'unit = "family"', 'unit = "desa"', "unit"),
        ("pkh.toml", "most = 2", "paling = 2", "paling"),
        ("pkh.toml", "amount = 750000", 'amount = "banyak"', "amount"),
        ("pkh.toml", '"any": [', '"any": ', "eligibility"),
        ("pkh.toml", "2025-01-01", '"kapan"', "valid_from"),
        ("pkh.toml", "name =", "name = =", "TOML"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    folder = _changed(tmp_path, name, old, new)
    with pytest.raises(InvalidFile, match=told):
        (read_overlaps if name.endswith("csv") else read_programmes)(folder)


@pytest.mark.parametrize(
    ("pair", "told"),
    [("pkh,blt-dd,", "bertentangan"), ("pkh,pkh,", "dirinya"), ("pkh,lain,", "bukan program")],
)
def test_clashing_rules_load_nothing(
    session: Session, tmp_path: Path, pair: str, told: str
) -> None:
    folder = _changed(tmp_path, "overlaps.csv", "pkh,sembako,", pair)
    with pytest.raises(InvalidFile, match=told):
        load_programmes(session, folder, by="system", at=NOW)
    assert session.scalar(select(func.count()).select_from(Programme)) == 0


def test_new_terms_close_the_former(session: Session) -> None:
    programme = create_programme(session, FACTS, by="ani", at=NOW)
    add_terms(session, programme, TERMS, by="ani", at=NOW)
    later = replace(TERMS, valid_from=date(2026, 7, 1), amount=150_000)
    add_terms(session, programme, later, by="ani", at=NOW)
    start = date(2026, 7, 1)
    amounts = [
        held.amount if (held := terms_on(session, programme.id, day)) else None
        for day in (date(2025, 12, 31), start - DAY, start)
    ]
    assert amounts == [None, 300_000, 150_000]
    before = replace(TERMS, valid_from=date(2025, 1, 1), valid_to=date(2026, 1, 1), amount=100_000)
    add_terms(session, programme, before, by="ani", at=NOW)
    held = terms_on(session, programme.id, date(2025, 12, 31))
    assert held is not None
    assert held.amount == 100_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_from": date(2026, 1, 1)}, "valid_from"),
        ({"valid_from": date(2025, 1, 1)}, "valid_to"),
        ({"valid_from": date(2025, 1, 1), "valid_to": date(2026, 1, 2)}, "valid_to"),
        ({"valid_from": date(2027, 1, 1), "valid_to": date(2027, 1, 1)}, "valid_to"),
        ({"valid_from": date(1026, 1, 1)}, "valid_from"),
        ({"valid_from": date(2027, 1, 1), "deliveries": 13}, "deliveries"),
        ({"valid_from": date(2027, 1, 1), "amount": -1}, "amount"),
        ({"valid_from": date(2027, 1, 1), "source": ""}, "source"),
        ({"valid_from": date(2027, 1, 1), "most_deciles": 11}, "most_deciles"),
    ],
)
def test_terms_that_cannot_be_are_refused(
    session: Session, changes: dict[str, object], field: str
) -> None:
    programme = create_programme(session, FACTS, by="ani", at=NOW)
    add_terms(session, programme, TERMS, by="ani", at=NOW)
    with pytest.raises(InvalidData) as raised:
        add_terms(session, programme, TermsFacts(**{**vars(TERMS), **changes}), by="ani", at=NOW)
    assert field in raised.value.problems
    assert [one.valid_to for one in session.scalars(select(ProgrammeTerms))] == [None]


def test_a_programme_is_told_apart_by_its_code(session: Session) -> None:
    programme = create_programme(session, FACTS, by="ani", at=NOW)
    with pytest.raises(InvalidData) as raised:
        create_programme(session, replace(FACTS, name="Lain"), by="ani", at=NOW)
    assert "code" in raised.value.problems
    renamed = replace(FACTS, code="lain", name="BLT baru")
    assert change_programme(session, programme, renamed, by="ani", at=NOW) == ["name"]
    assert programme.code == "blt"


def test_what_was_said_of_a_pair_is_kept(session: Session) -> None:
    one = create_programme(session, FACTS, by="ani", at=NOW)
    two = create_programme(session, replace(FACTS, code="pkh"), by="ani", at=NOW)
    set_overlap(session, two, one, Overlap.FORBIDDEN, source="SK 1", by="ani", at=NOW)
    set_overlap(session, one, two, Overlap.FORBIDDEN, source="SK 1", by="budi", at=NOW)
    set_overlap(session, one, two, Overlap.ALLOWED, source="SK 2", by="budi", at=NOW + DAY)
    told = [(rule.verdict, rule.made_by) for rule in overlap_history(session, two.id, one.id)]
    assert told == [(Overlap.ALLOWED, "budi"), (Overlap.FORBIDDEN, "ani")]
    with pytest.raises(InvalidData):
        set_overlap(session, one, one, Overlap.ALLOWED, source="SK", by="ani", at=NOW)
    with pytest.raises(InvalidData):
        set_overlap(session, one, two, Overlap.ALLOWED, source=" ", by="ani", at=NOW)


def test_a_line_of_a_budget_is_one_however_its_code_is_written(province: Session) -> None:
    facts = LineFacts("1.06.05.202.0003", "Fasilitasi", 2026, "75.01", ceiling=10)
    line = save_line(province, facts, scope=EVERYWHERE, by="ani", at=NOW)
    assert line.code == "1.06.05.2.02.0003"
    same = replace(facts, code="1.06.05.02.02.0003", realised=4)
    with pytest.raises(InvalidData) as raised:
        save_line(province, same, scope=EVERYWHERE, by="ani", at=NOW)
    assert "code" in raised.value.problems
    save_line(province, same, scope=EVERYWHERE, by="ani", at=NOW, line_id=line.id)
    assert [row.realised for row in province.scalars(select(BudgetLine))] == [4]
    elsewhere = AreaScope(("75.04",))
    with pytest.raises(InvalidData) as raised:
        save_line(province, replace(facts, year=1), scope=elsewhere, by="ani", at=NOW)
    assert set(raised.value.problems) == {"year", "area_code"}
    huge = replace(facts, year=10**14, programme_id=10**14, ceiling=10**17)
    with pytest.raises(InvalidData) as raised:
        save_line(province, huge, scope=EVERYWHERE, by="ani", at=NOW)
    assert set(raised.value.problems) == {"year", "programme_id", "ceiling"}
