"""From how two records agree, and what the registry says of a person, to the state of a link.

The states are those of Dukcapil's verification service (codes 00, 11-15), with `perlu_ditinjau` for
what a person has to decide and `pindah` for people whom the registry has elsewhere by now.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from jps.matching import Thresholds
from jps.matching.codes import Code
from jps.matching.dates import Birth
from jps.matching.names import Likeness
from jps.matching.numbers import Number
from jps.questionnaire.nik import PLACEHOLDERS, NumberState
from jps.registry.rules import RegistryStatus
from jps.text import N_

THRESHOLDS = Thresholds()  # until somebody moves them: see `thresholds`
WORTH_A_LOOK = -4.0  # bits; a candidate below is no more likely than one in seventeen
TIE = 1.0  # bits; a second candidate who is at least half as likely as the best may be the person


class LinkState(StrEnum):
    """What the registry says about a member, in Dukcapil's words."""

    PADAN = "padan"
    PADAN_SEBAGIAN = "padan_sebagian"
    PERLU_DITINJAU = "perlu_ditinjau"
    NIK_TIDAK_DITEMUKAN = "nik_tidak_ditemukan"
    MENINGGAL = "meninggal"
    PINDAH = "pindah"
    GANDA = "ganda"
    NONAKTIF = "nonaktif"
    FORMAT_SALAH = "format_salah"


class Verdict(StrEnum):
    """What a person says about two records."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


STATE_NAMES: Mapping[LinkState, str] = MappingProxyType(
    {
        LinkState.PERLU_DITINJAU: N_("Perlu ditinjau"),
        LinkState.PADAN: N_("Padan"),
        LinkState.PADAN_SEBAGIAN: N_("Padan sebagian"),
        LinkState.NIK_TIDAK_DITEMUKAN: N_("Tidak ditemukan"),
        LinkState.MENINGGAL: N_("Meninggal"),
        LinkState.PINDAH: N_("Pindah"),
        LinkState.GANDA: N_("Ganda"),
        LinkState.NONAKTIF: N_("Nonaktif"),
        LinkState.FORMAT_SALAH: N_("Format NIK salah"),
    }
)
STATE_MEANINGS: Mapping[LinkState, str] = MappingProxyType(
    {
        LinkState.PERLU_DITINJAU: N_("Belum pasti orang yang sama; seseorang harus memutuskan."),
        LinkState.PADAN: N_("NIK, nama dan tanggal lahir cocok dengan data kependudukan."),
        LinkState.PADAN_SEBAGIAN: N_("Orangnya ditemukan, tetapi ada unsur yang berbeda."),
        LinkState.NIK_TIDAK_DITEMUKAN: N_("Orang ini tidak ditemukan pada data kependudukan."),
        LinkState.MENINGGAL: N_("Data kependudukan mencatat orang ini sudah meninggal."),
        LinkState.PINDAH: N_("Data kependudukan mencatat orang ini sudah pindah."),
        LinkState.GANDA: N_("Data kependudukan mencatat data ganda untuk orang atau NIK ini."),
        LinkState.NONAKTIF: N_("Data kependudukan mencatat orang ini tidak aktif."),
        LinkState.FORMAT_SALAH: N_("NIK yang tercatat bukan NIK yang sah."),
    }
)


class Step(StrEnum):
    """What a case in the queue waits for."""

    DECIDE = "decide"  # a first word
    SECOND = "second"  # somebody else's word: the first person is unsure
    THIRD = "third"  # the word of the kabupaten: both are unsure
    VANISHED = "vanished"  # the registry person decided about is there no more
    CONTESTED = "contested"  # two members are said to be one registry person


CONFLICTS = frozenset({Step.VANISHED, Step.CONTESTED})

VERDICT_NAMES: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.SAME: N_("Orang yang sama"),
        Verdict.DIFFERENT: N_("Orang yang berbeda"),
        Verdict.UNSURE: N_("Belum yakin"),
    }
)

_BY_STATUS: Mapping[RegistryStatus, LinkState] = MappingProxyType(
    {
        RegistryStatus.DEAD: LinkState.MENINGGAL,
        RegistryStatus.MOVED: LinkState.PINDAH,
        RegistryStatus.INACTIVE: LinkState.NONAKTIF,
        RegistryStatus.DUPLICATE: LinkState.GANDA,
    }
)
_NAMES_AGREE = frozenset(
    {Likeness.SAME, Likeness.SAME_SOUND, Likeness.CONTAINED, Likeness.NEARLY_SAME}
)
_FAMILY = frozenset({"kk", "mother"})
_NOT_WRONG = PLACEHOLDERS | {NumberState.VALID, NumberState.BLANK}


@dataclass(frozen=True)
class Finding:
    """What matching found for one member.

    `weight` (bits) and `levels` are of the best candidate, None and empty without one. `linked`:
    the candidate is the member's person and not somebody else's. `decided`: a person said so.
    `doubted`: a person is not sure, or what people decided holds together no more. `status` and
    `nik_shared` are the candidate's in the registry. `margin` (bits): how much better the candidate
    fits than the second best; negative where another member has the second best.
    """

    nik_state: NumberState
    weight: float | None = None
    levels: Mapping[str, int] = field(default_factory=dict)
    linked: bool = False
    status: RegistryStatus = RegistryStatus.ACTIVE
    nik_shared: bool = False
    decided: bool = False
    doubted: bool = False
    margin: float | None = None
    sure: float = THRESHOLDS.sure  # bits; the threshold in force


def state_of(finding: Finding) -> LinkState:
    """Return the state of a member's link."""
    if finding.doubted:
        return LinkState.PERLU_DITINJAU
    if finding.linked:
        return _linked_state(finding)
    if finding.weight is not None and not finding.decided and _is_worth_a_look(finding):
        return LinkState.PERLU_DITINJAU
    if finding.nik_state not in _NOT_WRONG:
        return LinkState.FORMAT_SALAH
    return LinkState.NIK_TIDAK_DITEMUKAN


