"""Rows that broke a rule: kept in the lake beside the tables, by the file they came in, until they are put right."""

from __future__ import annotations

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
        ("value", pa.string()),
        ("raw", pa.string()),
    ]
)
