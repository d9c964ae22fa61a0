"""Writes the truth of a city: offences, rings, the honest doubles, and the parameters."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.planting import Planted
from zhuanmai.sandbox.city.shops import Shops
from zhuanmai.sandbox.city.spells import CATCH, Spell
from zhuanmai.sandbox.city.unlicensed import Places

_SPAN = pa.struct([("from", pa.date32()), ("to", pa.date32())])
_OFFENCES = pa.schema(
    [
        ("subject_kind", pa.string()), ("subject", pa.string()), ("kind", pa.string()), ("ring_no", pa.int32()),
        ("starts_on", pa.date32()), ("pauses", pa.list_(_SPAN)), ("ends_on", pa.date32()),
        ("strength", pa.float64()), ("traces", pa.list_(pa.string())), ("catch", pa.float64()),
    ]
)  # fmt: skip
_RINGS = pa.schema([("ring_no", pa.int32()), ("kind", pa.string()), ("licence_no", pa.string())])


def write_truth(folder: Path, parameters: Parameters, shops: Shops, places: Places, planted: Planted) -> None:
    """The truth folder. Offences without a day in the window are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    seen = [
        each
        for each in planted.offences
        if each.starts < each.ends and each.ends > -1 and each.starts < parameters.days
    ]
    for name, spells in (("offences", seen), ("doubles", planted.doubles)):
        rows = [_row(parameters, shops, places, planted, spell) for spell in spells]
        pq.write_table(pa.Table.from_pylist(rows, schema=_OFFENCES), folder / f"{name}.parquet")
    kinds = {spell.group: spell.kind for spell in seen}
    members = [
        {"ring_no": ring, "kind": kinds[ring], "licence_no": str(shops.licence[shop])}
        for ring, shops_of in sorted(planted.rings.items())
        if ring in kinds
        for shop in shops_of
    ]
    pq.write_table(pa.Table.from_pylist(members, schema=_RINGS), folder / "rings.parquet")
    text = dataclasses.asdict(parameters) | {"start": parameters.start.isoformat(), "catch": CATCH}
    (folder / "parameters.json").write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")


def _row(parameters: Parameters, shops: Shops, places: Places, planted: Planted, spell: Spell) -> dict[str, Any]:
    def on(day: int) -> dt.date:
        return parameters.start + dt.timedelta(days=day)

    licence = spell.shop >= 0
    return {
        "subject_kind": "licence" if licence else "place",
        "subject": str(shops.licence[spell.shop]) if licence else places.address[spell.place],
        "kind": spell.kind,
        "ring_no": spell.group if spell.group in planted.rings else None,
        "starts_on": on(spell.starts),
        "pauses": [{"from": on(first), "to": on(last)} for first, last in sorted(spell.pauses)],
        "ends_on": on(spell.ends),
        "strength": round(spell.strength, 4),
        "traces": sorted(spell.traces),
        "catch": round(spell.catch, 4),
    }
