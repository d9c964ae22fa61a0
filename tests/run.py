"""`make test`: builds what the tests need, then runs them in parallel, browser included."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests import environment
from zhuanmai.core import postgres

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def main() -> int:
    """Build, find a browser, run pytest on all cores; returns its exit code."""
    if not any(map(shutil.which, BROWSERS)) and not _install_browser():
        print("The browser tests need Chromium or Chrome: on Debian, `apt-get install chromium`.", file=sys.stderr)
        return 1
    cluster = postgres.cluster_of(environment.HOME)
    try:
        subprocess.run([sys.executable, "-m", "zhuanmai.cli", "build"], cwd=ROOT, check=True)
        command = [sys.executable, "-m", "pytest", "-n", str(os.cpu_count() or 2), "--dist", "loadgroup", *sys.argv[1:]]
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    finally:
        if environment.STARTED_HERE:
            postgres.stop(cluster)


def _install_browser() -> bool:
    """Install Debian's Chromium where we may (root on a Debian machine); False where we may not."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"stdout": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    wanted = ["chromium", "fonts-noto-cjk"]
    return subprocess.run(["apt-get", "install", "-qq", "-y", *wanted], **quiet).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
