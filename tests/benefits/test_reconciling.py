"""Payments read from files, and what they mean for the plan."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.benefits.reading import (
    NOT_PAID,
    Paid,
    account,
    day,
    find_columns,
    money,
    nik,
    read_payments,
)
from jps.benefits.reconciling import Due, Payee, Result, reconcile
from jps.benefits.rules import Outcome
from jps.errors import InvalidFile
from jps.tables.files import by_columns, open_source

NIK = "7501014101909001"
DAY = date(2026, 3, 5)


def read(path: Path, text: str) -> list[Paid]:
    """Return the rows of a CSV file with this text."""
    file = path / "bank.csv"
    file.write_text(text, encoding="utf-8")
    return list(read_payments(open_source(file, by_columns(find_columns)), paid_on=DAY))


def test_a_file_of_the_bank_is_read(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        "Laporan penyaluran;;;;;\nNo. Rekening;NIK;Nama Penerima;Nominal;Tgl Bayar;No Referensi\n"
        f"0061234567;{NIK};ANI  CONTOH;Rp 300.000,00;05/03/2026;A-1\n"
        "6,01234E+14;7,50101E+15;BUDI;300000;;A-2\n;;;;;\n"
        ";;;300000;2026-03-05;A-3\n;;CICI;tiga ratus;31/31/2026;A-4\n",
    )
    assert rows[0] == Paid(3, "61234567", NIK, "ANI CONTOH", 300_000, DAY, "A-1")
    assert rows[1] == Paid(4, "", "", "BUDI", 300_000, DAY, "A-2", ("account-lost", "nik-lost"))
    assert [one.problems for one in rows[2:]] == [
        ("nobody-named",),
        ("amount-missing", "date-missing"),
    ]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (300_000.0, 300_000),
        ("300.000", 300_000),
        ("300,000.00", 300_000),
        ("Rp300.000,-", 300_000),
        ("IDR 1.250.000,50", 1_250_000),
        ("178150", 178_150),
    ],
)
def test_amounts(cell: object, amount: int) -> None:
    assert money(cell) == amount


@pytest.mark.parametrize("cell", ["", None, "x", "-5", 0, -1.0, "1.78E+05", float("nan"), 1e30])
def test_what_is_no_amount(cell: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        money(cell)


def test_numbers_of_accounts_and_people() -> None:
    assert account("00-123 456") == account(123456.0) == "123456"
    assert nik(f" {NIK} ") == NIK
    for rounded in (7.50101e15, 7501014101909001, "7.50101E+15"):
        with pytest.raises(ValueError, match="lost"):
            nik(rounded)
    assert [day(cell) for cell in (46_086, "2026-03-05", "5 Maret 2026", "")] == [
        date(2026, 3, 5),
        DAY,
        DAY,
        None,
    ]


def test_a_row_without_reference_is_the_same_in_any_file(tmp_path: Path) -> None:
    one = read(tmp_path, "nik,nominal\n1,5000\n2,5000\n")
    other = read(tmp_path, "nominal,nik\n5000,2\n")
    assert one[1].reference == other[0].reference != one[0].reference


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ("Rekening,Tanggal", "Jumlah"),
        ("Jumlah,Tanggal", "NIK"),
        ("Jumlah,Nominal,NIK", "Dua kolom"),
    ],
)
def test_columns_that_are_needed(tmp_path: Path, headers: str, said: str) -> None:
    with pytest.raises(InvalidFile) as error:
        read(tmp_path, f"{headers}\n1,2,3\n")
    assert said in str(error.value)


def payee(number: int, *due: Due, name: str = "", struck: bool = False) -> Payee:
    """Return a recipient known by account and NIK."""
    return Payee(
        f"p{number}",
        "75.01.01.2001",
        account=f"10{number}",
        nik=f"N{number}",
        name=name or f"Orang {number}",
        struck=struck,
        due=due,
    )


def placed(payments: Sequence[Paid], *payees: Payee, written: Sequence[str] = ()) -> list[Result]:
    """Return what the payments mean."""
    return list(reconcile(payments, payees, written=set(written)))


def test_every_outcome() -> None:
    people = (
        payee(1, Due("a", 300), Due("b", 300)),
        payee(2, Due("c", 300)),
        payee(3, struck=True),
        payee(4, Due("d", 300), Due("e", 300)),
        payee(5, Due("f", None, delivered=True)),
        payee(6, Due("g", 300)),
    )
    found = placed(
        [
            Paid(2, "101", "N1", "x", 300, DAY, "r1"),
            Paid(3, "102", "", "x", 250, DAY, "r2"),
            Paid(4, "102", "", "x", 300, DAY, "r3"),
            Paid(5, "103", "", "x", 300, DAY, "r4"),
            Paid(6, "999", "", "Tak dikenal", 300, DAY, "r5"),
            Paid(7, "", "", "orang 4", 600, DAY, "r6"),
            Paid(8, "101", "", "x", 300, DAY, "r1"),
            Paid(9, "101", "", "x", 300, DAY, "old"),
            Paid(10, "105", "", "x", 77, DAY, "r7"),
            Paid(11, "101", "N2", "x", 300, DAY, "r8"),
            Paid(12, problems=("amount-missing",)),
            Paid(13, "101", "", "x", 300, DAY, "r9", (NOT_PAID,)),
        ],
        *people,
        written=["old"],
    )
    assert [(one.outcome, [due.id for due in one.due], one.problems) for one in found] == [
        (Outcome.MATCHED, ["a"], ()),
        (Outcome.DIFFERS, ["c"], ()),
        (Outcome.TWICE, [], ()),
        (Outcome.UNKNOWN, [], ("struck",)),
        (Outcome.UNKNOWN, [], ()),
        (Outcome.MATCHED, ["d", "e"], ("by-name", "bundle")),
        (Outcome.REPEATED, [], ()),
        (Outcome.RECORDED, [], ()),
        (Outcome.MATCHED, ["f"], ("by-hand",)),
        (Outcome.UNKNOWN, [], ("two-people",)),
        (Outcome.UNREADABLE, [], ("amount-missing",)),
        (Outcome.FAILED, [], (NOT_PAID,)),
        (Outcome.MISSING, ["b"], ()),
        (Outcome.MISSING, ["g"], ()),
    ]
    assert found[5].planned == 600


def test_a_name_that_two_have_or_other_numbers_tell_nobody() -> None:
    people = (payee(1, Due("a", 1), name="SITI"), payee(2, Due("b", 1), name="Siti"), payee(3))
    found = placed([Paid(2, name="siti", amount=1, reference="r")], *people)
    assert (found[0].outcome, found[0].problems) == (Outcome.UNKNOWN, ("name-shared",))
    found = placed([Paid(2, "555", "", "Orang 3", 1, DAY, "r")], *people)
    assert found[0].payee is None


_paid = st.builds(
    Paid,
    st.integers(1, 99),
    account=st.sampled_from(["101", "102", "103", ""]),
    name=st.sampled_from(["Orang 1", "Orang 2", "x"]),
    amount=st.sampled_from([100, 200, 300]),
    reference=st.sampled_from(["r1", "r2", "r3", "r4", "r5"]),
)


@given(st.lists(_paid, max_size=8))
def test_no_delivery_is_paid_twice_and_none_is_lost(payments: list[Paid]) -> None:
    people = [payee(n, *(Due(f"{n}{place}", 100) for place in range(3))) for n in (1, 2, 3)]
    found = placed(payments, *people)
    used = [due.id for one in found for due in one.due]
    assert sorted(used) == sorted(due.id for one in people for due in one.due)
    assert len([one for one in found if one.paid]) == len(payments)
