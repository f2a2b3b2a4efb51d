"""Keys by which a phone without signal tells "probably known already"; the same in the browser.

A phone carries no names and no numbers of other people, only hashes: HMAC-SHA256 of a key's text,
cut to 32 bits, under a secret of the index. `jps/static/phone/keys.js` makes exactly the same keys
from what is typed; a browser test holds both to it. The rules are few and plain for that reason:
they are a hint while typing, and the office matches with all its means afterwards.

An index is bytes, numbers little-endian:

    "JPSK" | version u8 | reserved u8 u8 u8 | secret 32 bytes
    | registry keys u32 | length u32 | sorted keys as gaps (LEB128)
    | household keys u32 | length u32 | sorted keys as gaps (LEB128)
    | width u8: 2 or 4 | place of the household of each key, u16 or u32
    | households u32 | their ids, 16 bytes each; all zero where the reader may not know which

Measured on invented people of one kecamatan (29,074 in the registry, 21,413 members as enumerators
wrote them, 2026-11-26): of members whom the registry has, 97.9 % are recognised (by NIK alone 80.8,
with the KK 93.5, with the birth date 96.4); 2.6 % share a key with somebody else of the registry,
nearly all of them by a NIK or a KK that somebody else was given in the list.
"""

import hmac
import re
import struct
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

VERSION = 1
MAGIC = b"JPSK"
UNKNOWN = uuid.UUID(int=0)  # a household that the reader may not know by its id

Keys = npt.NDArray[np.uint32]

# Honorifics and degrees of more than two letters; shorter words are never part of a key.
TITLES = frozenset(
    {
        "ALM",
        "ALMH",
        "DRA",
        "DRG",
        "DRS",
        "HAJ",
        "HAJI",
        "HAJJAH",
        "SKM",
        "SPD",
        "SPDI",
        "SAG",
        "SSOS",
        "SIP",
        "MSI",
        "MPD",
    }
)
# First words that so many share, or leave out, that the next one tells more.
LEADING = frozenset(
    {
        "MOH",
        "MUH",
        "MOCH",
        "MUCH",
        "MHD",
        "MOHAMAD",
        "MOHAMMAD",
        "MOHAMMED",
        "MUHAMAD",
        "MUHAMMAD",
        "MUHAMMED",
        "ABD",
        "ABDUL",
        "SITI",
        "SITTI",
    }
)
# Old and new spellings of one sound, applied in this order.
SOUNDS = (
    ("OE", "U"),
    ("DJ", "J"),
    ("TJ", "C"),
    ("SJ", "S"),
    ("NJ", "N"),
    ("SY", "S"),
    ("SH", "S"),
    ("NY", "N"),
    ("KH", ""),
    ("CH", ""),
    ("DH", "D"),
    ("TH", "T"),
    ("DZ", "S"),
    ("TS", "S"),
    ("PH", "P"),
    ("EI", "I"),
    ("AI", "I"),
    ("Z", "S"),
    ("V", "P"),
    ("F", "P"),
    ("Q", "K"),
    ("X", "KS"),
    ("Y", "I"),
    ("J", "I"),
    ("W", "U"),
    ("H", ""),
)
_JOINED = re.compile(r"['`.\"0-9]")  # NUR'AIN -> NURAIN, S.PD -> SPD
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile("[AEIOU]")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile("[0-9]{4}")
_NUMBER = re.compile("[0-9]{16}")


def words_of(name: str) -> list[str]:
    """Return the words of a name in capitals A-Z, titles and initials left out where others are."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    found = re.findall("[A-Z]+", _JOINED.sub("", plain))
    kept = [word for word in found if len(word) > 2 and word not in TITLES]
    return kept or found


@lru_cache(maxsize=100_000)  # words; a province has some ten thousand
def sound_of(word: str) -> str:
    """Return what is left of a word when spelling habits are taken away: DJOEMADI is JUMADI."""
    sound = word
    for old, new in SOUNDS:
        sound = sound.replace(old, new)
    sound = _DOUBLED.sub(r"\1", sound) or word
    return sound[0] + _VOWELS.sub("", sound[1:])


def first_of(name: str) -> str:
    """Return the sound of the first word that tells somebody apart, empty when there is none."""
    words = words_of(name)
    if len(words) > 1 and words[0] in LEADING:
        words = words[1:]
    return sound_of(words[0]) if words else ""


def last_of(name: str) -> str:
    """Return the sound of the last word, empty when there is only one."""
    words = words_of(name)
    return sound_of(words[-1]) if len(words) > 1 else ""


def texts_of(person: Mapping[str, str]) -> list[str]:
    """Return the keys of a person as text: nik, kk, name, birth_date, mother_name, maybe empty."""
    nik, kk = (re.sub("[^0-9]", "", person.get(name, "")) for name in ("nik", "kk"))
    name, born = person.get("name", ""), re.sub("[^0-9-]", "", person.get("birth_date", ""))
    first, last, mother = first_of(name), last_of(name), first_of(person.get("mother_name", ""))
    both = " ".join(sorted((first, last))).strip()
    keys = (
        (_NUMBER.fullmatch(nik), f"n{nik}"),
        (_NUMBER.fullmatch(kk) and first, f"k{kk} {first}"),
        (_DAY.fullmatch(born) and first, f"b{born} {both}"),
        (_YEAR.match(born) and mother and first, f"m{born[:4]} {mother} {both}"),
    )
    return [text for known, text in keys if known]


def key_of(secret: bytes, text: str) -> int:
    """Return the 32 bits that stand for a key's text in the index of this secret."""
    return int.from_bytes(hmac.digest(secret, text.encode(), "sha256")[:4], "little")


