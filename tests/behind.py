"""As whom tests speak to the database: as the application, like the platform; and, openly, behind its rules.

Each test's connection is the superuser's, who has taken the application's role: what the role may not do is refused to
a test as it is to the platform. Only what this module gives steps out of the role, to do what a database administrator
could. (With a DATABASE_URL of one's own tests speak as whoever that names.)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from zhuanmai.core import postgres
from zhuanmai.core.roles import Role


def _cluster() -> postgres.Cluster:
    """The embedded server of this run (tests.environment has named its home)."""
    return postgres.cluster_of(Path(os.environ["ZHUANMAI_HOME"]))


def speak_as(role: Role) -> None:
    """From here on, for all connections to come, and with none open. The owner makes and takes away a run's database."""
    connection.close()
    if settings.EMBEDDED:
        parts = urlsplit(_cluster().url(Role.SUPERUSER))
        connection.settings_dict |= {"USER": parts.username, "PASSWORD": unquote(parts.password or "")}
        connection.settings_dict["OPTIONS"]["assume_role"] = str(role)


def url_of(role: Role) -> str:
    """The DATABASE_URL under which another process reaches this run's database as a role."""
    name = connection.settings_dict["NAME"]
    if settings.EMBEDDED:
        return _cluster().url(role, name)
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))


@contextmanager
def owning() -> Iterator[Any]:
    """A cursor in a transaction of its own that is the owner's: triggers and foreign keys hold, grants do not."""
    with transaction.atomic(), connection.cursor() as cursor:
        role = connection.settings_dict["OPTIONS"].get("assume_role")
        if role:
            cursor.execute(f"set local role {Role.OWNER}")
        yield cursor
        if role:
            cursor.execute(f"set local role {role}")


@contextmanager
def behind_the_rules() -> Iterator[Any]:
    """A cursor on the test's own connection for which no trigger, no foreign key and no role holds."""
    with connection.cursor() as cursor:
        _step_out(cursor, "")
        try:
            yield cursor
        finally:
            if connection.connection.info.transaction_status != TransactionStatus.INERROR:
                cursor.execute("set session_replication_role = origin")
                if role := connection.settings_dict["OPTIONS"].get("assume_role"):
                    cursor.execute(f"set role {role}")


def behind_the_rules_from_here() -> None:
    """The same to the end of the running transaction, for whatever it does."""
    with connection.cursor() as cursor:
        _step_out(cursor, "local")


def _step_out(cursor: Any, how_long: str) -> None:
    cursor.execute(f"set {how_long} role none")
    cursor.execute(f"set {how_long} session_replication_role = replica")
