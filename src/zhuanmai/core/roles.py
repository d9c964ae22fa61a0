"""The roles of the embedded database, their passwords, and what makes an installation of any age have them.

The superuser makes the others and is nobody's. The owner owns the schema: only migrations and a restore connect as it.
The application, which web server, worker and every other command are, owns nothing (`core.grants` says what it may do).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from enum import StrEnum
from pathlib import Path

from zhuanmai.core.secrets import made_once

DATABASE = "zhuanmai"
HBA = "# Written by zhuanmai: its own Unix socket with a password, no network.\nlocal all all scram-sha-256\n"
_OWNING = frozenset({"migrate", "restore"})  # commands that change what tables there are
_acts = {"owning": False}


class Role(StrEnum):
    """Who connects."""

    SUPERUSER = "postgres"
    OWNER = "zhuanmai_owner"
    APPLICATION = "zhuanmai_application"


def act_for(command: str) -> None:
    """At the start of a process, before settings are read: which command it is decides who connects."""
    _acts["owning"] = command in _OWNING


def owning() -> bool:
    """Whether this process changes what tables there are, and so connects as the owner."""
    return _acts["owning"]


def passwords(file: Path) -> dict[Role, str]:
    """Each role's password: random, made on first use, kept in a file that its owner alone reads."""
    made = made_once(file, lambda: json.dumps({role: secrets.token_urlsafe(32) for role in Role}).encode())
    return {Role(role): word for role, word in json.loads(made).items()}


def stamp(file: Path) -> str:
    """What a cluster carries that has these roles with these passwords."""
    return hashlib.sha256(HBA.encode() + file.read_bytes()).hexdigest()


def sql_of_password(role: Role, word: str) -> str:
    """Gives a role its password, in one line."""
    return f"alter role {role} password '{word}';\n"


def sql_of_roles(words: dict[Role, str], *, makes_databases: bool) -> str:
    """For psql, as the superuser in `postgres`: the two roles, the database, and that it belongs to the owner.

    `makes_databases`: the owner may, as tests need.
    """
    lines = []
    for role in (Role.OWNER, Role.APPLICATION):
        can = "createdb" if makes_databases and role is Role.OWNER else "nocreatedb"
        lines += [
            f"select 'create role {role}' where not exists (select from pg_roles where rolname = '{role}') \\gexec",
            f"alter role {role} login nosuperuser {can} nocreaterole noreplication nobypassrls;",
            sql_of_password(role, words[role]),
        ]
    lines += [
        f"select 'create database {DATABASE}' where not exists"
        f" (select from pg_database where datname = '{DATABASE}') \\gexec",
        f"alter database {DATABASE} owner to {Role.OWNER};",
    ]
    return "\n".join(lines)


def sql_of_ownership() -> str:
    """For psql, as the superuser in the platform's database: what an older version made becomes the owner's."""
    own = f"and not exists (select from pg_depend d where d.objid = o.oid and d.deptype = 'e') and %s <> '{Role.OWNER}'"
    tables = own % "pg_get_userbyid(o.relowner)"
    return f"""
        select format('alter table %s owner to {Role.OWNER}', o.oid::regclass) from pg_class o
        where o.relnamespace = 'public'::regnamespace and o.relkind in ('r', 'p', 'v', 'm') {tables} \\gexec
        select format('alter sequence %s owner to {Role.OWNER}', o.oid::regclass) from pg_class o
        where o.relnamespace = 'public'::regnamespace and o.relkind = 'S' {tables} \\gexec
        select format('alter routine %s owner to {Role.OWNER}', o.oid::regprocedure) from pg_proc o
        where o.pronamespace = 'public'::regnamespace {own % "pg_get_userbyid(o.proowner)"} \\gexec
        select format('alter type %s owner to {Role.OWNER}', o.oid::regtype) from pg_type o
        left join pg_class c on c.oid = o.typrelid
        where o.typnamespace = 'public'::regnamespace and (o.typtype in ('e', 'd', 'r') or c.relkind = 'c')
        {own % "pg_get_userbyid(o.typowner)"} \\gexec
    """