def is_tie(margin: float | None) -> bool:
    """Whether the second best candidate fits nearly as well (or as badly) as the best."""
    return margin is not None and abs(margin) < TIE


def _linked_state(finding: Finding) -> LinkState:
    if not finding.decided and (finding.weight is None or finding.weight < finding.sure):
        return LinkState.PERLU_DITINJAU
    if not finding.decided and is_tie(finding.margin):
        return LinkState.PERLU_DITINJAU
    if finding.status in _BY_STATUS:
        return _BY_STATUS[finding.status]
    same_nik = finding.levels.get("nik") == Number.SAME
    if same_nik and finding.nik_shared:
        return LinkState.GANDA
    names = finding.levels.get("name") in _NAMES_AGREE
    births = finding.levels.get("birth") == Birth.SAME
    return LinkState.PADAN if same_nik and names and births else LinkState.PADAN_SEBAGIAN


def _is_worth_a_look(finding: Finding) -> bool:
    """Whether somebody not linked may still be the candidate, or uses the candidate's NIK."""
    assert finding.weight is not None
    return finding.weight >= WORTH_A_LOOK or finding.levels.get("nik") == Number.SAME


def is_recognised(levels: Mapping[str, int], *, strictly: bool) -> bool:
    """Whether who has the same NIK in another snapshot is still the same person.

    Name or birth date may be corrected, not both at once; `strictly`, when several have the NIK,
    both must agree.
    """
    names, births = levels.get("name", 0), levels.get("birth", 0)
    agrees = (names in _NAMES_AGREE, births == Birth.SAME)
    differs = (names != 0 and not agrees[0], births != 0 and not agrees[1])
    return not any(differs) if strictly else any(agrees) or not any(differs)


