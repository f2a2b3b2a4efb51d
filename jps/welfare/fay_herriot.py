"""Small-area estimates: a direct estimate and what the area's covariates say, weighed by how sure.

The model of R. Fay and R. Herriot (J. American Statistical Association 74, 1979): the direct
estimate y of an area has a known sampling variance D and a true value X b + u, u with variance A
across areas. A is estimated by restricted maximum likelihood (Fisher scoring), the mean squared
error as by N. Prasad and J. N. K. Rao (J. American Statistical Association 85, 1990) with the terms
for REML of G. Datta and P. Lahiri (Statistica Sinica 10, 2000): g1 + g2 + 2 g3.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jps.errors import InvalidData
from jps.text import N_

Floats: TypeAlias = NDArray[np.float64]

CAUTION, UNRELIABLE = 0.25, 0.50  # coefficients of variation
_ROUNDS = 200
_CLOSE = 1e-10


@dataclass(frozen=True)
class Direct:
    """The direct estimate of an area, its sampling variance, and the area's covariates."""

    value: float
    variance: float
    covariates: tuple[float, ...]


@dataclass(frozen=True)
class SmallArea:
    """The estimate of an area: `gamma` is the weight of the direct one (0: only covariates)."""

    value: float
    mse: float
    gamma: float
    synthetic: float

    @property
    def error(self) -> float:
        """The root of the mean squared error."""
        return math.sqrt(self.mse)

    @property
    def cv(self) -> float | None:
        """The coefficient of variation, None for an estimate of zero or less."""
        return self.error / self.value if self.value > 0 else None


@dataclass(frozen=True)
class Fitted:
    """All areas, the coefficients (the constant first) and the variance across areas."""

    areas: Mapping[str, SmallArea]
    coefficients: tuple[float, ...]
    variance: float


def fay_herriot(direct: Mapping[str, Direct]) -> Fitted:
    """Fit the model to the areas that have a direct estimate with a positive variance.

    Raises `InvalidData` when there are too few areas for the covariates, or these say the same.
    """
    codes = sorted(code for code, one in direct.items() if one.variance > 0)
    if not codes:
        raise InvalidData(N_("Belum cukup wilayah dengan data untuk perkiraan wilayah kecil."), {})
    y = np.array([direct[code].value for code in codes])
    d = np.array([direct[code].variance for code in codes])
    x = np.array([(1.0, *direct[code].covariates) for code in codes])
    if len(codes) <= x.shape[1] + 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        raise InvalidData(N_("Belum cukup wilayah dengan data untuk perkiraan wilayah kecil."), {})
    a = _reml(y, d, x)
    v = a + d
    inverse = np.linalg.inv((x.T / v) @ x)
    b = inverse @ ((x.T / v) @ y)
    gamma = a / v
    synthetic = x @ b
    value = gamma * y + (1 - gamma) * synthetic
    g1 = gamma * d
    g2 = (1 - gamma) ** 2 * np.einsum("ij,jk,ik->i", x, inverse, x)
    g3 = d**2 / v**3 * 2 / float(np.sum(1 / v**2))
    mse = g1 + g2 + 2 * g3
    areas = {
        code: SmallArea(float(value[at]), float(mse[at]), float(gamma[at]), float(synthetic[at]))
        for at, code in enumerate(codes)
    }
    return Fitted(areas, tuple(map(float, b)), a)


def _reml(y: Floats, d: Floats, x: Floats) -> float:
    """Return the variance across areas, 0 where the areas differ no more than by sampling."""
    a = max(float(np.median(d)), float(np.var(y)))
    for _ in range(_ROUNDS):
        p = _projection(a + d, x)
        py = p @ y
        slope = -0.5 * float(np.trace(p)) + 0.5 * float(py @ py)
        information = 0.5 * float(np.sum(p * p.T))
        step = slope / information
        new = max(0.0, a + step)
        if abs(new - a) <= _CLOSE * (1 + a):
            return new
        a = new
    return a


def _projection(v: Floats, x: Floats) -> Floats:
    """Return V^-1 - V^-1 X (X' V^-1 X)^-1 X' V^-1 for a diagonal V."""
    w = x / v[:, None]
    found: Floats = np.diag(1 / v) - w @ np.linalg.inv(x.T @ w) @ w.T
    return found


def reliability(cv: float | None) -> str:
    """Return "good", "caution" or "unreliable" for a coefficient of variation."""
    if cv is None or cv > UNRELIABLE:
        return "unreliable"
    return "caution" if cv > CAUTION else "good"


def standardised(rows: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
    """Return covariates with mean 0 and spread 1; constant ones are left out."""
    table = np.array(rows, dtype=np.float64)
    spread = table.std(axis=0)
    kept = table[:, spread > 0]
    made = (kept - kept.mean(axis=0)) / kept.std(axis=0)
    return [tuple(map(float, row)) for row in made]
