"""What `zhuanmai doctor` looks at, and what proves a restore: rooms register both from their `checks` module."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from zhuanmai.core import jobs, origin, postgres, private, telling
from zhuanmai.core.models import Event


class Health(StrEnum):
    """How a check came out."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """The outcome of one check: what was looked at, how it is, and what to do (empty when all is well)."""

    what: str
    health: Health
    words: str
    remedy: str = ""


Check = Callable[[], Finding]
Proof = Callable[[], Iterable[str]]
_checks: list[Check] = []
_proofs: list[tuple[str, Proof]] = []


def register_check(check: Check) -> Check:
    """Add a check to `zhuanmai doctor`. A check returns a Finding; a database that does not answer may end it."""
    _checks.append(check)
    return check


def register_proof(name: str) -> Callable[[Proof], Proof]:
    """Add a proof that a restored bureau is whole: yields a sentence for each thing that is wrong."""

    def register(proof: Proof) -> Proof:
        _proofs.append((name, proof))
        return proof

    return register


def findings() -> list[Finding]:
    """Run all checks in the order in which they were registered; without a database, those that need it are one."""
    return list(dict.fromkeys(_found(check) for check in _checks))


def _found(check: Check) -> Finding:
    try:
        return check()
    except DatabaseError as error:
        words = f"数据库不应答（{telling.described(error)}），有检查没能进行"
        return Finding("数据库", Health.BAD, words, "请启动数据库，或核对 DATABASE_URL，然后重新运行 zhuanmai doctor。")


def failures(*, without: str = "") -> list[str]:
    """Run all proofs (but the one named `without`); what is wrong, each sentence preceded by the proof's name."""
    return [f"{name}：{sentence}" for name, proof in _proofs if name != without for sentence in proof()]


@register_check
def settings_are_sound() -> Finding:
    """Settings that must not stand in production, and an address at which no key would fit."""
    if settings.PROFILE != "production":
        remedy = "正式使用请设 ZHUANMAI_PROFILE=production。"
        return Finding("设置", Health.WARNING, f"运行环境：{settings.PROFILE}，允许口令登录", remedy)
    if wrong := origin.fault(settings.BASE_URL):
        remedy = "把 ZHUANMAI_BASE_URL 设为单位的 https 地址（小写域名，不带 :443 和路径）；否则所有钥匙都会被拒绝。"
        return Finding("设置", Health.BAD, f"对外地址 {settings.BASE_URL} {wrong}", remedy)
    if not settings.KEY_REQUIRED:
        remedy = "去掉 ZHUANMAI_KEY_REQUIRED=0，改用钥匙登录。"
        return Finding("设置", Health.BAD, "正式环境允许口令登录", remedy)
    return Finding("设置", Health.GOOD, "正式环境")


@register_check
def database_answers() -> Finding:
    """The database, its version and encoding."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('server_version'), current_setting('server_encoding')")
            version, encoding = cursor.fetchone()
    except OperationalError as error:
        return Finding("数据库", Health.BAD, f"连不上：{error}".strip(), "检查 DATABASE_URL，或先启动数据库。")
    if encoding != "UTF8":
        return Finding("数据库", Health.BAD, f"编码为 {encoding}", "数据库须以 UTF8 编码重建。")
    return Finding("数据库", Health.GOOD, f"PostgreSQL {version}，{'内置' if settings.EMBEDDED else '外部'}")


@register_check
def disk_has_room() -> Finding:
    """Free space where files are kept."""
    settings.HOME_DIR.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.HOME_DIR).free / 2**30
    if free < 2:
        return Finding("磁盘", Health.BAD, f"只剩 {free:.1f} GB", "清理磁盘或迁移 ZHUANMAI_HOME。")
    return Finding("磁盘", Health.GOOD, f"可用 {free:.0f} GB")


@register_check
def clocks_agree() -> Finding:
    """This machine's clock against the database's."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (theirs,) = cursor.fetchone()
    apart = abs((dt.datetime.now(dt.UTC) - theirs).total_seconds())
    if apart > 2:
        return Finding("时钟", Health.BAD, f"与数据库相差 {apart:.1f} 秒", "两台机器都启用网络对时（NTP）。")
    return Finding("时钟", Health.GOOD, "与数据库一致")


@register_check
def events_are_heard() -> Finding:
    """Events that waited for over five minutes: the job worker is down or a handler fails."""
    before = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    waiting = Event.objects.filter(handled_at=None, created_at__lt=before).count()
    if waiting:
        return Finding(
            "后台任务",
            Health.WARNING,
            f"{waiting} 个事件超过五分钟未处理",
            "检查任务进程是否在运行（zhuanmai worker）。",
        )
    return Finding("后台任务", Health.GOOD, "没有积压")


