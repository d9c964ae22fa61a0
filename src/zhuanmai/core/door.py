"""The web server's door: a request comes in whole, in time and in measure before it takes one of the few threads.

Bodies are received beside each other without a thread each, so that who sends half of one holds up nobody: one that is
silent, crawls or is too large is answered and let go. Then the application has a thread for as long as it works.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Answer = tuple[int, list[tuple[str, str]], bytes]
_IN_MEMORY = 256 << 10  # bytes of a body; what is larger goes to a file without a name
_WORDS = {
    400: "请求不完整，未作任何改动；请重试。",
    408: "数据传得太慢或中断，未作任何改动；请在网络好时重试。",
    413: "内容过大，未作任何改动；请减小后重试。",
    503: "服务正忙，请过一会儿再试。",
}


@dataclass(frozen=True)
class Measures:
    """What one web process takes in. Times in seconds, sizes in bytes."""

    most: int = 32 << 20  # of one body
    silence: float = 15.0  # the longest without a byte
    pace: int = 4 << 10  # bytes a second, once the first `silence` is over
    whole: float = 600.0  # one body, however it comes
    at_once: int = 256  # bodies that are being received
    held: int = 512 << 20  # of all bodies together
    threads: int = 8


class _TurnedAway(Exception):
    """The request goes no further; the status says why."""

    def __init__(self, status: int) -> None:
        self.status = status


class Door:
    """An application for granian's interface `rsgi`, in front of one of WSGI."""

    def __init__(self, application: Application, measures: Measures) -> None:
        self._application, self._measures = application, measures
        self._threads = ThreadPoolExecutor(measures.threads, thread_name_prefix="web")
        self._receiving = self._held = 0

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Receive the body, have the application answer in a thread, send its answer."""
        body, size = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY), 0  # noqa: SIM115 - closed below
        try:
            size = await self._received(scope, protocol, body)
            body.seek(0)
            given = environment(scope, body, size)
            status, headers, content = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._answered, given
            )
        except _TurnedAway as away:
            status, content = away.status, _WORDS[away.status].encode()
            headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
        finally:
            body.close()
            self._held -= size
        protocol.response_bytes(status, headers, content)

    async def _received(self, scope: Any, protocol: Any, body: IO[bytes]) -> int:
        """Receive the whole body; how many bytes it has. Raises _TurnedAway."""
        said = scope.headers.get("content-length")
        if said is None and "transfer-encoding" not in scope.headers:
            return 0
        if said is not None and int(said) > self._measures.most:
            raise _TurnedAway(413)
        if self._receiving >= self._measures.at_once:
            raise _TurnedAway(503)
        self._receiving += 1
        taken = 0
        try:
            async for piece in self._pieces(protocol, body):
                taken += piece
            if said is not None and taken != int(said):
                raise _TurnedAway(400)
        except BaseException:
            self._held -= taken
            raise
        finally:
            self._receiving -= 1
        return taken

    async def _pieces(self, protocol: Any, body: IO[bytes]) -> Any:
        """Take piece after piece, each in time; yields how many bytes each has."""
        limits, began, taken = self._measures, time.monotonic(), 0
        pieces = aiter(protocol)
        while True:
            try:
                piece = await asyncio.wait_for(anext(pieces), limits.silence)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise _TurnedAway(408) from None
            taken += len(piece)
            self._held += len(piece)
            yield len(piece)
            lasted = time.monotonic() - began
            if taken > limits.most:
                raise _TurnedAway(413)
            if self._held > limits.held:
                raise _TurnedAway(503)
            if lasted > limits.whole or taken < (lasted - limits.silence) * limits.pace:
                raise _TurnedAway(408)
            body.write(piece)

    def _answered(self, given: dict[str, Any]) -> Answer:
        """What the application answers, whole."""
        begun: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            begun[:] = [int(status.split(" ", 1)[0]), headers]

        result = self._application(given, start)
        try:
            content = b"".join(result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        return begun[0], begun[1], content


def environment(scope: Any, body: Any, size: int) -> dict[str, Any]:
    """The request as WSGI tells it. A header with an underscore, which could pass for another one, is left out."""
    server, _, port = str(scope.server).rpartition(":")
    client, _, _port = str(scope.client).rpartition(":")
    given: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _bytes_as_text(scope.path),
        "QUERY_STRING": _bytes_as_text(scope.query_string),
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name or name in ("content-length", "transfer-encoding"):
            continue
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        given[key] = f"{given[key]}{'; ' if name == 'cookie' else ','}{value}" if key in given else value
    return given


def _bytes_as_text(told: str) -> str:
    """A text as WSGI has it: a character for each of its bytes."""
    return told.encode("utf-8", "replace").decode("latin-1")


def server(target: str, *, host: str, port: int, workers: int) -> list[str]:
    """The command that serves `module:door`. Headers have ten seconds; only HTTP/1.1 is spoken, to so many at once."""
    return [
        sys.executable, "-m", "granian", "--interface", "rsgi", target, "--host", host, "--port", str(port),
        "--workers", str(workers), "--respawn-failed-workers", "--no-ws", "--http", "1", "--log-level", "warning",
        "--http1-header-read-timeout", "10000", "--http1-buffer-size", "65536", "--backlog", "2048",
        "--backpressure", "768",
    ]  # fmt: skip
