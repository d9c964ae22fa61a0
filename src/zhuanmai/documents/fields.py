"""From a document's fields to facts and back: what must be there, what is missing, what makes up the signed body.

Each form's `fields.json` names for every field of the catalogue the paths of the facts it prints, and under `reads`
what its template reads besides. A template gets these facts and no others, so the digest of the body covers exactly
what the paper can say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from zhuanmai.documents import catalogue
from zhuanmai.documents.facts import Facts

_STEP = re.compile(r"([^.\[]+)(?:\[(\d+)\])?")
_LIST = re.compile(r"\[\d*\]")


@dataclass(frozen=True)
class MissingField:
    """A fact that the document needs and does not have: field of the catalogue, its own label, path of the fact."""

    field: str
    label: str
    path: str


def missing(
    kind: str,
    facts: Facts,
    *,
    number: str | None = None,
    final: bool = False,
    signed: Collection[str] = (),
) -> list[MissingField]:
    """The facts that a document needs and does not have, each once, in the order of its fields.

    `final`: also what comes after the body was signed (opinions of approvers, the number, receipt). `signed` are the
    roles that have signed with an opinion: theirs is not missing though it is not among the facts.
    """
    entry, spec, data = catalogue.kind(kind), catalogue.form(kind), facts.to_json()
    answered = {f"opinion.{role}" for role in signed} | entry.papers.answered(signed)
    if number:
        answered.add("document.number")
    afterwards = entry.afterwards
    found: dict[str, MissingField] = {}
    for field in spec.fields:
        if not entry.papers.is_required(field.when, data, final=final):
            continue
        for path, label in field.paths.items():
            if path in answered or (path in afterwards and not final) or entry.papers.waives(path, data):
                continue
            for concrete, value in values(data, path):
                if empty(value):
                    found.setdefault(concrete, MissingField(field.label, label + _ordinal(concrete), concrete))
    return list(found.values())


def body(kind: str, facts: Facts) -> dict[str, Any]:
    """The part of the facts that makes up the signed body: what the form prints, less what comes later."""
    paths = catalogue.form(kind).paths - catalogue.kind(kind).afterwards
    picked: dict[str, Any] = {}
    data = facts.to_json()
    for path in sorted(path for path in paths if not path.startswith(("signatures.", "refusal."))):
        _copy(data, picked, _LIST.sub("", path).split("."))
    return picked


def values(data: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The values at a path with its `[]` filled in: officers[].name gives officers[0].name, officers[1].name.

    An empty list gives itself once, so that what should be in it is missed; officers are never fewer than two.
    """
    head, bracket, rest = path.partition("[]")
    value = _at(data, head)
    if not bracket:
        yield head, value
        return
    items = list(value or [])
    if head == "officers":
        items += [None] * (2 - len(items))
    if not items:
        yield head, None
    for index, item in enumerate(items):
        here = f"{head}[{index}]"
        if rest:
            for tail, found in values(item, rest.removeprefix(".")):
                yield f"{here}.{tail}", found
        else:
            yield here, item


def empty(value: Any) -> bool:
    """Whether there is nothing to print: None, no text, an empty list, or an object all of whose parts are empty."""
    if isinstance(value, dict):
        return all(empty(part) for part in value.values())
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _ordinal(path: str) -> str:
    """（第2项） for a fact within a list, so that the list of what is missing says where."""
    places = re.findall(r"\[(\d+)\]", path)
    return f"（第{int(places[0]) + 1}{'名' if path.startswith('officers') else '项'}）" if places else ""


def _at(data: Any, path: str) -> Any:
    for name, index in _STEP.findall(path):
        if data is None:
            return None
        data = data.get(name)
        if index:
            data = data[int(index)] if data and int(index) < len(data) else None
    return data


def _copy(source: Any, target: dict[str, Any], steps: list[str]) -> None:
    """Copy what lies at a path; lists on the way are copied element by element, in the same order."""
    if source is None:
        return
    name, rest = steps[0], steps[1:]
    value = source.get(name)
    if not rest or value is None:
        target[name] = value
    elif isinstance(value, list):
        parts = target.setdefault(name, [{} for _ in value])
        for part, into in zip(value, parts, strict=True):
            _copy(part, into, rest)
    else:
        _copy(value, target.setdefault(name, {}), rest)
