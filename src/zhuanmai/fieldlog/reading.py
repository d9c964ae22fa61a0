"""A batch as it came over the wire, read so that one bad operation spoils none of the others.

What the database, the papers or a screen could not take (a NUL, half a surrogate, a text or number without measure,
a nesting without end) is not cut off and not let in: the operation becomes an unreadable one, which the batch keeps as
refused, with its reason, the digest of what came, and its text in an escaped form.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import uuid
from dataclasses import dataclass, replace
from typing import Any

from zhuanmai.core.clock import SHANGHAI, now
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import derived_id
from zhuanmai.core.legible import digest, faults, parsed, plain
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import called

MOST = 500  # operations a batch
MOST_BYTES = 16 << 20  # of one batch
LONGEST = 20_000  # characters of one text
_LAST = 10**9  # the highest number in a tablet's order
_MOST_UNSENT = 10**6
_ILLEGIBLE = -1
_KIND_LENGTH = 40
_YEARS = range(2000, 2100)
_UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Sent:
    """An operation as it came from a tablet.

    `n`: its place there, 0 for none; `by`: the officer who made it, None if illegible; `taken_over`: whoever sends it
    says openly that another made it; `named`: the id as it was written.
    """

    id: uuid.UUID
    n: int
    kind: str
    at: dt.datetime
    payload: dict[str, Any]
    by: uuid.UUID | None
    taken_over: bool = False
    named: str = ""

    def is_kept_as(self, row: FieldOperation, subject_id: uuid.UUID) -> bool:
        """Whether a row is of this very operation: numbers compared by value, as the database writes some otherwise."""
        same = (row.subject_id, row.kind) == (subject_id, self.kind)
        return same and row.payload == json.loads(json.dumps(self.payload))

    def under_an_id_of_its_own(self, subject_id: uuid.UUID) -> Sent:
        """The same operation where its id stands for another one: refused, and kept under an id made from what came."""
        refusal = Refused("id_used", "操作编号已用于别的操作，这一步没有记入；请重做这一步。", "id")
        kept = self.refused(refusal)
        own = derived_id(subject_id, "id_used", kept.payload[_UNREADABLE]["sha256"])
        return replace(kept, id=own, named=self.named or str(self.id))

    def refused(self, refusal: Refused, *, raw: Any = None) -> Sent:
        """The same operation as one that is only kept: `raw` is what came, in place of id, kind and payload."""
        came = {"id": str(self.id), "kind": self.kind, "payload": self.payload} if raw is None else raw
        text = _dumped(came)
        why = {"code": refusal.code, "detail": refusal.detail, "field": refusal.field}
        return replace(self, payload={_UNREADABLE: {**why, "sha256": digest(text), "text": text[:LONGEST]}})


@dataclass(frozen=True)
class Batch:
    """What one tablet sent at once; `unsent`: how many it has beyond these."""

    tablet: uuid.UUID
    operations: list[Sent]
    unsent: int


def batch(subject_id: uuid.UUID, body: bytes) -> Batch:
    """Read a request's body. Raises Refused (bad_request, batch_size, too_large) where it is no batch at all."""
    try:
        given = parsed(body, MOST_BYTES, _whole)
        tablet, raw = uuid.UUID(given["tablet"]), given["operations"]
    except (ValueError, TypeError, KeyError, AttributeError):
        raw = None
    if not isinstance(raw, list):
        detail = "这批操作无法识别，未作任何改动；请刷新平板页面后重试。"
        raise Refused("bad_request", detail)
    if not 0 < len(raw) <= MOST:
        raise Refused("batch_size", f"一次传 1 到 {MOST} 步；请分批重传。", "operations", status=413)
    unsent = given.get("unsent")
    count = int(unsent) if _is_number(unsent) and math.isfinite(unsent) else 0
    return Batch(tablet, _numbered([read(subject_id, one) for one in raw]), min(max(0, count), _MOST_UNSENT))


