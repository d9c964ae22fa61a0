"""The one door for what other systems answer: a whole time, a size and a depth, whatever they send and however slowly.

A time-out of each read is no limit on all of them: an answer that trickles lasts as long as its sender likes. So every
read and write of a request has what is left of its whole time; the answer's bytes are counted as they come, never
unpacked (none is asked for packed), and its JSON goes through the same measure as what is sent to us.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from zhuanmai.core import legible
from zhuanmai.core.errors import Refused

MOST_BYTES = 4 << 20
_until: ContextVar[float] = ContextVar("until")


class NoAnswer(httpx.HTTPError):
    """The answer was larger than one may be, packed, or deeper than one is read."""


@dataclass(frozen=True)
class Answered:
    """An answer, whole."""

    status: int
    content: bytes

    def json(self) -> Any:
        """What it says as JSON. Raises ValueError where it is none, too much of it, or holds what cannot be kept."""
        try:
            return legible.checked(legible.parsed(self.content, MOST_BYTES))
        except Refused as refused:
            raise ValueError(refused.detail) from None


class Outbound:
    """A client for one partner: its connections are kept, each request has `seconds` in all."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        transport = httpx.HTTPTransport(trust_env=False)
        pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), max_connections=20, network_backend=_Timed()
        )
        transport._pool = pool
        self._client = httpx.Client(transport=transport, timeout=seconds, trust_env=False)

    def ask(
        self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None = None, most: int = MOST_BYTES
    ) -> Answered:
        """Ask and have the whole answer. Raises httpx.HTTPError, also where it is too long, too slow or packed."""
        plain = {**headers, "Accept-Encoding": "identity"}
        token = _until.set(time.monotonic() + self._seconds)
        try:
            with self._client.stream(method, url, headers=plain, content=content) as answer:
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise NoAnswer("the answer is packed")
                return Answered(answer.status_code, _counted(answer.iter_raw(), most))
        finally:
            _until.reset(token)


def _counted(pieces: Iterable[bytes], most: int) -> bytes:
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > most:
            raise NoAnswer("the answer is too long")
    return bytes(found)


def _left(timeout: float | None, late: type[Exception]) -> float:
    """What is left of the request's whole time, if that is less."""
    left = _until.get(time.monotonic() + 60) - time.monotonic()
    if left <= 0:
        raise late("the whole time is over")
    return left if timeout is None else min(timeout, left)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every wait is within the whole time."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes."""
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """End it."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, in TLS."""
        left = _left(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """What is known of it."""
        return self._inner.get_extra_info(info)


class _Timed(httpcore.SyncBackend):
    """Connections that keep to the whole time."""

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *args: Any, **kwargs: Any) -> Any:
        """Connect."""
        return _TimedStream(super().connect_tcp(host, port, _left(timeout, httpcore.ConnectTimeout), *args, **kwargs))
