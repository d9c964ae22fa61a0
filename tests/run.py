"""`make test`: builds what the tests need, asks the front end's judges, then runs the tests in parallel, browser included.

The closing line of pytest comes last; what the front end's judges say stands before it, and they fail the run, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests import environment, frontend
from zhuanmai.core import postgres

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def main() -> int:
    """Find a browser, build, judge the front end, run pytest on all cores; 0 when both are content."""
    if not any(map(shutil.which, BROWSERS)) and not _install_browser():
        print("The browser tests need Chromium or Chrome: on Debian, `apt-get install chromium`.", file=sys.stderr)
        return 1
    cluster = postgres.cluster_of(environment.HOME)
    try:
        build()
        wrong = frontend.failing()
        return pytest_in_parallel(sys.argv[1:]) or len(wrong)
    finally:
        if environment.STARTED_HERE:
            postgres.stop(cluster)


def build() -> None:
    """Translations, front end, fonts: nothing where nothing has changed."""
    subprocess.run([sys.executable, "-m", "zhuanmai.cli", "build"], cwd=ROOT, check=True)


def pytest_in_parallel(arguments: Sequence[str]) -> int:
    """Run pytest on all cores, what belongs to one platform in one worker; its exit code."""
    command = [sys.executable, "-m", "pytest", "-n", str(os.cpu_count() or 2), "--dist", "loadgroup", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


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
