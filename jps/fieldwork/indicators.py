"""The indicators of the field work, as one table: what is counted, of what, and from where.

Every indicator is "how many of how many", so that all are shown, compared and downloaded alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jps.fieldwork.facts import Facts
from jps.text import N_

SHORT = 0.5  # of the median length of households of the same size
FEW_LENGTHS = 10  # interviews of one size; with fewer, all sizes are taken together
FAR = 200.0  # metres outside the boundary in force, beyond the GPS accuracy
FAR_SCHEMATIC = 5_000.0  # metres, where the boundary is only a drawing
POOR_GPS = 50.0  # metres
CROWD = 3  # households of one enumerator at one point (a metre)
BUSY = 15  # interviews in one day; at 30 minutes each, with the ways between, a day and a half

Count = tuple[int, int]  # of how many, how many
NOTHING: Count = (0, 0)


@dataclass(frozen=True, slots=True)
class Around:
    """What an interview is compared with: the others of the same run.

    `median` is the usual length in minutes of households of a size (None: of any), `spots`, `days`
    and `patterns` how many interviews of the same enumerator share the point, the day and the
    answers; `common` the enumerator's commonest pattern.
    """

    median: Mapping[int | None, float] = field(default_factory=dict)
    same_spot: int = 1
    same_day: int = 1
    common: str | None = None
    doubled: bool = False
    returned: bool = False
    outside: float | None = None  # metres, None: no point or no boundary
    far: float = FAR
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of the table. `counts` says what one interview adds; `about` is the formula in words
    with its source. A unit stands out only from `ratio` times and `points` above what is expected.
    """

    key: str
    title: str
    about: str
    counts: Callable[[Facts, Around], Count]
    ratio: float = 1.5
    points: float = 0.05


def _flag(*, known: bool, holds: bool) -> Count:
    return (1, int(known and holds)) if known else NOTHING


def _short(facts: Facts, around: Around) -> Count:
    usual = around.median.get(around.size, around.median.get(None))
    if facts.minutes is None or usual is None or not facts.complete:
        return NOTHING
    return 1, int(facts.minutes < SHORT * usual)


def _outside(_: Facts, around: Around) -> Count:
    found = around.outside
    return _flag(known=found is not None, holds=found is not None and found > around.far)


def _crude(facts: Facts, _: Around) -> Count:
    found = facts.accuracy
    return _flag(known=found is not None, holds=found is not None and found > POOR_GPS)


def _straight(facts: Facts, around: Around) -> Count:
    return _flag(known=facts.pattern is not None, holds=facts.pattern == around.common)


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "short",
        N_("Wawancara terlalu singkat"),
        N_(
            "Lama wawancara kurang dari separuh median rumah tangga dengan jumlah anggota yang "
            "sama, dari wawancara lengkap yang waktunya tercatat."
        ),
        _short,
    ),
    Indicator(
        "no-gps",
        N_("Tanpa titik GPS"),
        N_("Wawancara lengkap tanpa titik GPS, dari semua wawancara lengkap."),
        lambda facts, _: _flag(known=facts.complete, holds=facts.spot is None),
        points=0.1,
    ),
    Indicator(
        "outside",
        N_("Titik di luar desa"),
        N_(
            "Titik GPS lebih dari 200 m (batas skematis: 5 km) di luar batas desa yang berlaku, "
            "setelah dikurangi akurasi GPS; dari wawancara yang mempunyai titik."
        ),
        _outside,
    ),
    Indicator(
        "crude-gps",
        N_("GPS tidak teliti"),
        N_("Akurasi GPS lebih dari 50 m, dari titik yang mencatat akurasinya."),
        _crude,
        points=0.1,
    ),
    Indicator(
        "one-spot",
        N_("Banyak di satu titik"),
        N_(
            "Titik yang sama (sampai 1 m) dipakai untuk tiga rumah tangga atau lebih oleh pendata "
            "yang sama, dari wawancara yang mempunyai titik."
        ),
        lambda facts, around: _flag(known=facts.spot is not None, holds=around.same_spot >= CROWD),
    ),
    Indicator(
        "straight",
        N_("Jawaban seragam"),
        N_(
            "Semua jawaban tempat tinggal dan aset sama dengan pola tersering pendata itu. Pola "
            "berulang sebagai tanda data karangan: J. Blasius dan V. Thiessen, Assessing the "
            "Quality of Survey Data (2012)."
        ),
        _straight,
        points=0.1,
    ),
    Indicator(
        "unknown",
        N_("Jawaban tidak tahu"),
        N_("Jawaban 'Tidak tahu', dari jawaban pertanyaan yang menawarkannya."),
        lambda facts, _: facts.unknown,
        points=0.1,
    ),
    Indicator(
        "blank",
        N_("Tidak diisi"),
        N_("Nomor HP, RT, nama ibu, dan tempat lahir yang kosong, dari semua yang ditanyakan."),
        lambda facts, _: facts.blank,
        points=0.15,
    ),
    Indicator(
        "no-nik",
        N_("Tanpa NIK sah"),
        N_("Anggota tanpa NIK yang sah bentuknya, dari semua anggota."),
        lambda facts, _: facts.niks,
        points=0.1,
    ),
    Indicator(
        "new-year",
        N_("Lahir 1 Januari"),
        N_("Tanggal lahir 1 Januari, dari tanggal lahir yang lengkap. Yang wajar kira-kira 0,3%."),
        lambda facts, _: facts.births,
    ),
    Indicator(
        "heaped-ages",
        N_("Umur dibulatkan"),
        N_(
            "Umur yang berakhir dengan 0 atau 5, dari anggota berumur 23-62 tahun; yang wajar 20%. "
            "Lima kali angka ini adalah indeks Whipple (Shryock dan Siegel, 1976)."
        ),
        lambda facts, _: facts.ages,
        points=0.1,
    ),
    Indicator(
        "doubled",
        N_("Tercatat dua kali"),
        N_(
            "Rumah tangga yang mungkin sama dengan yang lain, atau anggotanya mungkin orang yang "
            "sama dengan orang lain, menurut pencarian ganda; dari semua wawancara lengkap."
        ),
        lambda facts, around: _flag(known=facts.complete, holds=around.doubled),
    ),
    Indicator(
        "night",
        N_("Diisi malam hari"),
        N_("Wawancara dimulai (atau data diterima) antara pukul 22 dan 5, dari semua data."),
        lambda facts, _: _flag(known=True, holds=facts.night),
        points=0.1,
    ),
    Indicator(
        "busy",
        N_("Terlalu banyak sehari"),
        N_("Wawancara pada hari dengan lebih dari 15 wawancara lengkap oleh pendata yang sama."),
        lambda facts, around: _flag(known=facts.complete, holds=around.same_day > BUSY),
        points=0.1,
    ),
    Indicator(
        "returned",
        N_("Pernah dikembalikan"),
        N_("Data yang pernah dikembalikan untuk diperbaiki, dari semua data."),
        lambda _, around: _flag(known=True, holds=around.returned),
        points=0.1,
    ),
)
BY_KEY: Mapping[str, Indicator] = {one.key: one for one in INDICATORS}
BITS: Mapping[str, int] = {one.key: 1 << place for place, one in enumerate(INDICATORS)}


def measure(facts: Facts, around: Around) -> dict[str, Count]:
    """Return what an interview adds to each indicator."""
    return {one.key: one.counts(facts, around) for one in INDICATORS}


def flags_of(measured: Mapping[str, Count]) -> int:
    """Return the bits of the indicators that this interview speaks for."""
    return sum(BITS[key] for key, (_, hits) in measured.items() if hits)
