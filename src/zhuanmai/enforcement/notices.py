"""What waits in cases: terms that end soon or ended, documents that wait for the officer's signature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhuanmai.core.clock import today
from zhuanmai.core.notices import MOST, Notice, register
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.queries import is_urgent, open_deadlines, unsigned_documents
from zhuanmai.enforcement.terms import worded


@register
def terms(officer: Any) -> Iterator[Notice]:
    """Terms of the officer's cases that end within two days, or ended."""
    for row, what in worded(filter(is_urgent, open_deadlines(officer, MOST))):
        over = row.due < today()
        words = _("%(what)s was due on %(day)s") if over else _("%(what)s is due on %(day)s")
        said = words % {"what": what[:40], "day": row.due.isoformat()}
        href = reverse("enforcement:case_tab", args=[row.case_id, "procedure"])
        yield Notice(f"{said} · {_place(row.case)}", href, "danger" if over or row.due == today() else "warning")


@register
def signatures(officer: Any) -> Iterator[Notice]:
    """Documents of the officer's own cases that wait for their signature, by case."""
    for case, count in unsigned_documents(officer):
        words = ngettext("%(n)s document waits for your signature", "%(n)s documents wait for your signature", count)
        href = reverse("enforcement:case_tab", args=[case.pk, "documents"])
        yield Notice(f"{words % {'n': count}} · {_place(case)}", href)


def _place(case: Case) -> str:
    return case.inspection.shop_name or case.inspection.address or case.clue_no
