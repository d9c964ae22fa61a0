"""Writes tables that come out: Parquet, CSV or XLSX, by the file's ending."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

from zhuanmai.core.errors import Refused


def write(path: Path, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Write rows to a file. Raises Refused (output_format) for another ending."""
    ending = path.suffix.lower()
    path.parent.mkdir(parents=True, exist_ok=True)
    if ending == ".parquet":
        pq.write_table(pa.table({name: [row[name] for row in rows] for name in columns}), path)
    elif ending == ".csv":
        with path.open("w", encoding="utf-8", newline="") as handle:
            out = csv.DictWriter(handle, list(columns))
            out.writeheader()
            out.writerows(rows)
    elif ending == ".xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet("alerts")
        sheet.append(list(columns))
        for row in rows:
            sheet.append([row[name] for name in columns])
        book.save(path)
    else:
        raise Refused("output_format", "只能写 .parquet、.csv 或 .xlsx 文件；请换一个文件名。", "out")
