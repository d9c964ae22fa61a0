"""Proves: what no column can hold (a NUL, half a surrogate) is refused in words by every write of the API, in any field.

The writes and their fields are taken from the API's own description; a new one is walked by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.core.test_api_contract import CASE
from tests.core.walking import Address
from tests.enforcement.conftest import Bureau, TabletClient, bureau  # noqa: F401
from zhuanmai.api import api
from zhuanmai.core.ids import new_id
from zhuanmai.core.legible import plain

pytestmark = pytest.mark.django_db
ILLEGIBLE = {"nul": "有\0没有", "half a surrogate": "\ud83d", "its other half": "\udeac"}
SCHEMA = api.get_openapi_schema()
WRITES = [
    (path, verb, operation)
    for path, verbs in SCHEMA["paths"].items()
    for verb, operation in verbs.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references, and the one that is not null where it may be null."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        else:
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
    return schema


def example(schema: dict[str, Any]) -> Any:
    """A body that the schema takes, with something in every field; a free object holds text, at depth too."""
    schema = resolved(schema)
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {name: example(one) for name, one in schema["properties"].items()}
        case "array":
            return [example(schema["items"])]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case "string" if schema.get("format") == "uuid":
            return str(new_id())
        case "string" if schema.get("format") == "date-time":
            return "2025-10-30T09:12:00+08:00"
        case "string":
            return "文字"
        case _:
            return {"reason": "文字", "outcomes": {"a": ["文字"]}}


def spoilt(value: Any, bad: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """The value with one text of it (or one name, in a free object) made illegible, each in turn, and where it is."""
    if isinstance(value, dict):
        for name, inner in value.items():
            for place, changed in spoilt(inner, bad, f"{path}.{name}".strip(".")):
                yield place, {**value, name: changed}
        yield f"{path}.{bad}".strip("."), {**value, bad: "文字"}
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            for place, changed in spoilt(inner, bad, path):
                yield place, [*value[:at], changed, *value[at + 1 :]]
    elif isinstance(value, str):
        yield path, bad


def filled(path: str) -> str:
    """The address with a case of theirs, and whatever else it takes."""
    address = Address(path.removeprefix("/").replace("{", "<").replace("}", ">"), ())
    return address.filled({"case_id": CASE, "approval_id": new_id(), "licence_no": "350206150798"})


@pytest.fixture
def client(bureau: Bureau) -> Client:  # noqa: F811
    """An officer with a case of theirs, open."""
    TabletClient(bureau["jia"], CASE).done("case.open", **bureau.opening())
    client = Client(raise_request_exception=False)
    client.force_login(bureau["jia"])
    return client


@pytest.mark.parametrize("bad", ILLEGIBLE.values(), ids=ILLEGIBLE)
@pytest.mark.parametrize("path, verb, operation", WRITES, ids=[f"{verb} {path}" for path, verb, _ in WRITES])
def test_every_field_of_every_write(client: Client, path: str, verb: str, operation: dict[str, Any], bad: str) -> None:
    url = filled(path)
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    tried = 0
    for place, body in spoilt(example(schema), bad):
        answer = client.generic(verb.upper(), url, json.dumps(body), content_type="application/json")
        tried += 1
        if answer.status_code == 200:  # a batch: the one operation is refused, and kept with its reason
            assert [one["status"] for one in answer.json()["results"]] == ["refused"], (url, place)
            continue
        assert answer.status_code == 422, (url, place, answer.content[:300])
        problem = answer.json()
        assert problem["detail"].endswith("。"), (url, place)
        if not path.endswith("/operations"):
            assert (problem["code"], problem["field"]) == ("illegible", plain(place, 60)), (url, place)
    assert tried > 0


def test_a_number_that_is_none_is_refused_too(client: Client) -> None:
    for number in ("NaN", "Infinity", "1e999"):
        body = f'{{"operation_id": "{new_id()}", "act": "record", "payload": {{"n": {number}}}}}'
        answer = client.post(f"/api/enforcement/cases/{CASE}/acts", body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "illegible", "payload.n")


def test_the_walk_finds_the_writes() -> None:
    assert len(WRITES) >= 14
    assert any(path.endswith("/acts") for path, _, _ in WRITES)


READS = [
    (path, one["name"], one["in"])
    for path, verbs in SCHEMA["paths"].items()
    for one in verbs.get("get", {}).get("parameters", [])
    if resolved(one["schema"]).get("type") == "string" and "format" not in resolved(one["schema"])
]


@pytest.mark.parametrize("path, name, where", READS, ids=[f"{name} of {path}" for path, name, _ in READS])
def test_every_text_of_every_address(client: Client, path: str, name: str, where: str) -> None:
    url = path.replace("{case_id}", str(CASE))
    url = url.replace(f"{{{name}}}", "a%00b") if where == "path" else f"{url}?{name}=a%00b"
    answer = client.get(re.sub(r"{\w+}", lambda _: str(new_id()), url))
    assert answer.status_code in (404, 422), answer.content[:300]


BROKEN = {
    "opened and never closed": b"[" * 100_000,
    "objects opened and never closed": b'{"a":' * 100_000,
    "a batch opened and never closed": b'{"tablet":"0","operations":[' + b"[" * 100_000,
    "deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "closed before it is opened": b"]" * 1000,
    "nothing": b"",
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "a number of many digits": b"[" + b"9" * 10_000 + b"]",
    "half a name": b'{"operation_id',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("path, verb", [(path, verb) for path, verb, _ in WRITES])
def test_what_is_no_json_is_refused_by_every_write(client: Client, path: str, verb: str, body: bytes) -> None:
    url = filled(path)
    answer = client.generic(verb.upper(), url, body, content_type="application/json")
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.content[:300])
    assert answer.json()["detail"]
