"""Rows of the lake as plain columns: the one place where an expression is run."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa


def columns(lake: Any, rows: ir.Table) -> dict[str, Any]:
    """Run an expression on the lake's engine. Texts and flags come as objects with None, dates as datetime64."""
    found: pa.Table = lake.backend.to_pyarrow(rows)
    return {name: _column(found.column(name)) for name in found.column_names}


def _column(values: Any) -> Any:
    type_ = values.type
    if pa.types.is_date(type_) or pa.types.is_timestamp(type_):
        return values.cast(pa.timestamp("s"), safe=False).to_numpy().astype("datetime64[D]")
    if pa.types.is_decimal(type_):
        values = values.cast(pa.float64())
    if pa.types.is_integer(type_) and not values.null_count:
        return values.to_numpy().astype(np.int64)
    if pa.types.is_floating(values.type) or pa.types.is_integer(type_):
        return values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.array(values.to_pylist(), dtype=object)
