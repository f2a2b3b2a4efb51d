"""From a name as written to words in normal form, per distinct piece of text, memoised.

The result for a name depends on nothing but the name and the table of variants, so it is the same
alone, in any batch and in any order. Names keep every word that is not a title; word order is kept
for first and last word and ignored by the hashes.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache, cached_property

from jps.matching.hashing import add_hashes, hash_text
from jps.matching.variants import Variants, default_variants

NORMALISER = "2"  # counts changes of the rules below; the index and the keys carry it
_MEMO_MAX = 2_000_000  # pieces; about 1 GB, more than a province has

# Each pattern is read by Python's re and by Arrow's RE2 alike and sees upper-case ASCII only.
JOINED = r"['`\"0-9]+"  # NUR'AIN -> NURAIN
ALIAS_MARKS = r"([A-Z][^@/(\[]*)[@/(\[].*"  # ALI @ BOBI -> ALI
SPACED = r"[^A-Z.]+"  # everything else, the comma before titles too
DOT_SPACE = r"\. +"  # S. PD -> S.PD; H. ALI -> H.ALI, taken apart again by `pieces`
_BARE = re.compile("[A-Z]+(?: [A-Z]+)*")  # nothing to clean but alias words
_VOWELS = str.maketrans("", "", "AEIOU")
_DOUBLED = re.compile(r"(.)\1+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def alias_words(variants: Variants) -> str:
    """Return the pattern that finds an alias word between two words; group 1 is what stays."""
    return _alias_words(variants.aliases)


@cache
def _alias_words(aliases: frozenset[str]) -> str:
    return f"^(.*?[A-Z].*?) (?:{'|'.join(sorted(aliases)) or 'ALIAS'}) +[A-Z].*"


def fold(text: str) -> str:
    """Return `text` in upper-case ASCII: accents dropped, dashes and odd spaces made plain."""
    if text.isascii():
        return text.upper()
    plain = unicodedata.normalize("NFKD", _DASHES.sub("-", text))
    return plain.encode("ascii", "ignore").decode().upper()


def clean(text: str, variants: Variants) -> str:
    """Return what is left of a name as written: letters, single dots and spaces."""
    line = re.sub(JOINED, "", fold(text).replace("\n", " "))
    line = re.sub("^[^A-Z]*" + ALIAS_MARKS, r"\1", line)
    line = re.sub(SPACED, " ", line)
    line = re.sub(alias_words(variants), r"\1", line)
    return re.sub(DOT_SPACE, ".", line)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name in normal form. Hashes are positive; `lead` is its form before others."""

    plain: str
    sound: str
    plain_hash: int
    sound_hash: int
    key_hash: int
    initial: int
    title: bool
    lead: "Word | None" = None


@dataclass(frozen=True)
class Name:
    """A name in normal form. A name without letters has no words, and all its hashes are 0."""

    words: tuple[Word, ...]

    @property
    def missing(self) -> bool:
        return not self.words

    @cached_property
    def plain(self) -> str:
        return " ".join(word.plain for word in self.words)

    @cached_property
    def sound(self) -> str:
        return " ".join(word.sound for word in self.words)

    @cached_property
    def spelling(self) -> int:
        """Hash of the words as spelt, in any order."""
        return add_hashes([word.plain_hash for word in self.words])

    @cached_property
    def whole(self) -> int:
        """Hash of the words as they sound, in any order."""
        return add_hashes([word.sound_hash for word in self.words])

    @property
    def first(self) -> int:
        return self.words[0].key_hash if self.words else 0

    @property
    def last(self) -> int:
        return self.words[-1].key_hash if self.words else 0

    @property
    def initial(self) -> int:
        return self.words[0].initial if self.words else 0

    @property
    def count(self) -> int:
        """How many words sound different from one another."""
        return len({word.sound_hash for word in self.words})


@dataclass
class Normaliser:
    """Normal forms under one table of variants; remembers every piece it has seen."""

    variants: Variants
    _pieces: dict[str, tuple[Word, ...]] = field(default_factory=dict, repr=False)
    _skeletons: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def version(self) -> str:
        return f"{NORMALISER}-{self.variants.version}"

    @cached_property
    def _sound_pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.variants.sounds, key=lambda old: (-len(old), old))
        return re.compile("|".join(longest_first) or r"(?!)")

    def skeleton(self, word: str) -> str:
        """Return the letters that survive spelling habits, the same for DJOEMADI and JUMADI."""
        if len(word) <= 1:
            return word
        known = self._skeletons.get(word)
        if known is None:
            if len(self._skeletons) >= _MEMO_MAX:
                self._skeletons.clear()
            known = self._skeletons[word] = self._skeleton(word)
        return known

    def _skeleton(self, word: str) -> str:
        sounds = self.variants.sounds
        sound = self._sound_pattern.sub(lambda found: sounds[found.group()], word)
        return _DOUBLED.sub(r"\1", sound) or word

    def word(self, token: str) -> Word:
        """Return the normal form of one token of letters A-Z."""
        lead = self.variants.leading.get(token)
        plain = self.variants.variant.get(token, token)
        sound = self.skeleton(plain)
        return Word(
            plain=plain,
            sound=sound,
            plain_hash=hash_text(plain),
            sound_hash=hash_text(sound),
            key_hash=hash_text("key " + sound[:1] + sound[1:].translate(_VOWELS)),
            initial=ord(sound[0]),
            title=token in self.variants.titles or token in self.variants.aliases,
            lead=self.word(lead) if lead is not None else None,
        )

    def _split(self, text: str) -> list[str]:
        """Return the pieces between spaces of what `clean` leaves of a name."""
        plain = fold(text) if text.isascii() else text
        if _BARE.fullmatch(plain):
            pieces = plain.split(" ")
            if self.variants.aliases.isdisjoint(pieces):
                return pieces
        return clean(text, self.variants).split()

    def pieces(self, piece: str) -> tuple[Word, ...]:
        """Return the words of one piece between spaces: dots join titles (S.PD) or part words."""
        known = self._pieces.get(piece)
        if known is None:
            if len(self._pieces) >= _MEMO_MAX:
                self._pieces.clear()
            known = tuple(self.word(token) for token in self._tokens(piece))
            self._pieces[piece] = known
        return known

    def _tokens(self, piece: str) -> list[str]:
        parts = [part for part in piece.split(".") if part]
        tokens = []
        start = 0
        while start < len(parts):
            stop = start + 1
            for end in range(len(parts), start + 1, -1):
                if "".join(parts[start:end]) in self.variants.titles:
                    stop = end
                    break
            tokens.append("".join(parts[start:stop]))
            start = stop
        return tokens

    def name(self, text: str) -> Name:
        """Return the normal form of one name as written; never empty when it has a letter."""
        words: list[Word] = []
        for piece in self._split(text):
            words.extend(self.pieces(piece))
        if not any(word.title or word.lead for word in words):
            return Name(tuple(words))
        start = next((i for i, word in enumerate(words) if not word.title or word.lead), None)
        if start is not None and not all(word.title for word in words[start + 1 :]):
            words[start] = words[start].lead or words[start]
        return Name(tuple(word for word in words if not word.title) or tuple(words))


@cache
def default_normaliser() -> Normaliser:
    """Return the normaliser for the variants shipped with JPS; one per process, so it remembers."""
    return Normaliser(default_variants())
