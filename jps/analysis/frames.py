"""The frames: what a row of each is, who may read it, and its columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from jps.access.rules import Can
from jps.analysis.columns import Column, Kind, key, question_column
from jps.assessment.rules import Line
from jps.exports.orders import IDENTIFYING
from jps.questionnaire import Form
from jps.text import N_


class Frame(StrEnum):
    """One table for analysts."""

    HOUSEHOLDS = "households"
    MEMBERS = "members"
    AREAS = "areas"
    LINKS = "links"
    LABELS = "labels"
    PROGRAMMES = "programmes"
    DECREES = "decrees"
    RECIPIENTS = "recipients"
    BENEFITS = "benefits"
    DECILES = "deciles"
    LISTS = "lists"
    ENTRIES = "entries"


@dataclass(frozen=True)
class FrameKind:
    """What one row is, and the permission it takes beside `Can.USE_ANALYSIS`."""

    about: str
    permission: Can


FRAMES: Mapping[Frame, FrameKind] = MappingProxyType(
    {
        Frame.HOUSEHOLDS: FrameKind(
            N_("Satu baris per rumah tangga: jawaban, skor, dan peluang miskin"), Can.USE_ANALYSIS
        ),
        Frame.MEMBERS: FrameKind(N_("Satu baris per anggota rumah tangga"), Can.USE_ANALYSIS),
        Frame.AREAS: FrameKind(
            N_("Satu baris per wilayah, dengan penduduk dan batasnya"), Can.SEE_MAPS
        ),
        Frame.LINKS: FrameKind(
            N_("Satu baris per anggota: padanannya dalam data kependudukan"), Can.SEE_QUALITY
        ),
        Frame.LABELS: FrameKind(
            N_("Satu baris per anggota sampel mutu: apa yang ditemukan pemeriksa"), Can.SEE_QUALITY
        ),
        Frame.PROGRAMMES: FrameKind(
            N_("Satu baris per program, dengan ketentuan yang berlaku"), Can.SEE_PROGRAMMES
        ),
        Frame.DECREES: FrameKind(N_("Satu baris per SK atau daftar peserta"), Can.SEE_PROGRAMMES),
        Frame.RECIPIENTS: FrameKind(N_("Satu baris per nama dalam SK"), Can.SEE_PROGRAMMES),
        Frame.BENEFITS: FrameKind(N_("Satu baris per penyaluran"), Can.SEE_PROGRAMMES),
        Frame.DECILES: FrameKind(
            N_("Satu baris per keluarga, sumber, dan periode: desilnya"), Can.SEE_PROGRAMMES
        ),
        Frame.LISTS: FrameKind(N_("Satu baris per daftar sasaran"), Can.SEE_TARGETING),
        Frame.ENTRIES: FrameKind(
            N_("Satu baris per rumah tangga dalam daftar sasaran"), Can.SEE_TARGETING
        ),
    }
)

_HOUSEHOLD = key("household", N_("Rumah tangga"))
_FAMILY = key("family", N_("Keluarga"))
_MEMBER = key("member", N_("Anggota"))
_AREA = Column("area", Kind.CODE, N_("Kode Kemendagri desa atau kelurahan"))
_PROGRAMME = Column("programme", Kind.CODE, N_("Kode program"))
_DECREE = key("decree", N_("SK atau daftar peserta"))
_RECIPIENT = key("recipient", N_("Nama dalam SK"))
_AMOUNT = Column("amount", Kind.COUNT, N_("Nilai, rupiah"))

_BEFORE_ANSWERS = (
    _HOUSEHOLD,
    _AREA,
    Column("state", Kind.CODE, N_("Status rumah tangga")),
    Column("version", Kind.COUNT, N_("Versi data")),
    Column("persons", Kind.COUNT, N_("Jumlah orang yang dihitung, setelah penggabungan")),
    Column("outcome", Kind.CODE, N_("Apakah dinilai, dan mengapa tidak")),
    *(Column(str(line), Kind.NUMBER, N_("Peluang di bawah garis ini (0-1)")) for line in Line),
    Column("pmt", Kind.NUMBER, N_("Peluang miskin menurut model setempat yang berlaku (0-1)")),
    Column("pmt_gap", Kind.NUMBER, N_("Kedalaman kemiskinan menurut model itu (0-1)")),
    Column("pmt_severity", Kind.NUMBER, N_("Keparahan kemiskinan menurut model itu (0-1)")),
    Column("log_consumption", Kind.NUMBER, N_("Logaritma rupiah per orang dan bulan, perkiraan")),
)
_OF_HOUSEHOLD = (
    Column("household_id", Kind.TEXT, N_("Nomor rumah tangga di JPS"), identifying=True),
    Column("lat", Kind.NUMBER, N_("Lintang rumah"), identifying=True),
    Column("lon", Kind.NUMBER, N_("Bujur rumah"), identifying=True),
)
_BEFORE_PERSON = (
    _MEMBER,
    _HOUSEHOLD,
    _FAMILY,
    _AREA,
    Column("position", Kind.COUNT, N_("Urutan dalam daftar anggota, mulai 0")),
    Column("nik_state", Kind.CODE, N_("Keadaan NIK")),
)
_OF_PERSON = (Column("member_id", Kind.TEXT, N_("Nomor anggota di JPS"), identifying=True),)

_FIXED: Mapping[Frame, tuple[Column, ...]] = {
    Frame.AREAS: (
        Column("code", Kind.CODE, N_("Kode Kemendagri")),
        Column("name", Kind.TEXT, N_("Nama")),
        Column("level", Kind.CODE, N_("Tingkat wilayah")),
        Column("type", Kind.CODE, N_("Jenis wilayah")),
        Column("parent", Kind.CODE, N_("Kode wilayah di atasnya")),
        Column("bps_code", Kind.CODE, N_("Kode BPS")),
        Column("km2", Kind.NUMBER, N_("Luas resmi, km²")),
        Column("population", Kind.COUNT, N_("Jumlah penduduk resmi")),
        Column("population_as_of", Kind.DATE, N_("Tanggal jumlah penduduk")),
        Column("population_source", Kind.TEXT, N_("Sumber jumlah penduduk")),
        Column("schematic", Kind.FLAG, N_("Batas digambar, bukan batas sebenarnya")),
        Column("geometry", Kind.SHAPE, N_("Batas wilayah, derajat WGS84")),
    ),
    Frame.LINKS: (
        _MEMBER,
        _HOUSEHOLD,
        _AREA,
        Column("state", Kind.CODE, N_("Status padanan")),
        Column("linked", Kind.FLAG, N_("Dipadankan dengan seorang penduduk")),
        key("person", N_("Penduduk yang dipadankan")),
        Column("weight", Kind.NUMBER, N_("Bobot calon terbaik, bit")),
        Column("probability", Kind.NUMBER, N_("Peluang calon terbaik benar (0-1)")),
        Column("margin", Kind.NUMBER, N_("Jarak ke calon berikutnya, bit")),
        Column("shared", Kind.FLAG, N_("Anggota lain dipadankan dengan penduduk yang sama")),
        Column("decided", Kind.FLAG, N_("Diputuskan oleh orang")),
        Column("evidence", Kind.TEXT, N_("Bit per keterangan yang dibandingkan, JSON")),
    ),
    Frame.LABELS: (
        _MEMBER,
        _AREA,
        Column("stratum", Kind.CODE, N_("Rentang bobot tempat anggota diundi")),
        Column("chance", Kind.NUMBER, N_("Peluang terundi (0-1)")),
        Column("weight", Kind.NUMBER, N_("Bobot calon terbaik, bit")),
        Column("linked", Kind.FLAG, N_("Dipadankan dengan calon itu ketika diundi")),
        Column("answer", Kind.CODE, N_("Jawaban pemeriksa")),
        Column("reached", Kind.FLAG, N_("Ada kunci yang menuju orang yang benar")),
    ),
    Frame.PROGRAMMES: (
        _PROGRAMME,
        Column("name", Kind.TEXT, N_("Nama program")),
        Column("kind", Kind.CODE, N_("Jenis: bantuan, jaminan, tanda")),
        Column("unit", Kind.CODE, N_("Penerima: orang, keluarga, rumah tangga")),
        Column("owner", Kind.TEXT, N_("Instansi pemilik")),
        Column("valid_from", Kind.DATE, N_("Ketentuan berlaku sejak")),
        _AMOUNT,
        Column("frequency", Kind.CODE, N_("Seberapa sering")),
        Column("deliveries", Kind.COUNT, N_("Penyaluran setahun")),
        Column("most_deciles", Kind.COUNT, N_("Sampai desil")),
        Column("verified", Kind.FLAG, N_("Setiap angka dibenarkan instansinya")),
    ),
    Frame.DECREES: (
        _DECREE,
        _PROGRAMME,
        Column("number", Kind.TEXT, N_("Nomor SK")),
        Column("dated", Kind.DATE, N_("Tanggal SK")),
        Column("area", Kind.CODE, N_("Kode wilayah SK")),
        Column("period_from", Kind.DATE, N_("Berlaku sejak")),
        Column("period_to", Kind.DATE, N_("Berlaku sampai")),
        Column("state", Kind.CODE, N_("Status SK")),
    ),
    Frame.RECIPIENTS: (
        _RECIPIENT,
        _DECREE,
        _PROGRAMME,
        _AREA,
        Column("component", Kind.CODE, N_("Komponen program")),
        Column("status", Kind.TEXT, N_("Status menurut daftar")),
        _AMOUNT,
        Column("standing", Kind.CODE, N_("Kedudukan dalam SK: terdaftar, dicoret, pengganti")),
        Column("link_state", Kind.CODE, N_("Status padanan dengan data kependudukan")),
        Column("registered", Kind.CODE, N_("Apakah salah satu anggota kita")),
        _MEMBER,
        _FAMILY,
        _HOUSEHOLD,
        Column("decile", Kind.COUNT, N_("Desil saat dipadankan; 0: tidak diberi peringkat")),
        Column("eligible", Kind.FLAG, N_("Memenuhi syarat; kosong: tidak dapat diketahui")),
        Column("repeated", Kind.FLAG, N_("Orang yang sama sudah ada di SK ini")),
        Column("receives", Kind.FLAG, N_("Menerima pada hari pembacaan")),
        Column("problems", Kind.CODES, N_("Masalah baris seperti diberikan")),
    ),
    Frame.BENEFITS: (
        _RECIPIENT,
        _DECREE,
        _PROGRAMME,
        _AREA,
        Column("instalment", Kind.COUNT, N_("Penyaluran ke-, mulai 1")),
        Column("due_on", Kind.DATE, N_("Direncanakan pada")),
        _AMOUNT,
        Column("state", Kind.CODE, N_("Direncanakan, disalurkan, atau tidak")),
        Column("delivered_on", Kind.DATE, N_("Disalurkan pada")),
        Column("delivered_amount", Kind.COUNT, N_("Nilai yang disalurkan, rupiah")),
        Column("proof", Kind.CODE, N_("Jenis bukti")),
    ),
    Frame.DECILES: (
        _HOUSEHOLD,
        _FAMILY,
        _AREA,
        Column("source", Kind.CODE, N_("Sumber desil")),
        Column("period", Kind.DATE, N_("Hari pertama periode")),
        Column("ranked", Kind.FLAG, N_("Diberi peringkat oleh sumber")),
        Column("decile", Kind.COUNT, N_("Desil; 1 paling miskin")),
    ),
    Frame.LISTS: (
        key("list", N_("Daftar sasaran")),
        Column("name", Kind.TEXT, N_("Nama daftar")),
        Column("programme", Kind.TEXT, N_("Program")),
        Column("area", Kind.CODE, N_("Kode wilayah daftar")),
        Column("rule", Kind.TEXT, N_("Nama aturan")),
        Column("rule_version", Kind.COUNT, N_("Versi aturan")),
        Column("method", Kind.CODE, N_("Cara membagi kuota")),
        Column("total", Kind.COUNT, N_("Jumlah rumah tangga yang dipilih")),
        Column("amount", Kind.COUNT, N_("Rupiah per rumah tangga")),
        Column("state", Kind.CODE, N_("Status daftar")),
        Column("drawn_at", Kind.MOMENT, N_("Dibuat pada")),
        Column("content_hash", Kind.TEXT, N_("Sidik isi daftar")),
    ),
    Frame.ENTRIES: (
        key("list", N_("Daftar sasaran")),
        _HOUSEHOLD,
        _AREA,
        Column("standing", Kind.CODE, N_("Terpilih, menunggu, atau dikecualikan")),
        Column("reason", Kind.CODE, N_("Alasannya")),
        Column("rank", Kind.COUNT, N_("Urutan dalam wilayah kuota; 0: dikecualikan")),
        Column("score", Kind.NUMBER, N_("Peluang miskin saat daftar dibuat (0-1)")),
    ),
}

# Asked or measured, and no answer of an analysis; `age` says when somebody was born.
_LEFT_OUT = frozenset({"area_code", "household_size", "born", "birth_year", "present"})


def columns_of(frame: Frame, form: Form, *, identified: bool = False) -> tuple[Column, ...]:
    """Return the columns of a frame in their order, with those that identify only when asked."""
    if frame is Frame.HOUSEHOLDS:
        found = (*_BEFORE_ANSWERS, *_OF_HOUSEHOLD, *_answers(form, in_roster=False))
    elif frame is Frame.MEMBERS:
        found = (*_BEFORE_PERSON, *_OF_PERSON, *_answers(form, in_roster=True))
    else:
        found = _FIXED[frame]
    return tuple(column for column in found if identified or not column.identifying)


def _answers(form: Form, *, in_roster: bool) -> tuple[Column, ...]:
    kept = (
        question_column(question, identifying=question.name in IDENTIFYING)
        for question in form
        if question.in_roster == in_roster
        and question.name not in _LEFT_OUT
        and question.type not in {"image", "geopoint", "start", "end"}
    )
    size = form.question("household_size")
    return tuple(kept) if in_roster else (question_column(size, identifying=False), *kept)
