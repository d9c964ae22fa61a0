"""The front end's own judges, vue-tsc and vitest: at the same time, what they say shown in one piece each."""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import IO

from zhuanmai.core.management.commands.build import FRONTEND, find_node

JUDGES = {
    "vue-tsc": ("node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit"),
    "vitest": ("node_modules/vitest/vitest.mjs", "run"),
}


def failing() -> list[str]:
    """Run them and print what each says; the names of those that do not pass. The packages are there (build)."""
    node = find_node()
    running: list[tuple[str, subprocess.Popen[bytes], IO[bytes]]] = []
    for name, command in JUDGES.items():
        said = tempfile.TemporaryFile()  # noqa: SIM115 - read and closed below
        started = subprocess.Popen(
            [*node.node, *command],
            cwd=FRONTEND,
            env={**os.environ, "PATH": node.path, "CI": "1", "NO_COLOR": "1"},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        running.append((name, started, said))
    wrong = []
    for name, started, said in running:
        code = started.wait()
        if code:
            wrong.append(name)
        said.seek(0)
        print(
            f"— {name}: {'DOES NOT PASS' if code else 'passes'}\n{said.read().decode(errors='replace').strip()}",
            flush=True,
        )
        said.close()
    return wrong
