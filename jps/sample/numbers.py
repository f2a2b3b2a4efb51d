"""NIK and KK numbers that nobody holds: right in form, with serials from 9000 to 9999 only."""

from collections import Counter
from datetime import date
from random import Random

from jps.sample.names import FEMALE
from jps.sample.places import Village

FIRST_SERIAL, LAST_SERIAL = 9001, 9999
_DAY_OF_WOMEN = 40

# Kecamatan codes of Kab. Gorontalo that went to new kabupaten and are not used any more; people
# registered before keep them. Source: gaps in the official list of codes.
_RETIRED = {
    "75.01": ("750106", "750107", "750108", "750112", "750115"),
    "75.03": ("750106", "750107", "750108"),
    "75.05": ("750112", "750115"),
}
# First registrations outside the province, by origin of the family (general knowledge).
_ELSEWHERE = {
    "gorontalo": ("710101", "717102", "717103", "727101"),
    "jawa": ("350719", "351014", "330512", "331405", "360310"),
    "minahasa": ("710205", "717101", "717303", "710608"),
    "bugis": ("737105", "731306", "730812", "730915"),
    "bajo": ("740409", "721103"),
}


class Issuer:
    """Hands out numbers in order of asking; the same asks give the same numbers."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def nik(self, prefix: str, born: date, sex: str) -> str:
        """Return the next NIK of `prefix` (six digits) and birth date, women's days plus 40.

        Raises OverflowError where the 999 serials of one day and kecamatan are used up.
        """
        day = born.day + (_DAY_OF_WOMEN if sex == FEMALE else 0)
        return self._next(f"{prefix}{day:02d}{born:%m%y}")

    def kk(self, prefix: str, issued: date) -> str:
        """Return the next KK number of `prefix` (six digits) and day of issue."""
        return self._next(f"{prefix}{issued:%d%m%y}", offset=500)

    def _next(self, head: str, offset: int = 0) -> str:
        used = self._used[head]
        self._used[head] += 1
        serial = FIRST_SERIAL + (used + offset) % (LAST_SERIAL - FIRST_SERIAL + 1)
        if used > LAST_SERIAL - FIRST_SERIAL:
            raise OverflowError(f"more than {used} numbers for one day and kecamatan")
        return f"{head}{serial}"


def first_registration(
    village: Village, nearby: Village, origin: str, rng: Random, *, born: date
) -> str:
    """Return the six digits under which someone living in `village` was first registered.

    Mostly its kecamatan; some came from `nearby` or another province, some hold a retired code.
    """
    chance = rng.random()
    if chance < (0.35 if origin == "jawa" and born.year < 1985 else 0.02):
        return rng.choice(_ELSEWHERE[origin])
    if chance > 0.95 and born.year < 2003 and village.regency_code in _RETIRED:
        return rng.choice(_RETIRED[village.regency_code])
    return nearby.prefix if chance > 0.91 else village.prefix
