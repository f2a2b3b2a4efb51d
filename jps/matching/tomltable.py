"""A TOML table that knows where it stands, so that what is wrong in a file can be found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from jps.errors import InvalidFile
from jps.text import N_

Value = TypeVar("Value")


@dataclass(frozen=True)
class TomlTable:
    """One table; every reader raises InvalidFile with its place."""

    place: str
    values: Mapping[str, Any]

    def only(self, *known: str) -> "TomlTable":
        """Raise InvalidFile for a name that is not known here."""
        for name in self.values:
            if name not in known:
                raise wrong(
                    N_("{place}: {name} tidak dikenal; yang ada: {known}."),
                    place=self.place,
                    name=name,
                    known=", ".join(known),
                )
        return self

    def get(self, name: str, kind: type[Value], default: Value) -> Value:
        """Return a value of a type, `default` if it is absent."""
        value = self.values.get(name, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise wrong(
                N_("{place}: {name} harus berjenis {kind}."),
                place=self.place,
                name=name,
                kind={str: "text", int: "integer", dict: "table"}.get(kind, kind.__name__),
            )
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, or one text as such a list."""
        values = self.values.get(name, [])
        values = [values] if isinstance(values, str) else values
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            raise wrong(
                N_("{place}: {name} harus berupa daftar teks."), place=self.place, name=name
            )
        return tuple(values)

    def integers(self, name: str) -> tuple[int, ...]:
        """Return a list of integers."""
        values = self.values.get(name, [])
        if not isinstance(values, list) or not all(type(one) is int for one in values):
            raise wrong(
                N_("{place}: {name} harus berupa daftar bilangan."), place=self.place, name=name
            )
        return tuple(values)

    def one_of(self, name: str, known: Mapping[str, Value], default: str = "") -> Value:
        """Return what a name stands for."""
        chosen = self.get(name, str, default)
        if chosen not in known:
            raise wrong(
                N_("{place}: {name} = {value} tidak dikenal; yang ada: {known}."),
                place=self.place,
                name=name,
                value=chosen or '""',
                known=", ".join(known),
            )
        return known[chosen]

    def tables(self, name: str) -> "Iterable[TomlTable]":
        """Yield the tables in a table."""
        for key, values in self.get(name, dict, {}).items():
            place = f"{name}.{key}"
            if isinstance(values, list):
                values = {"features": values}
            if not isinstance(values, dict):
                raise wrong(N_("{place} harus berupa tabel."), place=place)
            yield TomlTable(place, values)


def wrong(message: str, **params: object) -> InvalidFile:
    """Return the error about a specification."""
    return InvalidFile(message, **params)
