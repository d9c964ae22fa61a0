"""Retention: erases the personal parts of old entries; the proof of everything else stays whole."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection, transaction

from zhuanmai.core.ids import new_id
from zhuanmai.ledger.models import LedgerPersonal
from zhuanmai.ledger.services import append
from zhuanmai.ledger.verify import ERASED

_AT_ONCE = 1000
LOCK = 0x72657461  # one erasing at a time: rows of the ledger cannot be locked, as nobody may change them


def erase_personal_parts(*, before: dt.datetime, actor_id: uuid.UUID | None) -> int:
    """Erase personal parts of entries older than `before`; returns how many. The erasure is itself an entry."""
    erased = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
            old = LedgerPersonal.objects.filter(entry__at__lt=before)
            numbers = list(old.order_by("entry_id").values_list("entry_id", flat=True)[:_AT_ONCE])
            if not numbers:
                return erased
            with connection.cursor() as cursor:  # the trigger lets rows go only in a transaction that says so
                cursor.execute("select set_config('zhuanmai.retention', 'on', true)")
            LedgerPersonal.objects.filter(entry_id__in=numbers).delete()
            facts = {"before": before, "count": len(numbers), "entries": numbers}
            append(ERASED, actor_id=actor_id, object_kind="ledger", object_id=new_id(), facts=facts)
            erased += len(numbers)
