"""The ledger's jobs: the tree head is sealed every two minutes when the ledger has grown, and anchored every ten;
retention runs nightly.
"""

from __future__ import annotations

import datetime as dt

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from zhuanmai.core import options
from zhuanmai.core.clock import now
from zhuanmai.ledger import anchors
from zhuanmai.ledger.heads import seal
from zhuanmai.ledger.retention import erase_personal_parts


@app.periodic(cron="*/2 * * * *")
@app.task(name="ledger.seal", queueing_lock="ledger.seal")
def seal_head(timestamp: int) -> None:
    """Seal and export the present head."""
    seal()


@app.periodic(cron="*/10 * * * *")
@app.task(name="ledger.anchor", queueing_lock="ledger.anchor", retry=RetryStrategy(max_attempts=4, wait=120))
def anchor_head(timestamp: int) -> None:
    """Write the newest head to the anchors. Raises RuntimeError with what went wrong, so that it is tried again."""
    if wrong := anchors.anchor_newest():
        raise RuntimeError("；".join(wrong))


@app.periodic(cron="41 2 * * *")
@app.task(name="ledger.retain", queueing_lock="ledger.retain")
def erase_what_is_due(timestamp: int) -> None:
    """Erase the personal parts older than ZHUANMAI_PERSONAL_DAYS; none while that is 0."""
    days: int = options.value("PERSONAL_DAYS")
    if days > 0:
        erase_personal_parts(before=now() - dt.timedelta(days=days), actor_id=None)
