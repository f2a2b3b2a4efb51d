"""A specification as a TOML file: the fields of two lists, their keys, who may be linked.

docs/matching-specs.md describes the format with an example.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from jps.errors import InvalidFile, JpsError
from jps.matching.codes import Codes
from jps.matching.dates import ISO, ORDERS, Dates
from jps.matching.digits import Digits
from jps.matching.kinds import Kind
from jps.matching.names import PersonNames
from jps.matching.numbers import Numbers
from jps.matching.places import Places
from jps.matching.recipes import Recipe
from jps.matching.spec import Accord, Anchor, Assignment, Family, Field, Spec
from jps.matching.swapped import Swapped
from jps.matching.texts import FreeText
from jps.matching.tomltable import TomlTable, wrong
from jps.text import N_

_TOP = ("id", "how", "names", "fields", "keys", "number", "family")
_FIELD = ("kind", "column", "right", "label", "personal", "owners")
_KEY = ("features", "finer", "cap")
_FINER = 4  # features that refine a key which says nothing about it


@dataclass(frozen=True)
class SpecFile:
    """A specification and, per column, what it is called in the right-hand list if otherwise."""

    spec: Spec
    right: Mapping[str, str]


def read_spec(path: Path) -> SpecFile:
    """Read a specification. Raises InvalidFile with the place of what is wrong, or OSError."""
    try:
        text = path.read_text("utf-8-sig")
        return parse_spec(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidFile(
            N_("{file} bukan berkas TOML: {problem}"), file=path.name, problem=str(problem)
        ) from problem


def parse_spec(text: str) -> SpecFile:
    """Return the specification of a TOML text. Raises InvalidFile, TOMLDecodeError."""
    top = TomlTable("spec", tomllib.loads(text)).only(*_TOP)
    fields = tuple(_field(table) for table in top.tables("fields"))
    if not fields:
        raise wrong(N_("Spesifikasi tidak punya satu bidang pun di [fields]."))
    _check_parts(fields)
    right = {
        column: renamed
        for table, field in zip(top.tables("fields"), fields, strict=True)
        for column, renamed in _renamed(table, field)
    }
    recipes = tuple(_recipe(table, fields) for table in top.tables("keys"))
    try:
        spec = Spec(
            fields=fields,
            recipes=recipes or default_recipes(fields),
            how=top.one_of("how", {one.value: one for one in Assignment}, "many-to-one"),
            naming=top.texts("names") or _naming(fields),
            id=top.get("id", str, "id"),
        )
        number, family = (TomlTable(name, top.get(name, dict, {})) for name in ("number", "family"))
        spec = replace(spec, anchor=_anchor(number, spec), family=_family(family, spec))
        return SpecFile(spec, right)
    except InvalidFile:
        raise
    except JpsError as problem:
        raise InvalidFile(problem.message, **problem.params) from problem


def default_recipes(fields: Sequence[Field]) -> tuple[Recipe, ...]:
    """Return keys for fields of which nothing else is known.

    Every typed number alone, and every pair of fields that tell people apart; so a record is found
    while any two of them are right.
    """
    own = [field for field in fields if not field.kind.made_of]
    telling = [field.name for field in own if not isinstance(field.kind, Codes)]
    alone = [field.name for field in own if isinstance(field.kind, Numbers) or field.personal]
    lists: list[tuple[str, ...]] = [(name,) for name in alone]
    lists += [pair for pair in combinations(telling, 2) if not set(pair) & set(alone)]
    lists += [(name,) for name in telling] if len(telling) < 3 else []
    lists = list(dict.fromkeys(lists)) or [(field.name,) for field in own]
    return tuple(Recipe("+".join(one), one, _finer(one, own)) for one in lists)


def _finer(features: Sequence[str], fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the fields that refine a key for which nothing else is said."""
    used = {part.partition(".")[0] for feature in features for part in feature.split("+")}
    others = (one for one in fields if not one.kind.made_of and not one.personal)
    return tuple(one.name for one in others if one.name not in used)[:_FINER]


