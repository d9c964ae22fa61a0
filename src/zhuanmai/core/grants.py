"""What the application's role may do in the database: one walk over everything that is there, after every migration.

A table whose triggers refuse an operation outright does not grant it either, so that no trick with a trigger helps.
What is made later gets the ordinary rights by default, until the next walk has looked at it.
"""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import connection

_ORDINARY = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_COUNTING = frozenset({"USAGE", "SELECT"})
_READ = {"django_migrations": frozenset({"SELECT"})}


def apply() -> None:
    """Grant the application's role what it needs, and take all else, where we are not that role ourselves."""
    role = settings.APPLICATION_ROLE
    with connection.cursor() as cursor:
        cursor.execute("select current_user, current_database()")
        ours, database = cursor.fetchone()
        if ours == role:
            return
        quoted = map(connection.ops.quote_name, (role, database))
        cursor.execute("; ".join(_statements(cursor, *quoted)))


def _statements(cursor: Any, role: str, database: str) -> list[str]:
    cursor.execute(
        "select c.relname, c.relkind from pg_class c where c.relnamespace = 'public'::regnamespace"
        " and c.relkind in ('r', 'p', 'v', 'm', 'S') order by c.relname"
    )
    found = cursor.fetchall()
    statements = [
        f"revoke all on database {database} from public",
        f"revoke all on database {database} from {role}",
        f"grant connect on database {database} to {role}",
        "revoke all on schema public from public",
        f"revoke all on schema public from {role}",
        f"grant usage on schema public to {role}",
        f"alter default privileges in schema public grant select, insert, update, delete on tables to {role}",
        f"alter default privileges in schema public grant usage, select on sequences to {role}",
    ]
    refused = _refused()
    for name, kind in found:
        what = f"{'sequence' if kind == 'S' else 'table'} public.{connection.ops.quote_name(name)}"
        rights = _COUNTING if kind == "S" else _READ.get(name, _ORDINARY) - refused.get(name, frozenset())
        granted = ", ".join(sorted(rights))
        statements += [f"revoke all on {what} from {role}, public", f"grant {granted} on {what} to {role}"]
    return statements


def _refused() -> dict[str, frozenset[str]]:
    """What the triggers of each table refuse outright."""
    return {
        model._meta.db_table: frozenset(
            word
            for trigger in getattr(model._meta, "triggers", ())
            if type(trigger) is pgtrigger.Protect and not trigger.condition  # not those for some columns or rows only
            for word in map(str, trigger.operation or ())
        )
        for model in apps.get_models()
    }
