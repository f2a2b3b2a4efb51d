"""How what people say and enumerators type differs from the identity card.

The kinds follow what offices report: abbreviated and respelled names, initials that stand for the
father, old spelling, titles, slips of the finger, exchanged days and months, damaged numbers.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from jps.sample.names import Name

# (written, also written) anywhere in a token of four letters and more.
_RESPELLINGS = (
    ("OE", "U"), ("U", "OE"), ("DJ", "J"), ("J", "DJ"), ("C", "TJ"), ("SY", "S"), ("SY", "SJ"),
    ("F", "P"), ("P", "F"), ("V", "F"), ("KH", "H"), ("Z", "S"), ("TH", "T"), ("DH", "D"),
    ("MM", "M"), ("LL", "L"), ("DD", "D"), ("SS", "S"), ("TT", "T"), ("NN", "N"), ("M", "MM"),
    ("L", "LL"), ("N", "NN"), ("S", "SS"), ("D", "DD"), ("Y", "I"), ("IA", "IYA"), ("UA", "UWA"),
    ("AI", "AY"), ("Q", "K"), ("K", "Q"),
)  # fmt: skip
_RESPELLED_PREFIX = {
    "MOHAMAD": ("MOH", "MUHAMAD", "MOHAMMAD", "MUHAMMAD", "MUH", "MOH."),
    "ABDUL": ("ABD", "ABDUL", "ABD."),
    "SITI": ("SITTI", "ST", "SITI"),
}
_PREFIX_OF = {
    "MOHAMMAD": "MOHAMAD", "MUHAMMAD": "MOHAMAD", "MUHAMAD": "MOHAMAD", "MOH": "MOHAMAD",
    "MUH": "MOHAMAD", "MOHAMAD": "MOHAMAD", "ABDUL": "ABDUL", "ABD": "ABDUL", "SITI": "SITI",
    "SITTI": "SITI", "ST": "SITI",
}  # fmt: skip
_WRONG_DATE = 0.045
_LAST_OF_DAY = 7  # place in a NIK
_LETTERS = "ABDEGHIKLMNOPRSTUWY"
_TITLES = {"H": ("H.", "HI", "HAJI"), "HJ": ("HJ.", "HJ", "HAJJAH")}


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A birth date as answered: `day` for a full date, else only `year`."""

    precision: str
    day: date | None
    year: int
    kinds: tuple[str, ...] = ()


def said_name(name: Name, rng: Random, *, damage: float = 1.0) -> tuple[str, tuple[str, ...]]:
    """Return the name as it was written down, and the kinds of difference to the card.

    `damage` scales how often the rarer differences happen.
    """
    kinds: list[str] = []
    given = [_prefix(token, rng, kinds) for token in name.given]
    middle = _middle(name, rng, kinds)
    family = name.family
    if rng.random() < 0.075 * damage:
        given, family = _change_one(given, family, rng, kinds, "spelling")
    if rng.random() < 0.03 * damage:
        given, family = _change_one(given, family, rng, kinds, "typo")
    if rng.random() < 0.06 * damage:
        given, family = _shorten(given, family, rng, kinds)
    tokens = [token for token in (*given, middle, family) if token]
    if len(tokens) > 1 and rng.random() < 0.01 * damage:
        tokens = [tokens[-1], *tokens[:-1]]
        kinds.append("name order")
    if name.title and rng.random() < 0.5:
        tokens.insert(0, rng.choice(_TITLES.get(name.title, (name.title,))))
        kinds.append("title")
    return " ".join(tokens), tuple(kinds)


def _prefix(token: str, rng: Random, kinds: list[str]) -> str:
    known = _PREFIX_OF.get(token)
    if known is None or rng.random() >= 0.4:
        return token
    written = rng.choice(_RESPELLED_PREFIX[known])
    if written != token:
        kinds.append("spelling")
    return written


def _middle(name: Name, rng: Random, kinds: list[str]) -> str:
    if not name.middle:
        return ""
    chance = rng.random()
    if chance < 0.5:
        return name.middle
    kinds.append("initial")
    if chance < 0.8:
        return ""
    if chance < 0.9:
        return f"{name.father[0]}."
    return name.father if name.middle != name.father else name.father[0]


def _change_one(
    given: list[str], family: str, rng: Random, kinds: list[str], kind: str
) -> tuple[list[str], str]:
    tokens = [*given, family]
    places = [i for i, token in enumerate(tokens) if len(token) >= 4]
    if not places:
        return given, family
    place = rng.choice(places)
    changed = (respell if kind == "spelling" else mistype)(tokens[place], rng)
    if changed != tokens[place]:
        kinds.append(kind)
        tokens[place] = changed
    return tokens[:-1], tokens[-1]


