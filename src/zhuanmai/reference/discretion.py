"""Circumstances that a penalty takes into account (行政处罚法 30–33, 36, 49), read from `discretion.json`."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from zhuanmai.core.errors import Refused

_FILE = Path(__file__).resolve().parent / "data" / "discretion.json"


class Effect(StrEnum):
    """What a circumstance does to the penalty."""

    NO_PENALTY = "no_penalty"
    MAY_NO_PENALTY = "may_no_penalty"
    LIGHTER = "lighter"
    MITIGATED = "lighter_or_mitigated"
    MAY_MITIGATED = "may_lighter_or_mitigated"
    HEAVIER = "heavier"


@dataclass(frozen=True)
class Circumstance:
    """A circumstance: its words, its effect, the article or custom it comes from, how certain that is."""

    code: str
    zh: str
    effect: Effect
    source: str
    certainty: str

    @property
    def excludes(self) -> bool:
        """Whether nothing may be penalised (不予处罚)."""
        return self.effect is Effect.NO_PENALTY

    @property
    def mitigates(self) -> bool:
        """Whether the fine may lie below the article's lower bound (减轻): 行政处罚法 30, 31, 32 and nothing else."""
        return self.certainty == "statute" and self.effect in (Effect.MITIGATED, Effect.MAY_MITIGATED)


@functools.cache
def circumstances() -> tuple[Circumstance, ...]:
    """All circumstances as shipped, in the order of the file."""
    rows = json.loads(_FILE.read_text(encoding="utf-8"))["circumstances"]
    return tuple(
        Circumstance(row["code"], row["zh"], Effect(row["effect"]), row["source"], row["certainty"]) for row in rows
    )


def found(codes: Iterable[str]) -> tuple[Circumstance, ...]:
    """The circumstances of these codes, in the order of the file. Raises Refused (circumstance_unknown)."""
    wanted = set(codes)
    known = tuple(one for one in circumstances() if one.code in wanted)
    if strange := wanted - {one.code for one in known}:
        detail = f"没有“{min(strange)}”这一情节；请从列表中选择。"
        raise Refused("circumstance_unknown", detail, "simple.circumstances")
    return known
