"""Splitting many names into words at once: `Normaliser.name` for a column of text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jps.matching import normalise
from jps.matching.columns import distinct, of_texts, strings, take, to_texts
from jps.matching.hashing import Ints, add_per_row
from jps.matching.normalise import Normaliser, Word


@dataclass(frozen=True)
class Ragged:
    """Words of many names: name i has the words vocabulary[codes[offsets[i]:offsets[i + 1]]]."""

    vocabulary: Sequence[Word]
    codes: Ints
    offsets: Ints

    def join(self, attribute: str) -> pa.StringArray:
        """Return one text per name: an attribute (plain, sound) of its words with spaces."""
        words = of_texts([getattr(word, attribute) for word in self.vocabulary])
        offsets = pa.array(self.offsets, pa.int32())
        return strings(
            pc.binary_join(pa.ListArray.from_arrays(offsets, take(words, self.codes)), " ")
        )

    def summary(self, columns: Sequence[str]) -> Ints:
        """Return per name the attributes of `Name` named by `columns`, shape (names, columns)."""
        filled = np.diff(self.offsets) > 0
        first, last = self.offsets[:-1][filled], self.offsets[1:][filled] - 1
        results = {
            "whole": add_per_row(self._hashes("sound_hash"), self.offsets),
            "spelling": add_per_row(self._hashes("plain_hash"), self.offsets),
            "first": _spread(self._hashes("key_hash")[first], filled),
            "last": _spread(self._hashes("key_hash")[last], filled),
            "initial": _spread(self._hashes("initial")[first], filled),
            "count": self._distinct_sounds(),
        }
        return np.stack([results[column] for column in columns], axis=1)

    def _distinct_sounds(self) -> Ints:
        """Return per name how many of its words sound different from all before them."""
        sounds: dict[str, int] = {}
        numbers = [sounds.setdefault(word.sound, len(sounds)) for word in self.vocabulary]
        heard = np.array(numbers, np.int64)[self.codes]
        lengths = np.diff(self.offsets)
        place = np.arange(len(heard)) - np.repeat(self.offsets[:-1], lengths)
        new = np.ones(len(heard), bool)
        later = np.arange(len(heard))
        for distance in range(1, int(lengths.max(initial=0))):
            later = later[place[later] >= distance]
            new[later] &= heard[later] != heard[later - distance]
        rows = np.repeat(np.arange(len(lengths)), lengths)
        return np.bincount(rows[new], minlength=len(lengths))

    def _hashes(self, attribute: str) -> Ints:
        table = [getattr(word, attribute) for word in self.vocabulary]
        return np.array(table, np.int64)[self.codes]


def _spread(values: Ints, where: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Ints:
    out = np.zeros(len(where), np.int64)
    out[where] = values
    return out


def clean_all(texts: pa.StringArray, normaliser: Normaliser) -> pa.StringArray:
    """Return `normalise.clean` of every text; only those beyond ASCII go through Python."""
    plain = np.asarray(pc.string_is_ascii(texts).to_numpy(zero_copy_only=False), bool)
    upper = pc.ascii_upper(pc.if_else(pa.array(plain), texts, pa.scalar("")))
    odd = np.flatnonzero(~plain)
    if len(odd):
        folded = of_texts([normalise.fold(text) for text in to_texts(take(texts, odd))])
        upper = pc.replace_with_mask(upper, pa.array(~plain), folded)
    line = strings(pc.replace_substring(strings(upper), "\n", " "))
    for pattern, kept in (
        (normalise.JOINED, ""),
        ("^[^A-Z]*" + normalise.ALIAS_MARKS, r"\1"),
        (normalise.SPACED, " "),
        (normalise.alias_words(normaliser.variants), r"\1"),
        (normalise.DOT_SPACE, "."),
    ):
        line = strings(pc.replace_substring_regex(line, pattern, kept))
    return line


def split_names(texts: pa.StringArray, normaliser: Normaliser) -> Ragged:
    """Return the words of every text by the rules of `Normaliser.name`."""
    pieces = pc.split_pattern_regex(
        strings(pc.ascii_trim_whitespace(clean_all(texts, normaliser))), " +"
    )
    distinct_pieces, codes = distinct(strings(pieces.flatten()))
    vocabulary: dict[Word, int] = {}
    tables = [
        [_number(vocabulary, word) for word in normaliser.pieces(piece)]
        for piece in to_texts(distinct_pieces)
    ]
    rows = np.repeat(np.arange(len(texts)), np.diff(pieces.offsets.to_numpy()))
    flat, rows = _expand(tables, codes.astype(np.int64), rows)
    return _choose(vocabulary, flat, rows, len(texts))


def _number(vocabulary: dict[Word, int], word: Word) -> int:
    if word.lead is not None:
        vocabulary.setdefault(word.lead, len(vocabulary))
    return vocabulary.setdefault(word, len(vocabulary))


def _expand(tables: Sequence[Sequence[int]], codes: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Replace every piece by its words; return word codes and the name (row) of each."""
    lengths = np.array([len(table) for table in tables], np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths)))[:-1]
    flat = np.array([code for table in tables for code in table], np.int64)
    many = lengths[codes]
    ends = np.cumsum(many)
    within = np.arange(many.sum()) - np.repeat(ends - many, many)
    return flat[np.repeat(starts[codes], many) + within], np.repeat(rows, many)


def _choose(vocabulary: dict[Word, int], codes: Ints, rows: Ints, names: int) -> Ragged:
    """Expand leading short forms and leave out titles where another word remains."""
    words = list(vocabulary)
    title = np.array([word.title for word in words], bool)
    lead = np.array([vocabulary[word.lead] if word.lead else -1 for word in words], np.int64)
    if len(codes):
        candidates = np.flatnonzero(~title[codes] | (lead[codes] >= 0))
        _, first = np.unique(rows[candidates], return_index=True)
        start = candidates[first]
        plain = np.bincount(rows[~title[codes]], minlength=names)
        others = plain[rows[start]] - ~title[codes[start]]
        expand = start[(others > 0) & (lead[codes[start]] >= 0)]
        codes = codes.copy()
        codes[expand] = lead[codes[expand]]
        keep = ~title[codes]
        keep |= (np.bincount(rows[keep], minlength=names) == 0)[rows]
        codes, rows = codes[keep], rows[keep]
    counts = np.bincount(rows, minlength=names)
    return Ragged(words, codes, np.concatenate(([0], np.cumsum(counts))))