def _shorten(given: list[str], family: str, rng: Random, kinds: list[str]) -> tuple[list[str], str]:
    """Leave a token out, write one as an initial, join two, or call a person as people do."""
    chance = rng.random()
    if chance < 0.45 and len(given) > 1:
        kinds.append("shortened")
        return [given[1]] if rng.random() < 0.4 else [given[0]], family
    if chance < 0.60 and family and len(given) > 1:
        kinds.append("shortened")
        return given, ""
    if chance < 0.75 and len(given) > 1:
        kinds.append("abbreviated")
        return [f"{given[0][0]}.", *given[1:]], family
    if chance < 0.88 and len(given) > 1:
        kinds.append("joined")
        return ["".join(given).replace(".", "")], family
    if len(given[-1]) >= 7:
        kinds.append("nickname")
        return [given[-1][-4:]], family
    return given, family


def respell(token: str, rng: Random) -> str:
    """Return `token` with one usual other spelling, unchanged where none applies."""
    fitting = [(old, new) for old, new in _RESPELLINGS if old in token[1:]]
    if token.endswith("H"):
        return token[:-1]
    if not fitting:
        return token + "H" if token.endswith("A") else token
    old, new = rng.choice(fitting)
    return token[0] + token[1:].replace(old, new, 1)


def mistype(token: str, rng: Random) -> str:
    """Return `token` with one letter left out, doubled, exchanged or replaced, never the first."""
    place = rng.randrange(1, len(token) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return token[:place] + token[place + 1 :]
    if kind == 1:
        return token[:place] + token[place] + token[place:]
    if kind == 2:
        return token[:place] + token[place + 1] + token[place] + token[place + 2 :]
    return token[:place] + rng.choice(_LETTERS) + token[place + 1 :]


def said_date(born: date, rng: Random, *, latest: date, damage: float = 1.0) -> SaidDate:
    """Return the birth date as answered on a day not before `latest`.

    Wrong dates stay within two years of the right one, so that families remain possible.
    """
    vague = damage * (0.065 if born.year < latest.year - 50 else 0.016)
    chance = rng.random()
    if chance < vague * 0.7:
        return SaidDate("year", None, born.year, ("year only",))
    if chance < vague:
        year = min(born.year + rng.choice((-2, -1, 1, 2)), latest.year)
        return SaidDate("estimated", None, year, ("estimated year",))
    if chance < vague + _WRONG_DATE * damage:
        said, kind = _wrong_date(born, rng)
        if said != born and said <= latest:
            return SaidDate("full", said, said.year, (kind,))
    return SaidDate("full", born, born.year)


def _wrong_date(born: date, rng: Random) -> tuple[date, str]:
    chance = rng.random()
    if chance < 0.35 and born.day <= 12:
        return date(born.year, born.day, born.month), "day and month exchanged"
    if chance < 0.60:
        return born + timedelta(days=rng.choice((-10, -1, 1, 10))), "one digit of the date"
    if chance < 0.75:
        return date(born.year, rng.randint(1, 12), min(born.day, 28)), "wrong month"
    if chance < 0.90:
        return date(born.year + rng.choice((-1, 1)), born.month, min(born.day, 28)), "wrong year"
    return date(born.year, 1, 1), "default date"


def mistyped_nik(nik: str, rng: Random) -> str:
    """Return `nik` with one digit wrong or two neighbours exchanged, still possible by its form.

    The province, the month and the first digit of the serial (9: nobody holds it) stay, and the
    day remains one that every month has.
    """
    ordinary = 1 <= int(nik[6:8]) % 40 <= 28
    swap = rng.choice((10, 14) if ordinary else (14,))
    if rng.random() < 0.2 and nik[swap] != nik[swap + 1]:
        return nik[:swap] + nik[swap + 1] + nik[swap] + nik[swap + 2 :]
    place = rng.choice((3, 5, 7, 10, 11, 13, 14, 15) if ordinary else (13, 14, 15))
    others = [digit for digit in "0123456789" if digit != nik[place]]
    if place == _LAST_OF_DAY:
        others = [digit for digit in others if 1 <= int(nik[6] + digit) % 40 <= 28]
    return nik[:place] + rng.choice(others) + nik[place + 1 :]


def mistyped_kk(kk: str, rng: Random) -> str:
    """Return `kk` with one digit of its serial or year of issue wrong."""
    place = rng.choice((11, 13, 14, 15))
    wrong = str((int(kk[place]) + rng.randint(1, 9)) % 10)
    return kk[:place] + wrong + kk[place + 1 :]


def earlier_kk(kk: str, rng: Random) -> str:
    """Return a KK number that the family had before, when another day of issue was on it."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(5, int(kk[10:12]))
    return f"{kk[:6]}{day:02d}{month:02d}{year:02d}9{rng.randint(0, 499):03d}"
