"""The application's role in the database owns nothing and cannot undo what holds the record together: walked table by
table, as the platform's own processes connect. Clusters of an older version are taken over where they are.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pgtrigger
import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg import errors, sql

from tests.behind import url_of
from zhuanmai.core import checks, grants, postgres, roles
from zhuanmai.core.checks import Health
from zhuanmai.core.roles import Role

embedded = pytest.mark.skipif(
    not settings.EMBEDDED, reason="the roles of a server of one's own are its administrator's"
)
LEDGER = {
    "ledger_entry": {"DELETE", "UPDATE"},
    "ledger_treehead": {"DELETE", "UPDATE"},
    "ledger_ledgerpersonal": {"UPDATE"},
}


@pytest.fixture
def application(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection made as the web server makes its own: by the role's name and password."""
    where = url_of(Role.APPLICATION)
    with psycopg.connect(where, autocommit=True) as made:
        yield made


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return [table.name for table in connection.introspection.get_table_list(cursor)]


def append_only() -> dict[str, set[str]]:
    """What the triggers of each table refuse outright, told by the models."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models():
        for trigger in getattr(model._meta, "triggers", []):
            if type(trigger) is pgtrigger.Protect and not trigger.condition:
                found.setdefault(model._meta.db_table, set()).update(map(str, trigger.operation))
    return found


@embedded
def test_every_table_refuses_what_would_undo_its_rules(application: psycopg.Connection) -> None:
    assert LEDGER.items() <= append_only().items()
    assert {"procrastinate_jobs", "django_migrations", *append_only()} <= set(tables())
    let_through = []
    for table in tables():
        name = sql.Identifier(table)
        statements = {
            "truncate": sql.SQL("truncate {} cascade").format(name),
            "triggers": sql.SQL("alter table {} disable trigger all").format(name),
            "user triggers": sql.SQL("alter table {} disable trigger user").format(name),
            "columns": sql.SQL("alter table {} add column more text").format(name),
            "drop": sql.SQL("drop table {} cascade").format(name),
            "trigger": sql.SQL(
                "create trigger t before insert on {} execute function tsvector_update_trigger()"
            ).format(name),
            "grant": sql.SQL("alter table {} owner to {}").format(name, sql.Identifier(Role.APPLICATION)),
        }
        key = sql.SQL("select column_name from information_schema.columns where table_name = {} limit 1")
        [(column,)] = application.execute(key.format(sql.Literal(table))).fetchall()
        if "UPDATE" in append_only().get(table, set()):
            setting = sql.SQL("update {} set {} = {}").format(name, sql.Identifier(column), sql.Identifier(column))
            statements["update"] = setting
            statements["lock"] = sql.SQL("select * from {} for update").format(name)
        if "DELETE" in append_only().get(table, set()):
            statements["delete"] = sql.SQL("delete from {}").format(name)
        for what, statement in statements.items():
            with suppress(errors.InsufficientPrivilege):
                application.execute(statement)
                let_through.append(f"{table}: {what}")
    assert let_through == []


@embedded
@pytest.mark.parametrize(
    "statement",
    [
        "set session_replication_role = replica",
        "set role zhuanmai_owner",
        "set session authorization zhuanmai_owner",
        "create table public.mine (n int)",
        "create temp table mine (n int)",
        "create schema mine",
        "create extension hstore",
        "create function public.mine() returns int language sql as 'select 1'",
        "create role mine",
        "alter role zhuanmai_application superuser",
        "alter role zhuanmai_application createrole",
        "alter system set fsync = off",
        "copy (select 1) to program 'true'",
        "copy ledger_treehead from '/dev/null'",
        "select pg_read_file('/etc/passwd')",
        "select * from pg_authid",
        "insert into django_migrations (app, name, applied) values ('ledger', '9', now())",
    ],
)
def test_the_application_cannot_make_itself_more(application: psycopg.Connection, statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedFile, errors.FeatureNotSupported)):
        application.execute(statement)


@embedded
def test_it_hears_and_does_jobs(application: psycopg.Connection) -> None:
    """What the queue needs: its functions, and notices."""
    listening = psycopg.connect(application.info.dsn, password=application.info.password, autocommit=True)
    listening.execute("listen procrastinate_any_queue_v1")
    job = "select procrastinate_defer_jobs_v1(array[row('q', 'core.sweep', 0, null, null, '{}', null)::procrastinate_job_to_defer_v1])"
    application.execute(job)
    assert [one.channel for one in listening.notifies(timeout=30, stop_after=1)] == ["procrastinate_any_queue_v1"]
    listening.close()
    application.execute("delete from procrastinate_jobs where queue_name = 'q'")


@embedded
def test_what_a_later_migration_makes_is_usable_and_walked(application: psycopg.Connection) -> None:
    with psycopg.connect(url_of(Role.OWNER), autocommit=True) as owner:
        owner.execute("create table public.later (n serial primary key)")
        try:
            application.execute("insert into later default values")
            with pytest.raises(errors.InsufficientPrivilege):
                application.execute("truncate later")
        finally:
            owner.execute("drop table public.later")


@embedded
def test_the_tests_speak_as_the_application(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == (Role.APPLICATION,)
    grants.apply()  # as the application: nothing to grant, nothing refused


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of its own with a short path, as the database's system user can reach it."""
    made = Path(tempfile.mkdtemp(prefix="zm"))
    made.chmod(0o755)  # as the older versions left it
    try:
        yield made
    finally:
        postgres.stop(postgres.cluster_of(made))
        shutil.rmtree(made)


