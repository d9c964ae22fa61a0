"""What this room lets be found: alerts, by their number, their shop or place, their licence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from zhuanmai.alerts import wording
from zhuanmai.alerts.models import Alert
from zhuanmai.alerts.permissions import alerts_of
from zhuanmai.alerts.procedure import State
from zhuanmai.core import search
from zhuanmai.core.search import Asked, Finding, Found, Kind, Leg, Look, Reading, compact
from zhuanmai.reference.typed import answering

_NUMBER = re.compile(r"A(\d{8})(\d{3})?")


def _of_shops() -> QuerySet[Alert]:
    return Alert.objects.filter(subject_kind="licence")


_LOOKS = (
    Look("alert_number", Alert.objects.all, "number__startswith"),
    Look("licence", Alert.objects.all, "subject"),
    Look("number", Alert.objects.all, "case_no"),
    Look("licence_end", _of_shops, "subject__endswith"),
    Look("name", Alert.objects.all, "shop_name__icontains"),
    Look("name", Alert.objects.all, "address__icontains"),
)
_read = answering("licence", "number", "licence_end", "name")


def reads(text: str) -> Sequence[Reading]:
    """The readings that alerts answer to; their own number A20261130-001 with or without its hyphen."""
    if found := _NUMBER.fullmatch(compact(text)):
        number = f"A{found[1]}-{found[2]}" if found[2] else f"A{found[1]}"
        return [Reading("alert_number", number, _("Number of an alert"))]
    return _read(text)


def legs(officer: Any, readings: Sequence[Reading]) -> list[Leg]:
    """Where alerts are looked for: among those that the officer sees."""
    seen = Q(pk__in=alerts_of(officer).values("pk"))
    return search.legs(_LOOKS, readings, lambda key: seen)


def _find(officer: Any, asked: Asked) -> Found:
    found = search.keys(legs(officer, asked.readings))
    first = list(found)[: asked.most]
    rows = Alert.objects.in_bulk(first)
    return Found([_finding(rows[key], found[key]) for key in first], len(found))


def _finding(row: Alert, why: Reading) -> Finding:
    shown = (row.number, row.address, str(wording.STATES[State(row.state)]), row.get_outcome_display())
    return Finding(
        heading=row.shop_name or row.address or row.subject,
        line=" · ".join(str(part) for part in shown if part),
        href=reverse("alerts:alert", args=[row.pk]),
        why=why,
        mark=why.value,
        is_it=row.number == why.value,
    )


search.register(
    Kind(
        "alert",
        _("Alerts"),
        _("Number of the alert, licence, shop, address"),
        "bell",
        ("alerts.see",),
        50,
        reads,
        _find,
    )
)
