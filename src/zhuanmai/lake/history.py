"""The lake as it was on an earlier evening: rows dated up to that day, and no value that only a later day knew.

A register carries its last state, so a replay does not see `last_state` columns unless `licence_changes` restores them:
the newest change up to the day says what stood there. What stood there before the first change of a later day is not
restored: that would read a row of the future. A row that nothing dates is shown where its table is a register
(products, licences, squads) and left out where it is an event. A week of till scans is known when it has ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from zhuanmai.lake.schema import TABLES, Table, Type

_WEEK = dt.timedelta(days=6)
_REGISTERS = ("products", "licences", "squads")
_IBIS_CASTS = {Type.WHOLE: "int64", Type.NUMBER: "float64", Type.DATE: "date", Type.FLAG: "boolean"}


def as_of(tables: Mapping[str, ir.Table], day: dt.date) -> dict[str, ir.Table]:
    """All tables as they were known on the evening of `day`."""
    seen = {name: _dated(TABLES[name], rows, day) for name, rows in tables.items()}
    for name, rows in seen.items():
        if parent := TABLES[name].of:
            seen[name] = rows.semi_join(seen[parent[0]], parent[1])
    seen["licences"] = _restored(seen["licences"], seen["licence_changes"])
    return seen


def _dated(table: Table, rows: ir.Table, day: dt.date) -> ir.Table:
    """The rows known by the day, without values of later days and without last states."""
    if table.known_from:
        first = ibis.coalesce(
            *(rows[name].date() if _is_time(table, name) else rows[name] for name in table.known_from)
        )
        limit = day - _WEEK if table.name == "scans" else day
        known = first <= ibis.date(limit)
        rows = rows.filter(known | first.isnull() if table.name in _REGISTERS else known)
    hidden = {column.name: ibis.null(rows[column.name].type()) for column in table.columns if column.last_state}
    later = {
        column.name: (rows[column.name] > ibis.date(day)).ifelse(ibis.null("date"), rows[column.name])
        for column in table.columns
        if column.type is Type.DATE and not (column.key or column.last_state)
    }
    changed = hidden | later
    return rows.mutate(**changed) if changed else rows


def _is_time(table: Table, name: str) -> bool:
    return table.column(name).type is Type.TIME


def _restored(licences: ir.Table, changes: ir.Table) -> ir.Table:
    """Each licence with what its newest changes (already only those up to the day) say."""
    table = TABLES["licences"]
    wanted = [column for column in table.columns if not column.key]
    # An emptied value is written as "" here: engines differ in whether the newest of nothing is nothing.
    text = changes.mutate(new=changes["new"].fill_null(""))
    newest = text.group_by("licence_no").aggregate(
        **{
            f"new_{column.name}": text["new"].argmax(text["changed_on"], where=text["column"] == column.name)
            for column in wanted
        }
    )
    joined = licences.left_join(newest, "licence_no")
    restored = {
        column.name: joined[f"new_{column.name}"]
        .isnull()
        .ifelse(joined[column.name], _read(joined[f"new_{column.name}"], column.type))
        for column in wanted
    }
    return joined.mutate(**restored).select(*table.names)


def _read(text: ir.StringValue, type_: Type) -> ir.Value:
    """A change's new value as its column's type; empty, or no such value, is unknown."""
    filled = text.nullif("")
    return filled.try_cast(_IBIS_CASTS[type_]) if type_ in _IBIS_CASTS else filled
