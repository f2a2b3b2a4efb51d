"""Every indicator with what it counts, of what, from where, and with what it is hidden. Data."""

from dataclasses import dataclass
from enum import StrEnum

from jps.text import N_


class Kind(StrEnum):
    """How a figure is written."""

    SHARE = "share"
    COUNT = "count"
    DAYS = "days"


class Topic(StrEnum):
    """Figures that are counted, sent and shown as one table."""

    POVERTY = "poverty"
    AID = "aid"
    PEOPLE = "people"
    CONSUMPTION = "consumption"


class Direction(StrEnum):
    """What a larger figure means for the people."""

    WORSE = "worse"
    BETTER = "better"
    NEITHER = "neither"


@dataclass(frozen=True)
class Indicator:
    """One thing to map; `with_it` is the indicator that stands beside it on a narrow screen.

    `group` names the figures that are hidden together with it: those of `jps.maps.groups`, where
    "reach" and "overlap" are of programmes when one is chosen. Texts are to be translated.
    """

    key: str
    name: str
    short: str  # head of a column
    unit: str
    kind: Kind
    palette: str
    with_it: str
    topic: Topic
    group: str
    direction: Direction
    numerator: str
    denominator: str  # empty: a number, not a share
    source: str


_SCORES = N_("kartu skor PPI atas jawaban kuesioner")
_LIST = N_("daftar rumah tangga kantor ini")
_DECREES = N_("SK yang berlaku, dicocokkan dengan daftar rumah tangga")
_POOR = N_("perkiraan rumah tangga miskin: jumlah peluangnya")

POVERTY = (
    Indicator(
        "poverty_rate",
        N_("Tingkat kemiskinan"),
        N_("Kemiskinan"),
        N_("% penduduk rumah tangga yang dinilai"),
        Kind.SHARE,
        "YlOrBr",
        "poor_persons",
        Topic.POVERTY,
        "poverty",
        Direction.WORSE,
        N_("perkiraan penduduk miskin"),
        N_("penduduk rumah tangga yang dinilai"),
        _SCORES,
    ),
    Indicator(
        "poor_persons",
        N_("Perkiraan penduduk miskin"),
        N_("Jiwa miskin"),
        N_("jiwa di rumah tangga yang dinilai"),
        Kind.COUNT,
        "YlOrBr",
        "poverty_rate",
        Topic.POVERTY,
        "poverty",
        Direction.WORSE,
        N_("perkiraan penduduk miskin"),
        "",
        _SCORES,
    ),
    Indicator(
        "poor_households",
        N_("Perkiraan rumah tangga miskin"),
        N_("Rumah tangga miskin"),
        N_("rumah tangga yang dinilai"),
        Kind.COUNT,
        "YlOrBr",
        "poverty_rate",
        Topic.POVERTY,
        "poverty",
        Direction.WORSE,
        _POOR,
        "",
        _SCORES,
    ),
    Indicator(
        "households",
        N_("Rumah tangga terdata"),
        N_("Rumah tangga terdata"),
        N_("rumah tangga"),
        Kind.COUNT,
        "GnBu",
        "coverage",
        Topic.POVERTY,
        "registration",
        Direction.NEITHER,
        N_("rumah tangga terdata"),
        "",
        _LIST,
    ),
    Indicator(
        "coverage",
        N_("Cakupan pendataan"),
        N_("Cakupan"),
        N_("% rumah tangga terdata dari perkiraan seluruhnya"),
        Kind.SHARE,
        "GnBu",
        "households",
        Topic.POVERTY,
        "registration",
        Direction.BETTER,
        N_("rumah tangga terdata"),
        N_("penduduk resmi dibagi rata-rata anggota rumah tangga"),
        _LIST,
    ),
    Indicator(
        "age_days",
        N_("Umur data"),
        N_("Umur (hari)"),
        N_("hari sejak wawancara (median)"),
        Kind.DAYS,
        "Purples",
        "households",
        Topic.POVERTY,
        "registration",
        Direction.WORSE,
        N_("hari sejak wawancara, median rumah tangga"),
        "",
        _LIST,
    ),
)

