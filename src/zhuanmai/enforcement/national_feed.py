"""What the national system is told of a case: the case, its items, its sealed documents; in the act's transaction."""

from __future__ import annotations

from typing import Any

from zhuanmai.core.ids import derived_id
from zhuanmai.documents import catalogue
from zhuanmai.documents.models import Version
from zhuanmai.enforcement.facts_for_documents import cause_facts, first_party, item_facts
from zhuanmai.enforcement.models import Case
from zhuanmai.exchange.services import enqueue


def report_case(case: Case) -> None:
    """Put case and items in the outbox, once for each state of the facts."""
    mark = f"{case.state}/{case.fact_version}/{case.number}"
    enqueue(kind="case", key=derived_id("national", case.pk, "case", mark), case_id=case.pk, body=_case(case))
    enqueue(kind="items", key=derived_id("national", case.pk, "items", mark), case_id=case.pk, body=_items(case))


def report_document(case: Case, version: Version) -> None:
    """Put a sealed document in the outbox."""
    document = version.document
    enqueue(
        kind="document",
        key=derived_id("national", version.pk),
        case_id=case.pk,
        body={
            "clue_no": case.clue_no,
            "code": document.kind,
            "name": catalogue.kind(document.kind).name,
            "number": document.number,
            "version": version.number,
            "sha256": version.sealed_sha256,
        },
        files_by_field={"pdf": version.sealed_sha256},
    )


def _case(case: Case) -> dict[str, Any]:
    party, causes = first_party(case), cause_facts(case)
    return {
        "clue_no": case.clue_no,
        "number": case.number,
        "state": case.state,
        "unit": case.bureau.name,
        "unit_code": case.bureau.code,
        "filed_on": case.filed_on.isoformat() if case.filed_on else None,
        "place": case.inspection.address,
        "causes": causes.words if causes else "",
        "parties": [{"name": party.name, "id_no": party.id_no, "licence_no": party.licence_no}] if party else [],
    }


def _items(case: Case) -> dict[str, Any]:
    items = item_facts(case)
    lines = [
        {
            "no": one.no,
            "name": one.name,
            "barcode": one.barcode,
            "kind": one.kind,
            "quantity": str(one.quantity),
            "unit": one.unit,
            "cartons": _text(one.cartons),
            "sticks": _text(one.sticks),
            "price": _text(one.price),
            "value": _text(one.value),
        }
        for one in items.lines
    ]
    totals = {"cartons": _text(items.totals.cartons) if items.totals else "0", "value": _text(items.value)}
    return {"clue_no": case.clue_no, "fact_version": case.fact_version, "lines": lines, "totals": totals}


def _text(number: Any) -> str | None:
    return None if number is None else str(number)
