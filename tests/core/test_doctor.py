"""Doctor is red in production on whatever must not stand there, and on failed work of any kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from zhuanmai.accounts.models import Officer
from zhuanmai.core import checks, jobs
from zhuanmai.core.checks import Health

pytestmark = pytest.mark.django_db
SOUND = {"PROFILE": "production", "BASE_URL": "https://zm.example.cn", "KEY_REQUIRED": True}


@pytest.fixture
def production(settings: Any) -> Iterator[Any]:
    """An installation that is in use."""
    for name, value in SOUND.items():
        setattr(settings, name, value)
    return settings


def red() -> dict[str, str]:
    """What doctor is red on, in its words."""
    return {one.what: one.words for one in checks.findings() if one.health is Health.BAD}


def test_without_a_database_doctor_is_red_once_and_says_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> checks.Finding:
        raise OperationalError("connection to 10.0.0.1 refused for user 甲")

    good = checks.Finding("磁盘", Health.GOOD, "够用")
    monkeypatch.setattr(checks, "_checks", [gone, lambda: good, gone])
    bad, other = checks.findings()
    assert (bad.what, bad.health, other) == ("数据库", Health.BAD, good)
    assert bad.words == "数据库不应答（django.db.utils.OperationalError），有检查没能进行"


@pytest.mark.parametrize(
    "name, value, words",
    [
        ("BASE_URL", "https://zm.example.cn", None),
        (
            "BASE_URL",
            "https://zm.example.cn:443",
            "对外地址 https://zm.example.cn:443 写法与浏览器不同，应写 https://zm.example.cn",
        ),
        ("BASE_URL", "https://10.0.0.1", "对外地址 https://10.0.0.1 主机是 IP 地址，钥匙只认域名"),
        ("KEY_REQUIRED", False, "正式环境允许口令登录"),
    ],
)
def test_red_on_settings(production: Any, name: str, value: Any, words: str | None) -> None:
    setattr(production, name, value)
    assert red().get("设置") == words


def test_a_seal_of_the_demo_is_red_in_production_only(production: Any) -> None:
    assert "其印章没有效力" in red()["印章证书"]
    production.PROFILE = "demo"
    assert "印章证书" not in red()


def test_accounts_of_the_demo_are_red_while_they_can_be_used(
    production: Any, officer_with: Callable[[str], Officer]
) -> None:
    officer = officer_with("officer")
    assert "演示账号" not in red()
    Officer.objects.filter(pk=officer.pk).update(is_demo=True)
    assert red()["演示账号"] == f"有演示账号：{officer.username}"
    Officer.objects.filter(pk=officer.pk).update(is_active=False)
    assert "演示账号" not in red()
    Officer.objects.filter(pk=officer.pk).update(is_active=True)
    production.PROFILE = "demo"
    assert "演示账号" not in red()


@pytest.mark.parametrize("task", ["core.backup", "exchange.send", "made.up"])
def test_a_failed_job_of_any_kind_is_red_until_it_is_done_again(task: str) -> None:
    def standing(status: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs")
            cursor.execute(
                "insert into procrastinate_jobs (queue_name, task_name, args, status) values ('default', %s, '{}', %s)",
                [task, status],
            )

    standing("succeeded")
    assert "失败任务" not in red()
    standing("failed")
    assert red()["失败任务"] == f"{jobs.task_words(task)} 1 个"