AID = (
    Indicator(
        "reached_share",
        N_("Rumah tangga miskin yang menerima bantuan"),
        N_("Terjangkau"),
        N_("% dari perkiraan rumah tangga miskin"),
        Kind.SHARE,
        "GnBu",
        "poor_unreached",
        Topic.AID,
        "reach",
        Direction.BETTER,
        N_("jumlah peluang miskin rumah tangga penerima"),
        _POOR,
        _DECREES,
    ),
    Indicator(
        "poor_unreached",
        N_("Rumah tangga miskin yang belum menerima bantuan"),
        N_("Miskin, belum"),
        N_("perkiraan rumah tangga miskin yang tidak menerima"),
        Kind.COUNT,
        "YlOrBr",
        "reached_share",
        Topic.AID,
        "reach",
        Direction.WORSE,
        N_("jumlah peluang miskin rumah tangga bukan penerima"),
        "",
        _DECREES,
    ),
    Indicator(
        "poor_reached",
        N_("Perkiraan rumah tangga miskin penerima"),
        N_("Miskin, menerima"),
        N_("perkiraan rumah tangga miskin yang menerima"),
        Kind.COUNT,
        "GnBu",
        "reached_share",
        Topic.AID,
        "reach",
        Direction.BETTER,
        N_("jumlah peluang miskin rumah tangga penerima"),
        "",
        _DECREES,
    ),
    Indicator(
        "reached",
        N_("Rumah tangga penerima"),
        N_("Penerima"),
        N_("rumah tangga yang menerima"),
        Kind.COUNT,
        "GnBu",
        "reached_share",
        Topic.AID,
        "reach",
        Direction.NEITHER,
        N_("rumah tangga terdata yang tercantum dalam SK"),
        "",
        _DECREES,
    ),
    Indicator(
        "overlap_share",
        N_("Bagian penerima yang tumpang tindih"),
        N_("Tumpang tindih"),
        N_("% dari rumah tangga penerima"),
        Kind.SHARE,
        "RdPu",
        "overlaps",
        Topic.AID,
        "overlap",
        Direction.WORSE,
        N_(
            "rumah tangga dengan dua program yang tidak boleh bersama; yang tercatat dua kali pada "
            "program yang sama ada di Temuan"
        ),
        N_("rumah tangga penerima"),
        _DECREES,
    ),
    Indicator(
        "overlaps",
        N_("Rumah tangga dengan bantuan tumpang tindih"),
        N_("Jumlah tumpang tindih"),
        N_("rumah tangga dengan dua program yang tidak boleh bersama"),
        Kind.COUNT,
        "RdPu",
        "overlap_share",
        Topic.AID,
        "overlap",
        Direction.WORSE,
        N_(
            "rumah tangga dengan dua program yang tidak boleh bersama; yang tercatat dua kali pada "
            "program yang sama ada di Temuan"
        ),
        "",
        _DECREES,
    ),
    Indicator(
        "findings",
        N_("Temuan terbuka"),
        N_("Temuan"),
        N_("temuan yang belum selesai"),
        Kind.COUNT,
        "RdPu",
        "overlaps",
        Topic.AID,
        "findings",
        Direction.WORSE,
        N_("temuan terbuka dan yang sedang dicek, yang desanya diketahui"),
        "",
        N_("pemeriksaan SK"),
    ),
)

PEOPLE = (
    Indicator(
        "low_share",
        N_("Keluarga pada desil 1 sampai 4"),
        N_("Desil 1-4"),
        N_("% dari keluarga yang diperingkat"),
        Kind.SHARE,
        "YlOrBr",
        "low_families",
        Topic.PEOPLE,
        "deciles",
        Direction.WORSE,
        N_("keluarga pada desil 1 sampai 4"),
        N_("keluarga yang diperingkat"),
        N_("desil DTSEN terbaru setiap keluarga"),
    ),
    Indicator(
        "low_families",
        N_("Jumlah keluarga pada desil 1 sampai 4"),
        N_("Keluarga D1-4"),
        N_("keluarga"),
        Kind.COUNT,
        "YlOrBr",
        "low_share",
        Topic.PEOPLE,
        "deciles",
        Direction.WORSE,
        N_("keluarga pada desil 1 sampai 4"),
        "",
        N_("desil DTSEN terbaru setiap keluarga"),
    ),
    Indicator(
        "unranked",
        N_("Keluarga yang belum diperingkat"),
        N_("Belum diperingkat"),
        N_("keluarga"),
        Kind.COUNT,
        "Purples",
        "low_share",
        Topic.PEOPLE,
        "unranked",
        Direction.WORSE,
        N_("keluarga yang dikenal DTSEN tanpa desil"),
        "",
        N_("desil DTSEN terbaru setiap keluarga"),
    ),
    Indicator(
        "no_nik_share",
        N_("Anggota tanpa NIK"),
        N_("Tanpa NIK"),
        N_("% dari anggota terdata"),
        Kind.SHARE,
        "Purples",
        "no_nik",
        Topic.PEOPLE,
        "nik",
        Direction.WORSE,
        N_("anggota tanpa NIK"),
        N_("anggota terdata"),
        _LIST,
    ),
    Indicator(
        "no_nik",
        N_("Jumlah anggota tanpa NIK"),
        N_("Jiwa tanpa NIK"),
        N_("jiwa"),
        Kind.COUNT,
        "Purples",
        "no_nik_share",
        Topic.PEOPLE,
        "nik",
        Direction.WORSE,
        N_("anggota tanpa NIK"),
        "",
        _LIST,
    ),
)
