"""What waits in cases: documents that wait for the officer's signature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from zhuanmai.core.notices import Notice, register
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.queries import unsigned_documents


@register
def signatures(officer: Any) -> Iterator[Notice]:
    """Documents of the officer's own cases that wait for their signature, by case."""
    for case, count in unsigned_documents(officer):
        words = ngettext("%(n)s document waits for your signature", "%(n)s documents wait for your signature", count)
        href = reverse("enforcement:case_tab", args=[case.pk, "documents"])
        yield Notice(f"{words % {'n': count}} · {_place(case)}", href)


def _place(case: Case) -> str:
    return case.inspection.shop_name or case.inspection.address or case.clue_no
