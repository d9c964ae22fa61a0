"""Personal columns as those see them who gave no reason: the same masks as on every page, as SQL."""

from __future__ import annotations

from zhuanmai.core.masking import (
    LONG_NUMBER,
    SHOWN_OF_PLACE,
    masked_id,
    masked_name,
    masked_numbers,
    masked_phone,
    masked_place,
    masked_text,
)
from zhuanmai.lake.checking import quoted
from zhuanmai.lake.schema import Column, Personal, Table

_MASKS = {
    Personal.NAME: masked_name,
    Personal.PHONE: masked_phone,
    Personal.NUMBER: masked_id,
    Personal.PLACE: masked_place,
    Personal.TEXT: masked_text,
}


def masked(column: Column, value: str) -> str:
    """A value of a column as a page shows it masked; in a broken row a number may stand in any column."""
    mask = _MASKS.get(column.personal)
    return mask(value) if mask else str(masked_numbers(value))


def hides(column: Column, value: str) -> bool:
    """Whether something of a value is masked."""
    return masked(column, value) != value


def masked_sql(table: Table) -> str:
    """The table's columns with personal ones masked, as a SELECT list."""
    return ", ".join(f"{_sql(column)} AS {quoted(column.name)}" for column in table.columns)


def _sql(column: Column) -> str:
    name = quoted(column.name)
    match column.personal:
        case Personal.NAME:
            return f"left({name}, 1) || '**'"
        case Personal.PHONE:
            long = _ends(name, 3, 4, "'****'")
            return f"CASE WHEN length({name}) >= 8 THEN {long} ELSE {_first(name)} END"
        case Personal.NUMBER:
            long = _ends(name, 4, 4, f"repeat('*', length({name}) - 8)")
            short = _ends(name, 2, 2, f"repeat('*', length({name}) - 4)")
            cases = f"WHEN length({name}) >= {LONG_NUMBER} THEN {long} WHEN length({name}) > 8 THEN {short}"
            return f"CASE {cases} ELSE {_first(name)} END"
        case Personal.PLACE:
            return f"left({name}, {SHOWN_OF_PLACE}) || '…'"
        case Personal.TEXT:
            return f"CASE WHEN {name} IS NOT NULL THEN '***' END"
        case _:
            return name


def _ends(name: str, first: int, last: int, between: str) -> str:
    return f"left({name}, {first}) || {between} || right({name}, {last})"


def _first(name: str) -> str:
    return f"CASE WHEN {name} = '' THEN '' ELSE left({name}, 1) || '***' END"
