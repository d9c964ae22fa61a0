"""A job worker as a process of its own on the test's database, which a test holds in the middle of its jobs and kills.

`python -m tests.workers MOMENT FOLDER` is that process: at MOMENT (`before` the task, or `after` it, when its effect is
done and only the queue does not know yet) each job leaves a mark in FOLDER and goes no further; `free` holds nothing.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tests.behind import url_of
from zhuanmai.core import postgres
from zhuanmai.core.roles import Role

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 90.0  # after so long a test gives up


@dataclass
class Worker:
    """A worker process; `home` is its ZHUANMAI_HOME."""

    home: Path
    moment: str = "free"
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it on the database that the test is connected to."""
        where = url_of(Role.APPLICATION)
        programs = Path(postgres.binary("pg_dump")).parent
        around = {
            **os.environ, "ZHUANMAI_HOME": str(self.home), "ZHUANMAI_LAKE": str(settings.LAKE_DIR), "DATABASE_URL": where,
            "PATH": f"{programs}:{os.environ['PATH']}", **self.extra,
        }  # fmt: skip
        self.marks.mkdir(parents=True, exist_ok=True)
        with (self.home / f"worker-{self.moment}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.workers", self.moment, str(self.marks)], cwd=ROOT, env=around,
                stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def marks(self) -> Path:
        """Where held jobs leave their marks."""
        return self.home / "held"

    def holds(self, jobs: set[int]) -> bool:
        """Whether it has each of these jobs in its hands."""
        return jobs <= {int(path.name) for path in self.marks.iterdir()}

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def until(self, so: Callable[[], bool], what: str) -> None:
        """Wait until something is so while the worker lives. Raises AssertionError with the end of its log."""
        limit = time.monotonic() + SECONDS
        while not so():
            log = (self.home / f"worker-{self.moment}.log").read_text(errors="replace")[-3000:]
            assert self.process
            assert self.process.poll() is None, f"the worker ended by itself:\n{log}"
            assert time.monotonic() < limit, f"{what}: not within {SECONDS:.0f} s\n{log}"
            time.sleep(0.05)


@contextmanager
def at_work(worker: Worker) -> Iterator[Worker]:
    """A worker that runs as long as the block does, unless it is killed in it."""
    worker.start()
    try:
        yield worker
    finally:
        if worker.process is not None and worker.process.poll() is None:
            worker.kill()


def a_minute_later() -> None:
    """The heartbeats of all workers lie a minute and a second further back."""
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = last_heartbeat - interval '61 seconds'")


def main(moment: str, marks: Path) -> None:
    """The process: the ordinary worker command, with each job held at the moment."""
    django.setup()
    from procrastinate.contrib.django import app  # the app exists only now

    async def hold(call_next: Callable[[], Any], context: Any, _worker: Any) -> Any:
        done = await call_next() if moment == "after" else None
        (marks / str(context.job.id)).touch()
        await asyncio.Event().wait()
        return done

    if moment != "free":
        app.worker_defaults["worker_middleware"] = [hold]
    call_command("worker", concurrency=40, poll=0.2)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