@register_check
def workers_are_alive() -> Finding:
    """Jobs that a dead worker left in the middle, and whether there is a worker that goes on with them."""
    dead, alive = jobs.dead_jobs().count(), jobs.living_workers().count()
    start = "启动任务进程（zhuanmai worker）；它会先接着做中断的任务。"
    if not alive and dead:
        return Finding("任务进程", Health.BAD, f"没有任务进程在运行，{dead} 个任务中断在半途", start)
    if not alive:
        return Finding("任务进程", Health.WARNING, "没有任务进程在运行", start)
    if dead:
        wait = "两分钟内会自动接着做；若仍未减少，请查看服务日志。"
        return Finding("任务进程", Health.WARNING, f"{dead} 个任务的进程已中断", wait)
    return Finding("任务进程", Health.GOOD, f"{alive} 个在运行")


@register_check
def jobs_are_done() -> Finding:
    """Jobs of any kind that failed and were not done again."""
    failed = jobs.failed()
    if failed:
        words = "、".join(f"{jobs.task_words(name)} {n} 个" for name, n in failed)
        return Finding("失败任务", Health.BAD, words, "在“任务”页看原因，排除后点“重做”。")
    return Finding("失败任务", Health.GOOD, "没有")


def close_own_places() -> None:
    """Close what lies open of the home and the lake, at the start of what changes them."""
    private.close([Path(settings.HOME_DIR)], passing=_passing())
    private.close(_lake_apart())


@register_check
def own_places_are_closed() -> Finding:
    """Folders and files that other users of the machine could read; the first five are named."""
    found = [*private.lying_open([Path(settings.HOME_DIR)], passing=_passing()), *private.lying_open(_lake_apart())]
    if found:
        named = "、".join(str(path) for path in found[:5]) + (f" 等 {len(found)} 处" if len(found) > 5 else "")
        return Finding("目录", Health.BAD, f"本机其他用户可以访问：{named}", "重新启动任务进程即会收紧权限。")
    return Finding("目录", Health.GOOD, "数据目录只有本系统可以读写")


@register_check
def database_role_is_bound() -> Finding:
    """Whether this process speaks to the database as a role that cannot change what holds the record together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user, rolsuper or rolcreaterole or rolbypassrls or rolreplication,"
            " exists(select from pg_class where relowner = r.oid and relnamespace = 'public'::regnamespace),"
            " has_schema_privilege('public', 'create') from pg_roles r where rolname = current_user"
        )
        name, mighty, owns, makes = cursor.fetchone()
    remedy = "迁移用所有者账号（DATABASE_OWNER_URL），运行用应用账号（DATABASE_URL），再运行 zhuanmai migrate。"
    if mighty or owns or makes:
        health = Health.BAD if settings.PROFILE == "production" else Health.WARNING
        why = "有超级权限" if mighty else "拥有数据表" if owns else "可以建表"
        return Finding("数据库账号", health, f"{name} {why}", remedy)
    return Finding("数据库账号", Health.GOOD, f"{name} 只能读写数据")


@register_check
def database_is_closed() -> Finding:
    """Whether somebody connects without a password; and for the embedded server, whether its folders are closed."""
    found = postgres.lies_open(postgres.cluster_of(settings.HOME_DIR)) if settings.EMBEDDED else []
    found += [f"无需口令即可用 {name} 连接" for name in {settings.APPLICATION_ROLE, "postgres"} if _connects(name)]
    if found:
        remedy = "重新启动内置数据库即会改正。" if settings.EMBEDDED else "在 pg_hba.conf 中要求口令（scram-sha-256）。"
        return Finding("数据库入口", Health.BAD, "；".join(sorted(found)), remedy)
    return Finding("数据库入口", Health.GOOD, "须凭口令连接")


def _connects(name: str) -> bool:
    """Whether a role gets in without a password, from here."""
    facts = connection.settings_dict
    where = {"host": facts["HOST"], "port": facts["PORT"] or None, "dbname": facts["NAME"], "user": name}
    nowhere = str(Path(settings.HOME_DIR) / "secrets" / "none")
    try:
        psycopg.connect(**where, password="", passfile=nowhere, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _lake_apart() -> list[Path]:
    """The lake's folder, where it does not lie in the home, which is walked whole."""
    lake = Path(settings.LAKE_DIR)
    return [] if lake.is_relative_to(settings.HOME_DIR) else [lake]


def _passing() -> int | None:
    """Whom the home must let pass; also where another process than this one uses the embedded server in it."""
    is_there = settings.EMBEDDED or (Path(settings.HOME_DIR) / "postgres").exists()
    return postgres.passing_group() if is_there else None
