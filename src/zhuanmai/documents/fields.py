"""From a document's fields to facts and back: what must be there, what is missing, what makes up the signed body.

Each form's `fields.json` names for every field of the catalogue the paths of the facts it prints, and under `reads`
what its template reads besides. A template gets these facts and no others, so the digest of the body covers exactly
what the paper can say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from zhuanmai.core.errors import NotFound
from zhuanmai.documents.facts import CaseFacts

FORMS = Path(__file__).resolve().parent / "forms"
APPROVERS = ("department_head", "legal_head", "bureau_head")
_AFTERWARDS = {f"opinion.{role}" for role in APPROVERS} | {"document.number"}
_AT_SERVICE = {"service.receiver", "service.at", "service.substitute", "service.refusal"}
_STEP = re.compile(r"([^.\[]+)(?:\[(\d+)\])?")
_LIST = re.compile(r"\[\d*\]")


@dataclass(frozen=True)
class FormField:
    """One field of a form: its label in the catalogue, when it must be there, and the labels of its facts by path."""

    label: str
    when: str
    paths: dict[str, str]


@dataclass(frozen=True)
class FormSpec:
    """The field map of one form."""

    code: str
    fields: tuple[FormField, ...]
    reads: tuple[str, ...]

    @property
    def afterwards(self) -> frozenset[str]:
        """The paths that are filled after the others have signed, hence not part of the signed body."""
        return frozenset(_AFTERWARDS | (_AT_SERVICE if self.code == "D40" else set()))


@dataclass(frozen=True)
class MissingField:
    """A fact that the document needs and does not have: field of the catalogue, its own label, path of the fact."""

    field: str
    label: str
    path: str


@cache
def form(code: str) -> FormSpec:
    """The field map of a form. Raises NotFound (form_unknown) for a document without template."""
    path = FORMS / code / "fields.json"
    if not path.is_file():
        raise NotFound("form_unknown", f"文书 {code} 尚无模板，不能生成。")
    spec = json.loads(path.read_text(encoding="utf-8"))
    return FormSpec(code, tuple(FormField(**field) for field in spec["fields"]), tuple(spec["reads"]))


def missing(
    kind: str,
    facts: CaseFacts,
    *,
    number: str | None = None,
    final: bool = False,
    signed: Collection[str] = (),
) -> list[MissingField]:
    """The facts that a document needs and does not have, each once, in the order of its fields.

    `final`: also what comes after the body was signed (opinions of approvers, the number, receipt). `signed` are the
    roles that have signed with an opinion: theirs is not missing though it is not among the facts.
    """
    spec, data = form(kind), facts.to_json()
    answered = {f"opinion.{role}" for role in signed} | ({"service.receiver", "service.at"} & _given(signed))
    if number:
        answered.add("document.number")
    found: dict[str, MissingField] = {}
    for field in spec.fields:
        if not _required(field.when, data, final=final):
            continue
        for path, label in field.paths.items():
            if path in answered or (path in spec.afterwards and not final) or _waived(path, data):
                continue
            for concrete, value in values(data, path):
                if empty(value):
                    found.setdefault(concrete, MissingField(field.label, label + _ordinal(concrete), concrete))
    return list(found.values())


def body(kind: str, facts: CaseFacts) -> dict[str, Any]:
    """The part of the facts that makes up the signed body: what the form prints, less what comes later."""
    spec = form(kind)
    paths = {path for field in spec.fields for path in field.paths} | set(spec.reads)
    paths = {path for path in paths - spec.afterwards if not path.startswith(("signatures.", "refusal."))}
    picked: dict[str, Any] = {}
    data = facts.to_json()
    for path in sorted(paths):
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


def _required(when: str, data: dict[str, Any], *, final: bool) -> bool:
    refused = not empty(data["refusal"])
    absent = not data["presence"]["party_present"]
    match when:
        case "always":
            return True
        case "person":
            return data["party"]["kind"] in ("person", "individual_business")
        case "if licensed":
            return not empty(data["party"]["licence_no"])
        case "if party absent":
            return absent
        case "if party absent or refuses":
            return absent or refused
        case "unless refused":
            return not (absent or refused)
        case "if found":
            return not empty(data["items"]["lines"])
        case "if oral":
            return not empty(data["oral_approval"])
        case "unless anonymous":
            return not (data["report"] or {}).get("anonymous")
        case "once filed":
            return not (empty(data["case"]["number"]) and empty(data["case"]["filed_on"]))
        case "at the head's decision":
            return final
        case "if known" | "if any" | "if not the party" | "if refused" | "if over one page":
            return False
    raise ValueError(f"documents.json: no rule for when = {when!r}")


def _waived(path: str, data: dict[str, Any]) -> bool:
    """What a field leaves open, as a way of electronic service without consent, the number of an unnumbered parent."""
    match path:
        case "service.electronic_way":
            return (data["service"] or {}).get("electronic") is not True
        case "items.totals.words" | "items.value":
            return empty(data["items"]["lines"])
        case "parent.number":
            return (data["parent"] or {}).get("code") == "D08"
        case "penalty.amount":
            return "罚款" not in ((data["penalty"] or {}).get("kind") or "罚款")
        case "correction.until":
            return bool((data["correction"] or {}).get("at_once"))
        case "measures[].number":
            return True
    return False


def _given(signed: Collection[str]) -> set[str]:
    return {"service.receiver", "service.at"} if {"receiver", "party", "witness"} & set(signed) else set()


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
