"""Runs the platform's processes together, starts again what dies, and stops everything it started."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from zhuanmai.core import postgres

_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG
_QUICK_DEATH_SECONDS = 2.0


class InUse(Exception):
    """Another platform runs on this home; the text says which, as it said of itself."""


@contextmanager
def alone(home: Path, who: str) -> Iterator[None]:
    """Be the only platform that is started on a home; who is killed lets it go. Raises InUse."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "platform.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise InUse(lock.read(200)) from None
        lock.truncate(0)
        lock.write(who)
        lock.flush()
        yield


@dataclass
class Part:
    """One process of the platform: a name, the command, and what runs now."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    quick_deaths: int = 0


@dataclass
class Supervisor:
    """Keeps parts and the embedded database running. One line on standard error when something was started again."""

    parts: list[Part]
    environment: Mapping[str, str]
    logs: Path
    cluster: postgres.Cluster | None = None
    _stopping: bool = field(default=False, init=False)
    _failed_starts: int = field(default=0, init=False)  # of the database, one after another

    def start(self) -> None:
        """Start every part (the database is started by the caller, before migrations)."""
        self.logs.mkdir(parents=True, exist_ok=True)
        signal.signal(signal.SIGINT, self._stop_soon)
        signal.signal(signal.SIGTERM, self._stop_soon)
        for part in self.parts:
            self._launch(part)

    def run(self, while_waiting: Callable[[], None] | None = None) -> None:
        """Watch until interrupted, then stop everything."""
        try:
            while not self._stopping:
                self._look_after()
                if while_waiting:
                    while_waiting()
                time.sleep(0.3)
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop what was started: the parts first, then the database."""
        for part in self.parts:
            if part.process and part.process.poll() is None:
                part.process.terminate()
        until = time.monotonic() + 8
        for part in self.parts:
            if part.process:
                try:
                    part.process.wait(max(0.1, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    part.process.kill()
                    part.process.wait()
        if self.cluster:
            postgres.stop(self.cluster)

    def _look_after(self) -> None:
        if self.cluster and not (postgres.is_running(self.cluster) or self._start_again(self.cluster)):
            return
        for part in self.parts:
            if part.process and part.process.poll() is not None and not self._stopping:
                lived = time.monotonic() - part.started_at
                part.quick_deaths = part.quick_deaths + 1 if lived < _QUICK_DEATH_SECONDS else 0
                print(f"{part.name} stopped ({part.process.returncode}); starting it again", file=sys.stderr)
                _end_group(part.process.pid)
                if part.quick_deaths:
                    time.sleep(min(5.0, part.quick_deaths))
                self._launch(part)

    def _start_again(self, cluster: postgres.Cluster) -> bool:
        """Whether the database runs again. One whose files are gone is not made anew: nobody would see what is lost."""
        if not postgres.is_made(cluster):
            print(f"the database's files are gone from {cluster.data}; stopping. Restore a backup.", file=sys.stderr)
            self._stopping = True
            return False
        print("the database stopped; starting it again", file=sys.stderr)
        try:
            postgres.start(cluster)
        except RuntimeError as error:  # what the killed server left behind ends in a moment: the next look tries again
            print(error, file=sys.stderr)
            time.sleep(min(5, self._failed_starts))
            self._failed_starts += 1
            return False
        self._failed_starts = 0
        return True

    def _launch(self, part: Part) -> None:
        with (self.logs / f"{part.name}.log").open("ab") as log:
            part.process = subprocess.Popen(
                part.command, env=dict(self.environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip
        part.started_at = time.monotonic()

    def _stop_soon(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True


def _end_group(pid: int) -> None:
    """End what a killed part left behind (a web server's workers would keep its port)."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _die_with_parent() -> None:
    """Ask Linux to end a child when its supervisor is killed outright (other systems leave it running)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() == 1:
            os._exit(1)
