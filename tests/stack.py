"""The whole platform in processes of its own (`zhuanmai demo`), for browser tests, benchmarks and proofs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """A started platform: where it is, its home folder, and its processes by name."""

    home: Path
    port: int = field(default_factory=free_port)
    national_port: int = field(default_factory=free_port)
    workers: int = 2
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The bureau's address (localhost, so that WebAuthn works)."""
        return f"http://localhost:{self.port}"

    @property
    def national(self) -> str:
        """The simulated national system's address."""
        return f"http://127.0.0.1:{self.national_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which `zhuanmai …` commands speak to this platform."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ZHUANMAI_")}
        return {
            **clean,
            "ZHUANMAI_PROFILE": "demo",
            "ZHUANMAI_HOME": str(self.home),
            "ZHUANMAI_BASE_URL": self.url,
            "ZHUANMAI_NATIONAL_URL": self.national,
            "ZHUANMAI_DEMO_RETAILERS": "0",
            **self.extra,
        }

    def start(self, seconds: float = 300) -> None:
        """Start everything and wait until it answers. Raises RuntimeError with the output if it does not."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zhuanmai.cli", "demo", "--port", str(self.port), "--national-port",
             str(self.national_port), "--workers", str(self.workers)],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        lines: list[str] = []
        until = time.monotonic() + seconds
        assert self.process.stdout
        for line in self.process.stdout:
            lines.append(line)
            if line.strip() == self.url:
                return
            if time.monotonic() > until:
                break
        raise RuntimeError("the platform did not start:\n" + "".join(lines) + self.log("web"))

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `zhuanmai …` against this platform."""
        return subprocess.run(
            [sys.executable, "-m", "zhuanmai.cli", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=check,
        )  # fmt: skip

    def log(self, part: str) -> str:
        """The end of one part's log."""
        path = self.home / "logs" / f"{part}.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def answers(self) -> bool:
        """Whether the web server answers now."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=3) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def new_home() -> Path:
    """A fresh home folder that the database's system user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="zhuanmai-home-"))
    folder.chmod(0o755)
    return folder
