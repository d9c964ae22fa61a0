"""What the worst accepted upload of each kind costs: `python -m benchmarks.uploads` writes the table's rows.

Each file is made to the very limits of its kind and read in a process of its own by what reads it on the platform: its
time, its processor time (with that of confined processes), and how much memory it took at most, there and in those.
"""

from __future__ import annotations

import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from openpyxl import Workbook
from PIL import Image

from zhuanmai.core import legible, pdfs, pictures, sheets

Reader = Callable[[bytes], object]


def _noise(width: int, height: int, channels: int, share: float = 1 / 12) -> Image.Image:
    """A picture that compresses badly in its upper share alone, so that it stays below the bytes that are taken."""
    made = np.random.default_rng(16).integers(0, 256, (height, width, channels), np.uint8)
    made[int(height * share) :] = 200
    return Image.fromarray(made)


def _picture(kind: str, width: int, height: int, channels: int, share: float, **how: object) -> bytes:
    content = io.BytesIO()
    _noise(width, height, channels, share).save(content, kind, **how)
    return content.getvalue()


def _pdf() -> bytes:
    pages = [_noise(1240, 1754, 3) for _ in range(4)]
    content = io.BytesIO()
    pages[0].save(content, "PDF", save_all=True, append_images=[pages[n % 4] for n in range(199)], quality=20)
    return content.getvalue()


def _book() -> bytes:
    book = Workbook(write_only=True)
    sheet, chance = book.create_sheet(), random.Random(16)
    for _ in range(sheets.MOST_ROWS):
        sheet.append([f"{chance.randrange(10**13):013}" if n % 2 else chance.random() for n in range(19)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _csv() -> bytes:
    line = b",".join([b"x" * 50] * 19) + b"\n"
    return line * sheets.MOST_ROWS


KINDS: dict[str, tuple[Callable[[], bytes], Reader]] = {
    "photograph, JPEG of 120 million pixels": (
        lambda: _picture("JPEG", 12_000, 10_000, 3, 0.36, quality=60),
        lambda content: pictures.opened(content, longest=pictures.SHOWN).shown(),
    ),
    "the same, progressive": (
        lambda: _picture("JPEG", 12_000, 10_000, 3, 0.36, quality=60, progressive=True),
        lambda content: pictures.opened(content, longest=pictures.SHOWN).shown(),
    ),
    "photograph, PNG of 40 million pixels": (
        lambda: _picture("PNG", 8_000, 5_000, 4, 0.18),
        lambda content: pictures.opened(content, longest=pictures.SHOWN).shown(),
    ),
    "photograph, WebP of 40 million pixels": (
        lambda: _picture("WEBP", 8_000, 5_000, 4, 0.42, quality=60),
        lambda content: pictures.opened(content, longest=pictures.SHOWN).shown(),
    ),
    "scanned paper, PDF of 200 pages": (_pdf, pdfs.shown),
    "table, XLSX of 20,000 rows and 380,000 cells": (_book, lambda content: sheets.lines("a.xlsx", content)),
    "table, CSV of 20,000 rows and 19 MB": (_csv, lambda content: sheets.lines("a.csv", content)),
    "body of JSON, 4 MB of half a million values": (
        lambda: b"[" + b"1234567," * (legible.MOST_VALUES - 1) + b"0]",
        legible.body,
    ),
    "batch of a tablet, 16 MB": (
        lambda: b"[" + b",".join([b'["%s"]' % (b"x" * 60)] * 240_000) + b"]",
        lambda content: legible.parsed(content, 16 << 20),
    ),
}


def measure(kind: str, path: Path) -> None:
    """One kind, here: what reading it cost, as JSON."""
    read, content = KINDS[kind][1], path.read_bytes()
    before = resource.getrusage(resource.RUSAGE_SELF)
    began, worked = time.perf_counter(), time.process_time()
    read(content)
    took, own = time.perf_counter() - began, time.process_time() - worked
    after, apart = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps({
            "bytes": len(content), "seconds": took, "worked": own + apart.ru_utime + apart.ru_stime,
            "grew": max(0, after.ru_maxrss - before.ru_maxrss) >> 10, "apart": apart.ru_maxrss >> 10,
        })
    )  # fmt: skip


def main() -> None:
    """The rows of the table in docs/performance.md."""
    if len(sys.argv) > 3:
        act, kind, path = sys.argv[1:4]
        Path(path).write_bytes(KINDS[kind][0]()) if act == "make" else measure(kind, Path(path))
        return
    print("| worst accepted upload | MB | seconds | of processor | memory, MB | in a process apart, MB |")
    print("| --- | --: | --: | --: | --: | --: |")
    for kind in KINDS:
        with tempfile.NamedTemporaryFile() as file:
            for act in ("make", "read"):  # a process that made it would count what making it took
                command = [sys.executable, "-m", "benchmarks.uploads", act, kind, file.name]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
        one = json.loads(done.stdout)
        print(
            f"| {kind} | {one['bytes'] / 1e6:.1f} | {one['seconds']:.1f} | {one['worked']:.1f} | "
            f"{one['grew'] or '–'} | {one['apart'] or '–'} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
