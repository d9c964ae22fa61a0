"""What strangers' files are read with: a process of its own with limits on time and memory, that knows nothing else.

`run` starts it, hands it the bytes, and has its answer; a file that takes too much ends that process, and nothing else.
The process gets no environment but the path of the code, no settings, no database: what it needs comes with the call.
Only so many run at once here; who comes when all are busy is told to try again.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from zhuanmai.core.errors import Refused
from zhuanmai.core.telling import told

AT_ONCE = 2
_PATIENCE_SECONDS = 3.0  # how long who comes when all are busy waits before he is sent away
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")
_REFUSED, _TOO_MUCH = 65, 137
_places = threading.BoundedSemaphore(AT_ONCE)


class TooMuch(Exception):
    """The file took more time or memory than is given to one."""


def run(
    function: str,
    content: bytes,
    *,
    seconds: int,
    megabytes: int,
    places: threading.BoundedSemaphore = _places,
    **given: Any,
) -> bytes:
    """What `module:name` makes of the content and the given plain values, in a process of its own.

    `places`: among whom it waits for its turn, so that who is signed in does not wait behind strangers. The function
    takes bytes and gives bytes. Raises TooMuch; Refused (busy, 503; or what the function refuses with); RuntimeError
    where it failed otherwise.
    """
    if not places.acquire(timeout=_PATIENCE_SECONDS):
        raise Refused("busy", "现在要读的文件较多，请过一会儿再试。", status=503)
    head = json.dumps({"function": function, "seconds": seconds, "megabytes": megabytes, "given": given}).encode()
    command = [sys.executable, "-m", "zhuanmai.core.confined"]
    alone = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(
            command, input=head + b"\n" + content, capture_output=True, timeout=3 * seconds + 10, env=alone, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TooMuch from error
    finally:
        places.release()
    if done.returncode == _REFUSED:
        code, detail, field, status = json.loads(done.stdout)
        raise Refused(code, detail, field, status=status)
    if done.returncode < 0 or done.returncode == _TOO_MUCH:
        raise TooMuch
    if done.returncode:
        raise RuntimeError(f"{function} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


def main() -> int:
    """The other side: limit this process, read what is given, answer."""
    head = json.loads(sys.stdin.buffer.readline())
    _limit(head["seconds"], head["megabytes"] << 20)
    module, _colon, name = head["function"].partition(":")
    try:
        function: Callable[..., bytes] = getattr(importlib.import_module(module), name)
        answer = function(sys.stdin.buffer.read(), **head["given"])
    except MemoryError:
        return _TOO_MUCH
    except Refused as refusal:
        sys.stdout.write(json.dumps([refusal.code, refusal.detail, refusal.field, refusal.status]))
        return _REFUSED
    except Exception as error:  # told without what it went wrong with: that is a stranger's file
        sys.stderr.write(told(error))
        return 1
    sys.stdout.buffer.write(answer)
    return 0


def _limit(seconds: int, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