def read(subject_id: uuid.UUID, raw: Any) -> Sent:
    """One operation; never raises: what is wrong with it goes along."""
    given = raw if isinstance(raw, dict) else {}
    wrong: list[Refused] = [] if isinstance(raw, dict) else [_misshapen("operation")]
    identity, named = _identity(subject_id, raw, given, wrong)
    by, taken_over = _author(given, wrong)
    sent = Sent(identity, _order(given, wrong), _kind(given, wrong), _moment(given, wrong), {}, by, taken_over, named)
    payload = given.get("payload", {})
    if not isinstance(payload, dict):
        wrong.append(_misshapen("payload"))
    else:
        sent = replace(sent, payload=payload)
    for fault in faults(payload, longest=LONGEST):
        name = called(fault.path.split(".")) or "内容"
        wrong.append(fault.refused("invalid_payload", "这一步没有记入", "后重新录入", name))
    return sent.refused(wrong[0], raw=raw) if wrong else sent


def _numbered(operations: list[Sent]) -> list[Sent]:
    """Where a place is illegible: the one after the operation before it, so that what follows need not wait."""
    first = next((sent.n - place for place, sent in enumerate(operations) if sent.n != _ILLEGIBLE), 1)
    numbered: list[Sent] = []
    last = max(0, first - 1)
    for sent in operations:
        last = last + 1 if sent.n == _ILLEGIBLE else sent.n
        numbered.append(replace(sent, n=last))
    return numbered if len(numbered) > 1 else [replace(sent, n=max(0, sent.n)) for sent in operations]


def refuse_unreadable(payload: dict[str, Any]) -> None:
    """Raise the Refused that an unreadable operation was kept with; nothing for a legible one."""
    kept = payload.get(_UNREADABLE)
    if isinstance(kept, dict) and "sha256" in kept:
        raise Refused(str(kept.get("code")), str(kept.get("detail")), str(kept.get("field", "")))


def _identity(subject_id: uuid.UUID, raw: Any, given: dict[str, Any], wrong: list[Refused]) -> tuple[uuid.UUID, str]:
    """The id; one that is none is derived from what came, so that the same comes to the same."""
    said: Any = given.get("id")
    try:
        found = uuid.UUID(said)
    except (ValueError, TypeError, AttributeError):
        wrong.append(_misshapen("id"))
        named = plain(said, 80) if isinstance(said, str) else ""
        return derived_id(subject_id, _UNREADABLE, digest(_dumped(raw))), named
    return found, plain(said, 80)


def _author(given: dict[str, Any], wrong: list[Refused]) -> tuple[uuid.UUID | None, bool]:
    """Who made it; who takes it over names them once more."""
    said, over = given.get("by"), given.get("taken_over_from")
    try:
        by = uuid.UUID(said)
        if over is None or uuid.UUID(over) == by:
            return by, over is not None
    except (ValueError, TypeError, AttributeError):
        wrong.append(_misshapen("by"))
        return None, False
    wrong.append(_misshapen("taken_over_from"))
    return by, False


def _order(given: dict[str, Any], wrong: list[Refused]) -> int:
    said = given.get("n")
    if type(said) is int and 0 <= said <= _LAST:
        return said
    wrong.append(_misshapen("n"))
    return _ILLEGIBLE


def _kind(given: dict[str, Any], wrong: list[Refused]) -> str:
    said = given.get("kind")
    if isinstance(said, str) and 0 < len(said) <= _KIND_LENGTH and plain(said, _KIND_LENGTH) == said:
        return said
    wrong.append(_misshapen("kind"))
    return plain(said, _KIND_LENGTH) if isinstance(said, str) and said else "?"


def _moment(given: dict[str, Any], wrong: list[Refused]) -> dt.datetime:
    said = given.get("at")
    try:
        found = dt.datetime.fromisoformat(said)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        found = None
    if found is None or found.year not in _YEARS:
        wrong.append(Refused("invalid_operation", "这一步的时间不对，没有记入；请校准平板的时间后重做。", "at"))
        return now()
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _misshapen(field: str) -> Refused:
    detail = f"这一步的内容无法识别（{field}），没有记入；请刷新平板页面后重做，仍不行请联系管理员。"
    return Refused("invalid_operation", detail, field)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(text: str) -> int | float:
    """A whole number; one with more figures than anything has becomes a float, which is refused by its size."""
    return int(text) if len(text) <= 30 else float(text)


def _dumped(raw: Any) -> str:
    return json.dumps(raw, ensure_ascii=True, sort_keys=True, default=str)
