"""The lake's job: import one file."""

from __future__ import annotations

import uuid

import structlog
from procrastinate.contrib.django import app

from zhuanmai.core.errors import Refused
from zhuanmai.lake.services import run

log = structlog.get_logger(__name__)


@app.task(name="lake.import")
def import_file(import_id: str) -> None:
    """Import one file; a refusal is on the import's own row."""
    try:
        run(import_id=uuid.UUID(import_id))
    except Refused as error:
        log.warning("lake.import_refused", code=error.code)
