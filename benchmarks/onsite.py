"""`make bench-onsite CASE=folder`: plays a case over the real API on a platform of its own, prints the measures,
and writes result.json in the form of expected.json."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from tests.onsite import Play
from tests.stack import Stack, new_home

from benchmarks.reader import Check, read


def main(folder: Path) -> int:
    """Play, measure, compare; 1 if something is misidentified or a printed fact is not found."""
    stack = Stack(new_home())
    try:
        stack.start()
        play = Play(stack, folder)
        seconds = {name: _timed(getattr(play, name)) for name in ("prepare", "open", "count", "record")}
        began = time.monotonic()
        state = play.sign()
        signed = time.monotonic()
        seconds["sign, approve, seal"] = signed - began
        _receipt(stack, len(state["documents"]))
        receipt = time.monotonic() - signed
        checks = read(play.case, _expected(folder), _pdfs(play, state))
        latencies = _scan_latencies(play)
    finally:
        stack.stop()
        shutil.rmtree(stack.home, ignore_errors=True)
    result = as_expected(play, state)
    Path("result.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    wrong = _differences(_expected(folder), result)
    _print(seconds, receipt, latencies, checks, wrong)
    return int(bool(wrong) or not all(check.found for check in checks))


def _timed(doing: Callable[[], object]) -> float:
    began = time.monotonic()
    doing()
    return time.monotonic() - began


def _expected(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return found


def _receipt(stack: Stack, documents: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        rows = httpx.get(f"{stack.national}/v1/messages?limit=500").json()["messages"]
        if sum(row["kind"] == "document" for row in rows) >= documents:
            return
        time.sleep(0.02)
    raise TimeoutError("the national system did not receive every document")


def _pdfs(play: Play, state: dict[str, Any]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for one in state["documents"]:
        path = f"/api/enforcement/cases/{play.case_id}/documents/{one['id']}/sealed.pdf"
        found.setdefault(one["code"], []).append(play.first.http.get(path).raise_for_status().content)
    return found


def _scan_latencies(play: Play) -> list[float]:
    """One scan a request, on a case of its own: the time from sending to the acknowledged answer, in milliseconds."""
    fresh = Play(play.stack, play.folder)
    fresh.desks, fresh.first, fresh.second = play.desks, play.first, play.second
    fresh.open()
    barcodes = list(play.lines)
    times = []
    for turn in range(200):
        operation = fresh.first.operation("scan", {"barcode": barcodes[turn % len(barcodes)], "n": 1, "via": "gun"})
        times.append(_timed(lambda operation=operation: fresh.first.send(fresh.case_id, [operation])) * 1000)
    return sorted(times)


def as_expected(play: Play, state: dict[str, Any]) -> dict[str, Any]:
    """The state in the form of expected.json."""
    listed = [line for line in state["lines"] if line["product_id"]]
    unlisted = [line for line in state["lines"] if not line["product_id"]]
    means = [code["means"] for code in state["codes"]]
    return {
        "misreads_refused": len(play.refused),
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


def _differences(expected: dict[str, Any], result: dict[str, Any]) -> list[str]:
    wrong = [
        f"{name}: {expected[name]} expected, {result[name]} found"
        for name in result
        if name in expected and name not in ("lines", "unknown_lines", "documents") and expected[name] != result[name]
    ]
    for name, key in (("lines", "carton_barcode"), ("unknown_lines", "barcode")):
        found = {line[key]: line for line in result[name]}
        wrong += [f"{line[key]}: {line}" for line in expected[name] if found.get(line[key]) != line]
    return wrong


def _print(
    seconds: dict[str, float], receipt: float, latencies: list[float], checks: list[Check], wrong: list[str]
) -> None:
    share = sum(value for name, value in seconds.items() if name != "prepare")
    found = sum(check.found for check in checks)
    print("| measure | value | aim |\n| --- | --: | --: |")
    print(f"| differences from expected.json | {len(wrong)} | 0 |")
    print(f"| printed facts found by the independent reader | {found} of {len(checks)} | 100 % |")
    for name, value in seconds.items():
        print(f"| {name} | {value:.2f} s | |")
    print(f"| the system's own share, whole case | {share:.1f} s | < 60 s |")
    print(
        f"| scan to acknowledged line, p50 / p99 | {statistics.median(latencies):.0f} / {latencies[-2]:.0f} ms "
        "| < 100 ms |"
    )
    print(f"| national receipt after the last signature is sealed | {receipt:.2f} s | < 2 s |")
    for line in wrong:
        print(f"✗ {line}")
    for check in checks:
        if not check.found:
            print(f"✗ {check.code} does not print {check.words}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/onsite-case")))
