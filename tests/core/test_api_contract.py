"""The API against its own OpenAPI document: no answer of 500, every answer as documented; the kept document is this one."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as counts
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.enforcement.conftest import Bureau, TabletClient, bureau  # noqa: F401
from zhuanmai.accounts.models import Grant, Role
from zhuanmai.core.clock import now
from zhuanmai.core.management.commands.openapi import document
from zhuanmai.wsgi import application

CASE = uuid.UUID("019a0000-0000-7000-8000-000000000001")
TOKEN = "a" * 32
schema = schemathesis.openapi.from_dict(json.loads(document()))
schema.config.base_url = "http://localhost"
EXAMPLES = int(os.environ.get("ZHUANMAI_API_EXAMPLES", "6"))


@schema.hook
def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
    """Half of all requests are about a case that there is."""
    if path_parameters and "case_id" in path_parameters and str(path_parameters["case_id"])[-1] in "02468ace":
        path_parameters["case_id"] = str(CASE)
    return path_parameters


@pytest.fixture
def session(bureau: Bureau) -> Iterator[dict[str, str]]:  # noqa: F811
    """The headers of an officer who may nearly everything, with a case of theirs."""
    officer = bureau["jia"]
    for role in Role.values:
        Grant.objects.get_or_create(
            officer=officer, role=role, unit=officer.unit, revoked_at=None, defaults={"confirmed_at": now()}
        )
    tablet = TabletClient(officer, CASE)
    tablet.done("case.open", **bureau.opening())
    tablet.done("scan", barcode="6901028314459", n=12, via="gun")
    client = Client()
    client.force_login(officer)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}; csrftoken={TOKEN}"
    signals = ((request_started, close_old_connections), (request_finished, close_old_connections))
    for signal, receiver in signals:
        signal.disconnect(receiver)  # as Django's own test client does: the test's transaction goes on
    yield {"Cookie": cookie, "X-CSRFToken": TOKEN}
    for signal, receiver in signals:
        signal.connect(receiver)


@pytest.mark.django_db
@schema.parametrize()
@counts(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_documented_and_none_is_an_error(case: Any, session: dict[str, str]) -> None:
    case.headers = {**dict(case.headers or {}), **session}
    case.cookies = {}
    answer = case.call(app=application)
    case.validate_response(
        answer,
        checks=[schemathesis.checks.not_a_server_error, status_code_conformance, response_schema_conformance,
                content_type_conformance],
    )  # fmt: skip


def test_the_kept_document_is_this_one() -> None:
    kept = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
    assert kept.read_text("utf-8") == document(), "run zhuanmai openapi"
