"""Train a proxy means test on a survey and judge it honestly. Pure and deterministic.

Weighted least squares; folds keep sampling units whole; every figure of quality is of predictions
for households that were left out.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from jps.errors import InvalidData
from jps.text import N_
from jps.welfare.pmt import (
    EVERYWHERE,
    By,
    Group,
    Kind,
    Model,
    Variable,
    as_number,
    group_name,
    normal,
)
from jps.welfare.pmt_judging import DECIMALS, Floats, Judged, Mask, Survey, mean, r2, rmse, rounded

LEAST_ROWS, ROWS_PER_TERM = 50, 5
RARE = 10  # rows; an answer that fewer gave has no coefficient of its own
FOLDS = 5
AT_ONCE = 20_000  # rows of equations
RIDGE = 1e-6  # of the mean square of a column, where columns follow from each other
QUOTAS = (0.1, 0.2, 0.3, 0.4)
_SHOWN = 5  # rows named in a message

TOO_FEW = N_("Terlalu sedikit baris: ada {rows}, model dengan {terms} koefisien perlu {least}.")
NOTHING_LEFT = N_("Tidak ada variabel yang dapat dipakai dalam berkas ini.")
NOT_POSITIVE = N_("Kolom {name} harus berisi angka lebih dari nol; periksa baris {rows}.")
NOT_NUMBER = N_("Kolom {name} harus berisi angka; periksa baris {rows}.")
CONSTANT = N_("{name} dikeluarkan: semua rumah tangga menjawab sama.")
MERGED = N_("{name}: jawaban jarang ({codes}) digabung dengan acuan.")
POOLED = N_("Kelompok {name} hanya {rows} baris: memakai model bersama.")
RIDGED = N_("Beberapa variabel saling menentukan: koefisiennya ditarik sedikit ke nol.")


_Result = TypeVar("_Result")


@dataclass
class Trained:
    """A model with what is to be known of it, as JSON; notes are templates with parameters."""

    model: Model
    card: dict[str, Any] = field(default_factory=dict)


def to_the_end(steps: Generator[Any, None, _Result]) -> _Result:
    """Run steps that nobody follows and return what they return."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result


def train(
    survey: Survey,
    kinds: Mapping[str, Kind],
    lines: Mapping[str, float],
    *,
    by: By = By.NONE,
    folds: int = FOLDS,
    seed: str = "1",
) -> Trained:
    """Train on all rows and cross-validate; raises `InvalidData` that says what to put right."""
    return to_the_end(train_in_steps(survey, kinds, lines, by=by, folds=folds, seed=seed))


def train_in_steps(
    survey: Survey,
    kinds: Mapping[str, Kind],
    lines: Mapping[str, float],
    *,
    by: By = By.NONE,
    folds: int = FOLDS,
    seed: str = "1",
) -> Generator[int, None, Trained]:
    """Train, yielding after each of the `folds` how many are done; return the model."""
    notes: list[dict[str, Any]] = []
    _check_numbers(survey)
    variables = _variables(survey, kinds, notes)
    design = _design(survey, variables)
    y, w = np.log(survey.consumption), survey.weights / survey.weights.mean()
    _check_rows(len(y), design.shape[1])
    groups = np.array([group_name(by, area) for area in survey.areas])
    own = _own_groups(groups, design.shape[1], notes)
    fit = _Fitter(design, y, w, groups, own)
    predicted = yield from fit.left_out(_folds(survey.units, folds, seed))
    everything = np.ones(len(y), dtype=bool)
    whole, ridged = fit.on(everything)
    if ridged:
        notes.append({"text": RIDGED, "params": {}})
    sigma = {name: rmse(y, predicted, w, mask) for name, mask in _masks(groups, own).items()}
    model = Model(by, variables, _groups(variables, whole, sigma), dict(lines))
    line = np.array([model.line_of(area) for area in survey.areas])
    judged = Judged(survey, y, predicted, w, line)
    judged.check()
    spread = np.array([sigma[name if name in own else EVERYWHERE] for name in groups])
    chances = np.array([normal(z) for z in (np.log(line) - predicted) / spread])
    card = {
        "rows": len(y),
        "units": len(set(survey.units)),
        "strata": len(set(survey.strata)),
        "folds": folds,
        "seed": seed,
        "r2": r2(y, fit.predict(whole), w),
        "r2_left_out": r2(y, predicted, w),
        "rmse": sigma[EVERYWHERE],
        "poor": mean(judged.poor, w),
        "poor_predicted": mean(chances, w),
        "quotas": [judged.at(quota) for quota in (*QUOTAS, mean(judged.poor, w))],
        "areas": judged.by_area(chances),
        "errors": {name: fit.errors(name, survey.units, whole[name]) for name in whole},
        "notes": notes,
    }
    return Trained(model, rounded(card))


