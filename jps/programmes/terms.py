"""Terms of a programme as values: what holds on a day, what it gives, who pays. Pure.

`amount` is what one delivery of `frequency` is worth; `deliveries` is how many there are in a year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from jps.programmes.rules import Frequency

PER_YEAR: Mapping[Frequency, int] = MappingProxyType(
    {Frequency.ONCE: 1, Frequency.MONTHLY: 12, Frequency.QUARTERLY: 4, Frequency.YEARLY: 1}
)
WHOLE = Fraction(100)  # per cent that the shares of all payers add up to


class Dated(Protocol):
    """Something that holds from a day until before another."""

    @property
    def valid_from(self) -> date:
        """The first day."""

    @property
    def valid_to(self) -> date | None:
        """The day on which it no longer holds; None: it still does."""


_Dated = TypeVar("_Dated", bound=Dated)


class Giving(Protocol):
    """Terms as stored: rupiah of one delivery, by component and by area."""

    @property
    def amount(self) -> int | None:
        """What holds where neither a component nor a package says more."""

    @property
    def components(self) -> Sequence[Mapping[str, Any]]:
        """Rows of `Component`."""

    @property
    def packages(self) -> Sequence[Mapping[str, Any]]:
        """Rows of `Package`."""


@dataclass(frozen=True)
class Component:
    """One kind of person for whom a family is paid, and for how many of them at most."""

    code: str
    name: str
    amount: int
    most: int | None = None
    verified: bool = False


@dataclass(frozen=True)
class Package:
    """What is in a package in an area and its children; `value` is in rupiah."""

    area: str
    contents: str
    value: int | None = None
    verified: bool = False


@dataclass(frozen=True)
class Share:
    """How many per cent of an amount somebody pays; exact, so "33.3" stays what it is."""

    payer: str
    percent: Fraction
    verified: bool = False


@dataclass(frozen=True)
class Paid:
    """Some persons of one component whom a family is paid for."""

    code: str
    persons: int
    amount: int  # for all of them


def in_force(terms: Iterable[_Dated], on: date) -> _Dated | None:
    """Return what holds on a day: of several what began last."""
    held = [
        one for one in terms if one.valid_from <= on and (one.valid_to is None or on < one.valid_to)
    ]
    return max(held, key=lambda one: one.valid_from, default=None)


def family_amount(
    components: Sequence[Component], persons: Mapping[str, int], most: int | None = None
) -> tuple[Paid, ...]:
    """Return whom a family is paid for: the dearest first, `most` in all, none above its own cap.

    `persons` says how many persons of each component the family has; unknown codes are left out.
    """
    left = most if most is not None else sum(max(0, count) for count in persons.values())
    found = []
    for one in sorted(components, key=lambda one: (-one.amount, one.code)):
        present = max(0, persons.get(one.code, 0))
        count = min(left, present if one.most is None else min(present, one.most))
        if count > 0:
            found.append(Paid(one.code, count, count * one.amount))
            left -= count
    return tuple(found)


def in_a_year(frequency: Frequency, deliveries: int | None) -> int:
    """Return how many deliveries a year has: what the terms say, else as the frequency goes."""
    return deliveries or PER_YEAR[frequency]


def yearly(amount: int | None, frequency: Frequency, deliveries: int | None) -> int | None:
    """Return what an amount per delivery comes to in a year; None when nobody knows it."""
    return None if amount is None else amount * in_a_year(frequency, deliveries)


def delivery_amount(
    terms: Giving | None, area: str, *, own: int | None = None, component: str = ""
) -> int | None:
    """Return the rupiah of one delivery to somebody in an area; None where nobody said how much.

    What the decree says of them (`own`), else their component (a code or a name), else the package
    of the area, else the amount of the terms.
    """
    if own is not None or terms is None:
        return own
    named = component_amounts(terms).get(component.strip().lower())
    if named is not None:
        return named
    package = package_of(packages_of(terms.packages), area)
    return terms.amount if package is None or package.value is None else package.value


def component_amounts(terms: Giving) -> dict[str, int]:
    """Return the rupiah of each component that has any, by code and by name in small letters."""
    return {
        str(told).strip().lower(): int(part["amount"])
        for part in terms.components
        for told in (part.get("name"), part.get("code"))
        if told and part.get("amount") is not None
    }


def package_of(packages: Iterable[Package], area: str) -> Package | None:
    """Return the package of an area: its own, or that of the smallest area it lies in.

    A package without an area holds everywhere.
    """
    held = [one for one in packages if one.area in ("", area) or area.startswith(one.area + ".")]
    return max(held, key=lambda one: len(one.area), default=None)


def split(amount: int, shares: Sequence[Share]) -> tuple[int, ...]:
    """Return what each payer pays of an amount; the parts add up to it, to the last rupiah.

    By largest remainder, the first of equals. Raises ValueError unless the shares are 100 per cent.
    """
    if sum((share.percent for share in shares), Fraction(0)) != WHOLE:
        raise ValueError("shares do not add up to 100 per cent")
    exact = [amount * share.percent / WHOLE for share in shares]
    parts = [part.numerator // part.denominator for part in exact]
    order = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in order[: amount - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def as_percent(value: object) -> Fraction:
    """Return a percentage as it was written: 33.3 is 333/10. Raises ValueError."""
    return Fraction(str(value))


def components_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Component, ...]:
    """Return components as stored in terms."""
    return tuple(Component(**row) for row in rows)


def packages_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Package, ...]:
    """Return packages as stored in terms."""
    return tuple(Package(**row) for row in rows)


def shares_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Share, ...]:
    """Return shares as stored in terms."""
    return tuple(Share(**{**row, "percent": as_percent(row["percent"])}) for row in rows)
