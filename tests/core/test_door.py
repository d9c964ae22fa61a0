"""Half-sent, crawling, endless and oversized bodies over real sockets: each is let go, and nobody waits for them."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.stack import ROOT, free_port
from zhuanmai.core.door import server


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the toy is served, by the command that serves the platform."""
    found = free_port()
    command = server("tests.core.toy_web:application", host="127.0.0.1", port=found, workers=1)
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=6)) as patient:
            assert patient.get(f"http://127.0.0.1:{found}/").status_code == 200
        yield found
    finally:
        process.terminate()
        process.wait(20)


def half_sent(port: int, head: bytes, seconds: float = 10) -> socket.socket:
    """A connection over which so much was sent."""
    made = socket.create_connection(("127.0.0.1", port), seconds)
    made.sendall(head)
    return made


def said(connection: socket.socket) -> bytes:
    """All that is answered until the connection ends."""
    found = b""
    while piece := connection.recv(65536):
        found += piece
    return found


def asked(
    port: int, method: str = "GET", path: str = "/", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, object]]:
    """One request and its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if answer.status == 200 else {"words": content.decode()}


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le",
        b"",
    ],
)  # fmt: skip
def test_two_hundred_half_sent_requests_hold_up_nobody(port: int, head: bytes) -> None:
    with ExitStack() as stack:
        halves = [stack.enter_context(half_sent(port, head)) for _ in range(200)]
        for _ in range(5):
            began = time.monotonic()
            assert asked(port, "POST", body=b"whole")[1]["size"] == 5
            assert time.monotonic() - began < 1.0
        if head.endswith((b"half", b"\r\n")):
            assert all(b" 408 " in said(half) for half in halves), "and each is let go"


def test_a_crawling_body_is_let_go(port: int) -> None:
    """It is never silent for long, but does not come on."""
    with half_sent(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n") as crawling:
        crawling.settimeout(0.3)
        began, found = time.monotonic(), b""
        while not found and time.monotonic() - began < 8:
            crawling.sendall(b"x")
            try:
                found = crawling.recv(100)
            except TimeoutError:
                continue
        assert b" 408 " in found
        assert time.monotonic() - began < 4


def test_a_body_without_end_is_let_go_as_soon_as_it_is_too_large(port: int) -> None:
    with half_sent(port, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") as endless:
        sent = 0
        try:
            while sent < 50:
                endless.sendall(b"20000\r\n" + b"x" * 0x20000 + b"\r\n")
                sent += 1
        except OSError:
            pass
        assert sent < 50


def test_a_body_that_says_it_is_too_large_is_not_received(port: int) -> None:
    with half_sent(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n") as large:
        assert b" 413 " in said(large)
    assert asked(port, "POST", body=b"x" * (1 << 20))[1]["size"] == 1 << 20


def test_what_all_send_together_has_a_measure(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 900_000
    with ExitStack() as stack:
        halves = [stack.enter_context(half_sent(port, head)) for _ in range(6)]
        answers = [said(half) for half in halves]
    assert any(b" 503 " in one for one in answers)
    assert all(b" 503 " in one or b" 408 " in one for one in answers)
    assert asked(port, "POST", body=b"x" * 900_000)[0] == 200, "what was let go counts no more"


def test_only_so_many_are_received_at_once(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"
    with ExitStack() as stack:
        for _ in range(250):
            stack.enter_context(half_sent(port, head))
        until, status = time.monotonic() + 5, 200
        while status == 200 and time.monotonic() < until:
            status, words = asked(port, "POST", body=b"x")
        assert (status, "请过一会儿再试" in str(words)) == (503, True)
        assert asked(port)[0] == 200, "who sends nothing is answered"


def test_a_connection_that_breaks_off_is_forgotten(port: int) -> None:
    for _ in range(260):
        half_sent(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf").close()
    until, status = time.monotonic() + 5, 0
    while status != 200 and time.monotonic() < until:
        status, _words = asked(port, "POST", body=b"x")
    assert status == 200


def test_the_application_is_told_what_came(port: int) -> None:
    status, told = asked(
        port, "PUT", "/a%E4%B8%AD%2Fb%FF?x=%E4&y", b"xy", X_One="1", Cookie="a=1", Content_Type="text/plain"
    )
    assert status == 200
    assert told["PATH_INFO"].encode("latin-1").decode() == "/a中/b\ufffd"  # type: ignore[attr-defined]
    shown = ("REQUEST_METHOD", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_X_ONE", "HTTP_COOKIE")
    assert [told[name] for name in shown] == ["PUT", "x=%E4&y", "text/plain", "2", "1", "a=1"]
    assert (told["REMOTE_ADDR"], told["SERVER_PORT"], told["wsgi.url_scheme"]) == ("127.0.0.1", str(port), "http")


def test_a_question_that_is_not_escaped_is_told_byte_for_byte(port: int) -> None:
    with half_sent(port, "GET /?q=中 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()) as connection:
        told = json.loads(said(connection).partition(b"\r\n\r\n")[2])
    assert told["QUERY_STRING"].encode("latin-1").decode() == "q=中"


@pytest.mark.parametrize(
    "line", [b"X-Z: \xe4\xff", b"X_Forwarded_For: 9.9.9.9", b"X-A: " + b"a" * 30000, b"Cookie: a\x80"]
)
def test_strange_headers_end_nothing(port: int, line: bytes) -> None:
    with half_sent(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + line + b"\r\n\r\n") as strange:
        answer = said(strange)
    assert b"9.9.9.9" not in answer
    assert answer.startswith(b"HTTP/1.1 ")
    assert b" 500 " not in answer[:20]
    assert asked(port)[0] == 200
