"""Personal columns as those see them who gave no reason: the same masks as on every page, as SQL."""

from __future__ import annotations

from zhuanmai.core.masking import masked_id, masked_name, masked_phone
from zhuanmai.lake.checking import quoted
from zhuanmai.lake.schema import Column, Personal, Table

_SHOWN_OF_PLACE = 6


def masked(column: Column, value: str) -> str:
    """A value of a column as a page shows it masked."""
    if not value:
        return value
    if column.personal is Personal.NAME:
        return masked_name(value)
    if column.personal is Personal.PHONE:
        return masked_phone(value)
    if column.personal is Personal.NUMBER:
        return masked_id(value) if len(value) > 8 else f"{value[0]}***"
    if column.personal is Personal.PLACE:
        return f"{value[:_SHOWN_OF_PLACE]}…"
    return "***" if column.personal is Personal.TEXT else value


def masked_sql(table: Table) -> str:
    """The table's columns with personal ones masked, as a SELECT list."""
    return ", ".join(f"{_sql(column)} AS {quoted(column.name)}" for column in table.columns)


def _sql(column: Column) -> str:
    name = quoted(column.name)
    match column.personal:
        case Personal.NAME:
            return f"left({name}, 1) || '**'"
        case Personal.PHONE:
            return f"CASE WHEN length({name}) >= 8 THEN left({name}, 3) || '****' || right({name}, 4) ELSE {name} END"
        case Personal.NUMBER:
            long = f"left({name}, 4) || repeat('*', length({name}) - 8) || right({name}, 4)"
            return f"CASE WHEN length({name}) > 8 THEN {long} ELSE left({name}, 1) || '***' END"
        case Personal.PLACE:
            return f"left({name}, {_SHOWN_OF_PLACE}) || '…'"
        case Personal.TEXT:
            return f"CASE WHEN {name} IS NOT NULL THEN '***' END"
        case _:
            return name
