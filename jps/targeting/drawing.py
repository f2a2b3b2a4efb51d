"""Draw a list: who is selected, who waits, who is excluded and why. Pure and reproducible.

Households that meet the rule are ordered within each quota area: by score (the likelier poor
first), then by a keyed hash of the household's id, which depends on the seed alone: no order of
entry, name or machine decides between equals. The first take the quota, the next wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from jps.targeting.conditions import Truth
from jps.targeting.facts import Codes, Numbers
from jps.text import N_

Lots: TypeAlias = npt.NDArray[np.uint64]


class Standing(StrEnum):
    """Where a household stands on a list."""

    SELECTED = "selected"
    WAITING = "waiting"
    EXCLUDED = "excluded"


class Reason(StrEnum):
    """Why it stands there."""

    WITHIN_QUOTA = "within-quota"
    BELOW_QUOTA = "below-quota"
    NOT_ELIGIBLE = "not-eligible"
    UNKNOWN = "unknown"
    NOT_RANKED = "not-ranked"


REASON_NAMES: Mapping[Reason, str] = {
    Reason.WITHIN_QUOTA: N_("Memenuhi syarat dan masuk kuota"),
    Reason.BELOW_QUOTA: N_("Memenuhi syarat, kuota wilayah sudah penuh"),
    Reason.NOT_ELIGIBLE: N_("Tidak memenuhi syarat"),
    Reason.UNKNOWN: N_("Belum dapat dinilai: ada fakta yang belum diketahui"),
    Reason.NOT_RANKED: N_("Memenuhi syarat, tetapi belum punya skor"),
}
STANDINGS: Mapping[Reason, Standing] = {
    Reason.WITHIN_QUOTA: Standing.SELECTED,
    Reason.BELOW_QUOTA: Standing.WAITING,
    Reason.NOT_ELIGIBLE: Standing.EXCLUDED,
    Reason.UNKNOWN: Standing.EXCLUDED,
    Reason.NOT_RANKED: Standing.EXCLUDED,
}
REASONS = tuple(Reason)  # the numbers of `Drawn.reasons`


@dataclass(frozen=True)
class Drawn:
    """The list as columns beside the population's households.

    `reasons` are places in `REASONS`; `ranks` count from 1 within a quota area, 0 for who is
    excluded.
    """

    reasons: npt.NDArray[np.int8]
    ranks: npt.NDArray[np.int64]

    def standing(self, standing: Standing) -> npt.NDArray[np.bool_]:
        """Return which households have a standing."""
        places = [place for place, reason in enumerate(REASONS) if STANDINGS[reason] is standing]
        return np.isin(self.reasons, places)


def lots(keys: Sequence[str] | Codes, seed: str) -> Lots:
    """Return the lot of each household: 64 bits of a hash of its id, keyed by the seed."""
    key = blake2b(seed.encode(), digest_size=32).digest()
    drawn = (blake2b(str(one).encode(), digest_size=8, key=key).digest() for one in keys)
    return np.frombuffer(b"".join(drawn), dtype=">u8").astype(np.uint64)


def draw(
    truth: Truth,
    scores: Numbers,
    groups: Codes,
    quotas: Mapping[str, int],
    tie: Lots,
) -> Drawn:
    """Rank the eligible by score (highest first, NaN is not ranked) and fill each group's quota.

    `groups` names the quota area of each household ("" for one quota over all); a group without a
    quota gets nothing. `tie` decides between equal scores, lowest first.
    """
    reasons = np.full(len(scores), REASONS.index(Reason.NOT_ELIGIBLE), dtype=np.int8)
    reasons[truth.unknown] = REASONS.index(Reason.UNKNOWN)
    ranked = truth.yes & ~np.isnan(scores)
    reasons[truth.yes & ~ranked] = REASONS.index(Reason.NOT_RANKED)
    places = np.flatnonzero(ranked)
    order = places[np.lexsort((tie[places], -scores[places], groups[places]))]
    ranks = np.zeros(len(scores), dtype=np.int64)
    names, starts = np.unique(groups[order], return_index=True)
    for name, part in zip(names, np.split(order, starts[1:]), strict=False):
        ranks[part] = np.arange(1, len(part) + 1)
        quota = max(0, quotas.get(str(name), 0))
        reasons[part[:quota]] = REASONS.index(Reason.WITHIN_QUOTA)
        reasons[part[quota:]] = REASONS.index(Reason.BELOW_QUOTA)
    return Drawn(reasons, ranks)
