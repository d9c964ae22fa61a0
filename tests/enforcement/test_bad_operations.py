"""One bad operation of a batch is kept as refused with its reason, once; what was made after it lands all the same."""

from __future__ import annotations

import datetime as dt
import json
import re
import types
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Union, get_args, get_origin

import pytest
from django.test import Client
from pydantic import BaseModel

from tests.enforcement.conftest import Bureau, TabletClient
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.operations import CASES, counting
from zhuanmai.enforcement.services import acts
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import called, parsed
from zhuanmai.ledger.verify import verify

RED = "6901028314985"
pytestmark = pytest.mark.django_db
BAD_TEXTS = {
    "nul": '"\\u0000"',
    "nul inside": '"a\\u0000b"',
    "half a surrogate": '"\\ud800"',
    "other half": '"x\\udfffy"',
    "long": json.dumps("长" * 100_000),
    "list": '["a"]',
    "object": '{"a": 1}',
    "nan": "NaN",
    "overflow": "1e400",
    "deep": "[" * 5_000 + "]" * 5_000,
}
BAD_NUMBERS = ("NaN", "-Infinity", "1e400", "9" * 5000, "1e30", "-1e30", '"viele"', "[1]", "{}")
BAD_MOMENTS = (
    '"0000-01-01T00:00:00+08:00"', '"0001-01-01T00:00:00+08:00"', '"9999-12-31T23:59:59-08:00"',
    '"2025-13-01T00:00:00"', "1e400", "NaN", '"\\u0000"', "[]",
)  # fmt: skip
BAD_DAYS = ('"0000-01-01"', '"0001-01-01"', '"9999-12-31"', '"10000-01-01"', "1e400", "{}")
BAD_IDS = ('"no id"', "7", "NaN", "[]", '"\\ud800"')


class Api:
    """A tablet that sends JSON as written, over the real API."""

    def __init__(self, tablet: TabletClient) -> None:
        self.tablet = tablet
        self.client = Client()
        self.client.force_login(tablet.officer)

    def post(self, *operations: str) -> list[dict[str, Any]]:
        """Send operations, each as the JSON text that it is; returns the results."""
        body = f'{{"tablet": "{self.tablet.tablet}", "operations": [{",".join(operations)}]}}'
        path = f"/api/enforcement/cases/{self.tablet.case_id}/operations"
        answer = self.client.post(path, body, content_type="application/json")
        assert answer.status_code == 200, (answer.status_code, answer.content[:300], body[:300])
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def written(self, kind: str, payload: str, /, **changes: str) -> str:
        """An operation as JSON text; `changes` are texts of its own fields."""
        self.tablet.n += 1
        fields = {
            "id": f'"{new_id()}"', "n": str(self.tablet.n), "by": f'"{self.tablet.officer.pk}"', "kind": json.dumps(kind),
            "at": f'"{dt.datetime.now(dt.UTC).isoformat()}"', "payload": payload, **changes,
        }  # fmt: skip
        return "{" + ", ".join(f'"{name}": {text}' for name, text in fields.items()) + "}"

    def scan(self) -> str:
        """A good operation."""
        return self.written("scan", json.dumps({"barcode": RED}))


