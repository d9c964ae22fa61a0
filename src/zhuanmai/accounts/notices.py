"""What waits among people: roles, one-time links and further keys that want a second security administrator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.waiting import grants_to_confirm, keys_to_approve, links_to_approve
from zhuanmai.core.notices import MOST, Notice, register


@register
def second_person(officer: Any) -> Iterator[Notice]:
    """What waits for the officer as the second person, each at the page of whom it is about."""
    for grant in grants_to_confirm(officer)[:MOST]:
        words = _("%(role)s of %(name)s waits for your confirmation")
        said = words % {"role": grant.get_role_display(), "name": grant.officer.name}
        yield Notice(f"{said} · {grant.unit.name}", _page(grant.officer), "warning", grant.created_at)
    for link in links_to_approve(officer)[:MOST]:
        words = _("The one-time link of %(name)s waits for your approval")
        yield Notice(words % {"name": link.officer.name}, _page(link.officer), "warning", link.created_at)
    for key in keys_to_approve(officer)[:MOST]:
        words = _("A further key of %(name)s waits for your approval")
        yield Notice(words % {"name": key.officer.name}, _page(key.officer), "warning", key.created_at)


def _page(person: Officer) -> str:
    return reverse("accounts:officer", args=[person.pk])
