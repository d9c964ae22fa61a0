"""The register of licensees: take a file in, note a search by a personal number, show one holder with a reason."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from zhuanmai.accounts import personal
from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may, require
from zhuanmai.core import ports, search
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.ledger.services import append, append_apart
from zhuanmai.reference import licensees, typed
from zhuanmai.reference.importing import RefusedRow
from zhuanmai.reference.models import Licensee


@dataclass(frozen=True)
class RegisterLoaded:
    """What came of a register file: rows read, rows new or changed, rows refused and why."""

    rows: int
    changed: int
    refused: tuple[RefusedRow, ...]


def load_register(
    *,
    actor: Officer | None,
    rows: Iterable[tuple[int, dict[str, Any]]],
    complete_as_of: dict[str, dt.date] | None = None,
) -> RegisterLoaded:
    """Take rows (line, columns of the licences table) into the register; wrong rows are refused, the rest go in.

    `actor` None: a command of the system. `complete_as_of`: districts whose register is whole with these rows.
    """
    if actor is not None:
        require(actor, "reference.load_register")
    good: list[dict[str, Any]] = []
    refused: list[RefusedRow] = []
    for line, row in rows:
        try:
            good.append(licensees.cleaned(row))
        except Refused as error:
            refused.append(RefusedRow(line, error.field, str(row.get(error.field, "")), error.detail))
    complete = complete_as_of or {}
    with transaction.atomic():
        changed = licensees.upsert(good)
        for district, day in complete.items():
            licensees.set_complete_as_of(district, day)
        append(
            "reference.register_imported",
            actor_id=actor.id if actor else None,
            object_kind="reference.register",
            object_id=new_id(),
            facts={
                "rows": len(good) + len(refused),
                "changed": len(changed),
                "refused": len(refused),
                "complete": "、".join(f"{code} {day}" for code, day in sorted(complete.items())) or "未声明",
            },
        )
    return RegisterLoaded(len(good) + len(refused), len(changed), tuple(refused))


def note_search(*, actor: Officer, words: str) -> None:
    """Who is about to be told whom of the register a personal number, or the end of one, finds: a look, which is
    entered (a whole number also where nobody has it). To those who may not see people no such search tells anything."""
    if not may(actor, "reference.see_personal"):
        return
    found = typed.readings(words)
    count = licensees.with_number(found) if typed.numbers_of_people(found) else 0
    if count or typed.names_a_person(found):
        personal.searched("reference.searched", actor=actor, words=search.spelled(words), count=count)


def see_licensee(
    *, actor: Officer, licence_no: str, reason: str, query: str = "", case_id: uuid.UUID | None = None
) -> Licensee:
    """One holder's full data; the look is on the ledger before the answer is given, on the case that it was for.

    Raises Refused (reason_missing), NotFound (licensee_unknown, and for a case that the officer does not see).
    """
    require(actor, "reference.see_personal")
    cases = ports.bound(ports.SeenCases)  # type: ignore[type-abstract]
    on_case = cases.own(officer=actor, case_id=case_id) if cases and case_id else None
    if not reason.strip():
        raise Refused("reason_missing", "请说明查看完整信息的理由。", "reason")
    found = licensees.by_licence_no(licence_no)
    if found is None:
        raise NotFound("licensee_unknown", f"登记簿中没有许可证 {licence_no}；请核对号码。", "licence_no")
    append_apart(
        "reference.licensee_seen",
        actor_id=actor.id,
        object_kind="reference.licensee",
        object_id=found.id,
        case_id=on_case,
        facts={"licence_no": licence_no, "reason": reason.strip(), "query": query},
    )
    return found
