"""Indicators of consumption, which are there where a trained model is approved. Data."""

from jps.maps.catalogue import Direction, Indicator, Kind, Topic
from jps.text import N_

_PERSONS = N_("penduduk rumah tangga yang dapat diperkirakan pengeluarannya")
_MODELLED = N_("model PMT yang disetujui, atas jawaban kuesioner")


def _fgt(key: str, name: str, short: str, unit: str, with_it: str, numerator: str) -> Indicator:
    """Return a measure of Foster, Greer and Thorbecke."""
    return Indicator(
        key,
        name,
        short,
        unit,
        Kind.SHARE,
        "YlOrBr",
        with_it,
        Topic.CONSUMPTION,
        "consumption",
        Direction.WORSE,
        numerator,
        _PERSONS,
        _MODELLED,
    )


CONSUMPTION = (
    _fgt(
        "fgt0",
        N_("Tingkat kemiskinan menurut pengeluaran (P0)"),
        N_("P0 tingkat"),
        N_("% penduduk, pengeluarannya diperkirakan di bawah garis kemiskinan"),
        "fgt1",
        N_("jumlah peluang pengeluaran di bawah garis, dikalikan anggota"),
    ),
    _fgt(
        "fgt1",
        N_("Kedalaman kemiskinan (P1)"),
        N_("P1 kedalaman"),
        N_("% dari garis kemiskinan: rata-rata kekurangan per penduduk"),
        "fgt0",
        N_("perkiraan kekurangan pengeluaran terhadap garis, dikalikan anggota"),
    ),
    _fgt(
        "fgt2",
        N_("Keparahan kemiskinan (P2)"),
        N_("P2 keparahan"),
        N_("rata-rata kuadrat kekurangan, × 100: yang jauh di bawah garis lebih berat"),
        "fgt1",
        N_("perkiraan kuadrat kekurangan terhadap garis, dikalikan anggota"),
    ),
)