def is_alike(levels: Mapping[str, int]) -> bool:
    """Whether a person of another snapshot is the same one with a corrected NIK: the same name,
    birth date and sex, and the same KK or mother."""
    named = levels.get("name") == Likeness.SAME and levels.get("birth") == Birth.SAME
    one_sex = levels.get("sex") != Code.DIFFERENT
    return named and one_sex and any(levels.get(f) == 1 for f in _FAMILY)


UNSCORED = 0.5  # probability of being poor of a household without a score: it may be either
POINTS_PER_PERSON = 10.0  # points for one person, surely poor, whose aid hangs on an even doubt
POINTS_PER_DAY = 0.5  # so that nobody waits for ever: ten points are overtaken in twenty days


@dataclass(frozen=True)
class Stakes:
    """What hangs on a case: the household's probability of being poor (None: not scored), its
    members, and the programmes it receives; `doubt` (0-1) is how open the answer is."""

    poverty: float | None
    household_size: int
    programmes: int
    doubt: float

    @property
    def value(self) -> float:
        """Expected number of poor people in the household, one more per programme."""
        poverty = UNSCORED if self.poverty is None else self.poverty
        return poverty * self.household_size + self.programmes

    @property
    def points(self) -> float:
        """Points of the queue without those for waiting."""
        return POINTS_PER_PERSON * self.value * self.doubt


def doubt_of(weight: float | None, margin: float | None) -> float:
    """Return how open a pair is (0-1): the entropy, in bits, of the question to be answered.

    H(p) of "is it this person?" at odds 2^weight, and of "this one or the second best?" at odds
    2^margin; the larger counts. Source: Shannon (1948), the expected information of an answer.
    """
    sides = [abs(one) for one in (weight, margin) if one is not None]
    return round(max(map(_entropy, sides), default=0.0), 6)


def _entropy(bits: float) -> float:
    p = 1 / (1 + math.pow(2.0, min(bits, 60.0)))
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def rank(stakes: Stakes, opened_at: datetime) -> float:
    """Return a case's place in the queue, least first; it never changes by waiting alone.

    Score now = points of `stakes` + POINTS_PER_DAY x days waited. All cases gain the same every
    day, so the order is that of  POINTS_PER_DAY x day of opening - points.
    """
    return round(POINTS_PER_DAY * _days(opened_at) - stakes.points, 6)


def score(rank: float, now: datetime) -> float:
    """Return the points of a case as they stand now."""
    return POINTS_PER_DAY * _days(now) - rank


def _days(moment: datetime) -> float:
    return (moment - _EPOCH).total_seconds() / 86_400


_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def step_after(unsure: int) -> Step | None:
    """Return what a pair waits for after so many people were unsure."""
    return (None, Step.SECOND, Step.THIRD)[min(unsure, 2)]


def refusal(
    step: Step | None, unsure: Collection[str | None], *, who: str, covers_regency: bool
) -> str | None:
    """Return why somebody may not speak about a case now (to translate), or None.

    `unsure` are the first and the second person who were; `covers_regency`: the areas of `who`
    hold the whole kabupaten of the member.
    """
    if step is Step.SECOND and who in unsure:
        return N_("Anda sudah menyatakan belum yakin. Pasangan ini menunggu pendapat orang lain.")
    if step is Step.THIRD and (who in unsure or not covers_regency):
        return N_("Dua orang belum yakin. Pasangan ini menunggu keputusan operator kabupaten.")
    return None


def final_refusal(
    unsure: Collection[str], author: str, *, who: str, covers_regency: bool
) -> str | None:
    """Return why somebody may not change the final word about a pair (to translate), or None.

    A word is final when it answers people who were `unsure`; its author may change it, and the
    kabupaten, unless it was unsure itself.
    """
    if not unsure or who == author or (covers_regency and who not in unsure):
        return None
    return N_("Keputusan ini final: hanya pemutusnya atau operator kabupaten dapat mengubahnya.")
