"""What the national system is told of a case: the case, its items, its sealed documents; in the act's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer
from zhuanmai.core.headings import Heading
from zhuanmai.core.ids import derived_id
from zhuanmai.documents import catalogue
from zhuanmai.documents.models import Version
from zhuanmai.enforcement.case_rows import CaseRows
from zhuanmai.enforcement.facts_for_documents import cause_facts, item_facts
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.permissions import cases_of
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.exchange.kinds import Kind
from zhuanmai.exchange.services import enqueue, report


def _which_document(body: Mapping[str, Any]) -> str:
    return f"{body.get('name', '')} {body.get('number', '')}".strip()


PARTNER = "national"
KINDS = (
    Kind(PARTNER, "case", KIND, "案件", _("Case facts"), newest_only=True),
    Kind(PARTNER, "items", KIND, "涉案物品", _("Goods of the case"), newest_only=True),
    Kind(PARTNER, "document", KIND, "封签文书", _("Sealed document"), _which_document),
)


class ReportedCases:
    """Cases as subjects of messages; implements `exchange.subjects.Subject`."""

    kind = KIND

    def visible_to(self, officer: Officer) -> QuerySet[Case, uuid.UUID]:
        """The cases that the officer sees."""
        return cases_of(officer).values_list("pk", flat=True)

    def of_units(self, units: Collection[uuid.UUID]) -> QuerySet[Case, uuid.UUID]:
        """The cases of these units."""
        return Case.objects.filter(unit_id__in=units).values_list("pk", flat=True)

    def headings(self, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Heading]:
        """A case by its number, or that of its clue, and its shop."""
        return {case.pk: _heading(case) for case in Case.objects.filter(pk__in=ids).select_related("inspection")}


def report_case(case: Case) -> None:
    """Put case and items in the outbox, each where it says something new. The case is locked."""
    for kind, body in (("case", _case(case)), ("items", _items(case))):
        report(partner=PARTNER, kind=kind, subject_id=case.pk, body=body)


def report_document(case: Case, version: Version) -> None:
    """Put a sealed document in the outbox."""
    document = version.document
    enqueue(
        partner=PARTNER,
        kind="document",
        key=derived_id(PARTNER, version.pk),
        subject_id=case.pk,
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


def _heading(case: Case) -> Heading:
    place = case.inspection.shop_name or case.inspection.address
    return Heading(case.number or case.clue_no, reverse("enforcement:case", args=[case.pk]), place)


def _case(case: Case) -> dict[str, Any]:
    rows = CaseRows(case)
    party, causes = rows.party, cause_facts(rows)
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
    items = item_facts(CaseRows(case))
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
