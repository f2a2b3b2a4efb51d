"""Stable 64-bit hashes: the same on every machine, in every batch, for one record and for many."""

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, Knuth's multiplicative hashing (TAOCP 6.4)
_SHIFT = 29


def hash_text(text: str) -> int:
    """Return a hash of `text` between 1 and 2**63 - 1; 0 is kept for "missing"."""
    digest = blake2b(text.encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "little") >> 1) or 1


def mix(salt: int, *values: int) -> int:
    """Return one hash (0 to 2**63 - 1) of the integers `values`, their order and `salt`."""
    state = salt
    for value in values:
        state = ((state ^ value) * _STEP) & _MASK
        state ^= state >> _SHIFT
    return state >> 1


def mix_arrays(salt: int, *columns: Ints) -> Ints:
    """Return `mix` of every row of equally long integer columns (at least one)."""
    state = np.full(len(columns[0]), salt, np.uint64)
    for column in columns:
        state = (state ^ column.astype(np.uint64)) * np.uint64(_STEP)
        state ^= state >> np.uint64(_SHIFT)
    return (state >> np.uint64(1)).astype(np.int64)


def add_per_row(values: Ints, offsets: Ints) -> Ints:
    """Sum hashes per row, in any order, modulo 2**63; row i is offsets[i]:offsets[i+1]."""
    total = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values.astype(np.uint64), out=total[1:])
    return ((total[offsets[1:]] - total[offsets[:-1]]) & np.uint64(_MASK >> 1)).astype(np.int64)


def add_hashes(values: list[int]) -> int:
    """Sum hashes of words, in any order, modulo 2**63: `add_per_row` for one row."""
    return sum(values) & (_MASK >> 1)
