"""Rows as files and back, for the lake's tests."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from zhuanmai.lake.engine import Lake
from zhuanmai.lake.schema import TABLES


def write(path: Path, rows: list[dict[str, Any]], columns: list[str]) -> Path:
    """A CSV file of these rows; a column that a row does not have is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def rows_of(lake: Lake, name: str) -> list[dict[str, Any]]:
    """A table's rows in the order of its key."""
    table = lake.table(name)
    return table.order_by(list(TABLES[name].key)).to_pyarrow().to_pylist()
