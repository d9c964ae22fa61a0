"""A door in front of a toy application, for the tests with real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from zhuanmai.core.door import Door, Measures


def answer(given: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Tell what came."""
    content = given["wsgi.input"].read()
    told = {name: value for name, value in given.items() if isinstance(value, str)} | {"size": len(content)}
    start("200 OK", [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    yield json.dumps(told).encode()


application = Door(
    answer, Measures(most=1 << 20, silence=1.0, pace=1000, whole=4.0, at_once=250, held=3 << 20, threads=2)
)
