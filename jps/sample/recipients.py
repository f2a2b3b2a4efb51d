"""Invented lists of recipients, as agencies write them: with noise and mistakes of their own.

Rates follow the ranges in which offices report: a tenth of recipients not in our list, a few
without NIK or with a slip in it, some dead, a few listed twice or on a list that excludes another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from jps.sample.livelihood import Living
from jps.sample.making import Sample
from jps.sample.names import MALE
from jps.sample.noise import said_name
from jps.sample.people import Person
from jps.sample.visits import COMPLETE, Visit

HEADER = (
    "No", "Nama Penerima", "NIK", "No KK", "L/P", "Tempat Lahir", "Tanggal Lahir", "Alamat",
    "Kode Desa", "Desa/Kelurahan", "No Rekening", "Status", "Jumlah (Rp)",
)  # fmt: skip

_STRANGERS = 0.08  # rows about people of homes that nobody visited
_NO_NIK, _WRONG_NIK = 0.03, 0.012
_TWICE = 0.006
_INACTIVE = 0.06  # of members of an insurance


@dataclass(frozen=True, slots=True)
class ListKind:
    """How a list comes about: which share of homes by how poor, how well aimed, who is named.

    `share` of homes from the poorest on, of which `reach` are listed, and `leak` of the others;
    `everybody`: all people of a home, not one of them; `richest`: counted from the other end.
    """

    programme: str
    share: float
    reach: float
    leak: float
    amount: int | None = None
    everybody: bool = False
    richest: bool = False


LISTS: Mapping[str, ListKind] = {
    one.programme: one
    for one in (
        ListKind("pkh", 0.16, 0.55, 0.015),
        ListKind("sembako", 0.24, 0.62, 0.03, 200_000),
        ListKind("blt-dd", 0.12, 0.13, 0.004, 300_000),
        ListKind("pbi-jk", 0.18, 0.72, 0.02, everybody=True),
        ListKind("upah-ump", 0.35, 0.05, 0.002, richest=True),
    )
}


def recipient_rows(sample: Sample, kind: ListKind) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a list under `HEADER`; the same sample gives the same rows."""
    rng = Random(f"{sample.name}/list/{kind.programme}")
    rows = list(_rows(sample, kind, rng))
    rows += [rng.choice(rows) for _ in range(round(len(rows) * _TWICE))] if rows else []
    rng.shuffle(rows)
    for number, row in enumerate(rows, start=1):
        yield (str(number), *row)


def _rows(sample: Sample, kind: ListKind, rng: Random) -> Iterator[tuple[str, ...]]:
    pairs = sorted(
        (pair for pair in zip(sample.visits, sample.livings, strict=True) if _counts(pair[0])),
        key=lambda pair: (_poor_first(pair[1]), pair[0].number),
        reverse=kind.richest,
    )
    count = 0
    for place, (visit, _) in enumerate(pairs):
        chance = kind.reach if place < kind.share * len(pairs) else kind.leak
        if rng.random() >= chance:
            continue
        for person in _named(visit, kind, rng):
            count += 1
            yield _row(person, visit, kind, rng)
    yield from _strangers(sample, round(count * _STRANGERS), kind, rng)


def _counts(visit: Visit) -> bool:
    return visit.result == COMPLETE and not visit.is_repeat


def _poor_first(living: Living) -> float:
    return -living.likelihood


def _named(visit: Visit, kind: ListKind, rng: Random) -> Sequence[Person]:
    people = visit.home.people
    if kind.everybody:
        return people
    women = [one for one in people[:2] if one.sex != MALE]
    return [women[0] if women and rng.random() < 0.8 else people[0]]


def _row(person: Person, visit: Visit, kind: ListKind, rng: Random) -> tuple[str, ...]:
    name, _ = said_name(person.name, rng, damage=0.6)
    village, hamlet = visit.home.village, visit.home.address.hamlet
    texts = (
        name, _said_nik(person.nik, rng), person.kk, "L" if person.sex == MALE else "P",
        person.birth_place, f"{person.born:%d/%m/%Y}", f"Dusun {hamlet}" if hamlet else "",
        village.code, village.name,
    )  # fmt: skip
    return _cells(texts, kind, rng)


def _strangers(
    sample: Sample, count: int, kind: ListKind, rng: Random
) -> Iterator[tuple[str, ...]]:
    """Yield people whom the registry knows and nobody visited."""
    known = {person.nik for visit in sample.visits for person in visit.home.people}
    others = [row for row in sample.registry.rows if row["NIK"] not in known]
    grown = [row for row in others if row["TGL_LHR"][-4:] < "2005"]
    names = {visit.home.village.code: visit.home.village.name for visit in sample.visits}
    for row in rng.sample(grown, min(count, len(grown))):
        code = row["KODE_WILAYAH"]
        texts = (
            row["NAMA_LGKP"], _said_nik(row["NIK"], rng), row["NO_KK"], row["JENIS_KLMIN"][:1],
            row["TMPT_LHR"], row["TGL_LHR"], row["ALAMAT"], code, names.get(code, ""),
        )  # fmt: skip
        yield _cells(texts, kind, rng)


def _cells(texts: Sequence[str], kind: ListKind, rng: Random) -> tuple[str, ...]:
    account = "".join(rng.choices("0123456789", k=12))
    active = "NONAKTIF" if kind.everybody and rng.random() < _INACTIVE else "AKTIF"
    amount = str(kind.amount) if kind.amount else ""
    return (*texts, account, active, amount)


def _said_nik(nik: str, rng: Random) -> str:
    chance = rng.random()
    if chance < _NO_NIK:
        return ""
    if chance < _NO_NIK + _WRONG_NIK:
        place = rng.randrange(6, 16)
        return nik[:place] + rng.choice("0123456789") + nik[place + 1 :]
    return nik
