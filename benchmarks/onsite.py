"""`make bench-onsite CASE=folder`: plays a case through the pages on a platform of its own, prints the measures, and
writes result.json in the form of expected.json."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.browser import chromium
from tests.outcome import as_expected, differences, expected_of
from tests.stack import Stack, new_home
from tests.workbench import WorkbenchPlay

from benchmarks.reader import Check, read

STEPS = ("open", "count", "record", "sign")


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, what came out, what is aimed at."""

    measure: str
    value: str
    aim: str = ""


def main(folder: Path) -> int:
    """Play, measure, compare; 1 if something is misidentified or a printed fact is not found."""
    stack = Stack(new_home())
    try:
        stack.start()
        with chromium() as browser:
            play = WorkbenchPlay(stack, folder, browser=browser, patient=False)
            play.prepare()
            play.people()
            seconds, state = _played(play)
            receipt = _receipt(stack, len(state["documents"])) - play.marks.get("last signature", play.marks["sealed"])
            checks = read(play.case, expected_of(folder), _pdfs(play, state))
            play.close()
    finally:
        stack.stop()
        shutil.rmtree(stack.home, ignore_errors=True)
    result = as_expected(play, state)
    Path("result.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    wrong = differences(expected_of(folder), result)
    _print([*_of_result(checks, wrong), *_of_facts(play), *_of_time(play, seconds, receipt)], checks, wrong)
    return int(bool(wrong) or not all(check.found for check in checks))


def _played(play: WorkbenchPlay) -> tuple[dict[str, float], dict[str, Any]]:
    """Each step with its seconds (what the player does for itself taken out), and the last state."""
    seconds, state = {}, {}
    for name in STEPS:
        began, waited = time.monotonic(), play.set_aside["player"]
        state = getattr(play, name)() or {}
        seconds[name] = time.monotonic() - began - (play.set_aside["player"] - waited)
    return seconds, state


def _receipt(stack: Stack, documents: int) -> float:
    """When the simulated national system holds so many documents."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        rows = httpx.get(f"{stack.national}/v1/messages?limit=500").json()["messages"]
        if sum(row["kind"] == "document" for row in rows) >= documents:
            return time.monotonic()
        time.sleep(0.02)
    raise TimeoutError("the national system did not receive every document")


def _pdfs(play: WorkbenchPlay, state: dict[str, Any]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for one in state["documents"]:
        path = f"/api/enforcement/cases/{play.case_id}/documents/{one['id']}/sealed.pdf"
        found.setdefault(one["code"], []).append(play.first.http.get(path).raise_for_status().content)
    return found


def _of_result(checks: list[Check], wrong: list[str]) -> list[Row]:
    found = sum(check.found for check in checks)
    return [
        Row("differences from expected.json", str(len(wrong)), "0"),
        Row("printed facts found by the independent reader", f"{found} of {len(checks)}", "100 %"),
    ]


def _of_facts(play: WorkbenchPlay) -> list[Row]:
    """Distinct facts on the documents against fields keyed by hand; a choice that is tapped is not keyed."""
    typed = len([name for name in play.tablet.typed if name != "party-lookup" and not name.startswith("unlisted.")])
    printed = len(play.printed)
    share = 100 * (printed - typed) / printed
    return [
        Row("distinct printed facts, table cells left out", str(printed)),
        Row("of these keyed by hand", f"{typed} ({', '.join(sorted(play.tablet.typed))})"),
        Row("filled by the system", f"{share:.0f} %", "≥ 90 %"),
        Row("taps", str(play.tablet.tapped)),
    ]


def _of_time(play: WorkbenchPlay, seconds: dict[str, float], receipt: float) -> list[Row]:
    times, marks = sorted(play.latencies), play.marks
    made = marks["documents made"] - marks["documents asked for"]
    sealed = marks["sealed"] - marks["last approval"]
    return [
        *(Row(f"{name}, through the pages", f"{value:.1f} s") for name, value in seconds.items()),
        Row("whole case, through the pages", f"{sum(seconds.values()):.1f} s"),
        Row("of this the gun, typing its digits", f"{play.set_aside['gun']:.1f} s"),
        Row("the system's own share", f"{sum(seconds.values()) - play.set_aside['gun']:.1f} s", "< 60 s"),
        Row(
            f"scan to line on the screen, p50 / p99 of {len(times)}",
            f"{statistics.median(times):.0f} / {times[int(len(times) * 0.99) - 1]:.0f} ms",
            "< 100 ms",
        ),
        Row("all documents rendered, and sealed after the last approval", f"{made:.2f} + {sealed:.2f} s", "< 3 s"),
        Row("national receipt after the last signature", f"{receipt:.2f} s", "< 2 s"),
    ]


def _print(rows: list[Row], checks: list[Check], wrong: list[str]) -> None:
    print("| measure | value | aim |\n| --- | --: | --: |")
    for row in rows:
        print(f"| {row.measure} | {row.value} | {row.aim} |")
    for line in wrong:
        print(f"✗ {line}")
    for check in checks:
        if not check.found:
            print(f"✗ {check.code} does not print {check.words}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/onsite-case")))
