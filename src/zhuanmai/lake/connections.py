"""DuckDB connections of this room: how much memory they may take, and where they put what does not fit."""

from __future__ import annotations

from pathlib import Path

import duckdb
from django.conf import settings


def connect() -> duckdb.DuckDBPyConnection:
    """An empty database in memory, without a progress bar: it would go into what commands print, and into logs."""
    spill = Path(settings.HOME_DIR) / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    made = duckdb.connect(config={"memory_limit": settings.LAKE_MEMORY, "temp_directory": str(spill)})
    made.execute("SET enable_progress_bar = false")
    return made


def listed(paths: list[str]) -> str:
    """Paths as a SQL list."""
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths) + "]"