def refused(url: str) -> bool:
    """Whether nobody gets in like this."""
    try:
        psycopg.connect(url, passfile="/dev/null").close()
    except psycopg.OperationalError:
        return True
    return False


def test_a_new_cluster_lets_in_only_who_has_a_password(home: Path) -> None:
    cluster = postgres.cluster_of(home)
    postgres.start(cluster)
    assert cluster.sockets.stat().st_mode & 0o777 == 0o700
    assert home.stat().st_mode & 0o067 == 0
    assert cluster.secrets.stat().st_mode & 0o777 == 0o600
    assert len(set(roles.passwords(cluster.secrets).values())) == 3
    for role in Role:
        assert refused(f"postgresql://{role}@/postgres?host={quote(str(cluster.sockets))}")
        assert refused(f"postgresql://{role}:x@/postgres?host={quote(str(cluster.sockets))}")
        with psycopg.connect(cluster.url(role)) as made:
            assert made.execute("select current_setting('listen_addresses')").fetchone() == ("",)
    assert postgres.lies_open(cluster) == []
    cluster.secrets.unlink()  # lost: made anew, and given to the same cluster at the next start
    postgres.start(cluster)
    with psycopg.connect(cluster.url(Role.OWNER)) as made:
        made.execute("create table kept ()")


def test_a_cluster_of_an_older_version_is_taken_over_while_it_runs(home: Path) -> None:
    cluster = postgres.cluster_of(home)
    old = home / "old"
    owner = postgres._owner()
    for folder in (cluster.data, old):
        folder.mkdir(mode=0o755)
        if owner:
            shutil.chown(folder, owner)
    run = {"cwd": "/", "check": True, "capture_output": True, **postgres._as(owner)}
    options = f"-k {old} -c listen_addresses="
    initdb = [
        postgres.binary("initdb"),
        "-D",
        str(cluster.data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale",
        "C.UTF-8",
    ]
    subprocess.run(initdb, **run)
    start = [postgres.binary("pg_ctl"), "start", "-w", "-D", str(cluster.data), "-o", options, "-l", str(old / "log")]
    subprocess.run(start, **{**run, "capture_output": False, "stdout": subprocess.DEVNULL})
    anybody = f"host={old} user=postgres"
    psycopg.connect(f"{anybody} dbname=postgres", autocommit=True).execute("create database zhuanmai")
    with psycopg.connect(f"{anybody} dbname=zhuanmai") as made:
        made.execute("create table act (n bigserial primary key, state text)")
        made.execute("create type mood as enum ('calm')")
        made.execute("create function f() returns int language sql as 'select 1'")
        made.execute("create extension pg_trgm")
        made.execute("insert into act (state) values ('kept')")
    postgres.start(cluster)
    assert refused(f"postgresql://postgres@/zhuanmai?host={quote(str(old))}")
    assert refused(f"postgresql://postgres@/zhuanmai?host={quote(str(cluster.sockets))}")
    with psycopg.connect(cluster.url(Role.OWNER)) as made:
        assert made.execute("select state from act").fetchall() == [("kept",)]
        made.execute("alter table act add column more text")
        made.execute("alter type mood add value 'glad'")
        made.execute("drop function f()")
        made.execute("insert into act (state) values ('more')")


@embedded
@pytest.mark.parametrize("profile, health", [("production", Health.BAD), ("demo", Health.WARNING)])
@pytest.mark.parametrize("role, why", [("none", "有超级权限"), (Role.OWNER, "拥有数据表"), (Role.APPLICATION, "")])
def test_doctor_names_a_role_that_may_too_much(
    transactional_db: None, settings: Any, role: str, why: str, profile: str, health: Health
) -> None:
    settings.PROFILE = profile
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local role {role}")
        finding = checks.database_role_is_bound()
        assert (finding.health, why in finding.words) == (health if why else Health.GOOD, True), finding


@embedded
def test_doctor_names_an_open_database(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert checks.database_is_closed().health is Health.GOOD
    monkeypatch.setattr(checks, "_connects", lambda name: name == "postgres")
    finding = checks.database_is_closed()
    assert (finding.health, finding.words) == (Health.BAD, "无需口令即可用 postgres 连接")
    monkeypatch.undo()
    opened = postgres.Cluster(data=tmp_path / "data", sockets=tmp_path / "run", secrets=tmp_path / "words")
    for folder in (opened.data, opened.sockets):
        folder.mkdir()
        folder.chmod(0o755)
    (opened.data / "pg_hba.conf").write_text("local all all trust\n")
    monkeypatch.setattr(postgres, "cluster_of", lambda home: opened)
    words = checks.database_is_closed().words
    assert [part in words for part in ("pg_hba.conf 不是", "data 对他人开放", "run 对他人开放")] == [True] * 3
