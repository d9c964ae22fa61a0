"""What waits in the exchange: dead letters, for who may send them again."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may
from zhuanmai.core.notices import Notice, register
from zhuanmai.exchange.models import Message
from zhuanmai.exchange.subjects import reached_by


@register
def dead_letters(officer: Officer) -> Iterator[Notice]:
    """One notice for all dead letters in the officer's reach."""
    if not may(officer, "exchange.retry"):
        return
    if dead := Message.objects.filter(reached_by(officer, "exchange.retry"), state=Message.State.DEAD).count():
        words = ngettext("%(n)s message was given up", "%(n)s messages were given up", dead) % {"n": dead}
        yield Notice(words, f"{reverse('exchange:monitor')}?state=dead", "danger")
