"""What waits in approvals: each that waits for the officer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from zhuanmai.approvals.permissions import waiting_for
from zhuanmai.approvals.subjects import headings_of, matter_of
from zhuanmai.core.notices import Notice, register


@register
def approvals(officer: Any) -> Iterator[Notice]:
    """Approvals that wait for the officer."""
    rows = waiting_for(officer)
    headings = headings_of(rows)
    for row in rows:
        words = _("%(purpose)s waits for your approval") % {"purpose": matter_of(row).label}
        href = f"{reverse('approvals:waiting')}#a{row.pk}"
        yield Notice(f"{words} · {headings[row.subject_id].place}", href, "warning", row.asked_at)
