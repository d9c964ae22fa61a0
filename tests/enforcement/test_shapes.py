"""Proves: what a tablet is told has exactly the shape that the API describes: in full, masked, and before entry."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pydantic import ConfigDict, TypeAdapter

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import scene
from zhuanmai.enforcement import case_shapes, goods_shapes, kit_shapes
from zhuanmai.enforcement.case_shapes import CaseState
from zhuanmai.enforcement.kit_shapes import Kit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """No field more than a shape has, each in its very type."""
    for module in (case_shapes, goods_shapes, kit_shapes):
        for shape in vars(module).values():
            if isinstance(shape, type) and hasattr(shape, "__total__"):
                config = ConfigDict(extra="forbid", strict=True)
                monkeypatch.setattr(shape, "__pydantic_config__", config, raising=False)


def told(bureau: Bureau, username: str, path: str) -> Any:
    """What an officer's tablet is told."""
    client = Client()
    client.force_login(bureau[username])
    answer = client.get(f"/api/enforcement/{path}")
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_a_state_has_its_shape_before_and_after_everything_is_entered(bureau: Bureau) -> None:
    shape = TypeAdapter(CaseState)
    empty = bureau.open_case()
    full = scene(bureau)
    full["jia"].act(full.case_id, "submit_registration")
    full.tablet.done("counting.reopen", reason="漏点")
    for tablet in (empty, full.tablet):
        for username, masked in (("jia", False), ("ji", True)):
            if (tablet is empty) and masked:
                continue
            state = told(bureau, username, f"cases/{tablet.case_id}/state")
            assert state["masked"] is masked
            shape.validate_json(json.dumps(state))


def test_the_kit_has_its_shape(bureau: Bureau) -> None:
    TypeAdapter(Kit).validate_json(json.dumps(told(bureau, "jia", "kit")))


def test_an_unknown_field_is_seen() -> None:
    with pytest.raises(ValueError, match="extra"):
        TypeAdapter(case_shapes.Named).validate_python({"id": "a", "name": "b", "more": 1})
