"""An officer at the API: signs in, enrols a key in software, sends operations, acts and signs — as the pages do."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.authenticator import SoftAuthenticator
from zhuanmai.core.ids import new_id

PASSWORD = "zhuanmai-demo"


class Problem(Exception):
    """The server refused, with its problem+json."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        try:
            self.body: dict[str, Any] = answer.json()
        except ValueError:
            self.body = {"detail": answer.text[:500]}
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {self.status} {self.body}")


@dataclass
class Desk:
    """One officer's session."""

    url: str
    username: str
    tablet: uuid.UUID = field(default_factory=uuid.uuid4)
    n: int = 0

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        self.http.get("/sign-in").raise_for_status()
        self.me = self.post("/accounts/sign-in/password", username=self.username, password=PASSWORD)
        self.key = SoftAuthenticator(self.url)

    def enrol(self) -> None:
        """Register the key in software; the first key counts at once."""
        begun = self.post("/accounts/keys/begin")
        made = self.key.register(begun["options"])
        self.post("/accounts/keys/finish", challenge_id=begun["challenge_id"], credential=made, name="测试钥匙")

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """POST JSON. Raises Problem."""
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken", "")}
        return self._read(self.http.post(f"/api{path}", json=body, headers=headers))

    def get(self, path: str) -> Any:
        """GET JSON. Raises Problem."""
        return self._read(self.http.get(f"/api{path}"))

    def _read(self, answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            raise Problem(answer)
        return answer.json() if answer.content else None

    def operation(self, kind: str, payload: dict[str, Any], at: str | None = None) -> dict[str, Any]:
        """One operation in the tablet's order, not sent yet."""
        self.n += 1
        moment = at or dt.datetime.now(dt.UTC).isoformat()
        made = {"id": str(new_id()), "n": self.n, "by": self.me["id"], "kind": kind, "at": moment}
        return {**made, "payload": payload}

    def send(self, case_id: str, operations: list[dict[str, Any]], unsent: int = 0) -> list[dict[str, Any]]:
        """Send operations and return the results."""
        path = f"/enforcement/cases/{case_id}/operations"
        answer = self.post(path, tablet=str(self.tablet), operations=operations, unsent=unsent)
        results: list[dict[str, Any]] = answer["results"]
        return results

    def do(self, case_id: str, kind: str, made_at: str | None = None, /, **payload: Any) -> dict[str, Any]:
        """Send one operation; AssertionError with the refusal if it is not applied."""
        [result] = self.send(case_id, [self.operation(kind, payload, made_at)])
        assert result["status"] in ("applied", "duplicate"), (kind, payload, result)
        return result

    def state(self, case_id: str) -> dict[str, Any]:
        """The case's state."""
        found: dict[str, Any] = self.get(f"/enforcement/cases/{case_id}/state")
        return found

    def act(self, case_id: str, act: str, /, **payload: Any) -> dict[str, Any]:
        """An act of the procedure; papers that a job makes are made before it returns."""
        path = f"/enforcement/cases/{case_id}/acts"
        answer = self.post(path, operation_id=str(new_id()), act=act, payload=payload)
        if act == "prepare_documents":
            self.wait(case_id, lambda state: state["making"] is None)
        return answer

    def sign(self, case_id: str) -> None:
        """One touch over every document that waits for this officer."""
        begun = self.post(f"/enforcement/cases/{case_id}/signing/begin")
        credential = self.key.answer(begun["options"])
        self.post(f"/enforcement/cases/{case_id}/signing/finish", signing_id=begun["signing_id"], credential=credential)

    def decide(self, approval_id: str, *, agreed: bool = True, words: str = "") -> None:
        """A head's opinion, signed."""
        begun = self.post(f"/approvals/{approval_id}/begin", agreed=agreed, words=words)
        credential = self.key.answer(begun["options"])
        answer = {"signing_id": begun["signing_id"], "credential": credential, "agreed": agreed}
        self.post(f"/approvals/{approval_id}/finish", **answer)

    def by_hand(self, case_id: str, role: str, **how: Any) -> None:
        """Party or witness: drawing, refusal_reason or paper_scan."""
        self.post(f"/enforcement/cases/{case_id}/signatures", operation_id=str(new_id()), role=role, **how)

    def photo(self, case_id: str, photo_id: str, content: bytes) -> dict[str, Any]:
        """Upload a photograph's bytes."""
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken", ""), "Content-Type": "image/png"}
        path = f"/api/enforcement/cases/{case_id}/photos/{photo_id}"
        found: dict[str, Any] = self._read(self.http.put(path, content=content, headers=headers))
        return found

    def wait(self, case_id: str, until: Any, seconds: float = 60) -> dict[str, Any]:
        """Ask for the state until a condition on it holds. Raises TimeoutError."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            state = self.state(case_id)
            if until(state):
                return state
            time.sleep(0.05)
        raise TimeoutError(str([(d["code"], d["state"], d["needs"], d["missing"]) for d in state["documents"]]))
