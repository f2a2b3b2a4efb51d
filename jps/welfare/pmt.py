"""A proxy means test: what a household consumes per head, predicted from what it answers.

The model is linear in the logarithm of monthly consumption per head, with one set of coefficients
for all, and others for groups of areas where these were trained. A code without a coefficient of
its own counts as the reference. How far predictions miss (`sigma`, from cross-validation) turns
them into the probability of living below a line, as if the errors were normal.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jps.errors import InvalidFile
from jps.text import N_

FORMAT = 1
EVERYWHERE = ""  # the group and the line that hold where no other does
_KELURAHAN = "1"  # the last part of a kelurahan's code begins so, that of a desa with 2


class Kind(StrEnum):
    """How a variable enters: a number by its slope, a code by what each answer adds."""

    NUMBER = "number"
    CODE = "code"


class By(StrEnum):
    """For which groups of areas there are coefficients of their own."""

    NONE = "none"
    URBAN = "urban"  # kelurahan against desa
    KABUPATEN = "kabupaten"


BY_NAMES: Mapping[By, str] = {
    By.NONE: N_("satu model untuk semua"),
    By.URBAN: N_("kelurahan dan desa terpisah"),
    By.KABUPATEN: N_("per kabupaten/kota"),
}


@dataclass(frozen=True)
class Variable:
    """A question of the model. `levels` have coefficients; `blank`: so has an answer left out."""

    name: str
    kind: Kind
    reference: str = ""
    levels: tuple[str, ...] = ()
    blank: bool = False

    @property
    def terms(self) -> tuple[str, ...]:
        """Name what the variable's coefficients stand for, in order."""
        if self.kind is Kind.CODE:
            return self.levels
        return ("x", "") if self.blank else ("x",)


@dataclass(frozen=True)
class Group:
    """The coefficients of a group of areas: per variable what each term adds."""

    intercept: float
    coefficients: tuple[Mapping[str, float], ...]
    sigma: float


@dataclass(frozen=True)
class Part:
    """One step of the arithmetic: an answer, its coefficient and what it adds."""

    variable: str
    answer: str
    number: float | None  # None: a code
    coefficient: float
    adds: float


@dataclass(frozen=True)
class Prediction:
    """What a household is predicted to consume per head and month, and how likely it is poor.

    `consumption` is the median of what households with these answers consume, in rupiah. `gap` and
    `gap2` are the expected poverty gap and its square (Foster, Greer, Thorbecke 1984).
    """

    log: float
    sigma: float
    line: float
    chance: float
    gap: float
    gap2: float
    group: str

    @property
    def consumption(self) -> float:
        """Rupiah per head and month."""
        return math.exp(self.log)


class Missing(ValueError):
    """Answers that the model needs are not there."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


@dataclass(frozen=True)
class Model:
    """A trained model."""

    by: By
    variables: tuple[Variable, ...]
    groups: Mapping[str, Group]
    lines: Mapping[str, float]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Model":
        """Read a model from JSON. Raises `InvalidFile` when it is not whole."""
        try:
            return _model(content)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidFile(N_("Isi model ini tidak utuh atau dari versi lain.")) from error

    def as_json(self) -> dict[str, Any]:
        """Return the model as JSON that `of` reads."""
        return {
            "format": FORMAT,
            "by": str(self.by),
            "variables": [
                {
                    "name": one.name,
                    "kind": str(one.kind),
                    "reference": one.reference,
                    "levels": list(one.levels),
                    "blank": one.blank,
                }
                for one in self.variables
            ],
            "groups": {
                name: {
                    "intercept": group.intercept,
                    "sigma": group.sigma,
                    "coefficients": [dict(terms) for terms in group.coefficients],
                }
                for name, group in self.groups.items()
            },
            "lines": dict(self.lines),
        }

    def group_of(self, area: str) -> str:
        """Return the group of an area that has coefficients."""
        name = group_name(self.by, area)
        return name if name in self.groups else EVERYWHERE

    def line_of(self, area: str) -> float:
        """Return the poverty line (rupiah per head and month) that holds in an area."""
        fitting = [code for code in self.lines if code and f"{area}.".startswith(f"{code}.")]
        return self.lines[max(fitting, key=len, default=EVERYWHERE)]

    def predict(self, features: Mapping[str, object], area: str) -> Prediction:
        """Return the prediction for a household's answers; raises `Missing`."""
        name = self.group_of(area)
        group = self.groups[name]
        adds, missing = group.intercept, []
        for variable, terms in zip(self.variables, group.coefficients, strict=True):
            found = _adds(variable, terms, features.get(variable.name))
            if found is None:
                missing.append(variable.name)
            else:
                adds += found[2] if found[1] is None else found[1] * found[2]
        if missing:
            raise Missing(missing)
        return prediction(adds, group.sigma, self.line_of(area), name)

    def parts(self, features: Mapping[str, object], area: str) -> list[Part]:
        """Return the arithmetic answer by answer; what is missing is left out."""
        group = self.groups[self.group_of(area)]
        parts = []
        for variable, terms in zip(self.variables, group.coefficients, strict=True):
            found = _adds(variable, terms, features.get(variable.name))
            if found is not None:
                answer, number, coefficient = found
                adds = coefficient if number is None else number * coefficient
                parts.append(Part(variable.name, answer, number, coefficient, adds))
        return parts


