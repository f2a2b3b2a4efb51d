"""Two fields whose values stand in one another's place, such as given name and surname.

Where both agree crosswise, that one fact is the evidence: the two fields themselves then say
nothing (`compare`), neither that they differ nor twice that they agree.
"""

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from jps.matching.hashing import Ints
from jps.matching.kinds import Kind, Levels
from jps.matching.normalise import Normaliser
from jps.matching.texts import FreeText, Text, Texts, Wording
from jps.text import N_

Both = tuple[Text, Text]
BothColumns = tuple[Texts, Texts]
_WEAKEST = Wording.ALIKE  # what crosswise agreement may be at its weakest


class Crossed(IntEnum):
    """Whether two values stand crosswise."""

    MISSING = 0
    CROSSED = 1
    STRAIGHT = 2


@dataclass(frozen=True)
class Swapped(Kind[Both, BothColumns]):
    """Whether the texts of two fields (`made_of`) are swapped. It has no text of its own."""

    made_of: tuple[str, ...]

    levels = Crossed
    reasons = (
        N_("{label}: tidak dapat dibandingkan"),
        N_("{label}: tertukar"),
        N_("{label}: tidak tertukar"),
    )
    start = ((0.02, 0.98), (1e-5, 0.99999))
    features = MappingProxyType({})
    column = tuple

    def read(self, text: str, normaliser: Normaliser) -> Both:
        """Return the value of one text."""
        raise TypeError("read from other fields")

    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> BothColumns:
        """Return `read` of every row."""
        raise TypeError("read from other fields")

    def level(self, a: Both, b: Both) -> int:
        """Say how two values agree."""
        text = FreeText()
        straight = [text.level(one, other) for one, other in zip(a, b, strict=True)]
        crossed = [text.level(a[0], b[1]), text.level(a[1], b[0])]
        if 0 in crossed:
            return Crossed.MISSING
        better = max(crossed) <= _WEAKEST < max(straight)
        return Crossed.CROSSED if better else Crossed.STRAIGHT

    def levels_of(self, a: BothColumns, b: BothColumns, i: Ints, j: Ints) -> Levels:
        """Return `level` of pairs of rows."""
        text = FreeText()
        straight = np.maximum(*(text.levels_of(a[side], b[side], i, j) for side in (0, 1)))
        ways = [text.levels_of(a[0], b[1], i, j), text.levels_of(a[1], b[0], i, j)]
        crossed = np.maximum(*ways)
        levels = np.full(len(i), Crossed.STRAIGHT, np.int8)
        levels[(crossed <= _WEAKEST) & (straight > _WEAKEST)] = Crossed.CROSSED
        levels[np.minimum(*ways) == 0] = Crossed.MISSING
        return levels
