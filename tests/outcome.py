"""What a played case came to, in the form of expected.json, and how it differs from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.onsite import Play


def expected_of(folder: Path) -> dict[str, Any]:
    """A case folder's expected.json."""
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return found


def as_expected(play: Play, state: dict[str, Any]) -> dict[str, Any]:
    """The state in the form of expected.json."""
    listed = [line for line in state["lines"] if line["product_id"]]
    unlisted = [line for line in state["lines"] if not line["product_id"]]
    means = [code["means"] for code in state["codes"]]
    return {
        "misreads_refused": play.misread,
        "unknown": len(unlisted),
        "known_products": len(listed),
        "known_cartons": sum(_number(line["cartons"]) for line in listed),
        "all_cartons": _number(state["totals"]["cartons"]),
        "cartons_by_kind": {kind: _number(n) for kind, n in state["totals"]["by_kind"].items()},
        "known_sticks": state["totals"]["sticks"],
        "value_cny": state["totals"]["value"],
        "unpriced_lines": state["totals"]["unpriced"],
        "codes_of_other_shops": means.count("other_shop"),
        "codes_of_no_licence": means.count("no_such_licence"),
        "lines": [
            {
                "carton_barcode": line["barcode"],
                "name": line["name"],
                "kind": line["kind"],
                "cartons": _number(line["cartons"]),
                "sticks": line["sticks"],
                "retail_price_cny": f"{float(line['price']):g}" if line["price"] else None,
                "value_cny": line["value"],
            }
            for line in sorted(listed, key=lambda line: line["barcode"])
        ],
        "unknown_lines": [
            {
                "barcode": line["barcode"],
                "name": line["name"],
                "kind": line["kind"],
                "cartons": _number(line["cartons"]),
                "sticks": line["sticks"],
                "value_cny": line["value"],
                "mark": line["price_mark"],
            }
            for line in unlisted
        ],
        "documents": [{"code": one["code"], "number": one["number"]} for one in state["documents"]],
    }


def _number(text: Any) -> float | int:
    number = float(text)
    return int(number) if number == int(number) else number


def differences(expected: dict[str, Any], result: dict[str, Any]) -> list[str]:
    """Each way in which the result is not what was expected, in words."""
    wrong = [
        f"{name}: {expected[name]} expected, {result[name]} found"
        for name in result
        if name in expected and name not in ("lines", "unknown_lines", "documents") and expected[name] != result[name]
    ]
    for name, key in (("lines", "carton_barcode"), ("unknown_lines", "barcode")):
        found = {line[key]: line for line in result[name]}
        wrong += [f"{line[key]}: {line}" for line in expected[name] if found.get(line[key]) != line]
    return wrong
