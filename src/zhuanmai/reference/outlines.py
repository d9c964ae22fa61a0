"""District outlines for maps: for orientation, not for measuring."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

Ring = tuple[tuple[float, float], ...]
_FILE = Path(__file__).parent / "data" / "outlines.json"


@cache
def outlines() -> dict[str, tuple[Ring, ...]]:
    """District code → rings of longitude and latitude in degrees."""
    kept = json.loads(_FILE.read_text(encoding="utf-8"))["districts"]
    return {code: tuple(tuple((x, y) for x, y in ring) for ring in rings) for code, rings in kept.items()}
