"""DuckDB connections of this room: how much memory they may take, and where they put what does not fit."""

from __future__ import annotations

from pathlib import Path

import duckdb
from django.conf import settings

QUIET = "SET enable_progress_bar = false"  # its bar would go into what commands print, and into logs


def limits() -> dict[str, str]:
    """The settings of every connection."""
    spill = Path(settings.HOME_DIR) / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    return {"memory_limit": settings.LAKE_MEMORY, "temp_directory": str(spill)}


def connect() -> duckdb.DuckDBPyConnection:
    """An empty database in memory."""
    made = duckdb.connect(config=dict(limits()))
    made.execute(QUIET)
    return made


def listed(paths: list[str]) -> str:
    """Paths as a SQL list."""
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths) + "]"
