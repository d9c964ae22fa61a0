"""The simulated national system on a port of its own, and a connector to it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from procrastinate.contrib.django import app

from zhuanmai.core import files, work
from zhuanmai.core.ids import derived_id, new_id
from zhuanmai.exchange import kinds, services
from zhuanmai.exchange.connectors import SignedJson
from zhuanmai.exchange.kinds import Kind
from zhuanmai.exchange.models import Message, Reconciliation
from zhuanmai.exchange.partners import Partner, Registry
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


def partners_of(server: National, seconds: float = 2) -> Registry:
    """A registry with a connector to this server as the national system."""
    return registry_of(f"http://127.0.0.1:{server.server_address[1]}", seconds)


def registry_of(url: str, seconds: float = 2) -> Registry:
    """A registry with a connector to this address as the national system."""
    made = Registry()
    connector = SignedJson("national", key_file="exchange.pem", url=url, seconds=seconds)
    made.register(Partner("national", "国家局系统", "National system", connector))
    return made


def send(kind: str, subject_id: uuid.UUID, *, key: uuid.UUID | None = None, **body: Any) -> Message:
    """One message to the national system, written in a transaction of its own."""
    with transaction.atomic():
        return services.enqueue(partner="national", kind=kind, key=key or new_id(), subject_id=subject_id, body=body)


def enqueue(case: int) -> None:
    """The three messages of a case, as its acts write them."""
    case_id = derived_id("case", case)
    pdf = files.store(b"%PDF-1.7 " + str(case).encode())
    send("case", case_id, key=derived_id(case_id, "case"), clue_no=str(case))
    send("items", case_id, key=derived_id(case_id, "items"), lines=[])
    with transaction.atomic():
        services.enqueue(
            partner="national", kind="document", key=derived_id(case_id, "document"), subject_id=case_id,
            body={"code": "D04", "sha256": pdf}, files_by_field={"pdf": pdf},
        )  # fmt: skip


def reconciling(officer_id: uuid.UUID | None = None, **fields: Any) -> uuid.UUID:
    """A reconciliation with the national system that this process does itself; its id."""
    done = work.alone("exchange.reconcile", about="national", asked_by_id=officer_id)
    return Reconciliation.objects.create(work=done, partner="national", **fields).pk


@pytest.fixture
def gossip() -> Iterator[Kind]:
    """A kind of messages that the national system does not take."""
    kind = Kind("national", "gossip", "case", "闲话", "gossip")
    kinds.register(kind)
    yield kind
    kinds.forget(kind)


def work_off() -> None:
    """Do every job that is due, as the worker does."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)
