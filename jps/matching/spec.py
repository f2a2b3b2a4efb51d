"""The specification of two lists: their fields, how records become candidates, who may be linked.

`person.PERSON` is the built-in one; `specfile` reads others. Everything else in this package works
by the specification and knows no field by name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from enum import Enum, IntEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from jps.errors import InvalidData
from jps.matching.hashing import add_hashes
from jps.matching.kinds import WHOLE, Feature, Kind, Start
from jps.matching.recipes import Recipe, Step
from jps.text import N_

# What a pair of records can be: one person, strangers, two members of a family, two born on a day.
KINDS = ("match", "stranger", "family", "twin")
SAME = 1  # the strongest level of every kind


class Assignment(Enum):
    """How often a record of the right-hand list may be linked.

    ONE_TO_ONE: once. Right where our list is known to hold nobody twice.
    MEMBERS: once, and again for every further record that fits that person well: a member
    entered twice keeps its link, while a brother missing from the registry does not get one. This
    is the default.
    FREE: as often as records fit.
    """

    ONE_TO_ONE = "one-to-one"
    MEMBERS = "many-to-one"
    FREE = "free"


@dataclass(frozen=True)
class Field:
    """What is compared: `columns` of the table (texts joined by a space), its kind and its label.

    `reasons` say each level in words (N_), `start` are shares of pairs per level, one row per kind
    of pair; both default to those of the kind. `personal`: no two persons have the same value by
    right. A value found under `owners` or more names is nobody's (0: never).
    """

    name: str
    kind: Kind[Any, Any]
    columns: tuple[str, ...]
    label: str
    own_reasons: tuple[str, ...] = ()
    own_start: Start = ()
    personal: bool = False
    owners: int = 0

    @property
    def column(self) -> str:
        """The first column, empty for a field that is made of others."""
        return self.columns[0] if self.columns else ""

    @property
    def levels(self) -> type[IntEnum]:
        return self.kind.levels

    @property
    def same(self) -> tuple[int, ...]:
        """The levels of equal values."""
        return self.kind.same

    @property
    def term(self) -> str | None:
        """The feature whose frequency counts: a common name is less proof than a rare one."""
        return WHOLE if self.kind.rare_says_more else None

    @property
    def reasons(self) -> tuple[str, ...]:
        return self.own_reasons or self.kind.reasons

    def start(self, kind: int) -> tuple[float, ...]:
        """Return the starting shares for a kind of pair; relatives are between, if nothing is said.

        They are shares of pairs at each level, missing left out.
        """
        rows = self.own_start or self.kind.start
        if kind < len(rows):
            return rows[kind]
        part = 0.5 if kind == 2 else 0.75
        return tuple(part * m + (1 - part) * u for m, u in zip(*rows[:2], strict=True))

    def text(self, raw: Mapping[str, str]) -> str:
        """Return what is written in the columns of this field."""
        if len(self.columns) == 1:
            return raw.get(self.columns[0], "")
        joined = " ".join(raw.get(column, "") for column in self.columns)
        return re.sub("  +", " ", joined).strip()


# Fields with the weakest level that is still in accord; missing is in accord with everything.
Accord = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Anchor:
    """The number that says who a record is about.

    Pairs that share it teach what a match looks like; where the fields of `accord` are not against
    it, it also spares the record the search by all other keys.
    """

    field: str
    accord: Accord


@dataclass(frozen=True)
class Family:
    """Who else has much in common with a person: the records that share the key of `recipe`.

    Members with the same value of `twins` were born together; members in `accord`, nothing missing,
    are one person twice.
    """

    recipe: str
    twins: str
    accord: Accord


@dataclass(frozen=True)
class Spec:
    """Fields in the order of comparing, recipes of keys, and what is special about the lists.

    `naming` are the features by which distinct names are counted, `id` is the column of the id.
    """

    fields: tuple[Field, ...]
    recipes: tuple[Recipe, ...]
    how: Assignment = Assignment.MEMBERS
    anchor: Anchor | None = None
    family: Family | None = None
    naming: tuple[str, ...] = ()
    id: str = "id"

    def __post_init__(self) -> None:
        """Raise InvalidData for a recipe whose features no field has."""
        if not self.naming and any(field.owners for field in self.fields):
            raise InvalidData(N_("Sebutkan bidang nama: nomor dihitung menurut nama."))
        _ = self.features

    def __getstate__(self) -> dict[str, object]:
        """Leave out what is worked out again: functions cannot be sent to another process."""
        return {one.name: getattr(self, one.name) for one in dataclass_fields(self)}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of pair that are told apart."""
        return KINDS

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        columns = (column for field in self.fields for column in field.columns)
        return tuple(dict.fromkeys((self.id, *columns)))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All keys: every recipe with its refinements."""
        return tuple(step for recipe in self.recipes for step in recipe.steps)

    @cached_property
    def stages(self) -> tuple[tuple[Field, ...], ...]:
        """Fields to compare at once: cheap integers first; what they rule out needs no texts."""
        stages = [tuple(field for field in self.fields if field.kind.quick)]
        together = [
            {field.name, *field.kind.made_of} for field in self.fields if field.kind.made_of
        ]
        for field in self.fields:
            if field.kind.quick or any(field in stage for stage in stages):
                continue
            names = next((group for group in together if field.name in group), {field.name})
            stages.append(tuple(one for one in self.fields if one.name in names))
        return tuple(stage for stage in stages if stage)

    @cached_property
    def by_cost(self) -> tuple[Field, ...]:
        """The fields of all stages, one after the other."""
        return tuple(field for stage in self.stages for field in stage)

    @property
    def settling(self) -> tuple[Recipe, ...]:
        """The recipes that are tried for a record whose number has settled it."""
        return tuple(recipe for recipe in self.recipes if recipe.settled)

    def field(self, name: str) -> Field:
        """Return a field by name. Raises InvalidData."""
        found = self._by_name.get(name)
        if found is None:
            known = self._by_name
            raise _unknown(N_("Bidang {name} tidak ada; yang ada: {known}."), name, known)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def features(self) -> Mapping[str, Feature]:
        """Every feature that a recipe uses, as a function of values by field name."""
        used = (name for step in self.steps for name in step.features)
        return {name: self.feature(name) for name in dict.fromkeys((*used, *self.naming))}

    def feature(self, name: str) -> Feature:
        """Return "field.feature" as a function; "field" is the whole value. Raises InvalidData.

        "a+b" is two features in any order: a record whose names were swapped has the same one.
        """
        if "+" in name:
            return _in_any_order([self.feature(part) for part in name.split("+")])
        field_name, _, feature = name.partition(".")
        features = self.field(field_name).kind.features
        if (feature or WHOLE) not in features:
            unknown = N_("Bidang {field} tidak punya ciri {name}; yang ada: {known}.")
            raise _unknown(unknown, feature, features, field=field_name)
        take = features[feature or WHOLE]
        return lambda values: take(values[field_name])

    @property
    def version(self) -> str:
        """Text that changes with whatever an index of a list depends on."""
        fields = [(field.name, field.kind, field.columns) for field in self.fields]
        steps = [(step.name, recipe.cap) for recipe in self.recipes for step in recipe.steps]
        return sha256(repr((fields, steps)).encode()).hexdigest()[:12]


def _in_any_order(parts: Sequence[Callable[[Any], Any]]) -> Feature:
    """Return the sum of hashes (modulo 2**63), 0 where one of them is unknown."""

    def both(values: Any) -> Any:
        found = [part(values) for part in parts]
        known = np.logical_and.reduce([one > 0 for one in found])
        return add_hashes(found) * known

    return both


def _unknown(message: str, name: str, known: Mapping[str, Any], *, field: str = "") -> InvalidData:
    return InvalidData(message, name=name, known=", ".join(known), field=field)
