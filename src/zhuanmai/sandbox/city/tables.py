"""The shape of each import table, and the files they are written to: Parquet or CSV, dated tables by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

_MONEY = pa.decimal128(12, 2)
_TEXT, _WHOLE, _DEGREES, _DAY, _TIME, _FLAG = (
    pa.string(),
    pa.int32(),
    pa.float64(),
    pa.date32(),
    pa.timestamp("s"),
    pa.bool_(),
)


def _schema(text: str, **others: Any) -> Any:
    """Columns in order; those not named in `others` are text."""
    return pa.schema([(name, others.get(name, _TEXT)) for name in text.split()])


SCHEMAS: dict[str, Any] = {
    "products": _schema(
        "carton_barcode pack_barcode name brand manufacturer price_class wholesale_price retail_price scarce",
        price_class=_WHOLE, wholesale_price=_MONEY, retail_price=_MONEY, scarce=_FLAG,
    ),
    "licences": _schema(
        "licence_no holder_name holder_id uscc shop_name business_type location_type district_code address longitude"
        " latitude phone order_tier status issued_on valid_to opened_on",
        longitude=_DEGREES, latitude=_DEGREES, order_tier=_WHOLE, issued_on=_DAY, valid_to=_DAY, opened_on=_DAY,
    ),
    "orders": _schema(
        "order_date licence_no carton_barcode cartons amount", order_date=_DAY, cartons=_WHOLE, amount=_MONEY
    ),
    "order_accounts": _schema("licence_no kind value first_seen last_seen", first_seen=_DAY, last_seen=_DAY),
    "scans": _schema("licence_no week cartons_sold", week=_DAY, cartons_sold=_WHOLE),
    "complaints": _schema(
        "complaint_no received_at category text district_code address licence_no subject_name subject_phone",
        received_at=_TIME,
    ),
    "inspections": _schema(
        "inspection_no inspected_on licence_no address reason outcome case_no", inspected_on=_DAY
    ),
    "cases": _schema(
        "case_no filed_on cause_code district_code address longitude latitude value cartons result",
        filed_on=_DAY, longitude=_DEGREES, latitude=_DEGREES, value=_MONEY, cartons=_WHOLE,
    ),
    "case_parties": _schema("case_no seq role name id_no phone address plate_no licence_no", seq=_WHOLE),
    "case_items": _schema("case_no seq carton_barcode cartons kind carton_code", seq=_WHOLE, cartons=_WHOLE),
    "squads": _schema("squad_no unit streets", streets=pa.list_(_TEXT)),
    "licence_changes": _schema("licence_no changed_on column old new", changed_on=_DAY),
    "parcels": _schema(
        "waybill_no shipped_on carrier sender_name sender_phone sender_address receiver_name receiver_phone"
        " receiver_address weight_kg declared_goods seized",
        shipped_on=_DAY, weight_kg=_DEGREES, seized=_FLAG,
    ),
}  # fmt: skip


def money(fen: Any) -> Any:
    """Whole fen as an array of decimals with two places."""
    low = np.asarray(fen, dtype=np.int64)
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0] = low
    words[:, 1] = low >> 63
    return pa.Array.from_buffers(_MONEY, len(low), [None, pa.py_buffer(words)])


def day_array(start: dt.date, days: Any) -> Any:
    """Days counted from the start as an array of dates."""
    since = (start - dt.date(1970, 1, 1)).days
    return pa.array(np.asarray(days, dtype=np.int32) + since, type=pa.int32()).cast(_DAY)


def table_of(name: str, columns: Mapping[str, Any]) -> Any:
    """A table of this name from its columns; whole numbers in a money column are fen."""
    schema = SCHEMAS[name]
    arrays = []
    for field in schema:
        values = columns[field.name]
        if field.type == _MONEY and not isinstance(values, pa.Array):
            values = money(values)
        arrays.append(values if isinstance(values, pa.Array) else pa.array(values, type=field.type))
    return pa.table(arrays, schema=schema)


def rows_table(name: str, rows: list[dict[str, Any]]) -> Any:
    """A table from rows; a column that a row lacks is empty."""
    return table_of(name, {column: [row.get(column) for row in rows] for column in SCHEMAS[name].names})


def write(folder: Path, name: str, table: Any, *, form: str = "parquet", suffix: str = "") -> Path:
    """Write one file of a table (`orders-2018-04.parquet`)."""
    path = folder / f"{name}{suffix}.{form}"
    if form == "csv":
        pa_csv.write_csv(_flat(table), path)
    else:
        pq.write_table(table, path, compression="zstd", compression_level=1, store_schema=False)
    return path


def _flat(table: Any) -> Any:
    """Lists and coded columns as text, for CSV."""
    for place, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            joined = pa.array([";".join(each) for each in table.column(place).to_pylist()], type=_TEXT)
            table = table.set_column(place, field.name, joined)
        elif pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(_TEXT))
    return table