def _check_numbers(survey: Survey) -> None:
    for name, values in (("consumption", survey.consumption), ("weight", survey.weights)):
        wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(wrong):
            raise InvalidData(NOT_POSITIVE, name=name, rows=_rows(wrong))


def _rows(places: npt.NDArray[np.intp]) -> str:
    """Return the first rows as a spreadsheet counts them."""
    named = ", ".join(str(place + 2) for place in places[:_SHOWN])
    return named + (", ..." if len(places) > _SHOWN else "")


def _check_rows(rows: int, terms: int) -> None:
    least = max(LEAST_ROWS, ROWS_PER_TERM * terms)
    if rows < least:
        raise InvalidData(TOO_FEW, rows=rows, terms=terms, least=least)


def _variables(
    survey: Survey, kinds: Mapping[str, Kind], notes: list[dict[str, Any]]
) -> tuple[Variable, ...]:
    found = []
    for name, kind in kinds.items():
        values = survey.answers[name]
        make = _number_variable if kind is Kind.NUMBER else _code_variable
        variable = make(name, values, notes)
        if variable is None:
            notes.append({"text": CONSTANT, "params": {"name": name}})
        else:
            found.append(variable)
    if not found:
        raise InvalidData(NOTHING_LEFT)
    return tuple(found)


def _number_variable(
    name: str, values: Sequence[str], _notes: list[dict[str, Any]]
) -> Variable | None:
    numbers = [as_number(value) if value else 0.0 for value in values]
    wrong = np.flatnonzero([number is None for number in numbers])
    if len(wrong):
        raise InvalidData(NOT_NUMBER, name=name, rows=_rows(wrong))
    blank = any(not value for value in values)
    known = {number for number, value in zip(numbers, values, strict=True) if value}
    if len(known) < 2:
        return None
    return Variable(name, Kind.NUMBER, blank=blank)


def _code_variable(
    name: str, values: Sequence[str], notes: list[dict[str, Any]]
) -> Variable | None:
    counts = {code: values.count(code) for code in sorted(set(values))}
    reference = max(counts, key=lambda code: counts[code])
    rare = [code for code, number in counts.items() if number < RARE and code != reference]
    levels = tuple(code for code in counts if code != reference and code not in rare)
    if not levels:
        return None
    if rare:
        notes.append({"text": MERGED, "params": {"name": name, "codes": ", ".join(rare)}})
    return Variable(name, Kind.CODE, reference, levels)


def _design(survey: Survey, variables: Sequence[Variable]) -> Floats:
    """Return ones and the columns of all variables, filled in place: surveys may be large."""
    design = np.ones((len(survey.consumption), 1 + sum(len(v.terms) for v in variables)))
    place = 1
    for variable in variables:
        end = place + len(variable.terms)
        design[:, place:end] = _columns(variable, survey.answers[variable.name])
        place = end
    return design


def _columns(variable: Variable, values: Sequence[str]) -> Floats:
    if variable.kind is Kind.CODE:
        texts = np.array(values)
        return np.column_stack([texts == level for level in variable.levels]).astype(np.float64)
    numbers = np.array([as_number(value) or 0.0 for value in values])
    blank = np.array([not value for value in values], dtype=np.float64)
    return np.column_stack([numbers, blank] if variable.blank else [numbers])


def _own_groups(groups: npt.NDArray[np.str_], terms: int, notes: list[dict[str, Any]]) -> list[str]:
    """Return the groups that have rows enough for coefficients of their own."""
    own = []
    for name in sorted(set(groups.tolist()) - {EVERYWHERE}):
        rows = int((groups == name).sum())
        if rows >= max(LEAST_ROWS, ROWS_PER_TERM * terms):
            own.append(name)
        else:
            notes.append({"text": POOLED, "params": {"name": name, "rows": rows}})
    return own


def _folds(units: Sequence[str], folds: int, seed: str) -> npt.NDArray[np.int64]:
    """Return the fold of each row; units stay whole and are dealt out by a keyed hash."""
    key = blake2b(seed.encode(), digest_size=32).digest()
    order = sorted(set(units), key=lambda u: (blake2b(u.encode(), key=key).digest(), u))
    place = {unit: number % folds for number, unit in enumerate(order)}
    return np.array([place[unit] for unit in units])