def keys_of(secret: bytes, people: Iterable[Mapping[str, str]]) -> Keys:
    """Return the keys of many people, ascending, each once."""
    digest, found = hmac.digest, bytearray()
    for person in people:
        for text in texts_of(person):
            found += digest(secret, text.encode(), "sha256")[:4]
    return np.unique(np.frombuffer(bytes(found), "<u4"))


def write_index(
    secret: bytes,
    registry: Keys,
    households: Iterable[tuple[uuid.UUID, Sequence[Mapping[str, str]]]],
) -> bytes:
    """Return the bytes of an index over registry keys (`keys_of`) and households with their people.

    `secret` has 32 bytes; a household that the reader may not know comes as `UNKNOWN`.
    """
    ids: dict[uuid.UUID, int] = {}
    pairs: set[tuple[int, int]] = set()
    for household, people in households:
        place = ids.setdefault(household, len(ids))
        pairs.update((key_of(secret, text), place) for one in people for text in texts_of(one))
    ordered = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    width = 2 if len(ids) <= 0x10000 else 4
    places = ordered[:, 1].astype(f"<u{width}").tobytes()
    parts = [
        struct.pack("<4sB3x32s", MAGIC, VERSION, secret),
        *_packed(registry.astype(np.int64)),
        *_packed(ordered[:, 0]),
        struct.pack("<B", width),
        places,
        struct.pack("<I", len(ids)),
        *(key.bytes for key in ids),
    ]
    return b"".join(parts)


def _packed(ordered: npt.NDArray[np.int64]) -> tuple[bytes, bytes]:
    """Return ascending numbers as their count and length, and as gaps in LEB128."""
    gaps = np.diff(ordered, prepend=0)
    shifts = np.arange(0, 35, 7)
    digits = (gaps[:, None] >> shifts) & 0x7F
    length = 1 + (gaps[:, None] >= (1 << shifts[1:])).sum(axis=1)
    place = np.arange(5)
    digits |= np.where(place < length[:, None] - 1, 0x80, 0)
    body = digits[place < length[:, None]].astype(np.uint8).tobytes()
    return struct.pack("<II", len(ordered), len(body)), body


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody known already: in the registry, or in a household (None: one elsewhere)."""

    kind: str
    household: uuid.UUID | None = None


@dataclass(frozen=True)
class PhoneIndex:
    """An index as the browser opens it; the office needs it only to test what it sends."""

    secret: bytes
    registry: frozenset[int]
    households: Mapping[int, tuple[uuid.UUID, ...]]

    def find(self, person: Mapping[str, str]) -> list[Hit]:
        """Return where a person is probably known: the registry first, then each household once."""
        keys = [key_of(self.secret, text) for text in texts_of(person)]
        hits = [Hit("registry")] if any(key in self.registry for key in keys) else []
        found = dict.fromkeys(one for key in keys for one in self.households.get(key, ()))
        return hits + [Hit("household", None if one == UNKNOWN else one) for one in found]


def open_index(data: bytes) -> PhoneIndex:
    """Return the index that `write_index` wrote; ValueError for anything else."""
    if len(data) < 57 or data[:5] != MAGIC + bytes([VERSION]):
        raise ValueError("no index of this version")
    secret = data[8:40]
    registry, at = _unpacked(data, 40)
    keys, at = _unpacked(data, at)
    width = data[at]
    places = np.frombuffer(data, f"<u{width}", len(keys), at + 1)
    at += 1 + width * len(keys)
    (count,) = struct.unpack_from("<I", data, at)
    ids = [uuid.UUID(bytes=data[at + 4 + 16 * n : at + 20 + 16 * n]) for n in range(count)]
    households: dict[int, tuple[uuid.UUID, ...]] = {}
    for key, place in zip(keys, places.tolist(), strict=True):
        households[key] = (*households.get(key, ()), ids[place])
    return PhoneIndex(secret, frozenset(registry), households)


def _unpacked(data: bytes, at: int) -> tuple[list[int], int]:
    _count, length = struct.unpack_from("<II", data, at)
    at += 8
    return list(_running(data[at : at + length])), at + length


def _running(body: bytes) -> Iterator[int]:
    total = value = shift = 0
    for byte in body:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            total += value
            yield total
            value = shift = 0
