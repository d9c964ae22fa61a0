"""Connectors: one class a partner, in a registry; each can say whether its settings, reach and credentials are good."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from zhuanmai.core.secrets import made_once
from zhuanmai.ledger.canonical import canonical, digest_of

PROTOCOL = "zhuanmai-national/1"
_RECEIPT = 80  # the longest receipt that is kept


@dataclass(frozen=True)
class Answer:
    """What a partner said: received (with its receipt), refused for good, or to be tried again; and why."""

    outcome: str  # received, refused, again
    receipt: str = ""
    status: int | None = None
    detail: str = ""
    milliseconds: int = 0


class Connector(Protocol):
    """What a partner's connector can do."""

    def deliver(self, key: str, kind: str, body: dict[str, Any]) -> Answer:
        """Hand one message over; never raises for what the partner or the network does."""
        ...

    def held(self) -> Iterator[dict[str, str]]:
        """What the partner says it holds: key, kind and digest of each message."""
        ...

    def check(self) -> str:
        """Empty if settings, reach and credentials are good; else what is wrong, in words."""
        ...


class Registry:
    """Connectors by partner. Tests make their own."""

    def __init__(self) -> None:
        self._known: dict[str, Connector] = {}

    def register(self, partner: str, connector: Connector) -> None:
        """Register a partner. Raises ValueError for a name that is taken."""
        if partner in self._known:
            raise ValueError(f"a connector for {partner} is registered already")
        self._known[partner] = connector

    def of(self, partner: str) -> Connector:
        """The partner's connector. Raises LookupError."""
        try:
            return self._known[partner]
        except KeyError:
            raise LookupError(f"there is no connector for {partner}") from None

    def partners(self) -> list[str]:
        """All registered partners."""
        return sorted(self._known)


class National:
    """The national bureau's unified case system (三统一): signed JSON over HTTP(S), docs/protocol-national.md."""

    def __init__(self, url: str | None = None, *, seconds: float = 10.0) -> None:
        self._url = url
        self._seconds = seconds
        self._client: httpx.Client | None = None

    @property
    def url(self) -> str:
        """The partner's address."""
        return (self._url or settings.NATIONAL_URL).rstrip("/")

    def deliver(self, key: str, kind: str, body: dict[str, Any]) -> Answer:
        """POST /v1/messages. 200/201 with a receipt for this key and digest: received; 4xx: refused; else again."""
        content = canonical({"protocol": PROTOCOL, "key": key, "kind": kind, "body": body})
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, **signed(content)}
        began = time.monotonic()
        try:
            answer = self._http().post(f"{self.url}/v1/messages", content=content, headers=headers)
        except httpx.HTTPError as error:
            return Answer("again", detail=f"{type(error).__name__}", milliseconds=_since(began))
        return _read(answer, key, digest_of(body), _since(began))

    def held(self) -> Iterator[dict[str, str]]:
        """GET /v1/messages, page by page."""
        after = ""
        while True:
            answer = self._http().get(f"{self.url}/v1/messages", params={"after": after, "limit": 500})
            answer.raise_for_status()
            rows = answer.json()["messages"]
            yield from rows
            if not rows:
                return
            after = rows[-1]["key"]

    def check(self) -> str:
        """Reach the partner with our signature, which it checks."""
        try:
            answer = self._http().get(f"{self.url}/v1/hello", headers=signed(b""))
        except httpx.HTTPError as error:
            return f"连不上 {self.url}（{type(error).__name__}）"
        return "" if answer.status_code == 200 else f"{self.url} 回答 {answer.status_code}"

    def _http(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(timeout=self._seconds, trust_env=False)
        return self._client


def _read(answer: httpx.Response, key: str, sha256: str, milliseconds: int) -> Answer:
    """What an answer means; one that is not of the protocol, or of another message, is no answer."""
    status = answer.status_code
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        return Answer("again", status=status, detail="答复无法识别", milliseconds=milliseconds)
    if status in (200, 201):
        receipt = content.get("receipt")
        if content.get("key") != key or content.get("sha256") != sha256 or not isinstance(receipt, str) or not receipt:
            return Answer("again", status=status, detail="答复与报文不符", milliseconds=milliseconds)
        return Answer("received", receipt[:_RECEIPT], status, milliseconds=milliseconds)
    refused = 400 <= status < 500 and status not in (408, 425, 429)
    detail = str(content.get("detail", ""))[:200]
    return Answer("refused" if refused else "again", "", status, detail, milliseconds)


def signed(content: bytes) -> dict[str, str]:
    """The headers that sign a content: our public key and the Ed25519 signature (base64)."""
    key = _key()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "X-Sender-Key": base64.b64encode(public).decode(),
        "X-Signature": base64.b64encode(key.sign(content)).decode(),
    }


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _key() -> Ed25519PrivateKey:
    """Our signing key towards partners: made on first use."""
    path = Path(settings.HOME_DIR) / "secrets" / "exchange.pem"
    key = load_pem_private_key(made_once(path, _new_key), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise RuntimeError(f"{path} holds no Ed25519 key")
    return key


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


registry = Registry()
registry.register("national", National())
