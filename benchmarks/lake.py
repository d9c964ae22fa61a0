"""How fast order lines go into the lake, and how much memory that takes: `python -m benchmarks.lake [LINES] [WEEKS]`.

Writes a CSV with 2 % broken lines, imports it into a new lake, imports it again, reads it by month. The baseline is the
same process reading the file's bytes and counting lines: what no import can beat.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
django.setup()

from zhuanmai.lake.engine import open_lake  # noqa: E402
from zhuanmai.lake.importing import import_file  # noqa: E402

PRODUCTS, LINES_AN_ORDER, FIRST = 150, 15, dt.date(2018, 1, 1)


def barcode(number: int) -> str:
    """An EAN-13 made of a number."""
    digits = f"{690102800000 + number:012d}"
    return digits + str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10)


def write(path: Path, lines: int, weeks: int) -> None:
    """Order lines week by week as a city's retailers send them; every fiftieth has a wrong check digit."""
    shops = [f"3502{number:08d}" for number in range(max(1, lines // (LINES_AN_ORDER * weeks) + 1))]
    products = [barcode(number) for number in range(PRODUCTS)]
    written = 0
    with path.open("w", encoding="utf-8") as handle:
        handle.write("order_date,licence_no,carton_barcode,cartons,amount\n")
        for week in range(weeks):
            for place, shop in enumerate(shops):
                day = FIRST + dt.timedelta(weeks=week, days=place % 5)
                rows = []
                for line in range(min(LINES_AN_ORDER, lines - written)):
                    code = products[(line * 7 + week + place) % PRODUCTS]
                    if (written + line) % 50 == 0:
                        code = code[:-1] + str((int(code[-1]) + 1) % 10)
                    cartons = 1 + (place + line) % 9
                    rows.append(f"{day},{shop},{code},{cartons},{cartons * 80}.00\n")
                handle.write("".join(rows))
                written += len(rows)


def main() -> None:
    """Measure and print."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
    weeks = int(sys.argv[2]) if len(sys.argv) > 2 else 104
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "orders.csv"
        write(path, lines, weeks)
        baseline = timed(lambda: count(path))
        used = time.process_time()
        first = timed(lambda: print(import_file(Path(place) / "lake", path)))
        used = time.process_time() - used
        again = timed(lambda: print(import_file(Path(place) / "lake", path)))
        orders = open_lake(Path(place) / "lake").table("orders")
        months = orders.group_by(orders.order_date.year(), orders.order_date.month()).aggregate(n=orders.cartons.sum())
        read = timed(months.execute)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"lines {lines:,}; file {path.stat().st_size / 2**20:,.0f} MB; load {os.getloadavg()[0]:.1f}")
        print(f"import {first:.1f} s = {lines / first:,.0f} lines/s (processor {used:.1f} s), again {again:.1f} s, ")
        print(
            f"sums by month {read:.2f} s; largest memory {memory:.2f} GB; {first / baseline:,.0f} × counting its lines"
        )


def count(path: Path) -> int:
    """How many lines a file has."""
    with path.open("rb") as handle:
        return sum(block.count(b"\n") for block in iter(lambda: handle.read(2**24), b""))


def timed(act: Callable[[], object]) -> float:
    """Seconds that an act takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
