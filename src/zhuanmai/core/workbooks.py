"""Workbooks (XLSX) that people upload: measured before they are parsed, and read to the measure alone. No Django.

An XLSX is a ZIP of XML: a small one can unfold to gigabytes, name a cell in the last of a million rows, or repeat one
long text in each of its cells. So its directory is read first (parts, sizes, how far they unfold), then its sheets are
counted (cells, the widest column, the last row), and only then one is parsed.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook

from zhuanmai.core.sheets import MOST_COLUMNS, MOST_ROWS, Line, broken, gathered, large

_MOST_PARTS = 2_000
_SMALL = 1 << 20  # a part that unfolds to less may do so as far as it likes
_RATIO = 200
_OTHER_PART = 4 << 20  # styles, relations and names of sheets
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>/])(?:[^>]*?\sr=[\"']([A-Za-z]{1,7})([0-9]{1,9})[\"'])?")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"']([0-9]{1,9})[\"']")
_BOOK_ERRORS = (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError, TypeError, AttributeError, SyntaxError)


@dataclass(frozen=True)
class Measure:
    """What a workbook may have at most."""

    rows: int = MOST_ROWS
    columns: int = MOST_COLUMNS
    cells: int = 400_000
    sheet: int = 64 << 20  # bytes of a sheet, unfolded
    texts: int = 32 << 20  # bytes of the texts that cells share, unfolded


FOR_A_JOB = Measure(rows=1_048_576, cells=20_000_000, sheet=2 << 30, texts=512 << 20)


def parsed(content: bytes) -> bytes:
    """The rows as JSON: what `core.sheets` has a confined process make of an upload."""
    return json.dumps(gathered(_book(content))).encode()


def measured(book: Path | IO[bytes], measure: Measure) -> None:
    """Measure a workbook before it is parsed. Raises Refused (import_large, import_broken)."""
    try:
        with zipfile.ZipFile(book) as parts:
            entries = parts.infolist()
            if len(entries) > _MOST_PARTS:
                raise large(f"{_MOST_PARTS} 个部件")
            sheets = [entry for entry in entries if entry.filename.lower().startswith("xl/worksheets/")]
            for entry in entries:
                _unfolds_little(entry, measure, is_sheet=entry in sheets)
            for entry in sheets:
                with parts.open(entry) as handle:
                    _counted(handle, measure)
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError):
        raise broken() from None


def _unfolds_little(entry: zipfile.ZipInfo, measure: Measure, *, is_sheet: bool) -> None:
    name = entry.filename.lower()
    most = measure.sheet if is_sheet else measure.texts if name.endswith("sharedstrings.xml") else _OTHER_PART
    if name.endswith((".xml", ".rels", ".vml")) and entry.file_size > most:
        raise large(f"{most >> 20} MB（解压后）")
    if entry.file_size > _SMALL and entry.file_size > _RATIO * entry.compress_size:
        raise large(f"{_RATIO} 倍的压缩比")


def _counted(handle: IO[bytes], measure: Measure) -> None:
    """Count the cells of a sheet, by its tags alone, piece by piece."""
    cells, taken, rest = 0, 0, b""
    while piece := handle.read(1 << 20):
        taken += len(piece)
        piece = rest + piece
        end = piece.rfind(b">") + 1
        piece, rest = piece[:end], piece[end:]
        if len(rest) > _SMALL or taken > measure.sheet:
            raise large(f"{measure.sheet >> 20} MB（解压后）")
        for found in _CELL.finditer(piece):
            cells += 1
            if found[1] and (_column(found[1]) > measure.columns or int(found[2]) > measure.rows + 1):
                raise large(f"{measure.rows:,} 行、{measure.columns} 列")
        if any(int(found[1]) > 1_048_576 for found in _ROW.finditer(piece)):
            raise broken()
        if cells > measure.cells:
            raise large(f"{measure.cells:,} 个单元格")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _book(content: bytes) -> Iterator[Line]:
    measured(io.BytesIO(content), Measure())
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        bounds = {"max_row": MOST_ROWS + 2, "max_col": MOST_COLUMNS + 1}
        for line, cells in enumerate(book.worksheets[0].iter_rows(values_only=True, **bounds), start=1):
            values = [_cell(value) for value in cells]
            while values and not values[-1]:
                values.pop()
            yield line, values
    except _BOOK_ERRORS:
        raise broken() from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
