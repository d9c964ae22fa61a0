"""The range of a fine in yuan: what an article's shares or sums come to for one act, and for several. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import product

from zhuanmai.reference.allowed import Fine

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Range:
    """The fines (CNY, both ends inside) that an article allows for one act; `optional`: or none at all (可以)."""

    least: Decimal
    most: Decimal
    optional: bool


def range_of(fine: Fine, base: Decimal | None, *, aggravated: bool = False) -> Range | None:
    """The range of one act. `base` is what the shares are of (CNY); None where it is needed and not known.

    The lower end is rounded up and the upper end down to the cent, so that both lie inside the article's range.
    """
    if fine.fixed_min is not None and fine.fixed_max is not None:
        low, high = fine.fixed_min, fine.fixed_max
        if aggravated and fine.aggravated_min is not None and fine.aggravated_max is not None:
            low, high = fine.aggravated_min, fine.aggravated_max
        return Range(low, high, fine.optional)
    if base is None or fine.min is None or fine.max is None:
        return None
    least = (base * fine.min).quantize(_CENT, ROUND_CEILING)
    return Range(least, (base * fine.max).quantize(_CENT, ROUND_FLOOR), fine.optional)


def sums(ranges: Sequence[Range]) -> list[Range]:
    """What the fines of several acts may come to together: each act alone within its range, or none where 可以.

    Sorted by their lower ends; they may overlap, and may leave gaps between them. Without an act: nothing.
    """
    found = {one for one in _sums(ranges) if one.most > 0}
    return sorted(found, key=lambda one: (one.least, one.most))


def holds(ranges: Sequence[Range], amount: Decimal) -> bool:
    """Whether a sum (CNY, above 0) can be made of one lawful fine for each act."""
    return amount > 0 and any(one.least <= amount <= one.most for one in sums(ranges))


def _sums(ranges: Sequence[Range]) -> Iterator[Range]:
    for chosen in product(*[(True, False) if one.optional else (True,) for one in ranges]):
        fined = [one for one, is_fined in zip(ranges, chosen, strict=True) if is_fined]
        least, most = (sum((getattr(one, end) for one in fined), Decimal(0)) for end in ("least", "most"))
        yield Range(least, most, all(one.optional for one in ranges))
