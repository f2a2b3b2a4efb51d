"""Code systems of other questionnaires, translated to ours (Regsosek 2022)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from jps.layouts.bits import bits_of

Doubt = Literal["warning", "suggestion"]


@dataclass(frozen=True, slots=True)
class Translation:
    """What one code of an item means to us: `question` = `to`.

    Without `to` there is no honest answer: `reasons` say why (by language), `likely` what to ask
    for. `when` restricts it to codes of other items of the same record. A translation with both
    `to` and `reasons` should be looked at again.
    """

    question: str
    to: str
    when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    likely: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    level: Doubt = "warning"

    def holds(self, items: Mapping[str, str]) -> bool:
        """Whether the other items of the record are as `when` demands."""
        return all(items.get(name, "") in codes for name, codes in self.when.items())


@dataclass(frozen=True, slots=True)
class Item:
    """A question of another system: its translations by code; `bits` when codes are added up."""

    name: str
    codes: Mapping[str, tuple[Translation, ...]]
    bits: bool = False

    def reads(self, text: str) -> bool:
        """Whether a cell holds a code of this item (and not a word)."""
        if not text.isdigit():
            return False
        code = text.lstrip("0") or "0"
        return code in self.codes or (self.bits and bits_of(code, self.codes) is not None)


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A code system: its items by name, in the order in which they are translated."""

    system: str
    items: Mapping[str, Item]


@dataclass(frozen=True, slots=True)
class Finding:
    """What an item of a record says: an answer to `question`, and perhaps why not or a doubt."""

    item: str
    code: str
    question: str
    value: str | list[str] | None
    likely: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    level: Doubt = "warning"


def translate(table: CodeTable, items: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what the codes of a record say, item by item: `items` holds code by item."""
    for name, item in table.items.items():
        code = items.get(name)
        if code is not None:
            yield from _bits(item, code, items) if item.bits else _single(item, code, items)


def _single(item: Item, code: str, items: Mapping[str, str]) -> Iterator[Finding]:
    answered: set[str] = set()
    for one in item.codes[code]:
        if one.question not in answered and one.holds(items):
            answered.add(one.question)
            yield Finding(
                item.name, code, one.question, one.to or None, one.likely, one.reasons, one.level
            )


def _bits(item: Item, total: str, items: Mapping[str, str]) -> Iterator[Finding]:
    """Yield one list of codes for a sum, and what cannot be told of its parts."""
    lists: dict[str, list[str]] = {}
    for code in bits_of(total, item.codes) or ():
        for found in _single(item, code, items):
            codes = lists.setdefault(found.question, [])
            if isinstance(found.value, str):
                codes.append(found.value)
            if found.reasons:
                yield Finding(
                    item.name, code, found.question, None, found.likely, found.reasons, found.level
                )
    for question, codes in lists.items():
        if codes:
            yield Finding(item.name, total, question, list(codes))
