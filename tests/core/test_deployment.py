"""What the bureau is served from: images, units, the proxy and the demo; and that nobody can guess a path in /tmp."""

from __future__ import annotations

import ast
import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HARDENED = {
    "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "ProtectHome=yes",
    "PrivateDevices=yes", "ProtectProc=invisible", "RestrictNamespaces=yes", "RestrictSUIDSGID=yes",
    "CapabilityBoundingSet=", "SystemCallFilter=@system-service", "LimitCORE=0",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "User=zhuanmai",
}  # fmt: skip


def read(name: str) -> str:
    """A file of deploy/."""
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_every_base_of_an_image_is_pinned_and_none_runs_as_root() -> None:
    for path in DEPLOY.glob("*Dockerfile*"):
        text = path.read_text(encoding="utf-8")
        for base in re.findall(r"^FROM (\S+)", text, re.M):
            assert re.search(r"@sha256:[0-9a-f]{64}$|:\d+\.\d+\.\d+(-[a-z-]+)*$", base), base
        users = re.findall(r"^USER (\S+)", text[text.rindex("\nFROM ") :], re.M)
        assert users, "it runs as root"
        assert users[-1].partition(":")[0] not in ("root", "0")
        assert "pg_dump --version" in text, "backups need it inside"
        assert "--require-hashes" in text


def test_what_a_home_or_a_developer_keeps_does_not_get_into_an_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    wanted = {"var", ".git", ".venv", "**/*.password", "**/*.key", "**/*.age", "**/environment", "**/node_modules"}
    assert wanted <= set(left_out)


def test_containers_of_the_application_can_do_nothing_else() -> None:
    application = read("compose.yaml").partition("&application")[2].partition("\n  worker:")[0]
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", 'ports: ["127.0.0.1:'):
        assert line in application
    assert 'restart: "no"' in read("compose.yaml").partition("\n  migrate:")[2], "it would migrate for ever"


@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("*.service")))
def test_units_are_hardened(unit: str) -> None:
    assert set(read(unit).splitlines()) >= HARDENED
    if shutil.which("systemd-analyze"):
        asked = ["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(DEPLOY / unit)]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-500:]


def test_the_proxy_limits_and_does_not_log_what_was_asked() -> None:
    text = read("nginx.conf")
    for directive in (
        "Strict-Transport-Security", "client_max_body_size", "client_header_timeout", "client_body_timeout",
        "keepalive_timeout", "limit_conn ", "server_tokens off", "X-Forwarded-For $remote_addr;",
        "TLSv1.2 TLSv1.3;",
    ):  # fmt: skip
        assert directive in text, directive
    (logged,) = re.findall(r"^log_format.*$", text, re.M)
    assert not re.search(r"\$(request|request_uri|args|query_string|http_referer|http_cookie|is_args)\b", logged)
    assert set(re.findall(r"access_log\s+(?:off|\S+ (\w+));", text)) == {"", "zhuanmai"}
    assert re.findall(r"error_log\s+\S+ (\w+);", text) == ["crit"], "below it, request lines are written whole"


OURS_OR_REFUSED = {"core/postgres.py": "the embedded database's socket and programs: whose they are is checked there"}


def _guessable(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"/(var/)?tmp(/|$)", node.value):
            yield node.value
        owner = getattr(getattr(node, "value", None), "id", "")
        if isinstance(node, ast.Attribute) and owner == "tempfile" and node.attr in ("gettempdir", "mktemp"):
            yield node.attr


def test_nobody_can_guess_a_path_in_tmp() -> None:
    """Folders are made by mkdtemp (0700, a name that nobody knows) or lie in the home."""
    walked = [path for top in ("src", "tests", "benchmarks") for path in (ROOT / top).glob("**/*.py")]
    assert len(walked) > 500
    found = {
        str(path.relative_to(ROOT)) for path in walked if "node_modules" not in path.parts and any(_guessable(path))
    }
    ours = {f"src/zhuanmai/{name}" for name in OURS_OR_REFUSED}
    assert found - ours - {"tests/core/test_deployment.py"} == set()
    for path in DEPLOY.iterdir():
        assert not re.search(r"(?<![\w/])/(var/)?tmp/\w", path.read_text(encoding="utf-8")), path.name


def test_the_api_is_not_described_to_the_network_in_production(tmp_path: Path) -> None:
    asked = (
        "import django; django.setup()\n"
        "from django.urls import resolve, Resolver404\n"
        "from django.conf import settings\n"
        "for path in ('/api/docs', '/api/openapi.json'):\n"
        "    try:\n"
        "        resolve(path)\n"
        "    except Resolver404:\n"
        "        print('none')\n"
        "print('ninja' in settings.INSTALLED_APPS)\n"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ZHUANMAI_")}
    clean |= {
        "DJANGO_SETTINGS_MODULE": "zhuanmai.settings",
        "ZHUANMAI_PROFILE": "production",
        "ZHUANMAI_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", asked], env=clean, capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["none", "none", "False"]


@pytest.mark.django_db
def test_elsewhere_it_is_described_without_outside_scripts() -> None:
    text = Client().get("/api/docs").content.decode()
    assert "swagger" in text
    assert re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text) == [], "nothing inline runs"
    assert Client().get("/api/").status_code in (302, 404)


def test_a_second_demo_on_one_home_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUANMAI_HOME", str(tmp_path))
    with (tmp_path / "platform.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("进程 7，端口 8123")
        lock.flush()
        before: list[Any] = sorted(tmp_path.iterdir())
        with pytest.raises(CommandError, match=r"已有一个演示在运行（进程 7，端口 8123）.*ZHUANMAI_HOME"):
            call_command("demo", "--port", "8999")
        assert sorted(tmp_path.iterdir()) == before
