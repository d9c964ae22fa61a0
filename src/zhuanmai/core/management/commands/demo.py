"""`zhuanmai demo`: the whole platform on one machine, with the demo bureau. Ctrl-C stops all of it."""

from __future__ import annotations

import argparse
import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhuanmai import settings as facts
from zhuanmai.core import postgres, private
from zhuanmai.core.door import server
from zhuanmai.core.supervisor import InUse, Part, Supervisor, alone

SEEDS = ("load_reference", "seed_bureau", "seed_register", "seed_city")


class Command(BaseCommand):
    """Start database, web server, job worker and the simulated national system; seed the demo bureau."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ports, and how many web workers."""
        parser.add_argument("--port", type=int, default=int(os.environ.get("ZHUANMAI_PORT", "8000")))
        parser.add_argument("--national-port", type=int, default=0, help="0: any free port")
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--prepare-only", action="store_true", help="migrate and seed, then stop")

    def handle(self, *_: Any, **options: Any) -> None:
        """Prepare, start, say where it is, watch; one demo a home."""
        home = Path(os.environ.get("ZHUANMAI_HOME") or facts.HOME_DIR)
        try:
            with alone(home, f"进程 {os.getpid()}，端口 {options['port']}"):
                self._run(options)
        except InUse as other:
            words = f"{home} 上已有一个演示在运行（{other}）；请先停掉它，或用 ZHUANMAI_HOME=… 另选一个目录。"
            raise CommandError(words) from None

    def _run(self, options: dict[str, Any]) -> None:
        port = options["port"]
        if not _free(port):
            raise CommandError(f"端口 {port} 已被占用；请用 ZHUANMAI_PORT=… make demo 换一个端口。")
        environment = _environment(port, options["national_port"] or _any_free_port())
        cluster = None if "DATABASE_URL" in os.environ else postgres.cluster_of(Path(environment["ZHUANMAI_HOME"]))
        home = Path(environment["ZHUANMAI_HOME"])
        private.close([home], passing=postgres.passing_group() if cluster else None)
        if cluster:
            postgres.start(cluster)
        try:
            _prepare(environment, cluster)
        except subprocess.CalledProcessError as error:
            if cluster:
                postgres.stop(cluster)
            raise CommandError(f"准备失败（{' '.join(error.cmd[3:])}）；请把上面的提示发给管理员。") from None
        if options["prepare_only"]:
            if cluster:
                postgres.stop(cluster)
            return
        supervisor = Supervisor(
            parts=_parts(environment, port, options["workers"]),
            environment=environment,
            logs=home / "logs",
            cluster=cluster,
        )
        supervisor.start()
        if not _answers(f"http://127.0.0.1:{port}/healthz"):
            supervisor.stop()
            raise CommandError(f"服务未能启动；原因见 {supervisor.logs}/web.log。")
        subprocess.run([*_zhuanmai(), "seed_bureau", "--show"], env=environment, check=False)
        self.stdout.write(f"国家局系统（模拟）  {environment['ZHUANMAI_NATIONAL_URL']}")
        self.stdout.write(environment["ZHUANMAI_BASE_URL"])
        self.stdout.flush()
        supervisor.run()


def _environment(port: int, national_port: int) -> dict[str, str]:
    environment = dict(os.environ)
    environment.setdefault("ZHUANMAI_PROFILE", "demo")
    environment.setdefault("ZHUANMAI_HOME", str(facts.HOME_DIR))
    environment["ZHUANMAI_BASE_URL"] = f"http://localhost:{port}"
    environment["ZHUANMAI_NATIONAL_URL"] = f"http://127.0.0.1:{national_port}"
    environment.setdefault("ZHUANMAI_ALERTS_PER_WEEK", "40")  # so that a first run raises enough to be tried
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def _zhuanmai() -> list[str]:
    return [sys.executable, "-m", "zhuanmai.cli"]


def _parts(environment: dict[str, str], port: int, workers: int) -> list[Part]:
    web = server("zhuanmai.web:application", host="127.0.0.1", port=port, workers=workers)
    national = environment["ZHUANMAI_NATIONAL_URL"].rsplit(":", 1)[1]
    store = str(Path(environment["ZHUANMAI_HOME"]) / "national")
    return [
        Part("web", web),
        Part("worker", [*_zhuanmai(), "worker"]),
        Part("national", [*_zhuanmai(), "sandbox", "national", "--port", national, "--store", store]),
    ]


def _prepare(environment: dict[str, str], cluster: postgres.Cluster | None) -> None:
    """Build, migrate, seed. Skipped step by step when nothing has changed since the last start."""
    subprocess.run([*_zhuanmai(), "build"], env=environment, check=True)
    stamp = Path(environment["ZHUANMAI_HOME"]) / "prepared"
    wanted = _fingerprint(cluster)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    for command in (["migrate", "-v", "0"], *([seed] for seed in SEEDS)):
        subprocess.run([*_zhuanmai(), *command], env=environment, check=True)
    stamp.write_text(wanted)


def _fingerprint(cluster: postgres.Cluster | None) -> str:
    """Changes when code that prepares, reference data or the database changes."""
    digest = hashlib.sha256()
    for pattern in ("*/migrations/*.py", "*/management/commands/*.py", "*/data/**/*", "core/grants.py"):
        for path in sorted(facts.PACKAGE.glob(pattern)):
            if path.is_file():
                digest.update(str(path.relative_to(facts.PACKAGE)).encode() + path.read_bytes())
    identity = facts.DATABASE_URL if cluster is None else str((cluster.data / "PG_VERSION").stat().st_ctime_ns)
    digest.update(identity.encode())
    return digest.hexdigest()


def _answers(url: str) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return True  # it runs and says what is wrong with it
        except OSError:
            time.sleep(0.1)
    return False


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
