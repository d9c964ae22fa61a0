"""Names for the arrays the city is made of, and its streams of chance."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Chance = np.random.Generator


def stream(seed: int, name: str, *keys: int) -> Chance:
    """A stream of chance of its own for each purpose and week, so that no part's draws depend on another's."""
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence([seed, zlib.crc32(name.encode()), *keys])))


def texts(values: list[str]) -> Texts:
    """A list of strings as an array of objects."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def grouped(sizes: Ints) -> tuple[Ints, Ints]:
    """For groups of these sizes, one after the other: the group of each row, and its place in the group."""
    owner = np.repeat(np.arange(len(sizes)), sizes)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return owner, np.arange(len(owner)) - first
