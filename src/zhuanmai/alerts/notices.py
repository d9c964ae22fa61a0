"""What of the alerts waits for an officer: those of the squad not looked at yet, and those that are late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from zhuanmai.alerts.queries import waiting_for
from zhuanmai.core.notices import MOST, Notice, register


@register
def waiting(officer: Any) -> Iterator[Notice]:
    """New and late alerts of the officer's own squad."""
    for row in waiting_for(officer)[:MOST]:
        late = row.state == "overdue"
        said = _("Overdue alert: %(place)s") if late else _("New alert: %(place)s")
        words = said % {"place": row.shop_name or row.address or row.subject}
        yield Notice(words, reverse("alerts:alert", args=[row.pk]), "danger" if late else "warning", row.assigned_at)
