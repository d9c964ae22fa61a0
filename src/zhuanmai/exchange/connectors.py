"""The connector that partners share: signed JSON over HTTP(S) (docs/protocol-national.md), one instance a partner."""

from __future__ import annotations

import base64
import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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

from zhuanmai.core.listing import day_of
from zhuanmai.core.outbound import Answered, Outbound
from zhuanmai.core.secrets import made_once
from zhuanmai.exchange.partners import Answer, Held
from zhuanmai.ledger.canonical import canonical, digest_of

_RECEIPT = 80  # the longest receipt that is kept
_PAGE = 500
_ANSWER = 64 << 10  # bytes of an answer that is no page
_MOST_PAGES = 20_000  # ten million messages
_WHOLE_SECONDS = 3600.0  # all pages of one reconciliation


class SignedJson:
    """A partner that speaks the protocol. Its code gives the names of its setting and of our key towards it.

    The address is the setting `⟨CODE⟩_URL` (`url` stands before it), the key lies in `secrets/exchange-⟨code⟩.pem`
    unless `key_file` names another; it is made on first use. `protocol` is what each message names itself after.
    """

    def __init__(
        self, code: str, *, protocol: str = "", key_file: str = "", url: str | None = None, seconds: float = 10.0
    ) -> None:
        self.protocol = protocol or f"zhuanmai-{code}/1"
        self._code = code
        self._key_file = key_file or f"exchange-{code}.pem"
        self._url = url
        self._seconds = seconds
        self._client: Outbound | None = None

    @property
    def setting(self) -> str:
        """The name of the setting that holds the partner's address."""
        return f"{self._code.upper()}_URL"

    @property
    def url(self) -> str:
        """The partner's address; empty where none is set."""
        return str(self._url or getattr(settings, self.setting, "")).rstrip("/")

    def deliver(self, key: str, kind: str, body: dict[str, Any]) -> Answer:
        """POST /v1/messages. 200/201 with a receipt for this key and digest: received; 4xx: refused; else again."""
        if not self.url:
            return Answer("again", detail=self._without_address())
        content = canonical({"protocol": self.protocol, "key": key, "kind": kind, "body": body})
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, **self.signed(content)}
        began = time.monotonic()
        try:
            answer = self._http().ask("POST", f"{self.url}/v1/messages", content=content, headers=headers, most=_ANSWER)
        except httpx.HTTPError as error:
            return Answer("again", detail=f"{type(error).__name__}", milliseconds=_since(began))
        return _read(answer, key, digest_of(body), _since(began))

    def held(self, since: dt.date | None = None, until: dt.date | None = None) -> Iterator[Held]:
        """GET /v1/messages, page by page; the address that is asked for is signed."""
        if not self.url:
            raise ValueError(self._without_address())
        days = {"since": since.isoformat() if since else "", "until": until.isoformat() if until else ""}
        after, over = "", time.monotonic() + _WHOLE_SECONDS
        for _page in range(_MOST_PAGES):
            asked = httpx.QueryParams({"after": after, "limit": _PAGE, **{k: v for k, v in days.items() if v}})
            target = f"/v1/messages?{asked}"
            answer = self._http().ask("GET", f"{self.url}{target}", headers=self.signed(target.encode()))
            if answer.status != 200:
                raise ValueError(f"the partner answers {answer.status}")
            rows = answer.json()["messages"]
            if not rows:
                return
            if len(rows) > _PAGE or time.monotonic() > over:
                raise ValueError("the partner's pages are longer than was asked for, or have no end")
            for row in rows:
                if not after < str(row["key"]):
                    raise ValueError("the partner's pages do not go on")
                after = str(row["key"])
                yield Held(
                    after[:_RECEIPT],
                    str(row["kind"])[:_RECEIPT],
                    str(row["sha256"])[:_RECEIPT],
                    day_of(row.get("received_on")),
                )
        raise ValueError("the partner's pages have no end")

    def check(self) -> str:
        """Reach the partner with our signature, which it checks."""
        if not self.url:
            return self._without_address()
        try:
            answer = self._http().ask("GET", f"{self.url}/v1/hello", headers=self.signed(b""), most=_ANSWER)
        except httpx.HTTPError as error:
            return f"连不上 {self.url}（{type(error).__name__}）"
        return "" if answer.status == 200 else f"{self.url} 回答 {answer.status}"

    def signed(self, content: bytes) -> dict[str, str]:
        """The headers that sign a content: our public key and the Ed25519 signature (base64)."""
        key = _key(Path(settings.HOME_DIR) / "secrets" / self._key_file)
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {
            "X-Sender-Key": base64.b64encode(public).decode(),
            "X-Signature": base64.b64encode(key.sign(content)).decode(),
        }

    def _without_address(self) -> str:
        return f"未设置对方地址 ZHUANMAI_{self.setting}"

    def _http(self) -> Outbound:
        if self._client is None:
            self._client = Outbound(self._seconds)
        return self._client


def _read(answer: Answered, key: str, sha256: str, milliseconds: int) -> Answer:
    """What an answer means; one that is not of the protocol, or of another message, is no answer."""
    status = answer.status
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        return Answer("again", status=status, detail="答复无法识别", milliseconds=milliseconds)
    if status in (200, 201):
        receipt, day = content.get("receipt"), content.get("received_on")
        if content.get("key") != key or content.get("sha256") != sha256 or not isinstance(receipt, str) or not receipt:
            return Answer("again", status=status, detail="答复与报文不符", milliseconds=milliseconds)
        received_on = day_of(day) if isinstance(day, str) else None
        return Answer("received", receipt[:_RECEIPT], status, milliseconds=milliseconds, day=received_on)
    refused = 400 <= status < 500 and status not in (408, 425, 429)
    detail = str(content.get("detail", ""))[:200]
    return Answer("refused" if refused else "again", "", status, detail, milliseconds)


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _key(path: Path) -> Ed25519PrivateKey:
    """Our signing key towards a partner: made on first use."""
    key = load_pem_private_key(made_once(path, _new_key), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise RuntimeError(f"{path} holds no Ed25519 key")
    return key


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


NATIONAL = SignedJson("national", key_file="exchange.pem")  # the key that the national bureau has known from the first
