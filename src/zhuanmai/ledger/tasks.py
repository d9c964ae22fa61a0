"""The ledger's jobs: the tree head is sealed every two minutes when the ledger has grown; retention runs nightly."""

from __future__ import annotations

import datetime as dt

from procrastinate.contrib.django import app

from zhuanmai.core import options
from zhuanmai.core.clock import now
from zhuanmai.ledger.heads import seal
from zhuanmai.ledger.retention import erase_personal_parts


@app.periodic(cron="*/2 * * * *")
@app.task(name="ledger.seal", queueing_lock="ledger.seal")
def seal_head(timestamp: int) -> None:
    """Seal and export the present head."""
    seal()


@app.periodic(cron="41 2 * * *")
@app.task(name="ledger.retain", queueing_lock="ledger.retain")
def erase_what_is_due(timestamp: int) -> None:
    """Erase the personal parts older than ZHUANMAI_PERSONAL_DAYS; none while that is 0."""
    days: int = options.value("PERSONAL_DAYS")
    if days > 0:
        erase_personal_parts(before=now() - dt.timedelta(days=days), actor_id=None)
