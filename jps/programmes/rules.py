"""Words of programmes as values: units, states, reasons and what each is called. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from jps.text import N_


class Unit(StrEnum):
    """Whom a programme counts and pays."""

    PERSON = "person"
    FAMILY = "family"
    HOUSEHOLD = "household"


class ProgrammeKind(StrEnum):
    """What being on a programme's list means for a person."""

    AID = "aid"  # receives money or goods
    INSURANCE = "insurance"  # is a member of JKN or BPJS Ketenagakerjaan
    FLAG = "flag"  # another source says what excludes from aid: a wage above the minimum, ASN


class Frequency(StrEnum):
    """How often an amount is due."""

    ONCE = "once"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Overlap(StrEnum):
    """What it means that one person, family or household is on two lists."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    DUPLICATE = "duplicate"  # the same thing twice


class DecreeState(StrEnum):
    """Where a decree stands."""

    DRAFT = "draft"  # its list is being loaded or matched
    LOADED = "loaded"  # every recipient was looked up: the report stands
    IN_FORCE = "in-force"  # its recipients receive
    WITHDRAWN = "withdrawn"  # taken back; nothing of it counts


class Standing(StrEnum):
    """Where a recipient stands on a decree."""

    LISTED = "listed"
    STRUCK = "struck"  # with reason, source and notice
    REPLACEMENT = "replacement"  # came in for somebody struck


class Registered(StrEnum):
    """Whether a recipient is one of our members."""

    YES = "yes"
    DOUBTFUL = "doubtful"  # somebody has to look
    NO = "no"


class BenefitState(StrEnum):
    """What became of one delivery to one recipient."""

    PLANNED = "planned"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not-delivered"


class FindingKind(StrEnum):
    """What is wrong about a recipient."""

    OVERLAP = "overlap"
    TWICE = "twice"  # the same person twice in one decree
    DEAD = "dead"
    MOVED = "moved"
    NIK_PROBLEM = "nik-problem"
    NOT_REGISTERED = "not-registered"
    NOT_ELIGIBLE = "not-eligible"
    EXCLUDED = "excluded"  # another source flags the person
    NEVER_DELIVERED = "never-delivered"


class FindingState(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    CHECKING = "checking"  # on the ground
    CONFIRMED = "confirmed"  # it is so; the recipient is struck or replaced
    DISMISSED = "dismissed"  # it is not so, or it is allowed


class AppealKind(StrEnum):
    """What somebody asks for."""

    PROPOSE = "propose"  # usul: to be put on the list
    CONTEST = "contest"  # sanggah: another does not belong on it
    OBJECT = "object"  # keberatan: I was struck


class AppealState(StrEnum):
    """Where an appeal stands."""

    RECEIVED = "received"
    CHECKING = "checking"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class LetterKind(StrEnum):
    """What a letter with a QR code says."""

    NOTICE = "notice"  # somebody was struck, why, and how to appeal
    SKTM = "sktm"  # certificate of poverty
    DECISION = "decision"  # what became of an appeal


UNIT_NAMES: Mapping[Unit, str] = MappingProxyType(
    {
        Unit.PERSON: N_("orang"),
        Unit.FAMILY: N_("keluarga"),
        Unit.HOUSEHOLD: N_("rumah tangga"),
    }
)
KIND_NAMES: Mapping[ProgrammeKind, str] = MappingProxyType(
    {
        ProgrammeKind.AID: N_("Bantuan"),
        ProgrammeKind.INSURANCE: N_("Kepesertaan jaminan"),
        ProgrammeKind.FLAG: N_("Tanda pengecualian"),
    }
)
FREQUENCY_NAMES: Mapping[Frequency, str] = MappingProxyType(
    {
        Frequency.ONCE: N_("sekali"),
        Frequency.MONTHLY: N_("per bulan"),
        Frequency.QUARTERLY: N_("per triwulan"),
        Frequency.YEARLY: N_("per tahun"),
    }
)
OVERLAP_NAMES: Mapping[Overlap, str] = MappingProxyType(
    {
        Overlap.ALLOWED: N_("boleh"),
        Overlap.FORBIDDEN: N_("tidak boleh"),
        Overlap.DUPLICATE: N_("bantuan yang sama"),
    }
)
DECREE_STATE_NAMES: Mapping[DecreeState, str] = MappingProxyType(
    {
        DecreeState.DRAFT: N_("Draf"),
        DecreeState.LOADED: N_("Diperiksa"),
        DecreeState.IN_FORCE: N_("Berlaku"),
        DecreeState.WITHDRAWN: N_("Ditarik"),
    }
)
FINDING_NAMES: Mapping[FindingKind, str] = MappingProxyType(
    {
        FindingKind.OVERLAP: N_("Tumpang tindih bantuan"),
        FindingKind.TWICE: N_("Tercatat dua kali"),
        FindingKind.DEAD: N_("Meninggal"),
        FindingKind.MOVED: N_("Pindah"),
        FindingKind.NIK_PROBLEM: N_("Masalah NIK"),
        FindingKind.NOT_REGISTERED: N_("Belum terdaftar"),
        FindingKind.NOT_ELIGIBLE: N_("Tidak memenuhi syarat"),
        FindingKind.EXCLUDED: N_("Dikecualikan oleh sumber lain"),
        FindingKind.NEVER_DELIVERED: N_("Tidak pernah disalurkan"),
    }
)
FINDING_STATE_NAMES: Mapping[FindingState, str] = MappingProxyType(
    {
        FindingState.OPEN: N_("Terbuka"),
        FindingState.CHECKING: N_("Dicek di lapangan"),
        FindingState.CONFIRMED: N_("Terbukti"),
        FindingState.DISMISSED: N_("Tidak terbukti"),
    }
)
