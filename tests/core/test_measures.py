"""Bodies of JSON and forms have a size, a number of values and a depth, known before they are parsed; at every door."""

from __future__ import annotations

import ast
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.core.test_illegible_bodies import WRITES, Bureau, bureau, client, filled  # noqa: F401
from zhuanmai.core import legible
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import new_id
from zhuanmai.core.middleware import FORM_BYTES
from zhuanmai.fieldlog import reading

SOURCE = Path(legible.__file__).resolve().parents[1]
DEEP = b"[" * 200_000 + b"]" * 200_000
HEAVY = {
    "deep": DEEP,
    "deep and never closed": b'{"a":' * 200_000,
    "deep in a string that never ends": b'"' + b"[" * 200_000,
    "marks that are escaped in a string that never ends": b'"' + b'\\"' * 500_000,
    "a string of marks that are escaped": b"[" + b'"' + b'\\"' * 500_000,
    "deep in a field": b'{"payload": ' + DEEP + b"}",
    "too many values": b"[" + b"0," * legible.MOST_VALUES + b"0]",
    "too many lists": b"[" + b"[]" * legible.MOST_VALUES + b"]",
    "too large": b'"' + b"x" * (17 << 20) + b'"',
    "a number without end": b"[" + b"9" * 100_000 + b"]",
}


def nested(depth: int) -> bytes:
    """So many lists within each other."""
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "content, code",
    [
        (nested(legible.DEEPEST), ""),
        (nested(legible.DEEPEST + 1), "illegible"),
        (b'"' + b"x" * (legible.MOST_BYTES - 2) + b'"', ""),
        (b'"' + b"x" * (legible.MOST_BYTES - 1) + b'"', "too_large"),
        (b"[" + b"0," * (legible.MOST_VALUES - 1) + b"0]", ""),
        (b"[" + b"0," * legible.MOST_VALUES + b"0]", "too_large"),
    ],
    ids=range(6),
)
def test_the_borders(content: bytes, code: str) -> None:
    if not code:
        assert legible.body(content) is not None
        return
    with pytest.raises(Refused) as refused:
        legible.body(content)
    assert refused.value.code == code


@pytest.mark.parametrize("content", HEAVY.values(), ids=HEAVY)
def test_what_is_too_much_costs_little(content: bytes) -> None:
    for read in (legible.body, lambda body: reading.batch(new_id(), body)):
        tracemalloc.start()
        began = time.process_time()
        with pytest.raises((Refused, ValueError)):
            read(content)
        assert time.process_time() - began < 3
        assert tracemalloc.get_traced_memory()[1] < 8 * len(content) + (1 << 20)
        tracemalloc.stop()


@pytest.mark.django_db
@pytest.mark.parametrize("path, verb, operation", WRITES, ids=[f"{verb} {path}" for path, verb, _ in WRITES])
def test_every_write_refuses_them_in_words(client: Client, path: str, verb: str, operation: Any) -> None:  # noqa: F811
    url = filled(path)
    for name, content in HEAVY.items():
        answer = client.generic(verb.upper(), url, content, content_type="application/json")
        assert answer.status_code in (400, 413, 422), (url, name, answer.status_code)
        assert answer.json()["detail"].endswith("。"), (url, name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body, status",
    [
        ("a=" + "x" * (FORM_BYTES - 2), 422),
        ("a=" + "x" * (FORM_BYTES - 1), 413),
        ("&".join(f"a{n}=1" for n in range(1000)), 422),
        ("&".join(f"a{n}=1" for n in range(1001)), 400),
    ],
    ids=range(4),
)
def test_a_form_has_a_measure(body: str, status: int) -> None:
    answer = Client(raise_request_exception=False).post(
        "/sign-in", body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == status, "422: it was read, and names nobody"
    assert "。" in answer.content.decode()


OWN_FILES = {"core/legible.py"}
PARSE = {
    "accounts/passkeys.py": "what our own library wrote", "accounts/signing.py": "what our own library wrote, 1 KB",
    "accounts/management/commands/seed_bureau.py": "a command's file", "core/archives.py": "signed by our own key",
    "core/assets.py": "files of this version", "core/confined.py": "our own process",
    "core/sheets.py": "our own process", "core/roles.py": "a file of our own", "core/management/commands/openapi.py": "what we wrote",
    "deadlines/events.py": "a command's file", "documents/papers.py": "files of this version",
    "documents/plan.py": "files of this version", "documents/typesetting.py": "our own typesetter",
    "enforcement/kit.py": "files of this version", "fieldlog/reading.py": "what we wrote a line before",
    "lake/manifest.py": "the lake's own file", "ledger/canonical.py": "what we wrote a line before",
    "ledger/heads.py": "a command's file", "ledger/management/commands/ledger.py": "what we wrote",
    "ledger/services.py": "what we wrote a line before", "reference/barcodes.py": "files of this version",
    "reference/carton_codes.py": "files of this version", "reference/citations.py": "files of this version",
    "reference/discretion.py": "files of this version", "reference/identifiers.py": "files of this version", "reference/outlines.py": "files of this version",
    "reference/shipped.py": "files of this version", "reference/thresholds.py": "files of this version",
}  # fmt: skip


def test_nobody_else_parses_what_was_sent() -> None:
    found = set()
    for path in SOURCE.glob("**/*.py"):
        name = str(path.relative_to(SOURCE))
        if name.startswith("sandbox/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            owner = getattr(getattr(node, "value", None), "id", "")
            if isinstance(node, ast.Attribute) and node.attr in ("loads", "load") and owner == "json":
                found.add(name)
    assert found == OWN_FILES | set(PARSE), "JSON is parsed past core.legible"
