"""The one door for tables that people upload, XLSX or CSV: bytes, rows, columns and text have a measure.

A CSV is read here, in one pass; a workbook is measured and read in a process with limits on time and memory
(`core.workbooks`, `core.confined`), which hands over no more text than fits.
"""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from zhuanmai.core import confined
from zhuanmai.core.encodings import decoded
from zhuanmai.core.errors import Refused

Line = tuple[int, list[str]]
MOST_BYTES = 20 << 20
MOST_ROWS = 20_000  # below the headings
MOST_COLUMNS = 200
MOST_TEXT = 20_000_000  # characters that a table hands over
SECONDS, MEGABYTES = 15, 1024
_BOOK = "zhuanmai.core.workbooks:parsed"
_PLACES = threading.BoundedSemaphore(2)


def lines(file_name: str, content: bytes) -> list[Line]:
    """The rows of an uploaded XLSX (first sheet) or CSV that are not empty, each cell as text, with its line.

    Raises Refused: import_format, import_large, import_broken, import_encoding, busy.
    """
    ending = Path(file_name.lower()).suffix
    if ending not in (".xlsx", ".xlsm", ".csv"):
        raise Refused("import_format", "只认 XLSX 或 CSV 文件；请另存为其中一种后再导入。", "file")
    if len(content) > MOST_BYTES:
        raise large(f"{MOST_BYTES >> 20} MB")
    if ending == ".csv":
        return gathered(_csv(content))
    try:
        said = confined.run(_BOOK, content, seconds=SECONDS, megabytes=MEGABYTES, places=_PLACES)
    except confined.TooMuch:
        raise large(f"{SECONDS} 秒或 {MEGABYTES} MB 内能读完的大小") from None
    except RuntimeError:
        raise broken() from None
    return [(line, cells) for line, cells in json.loads(said)]


def table(file_name: str, content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The rows below the headings, by heading as written, each with its line. Raises as `lines`.

    Cells without a heading are left out, cells that a row lacks are empty.
    """
    (_line, headings), *below = lines(file_name, content) or [(1, [])]
    return [
        (line, {name: cell for name, cell in zip_longest(headings, cells[: len(headings)], fillvalue="") if name})
        for line, cells in below
    ]


def gathered(given: Iterable[Line]) -> list[Line]:
    """The rows that are not empty, to the measure. Raises Refused (import_large)."""
    found, room = [], MOST_TEXT
    for line, cells in given:
        if not any(cells):
            continue
        found.append((line, cells))
        room -= sum(map(len, cells))
        if len(found) > MOST_ROWS + 1:
            raise large(f"{MOST_ROWS:,} 行")
        if room < 0 or len(cells) > MOST_COLUMNS:
            raise large(f"{MOST_COLUMNS} 列、{MOST_TEXT:,} 个字")
    return found


def large(what: str) -> Refused:
    """The refusal of a table that is larger than is read at once."""
    return Refused("import_large", f"文件超过 {what}；请分成几份，只留数据所在的工作表后再导入。", "file", status=413)


def broken() -> Refused:
    """The refusal of a workbook that is none."""
    return Refused("import_broken", "打不开这个 XLSX 文件；请用表格软件另存一次后再导入。", "file")


def _csv(content: bytes) -> Iterator[Line]:
    """The rows of a CSV (UTF-8 or GB18030), each with the line that it ends in. Raises Refused."""
    text = decoded(content)
    if text is None:
        raise Refused("import_encoding", "文件编码既不是 UTF-8 也不是 GB18030；请另存为 UTF-8 的 CSV。", "file")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error:
        raise Refused(
            "import_broken", f"第 {reader.line_num} 行读不懂；请另存为 UTF-8 的 CSV 后再导入。", "file"
        ) from None
