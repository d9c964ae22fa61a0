"""`python -m benchmarks.nightly [--retailers N …] [--weeks N] [--engine duckdb]`: the daily run, timed by its steps.

Each size runs in a process of its own: seconds, and the most memory it held. The lake is made and imported before.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

START = dt.date(2024, 1, 1)


def one(lake: Path, weeks: int, engine: str, *, kept_model: bool) -> None:
    """Run once over a lake and print what it took as JSON."""
    import django  # noqa: PLC0415 - only in the process that is measured

    django.setup()
    from zhuanmai.alerts import nightly, where  # noqa: PLC0415
    from zhuanmai.lake.engine import open_lake  # noqa: PLC0415

    begun = time.perf_counter()
    steps: list[tuple[str, float]] = []
    opened = open_lake(lake, engine)
    day = START + dt.timedelta(weeks=weeks, days=-1)
    wish = nightly.Wish(day, 11, 2)
    kept = nightly.run(opened, wish, lambda step: None).kept if kept_model else None
    learned = time.perf_counter() - begun
    begun = time.perf_counter()
    if kept:  # a week later: only that week is new
        seen = {key: look for key, look in kept.looks.items() if key[1] < day.toordinal() - 7}
        nightly.run(opened, wish, lambda step: None, None, seen)
    again = time.perf_counter() - begun
    begun = time.perf_counter()
    made = nightly.run(opened, wish, lambda step: steps.append((step, time.perf_counter() - begun)), kept)
    steps.append(("mapping", time.perf_counter() - begun))
    where.hot_rows(opened.as_of(day), day)
    where.flow_rows(opened.as_of(day), day)
    ended = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "lines": int(opened.backend.to_pyarrow(opened.table("orders").count()).as_py()),
                "seconds": round(ended, 1),
                "first_lesson": round(learned, 1),
                "lesson": round(again, 1),
                "steps": {name: round(at, 1) for name, at in steps},
                "gigabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
                "alerts": [(each.subject, each.chance) for each in made.drafts],
            }
        )
    )


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
    parser.add_argument("--lesson", action="store_true", help="only the weekly run, which learns (its own memory)")
    parser.add_argument("--lake", type=Path, help="run over this lake, in this process")
    parser.add_argument("--json", type=Path, help="write the rows there too")
    parser.add_argument("--keep", type=Path, help="make the cities here and leave them")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
    os.environ.setdefault("ZHUANMAI_PROFILE", "test")
    if given.lake:
        one(given.lake, given.weeks, given.engine, kept_model=not given.lesson)
        return 0
    print(
        "| lines | reading | ranking | reasons | maps | whole | a weekly run (learns) | the first one | memory |\n|"
        + " --: |" * 9
    )
    rows = []
    for retailers in given.retailers:
        with tempfile.TemporaryDirectory(dir=given.keep) as name:
            folder = Path(name)
            prepared(folder, retailers, given.weeks)
            found = subprocess.run(
                [sys.executable, "-m", "benchmarks.nightly", "--lake", str(folder / "lake"), "--weeks",
                 str(given.weeks), "--engine", given.engine],
                check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip
        row = json.loads(found.splitlines()[-1])
        rows.append(row)
        at = row["steps"]
        spans = [at["ranking"], at["explaining"] - at["ranking"], at["mapping"] - at["explaining"],
                 row["seconds"] - at["mapping"]]  # fmt: skip
        cells = [f"{row['lines']:,}", *(f"{span:.1f} s" for span in spans), f"{row['seconds']} s", f"{row['lesson']} s",
                 f"{row['first_lesson']} s",
                 f"{row['gigabytes']} GB"]  # fmt: skip
        print("| " + " | ".join(cells) + " |", flush=True)
    if given.json:
        given.json.write_text(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
