"""From the headers of a file to the layout it has and to a proposal of what its columns are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from jps.layouts.headers import header_key, header_keys
from jps.layouts.layout import (
    CANONICAL,
    HOUSEHOLD_KEY,
    VERSION,
    Column,
    ColumnMapping,
    Layout,
)

LIKENESS = 0.85  # share of letters from which an unknown header is taken for a known one
LIKE_FROM = 6  # letters; shorter headers are too alike (RT, RW, KK)
SEVERAL = frozenset({"split", "part", "age_group"})  # transforms of which many columns fill one


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The layout that fits best, with the mapping proposed.

    `guessed` are table, header and `to` of columns found by likeness only: a person confirms them.
    `missing` are columns without which the layout cannot be read, `undeclared` headers of columns
    whose codes mean different things in PBDT 2015 and Regsosek 2022 while the file does not say
    which: set `ColumnMapping.codes`. `score` is the share of headers that are known, `others` are
    the keys of layouts that fit as well or nearly.
    """

    layout: Layout
    mapping: ColumnMapping
    guessed: tuple[tuple[str, str, str], ...]
    missing: tuple[str, ...]
    score: float
    undeclared: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def recognise(
    headers: Sequence[str] | Mapping[str, Sequence[str]], known: Sequence[Layout]
) -> Suggestion:
    """Return the best of the `known` layouts for the headers of a table, or of each of its tables.

    A layout without its required columns comes after all that have theirs; of equals the one that
    demands more columns; where no header is known, the first.
    """
    found = [suggest(layout, headers) for layout in known]
    demands = bool(max(one.score for one in found))
    ranked = sorted(
        found,
        key=lambda one: (bool(one.missing), -one.score, -len(one.layout.required) * demands),
    )
    others = tuple(one.layout.key for one in ranked[1:] if not one.missing and one.score > 0.5)
    return replace(ranked[0], others=others)


def suggest(layout: Layout, headers: Sequence[str] | Mapping[str, Sequence[str]]) -> Suggestion:
    """Return what the columns of a file would be in `layout`."""
    tables = headers if isinstance(headers, Mapping) else {"": headers}
    book = ColumnBook(layout)
    targets: dict[str, tuple[str, ...]] = {}
    guessed: list[tuple[str, str, str]] = []
    keys = _key_headers(layout, tables.values())
    for table, names in tables.items():
        found, likely = book.place(names)
        if keys:
            found = _with_key(found, names, keys)
        targets[table] = tuple(found)
        guessed += [(table, names[place], found[place]) for place in likely]
    mapping = ColumnMapping(
        layout.key, targets, {table: tuple(names) for table, names in tables.items()}
    )
    if not layout.codes and _is_ours(layout, mapping):
        mapping = replace(mapping, codes=CANONICAL)
    filled = {to for found in targets.values() for to in found if to}
    named = sum(1 for names in tables.values() for name in names if name)
    hits = sum(1 for found in targets.values() for to in found if to)
    return Suggestion(
        layout=layout,
        mapping=mapping,
        guessed=tuple(guessed),
        missing=tuple(to for to in layout.required if not filled & set(to.split("|"))),
        score=hits / named if named else 0.0,
        undeclared=undeclared(layout, mapping),
    )


def undeclared(layout: Layout, mapping: ColumnMapping) -> tuple[str, ...]:
    """Return the headers of columns whose codes cannot be read until the system is declared."""
    if mapping.codes or layout.codes:
        return ()
    return tuple(
        header
        for table, targets in mapping.tables.items()
        for to, header in zip(targets, mapping.headers[table], strict=True)
        if to in layout.ambiguous
    )


def _is_ours(layout: Layout, mapping: ColumnMapping) -> bool:
    """Whether a file is of our own making: it says its version, or is headed by our names."""
    placed = [
        (to, header)
        for table, targets in mapping.tables.items()
        for to, header in zip(targets, mapping.headers[table], strict=True)
    ]
    coded = [(to, header) for to, header in placed if to in layout.ambiguous]
    return any(to == VERSION for to, _ in placed) or all(
        header.strip().lower() == to for to, header in coded
    )


def _key_headers(layout: Layout, tables: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return the first pair of key headers that every table has one of."""
    found = [{header_key(name) for name in names} for names in tables]
    for pair in layout.keys:
        if all(any(header_key(key) in names for key in pair) for names in found):
            return pair
    return ()


def _with_key(found: list[str], headers: Sequence[str], pair: Sequence[str]) -> list[str]:
    """Let the parent's key (the last of the pair) join the rows, where a table has it."""
    places = {header_key(name): place for place, name in enumerate(headers)}
    chosen = next(places[header_key(key)] for key in reversed(pair) if header_key(key) in places)
    joined = ["" if to == HOUSEHOLD_KEY else to for to in found]
    joined[chosen] = HOUSEHOLD_KEY
    return joined


class ColumnBook:
    """The headers under which the columns of a layout are known."""

    def __init__(self, layout: Layout) -> None:
        self._paths = layout.paths
        self._known: dict[str, Column] = {}
        self._ranks: dict[tuple[str, str], int] = {}  # `to` and spelling -> place in the list
        for column in layout.columns:
            for header in (*column.headers, column.to):
                key = header_key(header)
                if header == column.to and column.reads in SEVERAL:
                    continue
                self._known.setdefault(key, column)
                self._ranks.setdefault((column.to, key), len(self._ranks))

    def knows(self, header: str) -> bool:
        """Whether `header` is that of a known column."""
        return self._find(header) is not None

    def place(self, headers: Sequence[str]) -> tuple[list[str], list[int]]:
        """Return what each header fills ("" for nothing), and the places that are only alike."""
        found = [""] * len(headers)
        best: dict[str, tuple[int, int]] = {}  # `to` -> rank of the spelling, place
        for place, header in enumerate(headers):
            match = self._find(header) if header else None
            if match is None:
                continue
            key, column = match
            if column.reads in SEVERAL or column.options.get("combine"):
                found[place] = column.to
                continue
            rank = self._ranks[column.to, key]
            if column.to not in best or rank < best[column.to][0]:
                best[column.to] = (rank, place)
        for to, (_, place) in best.items():
            found[place] = to
        return found, self._guess(headers, found)

    def _find(self, header: str) -> tuple[str, Column] | None:
        for key in header_keys(header, paths=self._paths):
            if key in self._known:
                return key, self._known[key]
        return None

    def _guess(self, headers: Sequence[str], found: list[str]) -> list[int]:
        """Place headers that are nearly known (a letter missing), and return where they stand."""
        taken, likely = set(found), []
        long = [known for known in self._known if len(known) >= LIKE_FROM]
        for place, header in enumerate(headers):
            key = header_key(header)
            if found[place] or len(key) < LIKE_FROM or self._find(header) is not None:
                continue
            match = process.extractOne(
                key, long, scorer=Levenshtein.normalized_similarity, score_cutoff=LIKENESS
            )
            if match is not None and self._known[match[0]].to not in taken:
                found[place] = self._known[match[0]].to
                taken.add(found[place])
                likely.append(place)
        return likely
