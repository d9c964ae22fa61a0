"""`python -m benchmarks.city`: how long cities of three sizes take and how much memory, each in its own process."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = ((2_000, 60), (8_000, 104), (25_000, 104))
MAKE = """
import datetime as dt, json, sys
from pathlib import Path
from zhuanmai.sandbox.city import Parameters, make_city
retailers, weeks, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
parameters = Parameters.draw(seed=7, retailers=retailers, weeks=weeks, start=dt.date(2024, 1, 1))
print(json.dumps(make_city(parameters, folder / "lake", folder / "truth").rows))
"""


def measure(retailers: int, weeks: int) -> dict[str, float]:
    """Seconds by the clock and of the processor, peak memory, rows and bytes of one city."""
    with tempfile.TemporaryDirectory() as folder:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", MAKE, str(retailers), str(weeks), folder], check=True, capture_output=True, text=True
        )
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        rows = json.loads(done.stdout)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": processor, "gb": after.ru_maxrss / 2**20, "lines": rows["orders"], "mb": size / 2**20}


def main() -> None:
    """Print the table for docs/performance.md. Sizes go up, so the peak so far is that of the latest."""
    print("| retailers × weeks | order lines | clock | processor | peak memory | files |")
    print("| --- | --: | --: | --: | --: | --: |")
    for retailers, weeks in SIZES:
        found = measure(retailers, weeks)
        print(
            f"| {retailers:,} × {weeks} | {found['lines'] / 1e6:.1f} M | {found['wall']:.0f} s | {found['cpu']:.0f} s"
            f" | {found['gb']:.2f} GB | {found['mb']:.0f} MB |"
        )


if __name__ == "__main__":
    main()