def group_name(by: By, area: str) -> str:
    """Return the name of the group that an area belongs to."""
    if by is By.URBAN:
        return "urban" if area.rpartition(".")[2][:1] == _KELURAHAN else "rural"
    return area[:5] if by is By.KABUPATEN else EVERYWHERE


def prediction(log: float, sigma: float, line: float, group: str) -> Prediction:
    """Return what follows from the predicted logarithm of consumption.

    Gaps are expectations of (1 - c / line) and its square over households below the line, c being
    lognormal.
    """
    reach = (math.log(line) - log) / sigma
    first = math.exp(log + sigma**2 / 2) / line * normal(reach - sigma)
    second = math.exp(2 * log + 2 * sigma**2) / line**2 * normal(reach - 2 * sigma)
    chance = normal(reach)
    gap, gap2 = chance - first, chance - 2 * first + second
    return Prediction(log, sigma, line, chance, max(0.0, gap), max(0.0, gap2), group)


def normal(value: float) -> float:
    """Return the standard normal distribution function."""
    return 0.5 * math.erfc(-value / math.sqrt(2))


def as_text(value: object) -> str:
    """Return an answer as codes are written; blank when there is none."""
    if value is None or value == "":
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def as_number(text: str) -> float | None:
    """Return a finite number of a text with a point or a comma; None when it is none."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _adds(
    variable: Variable, terms: Mapping[str, float], value: object
) -> tuple[str, float | None, float] | None:
    """Return answer, number (None: a code) and coefficient; None when the answer is missing."""
    text = as_text(value)
    if variable.kind is Kind.CODE:
        known = text or variable.reference == "" or "" in variable.levels
        return (text, None, terms.get(text, 0.0)) if known else None
    if not text:
        return ("", None, terms[""]) if variable.blank else None
    number = as_number(text)
    return None if number is None else (text, number, terms["x"])


def _model(content: Mapping[str, Any]) -> Model:
    if content["format"] != FORMAT:
        raise ValueError(content["format"])
    variables = tuple(
        Variable(
            str(one["name"]),
            Kind(one["kind"]),
            str(one["reference"]),
            tuple(map(str, one["levels"])),
            bool(one["blank"]),
        )
        for one in content["variables"]
    )
    groups = {
        str(name): Group(
            float(group["intercept"]),
            tuple(
                {term: float(terms[term]) for term in variable.terms}
                for variable, terms in zip(variables, group["coefficients"], strict=True)
            ),
            float(group["sigma"]),
        )
        for name, group in content["groups"].items()
    }
    lines = {str(code): float(line) for code, line in content["lines"].items()}
    if EVERYWHERE not in groups or EVERYWHERE not in lines:
        raise ValueError(EVERYWHERE)
    if min(lines.values()) <= 0 or min(group.sigma for group in groups.values()) <= 0:
        raise ValueError("not positive")
    return Model(By(content["by"]), variables, groups, lines)
