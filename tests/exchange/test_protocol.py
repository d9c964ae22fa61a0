"""The protocol as written: what the simulated national system answers, and what the connector makes of any answer."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from zhuanmai.core.ids import new_id
from zhuanmai.exchange import connectors
from zhuanmai.exchange.connectors import NATIONAL, SignedJson
from zhuanmai.exchange.partners import Connector, Partner, Registry
from zhuanmai.ledger.canonical import canonical, digest_of
from zhuanmai.sandbox.national.server import National as Server

KEY = "01a20d42-cbbe-79e2-b4eb-31f57cf96e69"  # fixed: parametrised ids must be the same in every worker
PDF = b"%PDF-1.7 paper"
DOCUMENT = {"code": "D04", "sha256": hashlib.sha256(PDF).hexdigest(), "pdf": base64.b64encode(PDF).decode()}


def message(**changes: Any) -> bytes:
    """A message of the protocol, with changes."""
    return canonical({"protocol": NATIONAL.protocol, "key": KEY, "kind": "case", "body": {"clue_no": "1"}, **changes})


def post(national: Server, content: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    """Send bytes as a message, signed unless told otherwise."""
    address = f"http://127.0.0.1:{national.server_address[1]}/v1/messages"
    return httpx.post(
        address, content=content, headers=NATIONAL.signed(content) if headers is None else headers, trust_env=False
    )


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (message(), 201), (message(kind="document", body=DOCUMENT), 201),
        (message(kind="document", body={**DOCUMENT, "sha256": "0" * 64}), 422),
        (message(kind="document", body={**DOCUMENT, "pdf": "???"}), 422), (message(kind="document", body={}), 422),
        (message(kind="gossip"), 422), (message(protocol="zhuanmai-national/9"), 400), (message(key="no uuid"), 400),
        (message(body=[1]), 400), (b"[]", 400), (b"no JSON", 400), (b"", 400),
    ],
    ids=lambda value: value[:60].decode(errors="replace") if isinstance(value, bytes) else str(value),
)  # fmt: skip
def test_each_content_has_its_answer(national: Server, content: bytes, status: int) -> None:
    answer = post(national, content)
    assert answer.status_code == status
    assert answer.json().get("detail") or answer.json()["receipt"]
    assert len(national.store.listed("", 10)) == (status == 201)


def test_a_message_is_stored_once_and_its_receipt_is_the_same(national: Server) -> None:
    first, second = post(national, message()), post(national, message())
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json() == {**first.json(), "key": KEY, "sha256": digest_of({"clue_no": "1"})}
    assert post(national, message(body={"clue_no": "2"})).status_code == 409
    assert [row["deliveries"] for row in national.store.listed("", 10)] == [2]


def test_a_wrong_signature_is_turned_away(national: Server) -> None:
    for headers in (NATIONAL.signed(b"another content"), {}, {"X-Sender-Key": "?", "X-Signature": "?"}):
        assert post(national, message(), headers).status_code == 401
    hello = f"http://127.0.0.1:{national.server_address[1]}/v1/hello"
    assert httpx.get(hello, headers=NATIONAL.signed(b"x"), trust_env=False).status_code == 401
    assert httpx.get(hello, headers=NATIONAL.signed(b""), trust_env=False).status_code == 200


def test_switches_take_numbers_only_and_the_page_shows_what_came(national: Server) -> None:
    base = f"http://127.0.0.1:{national.server_address[1]}"
    assert httpx.post(f"{base}/faults", json={"drop": 0.25}, trust_env=False).json()["drop"] == 0.25
    assert httpx.post(f"{base}/faults", json={"drop": "often"}, trust_env=False).status_code == 400
    assert httpx.post(f"{base}/faults", data={"refuse": "0"}, trust_env=False).status_code == 303
    assert national.faults.drop == 0
    post(national, message())
    page = httpx.get(base, trust_env=False).text
    assert KEY in page
    assert "案件 1" in page
    assert httpx.get(f"{base}/v1/messages/{KEY}", trust_env=False).json() == {"clue_no": "1"}
    assert httpx.get(f"{base}/v1/messages/{new_id()}", trust_env=False).status_code == 404


def test_the_connector_says_what_is_wrong_with_its_partner(national: Server) -> None:
    assert NATIONAL.check() == ""
    gone = SignedJson("national", url="http://127.0.0.1:9", seconds=1)
    assert gone.check() == "连不上 http://127.0.0.1:9（ConnectError）"
    assert gone.deliver(KEY, "case", {}).outcome == "again"


def test_a_partner_has_one_connector() -> None:
    registry = Registry()
    ours = Partner("national", "国家局系统", "National system", SignedJson("national", url="http://a"))
    registry.register(ours)
    registry.register(ours)
    with pytest.raises(ValueError, match="registered already"):
        registry.register(Partner("national", "国家局系统", "National system", SignedJson("national", url="http://b")))
    with pytest.raises(LookupError):
        registry.of("customs")
    assert registry.partners() == [ours]


@pytest.fixture
def answering(settings: Any, tmp_path: Any) -> Iterator[Callable[[int, bytes], Connector]]:
    """A partner that answers everything with one status and one content."""
    settings.HOME_DIR = tmp_path
    servers = []

    def make(status: int, content: bytes) -> Connector:
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return SignedJson("national", url=f"http://127.0.0.1:{server.server_address[1]}", seconds=5)

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


GOOD = canonical({"key": KEY, "receipt": "GJ1", "sha256": digest_of({"clue_no": "1"})})


@pytest.mark.parametrize(
    ("status", "content", "outcome"),
    [
        (201, GOOD, "received"), (200, GOOD, "received"),
        (200, canonical({"key": "01a20d42-cbbe-79e2-b4eb-31f57cf96e70", "receipt": "GJ1", "sha256": digest_of({"clue_no": "1"})}), "again"),
        (200, canonical({"key": KEY, "receipt": "GJ1", "sha256": "0" * 64}), "again"),
        (200, canonical({"key": KEY, "receipt": "", "sha256": digest_of({"clue_no": "1"})}), "again"),
        (200, canonical({"key": KEY}), "again"), (200, b"[1]", "again"), (200, b"<html>", "again"), (200, b"", "again"),
        (202, GOOD, "again"), (302, GOOD, "again"), (400, b'{"detail": "no"}', "refused"), (409, b"{}", "refused"),
        (400, b"<html>proxy</html>", "again"), (408, b"{}", "again"), (425, b"{}", "again"), (429, b"{}", "again"),
        (500, GOOD, "again"), (503, b'{"detail": "busy"}', "again"),
    ],
)  # fmt: skip
def test_every_answer_is_read_as_the_protocol_says(
    answering: Callable[[int, bytes], Connector], status: int, content: bytes, outcome: str
) -> None:
    answer = answering(status, content).deliver(KEY, "case", {"clue_no": "1"})
    assert (answer.outcome, answer.status) == (outcome, status)


@pytest.mark.parametrize("day, read", [("2026-11-30", dt.date(2026, 11, 30)), ("soon", None), (3, None), (None, None)])
def test_the_day_of_arrival_is_the_partners_where_it_says_one(
    answering: Callable[[int, bytes], Connector], day: Any, read: dt.date | None
) -> None:
    said = canonical({"key": KEY, "receipt": "GJ1", "sha256": digest_of({"clue_no": "1"}), "received_on": day})
    answer = answering(201, said).deliver(KEY, "case", {"clue_no": "1"})
    assert (answer.outcome, answer.day) == ("received", read)


def test_what_is_held_is_listed_page_by_page_and_by_day(national: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors, "_PAGE", 2)
    for number in range(5):
        post(national, message(key=str(uuid.UUID(int=number + 1)), body={"clue_no": str(number)}))
    days = [
        "2026-11-28T15:59:59Z",
        "2026-11-28T16:00:00Z",
        "2026-11-29T15:59:59Z",
        "2026-11-29T16:00:00Z",
        "2026-12-01T00:00:00Z",
    ]
    with national.store._connection as store:
        for number, at in enumerate(days):
            store.execute("update messages set received_at = ? where key = ?", [at, str(uuid.UUID(int=number + 1))])
    held = list(NATIONAL.held())
    assert [one.day.isoformat()[5:] for one in held if one.day] == ["11-28", "11-29", "11-29", "11-30", "12-01"]
    assert (held[0].kind, held[0].sha256) == ("case", digest_of({"clue_no": "0"}))
    day = dt.date(2026, 11, 29)
    assert [uuid.UUID(one.key).int for one in NATIONAL.held(day, day)] == [2, 3]
    assert [uuid.UUID(one.key).int for one in NATIONAL.held(since=day)] == [2, 3, 4, 5]
    assert [uuid.UUID(one.key).int for one in NATIONAL.held(until=day)] == [1, 2, 3]


def test_a_list_is_asked_for_with_a_signature_over_its_address(national: Server) -> None:
    base, target = f"http://127.0.0.1:{national.server_address[1]}", "/v1/messages?limit=3"
    signed = NATIONAL.signed(target.encode())
    assert httpx.get(base + target, headers=signed, trust_env=False).status_code == 200
    assert httpx.get(f"{base}/v1/messages?limit=4", headers=signed, trust_env=False).status_code == 401
    assert httpx.get(f"{base}/v1/messages?since=today", trust_env=False).status_code == 400


def test_a_partner_without_an_address_says_which_setting_it_lacks(settings: Any, tmp_path: Any) -> None:
    settings.HOME_DIR = tmp_path
    toy = SignedJson("toy")
    assert toy.check() == toy.deliver(KEY, "case", {}).detail == "未设置对方地址 ZHUANMAI_TOY_URL"
    with pytest.raises(ValueError, match="ZHUANMAI_TOY_URL"):
        list(toy.held())


def test_each_partner_knows_us_by_a_key_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.HOME_DIR = tmp_path
    toy = SignedJson("toy")
    assert toy.signed(b"")["X-Sender-Key"] != NATIONAL.signed(b"")["X-Sender-Key"]
    assert sorted(path.name for path in (tmp_path / "secrets").iterdir()) == ["exchange-toy.pem", "exchange.pem"]
