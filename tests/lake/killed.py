"""Import one file into a lake, in a process that a test may kill: `python -m tests.lake.killed LAKE FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

import django

django.setup()

from zhuanmai.lake import reading  # noqa: E402
from zhuanmai.lake.importing import import_file  # noqa: E402

if __name__ == "__main__":
    reading.BLOCK_BYTES = 200_000
    print("begun", flush=True)
    import_file(Path(sys.argv[1]), Path(sys.argv[2]))
    print("done", flush=True)
