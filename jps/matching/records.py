"""Records as typed columns (many) and as one value (one): what keys and comparisons work on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jps.matching.columns import strings, take, text_column
from jps.matching.hashing import Ints
from jps.matching.normalise import Normaliser, default_normaliser
from jps.matching.person import PERSON
from jps.matching.spec import Field, Spec


class Values(dict[str, Any]):
    """The values of one record by field name, each read from its text when it is first asked for.

    Most candidates are ruled out before anybody asks for all of their names.
    """

    def __init__(self, raw: Mapping[str, str], normaliser: Normaliser, spec: Spec) -> None:
        super().__init__()
        self._raw, self._normaliser, self._spec = raw, normaliser, spec

    def __missing__(self, name: str) -> Any:
        field = self._spec.field(name)
        kind = field.kind
        if kind.made_of:
            value: Any = tuple(self[part] for part in kind.made_of)
        else:
            value = kind.read(field.text(self._raw), self._normaliser)
        self[name] = value
        return value

    def but(self, name: str, value: Any) -> "Values":
        """Return the values with one replaced."""
        other = Values(self._raw, self._normaliser, self._spec)
        made = (one for one in self if self._spec.field(one).kind.made_of)
        other.update(self | {name: value})
        for one in made:
            del other[one]
        return other


@dataclass(frozen=True)
class Record:
    """One record ready to compare: values by field name; `raw` is the record as given."""

    id: str
    values: Values
    raw: Mapping[str, str]
    spec: Spec

    @classmethod
    def read(
        cls,
        raw: Mapping[str, str | None],
        normaliser: Normaliser | None = None,
        spec: Spec = PERSON,
    ) -> "Record":
        """Build from a mapping with the columns of the specification; absent or None is blank."""
        texts = {key: value or "" for key, value in raw.items()}
        values = Values(texts, normaliser or default_normaliser(), spec)
        return cls(texts.get(spec.id, ""), values, texts, spec)

    def __getitem__(self, field: str) -> Any:
        return self.values[field]

    def feature(self, name: str) -> int:
        """Return one feature; 0 is unknown."""
        function = self.spec.features.get(name) or self.spec.feature(name)
        return int(function(self.values))

    def features(self) -> dict[str, int]:
        """Return all features that keys are made of; 0 is unknown."""
        return {name: int(function(self.values)) for name, function in self.spec.features.items()}

    def without(self, field: Field) -> "Record":
        """Return the record with this field unknown."""
        blank = field.kind.read("", default_normaliser())
        return replace(self, values=self.values.but(field.name, blank))


@dataclass(frozen=True)
class Records:
    """Many records ready to compare: columns by field name, one row each."""

    ids: pa.StringArray
    values: Mapping[str, Any]
    spec: Spec

    @classmethod
    def read(
        cls,
        table: pa.Table,
        normaliser: Normaliser | None = None,
        spec: Spec = PERSON,
        *,
        known: Mapping[str, Any] | None = None,
    ) -> "Records":
        """Build from a table with the text columns of the specification. Raises InvalidData.

        Columns that are `known`, by field name, are not read.
        """
        known = known or {}
        normaliser = normaliser or default_normaliser()
        ids = text_column(table, spec.id)
        values: dict[str, Any] = {
            field.name: field.kind.read_all(_texts(table, field), normaliser)
            for field in spec.fields
            if not field.kind.made_of and field.name not in known
        }
        return cls.of(ids, {**values, **known}, spec)

    @classmethod
    def of(cls, ids: pa.StringArray, columns: Mapping[str, Any], spec: Spec) -> "Records":
        """Build from columns that were read before, of every field that has a text of its own."""
        return cls(ids, _with_parts(dict(columns), spec), spec)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, field: str) -> Any:
        return self.values[field]

    def take(self, rows: Ints) -> "Records":
        """Return the records of these rows."""
        columns = {
            name: column[rows] if isinstance(column, np.ndarray) else column.take(rows)
            for name, column in self.own_columns().items()
        }
        return Records.of(take(self.ids, rows), columns, self.spec)

    def own_columns(self) -> dict[str, Any]:
        """Return the columns that are not made of others: integers, or a class of arrays."""
        fields = (field for field in self.spec.fields if not field.kind.made_of)
        return {field.name: self.values[field.name] for field in fields}

    def feature(self, name: str) -> Ints:
        """Return one feature of every row; 0 is unknown."""
        function = self.spec.features.get(name) or self.spec.feature(name)
        return np.asarray(function(self.values), np.int64)

    def without(self, hidden: Mapping[str, Ints]) -> "Records":
        """Return the records with these values (of the feature "whole") unknown, by field name."""
        values = {
            name: self.spec.field(name).kind.without(self.values[name], numbers)
            for name, numbers in hidden.items()
            if len(numbers)
        }
        return replace(self, values={**self.values, **values}) if values else self


def _with_parts(values: dict[str, Any], spec: Spec) -> dict[str, Any]:
    """Add the values that are made of others."""
    parts = {field.name: field.kind.made_of for field in spec.fields if field.kind.made_of}
    return values | {name: tuple(values[part] for part in of) for name, of in parts.items()}


def _texts(table: pa.Table, field: Field) -> pa.StringArray:
    """Return `Field.text` of every row."""
    columns = [text_column(table, column) for column in field.columns]
    if len(columns) == 1:
        return columns[0]
    spaces = strings(pa.repeat(" ", table.num_rows))
    joined = pc.binary_join_element_wise(*columns, spaces)
    return strings(pc.utf8_trim_whitespace(pc.replace_substring_regex(joined, "  +", " ")))
