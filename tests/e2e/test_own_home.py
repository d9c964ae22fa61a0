"""A started platform has nothing that another user of the machine could read, or connect to."""

from __future__ import annotations

import psycopg
import pytest

from tests.stack import Stack
from zhuanmai.core import postgres, private
from zhuanmai.core.roles import Role


def test_nothing_of_a_started_platform_lies_open(stack: Stack) -> None:
    cluster = postgres.cluster_of(stack.home)
    assert {path.name for path in stack.home.iterdir()} >= {"lake", "logs", "secrets", "national", "prepared"}
    assert list(private.lying_open([stack.home], passing=postgres.passing_group())) == []
    assert list(private.lying_open([cluster.data, cluster.sockets])) == []
    assert postgres.lies_open(cluster) == []


def test_its_processes_speak_as_the_application(stack: Stack) -> None:
    with psycopg.connect(postgres.cluster_of(stack.home).url(Role.SUPERUSER)) as made:
        roles = made.execute(
            "select distinct usename from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        assert roles.fetchall() == [(Role.APPLICATION,)]
        [(owned,)] = made.execute(
            "select count(*) from pg_class where relnamespace = 'public'::regnamespace"
            f" and pg_get_userbyid(relowner) <> '{Role.OWNER}'"
        ).fetchall()
        assert owned == 0


def test_nobody_connects_without_a_password(stack: Stack) -> None:
    for role in Role:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(
                host=str(postgres.cluster_of(stack.home).sockets), user=role, dbname="zhuanmai", passfile="/dev/null"
            )


def test_doctor_says_so(stack: Stack) -> None:
    told = stack.command("doctor", check=False).stdout
    for line in ("✓ 目录", "✓ 数据库账号", "✓ 数据库入口"):
        assert line in told