class _Fitter:
    """Fits all rows together and each group with rows enough."""

    def __init__(
        self, x: Floats, y: Floats, w: Floats, groups: npt.NDArray[np.str_], own: Sequence[str]
    ) -> None:
        self._x, self._y, self._w = x, y, w
        self._groups, self._own = groups, own

    def on(self, rows: Mask) -> tuple[dict[str, Floats], bool]:
        """Return coefficients by group from some rows, and whether any had to be shrunk."""
        found, ridged = {}, False
        for name, mask in _masks(self._groups, self._own).items():
            chosen = rows & mask
            found[name], shrunk = _solve(self._x[chosen], self._y[chosen], self._w[chosen])
            ridged |= shrunk
        return found, ridged

    def predict(self, coefficients: Mapping[str, Floats]) -> Floats:
        """Return the prediction for every row by its group's coefficients."""
        predicted: Floats = self._x @ coefficients[EVERYWHERE]
        for name in self._own:
            mask = self._groups == name
            predicted[mask] = self._x[mask] @ coefficients[name]
        return predicted

    def left_out(self, folds: npt.NDArray[np.int64]) -> Generator[int, None, Floats]:
        """Return for every row the prediction of a model that did not see it."""
        predicted = np.zeros(len(self._y))
        for done, fold in enumerate(np.unique(folds), start=1):
            out = folds == fold
            coefficients, _ = self.on(~out)
            predicted[out] = self.predict(coefficients)[out]
            yield done
        return predicted

    def errors(self, name: str, units: Sequence[str], coefficients: Floats) -> list[float]:
        """Return standard errors robust to sampling units, in the order of the coefficients."""
        mask = _masks(self._groups, self._own)[name]
        x, w = self._x[mask], self._w[mask]
        residual = self._y[mask] - x @ coefficients
        bread = np.linalg.pinv((x * w[:, None]).T @ x)
        _, place = np.unique(np.array(units)[mask], return_inverse=True)
        sums = np.zeros((place.max() + 1, x.shape[1]))
        np.add.at(sums, place, x * (w * residual)[:, None])
        spread = len(sums) / max(1, len(sums) - 1) * (sums.T @ sums)
        return [float(v) for v in np.sqrt(np.maximum(0, np.diag(bread @ spread @ bread)))]


def _masks(groups: npt.NDArray[np.str_], own: Sequence[str]) -> dict[str, Mask]:
    return {EVERYWHERE: np.ones(len(groups), dtype=bool)} | {one: groups == one for one in own}


def _solve(x: Floats, y: Floats, w: Floats) -> tuple[Floats, bool]:
    a, b = _reduced(x, y, np.sqrt(w))
    solved, _, rank, _ = np.linalg.lstsq(a, b, rcond=None)
    if rank == x.shape[1]:
        return np.asarray(solved, dtype=np.float64), False
    square = a.T @ a
    penalty = RIDGE * np.diag(square)
    penalty[0] = 0.0
    penalty = np.maximum(penalty, 1e-12)  # a column may be empty in a group
    shrunk = np.linalg.solve(square + np.diag(penalty), a.T @ b)
    return np.asarray(shrunk, dtype=np.float64), True


def _reduced(x: Floats, y: Floats, root: Floats) -> tuple[Floats, Floats]:
    """Return the weighted equations; of many rows as few as have the same solution.

    Those are the triangle of a QR decomposition, made from pieces so that memory stays small.
    """
    if len(x) <= AT_ONCE:
        return x * root[:, None], y * root
    triangle = np.empty((0, x.shape[1] + 1))
    for start in range(0, len(x), AT_ONCE):
        piece = slice(start, start + AT_ONCE)
        rows = np.column_stack([x[piece], y[piece]]) * root[piece, None]
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, rows]), mode="r"))
    return triangle[:, :-1], triangle[:, -1]


def _groups(
    variables: Sequence[Variable], found: Mapping[str, Floats], sigma: Mapping[str, float]
) -> dict[str, Group]:
    groups = {}
    for name, values in found.items():
        numbers = iter(np.round(values, DECIMALS).tolist())
        intercept = next(numbers)
        terms = tuple({term: next(numbers) for term in v.terms} for v in variables)
        groups[name] = Group(intercept, terms, round(max(sigma[name], 1e-3), DECIMALS))
    return groups