def _naming(fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the fields that say who a record is about: names if there are any, else texts."""
    for kind in (PersonNames, FreeText):
        if found := tuple(field.name for field in fields if isinstance(field.kind, kind)):
            return found[:2]
    return (fields[0].name,)


def _field(table: TomlTable) -> Field:
    options, make = table.one_of("kind", KINDS)
    table.only(*_FIELD, *options)
    name = table.place.partition(".")[2]
    columns = table.texts("column") or (name,)
    kind = make(table)
    return Field(
        name=name,
        kind=kind,
        columns=() if kind.made_of else columns,
        label=table.get("label", str, name),
        personal=table.get("personal", bool, False),
        owners=table.get("owners", int, 0),
    )


def _renamed(table: TomlTable, field: Field) -> Iterable[tuple[str, str]]:
    names = table.texts("right")
    if names and len(names) != len(field.columns):
        raise wrong(
            N_("{place}: right harus menyebut {number} kolom, seperti column."),
            place=table.place,
            number=len(field.columns),
        )
    return zip(field.columns, names, strict=False)


def _check_parts(fields: Sequence[Field]) -> None:
    texts = {field.name: field for field in fields if isinstance(field.kind, FreeText)}
    for field in fields:
        for part in field.kind.made_of:
            if part not in texts:
                raise wrong(
                    N_("{place}: {name} bukan bidang teks; yang ada: {known}."),
                    place=f"fields.{field.name}",
                    name=part,
                    known=", ".join(texts),
                )


def _recipe(table: TomlTable, fields: Sequence[Field]) -> Recipe:
    table.only(*_KEY)
    features = table.texts("features")
    if not features:
        raise wrong(N_("{place} tidak menyebut satu ciri pun."), place=table.place)
    finer = table.texts("finer") or _finer(features, fields)
    cap = table.get("cap", int, 200)
    if cap < 1:
        raise wrong(N_("{place}: {name} harus lebih dari nol."), place=table.place, name="cap")
    return Recipe(table.place.partition(".")[2], features, finer, cap)


def _anchor(table: TomlTable, spec: Spec) -> Anchor | None:
    if not table.only("field", "accord").values:
        return None
    return Anchor(spec.field(table.get("field", str, "")).name, _accord(table, spec))


def _family(table: TomlTable, spec: Spec) -> Family | None:
    if not table.only("key", "twins", "accord").values:
        return None
    recipe = table.one_of("key", {recipe.name: recipe for recipe in spec.recipes})
    accord = _accord(table, spec)
    if not accord:
        raise wrong(N_("{place}: {name} belum diisi."), place=table.place, name="accord")
    return Family(recipe.name, spec.field(table.get("twins", str, "")).name, accord)


def _accord(table: TomlTable, spec: Spec) -> Accord:
    weakest = TomlTable(f"{table.place}.accord", table.get("accord", dict, {}))
    return tuple(
        (name, int(weakest.one_of(name, spec.field(name).levels.__members__)))
        for name in weakest.values
    )


def _dates(table: TomlTable) -> Dates:
    orders = {order: order for order in ORDERS if order != ISO}
    return Dates(table.one_of("order", orders, "ymd"), table.integers("unknown_days"))


def _places(table: TomlTable) -> Places:
    parts = table.integers("digits")
    if not parts or min(parts) < 1 or sum(parts) > 18:
        raise wrong(
            N_("{place}: digits harus berupa daftar panjang tiap bagian kode, seperti [2, 3]."),
            place=table.place,
        )
    return Places(parts)


def _swapped(table: TomlTable) -> Swapped:
    of = table.texts("of")
    if len(of) != 2:
        raise wrong(N_("{place}: of harus menyebut dua bidang teks."), place=table.place)
    return Swapped(of)


_Maker = Callable[[TomlTable], Kind[Any, Any]]
# Per kind, the options it has and how it is made.
KINDS: Mapping[str, tuple[tuple[str, ...], _Maker]] = {
    "text": ((), lambda table: FreeText()),
    "digits": ((), lambda table: Digits()),
    "date": (("order", "unknown_days"), _dates),
    "code": (
        ("values",),
        lambda table: Codes(tuple(one.casefold() for one in table.texts("values"))),
    ),
    "place": (("digits",), _places),
    "name": ((), lambda table: PersonNames()),
    "number": ((), lambda table: Numbers()),
    "swapped": (("of",), _swapped),
}
