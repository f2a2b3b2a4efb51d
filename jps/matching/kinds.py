"""What every kind of field can do: read its values, give features for keys, compare two of them.

A kind has one value per record (One) and one column for many records (Many): arrays of integers, or
a class with the same attributes. What is unknown has features of 0 and level 0, MISSING.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jps.matching.hashing import Ints
from jps.matching.normalise import Normaliser

One = TypeVar("One")
Many = TypeVar("Many")
Levels = npt.NDArray[np.int8]
# Share of pairs per level (missing left out), one row per kind of pair in order of `spec.KINDS`.
Start = tuple[tuple[float, ...], ...]
# The same expression works on One (an integer) and on Many (a column of integers).
Feature = Callable[[Any], Any]

WHOLE = "whole"  # the feature that is the value itself


class Kind(ABC, Generic[One, Many]):
    """One kind of field. `levels` goes from strong to weak after MISSING, `reasons` says them (N_).

    `same` are the levels of equal values; `start` is where learning starts for a field that says
    nothing else. `counted`: how frequent values are is known exactly and need not be sampled;
    `rare_says_more`: agreement on a rare value then weighs more than on a common one. `quick` kinds
    compare integers only and go first. `column` is the class of Many, for storing.

    A kind with `made_of` has no text of its own: its value is those of these fields, as a tuple.
    """

    levels: ClassVar[type[IntEnum]]
    reasons: ClassVar[tuple[str, ...]]
    start: ClassVar[Start]
    features: ClassVar[Mapping[str, Feature]]
    same: ClassVar[tuple[int, ...]] = (1,)
    counted: ClassVar[bool] = False
    rare_says_more: ClassVar[bool] = False
    quick: ClassVar[bool] = False
    made_of: tuple[str, ...] = ()
    column: ClassVar[Callable[..., Any]]

    @abstractmethod
    def read(self, text: str, normaliser: Normaliser) -> One:
        """Return the value of one text; whatever makes no sense is unknown."""

    @abstractmethod
    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> Many:
        """Return `read` of every row."""

    @abstractmethod
    def level(self, a: One, b: One) -> int:
        """Say how two values agree."""

    @abstractmethod
    def levels_of(self, a: Many, b: Many, i: Ints, j: Ints) -> Levels:
        """Return `level` of the pairs (row i[k] of a, row j[k] of b)."""

    def without(self, column: Many, values: Ints) -> Many:
        """Return a column with these values of the feature WHOLE unknown."""
        raise NotImplementedError(f"{type(self).__name__} has no numbers to hide")


class IntegerKind(Kind[int, Ints]):
    """A kind whose values are integers, 0 where unknown."""

    quick = True
    column = staticmethod(np.asarray)

    def without(self, column: Ints, values: Ints) -> Ints:
        """Return a column with these values unknown."""
        return np.where(np.isin(column, values), 0, column)
