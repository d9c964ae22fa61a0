"""The simulated national system on a port of its own, and a connector to it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from zhuanmai.core import files, work
from zhuanmai.core.ids import derived_id
from zhuanmai.exchange import services
from zhuanmai.exchange.connectors import National as Connector
from zhuanmai.exchange.connectors import Registry
from zhuanmai.exchange.models import Reconciliation
from zhuanmai.sandbox.national.server import National
from zhuanmai.sandbox.national.store import Store


@pytest.fixture
def national(tmp_path: Path, settings: Any) -> Iterator[National]:
    """The simulated system, and a home for keys and files; the platform's settings point at it."""
    settings.HOME_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"
    server = National(("127.0.0.1", 0), Store(tmp_path / "national"))
    settings.NATIONAL_URL = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    server.store.close()


def connectors(server: National, seconds: float = 2) -> Registry:
    """A registry with this server's connector."""
    return registry_of(f"http://127.0.0.1:{server.server_address[1]}", seconds)


def registry_of(url: str, seconds: float = 2) -> Registry:
    """A registry with a connector to this address."""
    made = Registry()
    made.register("national", Connector(url, seconds=seconds))
    return made


def enqueue(case: int) -> None:
    """The three messages of a case, as its acts write them."""
    case_id = derived_id("case", case)
    pdf = files.store(b"%PDF-1.7 " + str(case).encode())
    with transaction.atomic():
        services.enqueue(kind="case", key=derived_id(case_id, "case"), body={"clue_no": str(case)}, case_id=case_id)
        services.enqueue(kind="items", key=derived_id(case_id, "items"), body={"lines": []}, case_id=case_id)
        services.enqueue(
            kind="document", key=derived_id(case_id, "document"), case_id=case_id,
            body={"code": "D04", "sha256": pdf}, files_by_field={"pdf": pdf},
        )  # fmt: skip


def reconciling(officer_id: uuid.UUID | None = None) -> uuid.UUID:
    """A reconciliation that this process does itself; its id."""
    done = work.alone("exchange.reconcile", about="national", asked_by_id=officer_id)
    return Reconciliation.objects.create(work=done).pk
