"""What this room lets be found: cases, their documents, carton codes read in them; people as `queries.legs` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_noop as _

from zhuanmai.core import search
from zhuanmai.core.search import Asked, Finding, Found, Kind, Look, Reading
from zhuanmai.core.templatetags.zhuanmai import day
from zhuanmai.documents import catalogue
from zhuanmai.documents.models import Document
from zhuanmai.enforcement import queries
from zhuanmai.enforcement.models import CartonCodeRead, Case
from zhuanmai.enforcement.permissions import visible_to
from zhuanmai.enforcement.personal import note_search, party_name
from zhuanmai.enforcement.procedure import KIND, State
from zhuanmai.enforcement.templatetags.case_words import in_words
from zhuanmai.reference.typed import answering

_PERMISSIONS = ("enforcement.see", "enforcement.value")  # a valuer sees the cases that they value
_OPEN_SIGHT = frozenset({"number", "number_part", "licence", "licence_end", "barcode", "barcode_end"})
_DOCUMENTS = (
    Look("number", Document.objects.all, "number"),
    Look("number_part", Document.objects.all, "number__contains"),
)
_CODES = (
    Look("code_1", CartonCodeRead.objects.all, "row1"),
    Look("code_2", CartonCodeRead.objects.all, "row2"),
    Look("licence", CartonCodeRead.objects.all, "licence_no"),
    Look("code_end", CartonCodeRead.objects.all, "row2__endswith"),
    Look("code_end", CartonCodeRead.objects.all, "row1__endswith"),
)


def _cases(officer: Any, asked: Asked) -> Found:
    """Cases. A look at people of others' cases is entered before anything is told."""
    if asked.sent:
        note_search(officer, asked.text)
    found = search.keys(queries.legs(officer, asked.readings, sent=asked.sent))
    first = list(found)[: asked.most]
    shown = Case.objects.select_related("inspection", "unit").prefetch_related("parties").in_bulk(first)
    href = f"{reverse('enforcement:cases')}?{urlencode({'q': asked.text})}"
    return Found([_case(shown[key], found[key]) for key in first], len(found), href)


def _case(row: Case, why: Reading) -> Finding:
    visit = row.inspection
    place, state = visit.shop_name or visit.address, in_words(State(row.state).zh)
    shown = (party_name(row), place, state, row.unit.name, day(row.opened_at))
    return Finding(
        heading=row.number or row.clue_no,
        line=" · ".join(part for part in shown if part),
        href=reverse("enforcement:case", args=[row.pk]),
        why=why,
        mark=why.value if why.what in _OPEN_SIGHT or why.value in visit.shop_name else "",
        is_it=why.what == "number",
    )


def _documents(officer: Any, asked: Asked) -> Found:
    """Documents by their number, of the cases that the officer sees."""
    seen = Q(subject_kind=KIND, subject_id__in=Case.objects.filter(visible_to(officer)).values("pk"))
    found = search.keys(search.legs(_DOCUMENTS, asked.readings, lambda key: seen))
    first = list(found)[: asked.most]
    rows = Document.objects.select_related("unit").in_bulk(first)
    cases = Case.objects.select_related("inspection").in_bulk({row.subject_id for row in rows.values()})
    return Found([_document(rows[key], cases, found[key]) for key in first], len(found))


def _document(row: Document, cases: Mapping[Any, Case], why: Reading) -> Finding:
    case = cases[row.subject_id]
    shown = (catalogue.kind(row.kind).name, str(row.get_state_display()), case.inspection.shop_name or case.clue_no)
    address = reverse("enforcement:case_tab", args=[row.subject_id, "documents"])
    return Finding(
        heading=row.number,
        line=" · ".join(shown),
        href=f"{address}?{urlencode({'document': str(row.pk)})}",
        why=why,
        mark=why.value,
        is_it=why.what == "number" and row.number != case.number,
    )


def _codes(officer: Any, asked: Asked) -> Found:
    """Carton codes that were read in the cases that the officer sees."""
    seen = Q(case_id__in=Case.objects.filter(visible_to(officer)).values("pk"), removed_at=None)
    found = search.keys(search.legs(_CODES, asked.readings, lambda key: seen))
    first = list(found)[: asked.most]
    rows = CartonCodeRead.objects.select_related("case", "line").in_bulk(first)
    return Found([_code(rows[key], found[key]) for key in first], len(found))


def _code(row: CartonCodeRead, why: Reading) -> Finding:
    shown = (row.line.name or row.line.barcode, row.words, row.case.number or row.case.clue_no)
    return Finding(
        heading=f"{row.row1} {row.row2}",
        line=" · ".join(part for part in shown if part),
        href=reverse("enforcement:case_tab", args=[row.case_id, "items"]),
        why=why,
        mark=why.value,
    )


search.register(
    Kind(
        "case", _("Cases"),
        _("Number of the case, shop, address, licence, barcode; a party as far as your post allows"), "briefcase",
        _PERMISSIONS, 10, queries.reads, _cases,
    )
)  # fmt: skip
search.register(
    Kind(
        "document", _("Documents"), _("Number of the document, whole or 〔2026〕12"), "file-text", _PERMISSIONS, 11,
        answering("number", "number_part"), _documents,
    )
)  # fmt: skip
search.register(
    Kind(
        "carton_code", _("Carton codes read in cases"), _("The 32 characters, one of the two rows, or its last digits"),
        "barcode", _PERMISSIONS, 20, answering("code_1", "code_2", "licence", "code_end"), _codes,
    )
)  # fmt: skip
