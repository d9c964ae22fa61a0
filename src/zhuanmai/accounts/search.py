"""What this room lets be found: officers, by who administers people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_noop as _

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import scope_units
from zhuanmai.core import search
from zhuanmai.core.search import Asked, Finding, Found, Kind, Leg, Look, Reading

_LOOKS = (
    Look("certificate_end", Officer.objects.all, "certificate_no__endswith"),
    Look("name", Officer.objects.all, "name__icontains"),
    Look("name", Officer.objects.all, "username__istartswith"),
)


def reads(text: str) -> Sequence[Reading]:
    """The readings that officers answer to."""
    certificate = search.end(text, "certificate_end", _("End of a certificate number"), most=20)
    return [*certificate, *search.name(text, _("Name of an officer"))]


def legs(officer: Any, readings: Sequence[Reading]) -> list[Leg]:
    """Where officers are looked for: in the units whose people the officer sees."""
    return search.legs(_LOOKS, readings, lambda key: Q(unit_id__in=scope_units(officer, "accounts.see_people")))


def _find(officer: Any, asked: Asked) -> Found:
    found = search.keys(legs(officer, asked.readings))
    first = list(found)[: asked.most]
    people = Officer.objects.select_related("unit").in_bulk(first)
    href = f"{reverse('accounts:officers')}?{urlencode({'q': asked.text})}"
    return Found([_finding(people[key], found[key]) for key in first], len(found), href)


def _finding(person: Officer, why: Reading) -> Finding:
    shown = (person.unit.name, person.certificate_no)
    return Finding(
        heading=person.name,
        line=" · ".join(part for part in shown if part),
        href=reverse("accounts:officer", args=[person.pk]),
        why=why,
        mark=why.value,
    )


search.register(
    Kind(
        "officer", _("Officers"), _("Name, account, the end of a certificate number"), "user", ("accounts.see_people",),
        90, reads, _find,
    )
)  # fmt: skip
