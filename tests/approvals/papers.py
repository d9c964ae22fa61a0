"""What tests of approvals on papers share: a check of the toy room whose paper waits for two heads."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from tests.toy.room import KIND, SiteCheck
from zhuanmai.accounts.models import Officer
from zhuanmai.approvals.models import Approval
from zhuanmai.core.errors import Refused
from zhuanmai.core.moves import Permitted
from zhuanmai.documents import making
from zhuanmai.documents.models import Making
from zhuanmai.ledger.services import append, as_found


def note(words: str) -> None:
    """Another fact of the check, entered after its paper was made."""
    with transaction.atomic():
        check = as_found(SiteCheck.objects.select_for_update().get())
        check.note, check.cursor = words, check.cursor + 1
        check.save()
        append("toy.submitted", actor_id=None, object_kind=KIND, object_id=check.pk, rows=[check])


def remade(officer: Officer, check_id: uuid.UUID) -> Making:
    """The paper asked for once more."""
    return making.ask(Permitted(officer, SiteCheck.objects.get(pk=check_id)), kind=KIND)


def states() -> list[str]:
    """The states of all steps, round by round."""
    return list(Approval.objects.order_by("round", "position").values_list("state", flat=True))


def refused(what: Callable[[], Any]) -> tuple[str, str]:
    """Code and words of a refusal."""
    with pytest.raises(Refused) as refusal:
        what()
    return refusal.value.code, refusal.value.detail