def fields_of(shape: type[BaseModel], before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every place of a payload, with its type; `[]` stands for an element of a list."""
    for name, field in shape.model_fields.items():
        yield from places(field.annotation, (*before, name))


def places(kind: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The places under a type."""
    if get_origin(kind) in (Union, types.UnionType):
        for one in get_args(kind):
            yield from places(one, path)
    elif hasattr(kind, "__metadata__"):
        yield from places(get_args(kind)[0], path)
    elif get_origin(kind) is list:
        yield path, list
        yield from places(get_args(kind)[0], (*path, "[]"))
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield path, dict
        yield from fields_of(kind, path)
    elif kind is not type(None):
        yield path, kind


def at(path: tuple[str, ...], text: str) -> str:
    """The JSON of a payload that has this text at this place, and nothing else."""
    for name in reversed(path):
        text = f"[{text}]" if name == "[]" else f"{{{json.dumps(name)}: {text}}}"
    return text


def bad(kind: Any) -> list[str]:
    """What must not stand at a place of this type."""
    if kind is str or get_origin(kind) is not None:
        return list(BAD_TEXTS.values())
    if kind is uuid.UUID:
        return [*BAD_IDS, BAD_TEXTS["nul"], BAD_TEXTS["deep"]]
    if kind is dt.datetime:
        return list(BAD_MOMENTS)
    if kind is dt.date:
        return list(BAD_DAYS)
    if kind is bool:
        return ["NaN", '"\\u0000"', "[]", '"perhaps"']
    if kind in (list, dict):
        return ["7", '"\\u0000"', "NaN", BAD_TEXTS["deep"]]
    return list(BAD_NUMBERS)


def required(kind: str) -> dict[str, str]:
    """Good values for what a payload must have, so that the bad one is the only fault."""
    found = {}
    for name, field in CASES.shape(kind).model_fields.items():
        if field.is_required():
            found[name] = {"difference": "1", "cartons": "1", "base": "5", "kind": '"to_test"', "at": "null"}.get(
                name, f'"{new_id()}"'
            )
    return found


def payload(kind: str, path: tuple[str, ...], text: str) -> str:
    """A payload with a bad text at one place and what is required besides."""
    parts = {**required(kind), path[0]: at(path[1:], text) if len(path) > 1 else text}
    return "{" + ", ".join(f"{json.dumps(name)}: {part}" for name, part in parts.items()) + "}"


@pytest.mark.parametrize("kind", CASES.operations())
def test_a_bad_field_is_refused_alone_and_the_next_operation_lands(bureau: Bureau, kind: str) -> None:
    tablet = bureau.open_case()
    api = Api(tablet)
    batch, scans = [], 0
    for path, of in fields_of(CASES.shape(kind)):
        for text in bad(of):
            batch += [api.written(kind, payload(kind, path, text)), api.scan()]
            scans += 1
    for name in ('"extra"', '"\\u0000"', '"\\ud800"'):
        batch += [api.written(kind, f"{{{name}: {text}}}") for text in ('"\\u0000"', "NaN", '"\\ud800"')]
    answers = [one for start in range(0, len(batch), 400) for one in api.post(*batch[start : start + 400])]
    wrong = [
        (text[:300], one) for text, one in zip(batch, answers, strict=True)
        if (one["status"] == "applied") != ('"kind": "scan"' in text and RED in text)
    ]  # fmt: skip
    assert wrong == []
    assert all(one["detail"].endswith("。") and one["code"] for one in answers if one["status"] == "refused")
    assert not [
        one["detail"] for one in answers if re.search(r"“[^”]*[a-z_]{2,}[^”]*”", one["detail"])
    ]  # a parameter's name
    assert tablet.state()["totals"]["cartons"] == str(scans)
    again = [one for start in range(0, len(batch), 400) for one in api.post(*batch[start : start + 400])]
    assert [{**one, "status": "applied" if one["status"] == "duplicate" else one["status"]} for one in again] == answers
    assert FieldOperation.objects.filter(subject_id=tablet.case_id).count() == len(batch) + 1


@pytest.mark.parametrize(
    "shape",
    [CASES.shape(kind) for kind in CASES.operations()] + [doing.shape for doing in acts.ACTS.values()],
    ids=lambda shape: shape.__name__,
)
def test_every_field_has_a_word_for_refusals(shape: type[BaseModel]) -> None:
    paths = [path for path, _ in fields_of(shape)]
    unnamed = [path for path in paths if not called(0 if name == "[]" else name for name in path[-1:])]
    assert unnamed == []
    for path in paths:
        with pytest.raises(Refused) as refused:
            parsed(
                shape,
                {**{name: new_id() for name in shape.model_fields}, **json.loads(at(path, '{"no": {"such": 1}}'))},
            )
        assert not re.search(r"[A-Za-z_]", refused.value.detail), refused.value.detail


def test_a_field_is_called_by_its_place() -> None:
    assert called(("witness", "phone")) == "见证人电话"
    assert called(("questions", 2, "answer")) == "问答第 3 项回答"
    assert called(("extra",)) == ""
    with pytest.raises(Refused) as refused:
        parsed(counting.Scan, {"n": "0"})
    assert (refused.value.detail, refused.value.field) == ("“数量”应大于 0；请改正。", "n")


def test_a_text_too_long_for_its_place_is_refused_with_its_length(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    api = Api(tablet)
    batch = [
        api.written(kind, payload(kind, path, json.dumps("9" * 1000)))
        for kind in CASES.operations() for path, of in fields_of(CASES.shape(kind)) if of is str
    ]  # fmt: skip
    answers = api.post(*batch)
    assert len(batch) > 80
    assert [text[:400] for text, one in zip(batch, answers, strict=True) if one["code"] == "not_kept"] == []


HEADS = {
    "n": ["1e400", "NaN", "9" * 30, '"x"', "null", "-9" * 1, "[]", "true", "1.5"],
    "kind": [json.dumps("k" * 300), '"\\u0000"', '"\\ud800"', "7", "null", '""', "{}"],
    "at": [*BAD_MOMENTS, "null", '"gestern"', "7"],
    "by": [*BAD_IDS, "null", BAD_TEXTS["deep"]],
    "payload": ["7", "null", '"\\u0000"', "[]", "NaN", BAD_TEXTS["deep"]],
}


@pytest.mark.parametrize(
    "name, text", [(name, text) for name, texts in HEADS.items() for text in texts], ids=lambda text: text[:20]
)
def test_an_operation_that_cannot_be_read_is_refused_by_its_id(bureau: Bureau, name: str, text: str) -> None:
    tablet = bureau.open_case()
    api = Api(tablet)
    first, bad_one, last = api.scan(), api.written("scan", f'{{"barcode": "{RED}"}}', **{name: text}), api.scan()
    answers = api.post(first, bad_one, last)
    assert [one["status"] for one in answers] == ["applied", "refused", "applied"]
    kept = FieldOperation.objects.get(pk=answers[1]["id"])
    assert (kept.status, kept.detail) == ("refused", answers[1]["detail"])
    assert len(kept.payload["unreadable"]["sha256"]) == 64
    assert api.post(bad_one) == [answers[1]]
    assert api.post(api.scan())[0]["status"] == "applied"
    assert tablet.state()["totals"]["cartons"] == "3"


@pytest.mark.parametrize("text", ["7", "null", '"\\u0000"', '{"id": 7}', '{"id": "no id", "n": 2}', "[]", "{}"])
def test_what_is_no_operation_at_all_is_kept_too(bureau: Bureau, text: str) -> None:
    tablet = bureau.open_case()
    api = Api(tablet)
    tablet.n += 1
    answers = api.post(text, api.scan())
    assert [one["status"] for one in answers] == ["refused", "applied"]
    assert api.post(text)[0] == answers[0]
    assert FieldOperation.objects.filter(subject_id=tablet.case_id, status="refused").count() == 1


def test_what_is_kept_of_a_bad_operation_is_legible_and_vouched_for(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    api = Api(tablet)
    (answer,) = api.post(api.written("summary.set", '{"text": "前\\u0000后\\ud83d"}'))
    kept = FieldOperation.objects.get(pk=answer["id"])
    assert json.loads(kept.payload["unreadable"]["text"])["payload"] == {"text": "前\x00后\ud83d"}
    assert answer["field"] == "text"
    assert "空字符" in answer["detail"]
    assert verify().problems == []


def test_a_batch_count_that_no_column_takes_is_cut_down(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    api = Api(tablet)
    for unsent in ("1e400", "99999999999999999999", "-3", '"x"', "NaN", "null"):
        body = f'{{"tablet": "{tablet.tablet}", "unsent": {unsent}, "operations": [{api.scan()}]}}'
        path = f"/api/enforcement/cases/{tablet.case_id}/operations"
        answer = api.client.post(path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["results"][0]["status"]) == (200, "applied"), unsent


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "7",
        '{"tablet": "x", "operations": [{}]}',
        '{"operations": 7}',
        '{"tablet": 7, "operations": [{}]}',
        '{"tablet": "018f0000-0000-7000-8000-000000000001", "operations": "abc"}',
        "\\ud800",
    ],
)
def test_what_is_no_batch_is_turned_down(bureau: Bureau, body: str) -> None:
    api = Api(bureau.open_case())
    path = f"/api/enforcement/cases/{api.tablet.case_id}/operations"
    answer = api.client.post(path, body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) in [
        (status, "application/problem+json") for status in (400, 413, 422)
    ]


def test_what_breaks_while_it_is_applied_is_refused_alone(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours in one handler: the operation is kept with its reason, and what waited for counting lands too."""
    tablet = bureau.open_case()
    other = TabletClient(bureau["yi"], tablet.case_id)
    tablet.done("scan", barcode=RED)
    tablet.done("counting.close")
    change = {"line_id": tablet.line_id(RED), "unit": "carton", "difference": 1, "seen": 1}
    late = [other.do("quantity.difference", **change), other.do("scan", barcode=RED)]
    assert [one.status for one in late] == ["pending", "pending"]
    broken = replace(CASES.spec("quantity.difference"), handler=broke)
    monkeypatch.setitem(CASES._specs, "quantity.difference", broken)
    tablet.done("counting.reopen", reason="继续")
    assert tablet.state()["totals"]["cartons"] == "2"
    results = tablet.send(
        tablet.made("scan", barcode=RED),
        tablet.made("quantity.difference", **change),
        tablet.made("scan", barcode=RED),
    )
    assert [(one.status, one.code) for one in results] == [("applied", ""), ("refused", "not_kept"), ("applied", "")]
    assert FieldOperation.objects.filter(subject_id=tablet.case_id, code="not_kept").count() == 2
    assert verify().problems == []


def broke(*_given: object) -> None:
    """A handler with a fault."""
    raise ZeroDivisionError
