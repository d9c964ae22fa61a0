"""The simulated national system over real HTTP: takes signed messages, lists them, shows a page, and can misbehave."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import random
import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from zhuanmai.sandbox.national.store import Store

PROTOCOL = "zhuanmai-national/1"
KINDS = ("case", "items", "document")
MAX_BYTES = 64 * 1024 * 1024
MOST_ROWS = 500
PAGE_ROWS = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass
class Faults:
    """The share of calls (0–1) that go wrong in each way; `delay_seconds` is how long a delayed call waits."""

    refuse: float = 0.0
    delay: float = 0.0
    drop: float = 0.0
    garbage: float = 0.0
    down: float = 0.0
    delay_seconds: float = 1.0


class National(ThreadingHTTPServer):
    """The server with its store and its switches; what it takes is the national system's, or another partner's."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], store: Store, *, protocol: str = PROTOCOL, kinds: Sequence[str] = KINDS
    ) -> None:
        super().__init__(address, Handler)
        self.store = store
        self.protocol = protocol
        self.kinds = tuple(kinds)
        self.faults = Faults()
        self.dice = random.Random()

    def falls(self, fault: str) -> bool:
        """Whether this call suffers the fault."""
        share = float(getattr(self.faults, fault))
        return share > 0 and self.dice.random() < share


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    server: National
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: requests are seen on the page."""

    def do_GET(self) -> None:
        """The page, the list of messages, the switches, a greeting."""
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        if parts.path == "/":
            self._send(200, page(self.server).encode(), "text/html; charset=utf-8")
        elif parts.path == "/faults":
            self._json(200, asdict(self.server.faults))
        elif parts.path == "/v1/hello":
            self._greet()
        elif parts.path == "/v1/messages":
            self._list({name: values[0] for name, values in asked.items()})
        elif parts.path.startswith("/v1/messages/"):
            body = self.server.store.body(parts.path.rsplit("/", 1)[1])
            self._json(200 if body else 404, body or {"detail": "no such message"})
        else:
            self._json(404, {"detail": "no such address"})

    def do_POST(self) -> None:
        """A message, or the switches."""
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else -1
        if not 0 <= size <= MAX_BYTES:
            self.close_connection = True
            self._json(411 if size < 0 else 413, {"detail": "no length" if size < 0 else "too large"})
            return
        content = self.rfile.read(size)
        if self.path == "/faults":
            self._switch(content)
        elif self.path == "/v1/messages":
            self._take(content)
        else:
            self._json(404, {"detail": "no such address"})

    def _greet(self) -> None:
        if self._is_signed(b""):
            self._json(200, {"system": "national", "protocol": self.server.protocol})

    def _list(self, asked: dict[str, str]) -> None:
        """What is held, by key, a page at a time; the address that is asked for is what is signed."""
        if not self._is_signed(self.path.encode()):
            return
        wanted = asked.get("limit", "100")
        limit = min(MOST_ROWS, int(wanted)) if wanted.isdecimal() else MOST_ROWS
        days = asked.get("since", ""), asked.get("until", "")
        if not all(_DAY.fullmatch(day) for day in days if day):
            self._json(400, {"detail": "a day is written 2026-11-30"})
            return
        self._json(200, {"messages": self.server.store.listed(asked.get("after", ""), limit, *days)})

    def _is_signed(self, content: bytes) -> bool:
        """Whether the request is its sender's; without a sender it is this system's own people who look."""
        sender, signature = self.headers.get("X-Sender-Key", ""), self.headers.get("X-Signature", "")
        if sender and not _fits(content, sender, signature):
            self._json(401, {"detail": "the signature does not fit the content"})
            return False
        return True

    def _switch(self, content: bytes) -> None:
        form = "form" in self.headers.get("Content-Type", "")
        try:
            given = {k: v[0] for k, v in parse_qs(content.decode()).items()} if form else dict(json.loads(content))
            known = {one.name for one in fields(Faults)}
            faults = Faults(**{name: float(value) for name, value in given.items() if name in known})
        except (ValueError, TypeError):
            self._json(400, {"detail": "a fault is a number: its share of calls, or the seconds of a delay"})
            return
        self.server.faults = faults
        if form:
            self.send_response(303)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._json(200, asdict(faults))

    def _take(self, content: bytes) -> None:
        server = self.server
        if server.falls("down"):
            self.close_connection = True
            self.connection.close()
            return
        if server.falls("delay"):
            time.sleep(server.faults.delay_seconds)
        if server.falls("refuse"):
            self._json(503, {"detail": "busy, try again"})
            return
        status, answer = receive(
            server, content, self.headers.get("X-Sender-Key", ""), self.headers.get("X-Signature", "")
        )
        if server.falls("drop"):
            self.close_connection = True
            self.connection.close()
            return
        if server.falls("garbage"):
            self._send(200, b"<html>\x00\xff not json", "text/html")
            return
        self._json(status, answer)

    def _json(self, status: int, body: Any) -> None:
        self._send(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def receive(server: National, content: bytes, sender: str, signature: str) -> tuple[int, dict[str, Any]]:
    """Check a message's signature and form, store it once, and make the answer (docs/protocol-national.md)."""
    if not _fits(content, sender, signature):
        return 401, {"detail": "the signature does not fit the content"}
    try:
        message = json.loads(content)
        protocol, identity, kind = message["protocol"], str(uuid.UUID(message["key"])), str(message["kind"])
        body = dict(message["body"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return 400, {"detail": "not a message of the protocol"}
    if protocol != server.protocol:
        return 400, {"detail": f"no such protocol: {str(protocol)[:40]}"}
    if kind not in server.kinds:
        return 422, {"detail": f"no such kind: {kind[:40]}"}
    if kind == "document" and not _carries_its_file(body):
        return 422, {"detail": "the file does not have the digest that the message names"}
    plain = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(plain).hexdigest()
    try:
        new, day = server.store.receive(identity, kind, digest, body, sender)
    except ValueError:
        return 409, {"detail": "the key was used for another content"}
    receipt = "GJ" + hashlib.sha256(identity.encode()).hexdigest()[:16].upper()
    return 201 if new else 200, {"key": identity, "receipt": receipt, "received_on": day, "sha256": digest}


def _fits(content: bytes, sender: str, signature: str) -> bool:
    """Whether the signature (Ed25519, base64) is the sender's over the content."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(sender, validate=True))
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _carries_its_file(body: dict[str, Any]) -> bool:
    """Whether a document's file is there and has the digest that the message names."""
    try:
        content = base64.b64decode(body["pdf"], validate=True)
    except (ValueError, KeyError, TypeError):
        return False
    return bool(content) and hashlib.sha256(content).hexdigest() == body.get("sha256")


def page(server: National) -> str:
    """The system's own page: what was received, and the switches."""
    rows = "".join(
        f"<tr><td>{html.escape(r['received_at'])}</td><td>{html.escape(r['kind'])}</td>"
        f"<td><a href='/v1/messages/{r['key']}'>"
        f"{html.escape(r['key'])}</a></td><td>{r['deliveries']}</td></tr>"
        for r in server.store.latest(PAGE_ROWS)
    )
    names = {"case": "案件", "items": "物品", "document": "文书"}
    held = "，".join(f"{names.get(kind, kind)} {count}" for kind, count in sorted(server.store.counts().items()))
    words = {
        "refuse": "拒收",
        "delay": "迟答",
        "drop": "存后断线",
        "garbage": "乱答",
        "down": "停机",
        "delay_seconds": "迟答秒数",
    }
    switches = "".join(
        f"<label>{words[name]} <input name='{name}' value='{value}' size='4'></label> "
        for name, value in asdict(server.faults).items()
    )
    return (
        "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><title>国家局系统（模拟）</title>"
        "<style>body{font:14px sans-serif;margin:24px}"
        "td,th{padding:4px 12px;border-bottom:1px solid #ccc;text-align:left}"
        "label{margin-right:12px}</style><h1>国家局案件系统（模拟）</h1>"
        f"<form method='post' action='/faults'>{switches}<button>设定故障</button></form><p>{held}</p>"
        f"<table><tr><th>接收时间</th><th>类别</th><th>幂等键</th><th>收到次数</th></tr>{rows}</table></html>"
    )


def serve(port: int, folder: Path, *, protocol: str = PROTOCOL, kinds: Sequence[str] = KINDS) -> None:
    """Run until interrupted."""
    with National(("127.0.0.1", port), Store(folder), protocol=protocol, kinds=kinds) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
