"""`python -m benchmarks.nightly [--retailers N …] [--weeks N] [--engine duckdb]`: the daily run, timed by its steps.

Each size runs in two processes: first the lessons (the very first, then a weekly one a week later), then
the daily run with the model that was kept: seconds, and the most memory each held. The lake is made before.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

START = dt.date(2024, 1, 1)
KEPT = "kept.pickle"  # made here, read here


def lessons(lake: Path, weeks: int, engine: str) -> None:
    """Learn for the first time and again a week later; keep the model beside the lake; print what it took as JSON."""
    import django  # noqa: PLC0415 - only in the process that is measured

    django.setup()
    from zhuanmai.alerts.daily import drafts  # noqa: PLC0415
    from zhuanmai.lake.engine import open_lake  # noqa: PLC0415

    opened = open_lake(lake, engine)
    wish = drafts.Wish(START + dt.timedelta(weeks=weeks, days=-1), 11, 2)
    begun = time.perf_counter()
    kept = drafts.run(opened, wish, lambda step: None).kept
    first = time.perf_counter() - begun
    (lake / KEPT).write_bytes(pickle.dumps(kept))
    begun = time.perf_counter()
    seen = {key: look for key, look in kept.looks.items() if key[1] < wish.day.toordinal() - 7}  # that week is new
    drafts.run(opened, wish, lambda step: None, None, seen)
    again = time.perf_counter() - begun
    print(json.dumps({"first_lesson": round(first, 1), "lesson": round(again, 1), "lesson_gigabytes": _held()}))


def daily(lake: Path, weeks: int, engine: str) -> None:
    """Run once over a lake with the kept model and print what it took as JSON."""
    import django  # noqa: PLC0415 - only in the process that is measured

    django.setup()
    from zhuanmai.alerts.daily import drafts  # noqa: PLC0415
    from zhuanmai.alerts.maps import places  # noqa: PLC0415
    from zhuanmai.lake.engine import open_lake  # noqa: PLC0415

    kept = pickle.loads((lake / KEPT).read_bytes())
    begun = time.perf_counter()
    steps: list[tuple[str, float]] = []
    opened = open_lake(lake, engine)
    wish = drafts.Wish(START + dt.timedelta(weeks=weeks, days=-1), 11, 2)
    made = drafts.run(opened, wish, lambda step: steps.append((step, time.perf_counter() - begun)), kept)
    steps.append(("mapping", time.perf_counter() - begun))
    places.hot_rows(opened.as_of(wish.day), wish.day)
    places.flow_rows(opened.as_of(wish.day), wish.day)
    ended = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "lines": int(opened.backend.to_pyarrow(opened.table("orders").count()).as_py()),
                "seconds": round(ended, 1),
                "steps": {name: round(at, 1) for name, at in steps},
                "gigabytes": _held(),
                "alerts": [(each.subject, each.chance) for each in made.drafts],
            }
        )
    )


def _held() -> float:
    """The most memory that this process held, in GB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)


def prepared(folder: Path, retailers: int, weeks: int) -> None:
    """A city of this size as a lake."""
    import django  # noqa: PLC0415 - sets up what the import needs

    django.setup()
    from zhuanmai.lake.folders import import_files  # noqa: PLC0415
    from zhuanmai.lake.importing import import_file  # noqa: PLC0415
    from zhuanmai.sandbox.city import Parameters, make_city  # noqa: PLC0415

    parameters = Parameters.draw(seed=7, retailers=retailers, weeks=weeks, start=START)
    make_city(parameters, folder / "city", folder / "truth")
    for path, name in import_files(folder / "city"):
        import_file(folder / "lake", path, name=name)


def main() -> int:
    """Make each size, run, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retailers", type=int, nargs="+", default=[6250, 12500, 25000])
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--engine", default="duckdb")
    parser.add_argument("--part", choices=("lessons", "daily"), help="only this part, in this process")
    parser.add_argument("--lake", type=Path, nargs="+", help="over these lakes, in place of made ones")
    parser.add_argument("--json", type=Path, help="write the rows there too")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
    os.environ.setdefault("ZHUANMAI_PROFILE", "test")
    if given.part:
        {"lessons": lessons, "daily": daily}[given.part](given.lake[0], given.weeks, given.engine)
        return 0
    print("| lines | reading | ranking | reasons | maps | daily run | memory | a weekly run (learns) | the first one | "
          "memory |\n|" + " --: |" * 10)  # fmt: skip
    rows = []
    for size in given.lake or given.retailers:
        with tempfile.TemporaryDirectory() as name:
            if not given.lake:
                prepared(Path(name), size, given.weeks)
            rows.append(_both(size if given.lake else Path(name) / "lake", given.weeks, given.engine))
        print(_cells(rows[-1]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows))
    return 0


def _both(lake: Path, weeks: int, engine: str) -> dict[str, Any]:
    """What both parts printed, each in a process of its own."""
    row: dict[str, Any] = {}
    for part in ("lessons", "daily"):
        found = subprocess.run(
            [sys.executable, "-m", "benchmarks.nightly", "--part", part, "--lake", str(lake), "--weeks", str(weeks),
             "--engine", engine],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        row |= json.loads(found.splitlines()[-1])
    return row


def _cells(row: dict[str, Any]) -> str:
    at = row["steps"]
    spans = [at["ranking"], at["explaining"] - at["ranking"], at["mapping"] - at["explaining"],
             row["seconds"] - at["mapping"], row["seconds"]]  # fmt: skip
    cells = [f"{row['lines']:,}", *(f"{span:.1f} s" for span in spans), f"{row['gigabytes']} GB", f"{row['lesson']} s",
             f"{row['first_lesson']} s", f"{row['lesson_gigabytes']} GB"]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
