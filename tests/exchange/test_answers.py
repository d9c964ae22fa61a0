"""What a partner answers, over real sockets: trickling, endless, packed, deep, repeated; each ends soon, as no answer."""

from __future__ import annotations

import ast
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from zhuanmai.core import outbound
from zhuanmai.core.outbound import NoAnswer, Outbound
from zhuanmai.exchange import connectors
from zhuanmai.exchange.connectors import SignedJson

SOURCE = Path(outbound.__file__).resolve().parents[1]
SECONDS = 1.0
PACKED = gzip.compress(b"0" * (20 << 20), 1)
Write = Callable[[bytes], Any]


@pytest.fixture
def partner(settings: Any, tmp_path: Path) -> Iterator[Callable[[Callable[[str, Write], None]], str]]:
    """Serves what a function writes for an address; gives its own address. It ends with the test."""
    settings.HOME_DIR = tmp_path
    servers, over = [], threading.Event()

    def serve(answer: Callable[[str, Write], None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                def write(piece: bytes) -> None:
                    if over.is_set():
                        raise BrokenPipeError
                    self.wfile.write(piece)
                    self.wfile.flush()

                try:
                    answer(self.path, write)
                except OSError:
                    pass
                self.close_connection = True

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield serve
    over.set()
    for server in servers:
        server.shutdown()
        server.server_close()


def whole(content: bytes, *headers: bytes) -> bytes:
    """An answer with its length."""
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(content), b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + content


def crawl(write: Write, piece: bytes) -> None:
    """Something every now and then, for ever: no wait is ever long."""
    pause = threading.Event()
    while True:
        write(piece)
        pause.wait(0.05)


def _trickling_head(_path: str, write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\n")
    crawl(write, b"X-A: b\r\n")


def _trickling_body(_path: str, write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    crawl(write, b" ")


def _endless(_path: str, write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def _packed(_path: str, write: Write) -> None:
    write(whole(PACKED, b"Content-Encoding: gzip"))


@pytest.mark.parametrize(
    "answer, error",
    [
        (_trickling_head, httpx.HTTPError),
        (_trickling_body, httpx.HTTPError),
        (_endless, NoAnswer),
        (_packed, NoAnswer),
    ],
)  # fmt: skip
def test_an_answer_has_a_whole_time_and_a_size(partner: Any, answer: Any, error: type[Exception]) -> None:
    client, began = Outbound(SECONDS), time.monotonic()
    with pytest.raises(error):
        client.ask("GET", partner(answer), headers={})
    assert time.monotonic() - began < 2 * SECONDS + 1


def _deep(_path: str, write: Write) -> None:
    write(whole(b"[" * 100_000 + b"]" * 100_000))


def _many(_path: str, write: Write) -> None:
    write(whole(b'{"messages": [' + b"[]," * 600_000 + b"[]]}"))


def _deep_inside(_path: str, write: Write) -> None:
    write(whole(b'{"messages": ' + b"[" * 20 + b"]" * 20 + b"}"))


def _nul(_path: str, write: Write) -> None:
    write(whole(b'{"state": "refused", "detail": "\\u0000", "messages": []}'))


@pytest.mark.parametrize("answer", [_deep, _deep_inside, _many, _nul])
def test_what_is_too_deep_or_too_much_is_no_json(partner: Any, answer: Any) -> None:
    url = partner(answer)
    got = Outbound(10).ask("GET", url, headers={})
    began = time.process_time()
    with pytest.raises(ValueError, match=r"。$"):
        got.json()
    assert time.process_time() - began < 1
    found = SignedJson("toy", url=url, seconds=10).deliver("key", "case", {"a": 1})
    assert found.outcome == "again"


def test_what_fits_arrives(partner: Any) -> None:
    def answer(path: str, write: Write) -> None:
        write(whole(json.dumps({"path": path}).encode()))

    client, url = Outbound(5), partner(answer)
    assert [client.ask("GET", f"{url}/a", headers={}).json() for _ in range(3)] == [{"path": "/a"}] * 3


def rows(*keys: str) -> list[dict[str, str]]:
    """A page's rows."""
    return [{"key": key, "kind": "case", "sha256": "0", "received_on": "2026-03-02"} for key in keys]


def _same_page(_after: str) -> list[dict[str, str]]:
    return rows("1", "2")


def _last_key_goes_on(after: str) -> list[dict[str, str]]:
    return rows("1", f"{int(after or 0) + 1:09}")


def _more_than_asked(after: str) -> list[dict[str, str]]:
    return rows(*(f"{n:09}" for n in range(connectors._PAGE + 1)))


def _for_ever(after: str) -> list[dict[str, str]]:
    return rows(f"{int(after or 0) + 1:09}")


@pytest.mark.parametrize("page", [_same_page, _last_key_goes_on, _more_than_asked, _for_ever])
def test_pages_that_have_no_end_are_ended(partner: Any, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors, "_MOST_PAGES", 30)
    asked: list[str] = []

    def answer(path: str, write: Write) -> None:
        after = parse_qs(urlsplit(path).query).get("after", [""])[0]
        asked.append(after)
        write(whole(json.dumps({"messages": page(after)}).encode()))

    with pytest.raises(ValueError, match="pages"):
        list(SignedJson("toy", url=partner(answer)).held())
    assert len(asked) <= 30


def test_pages_together_have_a_time(partner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors, "_WHOLE_SECONDS", -1.0)
    url = partner(lambda _path, write: write(whole(json.dumps({"messages": rows("1")}).encode())))
    with pytest.raises(ValueError, match="no end"):
        list(SignedJson("toy", url=url).held())


def test_nobody_else_asks_other_systems() -> None:
    """A client elsewhere would have no such limits; the demo asks itself whether it is up."""
    found = set()
    for path in SOURCE.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            if name in {"Client", "urlopen", "HTTPConnection", "HTTPSConnection", "HTTPTransport", "stream"}:
                found.add(str(path.relative_to(SOURCE)))
    assert found == {"core/outbound.py", "core/management/commands/demo.py"}
